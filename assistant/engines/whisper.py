"""Speech recognition by Whisper, at the length of the speech instead of 30 seconds: any words, as text.

Whisper pads all sound to 30 seconds, so a short command costs as much as a long one. CTranslate2's encoder takes less;
a model that was not trained for it sometimes goes round in circles then, which is noticed and mended by listening once
more at full length. Everything else that only costs is off: guessing the language, beams, temperatures, timestamps.
"""

import logging
import math
import re
import threading
import time
from collections.abc import AsyncIterable, Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.concurrency import Worker
from assistant.engines.hallucination import spoken, stuck
from assistant.engines.idle import Idle
from assistant.engines.whisper_model import FRAME, FULL, Decoded, WhisperModel
from assistant.errors import EngineError
from assistant.messages import RATE, AudioFrame, Transcript, Vocabulary

logger = logging.getLogger(__name__)

UNSURE = -1.0
"""Mean log-probability of the tokens below which a transcript is doubted (Radford et al., 2022, section 4.5)."""

NO_SPEECH = 0.6
"""Probability of no speech above which a doubtful transcript is dropped (same place)."""

TOKENS_PER_SECOND, TOKENS_MORE = 8, 12
"""Fast speech has five; what goes on for longer is stuck."""

HINT_TOKENS = 20
"""Of names in the prompt; each costs time at every turn."""

FAINT = 0.001
"""Loudness, of full scale, that nobody speaks at: -60 dB."""

ABOVE_NOISE = 1.6
"""Times as loud as the quietest tenth: 4 dB. Steady noise stays below, speech at 6 dB of noise reaches above it."""

_LONGEST = 2 * FULL * FRAME
"""Bytes, 30 seconds: the rest of a longer sound is ignored."""

_BLOCK = RATE // 50
_SHORTEST = 0.12
"""Seconds of sound above the noise that a word takes."""


