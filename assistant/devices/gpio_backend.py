"""Devices on the pins of this Raspberry Pi."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.concurrency import doze, interrupt
from assistant.devices import wiring
from assistant.devices.backend import Host
from assistant.devices.gpio import Pins, failures
from assistant.devices.lasting import Lasting
from assistant.devices.onewire import BUS
from assistant.devices.parts import Part, Polled, part_for
from assistant.devices.thing import Facts, Thing
from assistant.errors import DeviceError
from assistant.house import Outcome

logger = logging.getLogger(__name__)


class GpioBackend:
    """A `Backend`. A device whose pins cannot be had cannot be reached; the others work."""

    name = "gpio"

    def __init__(
        self,
        wired: Sequence[tuple[Facts, wiring.Wiring]],
        pins: Pins | None = None,
        bus: Path = BUS,
        lasting: Lasting | None = None,
    ) -> None:
        """Without `pins`, those of this machine. `bus` is the folder of the 1-wire thermometers.

        `lasting` is closed with it; without one, what devices are set to ends with the program.
        """
        self._lasting = lasting or Lasting()
        self._pins = pins
        self._mounted = [_mounted(facts, part_for(wires, facts.kind, bus, self._lasting)) for facts, wires in wired]
        self._polls: list[asyncio.Task[None]] = []
        self.devices = tuple(thing for thing, _ in self._mounted)

    async def open(self, host: Host) -> None:
        """Take all pins. Raises DeviceError where this machine has none."""
        pins = self._pins if self._pins is not None else await asyncio.to_thread(Pins.here)
        self._pins = pins
        for thing, part in self._mounted:
            thing.tell = host.tell
            try:
                with failures(f"The {thing.name}"):
                    part.open(pins, thing, host.tasks)
            except DeviceError as error:
                logger.warning("%s: %s", thing.name, error)
                thing.fail(str(error))
                continue
            if isinstance(part, Polled):
                self._polls.append(host.tasks.create_task(_poll(thing, part)))

    async def close(self) -> None:
        """Bring devices into their fail-safe state and let all pins go."""
        for poll in self._polls:
            await interrupt(poll)
        for thing, part in self._mounted:
            try:
                await part.close(thing.fail_safe)
            except Exception:
                logger.exception("%s could not be brought into its fail-safe state", thing.name)
        if self._pins is not None:
            self._pins.close()
        self._lasting.close()


def _mounted(facts: Facts, part: Part) -> tuple[Thing, Part]:
    async def apply(changes: Mapping[str, object]) -> Outcome:
        with failures(f"The {facts.name}"):
            return await part.apply(changes)

    return Thing(facts, part.traits, apply), part


async def _poll(thing: Thing, part: Polled) -> None:
    while True:
        try:
            with failures(f"The {thing.name}"):
                values = await asyncio.to_thread(part.read)
        except DeviceError as error:
            part.unread()
            thing.fail(str(error))
        else:
            part.measured(values)
        await doze(part.every)
