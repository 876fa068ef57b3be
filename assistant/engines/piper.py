"""Speech by a neural voice with Piper: natural, a fraction of real time on a Raspberry Pi 4, made piece by piece."""

import importlib
import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from assistant.concurrency import Worker
from assistant.errors import EngineError
from assistant.messages import Speech

LONG = 90
"""Phonemes, about five seconds: a longer sentence is made clause by clause."""

SHORTEST = 30
"""Phonemes, between one and two seconds: the least that is made by itself where a sentence is parted."""

PAUSE = 0.2
"""Seconds of silence after a sentence."""

_INPUTS = {"input", "input_lengths", "scales"}
_CLAUSE_ENDS = frozenset(",;:–—")
_REMEDY = "Fetch the voice again, or choose another."


class Piper:
    """A Synthesizer with one voice.

    path: the voice's `.onnx` file; its settings are in `.onnx.json` beside it.
    speed: 1 is the voice's own, 2 twice as fast; 0.25 to 4.
    speaker: of a voice that has several, by name or number.
    threads: of the processor.

    The voice is loaded and warmed here, which blocks for a second or two. Raises EngineError where it is missing,
    damaged or needs more than espeak-ng's phonemes.
    """

    def __init__(self, path: Path, *, speed: float = 1.0, speaker: str | None = None, threads: int = 1) -> None:
        if not 0.25 <= speed <= 4:
            raise EngineError(f"Piper: a speed of {speed:g} is not between 0.25 and 4.")
        self._session = _Session(path, threads)
        self._voice, self.rate = _load(path, self._session)
        self._settings = _Settings(self._voice.config.length_scale / speed, self._speaker(path, speaker))
        self._loudest = 0.0
        self._worker = Worker("piper")
        try:
            warm = [self._sound(piece, onnxruntime.RunOptions()) for piece in self._pieces("Ready.")]
        except Exception as error:  # of the voice's network or of espeak-ng, in whatever class they choose
            raise EngineError(f"Piper: {path} cannot speak ({error}). {_REMEDY}") from error
        if not warm or not self._loudest:
            raise EngineError(f"Piper: {path} makes no sound. {_REMEDY}")

    async def speak(self, text: str, pace: float = 1.0) -> AsyncGenerator[Speech, None]:
        """The sound of `text`, a sentence or a clause at a time. Nothing for text without words.

        Closing or cancelling breaks off the network in the middle of a piece. Raises EngineError.
        """
        try:
            for piece in await self._worker(self._pieces, text):
                run = onnxruntime.RunOptions()
                try:
                    pcm = await self._worker(self._sound, piece, run, pace)
                finally:
                    run.terminate = True
                yield Speech(pcm, self.rate)
        except EngineError:
            raise
        except Exception as error:  # as above
            raise EngineError(f"Piper failed in a sentence of {len(text)} characters: {error}") from error

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    def _pieces(self, text: str) -> "list[_Piece]":
        # espeak-ng takes neither NUL nor lone surrogates, and reads nothing else of what cannot be printed.
        sentences = self._voice.phonemize("".join(sign if sign.isprintable() else " " for sign in text))
        return [piece for phonemes in sentences if phonemes for piece in _clauses(phonemes)]

    def _sound(self, piece: "_Piece", run: onnxruntime.RunOptions, pace: float = 1.0) -> bytes:
        self._session.options = run
        ids = self._voice.phonemes_to_ids(list(piece.phonemes))
        made = np.nan_to_num(
            self._voice.phoneme_ids_to_audio(ids, self._settings.at(pace)), posinf=0.0, neginf=0.0
        ).ravel()
        # One gain for all that the voice says. Piper's own way, each piece to full scale, makes a short "OK" shout.
        self._loudest = max(self._loudest, float(np.abs(made).max(initial=0.0)))
        pcm = (made * (32767 * 0.9 / self._loudest)).astype("<i2").tobytes() if self._loudest else b""
        return pcm + bytes(2 * round(PAUSE * self.rate)) if piece.ends else pcm

    def _speaker(self, path: Path, speaker: str | None) -> int | None:
        config = self._voice.config
        if speaker is None or config.num_speakers <= 1:
            return None
        number = config.speaker_id_map.get(speaker, int(speaker) if speaker.isdecimal() else -1)
        if not 0 <= number < config.num_speakers:
            names = ", ".join(list(config.speaker_id_map)[:8]) or f"0 to {config.num_speakers - 1}"
            raise EngineError(f"Piper: {path.stem} has no speaker {speaker!r}. Choose from {names}.")
        return number


