"""Speech by rule with espeak-ng, called as a library: no model, no subprocess, the first sound within a millisecond.

The names and numbers of the C interface are those of `espeak-ng/speak_lib.h`, API revision 12.
"""

import asyncio
import ctypes
import re
import textwrap
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from functools import cache
from pathlib import Path
from threading import Event, Lock

from assistant.concurrency import Worker
from assistant.errors import EngineError
from assistant.messages import Speech

PIECE_MS = 100
"""Milliseconds of sound in one piece."""

STRETCH = 600
"""Characters given to the library at a time: what bounds the memory and the sound made ahead."""

_SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT: sound comes by callback, before espeak_Synth returns
_DONT_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT: without it missing data ends the process
_UTF8 = 1  # espeakCHARS_UTF8
_END_PAUSE = 0x1000  # espeakENDPAUSE: a sentence ends with its pause
_RATE, _PITCH = 1, 3  # espeak_PARAMETER
_IPA = 2  # phoneme mode: International Phonetic Alphabet
_RATES = (80, 450)  # words per minute that the library takes
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_LONGEST_PATH = 144  # bytes: its buffer has 160, and `/espeak-ng-data` must fit too

_SHORTER = "Install Hearth in another folder, or the Debian package libespeak-ng1."
_REMEDY = "Reinstall the package espeakng-loader or install the Debian package libespeak-ng1."


