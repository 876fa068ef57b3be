"""Sound files in place of sound devices: a recording as the microphone, a folder of WAV files as the speaker."""

import asyncio
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
import soxr
from numpy.typing import NDArray

from assistant.errors import DeviceError
from assistant.messages import RATE, AudioFrame, Speech

if TYPE_CHECKING:
    import soundfile

_BLOCK_SECONDS = 1.0
"""How much of a file is in memory at a time."""


class FileMicrophone:
    """A WAV, FLAC or other sound file of any rate, width and channel count, heard as fast as it is asked for.

    `lead_in` and `lead_out` are seconds of silence heard before the file, at negative times, and after it: a wake word
    is not heard in the first 1.28 s of sound, and a command ends with silence. Opening and reading raise DeviceError
    for what is not a sound file, holds no sound or is damaged.
    """

    live = False

    def __init__(self, path: Path, frame_seconds: float = 0.08, *, lead_in: float = 0.0, lead_out: float = 0.0) -> None:
        self.path = path
        self._frame = round(frame_seconds * RATE)
        self._lead_in, self._lead_out = round(lead_in * RATE), round(lead_out * RATE)
        self._position = -self._lead_in
        self._sound = np.zeros(self._lead_in, np.int16)
        self._file: soundfile.SoundFile | None = None
        self._resampler: soxr.ResampleStream | None = None
        self._exhausted = self._ended = False
        self._moved = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Open the file."""
        import soundfile

        try:
            self._file = soundfile.SoundFile(self.path)
            if self._file.samplerate != RATE:
                self._resampler = soxr.ResampleStream(self._file.samplerate, RATE, 1, dtype="float32")
        except (OSError, TypeError, ValueError, RuntimeError) as error:
            await self.__aexit__()
            raise self._unreadable(error) from error
        if not self._file.frames:
            await self.__aexit__()
            raise DeviceError(f"{self.path} holds no sound. Record it again.")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Close the file; whoever waits in `reached` goes on."""
        if self._file is not None:
            self._file.close()
        self._end()

    @property
    def now(self) -> float:
        """Seconds of the file that have been heard."""
        return self._position / RATE

    async def reached(self, at: float) -> None:
        """Wait until the first `at` seconds of the file have been heard by somebody, or it has ended."""
        while not self._ended and self.now < at:
            self._moved.clear()
            await self._moved.wait()

    async def read(self, together: int = 1) -> AudioFrame | None:
        """The next frame, the last one shorter; None at the end. Raises DeviceError where the file is damaged."""
        while len(self._sound) < self._frame and not self._exhausted:
            self._sound = np.concatenate((self._sound, self._block()))
        sound, self._sound = self._sound[: self._frame], self._sound[self._frame :]
        if not len(sound):
            self._end()
            return None
        frame = AudioFrame(sound.astype("<i2").tobytes(), self._position / RATE)
        self._position += len(sound)
        self._moved.set()
        return frame

    def _block(self) -> NDArray[np.int16]:
        """The next second or so, as 16 kHz mono; at the end with the silence after it."""
        assert self._file is not None, "used outside `async with`"
        try:
            block = self._file.read(round(_BLOCK_SECONDS * self._file.samplerate), dtype="float32", always_2d=True)
        except RuntimeError as error:
            raise self._unreadable(error) from error
        self._exhausted = not len(block)
        mono = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0).mean(axis=1, dtype=np.float32)
        if self._resampler is not None:
            mono = self._resampler.resample_chunk(mono, last=self._exhausted)
        sound = np.clip(np.rint(mono * 32768), -32768, 32767).astype(np.int16)
        return np.concatenate((sound, np.zeros(self._lead_out, np.int16))) if self._exhausted else sound

    def _end(self) -> None:
        self._ended = True
        self._moved.set()

    def _unreadable(self, error: Exception) -> DeviceError:
        if not self.path.exists():
            return DeviceError(f"{self.path} does not exist. Give the path of a WAV or FLAC file.")
        return DeviceError(f"{self.path} cannot be read as sound ({error}). Give a WAV or FLAC file.")


class FileSpeaker:
    """Writes each answer to `folder` as `answer-001.wav` and so on, after those that are there; None writes nothing.

    With a `clock`, an answer takes its time: it has been played when that much of the recording has been heard, so that
    somebody can interrupt it there. Somebody must go on listening to the recording meanwhile.
    """

    def __init__(self, folder: Path | None, clock: FileMicrophone | None = None) -> None:
        self._folder = folder
        self.clock = clock
        """The recording that time is told by; changes with the recording."""

    async def play(self, speech: AsyncIterator[Speech]) -> None:
        """Play to the end; cancelled, it keeps what was heard until then. Raises DeviceError if it cannot write."""
        began = self.clock.now if self.clock else 0.0
        pieces: list[Speech] = []
        played = 0.0
        try:
            async for piece in speech:
                pieces.append(piece)
                if self.clock:
                    await self.clock.reached(began + played + piece.seconds)
                played += piece.seconds
        except asyncio.CancelledError:
            self._write(pieces, seconds=self.clock.now - began if self.clock else played)
            raise
        self._write(pieces, seconds=played)

    def _write(self, pieces: list[Speech], seconds: float) -> None:
        if self._folder is None or not pieces:
            return
        rate = pieces[0].rate
        sound = np.concatenate([_at_rate(piece, rate) for piece in pieces])[: round(seconds * rate)]
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            number = max((int(path.stem[7:]) for path in self._folder.glob("answer-[0-9]*.wav")), default=0) + 1
            path = self._folder / f"answer-{number:03}.wav"
            unfinished = path.with_suffix(".part")
            with wave.open(str(unfinished), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(rate)
                file.writeframes(sound.tobytes())
            unfinished.replace(path)
        except OSError as error:
            problem = f"The answer cannot be written to {self._folder}: {error.strerror}. Choose another folder."
            raise DeviceError(problem) from error


def _at_rate(speech: Speech, rate: int) -> NDArray[np.int16]:
    sound = np.frombuffer(speech.pcm, "<i2")
    if speech.rate == rate:
        return sound
    resampled: NDArray[np.int16] = soxr.resample(sound, speech.rate, rate)
    return resampled
