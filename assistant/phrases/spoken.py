"""Values to words, as a voice says them well: digits stay digits where every voice reads them right."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal

from assistant.phrases.numbers import cardinal, ordinal

Clock = Literal["12", "24", "words"]
"""How a time of day is said: "7:05 PM", "19:05" or "five past seven"."""

_UNITS = (("day", "a", 86_400), ("hour", "an", 3600), ("minute", "a", 60), ("second", "a", 1))


def spoken(
    value: timedelta | datetime | date | time | int | float | Sequence[str],
    *,
    twelve_hours: bool = True,
    today: date | None = None,
) -> str:
    """Any value that a skill may want to say. `today` lets a date be "tomorrow"."""
    style: Clock = "12" if twelve_hours else "24"
    match value:
        case timedelta():
            words = duration(value)
        case datetime():
            words = f"{day(value.date(), today)} at {clock(value.time(), style)}"
        case date():
            words = day(value, today)
        case time():
            words = clock(value, style)
        case int() | float():
            words = number(value)
        case _:
            words = value if isinstance(value, str) else listed(value)
    return words


def number(value: float) -> str:
    """Such as "21" or "21.5": two decimals at most, none that say nothing."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def duration(value: timedelta) -> str:
    """Such as "an hour and 5 minutes", to the second."""
    rest = round(abs(value).total_seconds())
    parts = []
    for unit, article, seconds in _UNITS:
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{article} {unit}" if count == 1 else f"{count} {unit}s")
    words = listed(parts) or "0 seconds"
    return f"minus {words}" if value < timedelta(0) and parts else words


def clock(value: time, style: Clock = "12") -> str:
    """A time of day, to the minute."""
    if style == "24":
        return f"{value.hour}:{value.minute:02}"
    if value.minute == 0 and value.hour in (0, 12):
        return "noon" if value.hour else "midnight"
    if style == "words":
        return _in_words(value.hour, value.minute)
    half = "AM" if value.hour < 12 else "PM"
    minutes = f":{value.minute:02}" if value.minute else ""
    return f"{value.hour % 12 or 12}{minutes} {half}"


def _in_words(hour: int, minute: int) -> str:
    if minute > 30:
        hour = (hour + 1) % 24
    near = {0: "midnight", 12: "noon"}.get(hour) or cardinal(hour % 12)[0]
    match minute:
        case 0:
            return f"{near} o'clock"
        case 15:
            return f"quarter past {near}"
        case 30:
            return f"half past {near}"
        case 45:
            return f"quarter to {near}"
    count = minute if minute < 30 else 60 - minute
    minutes = cardinal(count)[0] + ("" if count % 5 == 0 else " minute" if count == 1 else " minutes")
    return f"{minutes} {'past' if minute < 30 else 'to'} {near}"


def day(value: date, today: date | None = None) -> str:
    """Such as "Tuesday, March the third"; with the year where it is not today's; "tomorrow" where it is."""
    if today is not None:
        near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((value - today).days)
        if near:
            return near
    words = f"{value:%A}, {value:%B} the {ordinal(value.day)}"
    return words if today is None or value.year == today.year else f"{words}, {value.year}"


def listed(items: Sequence[str]) -> str:
    """Such as "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
