"""How slot values are written in answers, and what the written forms mean."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.messages import SlotSpec
from assistant.phrases.lists import Part
from assistant.phrases.moments import MONTHS, WEEKDAYS

WIDEST_LIST = 1000
"""Numbers are listed one by one up to this many; of a wider range, only those that were said can be answered."""

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


def forms(slot: SlotSpec) -> tuple[Form, ...] | None:
    """Every way to write every value; None where that depends on the words that were spoken."""
    if slot.kind == "text" or (slot.kind in ("integer", "percentage") and slot.high - slot.low > WIDEST_LIST):
        return None
    match slot.kind:
        case "integer" | "percentage":
            return tuple(_number(number) for number in range(slot.low, slot.high + 1))
        case "duration":
            return tuple(_durations())
        case "time" | "clock":
            return tuple(_times())
        case "date":
            return tuple(_dates())
    return tuple(_choices(slot))


def spans(words: Sequence[str], slot: SlotSpec) -> tuple[Form, ...]:
    """The values of a slot without a list of them: runs of the words that were spoken, or the numbers among them."""
    if slot.kind == "text":
        runs = [
            " ".join(words[first:last])
            for first in range(len(words))
            for last in range(first + 1, min(first + LONGEST_SPAN, len(words)) + 1)
        ]
        return tuple(Form(run, (("text", run),)) for run in dict.fromkeys(runs))
    numbers = dict.fromkeys(int(word) for word in words if word.lstrip("-").isdecimal() and len(word) < 10)
    return tuple(_number(number) for number in numbers if slot.low <= number <= slot.high)


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
            yield Form(_plural(count, unit), (("n", count), ("unit", seconds)))
    for (large, whole, counts), (small, rest, _) in zip(_LENGTHS[:0:-1], _LENGTHS[-2::-1], strict=True):
        for count in counts[:12]:
            for more in range(5, 60, 5):
                text = f"{_plural(count, whole)} {_plural(more, rest)}"
                yield Form(text, (("n", count), ("unit", large), ("n", more), ("unit", small)))


def _plural(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _times() -> Iterator[Form]:
    for hour in range(1, 13):
        for minute in range(60):
            for half in ("am", "pm"):
                yield Form(f"{hour}:{minute:02} {half}", (("hour", hour), ("minute", minute), ("half", half)))


def _dates() -> Iterator[Form]:
    for offset, text in enumerate(("today", "tomorrow", "the day after tomorrow")):
        yield Form(text, (("offset", offset),))
    for number, weekday in enumerate(WEEKDAYS):
        yield Form(weekday, (("weekday", number),))
        yield Form(f"next {weekday}", (("week", 1), ("weekday", number)))
    for number, month in enumerate(MONTHS, 1):
        for day in range(1, 32):
            yield Form(f"{day} {month}", (("day", day), ("month", number)))
