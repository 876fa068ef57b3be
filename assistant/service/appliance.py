"""The assistant as an appliance: it listens for good, with a light, a button and a mute switch."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from assistant.app import Assistant
from assistant.concurrency import interrupt
from assistant.devices.gpio import Pins
from assistant.devices.microphone import microphone
from assistant.errors import DeviceError, EngineError
from assistant.events import Deaf, Event, Hearing, Impaired, Waiting, Woke
from assistant.messages import BUTTON, STOP, AudioFrame
from assistant.service.body import Body
from assistant.stages import Microphone

logger = logging.getLogger(__name__)

BACK_OFF = (0.2, 0.5, 1.0)
"""Seconds to wait before a microphone that failed is opened again; the last one for ever."""
HELP_AFTER = 10.0
"""Seconds without a microphone after which the assistant asks for help, once."""
LONGEST_TURN = 120.0
"""Seconds of audio in which a turn must come to its end; then something in it hangs."""


class Appliance:
    """Listens through the configured microphone, except while it is muted: then the microphone is closed."""

    def __init__(self, assistant: Assistant, pins: Pins | None = None, *, patient: bool = False) -> None:
        """Without `pins`, those of this machine.

        A `patient` one waits for a microphone that is missing when it starts.
        """
        self.mute = assistant.mute
        self.body = Body(assistant.config.body, self.mute, self, pins, assistant.quiet)
        self._assistant = assistant
        self._patient = patient
        self._in_turn = False
        self._turn_began = 0.0
        self._repeating: asyncio.Task[None] | None = None
        self._helping: asyncio.Task[None] | None = None
        self._signs = 0
        self._signs_before = 0

    async def run(self) -> None:
        """Listen until cancelled.

        Raises DeviceError if the microphone cannot be opened at first, unless patient; later it is opened again and
        again until it is back.
        """
        for observer in (self._note, self.body):
            self._assistant.observe.add(observer)
        async with self.body:
            try:
                await self._listen()
            finally:
                await interrupt(self._repeating)
                await interrupt(self._helping)

    def alive(self) -> bool:
        """Whether, since this was asked last, sound was heard and its turn goes on, or the microphone is looked for."""
        before, self._signs_before = self._signs_before, self._signs
        ears = self._assistant.ears
        stuck = self._in_turn and ears is not None and ears.now - self._turn_began > LONGEST_TURN
        return self.mute.muted or (self._signs > before and not stuck)

    def press(self) -> None:
        """Listen, as if a wake word had been heard; or end what is going on. While muted, nothing."""
        if self._assistant.ears is not None:
            self._assistant.ears.call(STOP if self._in_turn or self._assistant.voice.busy else BUTTON)

    def repeat(self) -> None:
        """Say again what was said last."""
        if self._repeating is None or self._repeating.done():
            self._repeating = asyncio.create_task(self._repeat())

    async def _repeat(self) -> None:
        await self._assistant.voice.hush()
        if self._assistant.voice.last:
            await self._assistant.voice.announce(self._assistant.voice.last)

    def _note(self, event: Event) -> None:
        match event:
            case Woke():
                self._in_turn = True
                self._turn_began = 0.0 if self._assistant.ears is None else self._assistant.ears.now
            case Waiting():
                self._in_turn = False

    async def _listen(self) -> None:
        attempt, deaf, problem = 0, not self._patient, ""
        clock = asyncio.get_running_loop().time
        since = clock()
        while True:
            await self.mute.until(False)
            try:
                async with microphone(self._assistant.config.sound.microphone, self._impaired) as opened:
                    if problem:
                        logger.info("The microphone is back after %.1f s.", clock() - since)
                        self._assistant.observe(Hearing())
                    attempt, deaf, problem = 0, False, ""
                    await interrupt(self._helping)
                    await self._until_muted(_Counted(opened, self._sign))
            except DeviceError as error:
                if deaf:
                    raise
                if not problem:
                    since = clock()
                    self._helping = asyncio.create_task(self._ask_for_help(error))
                if str(error) != problem:
                    logger.warning("%s Trying until it is back.", error)
                problem = str(error)
                self._assistant.observe(Deaf(problem))
            self._sign()
            if not self.mute.muted:
                await asyncio.sleep(BACK_OFF[attempt])
                attempt = min(attempt + 1, len(BACK_OFF) - 1)

    def _sign(self) -> None:
        """Of life."""
        self._signs += 1

    def _impaired(self, problem: str) -> None:
        logger.warning("%s", problem)
        self._assistant.observe(Impaired(problem))

    async def _ask_for_help(self, error: DeviceError) -> None:
        """Say what is wrong, once it has been so for a while: nobody may look at the light or the log."""
        await asyncio.sleep(HELP_AFTER)
        reason = str(error).partition(". ")[0]
        with contextlib.suppress(EngineError):  # then the light and the log must do
            await self._assistant.voice.announce(f"I need help. I cannot hear. {reason}.")

    async def _until_muted(self, opened: Microphone) -> None:
        """Hear, turn after turn. Raises DeviceError and EngineError."""
        hearing = asyncio.create_task(self._assistant.hear(opened))
        muting = asyncio.create_task(self.mute.until(True))
        try:
            await asyncio.wait([hearing, muting], return_when=asyncio.FIRST_COMPLETED)
        finally:
            await interrupt(muting)
            await interrupt(hearing)
        if not hearing.cancelled():
            hearing.result()


class _Counted:
    """A microphone that gives a sign with each frame that was asked for, which is after the one before was heard."""

    def __init__(self, microphone: Microphone, sign: Callable[[], None]) -> None:
        self.live = microphone.live
        self._microphone = microphone
        self._sign = sign

    async def read(self, together: int = 1) -> AudioFrame | None:
        """The next frame."""
        frame = await self._microphone.read(together)
        self._sign()
        return frame
