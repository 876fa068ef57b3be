"""Slots: the parameters of a handler, told from their annotations.

A slot says how its value is spoken (`SlotSpec`, for the head) and turns the plain value that comes back into the
Python value that the handler gets. Spoken or written by a model, every value passes through `convert`.
"""

import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from assistant.annotations import Asked, Between, Calculation, Goods, Moment, OClock, OfKind, Often, OneOf, Title
from assistant.conversation.which import Ambiguous, shared_words
from assistant.conversions import (
    calculation_of,
    clock_of,
    date_of,
    duration_of,
    goods_of,
    moment_of,
    number_of,
    text_of,
    time_of,
    whole,
)
from assistant.errors import BadSlot, SkillLoadError
from assistant.house import Area, Device, House
from assistant.messages import YES_NO, Choice, SlotSpec


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
        both = "|both [of (them|those|these)]" if len(options) == 2 else ""
        choices += [Choice(f"([all] of (them|those|these)|all|every one|each [of them]|everything{both})", _ALL)]
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
        number = whole(name, value)
        if not between.low <= number <= between.high:
            raise BadSlot(f"{number} is out of range: say a number from {between.low} to {between.high}.")
        return number

    return Slot(name, required, lambda _: spec, convert)


def digits_slot(name: str) -> Slot:
    """Digits, said one by one. No annotation stands for it: skills ask for no PIN."""
    spec = SlotSpec(name, "digits")
    return Slot(name, True, lambda _: spec, _ignoring_house(name, text_of))


_SIMPLE: tuple[tuple[str, object, Callable[[str, object], object]], ...] = (
    ("duration", timedelta, duration_of),
    ("time", time, time_of),
    ("clock", OClock, clock_of),
    ("date", date, date_of),
    ("moment", Moment, moment_of),
    ("number", float, number_of),
    ("calculation", Calculation, calculation_of),
    ("goods", Goods, goods_of),
    ("text", str, text_of),
)


def _ignoring_house(name: str, convert: Callable[[str, object], Any]) -> Callable[[object, House], object]:
    return lambda value, _: convert(name, value)
