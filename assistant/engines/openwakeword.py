"""Wake words by openWakeWord: its ONNX models, driven without its package, which costs 87 MB to import.

Sound becomes a mel spectrogram, that becomes one embedding of 96 numbers every 80 ms (Google's speech embedding,
arXiv:2002.01322), and for each wake word a small classifier looks at the last 16 embeddings or so. The embeddings are
computed once, so a further wake word costs next to nothing, and only the newest 80 ms go through their network.
"""

import hashlib
import importlib.util
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from assistant.engines.incremental import incremental
from assistant.errors import EngineError
from assistant.messages import RATE, AudioFrame, Wake

STEP = 1280
"""Samples, 80 ms: the models give one score for each step."""

DEAF_STEPS = 16
"""Steps after a start or a reset whose scores mean nothing, because the features are not yet made of sound: 1.28 s."""

THRESHOLDS: Mapping[str, float] = {"alexa": 0.5, "hey_jarvis": 0.6, "hey_marvin": 0.85, "hey_mycroft": 0.5}
"""The wake words that come with openWakeWord 0.4.0, and the scores that count as heard: well above the highest in half
an hour of speech, household noise and music (benchmarks/ears.py). Some of these models are more easily fooled."""

LAGS: Mapping[str, float] = {"alexa": -0.06, "hey_jarvis": 0.16, "hey_marvin": -0.04, "hey_mycroft": -0.1}
"""Seconds from the end of the word to the end of the step that reports it, by measurement: benchmarks/ears.py."""

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
_EMBEDDING = 96