@dataclass(frozen=True, slots=True)
class _Piece:
    """Phonemes that are made into sound at once."""

    phonemes: Sequence[str]
    ends: bool
    """A sentence."""


@dataclass(frozen=True, slots=True)
class _Settings:
    """What PiperVoice asks of its SynthesisConfig."""

    length_scale: float
    speaker_id: int | None
    noise_scale: float | None = None
    noise_w_scale: float | None = None

    def at(self, pace: float) -> "_Settings":
        return replace(self, length_scale=self.length_scale / pace)


class _Session:
    """Stands for the ONNX session in PiperVoice, so that a run can be broken off."""

    def __init__(self, path: Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # The arena keeps what the longest sentence took for ever: 270 MB where 85 suffice, for a sixth of the time.
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises a dozen classes of its own, without a common base
            raise EngineError(f"Piper: the voice {path} cannot be loaded ({error}). {_REMEDY}") from error
        inputs = {given.name for given in self._session.get_inputs()}
        if not _INPUTS <= inputs <= {*_INPUTS, "sid"}:
            raise EngineError(f"Piper: {path} is not a voice: its inputs are {', '.join(sorted(inputs))}. {_REMEDY}")
        self.options = onnxruntime.RunOptions()

    def run(self, outputs: None, given: dict[str, NDArray[np.generic]]) -> list[NDArray[np.float32]]:
        result: list[NDArray[np.float32]] = self._session.run(outputs, given, self.options)
        return result


class _Config(Protocol):
    """What we use of PiperConfig."""

    length_scale: float
    num_speakers: int
    speaker_id_map: dict[str, int]


class _Voice(Protocol):
    """What we use of PiperVoice. Its `synthesize` is not used, since it logs what is said."""

    config: _Config

    def phonemize(self, text: str) -> list[list[str]]: ...
    def phonemes_to_ids(self, phonemes: list[str]) -> list[int]: ...
    def phoneme_ids_to_audio(self, phoneme_ids: list[int], syn_config: _Settings) -> NDArray[np.float32]: ...


def _load(path: Path, session: _Session) -> tuple[_Voice, int]:
    """The voice and its samples per second."""
    try:
        piper = importlib.import_module("piper")
    except ImportError as error:
        raise EngineError("Piper needs piper-tts. Install it with: pip install 'hearth-assistant[standard]'") from error
    file = path.with_name(f"{path.name}.json")
    try:
        config = piper.PiperConfig.from_dict(json.loads(file.read_text("utf-8")))
    except OSError as error:
        raise EngineError(f"Piper: {file} cannot be read ({error.strerror}). {_REMEDY}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(f"Piper: {file} does not describe a voice ({error!r}). {_REMEDY}") from error
    if config.phoneme_type.value not in ("espeak", "text"):
        kind = config.phoneme_type.value
        raise EngineError(f"Piper: {path.stem} needs {kind} dictionaries, which it would fetch. Choose another voice.")
    if not isinstance(config.sample_rate, int) or not 8000 <= config.sample_rate <= 48_000:
        raise EngineError(f"Piper: {file} has a sample rate of {config.sample_rate!r}. {_REMEDY}")
    return cast(_Voice, piper.PiperVoice(session=session, config=config)), config.sample_rate


def _clauses(sentence: Sequence[str]) -> Iterator[_Piece]:
    """A sentence as one piece, or if it is long, parted after clauses; if there are none for long, between words."""
    rest = sentence
    while (place := _parting(rest)) is not None:
        yield _Piece(rest[:place], ends=False)
        rest = rest[place:]
    yield _Piece(rest, ends=True)


def _parting(phonemes: Sequence[str]) -> int | None:
    """Where the next piece begins; None where the rest is short enough."""
    if len(phonemes) <= LONG:
        return None
    spaces = [place for place in range(SHORTEST, len(phonemes) - SHORTEST) if phonemes[place] == " "]
    clauses = [place for place in spaces if phonemes[place - 1] in _CLAUSE_ENDS and place <= 2 * LONG]
    if clauses:
        return max((place for place in clauses if place <= LONG), default=clauses[0])
    if len(phonemes) <= 2 * LONG:
        return None
    return max((place for place in spaces if place <= LONG), default=LONG)
