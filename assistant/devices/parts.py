"""What every device on the pins must be able to do, and which one drives which wiring."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from assistant.devices import covers, lamps, meters, wiring
from assistant.devices.gpio import Pins
from assistant.devices.lasting import Lasting
from assistant.devices.thing import Thing
from assistant.devices.traits import Trait
from assistant.house import Outcome

Changes = Mapping[str, object]


class Part(Protocol):
    """A device on the pins."""

    @property
    def traits(self) -> Mapping[str, Trait]:
        """What can be known of it."""
        ...

    def open(self, pins: Pins, thing: Thing, tasks: asyncio.TaskGroup) -> None:
        """Take its pins and report to the thing from now on. Raises DeviceError."""
        ...

    async def apply(self, changes: Changes) -> Outcome:
        """Change it. Raises DeviceError."""
        ...

    async def close(self, last: Changes) -> None:
        """Take this state, as far as it is one that it can have, and let the pins go; also where `open` failed."""
        ...


@runtime_checkable
class Polled(Protocol):
    """A part that must be asked."""

    @property
    def every(self) -> float:
        """Seconds between two questions."""
        ...

    def read(self) -> Changes:
        """What it measures. Blocks; called in a thread. Raises DeviceError."""
        ...

    def measured(self, values: Changes) -> None:
        """Take note of what was read, in the event loop."""
        ...

    def unread(self) -> None:
        """Take note that nothing could be read."""
        ...


def part_for(wired: wiring.Wiring, kind: str, bus: Path, lasting: Lasting) -> Part:
    """What drives this wiring of a device of that kind. `bus` is the folder of the 1-wire thermometers."""
    part: Part
    match wired:
        case wiring.Switched() | wiring.Dimmed():
            part = lamps.Lamp(wired, kind)
        case wiring.Coloured():
            part = lamps.ColouredLamp(wired)
        case wiring.Servo():
            part = covers.Servo(wired)
        case wiring.Motor():
            part = covers.Motor(wired)
        case wiring.Door():
            part = covers.Door(wired)
        case wiring.Contact():
            part = meters.Contact(wired)
        case wiring.Distance() | wiring.Analogue():
            part = meters.Meter(wired)
        case wiring.Thermometer():
            part = meters.Thermometer(wired, bus)
        case wiring.Thermostat():
            part = meters.Thermostat(wired, bus, lasting)
    return part
