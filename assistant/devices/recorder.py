"""The microphone as a process of its own, ALSA's `arecord`: a sound library that hangs can be killed, and no more.

The sound is watched: a microphone that stops, gives nothing but zeros or runs at a wrong pace has failed, whatever its
driver says. It is then closed and opened again by whoever listens.
"""

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

import numpy as np
import soxr

from assistant.devices.cards import Capture, captures, chosen, meaning
from assistant.errors import DeviceError
from assistant.messages import BYTES_PER_SECOND, RATE, AudioFrame

logger = logging.getLogger(__name__)

DEAD_AFTER = 2.0
"""Seconds without sound, or with nothing but zeros, after which a microphone has failed."""
AHEAD, BEHIND = 1.5, 2.5
"""Seconds that sound may be ahead of the clock before its rate must be wrong, and how far behind it is taken to be at
most: what pipes and buffers hold while nobody reads, and give at once afterwards."""
FORGIVEN = 0.99
"""Of the lead, kept for a second: no two clocks agree for long."""
PACE, TOO_SLOW = 1.0, 0.55
"""Seconds of the clock, and of sound in them; fewer in two such stretches in a row are a wrong rate, too."""
LATE = 0.02
"""Seconds by which a piece of sound may be late: the last one of several is not waited for apart."""
LOUDEST = 32_767
MOST_CHATTER = 64 << 10
"""Bytes of complaints for each second of sound."""
CLIPPED = 0.02
"""Share of samples at full scale from which speech is no longer understood well."""


