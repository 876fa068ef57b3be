"""How slot values are written in answers, and what the written forms mean."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from assistant.messages import SlotSpec
from assistant.phrases.kinds import FREE, kind_of
from assistant.phrases.lists import Part
from assistant.phrases.moments import MONTHS, WEEKDAYS
from assistant.phrases.numbers import cardinal, ordinal

WIDEST_LIST = 1000
"""Where no number was said, numbers are listed one by one up to this many."""

LARGEST_SPELLED = 999
"""Numbers up to this are understood in words, too."""

_NEAR = {"couple": (2,), "dozen": (12,), "half": (30, 50), "quarter": (15, 25), "quarters": (45, 75), "third": (20, 33)}
"""Words that are numbers in disguise: minutes of an hour, or percent."""

LONGEST_SPAN = 12
"""Words that a free text may have."""

_TEMPLATE = frozenset("[](){}|<>;")
_LENGTHS = ((1, "second", range(1, 121)), (60, "minute", range(1, 121)), (3600, "hour", range(1, 49)))
_LONG = ((86_400, "day", range(1, 32)), (604_800, "week", range(1, 9)))


@dataclass(frozen=True, slots=True)
class Form:
    """A value as it is written."""

    text: str
    parts: tuple[Part, ...]
    """Its meaning, as `Kind.compose` of the slot's kind takes it."""


WORDED = (*FREE, "integer", "percentage", "duration", "time", "clock", "date", "moment")
"""Kinds of slots whose values depend on the words that were spoken."""


def forms(slot: SlotSpec) -> tuple[Form, ...] | None:
    """Every way to write every value, whatever is said; None where that depends on the words."""
    match slot.kind:
        case "choice":
            return tuple(_choices(slot))
        case "integer" | "percentage":
            return _numbers(slot) if slot.high - slot.low <= WIDEST_LIST else None
        case "duration":
            return tuple(_durations())
    return None


def grounded(words: Sequence[str], slot: SlotSpec) -> tuple[Form, ...]:
    """The values of a slot of a `WORDED` kind: runs of the words that were spoken, or what their numbers can mean.

    So no number is answered that nobody said. Where none was said, any number may be meant, but no length of two units,
    no day of a month, and no time but full hours ("at noon").
    """
    if slot.kind in FREE:
        runs = [
            " ".join(words[first:last])
            for first in range(len(words))
            for last in range(first + 1, min(first + LONGEST_SPAN, len(words)) + 1)
        ]
        kind = kind_of(slot)
        written = (Form(run, (("text", run),)) for run in dict.fromkeys(runs))
        return tuple(form for form in written if kind.compose(form.parts, date.min) is not None)
    numbers = _said(words)
    if slot.kind in ("time", "clock", "date", "moment"):
        return tuple(_whens(slot.kind, numbers))
    if not numbers:
        return forms(slot) or ()
    if slot.kind == "duration":
        return tuple(_lengths(sorted({1, *numbers})))
    return tuple(_number(number) for number in numbers if slot.low <= number <= slot.high)


def _whens(kind: str, numbers: Sequence[int]) -> Iterator[Form]:
    """Days, times of day, or where it can be a moment, either: that is what a model is left with."""
    if kind == "moment":
        for of, of_kind in (("on", "date"), ("at", "time")):
            for form in _whens(of_kind, numbers):
                yield Form(form.text, tuple((f"{of} {tag}", value) for tag, value in form.parts))
    elif kind == "date":
        yield from _dates(numbers)
    else:
        yield from _times(numbers)


def _said(words: Sequence[str]) -> tuple[int, ...]:
    """The numbers among words, in digits, spelled, or in disguise; those that are parts of others too."""
    found: dict[int, None] = {}
    for first, word in enumerate(words):
        found.update(dict.fromkeys(int(digits) for digits in re.findall(r"(?<![\d.])-?\d{1,9}(?!\d)", word)))
        found.update(dict.fromkeys(_NEAR.get(word, ())))
        for last in range(first + 1, min(first + _longest(), len(words)) + 1):
            number = _spelled().get(" ".join(words[first:last]))
            if number is not None:
                found[number] = None
    return tuple(found)


@cache
def _spelled() -> Mapping[str, int]:
    ordinals = {ordinal(day): day for day in range(1, 32)}
    return ordinals | {form: number for number in range(LARGEST_SPELLED + 1) for form in cardinal(number)}


@cache
def _longest() -> int:
    """Words that the longest spelled number has."""
    return max(len(form.split()) for form in _spelled())


def _numbers(slot: SlotSpec) -> tuple[Form, ...]:
    return tuple(_number(number) for number in range(slot.low, slot.high + 1))


def _number(number: int) -> Form:
    return Form(str(number), (("number", number),))


def _choices(slot: SlotSpec) -> Iterator[Form]:
    seen: set[str] = set()
    for choice in slot.choices:
        for text in (choice.value, choice.spoken):
            plain = " ".join(text.casefold().split())
            if plain and plain not in seen and not _TEMPLATE & set(plain):
                seen.add(plain)
                yield Form(plain, (("value", choice.value),))


def _durations() -> Iterator[Form]:
    for seconds, unit, counts in (*_LENGTHS, *_LONG):
        for count in counts:
            yield _length((count, seconds, unit))


def _lengths(numbers: Sequence[int]) -> Iterator[Form]:
    """Lengths of time of one unit or two that have no other numbers."""
    for seconds, unit, counts in (*_LENGTHS, *_LONG):
        for count in numbers:
            if count in counts:
                yield _length((count, seconds, unit))
    for (large, whole, counts), (small, rest, _) in zip(_LENGTHS[:0:-1], _LENGTHS[-2::-1], strict=True):
        for count in numbers:
            for more in numbers:
                if count in counts and 0 < more < 60:
                    yield _length((count, large, whole), (more, small, rest))


def _length(*amounts: tuple[int, int, str]) -> Form:
    """Each amount is a count, and the seconds and the name of its unit."""
    return Form(
        " ".join(_plural(count, unit) for count, _, unit in amounts),
        tuple(part for count, seconds, _ in amounts for part in (("n", count), ("unit", seconds))),
    )


def _plural(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _times(numbers: Sequence[int]) -> Iterator[Form]:
    """Times that have these numbers: "twenty to eight" is 7:40, "19 30" is 7:30 pm. Without any, full hours."""
    hours = {(number - before - 1) % 12 + 1 for number in numbers if 0 <= number < 24 for before in (0, 1)}
    minutes = {minute % 60 for number in numbers if 0 < number < 60 for minute in (number, -number)}
    for hour in sorted(hours) or range(1, 13):
        for minute in sorted({0} | minutes):
            for half in ("am", "pm"):
                yield Form(f"{hour}:{minute:02} {half}", (("hour", hour), ("minute", minute), ("half", half)))


def _dates(numbers: Sequence[int]) -> Iterator[Form]:
    """Days by their names, and these days of every month."""
    days = [number for number in numbers if 1 <= number <= 31]
    for offset, text in enumerate(("today", "tomorrow", "the day after tomorrow")):
        yield Form(text, (("offset", offset),))
    for number, weekday in enumerate(WEEKDAYS):
        yield Form(weekday, (("weekday", number),))
        yield Form(f"next {weekday}", (("week", 1), ("weekday", number)))
    for number, month in enumerate(MONTHS, 1):
        for day in days:
            yield Form(f"{day} {month}", (("day", day), ("month", number)))
