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
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from assistant.annotations import (
    Asked,
    Between,
    Calculation,
    Goods,
    Light,
    Moment,
    OClock,
    OfKind,
    Often,
    OneOf,
    PartOfDay,
    Percent,
    Title,
)
from assistant.answers import change, is_, the, told
from assistant.errors import BadSlot, SkillError, SkillLoadError, Unanswered
from assistant.house import Area, Device, House, Outcome, select
from assistant.lent import Ability, Announcement, Command, Context, Entry, Names, Schedule, Sound, Store
from assistant.messages import IntentSpec, Response, Risk
from assistant.phrases.goods import parted
from assistant.phrases.pruning import prune
from assistant.slots import Slot, slot

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
    "Goods",
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
    "parted",
    "select",
    "the",
    "told",
]

Function = TypeVar("Function", bound=Callable[..., Any])


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
    ended_by: str | None = None
    """The handler of the same skill that ends what this one begins."""

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
        lasting = self.ended_by is not None
        return IntentSpec(
            self.intent, templates, specs, self.summary, self.weight, self.later, after, written, lasting=lasting
        )


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
        ended_by: str | None = None,
        seconds: float | None = None,
        after: Sequence[str] = (),
        written: Sequence[str] = (),
    ) -> Callable[[Function], Function]:
        """Let the function below answer these sentences; it is returned unchanged.

        `weight` tells how often it is said, relative to other intents; `later` lets it be asked for at another time, as
        in "… in ten minutes"; `ended_by` names the handler of this skill that ends it, with the same parameters, and
        lets it be asked for for a while, as in "… for ten minutes" or "… until sunset"; `seconds` is how long a call
        may take, where that is longer than others may. `after` are sentences that mean this only shortly after another
        command of this skill, as "ten minutes more" does after a timer was set: slots that they do not say are taken
        from there. `written` are rarer ways to say it: understood as the others are where they are typed, and hardly
        expected where they are spoken. Raises SkillLoadError for a function whose signature cannot be spoken.
        """
        more = (tuple(after), tuple(written))
        return self._register(
            templates, weight, risk, more, question=False, later=later, ended_by=ended_by, seconds=seconds
        )

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
        ended_by: str | None = None,
        seconds: float | None = None,
    ) -> Callable[[Function], Function]:
        def register(function: Function) -> Function:
            handler = _handler(self, function, templates, weight, risk, question, later)
            after, written = more
            self.handlers.append(replace(handler, seconds=seconds, after=after, written=written, ended_by=ended_by))
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
