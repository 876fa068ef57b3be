"""Simulated devices: a house that exists only in memory, for trying, testing and showing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.devices.backend import Host
from assistant.devices.kinds import measure, traits
from assistant.devices.thing import Facts, Thing
from assistant.house import Area, Device, Outcome
from assistant.messages import Risk

STARTS: Mapping[str, Mapping[str, object]] = {
    "light": {"on": False, "brightness": 100, "colour": "white"},
    "switch": {"on": False},
    "socket": {"on": False},
    "fan": {"on": False, "speed": 50},
    "cover": {"position": 0, "moving": "stopped"},
    "climate": {"target": 20, "mode": "heat", "current": 20},
    "lock": {"locked": True},
    "sensor": {},
    "scene": {"active": False},
    "button": {"pressed": False},
}
"""Kind of device → what it has, and how it starts."""


class Simulated(Thing):
    """Does at once whatever it is told, and says so."""

    def __init__(
        self, facts: Facts, measures: Mapping[str, str] | None = None, state: Mapping[str, object] | None = None
    ) -> None:
        """`measures` gives what a sensor measures, by name, with its unit."""
        start = STARTS[facts.kind]
        measured = {name: measure(name, unit) for name, unit in (measures or {}).items()}
        super().__init__(facts, {**traits(facts.kind, *start), **measured}, self._obey)
        self.report(**{**start, **(state or {})})

    async def _obey(self, changes: Mapping[str, object]) -> Outcome:
        self.report(**changes)
        return Outcome.DONE


class SimulatedDevice(Simulated):
    """One described in few words, for tests."""

    def __init__(
        self,
        name: str,
        kind: str,
        area: Area | None = None,
        aliases: tuple[str, ...] = (),
        reachable: bool = True,
        state: Mapping[str, object] | None = None,
        risk: Risk | None = None,
        measures: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(Facts(name, kind, area, aliases, risk), measures, state)
        if not reachable:
            self.fail(f"The {name} is simulated as out of reach.")


class SimulatedBackend:
    """A `Backend` of simulated devices."""

    name = "simulated"

    def __init__(self, devices: Sequence[Simulated]) -> None:
        self.devices = tuple(devices)

    async def open(self, host: Host) -> None:
        """Begin to tell of changes."""
        for device in self.devices:
            device.tell = host.tell

    async def close(self) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class SimulatedHouse:
    """A `House` of simulated devices that needs no opening."""

    devices: tuple[Device, ...] = ()
    areas: tuple[Area, ...] = ()
