"""What a skill is lent for one call, and the plain data that goes with it. Skills import it from assistant.skill."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, Protocol, TypeVar, overload

from assistant.annotations import Between, OneOf
from assistant.house import House
from assistant.messages import Response

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something to say aloud when nobody asked, now or later: plain data, so that it can be kept."""

    text: str
    chime: str | None = None
    """A sound before the words: `timer` rings, also in quiet hours."""
    rings: int = 1
    """How often it is said, with pauses and ever louder, until somebody says "stop"."""
    loudness: float = 1.0
    """Relative to the volume; the schedule sets it."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do later as if it were said then: plain data, so that it can be kept."""

    intent: str
    """`skill.handler`."""
    slots: Mapping[str, object]
    """Plain values, as in an `Intent`."""
    text: str
    """The words for it: "turn off the heater"."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that will happen."""

    id: int
    kind: str
    """Who made it and what it is: `timer`."""
    name: str
    length: timedelta
    """From when it was made until it is due."""
    remaining: timedelta
    what: Announcement | Command
    at: datetime
    """When it is due, by the local clock; while it is paused, when it would be if it went on now."""
    days: frozenset[int] = frozenset()
    """The weekdays on which it recurs, 0 being Monday; none if it happens once."""
    paused: bool = False
    age: timedelta = timedelta(0)
    """Since it was made."""


class Schedule(Protocol):
    """The future. It survives a power cut; what came due meanwhile is announced as late.

    Whatever changes it raises SkillError, with an apology to speak, where the change cannot be written down; then
    nothing has changed. It may be called from any thread and takes milliseconds.
    """

    def after(self, delay: timedelta, what: Announcement | Command, *, kind: str = "", name: str = "") -> Entry:
        """Do it once `delay` has passed. Raises SkillError for a delay that is not positive or longer than a year."""
        ...

    def at(self, when: datetime, what: Announcement | Command, *, kind: str = "", name: str = "") -> Entry:
        """Do it at a local time, whatever the clock does until then. Raises SkillError for one not within a year."""
        ...

    def every(
        self,
        at: time | Literal["sunrise", "sunset"],
        days: Collection[int],
        what: Announcement | Command,
        *,
        kind: str = "",
        name: str = "",
    ) -> Entry:
        """Do it on these days of each week, 0 being Monday."""
        ...

    def sun(self, event: Literal["sunrise", "sunset"], day: date) -> datetime:
        """When the sun rises or sets on a day. Raises SkillError where `place` is not configured."""
        ...

    def pause(self, entry: Entry) -> Entry:
        """Stop counting. Raises SkillError for what does not count or has happened."""
        ...

    def resume(self, entry: Entry) -> Entry:
        """Count on."""
        ...

    def change(self, entry: Entry, by: timedelta) -> Entry:
        """Let what counts happen later, or sooner where `by` is negative."""
        ...

    def skip(self, entry: Entry) -> Entry:
        """Leave out the next occurrence of what recurs."""
        ...

    def cancel_all(self, entries: Sequence[Entry]) -> None:
        """Let none of them happen, or, where that cannot be written down, all of them."""
        ...

    def rung(self, kind: str = "") -> Entry | None:
        """What is ringing, or rang in the last half hour."""
        ...

    def silence(self) -> bool:
        """Ring no more what is ringing. False if nothing was."""
        ...

    def pending(self, kind: str = "") -> Sequence[Entry]:
        """What is to come, soonest first, without what is ringing; only of one kind, if named."""
        ...

    def cancel(self, entry: Entry) -> bool:
        """Let it not happen. False if it already has."""
        ...

    def put_back(self, entries: Sequence[Entry]) -> None:
        """Let happen after all, when it would have, what was cancelled lately."""
        ...


