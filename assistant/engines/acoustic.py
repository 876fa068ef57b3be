"""From the features of sound to phones: the acoustic model that comes with Hearth, trained by models/training.

The file is one ONNX network of format 1. Its input `rows` is (1, rows, WIDTH), the rows of engines/rows.py; its output
`phones` (1, frames, 1 + phones), natural logarithms of probabilities, each frame being `frame_seconds` long
and the first label the blank of CTC (Graves et al., 2006). Its metadata say which format, features and phones it was
trained for.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.engines import features, rows
from assistant.errors import EngineError
from assistant.phrases.pronunciation import PHONES

SHIPPED = Path(__file__).parents[2] / "models" / "ears.onnx"

FORMAT = 1

FRAME_SECONDS = 0.02
"""Sound between two frames."""

_REMEDY = "Install Hearth again, or train one with: python -m models.training"


class AcousticModel:
    """Hears phones: label 0 is the blank, label n the n-th of PHONES.

    It looks at the whole of what it is given, in both directions, at about 0.2 % of its length on one core. A phone
    shows about LAG_SECONDS (engines/features.py) after it was said, so sound must go on for as long.

    Raises EngineError where the file is missing, damaged, or made for another version of Hearth.
    """

    def __init__(self, path: Path = SHIPPED) -> None:
        if not path.is_file():
            raise EngineError(f"The acoustic model {path} is missing. {_REMEDY}")
        self._network = features.session(path, "acoustic model")
        _check(path, self._network.get_modelmeta().custom_metadata_map)

    def __call__(self, heard: NDArray[np.float32]) -> NDArray[np.float32]:
        """(rows, WIDTH) → logarithms of probabilities, (2 * rows, 1 + len(PHONES)). Blocks."""
        if not len(heard):
            return np.zeros((0, 1 + len(PHONES)), np.float32)
        (phones,) = self._network.run(None, {"rows": heard[np.newaxis].astype(np.float32, copy=False)})
        said: NDArray[np.float32] = phones[0]
        return said


def _check(path: Path, about: dict[str, str]) -> None:
    wanted = {
        "format": str(FORMAT),
        "features": str(rows.VERSION),
        "phones": json.dumps(PHONES),
        "blank": "0",
        "frame_seconds": str(FRAME_SECONDS),
    }
    for name, value in wanted.items():
        if about.get(name) != value:
            found = about.get(name, "none")
            raise EngineError(f"The acoustic model {path} has {name} {found}, where {value} is needed. {_REMEDY}")
