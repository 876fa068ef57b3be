"""The appliance's own light, button and mute switch. They watch events, and can neither slow nor break a turn."""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Protocol, Self

from assistant.concurrency import in_daemon_thread, interrupt
from assistant.devices.gpio import Input, Pins
from assistant.devices.inventory import Body as Wired
from assistant.devices.light import Light, light
from assistant.devices.wiring import number
from assistant.errors import DeviceError
from assistant.events import Event
from assistant.listening.mute import Mute
from assistant.service.gestures import Gesture, Gestures
from assistant.service.moods import PATTERNS, Mood, Pattern, mood
from assistant.speaking.quiet import Softly, never

logger = logging.getLogger(__name__)

GOODBYE = 1.0
"""Seconds in which the light must go out at the end."""
SETTLE = 0.02
"""Seconds until the button or the switch counts."""


class Controls(Protocol):
    """What the button does."""

    def press(self) -> None:
        """Listen; or stop what is going on."""
        ...

    def repeat(self) -> None:
        """Say the last answer again."""
        ...


class Body:
    """An observer of events with a light, and a hand on the microphone. Open it with `async with`.

    What cannot be opened is logged and listed in `problems`; the rest works.
    """

    def __init__(
        self,
        wired: Wired,
        mute: Mute,
        controls: Controls | None = None,
        pins: Pins | None = None,
        quiet: Callable[[], Softly | None] = never,
    ) -> None:
        """Without `controls` the button only mutes. Without `pins`, those of this machine, looked for if need be."""
        self._quiet = quiet
        self._wired = wired
        self._mute = mute
        self._controls = controls
        self._pins = pins
        self._light: Light | None = None
        self._inputs: list[Input] = []
        self._gestures: Gestures | None = None
        self._one = threading.Lock()
        """Held while the light is told something."""
        self._task: asyncio.Task[None] | None = None
        self._mood = Mood.MUTED if mute.muted else Mood.WAITING
        self._changed = asyncio.Event()
        self.problems: list[str] = []

    def __call__(self, event: Event) -> None:
        """Take note of the event; the light follows on its own."""
        after = mood(event, self._mood)
        if after is not self._mood:
            self._mood = after
            self._changed.set()

    async def __aenter__(self) -> Self:
        """Take the pins and begin to show."""
        wired = self._wired
        if wired.light is None and wired.button is None and wired.mute is None:
            return self
        try:
            pins = self._pins if self._pins is not None else await asyncio.to_thread(Pins.here)
        except DeviceError as error:
            self._problem(error)
            return self
        self._pins = pins
        for what in (self._open_light, self._open_button, self._open_mute):
            try:
                what(pins)
            except DeviceError as error:
                self._problem(error)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Go dark and let the pins go."""
        await interrupt(self._task)
        for line in self._inputs:
            line.close()
        if self._gestures is not None:
            self._gestures.close()
        if self._light is not None:
            with suppress(Exception):  # it hangs, or failed before, and that was logged
                async with asyncio.timeout(GOODBYE):
                    await self._tell(self._light.close)
        if self._pins is not None:
            self._pins.close()

    def _open_light(self, pins: Pins) -> None:
        if self._wired.light is not None:
            self._light = light(self._wired.light, pins)
            self._task = asyncio.create_task(self._shine(self._light))

    def _open_button(self, pins: Pins) -> None:
        if (button := self._wired.button) is not None:
            self._gestures = gestures = Gestures(self._meant)
            pin = number(button.pin)
            self._inputs.append(pins.input(pin, gestures.changed, pull_up=button.pull_up, settle_seconds=SETTLE))

    def _open_mute(self, pins: Pins) -> None:
        if (switch := self._wired.mute) is not None:
            pin = number(switch.pin)
            line = pins.input(pin, self._mute.switch, pull_up=switch.pull_up, settle_seconds=SETTLE)
            self._inputs.append(line)
            self._mute.switch(line.active)

    def _meant(self, gesture: Gesture) -> None:
        if gesture is Gesture.LONG:
            self._mute.want(not self._mute.muted)
        elif self._controls is not None:
            action = {Gesture.PRESS: self._controls.press, Gesture.DOUBLE: self._controls.repeat}[gesture]
            action()

    async def _shine(self, shown: Light) -> None:
        """Show the mood. A light that hangs keeps nobody waiting but itself."""
        try:
            while True:
                self._changed.clear()
                await self._play(shown, PATTERNS[self._mood])
        except Exception as error:
            logger.exception("The status light has failed")
            self.problems.append(f"The status light has failed: {error}")

    async def _play(self, shown: Light, pattern: Pattern) -> None:
        """Until the mood changes."""
        while not self._changed.is_set():
            softly = self._quiet()
            share = softly.light if softly is not None else 1.0
            for (red, green, blue), seconds in pattern.steps:
                colour = red * share, green * share, blue * share
                await self._tell(partial(shown.show, colour))
                if pattern.whole:
                    await asyncio.sleep(seconds or 0)
                else:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._changed.wait(), seconds)
                        return

    async def _tell(self, call: Callable[[], None]) -> None:
        """Call the light in a thread that may hang without keeping anybody: neither a turn nor the end."""

        def one_by_one() -> None:
            with self._one:
                call()

        await in_daemon_thread(one_by_one)

    def _problem(self, error: DeviceError) -> None:
        logger.warning("%s", error)
        self.problems.append(str(error))
