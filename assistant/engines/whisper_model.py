"""A Whisper model on disk: loaded by CTranslate2 and faster-whisper's smallest parts, never by way of a network."""

import importlib
import importlib.util
import json
import logging
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from assistant.engines.installed import package
from assistant.errors import EngineError

logger = logging.getLogger(__name__)

FULL = 3000
"""Mel frames of the 30 seconds that Whisper was trained on."""

FRAME = 160
"""Samples that each mel frame advances: 10 ms."""

UNLOADING = 100
"""Times, a hundredth of a second apart, that the library is asked to unload a model."""

_FALLBACKS = ("int8_float32", "int8", "int16", "float32")
"""Fastest first, on processors that have them."""

_SPECIAL = ("endoftext", "startoftranscript", "startofprev", "notimestamps")
_REMEDY = "Fetch the model again."


class Tokenizer(Protocol):
    """What we use of faster-whisper's Tokenizer."""

    eot: int
    sot_prev: int
    sot_sequence: list[int]
    no_timestamps: int
    non_speech_tokens: Sequence[int]

    def encode(self, text: str) -> list[int]:
        """The tokens of a text."""
        ...

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of tokens, special ones left out."""
        ...


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the model wrote."""

    text: str
    logprob: float
    """Mean natural logarithm of its tokens' probabilities, the end's among them."""
    no_speech: float
    """Probability that nobody spoke."""
    ended: bool
    """False where it was cut off."""


class WhisperModel:
    """A model directory in CTranslate2's format, as `ct2-transformers-converter` writes it.

    threads: of the processor; 0 takes CTranslate2's own choice.
    compute_type: in CTranslate2's words; where the processor lacks it, the next best is taken and logged.

    Raises EngineError where the directory is not such a model or is damaged. A flipped bit inside a weight cannot be
    seen here: compare digests before loading. Calls must not overlap.
    """

    def __init__(self, path: Path, language: str = "en", threads: int = 0, compute_type: str = "int8") -> None:
        for name in ("model.bin", "config.json", "tokenizer.json"):
            if not (path / name).is_file():
                raise EngineError(f"Whisper: {path / name} is missing. {_REMEDY}")
        self.path = path
        ctranslate2 = _installed("ctranslate2")
        kind = _supported(compute_type, ctranslate2.get_supported_compute_types("cpu"))
        self._view = ctranslate2.StorageView.from_array
        try:
            self._model = ctranslate2.models.Whisper(
                str(path), device="cpu", compute_type=kind, intra_threads=threads, inter_threads=1
            )
            self.tokenizer = self._tokenizer(language)
            self._extract: Callable[..., NDArray[np.float32]] = _part("feature_extractor").FeatureExtractor(
                feature_size=self._model.n_mels
            )
            self._suppressed = list(self.tokenizer.non_speech_tokens)
            heard = np.asarray(self.encode(np.zeros(FRAME * 100, np.float32), 100))
            self.decode(self._view(heard), [], 4)
        except EngineError:
            raise
        except Exception as error:  # the library raises whatever C++ and pybind11 have
            raise EngineError(f"Whisper: {path} cannot be loaded ({error}). {_REMEDY}") from error
        if not np.isfinite(heard).all():
            raise EngineError(f"Whisper: {path} computes nothing but noise: the file is damaged. {_REMEDY}")

    def release(self) -> None:
        """Give its memory back until `load`.

        The library does nothing, and says nothing, where it still counts what it has just finished as being worked on.
        """
        for _ in range(UNLOADING):
            self._model.unload_model()
            if not self._model.model_is_loaded:
                return
            time.sleep(0.01)
        logger.warning("Whisper is in use, and keeps its memory")

    def load(self) -> None:
        """Read it from disk again where it was released. Raises RuntimeError where it is gone."""
        if not self._model.model_is_loaded:
            self._model.load_model()

    def encode(self, sound: NDArray[np.float32], frames: int) -> object:
        """What the encoder makes of `sound` (16 kHz, -1 to 1) with silence after it up to `frames` mel frames."""
        samples = np.zeros(frames * FRAME, np.float32)
        samples[: len(sound)] = sound[: len(samples)]
        mel = np.ascontiguousarray(self._extract(samples, padding=0)[np.newaxis], np.float32)
        encoded: object = self._model.encode(self._view(mel))
        return encoded

    def decode(self, heard: object, hint: Sequence[int], most: int) -> Decoded:
        """The words of what `encode` gave, at most `most` tokens. `hint` is text as if it had been said before."""
        tokens = self.tokenizer
        before = [tokens.sot_prev, *hint] if hint else []
        prompt = [*before, *tokens.sot_sequence, tokens.no_timestamps]
        (result,) = self._model.generate(
            heard,
            [prompt],
            beam_size=1,
            # The library gives the transcript half of this at most, and no more than what the prompt leaves.
            max_length=max(2 * most, len(prompt) + most),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=self._suppressed,
        )
        written = result.sequences_ids[0]
        mean = result.scores[0] * len(written) / (len(written) + 1)
        # Damaged weights compute what is not a number, which would pass for certainty in every comparison.
        logprob = min(0.0, mean) if math.isfinite(mean) else -math.inf
        return Decoded(tokens.decode(written).strip(), logprob, result.no_speech_prob, len(written) < most)

    def _tokenizer(self, language: str) -> Tokenizer:
        """Raises EngineError where it is not the one of this model."""
        file = self.path / "tokenizer.json"
        fast = _installed("tokenizers").Tokenizer.from_file(str(file))
        known = _vocabulary(self.path)
        for token in (f"<|{name}|>" for name in _SPECIAL):
            number = fast.token_to_id(token)
            if number is None or number >= len(known) or known[number] != token:
                raise EngineError(f"Whisper: {file} is not the tokenizer of the model beside it ({token}). {_REMEDY}")
        try:
            made = _part("tokenizer").Tokenizer(fast, self._model.is_multilingual, "transcribe", language)
        except ValueError as error:
            raise EngineError(f"Whisper knows no language {language!r}. Give a code such as en or de.") from error
        if not self._model.is_multilingual and language != "en":
            raise EngineError(
                f"Whisper: {self.path} knows English only, not {language!r}. Choose a multilingual model."
            )
        return cast(Tokenizer, made)


