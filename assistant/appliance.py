"""The assistant as an appliance: it listens for good, with a light, a button and a mute switch."""

import asyncio
import logging
from pathlib import Path

from assistant.app import Assistant
from assistant.body import Body
from assistant.concurrency import interrupt
from assistant.devices.audio import SoundMicrophone
from assistant.devices.gpio import Pins
from assistant.errors import DeviceError
from assistant.events import Deaf, Event, Waiting, Woke
from assistant.messages import BUTTON, STOP
from assistant.mute import Mute

logger = logging.getLogger(__name__)

BACK_OFF = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds to wait before a microphone that failed is opened again; the last one for ever."""


class Appliance:
    """Listens through the configured microphone, except while it is muted: then the microphone is closed."""

    def __init__(self, assistant: Assistant, state: Path | None = None, pins: Pins | None = None) -> None:
        """Mute survives a restart in the folder `state`. Without `pins`, those of this machine."""
        self.mute = Mute(assistant.observe, state and state / "muted")
        self.body = Body(assistant.config.body, self.mute, self, pins)
        self._assistant = assistant
        self._in_turn = False
        self._repeating: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Listen until cancelled.

        Raises DeviceError if the microphone cannot be opened at first; later it is opened again and again until it is
        back.
        """
        for observer in (self._note, self.body):
            self._assistant.observe.add(observer)
        async with self.body:
            try:
                await self._listen()
            finally:
                await interrupt(self._repeating)

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
            case Waiting():
                self._in_turn = False

    async def _listen(self) -> None:
        attempt = -1
        while True:
            await self.mute.until(False)
            try:
                async with SoundMicrophone(self._assistant.config.sound.microphone) as microphone:
                    attempt = 0
                    await self._until_muted(microphone)
            except DeviceError as error:
                if attempt < 0:
                    raise
                self._assistant.observe(Deaf(str(error)))
                logger.warning("%s Trying again in %s s.", error, BACK_OFF[attempt])
            if not self.mute.muted:
                await asyncio.sleep(BACK_OFF[attempt])
                attempt = min(attempt + 1, len(BACK_OFF) - 1)

    async def _until_muted(self, microphone: SoundMicrophone) -> None:
        """Hear, turn after turn. Raises DeviceError and EngineError."""
        hearing = asyncio.create_task(self._assistant.hear(microphone))
        muting = asyncio.create_task(self.mute.until(True))
        try:
            await asyncio.wait([hearing, muting], return_when=asyncio.FIRST_COMPLETED)
        finally:
            await interrupt(muting)
            await interrupt(hearing)
        if not hearing.cancelled():
            hearing.result()
