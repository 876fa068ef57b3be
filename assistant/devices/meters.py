"""What measures on the pins: buttons and contacts, distances, voltages, temperatures; and what heats by them."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from assistant.devices import wiring
from assistant.devices.gpio import Gauge, Input, Level, Pins
from assistant.devices.kinds import KINDS, measure
from assistant.devices.lasting import Lasting
from assistant.devices.onewire import celsius
from assistant.devices.thing import Thing
from assistant.devices.traits import Number, Trait, Word, YesNo
from assistant.devices.wiring import number
from assistant.errors import DeviceError
from assistant.house import Outcome

Changes = Mapping[str, object]


class Contact:
    """A push-button, a door contact or a motion sensor."""

    def __init__(self, wired: wiring.Contact) -> None:
        self._wired = wired
        self._name = "pressed" if wired.part == "button" else wired.part
        self._input: Input | None = None
        self.traits: Mapping[str, Trait] = {self._name: YesNo(settable=False, momentary=wired.part == "button")}

    def open(self, pins: Pins, thing: Thing, tasks: asyncio.TaskGroup) -> None:
        """Take its pin, and report how it is."""
        wired = self._wired
        self._thing = thing
        # Buttons and reed contacts close to ground; motion sensors drive the pin themselves.
        pull_up = wired.part != "motion" if wired.pull_up is None else wired.pull_up
        self._input = pins.input(number(wired.pin), self._changed, pull_up=pull_up, settle_seconds=wired.bounce_seconds)
        if self._name != "pressed":
            self._changed(self._input.active)

    def _changed(self, active: bool) -> None:
        if active or self._name != "pressed":
            self._thing.report(**{self._name: active})

    async def apply(self, changes: Changes) -> Outcome:
        """Refuse: nothing of it can be set."""
        return Outcome.REFUSED

    async def close(self, last: Changes) -> None:
        """Let its pin go."""
        if self._input is not None:
            self._input.close()


class Meter:
    """Anything that measures one number: a distance sensor, a channel of an MCP3008."""

    def __init__(self, wired: wiring.Distance | wiring.Analogue) -> None:
        self._wired = wired
        self._gauge: Gauge | None = None
        self.every = wired.every_seconds
        distance = isinstance(wired, wiring.Distance)
        self._name, unit = ("distance", "m") if isinstance(wired, wiring.Distance) else (wired.measure, wired.unit)
        self._low, self._high = (
            (0.0, wired.max_metres) if isinstance(wired, wiring.Distance) else (wired.low, wired.high)
        )
        self._needs_echo = distance
        self.traits: Mapping[str, Trait] = {self._name: measure(self._name, unit)}

    def open(self, pins: Pins, thing: Thing, tasks: asyncio.TaskGroup) -> None:
        """Take its pins."""
        self._thing = thing
        wired = self._wired
        if isinstance(wired, wiring.Distance):
            self._gauge = pins.distance(number(wired.echo), number(wired.trigger), wired.max_metres)
        else:
            self._gauge = pins.analogue(wired.channel, wired.select)

    def read(self) -> Changes:
        """Its value, scaled to the unit."""
        assert self._gauge is not None
        share = self._gauge.value
        if self._needs_echo and share == 0:
            raise DeviceError("The distance sensor hears no echo. Check its wires.")
        return {self._name: round(self._low + share * (self._high - self._low), 4)}

    def measured(self, values: Changes) -> None:
        """Report it."""
        self._thing.report(**values)

    def unread(self) -> None:
        """Do nothing more."""

    async def apply(self, changes: Changes) -> Outcome:
        """Refuse: nothing of it can be set."""
        return Outcome.REFUSED

    async def close(self, last: Changes) -> None:
        """Let its pins go."""
        if self._gauge is not None:
            self._gauge.close()


class Thermometer:
    """A DS18B20."""

    def __init__(self, wired: wiring.Thermometer, bus: Path) -> None:
        self._serial = wired.serial
        self._bus = bus
        self.every = wired.every_seconds
        self.traits = {"temperature": measure("temperature", "°C")}

    def open(self, pins: Pins, thing: Thing, tasks: asyncio.TaskGroup) -> None:
        """Remember whom to report to."""
        self._thing = thing

    def read(self) -> Changes:
        """The temperature, to a tenth of a degree."""
        return {"temperature": round(celsius(self._serial, self._bus), 1)}

    def measured(self, values: Changes) -> None:
        """Report it."""
        self._thing.report(**values)

    def unread(self) -> None:
        """Do nothing more."""

    async def apply(self, changes: Changes) -> Outcome:
        """Refuse: nothing of it can be set."""
        return Outcome.REFUSED

    async def close(self, last: Changes) -> None:
        """Do nothing."""


BLIND = 3
"""A thermostat that has read nothing so often in a row lets the heater go out."""


class Thermostat:
    """A DS18B20 and the relay of a heater, which is on while it is too cold."""

    def __init__(self, wired: wiring.Thermostat, bus: Path, lasting: Lasting) -> None:
        self._wired = wired
        self._lasting = lasting
        self._bus = bus
        self._failed = 0
        self._line: Level | None = None
        self.every = wired.every_seconds
        climate = KINDS["climate"]
        self.traits: Mapping[str, Trait] = {
            "target": Number(4, 40, "°C"), "mode": Word(("off", "heat")), "current": climate["current"]
        }  # fmt: skip

    def open(self, pins: Pins, thing: Thing, tasks: asyncio.TaskGroup) -> None:
        """Take the relay's pin, off, and the target and mode that it had."""
        self._thing = thing
        self._line = pins.output(number(self._wired.pin), active_low=self._wired.active_low)
        thing.report(target=self._wired.target, mode="heat")
        thing.report(**self._lasting.of(thing.id))

    def read(self) -> Changes:
        """The temperature, to a tenth of a degree."""
        return {"current": round(celsius(self._wired.serial, self._bus), 1)}

    def measured(self, values: Changes) -> None:
        """Report it and switch the heater."""
        self._failed = 0
        self._thing.report(**values)
        self._control()

    def unread(self) -> None:
        """Not to know how warm it is must not heat the house for ever."""
        self._failed += 1
        if self._failed >= BLIND and self._line is not None:
            self._line.value = 0

    async def apply(self, changes: Changes) -> Outcome:
        """Take the new target or mode, for after a power cut too, and switch the heater."""
        self._thing.report(**changes)
        self._lasting.keep(self._thing.id, changes)
        self._control()
        return Outcome.DONE

    async def close(self, last: Changes) -> None:
        """Let the heater go out."""
        if self._line is not None:
            self._line.value = 0
            self._line.close()

    def _control(self) -> None:
        assert self._line is not None
        state = self._thing.state
        current, target = state.get("current"), state["target"]
        if state["mode"] == "off" or self._failed >= BLIND:
            self._line.value = 0
        elif isinstance(current, int | float) and isinstance(target, int | float):
            half = self._wired.band / 2
            if not target - half <= current <= target + half:
                self._line.value = int(current < target)