class Whisper:
    """A Recognizer for any words.

    path: the model's directory. Nothing is ever fetched.
    language: the code of the language spoken, such as `en`; it is not guessed.
    threads: of the processor; 0 takes the library's own choice.
    margin: seconds of silence encoded after the sound, 0.64 to 30. Weights that were fine-tuned for short context do
        well with 1.28, others need more; 30 is the full length, always.
    limit: seconds; listening once more at full length is left out where it would take longer than that in all.
    compute_type: in CTranslate2's words; where the processor lacks it, the next best is taken and logged.
    release: seconds without use after which its memory is given back, until the next use; None for never.

    The model is loaded and warmed here, which blocks for a second or so. Raises EngineError where it is missing or
    damaged.
    """

    name = "whisper"

    def __init__(
        self,
        path: Path,
        *,
        language: str = "en",
        threads: int = 0,
        margin: float = 2.56,
        limit: float = 8.0,
        compute_type: str = "int8",
        release: float | None = None,
    ) -> None:
        self._model = WhisperModel(path, language, threads, compute_type)
        self._margin = margin
        self._limit = limit
        self._hint: list[int] = []
        self._worker = Worker("whisper")
        self._idle = Idle(release, self._release)

    async def is_whole(self) -> bool:
        """It cannot tell."""
        return False

    async def learn(self, vocabulary: Vocabulary) -> None:
        """Expect the unusual names of this vocabulary."""
        with self._idle.busy():
            self._hint = await self._worker(hint, vocabulary, self._model.tokenizer.encode)

    async def transcribe(self, frames: AsyncIterable[AudioFrame], among: Vocabulary | None = None) -> Transcript:
        """Collect the sound, then say what was spoken: empty for silence, noise and music. Raises EngineError.

        The confidence is the geometric mean of the tokens' probabilities. Cancelled, it stops at the next step: a step
        is the encoder or the decoder, and the decoder writes no more than the sound can hold.
        """
        pcm = bytearray()
        stop = threading.Event()
        with self._idle.busy():
            async for frame in frames:
                pcm += frame.pcm[: _LONGEST - len(pcm)]
            try:
                return await self._worker(self._hear, bytes(pcm), stop)
            finally:
                stop.set()

    def close(self) -> None:
        """End the thread."""
        self._idle.close()
        self._worker.close()

    def _release(self) -> None:
        logger.info("Whisper: not needed for a while, its memory is free")
        self._worker.soon(self._model.release)

    def _hear(self, pcm: bytes, stop: threading.Event) -> Transcript:
        sound = np.frombuffer(pcm, "<i2", len(pcm) // 2).astype(np.float32) / np.float32(32768)
        seconds = voiced(sound)
        nothing = Transcript("", 0.0, self.name)
        if seconds < _SHORTEST:
            return nothing
        try:
            self._model.load()
            decoded = self._decode(sound, stop)
        except (RuntimeError, ValueError, IndexError, MemoryError) as error:  # what pybind11 makes of C++'s
            raise EngineError(f"Whisper failed: {error}. Say it again.") from error
        if decoded is None or stuck(decoded.text) or not decoded.ended or _silent(decoded):
            return nothing
        text = spoken(decoded.text, seconds)
        return Transcript(text, math.exp(decoded.logprob), self.name) if text else nothing

    def _decode(self, sound: NDArray[np.float32], stop: threading.Event) -> Decoded | None:
        """One hearing; where that is doubtful and time allows, another at full length instead. None once stopped."""
        began = time.monotonic()
        frames = min(FULL, 2 * math.ceil((len(sound) / RATE + self._margin) * RATE / FRAME / 2))
        decoded = self._attempt(sound, frames, stop)
        if decoded is None or frames == FULL or _silent(decoded) or not _doubtful(decoded):
            return decoded
        took = time.monotonic() - began
        if took + took * FULL / frames > self._limit:
            logger.warning("Whisper doubts what it heard; the time limit of %g s leaves no second hearing", self._limit)
            return decoded
        return self._attempt(sound, FULL, stop)

    def _attempt(self, sound: NDArray[np.float32], frames: int, stop: threading.Event) -> Decoded | None:
        if stop.is_set():
            return None
        logger.debug("Whisper listens to %d frames", frames)
        heard = self._model.encode(sound, frames)
        if stop.is_set():
            return None
        most = TOKENS_MORE + math.ceil(TOKENS_PER_SECOND * len(sound) / RATE)
        return self._model.decode(heard, self._hint, most)


def voiced(sound: NDArray[np.float32]) -> float:
    """Seconds of `sound` that are louder than faint and stand out of its own noise."""
    blocks = sound[: len(sound) // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    if not len(blocks):
        return 0.0
    loudness = np.sqrt(np.square(blocks).mean(axis=1))
    threshold = max(FAINT, ABOVE_NOISE * float(np.quantile(loudness, 0.1)))
    return float((loudness > threshold).sum() * _BLOCK / RATE)


def hint(vocabulary: Vocabulary, encode: Callable[[str], list[int]]) -> list[int]:
    """The tokens, HINT_TOKENS at most, of the vocabulary's most unusual words: those of most tokens each.

    A word of one token is one that Whisper knows; it needs no help.
    """
    lengths = {word: len(encode(f" {word}")) for word in _words(vocabulary)}
    chosen: list[str] = []
    tokens: list[int] = []
    for word in sorted((word for word in lengths if lengths[word] > 1), key=lambda word: -lengths[word]):
        longer = encode(" " + ", ".join([*chosen, word]))
        if len(longer) <= HINT_TOKENS:
            chosen, tokens = [*chosen, word], longer
    return tokens


def _words(vocabulary: Vocabulary) -> Iterator[str]:
    for intent in vocabulary.intents:
        for slot in intent.slots:
            for choice in slot.choices:
                yield from re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", choice.spoken)


def _doubtful(decoded: Decoded) -> bool:
    return not decoded.ended or decoded.logprob < UNSURE or stuck(decoded.text)


def _silent(decoded: Decoded) -> bool:
    return decoded.no_speech > NO_SPEECH and decoded.logprob < UNSURE
