"""From frames to commands: wait for a wake word, then pass on what is said until it ends."""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from assistant.concurrency import Worker
from assistant.endpoint import Endpoint, Endpointing, State
from assistant.messages import AudioFrame, Wake
from assistant.stages import Microphone, Vad, WakeWord

TOGETHER = 4
"""Frames of 80 ms that are heard at once in a quiet room: each time wakes two threads, and the processor with them.

A wake word is longer than that and is not heard later for it: after its first sound every frame counts again.
"""
_REMEMBERED = 2.0
"""Seconds of sound kept from before a wake word: the voice activity detector needs about one to find its feet."""


@dataclass(frozen=True, slots=True)
class Command:
    """How the last command went, in seconds of audio."""

    started: float | None = None
    """Where its speech began; None if nobody spoke."""
    ended: float | None = None
    """Where its speech ended, which is before the silence that showed it."""
    cut: bool = False
    """It went on for too long and was cut."""
    wake: Wake | None = None
    """The wake word that was heard in it: what was said before is void, and `Ears.wake` gives that word at once."""


class Ears:
    """Hears wake words and commands. Sound is taken from the microphone only while somebody waits for either.

    Cancelling `wake` or leaving `command` loses no frame and no wake word. One caller at a time.
    """

    def __init__(
        self,
        microphone: Microphone,
        wake_word: WakeWord,
        vad: Vad,
        endpointing: Endpointing | None = None,
        asleep: Callable[[], bool] = lambda: False,
    ) -> None:
        """`asleep` tells whether nobody may be speaking: then several frames are heard at once, for less work."""
        self._microphone = microphone
        self._wake_word = wake_word
        self._vad = vad
        self._endpointing = endpointing or Endpointing()
        self._asleep = asleep
        self._worker = Worker("ears")
        self._unheard: deque[AudioFrame] = deque()
        self._heard: deque[tuple[AudioFrame, Sequence[Wake]]] = deque()
        self._recent: deque[AudioFrame] = deque()
        self._wakes: deque[Wake] = deque()
        self._ended = False
        self.now = 0.0
        """Seconds of audio heard so far."""
        self.last = Command()
        """How the last command went, or goes so far."""

    async def wake(self) -> Wake | None:
        """Wait for a wake word; None when the sound has ended. Raises DeviceError and EngineError."""
        while not self._wakes:
            if await self._next() is None:
                return None
        return self._wakes.popleft()

    def call(self, word: str) -> None:
        """Let it be as if this wake word had just been heard. It counts from the next frame on."""
        self._wakes.append(Wake(word, 1.0, self.now))

    async def command(
        self, wake: Wake | None = None, wait: float | None = None, is_whole: Callable[[], Awaitable[bool]] | None = None
    ) -> AsyncIterator[AudioFrame]:
        """What is said after the wake word, or from now on if there was none, while it is being said.

        `wait` is how many seconds to wait for somebody to speak, if not as long as always. `is_whole` is asked once in
        each pause whether the frames that were passed on are a whole command: then a brief silence ends it.

        It begins shortly before the speech and ends with the silence after it. There is no frame at all if nobody
        speaks. It also ends with the sound, with another wake word, or when it has become too long: see `last`.
        """
        settings = self._endpointing if wait is None else replace(self._endpointing, wait=wait)
        self.last = Command()
        begins = self.now if wake is None else wake.at - settings.before_wake
        before = [frame for frame in self._recent if frame.at + frame.seconds <= begins]
        waiting = deque(frame for frame in self._recent if frame.at + frame.seconds > begins)
        await self._worker(self._warm_up, before)
        begins = waiting[0].at if waiting else self.now
        ignored = settings.after_voice if wake is None else wake.at + settings.after_wake - begins
        endpoint = Endpoint(settings, ignored)
        held: deque[AudioFrame] = deque()
        asked = False
        while endpoint.state in (State.WAITING, State.SPEAKING):
            frame = waiting.popleft() if waiting else await self._next()
            if frame is None or self._wakes:
                break
            state = endpoint.feed(frame.seconds, await self._worker(self._vad.speech, frame))
            held.append(frame)
            if state is State.WAITING:
                keep_from = (frame.at if endpoint.started is None else begins + endpoint.started) - settings.pre_roll
                while held[0].at + held[0].seconds <= keep_from:
                    held.popleft()
            elif state is not State.NOBODY:
                self.last = _command(begins, endpoint)
                while held:
                    yield held.popleft()
                if endpoint.silence < settings.brief:
                    asked = False
                elif is_whole is not None and not asked:
                    asked = True
                    if await is_whole():
                        endpoint.end()
        if self._wakes:
            self.last = Command(self.last.started, self.last.ended, wake=self._wakes[0])

    def close(self) -> None:
        """End the thread that listens."""
        self._worker.close()

    async def _next(self) -> AudioFrame | None:
        """The next frame, once it has been searched for wake words; None after the last one."""
        while not self._heard:
            wanted = TOGETHER if self._asleep() else 1
            while len(self._unheard) < wanted and not self._ended:
                frame = await self._microphone.read(wanted - len(self._unheard))
                if frame is None:
                    self._ended = True
                else:
                    self._unheard.append(frame)
            # Even without one: a cancelled call may still be at work on the frame before.
            await self._worker(self._hear)
            if self._ended and not self._heard:
                return None
        frame, wakes = self._heard.popleft()
        self.now = frame.at + frame.seconds
        self._wakes.extend(wakes)
        self._recent.append(frame)
        while self._recent[0].at + self._recent[0].seconds < self.now - _REMEMBERED:
            self._recent.popleft()
        return frame

    def _hear(self) -> None:
        # Frames and results wait in queues, not in variables of a coroutine, so that cancelling one cannot lose them.
        while self._unheard:
            frame = self._unheard.popleft()
            self._heard.append((frame, self._wake_word.hear(frame)))

    def _warm_up(self, frames: Sequence[AudioFrame]) -> None:
        self._vad.reset()
        for frame in frames:
            self._vad.speech(frame)


def _command(begins: float, endpoint: Endpoint) -> Command:
    started = None if endpoint.started is None else begins + endpoint.started
    ended = None if endpoint.ended is None else begins + endpoint.ended
    return Command(started, ended, endpoint.cut)
