"""Simulated devices: a house that exists only in memory, for trying, testing and showing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.errors import BadSlot, SkillError
from assistant.house import Area, Device, Outcome

CAPABILITIES: Mapping[str, Mapping[str, object]] = {
    "light": {"on": False, "brightness": 100, "colour": "white"},
    "switch": {"on": False},
    "socket": {"on": False},
    "fan": {"on": False},
}
"""Kind of device → what can be set of it, and how it starts."""


@dataclass(eq=False)
class SimulatedDevice:
    """Does at once whatever it is told, and remembers it."""

    name: str
    kind: str
    area: Area | None = None
    aliases: tuple[str, ...] = ()
    reachable: bool = True
    state: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.state = {**CAPABILITIES[self.kind], **self.state}

    @property
    def capabilities(self) -> frozenset[str]:
        """What `set` may change."""
        return frozenset(CAPABILITIES[self.kind])

    async def set(self, **changes: object) -> Outcome:
        """Change its state. Raises SkillError for what it cannot do, BadSlot for a value it cannot take."""
        for name, value in changes.items():
            if name not in self.capabilities:
                raise SkillError(f"The {self.name} has no {name}.")
            if name == "on" and not isinstance(value, bool):
                raise BadSlot(f"The {self.name} can be on or off, not {value}.")
            if name == "brightness" and not (isinstance(value, int) and 0 <= value <= 100):
                raise BadSlot(f"The brightness of the {self.name} goes from 0 to 100, not to {value}.")
        if not self.reachable:
            return Outcome.UNREACHABLE
        if all(self.state[name] == value for name, value in changes.items()):
            return Outcome.ALREADY
        self.state.update(changes)
        return Outcome.DONE


@dataclass(frozen=True, slots=True)
class SimulatedHouse:
    """A `House` of simulated devices."""

    devices: tuple[Device, ...] = ()
    areas: tuple[Area, ...] = ()
