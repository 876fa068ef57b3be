"""What the acoustic model is given of a sound, a row each 40 ms: the inner values of the wake word's network
(engines/features.py), then what PocketSphinx's model makes of the same sound (engines/senones.py).
"""

import numpy as np
from numpy.typing import NDArray

from assistant.engines.features import INNER, STEP, Features
from assistant.engines.senones import SENONES, Senones
from assistant.messages import RATE

Floats = NDArray[np.float32]

WIDTH = INNER + SENONES
"""Numbers in a row."""

VERSION = 2
"""Of the rows, for models that are trained on them."""


class Rows:
    """The rows of one utterance. For use in one thread; both that it hears through serve one utterance at a time."""

    def __init__(self, features: Features, senones: Senones) -> None:
        self._features, self._senones = features, senones
        self._inner = np.zeros((0, INNER), np.float32)
        features.reset()
        senones.reset()

    def __len__(self) -> int:
        """How many are known."""
        return len(self._inner)

    def lead_in(self, seconds: float) -> None:
        """Hear silence before all sound."""
        self._inner = self._features(np.zeros(round(seconds * RATE), np.int16)).inner
        self._senones.reset(before=len(self))

    def hear(self, pcm: bytes) -> None:
        """Take the next sound. Raises EngineError where its samples are no multiple of features.STEP."""
        self._inner = np.concatenate((self._inner, self._features(np.frombuffer(pcm, "<i2")).inner))
        self._senones.hear(pcm)

    def between(self, first: int, end: int) -> Floats:
        """Rows from the first to one before the end, as far as they are known: (rows, WIDTH)."""
        end = min(end, len(self))
        return np.concatenate((self._inner[first:end], self._senones.rows(first, end)), axis=1)


def rows_of(features: Features, senones: Senones, sound: NDArray[np.int16]) -> Floats:
    """Of a whole sound, which is filled up with silence."""
    rows = Rows(features, senones)
    rows.hear(np.pad(sound, (0, -len(sound) % STEP)).astype("<i2").tobytes())
    return rows.between(0, len(rows))
