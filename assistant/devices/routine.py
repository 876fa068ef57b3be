"""Routines: scenes that are commands, done one after the other by the skill that is asked for them."""

from collections.abc import Mapping, Sequence

from assistant.devices.backend import Host
from assistant.devices.kinds import traits
from assistant.devices.thing import Facts, Thing
from assistant.house import Outcome


class Routine(Thing):
    """A `Device` that has steps. It only names them: commands are understood and allowed elsewhere."""

    def __init__(self, facts: Facts, steps: Sequence[str]) -> None:
        super().__init__(facts, traits("scene", "active"), self._refuse)
        self.steps = tuple(steps)

    async def _refuse(self, changes: Mapping[str, object]) -> Outcome:
        return Outcome.REFUSED


class RoutineBackend:
    """A `Backend` of routines."""

    name = "routine"

    def __init__(self, devices: Sequence[Routine]) -> None:
        self.devices = tuple(devices)

    async def open(self, host: Host) -> None:
        """Do nothing: a routine has no state to tell."""

    async def close(self) -> None:
        """Do nothing."""