class Store(Protocol):
    """What a skill keeps, in SQLite tables of its own. What was acknowledged survives a power cut.

    Where the disk fails it raises SkillError, with an apology to speak, and what was kept before stays as it was. It
    may be called from any thread and takes milliseconds: those of the disk, for a change.
    """

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query; each `?` stands for one of the values."""
        ...

    def change(self, sql: str, *values: object) -> int:
        """How many rows one statement has changed."""
        ...

    def changes(self) -> AbstractContextManager[None]:
        """`with store.changes():` makes all changes in the block, or none of them."""
        ...


class Sound(Protocol):
    """How loudly the assistant speaks."""

    @property
    def volume(self) -> int:
        """0 to 100."""
        ...

    @property
    def muted(self) -> bool:
        """Whether nothing is heard at all."""
        ...

    async def set_volume(self, volume: int) -> None:
        """Also ends a mute. Values outside 0 to 100 become the nearest."""
        ...

    @property
    def pace(self) -> float:
        """How fast it speaks, relative to its own speed."""
        ...

    async def set_pace(self, pace: float) -> None:
        """Values outside 0.5 to 2 become the nearest."""
        ...

    async def mute(self, muted: bool) -> None:
        """Be silent, or no longer."""
        ...

    async def hush(self) -> None:
        """Stop what is being said or rung."""
        ...


@dataclass(frozen=True, slots=True)
class Ability:
    """One thing the assistant can do."""

    skill: str
    summary: str
    example: str
    """A sentence that does it."""


class Names(Protocol):
    """What devices are called besides their names, because somebody said so. It survives a power cut.

    Every method raises SkillError, with an apology to speak, where the disk fails.
    """

    def all(self) -> Mapping[str, str]:
        """The name of the device by what it is called."""
        ...

    def remember(self, word: str, device: str) -> None:
        """Call a device this. Raises SkillError for what nobody could say."""
        ...

    def forget(self, word: str) -> bool:
        """Call nothing this any more. False if nothing was."""
        ...


class Context(Protocol):
    """What a skill is lent for one call."""

    @property
    def names(self) -> Names:
        """Other names of the devices."""
        ...

    @property
    def house(self) -> House:
        """The devices and areas; read-only in a question."""
        ...

    @property
    def schedule(self) -> Schedule:
        """The future."""
        ...

    @property
    def sound(self) -> Sound:
        """How loudly the assistant speaks."""
        ...

    @property
    def store(self) -> Store:
        """What the skill keeps, in the tables that `Skill(tables=…)` makes. Raises SkillError."""
        ...

    @property
    def abilities(self) -> Sequence[Ability]:
        """Everything that is installed, a line per intent."""
        ...

    @property
    def settings(self) -> Any:
        """The `settings` dataclass of the skill, filled from `skills.settings.<name>` of the configuration."""
        ...

    def now(self) -> datetime:
        """The wall clock, with its time zone."""
        ...

    def spoken(self, value: timedelta | time | datetime | date | int | float | Sequence[str]) -> str:
        """A value in words that sound natural."""
        ...

    def announce(self, text: str, chime: str | None = None, rings: int = 1) -> Announcement:
        """Something to say later, for `schedule`; more than one `rings` go on until somebody says "stop"."""
        ...

    def undo(self, step: Callable[[], object]) -> None:
        """Say how to take back what this call does: "undo that" calls it, or awaits what it returns.

        What is done to devices is taken back by itself. A step may raise SkillError.
        """
        ...

    @overload
    async def ask(self, text: str, kind: type[T], *, seconds: float = 8.0) -> T: ...

    @overload
    async def ask(self, text: str, kind: OneOf, *, seconds: float = 8.0) -> str: ...

    @overload
    async def ask(self, text: str, kind: Between, *, seconds: float = 8.0) -> int: ...

    async def ask(self, text: str, kind: Any, *, seconds: float = 8.0) -> Any:
        """Ask back and wait for the answer, of which the kind is

        - a type: `timedelta`, `int`, `bool` (yes or no), `time`, `OClock`, `Moment`, `date`, `str` (any words) or
          an `Enum`
        - `OneOf("black", "green")`: the word that was chosen
        - `Between(1, 12)`: a whole number of this range

        For `async` functions. The time until the answer is not the skill's; `seconds` is how long somebody may take to
        begin it. Raises Unanswered where nobody answers or somebody says "never mind", which may be left to the
        assistant to answer, as may BadSlot for an answer that does not fit.
        """
        ...

    async def choose(
        self, text: str, options: Sequence[tuple[str, T]], *, several: bool = False, seconds: float = 8.0
    ) -> list[T]:
        """Ask which of these is meant; "all" and "both" are answers if `several` may be.

        Each option is what it is called, a sentence template such as `[the] pasta [timer]`, and what stands for it.
        "The second" and "the last one" are understood, too. Raises Unanswered.
        """
        ...

    async def confirm(self, text: str, *, seconds: float = 10.0) -> bool:
        """Whether the household says yes to this question. No answer is a no."""

    async def do(self, sentence: str) -> Response:
        """Do what the sentence says, as if somebody had said it: nothing is done that may not be. Never raises."""
        ...
