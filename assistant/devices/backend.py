"""What a way to reach devices must be able to do: simulated, pins, a broker."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from assistant.devices.thing import Tell, Thing
from assistant.house import Area


@dataclass(frozen=True, slots=True)
class Host:
    """What a backend is lent while it is open."""

    tell: Tell
    """For its things; and for itself to say `Listed` when its devices have become others."""
    tasks: asyncio.TaskGroup
    """For what it does by itself; it ends its tasks when it is closed."""


class Backend(Protocol):
    """One way to reach devices."""

    name: str

    @property
    def devices(self) -> Sequence[Thing]:
        """Those there are now, reachable or not."""
        ...

    async def open(self, host: Host) -> None:
        """Begin. Returns soon: what takes its time goes on in a task.

        Raises DeviceError, with the remedy, where nothing of it works; its devices then cannot be reached.
        """
        ...

    async def close(self) -> None:
        """Bring devices into their fail-safe state, end. Never raises; called also where `open` failed."""
        ...


class Review(Protocol):
    """A device that was found, as an installer sees it."""

    @property
    def id(self) -> str:
        """What never changes about it."""
        ...

    @property
    def name(self) -> str:
        """How it is called, or would be."""
        ...

    @property
    def kind(self) -> str:
        """What it is."""
        ...

    @property
    def area(self) -> Area | None:
        """Where it is."""
        ...

    @property
    def problem(self) -> str:
        """Why it is not spoken to, and what to do; empty where it is."""
        ...


@runtime_checkable
class Finding(Protocol):
    """A `Backend` that finds devices somewhere, which can come and go."""

    @property
    def problem(self) -> str | None:
        """Why nothing there can be reached now."""
        ...

    @property
    def reviewed(self) -> Sequence[Review]:
        """Every device that was found, used or not."""
        ...
