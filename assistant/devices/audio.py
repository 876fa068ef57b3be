"""Sound devices, by PortAudio: the microphone and the speaker.

Only blocking calls are used: PortAudio's callbacks into Python need memory that is both writable and executable, which
a hardened service may not have. Each stream is opened, used and closed in one thread, for PortAudio can hang otherwise.
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from types import ModuleType, TracebackType
from typing import Any, Literal, Self

import numpy as np
import soxr
from numpy.typing import NDArray

from assistant.concurrency import Newest, Worker
from assistant.errors import DeviceError
from assistant.messages import RATE, AudioFrame, Speech

Kind = Literal["input", "output"]

_DEAD_AFTER = 3.0
"""Seconds without a frame after which a microphone has failed: an unplugged one may just fall silent."""
_BLOCK_SECONDS = 0.02
"""How much is written to the speaker at a time: it is silent this much after it is told to stop."""
_LATENCY = 0.06
"""Seconds of sound that the speaker's buffer holds."""


@dataclass(frozen=True, slots=True)
class SoundDevice:
    """What `assistant check` tells of a sound device."""

    index: int
    name: str
    inputs: int
    """Channels that it can record; 0 for a mere speaker."""
    outputs: int
    """Channels that it can play; 0 for a mere microphone."""
    rate: int
    """Its own sample rate, in Hz."""
    is_default_input: bool
    is_default_output: bool


def sound_devices() -> list[SoundDevice]:
    """Everything that can record or play. Raises DeviceError where PortAudio is missing."""
    library = _portaudio()
    default_input, default_output = _default("input"), _default("output")
    return [
        SoundDevice(
            index,
            device["name"],
            device["max_input_channels"],
            device["max_output_channels"],
            int(device["default_samplerate"]),
            index == default_input,
            index == default_output,
        )
        for index, device in enumerate(library.query_devices())
    ]


class SoundMicrophone:
    """A sound card's microphone: the default one, or one given by its index or by a part of its name.

    It records whether or not it is read. What is not read within `backlog` seconds is dropped, the oldest first.
    """

    live = True

    def __init__(self, device: str | int | None = None, frame_seconds: float = 0.08, backlog: float = 4.0) -> None:
        self._device = device
        self._frame_seconds = frame_seconds
        self._backlog = max(1, round(backlog / frame_seconds))
        self._closing = threading.Event()
        self._failure: DeviceError | None = None
        self.overflows = 0
        """How often the sound card was not read in time, and lost sound."""

    @property
    def dropped(self) -> int:
        """Frames that nobody read in time."""
        return self._frames.dropped

    async def __aenter__(self) -> Self:
        """Start recording. Raises DeviceError, with the remedy, if that is impossible."""
        self._frames: Newest[AudioFrame] = Newest(self._backlog)
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # A daemon, and not a Worker: one that PortAudio never lets go must not keep the program from ending.
        self._thread = threading.Thread(
            target=self._record, args=(asyncio.get_running_loop(), opened), name="microphone", daemon=True
        )
        self._thread.start()
        await opened
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop recording."""
        self._closing.set()
        await asyncio.to_thread(self._thread.join, _DEAD_AFTER)

    async def read(self, together: int = 1) -> AudioFrame | None:
        """The next frame. Raises DeviceError when the microphone has failed or fallen silent."""
        try:
            async with asyncio.timeout(_DEAD_AFTER):
                frame = await self._frames.get()
        except TimeoutError:
            raise self._failed(f"has given no sound for {_DEAD_AFTER:.0f} seconds") from None
        if frame is None:
            raise self._failure or self._failed("was closed")
        return frame

    def _record(self, loop: asyncio.AbstractEventLoop, opened: "asyncio.Future[None]") -> None:
        def tell(error: Exception | None) -> None:
            if not opened.done():
                opened.set_result(None) if error is None else opened.set_exception(error)

        position = 0
        try:
            with _failures("microphone", self._device), _input(self._device) as (stream, mono):
                loop.call_soon_threadsafe(tell, None)
                while not self._closing.is_set():
                    pcm, overflowed = stream.read(round(self._frame_seconds * stream.samplerate))
                    self.overflows += overflowed
                    sound = mono(np.frombuffer(pcm, np.int16).reshape(-1, stream.channels))
                    self._frames.put(AudioFrame(sound.astype("<i2").tobytes(), position / RATE))
                    position += len(sound)
        except DeviceError as error:
            self._failure = error
            with contextlib.suppress(RuntimeError):  # the loop may be closed by now
                loop.call_soon_threadsafe(tell, error)
        finally:
            self._frames.close()

    def _failed(self, how: str) -> DeviceError:
        return DeviceError(f"The microphone {_name(self._device)} {how}. Check its plug, then `assistant check`.")


class SoundSpeaker:
    """A sound card's speaker: the default one, or one given by its index or by a part of its name."""

    def __init__(self, device: str | int | None = None) -> None:
        self._device = device
        self._worker = Worker("speaker")
        self._stream: Any = None

    async def play(self, speech: AsyncIterator[Speech]) -> None:
        """Play the pieces without a gap until the end has been heard. Cancelled, it is silent within 50 ms or so.

        Raises DeviceError, with the remedy, where there is no speaker or it fails.
        """
        try:
            with _failures("speaker", self._device):
                async for piece in speech:
                    await self._worker(self._open, piece.rate)
                    for block in _blocks(piece, int(self._stream.samplerate), self._stream.channels):
                        await self._worker(self._stream.write, block)
                await self._worker(self._finish)
        finally:
            await self._worker(self._silence)

    def _open(self, rate: int) -> None:
        if self._stream is None:
            self._stream = _output(self._device, rate)
            self._stream.start()

    def _finish(self) -> None:
        if self._stream is not None:
            self._stream.stop()

    def _silence(self) -> None:
        """Close without waiting for what is still in the buffer."""
        if self._stream is not None:
            stream, self._stream = self._stream, None
            stream.close()

    def close(self) -> None:
        """End the thread that plays."""
        self._worker.close()


