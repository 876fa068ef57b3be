"""The house as skills see it: areas, devices, what they can do and how they are."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from assistant.errors import SkillError


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


class Device(Protocol):
    """One thing that can be switched, set or asked."""

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
        """`light`, `switch`, `fan`, …"""
        ...

    @property
    def capabilities(self) -> frozenset[str]:
        """The names in `state` that `set` may change: `on`, `brightness` (0 to 100), `colour` (a colour's name)."""
        ...

    @property
    def state(self) -> Mapping[str, object]:
        """How it is now, as far as is known."""
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


def select(devices: Iterable[Device], kinds: Collection[str] = (), area: Area | None = None) -> list[Device]:
    """The devices of these kinds (all, if none is named) in this area (anywhere, if none is named)."""
    return [
        device for device in devices if (not kinds or device.kind in kinds) and (area is None or device.area == area)
    ]


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A device as a question sees it: everything can be read, nothing changed."""

    device: Device

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
    def capabilities(self) -> frozenset[str]:
        """Nothing can be set."""
        return frozenset()

    @property
    def state(self) -> Mapping[str, object]:
        """How it is."""
        return self.device.state

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
