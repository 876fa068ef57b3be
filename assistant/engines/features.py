"""What the wake words and the recogniser both listen to: Google's speech embedding (arXiv:2002.01322).

Sound becomes a mel spectrogram, and that goes through a convolutional network, both as openWakeWord 0.4.0 ships them.
The network was made to look at windows of 0.76 s that overlap; here each sound goes through it once, in steps of 80 ms
or whole utterances at a time, with the same result (engines/incremental.py).
"""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from assistant.engines.incremental import incremental
from assistant.engines.installed import package
from assistant.errors import EngineError

Session: TypeAlias = onnxruntime.InferenceSession

STEP = 1280
"""Samples, 80 ms, of one embedding and of two rows of inner values."""

EMBEDDING = 96
"""Numbers in an embedding."""
INNER = 576
"""Inner values in a row: 384 of the last layer but one before pooling, 4 bands of 96, then 192 of the last, 2 of 96."""
ROW_SECONDS = 0.04
"""Sound between two rows of inner values."""
LAG_SECONDS = 0.3
"""A row is made of the 0.6 s before it, so what it knows best is that much older: sound must go on after speech."""

DIGESTS: Mapping[str, str] = {
    "melspectrogram.onnx": "ba2b0e0f8b7b875369a2c89cb13360ff53bac436f2895cced9f479fa65eb176f",
    "embedding_model.onnx": "ba754db3cd768a524c655ea90655ee5e6055a43b8dfd29366a11e93716ae9e51",
    "alexa_v0.1.onnx": "6ff566a01d12670e8d9e3c59da32651db1575d17272a601b7f8a39283dfbae3e",
    "hey_jarvis_v0.1.onnx": "94a13cfe60075b132f6a472e7e462e8123ee70861bc3fb58434a73712ee0d2cb",
    "hey_marvin_v0.1.onnx": "b6d4b794ddf2e1d6f29e9f45848e24858e2edd0d810b14e0c1c70dda9a1fcbf0",
    "hey_mycroft_v0.1.onnx": "785bdf5655863ae47553b23793aa108c7b0152d4823f7869b41f2d2d765912fc",
}
"""SHA-256 of the files in the 0.4.0 wheel. Other releases hold other models under the same names."""

_MEL_FRAMES, _MEL_BANDS = 76, 32
"""What one embedding is made of."""
_MEL_PER_STEP = 8
_MEL_CONTEXT = 480
"""Samples before a step that its first mel frames also look at."""
_TAPS = {"model/tf.math.maximum_14/Maximum:0": 384, "model/tf.math.maximum_18/Maximum:0": 192}
"""Inner values, each (1, 96, rows, bands), and how many there are in a row."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the network makes of some steps of sound, oldest first."""

    embeddings: NDArray[np.float32]
    """(steps, EMBEDDING)"""
    inner: NDArray[np.float32]
    """(2 * steps, INNER)"""


class Networks:
    """What sound goes through. It remembers nothing, so that all who listen share one, which saves 8 MB each.

    Raises EngineError where openWakeWord's files are missing or wrong.
    """

    def __init__(self) -> None:
        self.melspectrogram = session(shipped("melspectrogram.onnx"))
        network = incremental(shipped("embedding_model.onnx").read_bytes(), _MEL_BANDS, tuple(_TAPS))
        self.embedding = session(network.model)
        self.memory = {name: np.zeros(shape, np.float32) for name, shape in network.memory.items()}
        """What the embedding network is given with the first sound, and gives back changed."""


class Features:
    """Sound → embeddings and inner values, for one listener."""

    def __init__(self, networks: Networks | None = None) -> None:
        """Raises EngineError without `networks`, as they do."""
        self._networks = networks or Networks()
        self._memory = self._networks.memory
        self._mels = np.ones((_MEL_PER_STEP, _MEL_BANDS), np.float32)
        for _ in range(_MEL_FRAMES // _MEL_PER_STEP + 2):
            self._through(self._mels)
        self._rested = self._memory
        self.reset()

    def reset(self) -> None:
        """Forget what was heard. The next 0.76 s of embeddings are partly made of nothing."""
        self._before = np.zeros(0, np.float32)
        self._mels = np.ones((_MEL_PER_STEP, _MEL_BANDS), np.float32)
        self._memory = self._rested

    def __call__(self, sound: NDArray[np.int16]) -> Heard:
        """Take the next samples. Many steps at once cost a little less than one by one.

        Raises EngineError where they are no multiple of STEP.
        """
        if len(sound) % STEP:
            raise EngineError(f"The features are made of {len(sound)} samples. Give a multiple of {STEP}")
        if not len(sound):
            return Heard(np.zeros((0, EMBEDDING), np.float32), np.zeros((0, INNER), np.float32))
        # The mel spectrogram is cut off 80 dB below its loudest value, so it must always be asked for a step at a time.
        mels = [self._mel(sound[start : start + STEP]) for start in range(0, len(sound), STEP)]
        return self._through(np.concatenate(mels))

    def _mel(self, step: NDArray[np.int16]) -> NDArray[np.float32]:
        samples = np.concatenate((self._before, step.astype(np.float32)))
        self._before = samples[-_MEL_CONTEXT:]
        (mels,) = self._networks.melspectrogram.run(None, {"input": samples[np.newaxis]})
        # The scale on which Google's model was trained differs from that of the ONNX melspectrogram. The first step
        # after a reset lacks what comes before it, and gives fewer frames.
        self._mels = np.concatenate((self._mels, mels[0, 0] / 10 + 2))[-_MEL_PER_STEP:]
        return self._mels

    def _through(self, mels: NDArray[np.float32]) -> Heard:
        embeddings, *more = self._networks.embedding.run(
            None, {"input_1": mels[np.newaxis, :, :, np.newaxis], **self._memory}
        )
        memory, taps = more[: len(self._memory)], more[len(self._memory) :]
        self._memory = dict(zip(self._memory, memory, strict=True))
        rows = [tap[0].transpose(1, 2, 0).reshape(-1, width) for tap, width in zip(taps, _TAPS.values(), strict=True)]
        # The network's last reshaping was made for one embedding, and leaves more of them transposed.
        return Heard(np.ascontiguousarray(embeddings.reshape(EMBEDDING, -1).T), np.concatenate(rows, axis=1))


def shipped(name: str) -> Path:
    """Path of a model file that comes with openWakeWord. Raises EngineError if it is missing or not the known one."""
    remedy = "Install it with: pip install --force-reinstall openwakeword==0.4.0"
    folder = package("openwakeword")
    if folder is None:
        raise EngineError(f"openWakeWord is not installed. {remedy}")
    path = folder / "resources" / "models" / name
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise EngineError(f"The wake word model {path} cannot be read: {error.strerror}. {remedy}") from error
    if digest != DIGESTS[name]:
        raise EngineError(f"The wake word model {path} is not the one of openWakeWord 0.4.0. {remedy}")
    return path


def session(model: Path | bytes, what: str = "wake word model") -> Session:
    """A network, ready to run on one core. Raises EngineError, naming `what` it is, where it cannot be loaded."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        if isinstance(model, bytes):
            # As a file, of which onnxruntime keeps nothing: it holds on to bytes that it is given.
            with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
                file.write(model)
                file.flush()
                return _opened(Path(file.name), options)
        return _opened(model, options)
    except Exception as error:  # onnxruntime raises a dozen classes of its own, without a common base
        name = model if isinstance(model, Path) else "of openWakeWord"
        raise EngineError(f"The {what} {name} cannot be loaded: {error}") from error


def _opened(model: Path, options: onnxruntime.SessionOptions) -> Session:
    loaded: Session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return loaded