def _portaudio() -> ModuleType:
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        raise DeviceError(f"Sound cannot be used: {error}. Install it with: sudo apt install libportaudio2") from error
    module: ModuleType = sounddevice
    return module


@contextlib.contextmanager
def _failures(what: str, device: str | int | None) -> Iterator[None]:
    """Turn PortAudio's errors into ours."""
    library = _portaudio()
    try:
        yield
    except (library.PortAudioError, ValueError) as error:
        known = ", ".join(each.name for each in sound_devices()) or "none"
        problem = f"The {what} {_name(device)} cannot be used: {error}. Sound devices here: {known}."
        raise DeviceError(f"{problem} Plug one in, or choose one in the configuration.") from error


def _name(device: str | int | None) -> str:
    return "(default)" if device is None else repr(device)


@contextlib.contextmanager
def _input(device: str | int | None) -> Iterator[tuple[Any, Callable[[NDArray[np.int16]], NDArray[np.int16]]]]:
    """A running input stream, and what makes its blocks, of shape (frames, channels), mono at 16 kHz."""
    rate, channels = _format("input", device, RATE)
    resampler = None if rate == RATE else soxr.ResampleStream(rate, RATE, 1, dtype="int16")

    def mono(block: NDArray[np.int16]) -> NDArray[np.int16]:
        first = np.ascontiguousarray(block[:, 0])
        result: NDArray[np.int16] = first if resampler is None else resampler.resample_chunk(first)
        return result

    with _portaudio().RawInputStream(samplerate=rate, channels=channels, dtype="int16", device=device) as stream:
        yield stream, mono


def _output(device: str | int | None, rate: int) -> Any:
    """An output stream, at that rate if the device can."""
    rate, channels = _format("output", device, rate)
    return _portaudio().RawOutputStream(
        samplerate=rate, channels=channels, dtype="int16", device=device, latency=_LATENCY
    )


def _format(kind: Kind, device: str | int | None, rate: int) -> tuple[int, int]:
    """Sample rate and channels: as close to `rate` and mono as the device comes."""
    library = _portaudio()
    known = library.query_devices(device, kind)
    check = library.check_input_settings if kind == "input" else library.check_output_settings
    own, channels = int(known["default_samplerate"]), int(known[f"max_{kind}_channels"])
    for choice in (rate, 1), (own, 1), (rate, channels):
        with contextlib.suppress(library.PortAudioError):
            check(device=device, channels=choice[1], dtype="int16", samplerate=choice[0])
            return choice
    return own, channels


def _default(kind: Kind) -> int | None:
    library = _portaudio()
    try:
        return int(library.query_devices(kind=kind)["index"])
    except (library.PortAudioError, ValueError):
        return None


def _blocks(speech: Speech, rate: int, channels: int) -> Iterator[bytes]:
    sound = np.frombuffer(speech.pcm, "<i2")
    if speech.rate != rate:
        sound = soxr.resample(sound, speech.rate, rate)
    size = round(_BLOCK_SECONDS * rate)
    for start in range(0, len(sound), size):
        yield np.repeat(sound[start : start + size], channels).tobytes()
