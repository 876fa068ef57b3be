"""A group: several devices of a kind under one name."""

import asyncio
from collections.abc import Mapping, Sequence

from assistant.devices.thing import Facts, word
from assistant.devices.traits import Trait
from assistant.house import Device, Known, Outcome

WORST = (Outcome.UNREACHABLE, Outcome.REFUSED, Outcome.UNCONFIRMED, Outcome.DONE, Outcome.ALREADY)
"""What became of a command to several devices: the first of these that became of any."""


class Group:
    """A `Device` that is all its members."""

    steps: tuple[str, ...] = ()

    def __init__(self, facts: Facts, members: Sequence[Device]) -> None:
        """At least one member."""
        self.id = word(facts.name)
        self.name = facts.name
        self.kind = facts.kind
        self.area = facts.area
        self.aliases = facts.aliases
        self.fail_safe: Mapping[str, object] = {}
        self.members = tuple(members)
        self.risk = facts.risk
        self.risk_class = next((member.risk_class for member in members if member.risk_class), None)

    @property
    def problem(self) -> str | None:
        """Why a member cannot be reached."""
        return next((member.problem for member in self.members if member.problem is not None), None)

    @property
    def traits(self) -> Mapping[str, Trait]:
        """What all members have."""
        first, *others = self.members
        return {name: trait for name, trait in first.traits.items() if all(name in other.traits for other in others)}

    @property
    def capabilities(self) -> frozenset[str]:
        """What can be set of all members."""
        return frozenset.intersection(*(member.capabilities for member in self.members))

    @property
    def state(self) -> Mapping[str, object]:
        """What is the same for all members; `on` where any is."""
        return {name: known.value for name in self.traits if (known := self.known(name)) is not None}

    def known(self, name: str) -> Known | None:
        """As sure as the least sure member and as old as the oldest. None where members differ, other than in `on`."""
        known = [each for member in self.members if (each := member.known(name)) is not None]
        values = [each.value for each in known]
        if len(known) < len(self.members) or (name != "on" and any(value != values[0] for value in values)):
            return None
        value = any(values) if name == "on" else values[0]
        return Known(value, all(each.reported for each in known), max(each.age for each in known))

    async def set(self, **changes: object) -> Outcome:
        """Change all members at once. Raises BadSlot and SkillError as they do."""
        outcomes = await asyncio.gather(*(member.set(**changes) for member in self.members))
        return next(outcome for outcome in WORST if outcome in outcomes)
