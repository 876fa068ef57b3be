"""The house as skills see it: areas, devices, what they can do and how they are."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from assistant.devices.traits import Trait
from assistant.errors import SkillError
from assistant.messages import Risk


class Outcome(StrEnum):
    """What became of a command to a device."""

    DONE = "done"
    ALREADY = "already so"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    UNCONFIRMED = "accepted but not confirmed"


@dataclass(frozen=True, slots=True)
class Area:
    """A room, or any part of the house that has a name."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one thing about a device."""

    value: object
    reported: bool
    """The device itself said so. Otherwise it was told to be so, and is assumed to have obeyed."""
    age: float
    """Seconds since it was reported or assumed."""


class Device(Protocol):
    """One thing that can be switched, set or asked."""

    @property
    def id(self) -> str:
        """Its name as one lower-case word, unique in the house."""
        ...

    @property
    def name(self) -> str:
        """Its name, unique in the house."""
        ...

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names it answers to."""
        ...

    @property
    def area(self) -> Area | None:
        """Where it is."""
        ...

    @property
    def kind(self) -> str:
        """`light`, `switch`, `fan`, …: see assistant/devices/kinds.py."""
        ...

    @property
    def risk(self) -> Risk | None:
        """What must happen before it may be changed; None for what is usual for its class."""
        ...

    @property
    def risk_class(self) -> str | None:
        """What it could do harm with: `lock`, `door`, `oven` or `alarm`; None for nothing of that sort."""
        ...

    @property
    def fail_safe(self) -> Mapping[str, object]:
        """How it shall be when Hearth ends or fails; empty where it makes no difference."""
        ...

    @property
    def members(self) -> "Sequence[Device]":
        """The devices that a group stands for; none for a device of its own."""
        ...

    @property
    def steps(self) -> tuple[str, ...]:
        """The commands that a routine is made of, as they would be said; none for anything else."""
        ...

    @property
    def problem(self) -> str | None:
        """Why it cannot be reached now; None where nothing is known against it."""
        ...

    @property
    def traits(self) -> Mapping[str, Trait]:
        """Everything that can be known of it, and which values each can have."""
        ...

    @property
    def capabilities(self) -> frozenset[str]:
        """The names in `state` that `set` may change: `on`, `brightness` (0 to 100), `colour` (a colour's name), …."""
        ...

    @property
    def state(self) -> Mapping[str, object]:
        """How it is now, as far as is known."""
        ...

    def known(self, name: str) -> Known | None:
        """How sure and how old one value of `state` is; None where nothing is known."""
        ...

    async def set(self, **changes: object) -> Outcome:
        """Change its state. Raises BadSlot for a value that the device cannot take, SkillError for a name it lacks."""
        ...


class House(Protocol):
    """All devices and areas."""

    @property
    def devices(self) -> tuple[Device, ...]:
        """In the order of the configuration."""
        ...

    @property
    def areas(self) -> tuple[Area, ...]:
        """In the order of the configuration."""
        ...


@dataclass(frozen=True, slots=True)
class Changed:
    """Something about a device is known now that was not, or is different."""

    device: Device
    names: frozenset[str]
    """Which values of its state; none where it was lost or came back."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Devices have come or gone: what can be said has changed."""


HouseEvent = Changed | Listed

Watcher = Callable[[HouseEvent], None]
"""Told in the event loop's thread. It must return at once; what it raises is logged and goes no further."""


def select(devices: Iterable[Device], kinds: Collection[str] = (), area: Area | None = None) -> list[Device]:
    """The devices of these kinds (all, if none is named) in this area (anywhere, if none is named), without groups."""
    return [
        device
        for device in devices
        if (not kinds or device.kind in kinds) and (area is None or device.area == area) and not device.members
    ]


@dataclass(frozen=True, slots=True)
class Seen:
    """A device through which another is seen: everything is passed on. Who derives from it changes something."""

    device: Device

    @property
    def id(self) -> str:
        """Its name as one word."""
        return self.device.id

    @property
    def name(self) -> str:
        """Its name."""
        return self.device.name

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names it answers to."""
        return self.device.aliases

    @property
    def area(self) -> Area | None:
        """Where it is."""
        return self.device.area

    @property
    def kind(self) -> str:
        """What it is."""
        return self.device.kind

    @property
    def risk(self) -> Risk | None:
        """What must happen before it may be changed."""
        return self.device.risk

    @property
    def risk_class(self) -> str | None:
        """What it could do harm with."""
        return self.device.risk_class

    @property
    def fail_safe(self) -> Mapping[str, object]:
        """How it shall be when Hearth ends or fails."""
        return self.device.fail_safe

    @property
    def members(self) -> Sequence[Device]:
        """The devices that a group stands for."""
        return self.device.members

    @property
    def steps(self) -> tuple[str, ...]:
        """The commands that a routine is made of."""
        return self.device.steps

    @property
    def problem(self) -> str | None:
        """Why it cannot be reached now."""
        return self.device.problem

    @property
    def traits(self) -> Mapping[str, Trait]:
        """Everything that can be known of it."""
        return self.device.traits

    @property
    def capabilities(self) -> frozenset[str]:
        """What can be set."""
        return self.device.capabilities

    @property
    def state(self) -> Mapping[str, object]:
        """How it is."""
        return self.device.state

    def known(self, name: str) -> Known | None:
        """How sure and how old one value of `state` is."""
        return self.device.known(name)

    async def set(self, **changes: object) -> Outcome:
        """Change its state."""
        return await self.device.set(**changes)


@dataclass(frozen=True, slots=True)
class LookedAt(Seen):
    """A device as a question sees it: everything can be read, nothing changed."""

    @property
    def members(self) -> Sequence[Device]:
        """The devices that a group stands for, read-only."""
        return tuple(LookedAt(member) for member in self.device.members)

    @property
    def capabilities(self) -> frozenset[str]:
        """Nothing can be set."""
        return frozenset()

    async def set(self, **changes: object) -> Outcome:
        """Raise SkillError, always: a question changes nothing."""
        raise SkillError(f"I was only asked about the {self.name}, so I left it as it is.")


@dataclass(frozen=True, slots=True)
class HouseLookedAt:
    """The house as a question sees it."""

    house: House

    @property
    def devices(self) -> tuple[Device, ...]:
        """All devices, read-only."""
        return tuple(LookedAt(device) for device in self.house.devices)

    @property
    def areas(self) -> tuple[Area, ...]:
        """All areas."""
        return self.house.areas