class RecorderMicrophone(asyncio.SubprocessProtocol):
    """A microphone by a card's id, a part of its name, or a name of ALSA's; None for ALSA's default.

    It records whether or not it is read. What is not read within `backlog` seconds is dropped, the oldest first. It is
    open once it has really given sound. `note` is told, in a sentence, of what is bad but goes on.
    """

    live = True

    def __init__(
        self,
        device: str | int | None = None,
        frame_seconds: float = 0.08,
        backlog: float = 4.0,
        note: Callable[[str], None] = logger.warning,
    ) -> None:
        self._device = device
        self._bytes = round(frame_seconds * RATE) * 2
        self._frames: deque[AudioFrame] = deque()
        self._most = max(1, round(backlog / frame_seconds))
        self._note = note
        self._transport: asyncio.SubprocessTransport | None = None
        self._news = asyncio.Event()
        self._dead, self._ended = asyncio.Event(), False
        self._sound = b""
        self._odd = b""
        self._resampler: soxr.ResampleStream | None = None
        self._position = 0
        self._since = self._last = self._lead = self._paced = 0.0
        self._slow = 0
        self._zeros = 0.0
        self._clipped = 0
        self._wrong = ""
        self._chatter = 0
        self._errors: deque[bytes] = deque(maxlen=8)
        self._attended = False
        self.dropped = 0
        """Frames that were lost because they were not read in time, since the first was."""
        self.overflows = 0
        """How often the sound card was not read in time, and lost sound."""

    async def __aenter__(self) -> Self:
        """Start recording. Raises DeviceError, with the remedy, where no sound comes."""
        capture = chosen(self._device, await asyncio.to_thread(captures))
        pcm, rate = (capture.pcm, capture.rate) if isinstance(capture, Capture) else (capture, RATE)
        self._resampler = None if rate == RATE else soxr.ResampleStream(rate, RATE, 1, dtype="int16", quality="LQ")
        arguments = "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(rate), "--period-time=80000"
        loop = asyncio.get_running_loop()
        try:
            self._transport, _ = await loop.subprocess_exec(
                lambda: self, "arecord", *arguments, "-D", pcm, stdin=subprocess.DEVNULL, start_new_session=True
            )
        except OSError as error:
            remedy = "Install it with: sudo apt install alsa-utils"
            raise DeviceError(f"The microphone cannot be used: arecord: {error.strerror}. {remedy}") from error
        self._since = self._last = loop.time()
        try:
            self._frames.appendleft(await self._sounding())
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Kill it: it has nothing to lose, and might not end otherwise."""
        if self._transport is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._transport.get_pid(), signal.SIGKILL)
            try:
                await self._dead.wait()
            finally:
                self._transport.close()

    async def read(self, together: int = 1) -> AudioFrame | None:
        """The next frame. Raises DeviceError when the microphone has failed."""
        self._attended = True
        return await self._next(together)

    async def _next(self, together: int = 1) -> AudioFrame:
        if not self._frames:
            try:
                async with asyncio.timeout(DEAD_AFTER):
                    if together > 1:
                        await self._gather(together * self._bytes / BYTES_PER_SECOND + LATE)
                    await self._arrived()
            except TimeoutError:
                raise self._failed(f"has given no sound for {DEAD_AFTER:.0f} seconds. Check its plug") from None
        if self._wrong:
            raise self._failed(self._wrong)
        return self._frames.popleft()

    async def _sounding(self) -> AudioFrame:
        """The first frame that is not all zeros."""
        while True:
            frame = await self._next()
            if any(frame.pcm):
                return frame

    async def _gather(self, seconds: float) -> None:
        """Leave what it records in the pipe for so long, which holds two seconds: each piece of it wakes the loop."""
        assert self._transport is not None, "used outside `async with`"
        pipe = self._transport.get_pipe_transport(1)
        if isinstance(pipe, asyncio.ReadTransport):
            pipe.pause_reading()
            try:
                await asyncio.sleep(seconds)
            finally:
                pipe.resume_reading()

    async def _arrived(self) -> None:
        while not self._frames and not self._wrong:
            if self._ended:
                self._wrong = self._why()
                return
            self._news.clear()
            await self._news.wait()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Called by the event loop."""
        if fd == 1:
            self._take(data)
        else:
            self._complain(data)
        self._news.set()

    def process_exited(self) -> None:
        """Called by the event loop."""
        self._dead.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop once all that it wrote was read."""
        self._ended = True
        self._news.set()

    def _complain(self, data: bytes) -> None:
        self._chatter += len(data)
        if self._chatter > MOST_CHATTER:
            self._wrong = "does nothing but complain. Plug it in again"
            return
        self._errors.extend(data.splitlines())
        before, self.overflows = self.overflows, self.overflows + data.count(b"overrun")
        if self.overflows.bit_length() > before.bit_length():
            self._note(f"The microphone was not read in time: {self.overflows} gaps so far.")

    def _take(self, data: bytes) -> None:
        data = self._odd + data
        whole = len(data) & ~1
        data, self._odd = data[:whole], data[whole:]
        if self._resampler is not None:
            data = self._resampler.resample_chunk(np.frombuffer(data, "<i2")).astype("<i2").tobytes()
        self._keep_pace(len(data) / BYTES_PER_SECOND)
        self._sound += data
        while len(self._sound) >= self._bytes:
            pcm, self._sound = self._sound[: self._bytes], self._sound[self._bytes :]
            self._listen(pcm)
            self._frames.append(AudioFrame(pcm, self._position / BYTES_PER_SECOND))
            self._position += len(pcm)
            if len(self._frames) > self._most:
                self._frames.popleft()
                if self._attended:
                    self._lose()

    def _lose(self) -> None:
        before, self.dropped = self.dropped, self.dropped + 1
        if self.dropped.bit_length() > before.bit_length():
            lost = self.dropped * self._bytes / BYTES_PER_SECOND
            self._note(f"Sound was not heard in time: {lost:.2f} s of it lost so far. The processor is too busy.")

    def _listen(self, pcm: bytes) -> None:
        """Notice what is no sound of a room."""
        seconds = len(pcm) / BYTES_PER_SECOND
        self._zeros = 0.0 if any(pcm) else self._zeros + seconds
        if self._zeros >= DEAD_AFTER:
            self._wrong = "gives nothing but zeros. Is it muted by a switch, or in `alsamixer`?"
        if self._position % (BYTES_PER_SECOND * 2) < len(pcm):
            samples = np.frombuffer(pcm, "<i2")
            share = np.count_nonzero(np.abs(samples.astype(np.int32)) >= LOUDEST) / len(samples)
            self._clipped = self._clipped + 1 if share > CLIPPED else 0
            if self._clipped == 1:
                self._note("The microphone is too loud: what it hears is clipped. Lower its level with `alsamixer`.")

    def _keep_pace(self, seconds: float) -> None:
        now = asyncio.get_running_loop().time()
        passed, self._last = now - self._last, now
        self._lead = max(-BEHIND, self._lead * FORGIVEN**passed + seconds - passed)
        if self._lead > AHEAD:
            self._wrong = "gives more sound than there is time: its sample rate is wrong. Plug it in again"
        self._paced += seconds
        if now - self._since >= PACE:
            slow = self._paced < TOO_SLOW * (now - self._since)
            self._since, self._paced, self._chatter = now, 0.0, 0
            self._slow = self._slow + 1 if slow else 0
            if self._slow == 2:
                self._wrong = "gives less sound than there is time: its sample rate is wrong. Plug it in again"

    def _why(self) -> str:
        """Of an arecord that has ended."""
        said = b" ".join(self._errors).decode("utf-8", "replace")
        return meaning(said) or f"has stopped ({' '.join(said.split())[-120:] or 'without a reason'}). Check its plug"

    def _failed(self, how: str) -> DeviceError:
        name = "(default)" if self._device is None else repr(self._device)
        known = ", ".join(f"{each.card} ({each.name})" for each in captures()) or "none"
        return DeviceError(f"The microphone {name} {how}{'' if how.endswith('?') else '.'} Microphones here: {known}.")
