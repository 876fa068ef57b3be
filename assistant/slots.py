"""Slots: the parameters of a handler, told from their annotations.

A slot says how its value is spoken (`SlotSpec`, for the head) and turns the plain value that comes back into the
Python value that the handler gets. Spoken or written by a model, every value passes through `convert`.
"""

import math
import re
import types
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import Enum
from fractions import Fraction
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from assistant.conversation.which import Ambiguous, shared_words
from assistant.errors import BadSlot, SkillLoadError
from assistant.house import Area, Device, House
from assistant.messages import YES_NO, Choice, SlotSpec
from assistant.phrases import arithmetic


@dataclass(frozen=True, slots=True)
class Between:
    """For `Annotated[int, Between(1, 12)]`: the range of a whole number, both ends included."""

    low: int
    high: int
    percent: bool = False


class OneOf:
    """For `Annotated[str, OneOf("black", "green")]`: the values a word can take.

    `spoken` gives other ways to say a value: `OneOf("milk", spoken={"(soy|soya) milk": "soy milk"})` hands over
    "soy milk" for either. What is spoken may be a sentence template without slots.
    """

    def __init__(self, *values: str, spoken: Mapping[str, str] | None = None) -> None:
        self.choices = tuple(
            [Choice(value, value) for value in values] + [Choice(said, value) for said, value in (spoken or {}).items()]
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """For `Annotated[timedelta, Asked("For how long?")]`: how to ask for what is required and was not said."""

    question: str


class Often:
    """For `Annotated[str, Often("milk", "eggs", most=3)]`: any words, but these are said most often.

    Only they can be heard by a recognizer that knows no other words, up to `most` of them in a row: "milk and eggs".
    """

    def __init__(self, *values: str, most: int = 1) -> None:
        self.choices = tuple(Choice(value, value) for value in values)
        self.most = most


@dataclass(frozen=True, slots=True)
class Title:
    """For `Annotated[str, Title()]`: what the household calls something of its own, in at most so many words.

    "Camping" is one; "me", "what is on" and "a new" are none, so that a sentence with these means something else.
    """

    most: int = 4


@dataclass(frozen=True, slots=True)
class Calculation:
    """A sum."""

    text: str
    """As it is written down: "15 percent of 80"."""
    value: Fraction


class OfKind:
    """For `Annotated[Device, OfKind("light")]`: only devices of these kinds.

    `OfKind("fan", having={"speed"})` are those of which one of these values can be known.
    """

    def __init__(self, *kinds: str, having: Collection[str] = ()) -> None:
        self.kinds = frozenset(kinds)
        self.having = frozenset(having)

    def fits(self, device: Device) -> bool:
        """Whether the device is one of them."""
        kind = not self.kinds or device.kind in self.kinds
        return kind and (not self.having or not self.having.isdisjoint(device.traits))


@dataclass(frozen=True, slots=True)
class OClock:
    """A time of day as people say it: "seven" may be in the morning or in the evening."""

    time: time
    sure: bool
    """Whether the half of the day was said, or makes no difference. Otherwise `time` is in the first half."""

    def on(self, day: date, *, early: bool = False) -> datetime:
        """What it means on a day; where it is not sure, in waking hours, or in the morning if `early`."""
        later = not self.sure and not early and self.time.hour < 7
        return datetime.combine(day, self.time) + timedelta(hours=12 * later)

    def after(self, moment: datetime, *, early: bool = False) -> datetime:
        """When it is next, after a local time without a zone; never in the afternoon if it is not sure but `early`."""
        today = datetime.combine(moment.date(), self.time)
        hours = (0, 24) if self.sure or early else (0, 12, 24)
        return next(today + timedelta(hours=h) for h in hours if today + timedelta(hours=h) > moment)

    def in_the(self, part: str | None) -> "OClock":
        """What it means in a part of the day, as `PartOfDay` names it: eight in the evening is 20:00."""
        if self.sure or part is None:
            return self
        late = part in ("afternoon", "evening") or (part == "night" and self.time.hour >= 5)
        return OClock(self.time.replace(hour=self.time.hour % 12 + 12 * late), True)


@dataclass(frozen=True, slots=True)
class Moment:
    """When something shall happen, as people say it: after a while, or on a day, at a time of day, or both."""

    delay: timedelta | None = None
    day: date | None = None
    at: OClock | None = None

    def after(self, now: datetime, usual: time) -> datetime:
        """The local time meant, which may be past; `usual` is when, on a day for which no time was said."""
        if self.delay is not None:
            return now + self.delay
        if self.at is None:
            return datetime.combine(self.day or now.date(), usual)
        soon = self.at.after(now)
        return soon if self.day is None or soon.date() == self.day == now.date() else self.at.on(self.day)


Percent = Annotated[int, Between(0, 100, percent=True)]
Light = Annotated[Device, OfKind("light")]
PartOfDay = Annotated[str, OneOf("morning", "afternoon", "evening", "night")]


@dataclass(frozen=True, slots=True)
class Slot:
    """One parameter of a handler."""

    name: str
    required: bool
    spec: Callable[[House], SlotSpec]
    """How it is spoken in this house."""
    convert: Callable[[object, House], object]
    """From a plain value to what the handler expects. Raises BadSlot with a sentence that can be spoken."""
    question: str | None = None
    """How to ask for it; None for words made of its name."""

    @property
    def asked(self) -> str:
        """The question to ask where it was not said."""
        return self.question or f"What {self.name.replace('_', ' ')}?"


def slot(name: str, annotation: object, *, required: bool) -> Slot:
    """The slot for a parameter. Raises SkillLoadError for an annotation that cannot be spoken."""
    annotation = _without_none(annotation)
    marks: tuple[object, ...] = ()
    if get_origin(annotation) is Annotated:
        annotation, *rest = get_args(annotation)
        marks = tuple(rest)
    question = next((mark.question for mark in marks if isinstance(mark, Asked)), None)
    return replace(_slot(name, annotation, marks, required), question=question)


def _slot(name: str, annotation: object, marks: tuple[object, ...], required: bool) -> Slot:
    values = _closed_values(annotation, marks)
    if values is not None:
        return _choice_slot(name, required, values)
    if annotation is bool:
        return _yes_no_slot(name, required)
    if annotation is Device:
        which = next((mark for mark in marks if isinstance(mark, OfKind)), OfKind())
        return _device_slot(name, required, which)
    if annotation is Area:
        return _area_slot(name, required)
    if annotation is int:
        between = next((mark for mark in marks if isinstance(mark, Between)), Between(0, 1000))
        return _integer_slot(name, required, between)
    for kind, python_type, convert in _SIMPLE:
        if annotation is python_type:
            often = next((mark for mark in marks if isinstance(mark, Often)), Often())
            title = next((mark.most for mark in marks if isinstance(mark, Title)), 0)
            spec = SlotSpec(name, kind, required, often.choices, most=often.most, title=title)
            return Slot(name, required, lambda _, spec=spec: spec, _ignoring_house(name, convert))  # type: ignore[misc]
    raise SkillLoadError(
        f"parameter '{name}': {annotation!r} cannot be spoken; use str, int, float, bool, Percent, timedelta, time, "
        "OClock, Moment, date, Device, Light, Area, Literal[…], an Enum of strings or Annotated[str, OneOf(…)]"
    )


def bind(
    slots: Iterable[Slot], values: Mapping[str, object], house: House
) -> tuple[dict[str, object], dict[str, Ambiguous]]:
    """Plain values to arguments, and those that could be several things.

    Raises BadSlot for a value that does not fit or was not asked for.
    """
    by_name = {slot.name: slot for slot in slots}
    if unknown := sorted(set(values) - set(by_name)):
        raise BadSlot(f"I do not know what to do with {unknown[0]}.")
    arguments: dict[str, object] = {}
    unclear: dict[str, Ambiguous] = {}
    for name, value in values.items():
        if value is not None:
            try:
                arguments[name] = by_name[name].convert(value, house)
            except Ambiguous as several:
                unclear[name] = several
    return arguments, unclear


def _without_none(annotation: object) -> object:
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        if len(rest) == 1:
            return rest[0]
    return annotation


def _closed_values(annotation: object, marks: tuple[object, ...]) -> dict[str, tuple[Choice, object]] | None:
    """Plain value → a way to say it and the Python value, where the annotation names them all."""
    if get_origin(annotation) is Literal:
        return {str(value): (Choice(str(value), str(value)), value) for value in get_args(annotation)}
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return {str(m.value): (Choice(str(m.value), str(m.value)), m) for m in annotation}
    for mark in marks:
        if isinstance(mark, OneOf):
            return {choice.spoken: (choice, choice.value) for choice in mark.choices}
    return None


def _choice_slot(name: str, required: bool, values: Mapping[str, tuple[Choice, object]]) -> Slot:
    python = {choice.value.casefold(): value for choice, value in values.values()}
    spec = SlotSpec(name, "choice", required, tuple(choice for choice, _ in values.values()))

    def convert(value: object, _: House) -> object:
        try:
            return python[str(value).casefold()]
        except KeyError:
            raise BadSlot(f"I do not know the {name.replace('_', ' ')} {value}.") from None

    return Slot(name, required, lambda _: spec, convert)


def options_slot(name: str, options: Sequence[str], *, several: bool) -> Slot:
    """One of some things by what it is called, a sentence template, or by its place; or `several`: "both", "all".

    Converts to the places of what was chosen, from 0.
    """
    choices = [Choice(said, str(place)) for place, said in enumerate(options)]
    choices += [
        Choice(f"([the] {word} [one]|number {place + 1})", str(place))
        for place, word in enumerate(_ORDINALS[: len(options)])
    ]
    choices += [Choice("[the] last [one]", str(len(options) - 1))]
    if several:
        choices += [Choice("([all|both] of (them|those|these)|all|both|every one|each [of them]|everything)", _ALL)]
    spec = SlotSpec(name, "choice", choices=tuple(choices))

    def convert(value: object, _: House) -> object:
        if value == _ALL and several:
            return list(range(len(options)))
        if str(value) not in map(str, range(len(options))):
            raise BadSlot(f"There is no {value}.")
        return [int(str(value))]

    return Slot(name, True, lambda _: spec, convert)


_ALL = "all"
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def _yes_no_slot(name: str, required: bool) -> Slot:
    spec = replace(YES_NO, name=name, required=required)

    def convert(value: object, _: House) -> object:
        if value not in ("yes", "no"):
            raise BadSlot("Say yes or no.")
        return value == "yes"

    return Slot(name, required, lambda _: spec, convert)


def _device_slot(name: str, required: bool, which: OfKind) -> Slot:
    def devices(house: House) -> list[Device]:
        return [device for device in house.devices if which.fits(device)]

    def spec(house: House) -> SlotSpec:
        choices = [
            Choice(spoken, device.name) for device in devices(house) for spoken in (device.name, *device.aliases)
        ]
        shared = shared_words(devices(house))
        choices += [Choice(word, several[0].name if len(several) == 1 else word) for word, several in shared.items()]
        return SlotSpec(name, "choice", required, tuple(choices), names="devices")

    def convert(value: object, house: House) -> object:
        wanted = str(value).casefold()
        for device in devices(house):
            if wanted in {spoken.casefold() for spoken in (device.name, *device.aliases)}:
                return device
        several = shared_words(devices(house)).get(wanted, [])
        if len(several) == 1:
            return several[0]
        if several:
            raise Ambiguous(wanted, several)
        raise BadSlot(f"I do not know a device called {value} that can do this.")

    return Slot(name, required, spec, convert)


def _area_slot(name: str, required: bool) -> Slot:
    def spec(house: House) -> SlotSpec:
        choices = [Choice(spoken, area.name) for area in house.areas for spoken in (area.name, *area.aliases)]
        return SlotSpec(name, "choice", required, tuple(choices), names="areas")

    def convert(value: object, house: House) -> object:
        wanted = str(value).casefold()
        for area in house.areas:
            if wanted in {spoken.casefold() for spoken in (area.name, *area.aliases)}:
                return area
        raise BadSlot(f"I do not know a room called {value}.")

    return Slot(name, required, spec, convert)


def _integer_slot(name: str, required: bool, between: Between) -> Slot:
    kind = "percentage" if between.percent else "integer"
    spec = SlotSpec(name, kind, required, low=between.low, high=between.high)

    def convert(value: object, _: House) -> object:
        number = _whole(name, value)
        if not between.low <= number <= between.high:
            raise BadSlot(f"{number} is out of range: say a number from {between.low} to {between.high}.")
        return number

    return Slot(name, required, lambda _: spec, convert)


def _whole(name: str, value: object) -> int:
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever it is, float says no in one way
    except (TypeError, ValueError):
        raise BadSlot(f"{value} is not a number.") from None
    if isinstance(value, bool) or not math.isfinite(number) or number != int(number):
        raise BadSlot(f"{value} is not a whole number.")
    return int(number)


def digits_slot(name: str) -> Slot:
    """Digits, said one by one. No annotation stands for it: skills ask for no PIN."""
    spec = SlotSpec(name, "digits")
    return Slot(name, True, lambda _: spec, _ignoring_house(name, _text))


def duration_of(name: str, value: object) -> timedelta:
    """What a plain value of the kind `duration` means. Raises BadSlot."""
    try:
        seconds = int(_whole(name, value))
        return timedelta(seconds=seconds)
    except (BadSlot, OverflowError):
        raise BadSlot("That is not a length of time that I can use.") from None


def _time(name: str, value: object) -> time:
    if match := re.fullmatch(r"(\d{1,2}):(\d{2})", str(value)):
        try:
            return time(int(match[1]), int(match[2]))
        except ValueError:
            pass
    raise BadSlot(f"{value} is not a time of day.")


def clock_of(name: str, value: object) -> OClock:
    """What a plain value of the kind `clock` means. Raises BadSlot."""
    return OClock(_time(name, str(value).removesuffix("?")), not str(value).endswith("?"))


def date_of(name: str, value: object) -> date:
    """What a plain value of the kind `date` means. Raises BadSlot."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        if match := re.fullmatch(r"\d{4}-(\d\d)-(\d\d)", str(value)):
            months = {number: f"{date(2000, number, 1):%B}" for number in range(1, 13)}
            raise BadSlot(f"There is no {months.get(int(match[1]), 'day')} {int(match[2])} then.") from None
        raise BadSlot(f"{value} is not a date.") from None


def moment_of(name: str, value: object) -> Moment:
    """What a plain value of the kind `moment` means. Raises BadSlot."""
    text = str(value)
    if text.startswith("+"):
        return Moment(delay=duration_of(name, text))
    on, _, at = text.rpartition(" ")
    if not on and "-" in at:
        on, at = at, ""
    return Moment(None, date_of(name, on) if on else None, clock_of(name, at) if at else None)


def _number(name: str, value: object) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever it is, float says no in one way
    except (TypeError, ValueError, OverflowError):
        raise BadSlot(f"{value} is not a number.") from None
    if isinstance(value, bool) or not math.isfinite(number):
        raise BadSlot(f"{value} is not a number that I can use.")
    return number


def _calculation(_: str, value: object) -> Calculation:
    try:
        return Calculation(str(value), arithmetic.value(str(value)))
    except arithmetic.DividedByZero:
        raise BadSlot("Nothing can be divided by zero.") from None
    except arithmetic.TooLarge:
        raise BadSlot("That is more than I can calculate with.") from None
    except arithmetic.NoReal:
        raise BadSlot("Nothing below zero has such a root.") from None
    except ValueError:
        raise BadSlot(f"{value} is not a sum that I understand.") from None


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadSlot(f"You did not say the {name.replace('_', ' ')}.")
    return value.strip()


_SIMPLE: tuple[tuple[str, object, Callable[[str, object], object]], ...] = (
    ("duration", timedelta, duration_of),
    ("time", time, _time),
    ("clock", OClock, clock_of),
    ("date", date, date_of),
    ("moment", Moment, moment_of),
    ("number", float, _number),
    ("calculation", Calculation, _calculation),
    ("text", str, _text),
)


def _ignoring_house(name: str, convert: Callable[[str, object], Any]) -> Callable[[object, House], object]:
    return lambda value, _: convert(name, value)