class Espeak:
    """A Synthesizer, and pronunciations by rule. Several may be alive at once, each with its own voice.

    voice: a voice or language as espeak-ng names it, such as `en-us`, `en-gb` or `en-gb+f3`.
    rate: words per minute, 80 to 450.
    pitch: 0 to 99.

    Raises EngineError where the library, its data or the voice is missing.
    """

    def __init__(self, voice: str = "en-us", rate: int = 165, pitch: int = 50) -> None:
        if not _RATES[0] <= rate <= _RATES[1]:
            raise EngineError(f"espeak-ng: a rate of {rate} is not between 80 and 450 words per minute.")
        if not 0 <= pitch <= 99:
            raise EngineError(f"espeak-ng: a pitch of {pitch} is not between 0 and 99.")
        self._library = _library()
        self._settings = (self._library.find(voice), rate, pitch)
        self._worker = Worker("espeak")

    async def speak(self, text: str, pace: float = 1.0) -> AsyncGenerator[Speech, None]:
        """The sound of `text` in pieces of PIECE_MS, as they are made. Nothing for text without words.

        Closing or cancelling stops the library in mid-sentence. Raises EngineError.
        """
        for stretch in _stretches(text):
            async with aclosing(self._pieces(stretch, pace)) as pieces:
                async for pcm in pieces:
                    yield Speech(pcm, self._library.rate)

    def synthesize(self, text: str) -> Speech:
        """The sound of the whole text at once. Blocks, for about a thousandth of its length on a desktop."""
        pcm = bytearray()

        def take(piece: bytes) -> bool:
            pcm.extend(piece)
            return True

        for stretch in _stretches(text):
            self._library.synthesize(stretch, self._settings, take)
        return Speech(bytes(pcm), self._library.rate)

    def phonemes(self, word: str, separator: str = "") -> str:
        """How `word` is said, in IPA with stress marks; `separator` (one character) parts the sounds.

        Several words are parted by spaces. Blocks for less than a millisecond a word.
        """
        return " ".join(self._library.phonemes(part, self._settings, separator) for part in _stretches(word))

    def close(self) -> None:
        """End the thread. The library stays loaded for others."""
        self._worker.close()

    async def _pieces(self, text: str, pace: float) -> AsyncGenerator[bytes, None]:
        # Bounded by STRETCH: the library never waits for the listener, so that it is free for others at once.
        made: asyncio.Queue[bytes | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        stop = Event()

        def take(piece: bytes) -> bool:
            if not stop.is_set():
                loop.call_soon_threadsafe(made.put_nowait, piece)
            return not stop.is_set()

        voice, rate, pitch = self._settings
        settings = (voice, max(_RATES[0], min(_RATES[1], round(rate * pace))), pitch)
        job = asyncio.ensure_future(self._worker(self._library.synthesize, text, settings, take))
        job.add_done_callback(lambda _: made.put_nowait(None))
        try:
            while (piece := await made.get()) is not None:
                yield piece
            await job
        finally:
            stop.set()
            await asyncio.wait([job])


class _Voice(ctypes.Structure):
    """espeak_VOICE."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


class Library:
    """The C library. It has one voice and one listener at a time for the whole process, so calls take turns.

    path: the shared object.
    data: the folder that holds `espeak-ng-data`, or None for the one the library was built with.

    Raises EngineError where it cannot be loaded. Calls come from any thread.
    """

    def __init__(self, path: str, data: Path | None = None) -> None:
        if data is not None and len(str(data).encode()) > _LONGEST_PATH:
            raise EngineError(f"espeak-ng: {data} is a longer path than it can use. {_SHORTER}")
        try:
            self._c = ctypes.CDLL(path)
        except OSError as error:
            raise EngineError(f"espeak-ng: {path} cannot be loaded ({error}). {_REMEDY}") from error
        self._c.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._c.espeak_GetCurrentVoice.restype = ctypes.POINTER(_Voice)
        self._turn = Lock()
        self._take: Callable[[bytes], bool] = _discard
        self.rate: int = self._c.espeak_Initialize(
            _SYNCHRONOUS, PIECE_MS, str(data).encode() if data else None, _DONT_EXIT
        )
        """Samples per second."""
        if self.rate <= 0:
            raise EngineError(f"espeak-ng: no data in {data or 'the folder it was built with'}. {_REMEDY}")
        self._callback = _CALLBACK(self._made)  # the library keeps no reference: we must
        self._c.espeak_SetSynthCallback(self._callback)

    def find(self, voice: str) -> str:
        """The library's own name for a voice or a language. Raises EngineError where there is none."""
        language, plus, variant = voice.partition("+")
        with self._turn:
            if self._c.espeak_SetVoiceByName(voice.encode()) == 0:
                return voice
            if self._c.espeak_SetVoiceByProperties(ctypes.byref(_Voice(languages=language.encode()))) == 0:
                found: bytes = self._c.espeak_GetCurrentVoice().contents.identifier
                return found.decode() + plus + variant
        raise EngineError(f"espeak-ng: there is no voice {voice!r}. Try en-us, en-gb or another language.")

    def synthesize(self, text: str, settings: tuple[str, int, int], take: Callable[[bytes], bool]) -> None:
        """Give the sound to `take`, piece by piece, until the end or until it returns False."""
        voice, rate, pitch = settings
        with self._turn:
            self._c.espeak_SetVoiceByName(voice.encode())
            self._c.espeak_SetParameter(_RATE, rate, 0)
            self._c.espeak_SetParameter(_PITCH, pitch, 0)
            self._take = take
            status = self._synth(text.encode())
            if self._take is _discard:
                # A text broken off leaves a character in the reader, which would begin the next one.
                self._synth(b"")
            elif status != 0:
                raise EngineError(f"espeak-ng: {text[:40]!r} cannot be spoken (status {status}).")

    def phonemes(self, text: str, settings: tuple[str, int, int], separator: str) -> str:
        """The sounds of `text` in IPA, clauses parted by spaces."""
        with self._turn:
            self._c.espeak_SetVoiceByName(settings[0].encode())
            rest = ctypes.c_char_p(text.encode())
            mode = _IPA | (ord(separator) << 8 if separator else 0)
            clauses = []
            while rest.value is not None:
                clauses.append(self._c.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, mode).decode())
        return " ".join(" ".join(clauses).split())

    def _synth(self, text: bytes) -> int:
        status: int = self._c.espeak_Synth(text, len(text) + 1, 0, 1, 0, _UTF8 | _END_PAUSE, None, None)
        return status

    def _made(self, samples: int | None, count: int, _events: int | None) -> int:
        """Called by the library with sound, or with none at the end. 1 makes it stop."""
        if samples and count > 0 and not self._take(ctypes.string_at(samples, count * 2)):
            self._take = _discard
            return 1
        return 0


def _discard(_piece: bytes) -> bool:
    return True


def _stretches(text: str) -> list[str]:
    """Speakable text of at most STRETCH characters each, parted at spaces where there are any."""
    return textwrap.wrap(_UNSPEAKABLE.sub(" ", text), STRETCH, break_on_hyphens=False)


_loading = Lock()


def _library() -> Library:
    with _loading:  # `cache` alone would let two threads load it twice
        return _loaded()


@cache
def _loaded() -> Library:
    """The first that works. The package comes first: its version is known, so words sound alike everywhere."""
    problems = []
    for path, data in _places():
        try:
            return Library(path, data)
        except EngineError as error:
            problems.append(str(error))
    raise EngineError("\n".join(problems))


def _places() -> Iterator[tuple[str, Path | None]]:
    try:
        import espeakng_loader

        yield espeakng_loader.get_library_path(), Path(espeakng_loader.get_data_path()).parent
    except (ImportError, RuntimeError):
        pass  # no package for this processor
    yield "libespeak-ng.so.1", None
