"""The whole API a skill author needs; the only module of Hearth that a skill imports.

from assistant.skill import Skill

skill = Skill("dice")

@skill.intent("roll a dice", "throw the dice")
def roll() -> str:
    \"\"\"Roll a dice.\"\"\"
    return f"You rolled a {random.randint(1, 6)}."
"""

import inspect
import re
import typing
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, Protocol, TypeVar, overload

from assistant.answers import change, is_, the, told
from assistant.errors import BadSlot, SkillError, SkillLoadError, Unanswered
from assistant.house import Area, Device, House, Outcome, select
from assistant.messages import IntentSpec, Response, Risk
from assistant.phrases.pruning import prune
from assistant.slots import (
    Asked,
    Between,
    Calculation,
    Light,
    Moment,
    OClock,
    OfKind,
    Often,
    OneOf,
    PartOfDay,
    Percent,
    Slot,
    Title,
    slot,
)

__all__ = [
    "Ability",
    "Announcement",
    "Area",
    "Asked",
    "BadSlot",
    "Between",
    "Calculation",
    "Command",
    "Context",
    "Device",
    "Entry",
    "House",
    "Light",
    "Moment",
    "Names",
    "OClock",
    "OfKind",
    "Often",
    "OneOf",
    "Outcome",
    "PartOfDay",
    "Percent",
    "Response",
    "Risk",
    "Schedule",
    "Skill",
    "SkillError",
    "Sound",
    "Store",
    "Title",
    "Unanswered",
    "change",
    "is_",
    "select",
    "the",
    "told",
]

Function = TypeVar("Function", bound=Callable[..., Any])
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


@dataclass(frozen=True, slots=True)
class Handler:
    """A function that answers one intent, and all that its signature says."""

    skill: str
    name: str
    templates: tuple[str, ...]
    summary: str
    slots: tuple[Slot, ...]
    function: Callable[..., object]
    context: str | None
    """The parameter that wants the context."""
    weight: float
    risk: Risk
    question: bool
    later: bool = False
    seconds: float | None = None
    """How long a call may take; None for what the configuration says."""
    after: tuple[str, ...] = ()
    written: tuple[str, ...] = ()

    @property
    def intent(self) -> str:
        """Its full name, `skill.handler`."""
        return f"{self.skill}.{self.name}"

    def spec(self, house: House) -> IntentSpec:
        """How it is said in this house. A slot without a single value in this house leaves out what mentions it."""
        specs = tuple(slot.spec(house) for slot in self.slots)
        empty = {spec.name for spec in specs if spec.kind == "choice" and not spec.choices}
        templates, after, written = (
            tuple(left for template in several if (left := prune(template, empty)) is not None)
            for several in (self.templates, self.after, self.written)
        )
        return IntentSpec(self.intent, templates, specs, self.summary, self.weight, self.later, after, written)


@dataclass
class Skill:
    """A set of handlers under one name."""

    name: str
    settings: type | None = None
    """A frozen dataclass with a default for every field."""
    tables: Sequence[str] = ()
    """Of its store: SQL that makes the tables. Later versions of the skill append steps that alter them, and never
    change one that was released."""
    handlers: list[Handler] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            raise SkillLoadError(f"skill '{self.name}': a name is lower-case letters, digits and underscores")

    def intent(
        self,
        *templates: str,
        weight: float = 1.0,
        risk: Risk = Risk.NONE,
        later: bool = False,
        seconds: float | None = None,
        after: Sequence[str] = (),
        written: Sequence[str] = (),
    ) -> Callable[[Function], Function]:
        """Let the function below answer these sentences; it is returned unchanged.

        `weight` tells how often it is said, relative to other intents; `later` lets it be asked for at another time, as
        in "… in ten minutes"; `seconds` is how long a call may take, where that is longer than others may. `after` are
        sentences that mean this only shortly after another command of this skill, as "ten minutes more" does after a
        timer was set: slots that they do not say are taken from there. `written` are rarer ways to say it, which are
        understood where they are typed or taken down word for word, but not listened for: they cost the recognizer of
        a small machine nothing. Raises SkillLoadError for a function whose signature cannot be spoken.
        """
        more = (tuple(after), tuple(written))
        return self._register(templates, weight, risk, more, question=False, later=later, seconds=seconds)

    def question(
        self, *templates: str, weight: float = 1.0, written: Sequence[str] = ()
    ) -> Callable[[Function], Function]:
        """As `intent`, for what only asks: it is lent a house in which nothing can be changed."""
        return self._register(templates, weight, Risk.NONE, ((), tuple(written)), question=True)

    def _register(
        self,
        templates: tuple[str, ...],
        weight: float,
        risk: Risk,
        more: tuple[tuple[str, ...], tuple[str, ...]],
        *,
        question: bool,
        later: bool = False,
        seconds: float | None = None,
    ) -> Callable[[Function], Function]:
        def register(function: Function) -> Function:
            handler = _handler(self, function, templates, weight, risk, question, later)
            after, written = more
            self.handlers.append(replace(handler, seconds=seconds, after=after, written=written))
            return function

        return register


def _handler(
    skill: Skill,
    function: Callable[..., object],
    templates: tuple[str, ...],
    weight: float,
    risk: Risk,
    question: bool,
    later: bool,
) -> Handler:
    name = function.__name__
    where = f"skill '{skill.name}', handler '{name}'"
    if not templates:
        raise SkillLoadError(f"{where}: give at least one sentence, such as @skill.intent('tell me a joke')")
    if any(handler.name == name for handler in skill.handlers):
        raise SkillLoadError(f"{where}: there are two handlers of this name; rename one")
    summary = (inspect.getdoc(function) or "").partition("\n")[0].strip()
    if not summary:
        raise SkillLoadError(f"{where}: add a docstring that says in one sentence what it does")
    if not weight > 0:
        raise SkillLoadError(f"{where}: weight {weight} must be more than 0")
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise SkillLoadError(f"{where}: {error}; import it before the handler") from error
    context = None
    slots = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise SkillLoadError(f"{where}: parameter '{parameter.name}' must be an ordinary one, without * or /")
        annotation = hints.get(parameter.name)
        if annotation is None:
            raise SkillLoadError(f"{where}: parameter '{parameter.name}' needs an annotation, such as str or int")
        if annotation is Context:
            context = parameter.name
            continue
        try:
            slots.append(slot(parameter.name, annotation, required=parameter.default is parameter.empty))
        except SkillLoadError as error:
            raise SkillLoadError(f"{where}: {error}") from error
    return Handler(skill.name, name, templates, summary, tuple(slots), function, context, weight, risk, question, later)


Result = str | Response | None | Awaitable[str | Response | None]
"""What a handler may return: words to say, a full response, or nothing for a soft chime."""
