"""The house as a skill may change it: what is risky waits for a yes or a PIN, whoever asks for it."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from assistant.answers import asked, the
from assistant.clock import Clock
from assistant.errors import BadSlot, SkillError, Unanswered
from assistant.house import Area, Device, House, Outcome, Seen
from assistant.messages import Intent, Risk
from assistant.safety.pins import Pins
from assistant.safety.policy import Demand, Policy, harmless, must_be_named, wears
from assistant.slots import Slot, digits_slot, slot

SECONDS = 10.0
"""How long a yes or a PIN is waited for, from the end of the question."""
SPOKEN_FOR, LETTERS_PER_SECOND = 4.0, 12.0
"""Seconds to speak and understand an answer, and how fast a question is spoken: by these an answer seems older."""

NOT_ALLOWED = "I am not allowed to do that."
WRONG_PIN = "That is not the PIN, so I leave it."
TOO_LATE = "That took too long, so I leave it. Ask me again."
NOBODY = "That needs somebody's yes, and I could not ask."


class Asks(Protocol):
    """Puts a question to the household."""

    async def __call__(self, text: str, slot: Slot, seconds: float = ..., *, secret: bool = ...) -> object:
        """The answer. Raises Unanswered where there is none, BadSlot for one that does not fit."""
        ...


class Guard:
    """Stands between one intent and the house."""

    def __init__(self, policy: Policy, pins: Pins, clock: Clock, intent: Intent, *, promised: bool = False) -> None:
        """`promised`: the household has agreed to this when it asked for it, to be done now."""
        self._policy = policy
        self._pins = pins
        self._clock = clock
        self._intent = intent
        self._promised = promised
        self._by_name: dict[str, Guarded] = {}
        self._settled: dict[str, bool] = {}
        """What was asked, and whether it is allowed: nothing is asked twice."""
        self._one = asyncio.Lock()
        self._asks: Asks | None = None

    @contextmanager
    def asking(self, asks: Asks) -> Iterator[None]:
        """Ask the household in the block. Outside of it, what is still to be allowed is not."""
        self._asks = asks
        try:
            yield
        finally:
            self._asks = None

    def check_command(self) -> None:
        """Raise BadSlot for what a model took for a command although it is none."""
        self._policy.check_command(self._intent)

    def check_allowed(self, own: Risk) -> None:
        """Raise BadSlot for an intent that is forbidden, of which its skill says `own`."""
        if self._policy.of_intent(own, self._intent, self._clock.now().time()).risk is Risk.FORBIDDEN:
            raise BadSlot(NOT_ALLOWED)

    def named(self, values: Iterable[object]) -> None:
        """Note the devices among these values: the household spoke of them by name."""
        for value in values:
            if isinstance(value, Guarded):
                self._by_name |= {each.id: each for each in (value, *value.members) if isinstance(each, Guarded)}

    def standing(self, own: Risk) -> Demand:
        """The most that the intent, of which its skill says `own`, and the devices it names can demand together."""
        now = self._clock.now().time()
        demands = [self._policy.of_intent(own, self._intent, now)]
        demands += [
            self._policy.of_device(each.device, {}, self._intent, now, each.floor) for each in self._by_name.values()
        ]
        return max(demands, key=lambda demand: demand.risk)

    async def allow_intent(self, own: Risk, question: Callable[[], str]) -> None:
        """Wait until the intent itself may be performed. Raises SkillError where it may not."""
        demand = self._policy.of_intent(own, self._intent, self._clock.now().time())
        if demand.risk is not Risk.NONE:
            await self._fulfil(demand, question(), "intent")

    async def allow_later(self, own: Risk, question: str) -> bool:
        """Wait until it may be performed later, when nobody can be asked. Gives whether anything had to be allowed.

        Raises SkillError where it may not.
        """
        demand = self.standing(own)
        await self._fulfil(demand, question, "later")
        return demand.risk is not Risk.NONE

    async def allow(self, device: Device, changes: Mapping[str, object], floor: Risk = Risk.NONE) -> None:
        """Wait until a device may be changed. Raises SkillError where it may not, BadSlot for a number out of limits.

        `floor` is the least that is demanded.
        """
        if harmless(device, changes):
            return
        self._policy.check_limits(device, changes)
        if must_be_named(device, max(floor, self._policy.usual(device))) and device.id not in self._by_name:
            raise SkillError(f"I leave {the(device)} out of that. Say its name if you mean it.")
        if wears(device, changes):
            self._policy.check_pace(device, self._clock.monotonic())
        demand = self._policy.of_device(device, changes, self._intent, self._clock.now().time(), floor)
        key = f"{device.id} {sorted(changes.items(), key=lambda change: change[0])}"
        await self._fulfil(demand, asked(device, changes), key)

    def note(self, device: Device) -> None:
        """Count that it was changed."""
        self._policy.note_change(device, self._clock.monotonic())

    async def _fulfil(self, demand: Demand, question: str, key: str) -> None:
        if demand.risk is Risk.NONE:
            return
        if demand.risk is Risk.FORBIDDEN:
            raise SkillError(NOT_ALLOWED)
        if self._promised:
            return
        async with self._one:
            if self._settled.get(key):
                return
            if key in self._settled:
                raise Unanswered
            if self._asks is None:
                raise SkillError(NOBODY)
            self._settled[key] = False
            if demand.risk is Risk.PIN:
                await self._demand_pin(self._asks, demand, question)
            else:
                await self._demand_yes(self._asks, question)
            self._settled[key] = True

    async def _demand_yes(self, asks: Asks, question: str) -> None:
        asked_at = self._clock.monotonic()
        try:
            answer = await asks(question, slot("answer", bool, required=True), SECONDS)
        except BadSlot:
            raise Unanswered from None
        self._check_age(asked_at, question)
        if answer is not True:
            raise Unanswered

    async def _demand_pin(self, asks: Asks, demand: Demand, question: str) -> None:
        if not self._pins.is_set:
            raise SkillError(demand.without_pin)
        self._pins.check_pause(self._clock.now().timestamp())
        question += " "
        question += f"{demand.because}, I need the PIN." if demand.because else "For that I need the PIN."
        asked_at = self._clock.monotonic()
        try:
            given = await asks(question, digits_slot("pin"), SECONDS, secret=True)
        except BadSlot:
            raise SkillError(WRONG_PIN) from None
        self._check_age(asked_at, question)
        if not await self._pins.matches(str(given), self._clock.now().timestamp()):
            raise SkillError(WRONG_PIN)

    def _check_age(self, asked_at: float, question: str) -> None:
        age = self._clock.monotonic() - asked_at
        if age > SECONDS + SPOKEN_FOR + len(question) / LETTERS_PER_SECOND:
            raise SkillError(TOO_LATE)


@dataclass(frozen=True, slots=True)
class Guarded(Seen):
    """A device that is only changed as its guard allows."""

    guard: Guard = field(compare=False)
    floor: Risk = Risk.NONE
    """The least that is demanded, because of the group that it is reached by."""

    @property
    def members(self) -> Sequence[Device]:
        """The devices that a group stands for, guarded too."""
        floor = max(self.floor, self.device.risk or Risk.NONE)
        return tuple(Guarded(member, self.guard, floor) for member in self.device.members)

    async def set(self, **changes: object) -> Outcome:
        """Change its state once that is allowed. Raises SkillError where it is not, and as the device itself does."""
        for member in self.members or [self]:
            assert isinstance(member, Guarded)
            await self.guard.allow(member.device, changes, member.floor)
        worn = wears(self.device, changes)
        outcome = await self.device.set(**changes)
        if worn and outcome is not Outcome.ALREADY:
            self.guard.note(self.device)
        return outcome


@dataclass(frozen=True, slots=True)
class GuardedHouse:
    """The house as a skill may change it."""

    devices: tuple[Device, ...]
    areas: tuple[Area, ...]


def guarded(house: House, guard: Guard) -> GuardedHouse:
    """All its devices behind this guard."""
    return GuardedHouse(tuple(Guarded(device, guard) for device in house.devices), house.areas)
