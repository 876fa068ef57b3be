"""What shines or turns on the pins: relays, LEDs, dimmed and coloured ones, fans."""

import asyncio
from collections.abc import Mapping

from assistant.devices import wiring
from assistant.devices.colours import COLOURS, rgb
from assistant.devices.gpio import Level, Pins, Shade
from assistant.devices.kinds import traits
from assistant.devices.thing import Thing
from assistant.devices.traits import Word
from assistant.devices.wiring import number
from assistant.house import Outcome

Changes = Mapping[str, object]


class Lamp:
    """Something that is on or off, and perhaps in between: a relay, an LED, a dimmed LED, a fan."""

    def __init__(self, wired: wiring.Switched | wiring.Dimmed, kind: str) -> None:
        self._wired = wired
        self._amount = "speed" if kind == "fan" else "brightness"
        self._percent = 100
        self._line: Level | None = None
        dimmed = [self._amount] if isinstance(wired, wiring.Dimmed) else []
        self.traits = traits(kind, "on", *dimmed)

    def open(self, pins: Pins, thing: Thing, tasks: asyncio.TaskGroup) -> None:
        """Take its pin."""
        self._thing = thing
        pin, wired = number(self._wired.pin), self._wired
        if isinstance(wired, wiring.Dimmed):
            self._line = pins.dimmer(pin, active_low=wired.active_low, hertz=wired.hertz)
        else:
            self._line = pins.output(pin, active_low=wired.active_low, initial=wired.initial)
        self._read_back()

    async def apply(self, changes: Changes) -> Outcome:
        """Set the pin, and report what is then read from it."""
        assert self._line is not None
        self._percent = int(str(changes.get(self._amount, self._percent)))
        on = bool(changes.get("on", self._line.value > 0))
        self._line.value = self._percent / 100 if on and self._amount in self.traits else int(on)
        self._read_back()
        return Outcome.DONE

    async def close(self, last: Changes) -> None:
        """Go on or off as told."""
        if self._line is not None:
            if "on" in last:
                self._line.value = int(bool(last["on"]))
            self._line.close()

    def _read_back(self) -> None:
        assert self._line is not None
        amount = {self._amount: self._percent} if self._amount in self.traits else {}
        self._thing.report(on=self._line.value > 0, **amount)


class ColouredLamp:
    """An RGB LED."""

    def __init__(self, wired: wiring.Coloured) -> None:
        self._wired = wired
        self._line: Shade | None = None
        self.traits = {**traits("light", "on", "brightness"), "colour": Word(tuple(COLOURS))}

    def open(self, pins: Pins, thing: Thing, tasks: asyncio.TaskGroup) -> None:
        """Take its pins."""
        wired = self._wired
        self._thing = thing
        red, green, blue = number(wired.red), number(wired.green), number(wired.blue)
        self._line = pins.shade(red, green, blue, active_low=wired.active_low)
        thing.report(on=False, brightness=100, colour="white")

    async def apply(self, changes: Changes) -> Outcome:
        """Mix the colour."""
        assert self._line is not None
        wanted = {**self._thing.state, **changes}
        level = int(str(wanted["brightness"])) / 100 if wanted["on"] else 0.0
        red, green, blue = rgb(str(wanted["colour"]))
        self._line.value = red * level, green * level, blue * level
        self._thing.report(**wanted)
        return Outcome.DONE

    async def close(self, last: Changes) -> None:
        """Go dark."""
        if self._line is not None:
            self._line.close()