def _supported(wanted: str, available: set[str]) -> str:
    if wanted in available:
        return wanted
    chosen = next(kind for kind in (*_FALLBACKS, *sorted(available)) if kind in available)
    logger.warning("Whisper: this processor has no %s; computing in %s", wanted, chosen)
    return chosen


def _vocabulary(path: Path) -> list[str]:
    """The tokens by number. Raises OSError or ValueError; the library has read the file before, in either format."""
    file = path / "vocabulary.json"
    if file.is_file():
        listed = json.loads(file.read_text("utf-8"))
        return listed if isinstance(listed, list) else []
    return (path / "vocabulary.txt").read_text("utf-8").split("\n")


def _installed(library: str) -> ModuleType:
    try:
        return importlib.import_module(library)
    except ImportError as error:
        raise EngineError(_missing(library)) from error


def _missing(library: str) -> str:
    return f"Whisper needs {library}. Install it with: pip install 'hearth-assistant[standard]'"


def _part(name: str) -> ModuleType:
    """One module of faster-whisper without its package, which would also import PyAV and a client for model downloads.

    That saves 21 MB of memory, and code that can fetch models is never in the process.
    """
    alias = f"faster_whisper_{name}"
    if alias not in sys.modules:
        folder = package("faster_whisper")
        if folder is None:
            raise EngineError(_missing("faster-whisper"))
        spec = importlib.util.spec_from_file_location(alias, folder / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[alias] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[alias]
