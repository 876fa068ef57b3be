"""One device, whatever drives it: who it is, what is known of it and how surely, and commands that cannot hang."""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from assistant.conversation import undoing
from assistant.devices.risk_class import risk_class
from assistant.devices.traits import Trait
from assistant.errors import BadSlot, DeviceError, SkillError
from assistant.house import Area, Changed, Device, Known, Listed, Outcome
from assistant.messages import Asked, Risk
from assistant.records.asking import note

logger = logging.getLogger(__name__)

LIMIT = 2.0
"""Seconds after which a device that has not answered is unreachable."""

MOST_NONSENSE = 100
"""Names of one device under which nonsense is remembered as logged."""

Apply = Callable[[Mapping[str, object]], Awaitable[Outcome]]
"""Do this to the device. The values were checked. Raises DeviceError where it cannot be reached."""

Tell = Callable[[Changed | Listed], None]


@dataclass(frozen=True, slots=True)
class Facts:
    """Who a device is."""

    name: str
    kind: str
    area: Area | None = None
    aliases: tuple[str, ...] = ()
    risk: Risk | None = None
    """What the household says of it; None for what is usual for its class."""
    fail_safe: Mapping[str, object] = field(default_factory=dict)
    limit: float = LIMIT
    """Seconds that a command may take."""
    risk_class: str | None = None
    """What it could do harm with, where that is known; else it is told from the kind and the names."""


class Thing:
    """A `Device`. Its backend gives it a way to be changed, and reports what it says of itself."""

    members: tuple[Device, ...] = ()
    steps: tuple[str, ...] = ()

    def __init__(
        self,
        facts: Facts,
        traits: Mapping[str, Trait],
        apply: Apply,
        *,
        tell: Tell | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`tell` learns of every change; `clock` counts seconds."""
        self.id = word(facts.name)
        self.name = facts.name
        self.kind = facts.kind
        self.area = facts.area
        self.aliases = facts.aliases
        self.risk = facts.risk
        self.risk_class = facts.risk_class or risk_class(facts.kind, (facts.name, *facts.aliases))
        self.fail_safe = facts.fail_safe
        self.traits = traits
        self.tell = tell
        self.problem: str | None = None
        """Why it cannot be reached, if that is known: then it is not even tried."""
        self._limit = facts.limit
        self._apply = apply
        self._clock = clock
        self._state: dict[str, object] = {}
        self._sources: dict[str, tuple[bool, float]] = {}
        self._nonsense: set[str] = set()

    @property
    def capabilities(self) -> frozenset[str]:
        """What `set` may change."""
        return frozenset(name for name, trait in self.traits.items() if trait.settable)

    @property
    def state(self) -> Mapping[str, object]:
        """How it is now, as far as is known."""
        return self._state

    def known(self, name: str) -> Known | None:
        """How sure and how old one value of `state` is."""
        if name not in self._state:
            return None
        reported, at = self._sources[name]
        return Known(self._state[name], reported, self._clock() - at)

    async def set(self, **changes: object) -> Outcome:
        """Change its state, within its limit. Raises SkillError for what it cannot do, BadSlot for a wrong value."""
        began = time.perf_counter()
        came = "was interrupted"
        try:
            came = outcome = await self._set(changes)
            return outcome
        except (SkillError, BadSlot) as error:
            came = str(error)
            raise
        finally:
            note(Asked(self.name, changes, str(came), round((time.perf_counter() - began) * 1000, 2)))

    async def _set(self, changes: Mapping[str, object]) -> Outcome:
        wanted = {name: self._checked(name, value) for name, value in changes.items()}
        if self.problem is not None:
            return Outcome.UNREACHABLE
        if all(self._is_already(name, value) for name, value in wanted.items()):
            return Outcome.ALREADY
        before = {name: self._state[name] for name in wanted if name in self._state}
        try:
            async with asyncio.timeout(self._limit):
                outcome = await self._apply(wanted)
        except (TimeoutError, DeviceError) as error:
            logger.warning("%s cannot be reached: %s", self.name, error or f"no answer within {self._limit:g} s")
            return Outcome.UNREACHABLE
        if outcome is Outcome.DONE:
            self._keep({n: v for n, v in wanted.items() if self._state.get(n) != v}, reported=False)
        if outcome in (Outcome.DONE, Outcome.UNCONFIRMED) and before and self._harmless:
            undoing.note(lambda: self._back(before))
        return outcome

    @property
    def _harmless(self) -> bool:
        """Nobody need be asked before it is brought back to where it was."""
        return self.risk_class is None and self.risk in (None, Risk.NONE)

    async def _back(self, before: Mapping[str, object]) -> None:
        """Raises SkillError where it does not obey."""
        if await self.set(**before) in (Outcome.UNREACHABLE, Outcome.REFUSED):
            raise SkillError(f"I cannot bring the {self.name} back to where it was.")

    def report(self, **values: object) -> None:
        """It says so itself. A value that it cannot have is dropped, and logged once until it tells a good one."""
        good = {}
        for name, value in values.items():
            try:
                good[name] = self.traits[name].check(value)
                self._nonsense.discard(name)
            except (KeyError, ValueError):
                if name not in self._nonsense and len(self._nonsense) < MOST_NONSENSE:
                    self._nonsense.add(name)
                    logger.warning("%s reports %s as %.100r, which it cannot be", self.name, name, value)
        recovered, self.problem = self.problem is not None, None
        self._keep(good, reported=True)
        if recovered:
            self._say(Changed(self, frozenset()))

    def assume(self, **values: object) -> None:
        """It does not say so, but was brought there. Values are right already."""
        self._keep(values, reported=False)

    def fail(self, problem: str) -> None:
        """It cannot be reached, for this reason, until it reports again."""
        if problem != self.problem:
            self.problem = problem
            self._say(Changed(self, frozenset()))

    def _checked(self, name: str, value: object) -> object:
        if name not in self.capabilities:
            raise SkillError(f"The {self.name} has no {name.replace('_', ' ')} that I can set.")
        try:
            return self.traits[name].check(value)
        except ValueError as error:
            raise BadSlot(f"The {name.replace('_', ' ')} of the {self.name} {error}, not {value}.") from None

    def _is_already(self, name: str, value: object) -> bool:
        """An assumption is not enough: telling it again does no harm."""
        known = name in self._state and self._state[name] == value and self._sources[name][0]
        return known and not self.traits[name].momentary

    def _keep(self, values: Mapping[str, object], *, reported: bool) -> None:
        now = self._clock()
        lasting = {name: value for name, value in values.items() if not self.traits[name].momentary}
        news = {
            name
            for name, value in values.items()
            if name not in lasting or name not in self._state or self._state[name] != value
            or self._sources[name][0] != reported
        }  # fmt: skip
        self._state.update(lasting)
        self._sources.update(dict.fromkeys(lasting, (reported, now)))
        if news:
            self._say(Changed(self, frozenset(news)))

    def _say(self, change: Changed) -> None:
        if self.tell is not None:
            self.tell(change)


def word(name: str) -> str:
    """A name as one lower-case word: letters and digits of any script, joined by underscores."""
    return "_".join(re.findall(r"\w+", name.casefold()))
