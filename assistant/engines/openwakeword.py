"""Wake words by openWakeWord: its ONNX models, driven without its package, which costs 87 MB to import.

Sound becomes one embedding of 96 numbers every 80 ms (engines/features.py), and for each wake word a small classifier
looks at the last 16 embeddings or so. The embeddings are computed once, so a further wake word costs next to nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.engines.features import EMBEDDING, STEP, Features, Networks, Session, session, shipped
from assistant.errors import EngineError
from assistant.messages import RATE, AudioFrame, Wake

DEAF_STEPS = 16
"""Steps after a start or a reset whose scores mean nothing, because the features are not yet made of sound: 1.28 s."""

THRESHOLDS: Mapping[str, float] = {"alexa": 0.5, "hey_jarvis": 0.6, "hey_marvin": 0.85, "hey_mycroft": 0.5}
"""The wake words that come with openWakeWord 0.4.0, and the scores that count as heard: well above the highest in half
an hour of speech, household noise and music (benchmarks/ears.py). Some of these models are more easily fooled."""

LAGS: Mapping[str, float] = {"alexa": -0.06, "hey_jarvis": 0.16, "hey_marvin": -0.04, "hey_mycroft": -0.1}
"""Seconds from the end of the word to the end of the step that reports it, by measurement: benchmarks/ears.py."""


@dataclass(slots=True)
class _Classifier:
    """Scores one wake word."""

    word: str
    threshold: float
    session: Session
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

    def __init__(
        self,
        words: Mapping[str, float | None] | Iterable[str],
        *,
        refractory: float = 1.0,
        networks: Networks | None = None,
    ) -> None:
        thresholds = words if isinstance(words, Mapping) else dict.fromkeys(words)
        self._classifiers = [
            _classifier(word, THRESHOLDS.get(word, 0.5) if threshold is None else threshold)
            for word, threshold in thresholds.items()
        ]
        self._features = Features(networks)
        self._refractory = refractory
        self.at_least = 0.0
        """No lower score is reported, whatever a word's own threshold: raise it while the assistant itself speaks."""
        self.reset()

    def reset(self) -> None:
        """Forget what was heard. Scores of the first 1.28 s after it are ignored."""
        self.scores: Mapping[str, float] = {}
        """Of the last step, by word, whether or not they count."""
        self._features.reset()
        self._embeddings = np.zeros((1, max((c.steps for c in self._classifiers), default=1), EMBEDDING), np.float32)
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
        self._embeddings[0, -1] = self._features(sound).embeddings[-1]
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


def _classifier(word: str, threshold: float) -> _Classifier:
    if word in THRESHOLDS:
        name, path = word, shipped(f"{word}_v0.1.onnx")
    elif word.endswith(".onnx"):
        name, path = Path(word).stem, Path(word)
    else:
        known = ", ".join(THRESHOLDS)
        raise EngineError(f"There is no wake word {word!r}. Choose from {known}, or give the path of a .onnx model.")
    network = session(path)
    (source, *more), outputs = network.get_inputs(), network.get_outputs()
    shape = source.shape
    if more or len(shape) != 3 or not isinstance(shape[1], int) or shape[2] != EMBEDDING or outputs[0].shape[-1] != 1:
        raise EngineError(f"{path} is not an openWakeWord model: its input has the shape {shape}, not (1, steps, 96).")
    return _Classifier(name, threshold, network, source.name, shape[1])