class Features:
    """Sound → one embedding of 96 numbers for each 80 ms step."""

    def __init__(self) -> None:
        self._melspectrogram = _session(shipped("melspectrogram.onnx"))
        # Its window of 76 mel frames moves on by 8: what the network made of the other 68 is remembered instead.
        network = incremental(shipped("embedding_model.onnx").read_bytes(), _MEL_PER_STEP, _MEL_BANDS)
        self._embedding = _session(network.model)
        self._memory = {name: np.zeros(shape, np.float32) for name, shape in network.memory.items()}
        self._mels = np.ones((_MEL_PER_STEP, _MEL_BANDS), np.float32)
        for _ in range(_MEL_FRAMES // _MEL_PER_STEP + 2):
            self._embed(self._mels)
        self._rested = self._memory
        self.reset()

    def reset(self) -> None:
        """Forget what was heard. The next 0.76 s of embeddings are partly made of nothing."""
        self._before = np.zeros(0, np.float32)
        self._mels = np.ones((_MEL_PER_STEP, _MEL_BANDS), np.float32)
        self._memory = self._rested

    def __call__(self, step: NDArray[np.int16]) -> NDArray[np.float32]:
        """Take the next 1280 samples; give their embedding, of shape (96,)."""
        samples = np.concatenate((self._before, step.astype(np.float32)))
        self._before = samples[-_MEL_CONTEXT:]
        (mels,) = self._melspectrogram.run(None, {"input": samples[np.newaxis]})
        # The scale on which Google's model was trained differs from that of the ONNX melspectrogram. The first step
        # after a reset lacks what comes before it, and gives fewer frames.
        self._mels = np.concatenate((self._mels, mels[0, 0] / 10 + 2))[-_MEL_PER_STEP:]
        return self._embed(self._mels)

    def _embed(self, mels: NDArray[np.float32]) -> NDArray[np.float32]:
        embedding, *memory = self._embedding.run(None, {"input_1": mels[np.newaxis, :, :, np.newaxis], **self._memory})
        self._memory = dict(zip(self._memory, memory, strict=True))
        result: NDArray[np.float32] = embedding.reshape(_EMBEDDING)
        return result


@dataclass(slots=True)
class _Classifier:
    """Scores one wake word."""

    word: str
    threshold: float
    session: onnxruntime.InferenceSession
    input: str
    steps: int
    """Embeddings it looks at."""
    armed: bool = True
    """False from a wake until the score is low after the refractory period: scores of one word can have two humps."""

    def score(self, embeddings: NDArray[np.float32]) -> float:
        (scores,) = self.session.run(None, {self.input: embeddings[:, -self.steps :]})
        return float(scores[0, 0])


class OpenWakeWord:
    """Listens for one or more wake words, each with its own threshold.

    `words` are names in `THRESHOLDS` or paths of other openWakeWord models (`.onnx`), with the score from 0 to 1 that
    counts as heard; None, or names by themselves, for the default. After a wake nothing wakes for `refractory` seconds.
    Raises EngineError for what is no wake word.
    """

    def __init__(self, words: Mapping[str, float | None] | Iterable[str], *, refractory: float = 1.0) -> None:
        thresholds = words if isinstance(words, Mapping) else dict.fromkeys(words)
        self._classifiers = [
            _classifier(word, THRESHOLDS.get(word, 0.5) if threshold is None else threshold)
            for word, threshold in thresholds.items()
        ]
        self._features = Features()
        self._refractory = refractory
        self.at_least = 0.0
        """No lower score is reported, whatever a word's own threshold: raise it while the assistant itself speaks."""
        self.reset()

    def reset(self) -> None:
        """Forget what was heard. Scores of the first 1.28 s after it are ignored."""
        self.scores: Mapping[str, float] = {}
        """Of the last step, by word, whether or not they count."""
        self._features.reset()
        self._embeddings = np.zeros((1, max((c.steps for c in self._classifiers), default=1), _EMBEDDING), np.float32)
        self._steps = 0
        self._pending = np.zeros(0, np.int16)
        self._quiet_until = -np.inf
        for classifier in self._classifiers:
            classifier.armed = True

    def hear(self, frame: AudioFrame) -> Sequence[Wake]:
        """The wake words that this frame completes; one utterance wakes once. Blocks for a millisecond or two."""
        at = frame.at - len(self._pending) / RATE
        sound = np.concatenate((self._pending, np.frombuffer(frame.pcm, "<i2")))
        whole = len(sound) - len(sound) % STEP
        self._pending = sound[whole:]
        wakes = (self._step(sound[start : start + STEP], at + (start + STEP) / RATE) for start in range(0, whole, STEP))
        return [wake for wake in wakes if wake is not None]

    def _step(self, sound: NDArray[np.int16], at: float) -> Wake | None:
        self._embeddings[:, :-1] = self._embeddings[:, 1:].copy()
        self._embeddings[0, -1] = self._features(sound)
        self._steps += 1
        if self._steps <= DEAF_STEPS:
            return None
        self.scores = {c.word: c.score(self._embeddings) for c in self._classifiers}
        heard = []
        for classifier in self._classifiers:
            score = self.scores[classifier.word]
            if score < classifier.threshold:
                classifier.armed = classifier.armed or at >= self._quiet_until
            elif classifier.armed and score >= self.at_least:
                heard.append(Wake(classifier.word, score, at - LAGS.get(classifier.word, 0.0)))
        if not heard:
            return None
        self._quiet_until = at + self._refractory
        for classifier in self._classifiers:
            classifier.armed = False
        return max(heard, key=lambda wake: wake.score)


def shipped(name: str) -> Path:
    """Path of a model file that comes with openWakeWord. Raises EngineError if it is missing or not the known one."""
    remedy = "Install it with: pip install --force-reinstall openwakeword==0.4.0"
    spec = importlib.util.find_spec("openwakeword")
    if spec is None or not spec.submodule_search_locations:
        raise EngineError(f"openWakeWord is not installed. {remedy}")
    path = Path(spec.submodule_search_locations[0], "resources", "models", name)
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise EngineError(f"The wake word model {path} cannot be read: {error.strerror}. {remedy}") from error
    if digest != DIGESTS[name]:
        raise EngineError(f"The wake word model {path} is not the one of openWakeWord 0.4.0. {remedy}")
    return path


def _session(model: Path | bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen classes of its own, without a common base
        name = model if isinstance(model, Path) else "of openWakeWord"
        raise EngineError(f"The wake word model {name} cannot be loaded: {error}") from error


def _classifier(word: str, threshold: float) -> _Classifier:
    if word in THRESHOLDS:
        name, path = word, shipped(f"{word}_v0.1.onnx")
    elif word.endswith(".onnx"):
        name, path = Path(word).stem, Path(word)
    else:
        known = ", ".join(THRESHOLDS)
        raise EngineError(f"There is no wake word {word!r}. Choose from {known}, or give the path of a .onnx model.")
    session = _session(path)
    (source, *more), outputs = session.get_inputs(), session.get_outputs()
    shape = source.shape
    if more or len(shape) != 3 or not isinstance(shape[1], int) or shape[2] != _EMBEDDING or outputs[0].shape[-1] != 1:
        raise EngineError(f"{path} is not an openWakeWord model: its input has the shape {shape}, not (1, steps, 96).")
    return _Classifier(name, threshold, session, source.name, shape[1])
