"""How lengths of time, times of day and dates are said."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache

from assistant.phrases.lists import Kind, Part, Said, abbreviations, digits, number, spoken
from assistant.phrases.numbers import ordinal

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}

_ABSURD = 0.02
"""How often somebody says what no time can be, relative to a common one."""

_SAID = {"second": 0.6, "minute": 1.0, "hour": 0.8, "day": 0.05, "week": 0.02}
"""How often each unit is said, relative to minutes: an estimate of what people time."""

_LONG = {"month": 2_592_000, "year": 31_536_000}

_SPOKEN_ABOVE_60 = (70, 75, 80, 90, 100, 120)


def _counted(n: int) -> float:
    """How often this many of a unit is said. What is hardly ever said is only read: its words would cost every turn."""
    if n > 60 and n not in _SPOKEN_ABOVE_60:
        return 0.0
    return 1.0 if n <= 20 or n % 5 == 0 else 0.2


_SHORT = {
    "second": ("s", "sec", "secs"),
    "minute": ("m", "min", "mins"),
    "hour": ("h", "hr", "hrs"),
    "day": ("d",),
    "week": ("w", "wk", "wks"),
}

_PARTS = {
    "{a}": (1, 2.0),
    "half {a}": (0.5, 1.0),
    "half": (0.5, 0.5),
    "a half": (0.5, 0.5),
    "a quarter of {a}": (0.25, 0.3),
    "quarter of {a}": (0.25, 0.2),
    "a quarter": (0.25, 0.1),
    "three quarters of {a}": (0.75, 0.2),
}
"""What may stand before one unit where nothing is counted: how much of it that is, and how often it is said."""


def _article(unit: str) -> str:
    return "an" if unit == "hour" else "a"


def _wholes(units: Mapping[str, int], article: Callable[[str], str] = _article) -> Iterator[Said]:
    """One of a unit, and parts of one: "an hour", "half a minute"."""
    for unit, seconds in units.items():
        for words, (part, often) in _PARTS.items():
            said = f"{words.format(a=article(unit))} {unit}"
            yield Said(part * seconds, (said,), often * _SAID.get(unit, _ABSURD))


_COUNT = "({count:n}|{count digits:n})"
_AMOUNT = f"{_COUNT} [and {{fraction:n}}|point ({{tenths:n}}|{{tenths digits:n}})]"


def _length(unit: str) -> str:
    return f"({_COUNT} ({{unit {unit}:unit}}|{{unit {unit} written:unit}})|{{one {unit}:whole}})"


@cache
def duration() -> Kind:
    """Whole seconds: "90 seconds", "two and a half minutes", "an hour and a half", "1 h 30 min".

    Lengths that nothing can have, such as "zero minutes" and "a million years", are read, too: they deserve an answer.
    "Minus five minutes" is read where it is typed.
    """
    count = [number(n, weight=_counted(n)) for n in [*range(1, 121), *range(150, 1000, 50)]]
    count += [Said(2, ("a couple of", "a couple"), 0.3)]
    count += [Said(0, ("zero",), _ABSURD), Said(10**6, ("a million", "one million"), _ABSURD)]
    count += [Said(1000, ("a thousand", "one thousand"), 0.0), Said(10**9, ("a billion", "one billion"), 0.0)]
    fraction = [Said(0.5, ("a half",)), Said(0.25, ("a quarter",), 0.2), Said(0.75, ("three quarters",), 0.2)]
    units = [Said(value, (unit, f"{unit}s"), _SAID[unit]) for unit, value in _SECONDS.items()]
    units += [Said(seconds, (unit, f"{unit}s"), _ABSURD) for unit, seconds in _LONG.items()]
    written = {short: _SECONDS[unit] for unit, several in _SHORT.items() for short in several}
    lists = (
        spoken("count", count),
        digits("count digits", -999, 86_400),
        abbreviations("below zero", {"minus": -1, "negative": -1}),
        spoken("fraction", fraction),
        spoken("whole", _wholes({**_SECONDS, **_LONG})),
        abbreviations("whole written", {said.words[0]: said.value for said in _wholes({"hour": 3600}, lambda _: "a")}),
        spoken("tenths", (Said(n / 10, (words,)) for n in range(10) for words in number(n).words)),
        digits("tenths digits", 0, 9, multiplier=0.1),
        spoken("unit", units),
        abbreviations("unit written", written),
        # Of lengths in two units only hours and minutes, minutes and seconds are said; others are read.
        *(
            spoken(f"unit {unit}", [Said(value, (unit, f"{unit}s"), 1.0 if value <= 3600 else 0.0)])
            for unit, value in _SECONDS.items()
        ),
        *(
            spoken(f"one {unit}", [Said(value, (f"{_article(unit)} {unit}",), 1.0 if 60 <= value <= 3600 else 0.0)])
            for unit, value in _SECONDS.items()
        ),
        *(
            abbreviations(f"unit {unit} written", dict.fromkeys(_SHORT[unit], value))
            for unit, value in _SECONDS.items()
        ),
    )
    weeks, days, hours, minutes, seconds = map(_length, reversed(_SECONDS))
    below_hours = f"({minutes} [[and] {seconds}]|{seconds})"
    below_days = f"({hours} [[and] {below_hours}]|{below_hours})"
    template = (
        f"[{{below zero:sign}}] {_AMOUNT} ({{unit:unit}}|{{unit written:unit}}) [and {{fraction:more}}]"
        "|({whole:whole}|{whole written:whole}) [and {fraction:more}]"
        f"|({weeks} [and] {days}|{days} [and] {below_days}|{hours} [and] {below_hours}|{minutes} [and] {seconds})"
    )
    return Kind(template, {each.name or "": each for each in lists}, _seconds)


def _seconds(parts: Sequence[Part], _: date) -> int:
    total = amount = unit = 0.0
    sign = 1
    for tag, value in parts:
        number = float(str(value))
        if tag == "n":
            amount += number
        elif tag == "sign":
            sign = -1
        elif tag == "whole":
            total += number
            unit = number
        elif tag == "unit":
            unit = number
            total += amount * unit
            amount = 0.0
        else:
            total += number * unit
    return sign * (max(1, round(total)) if total > 0 else round(total))


_HALF_DAY = "[{half day:half}|{half day written:half}]"
_PAST = "({hour:hour}|{hour digits:hour}|{fixed:hour})"


@cache
def time_of_day() -> Kind:
    """`HH:MM`: "seven thirty", "quarter past seven", "ten to eight in the evening", "7:05 pm", "noon".

    Without "am", "pm" or the like it is read on the 24-hour clock: "seven" is 07:00, "twelve" is 12:00. "25 o'clock" is
    25:00, so that it can be answered.
    """
    hours = [number(n, 1.0) for n in range(1, 13)] + [number(n, 0.1) for n in range(13, 24)]
    too_late = [Said(n, tuple(f"{words} o'clock" for words in number(n).words), _ABSURD) for n in range(24, 30)]
    minutes = [Said(n, (f"oh {words}", f"o {words}")) for n in range(1, 10) for words in number(n).words]
    halves = [
        Said("am", ("a m", "am", "in the morning", "this morning")),  # some voices read "am" as the word
        Said("pm", ("p m", "in the afternoon", "in the evening", "this afternoon", "this evening")),
        Said("night", ("at night", "tonight")),
    ]
    lists = (
        spoken("hour", hours),
        digits("hour digits", 0, 99),
        spoken("minute", [*minutes, *(number(n) for n in range(10, 60))]),
        digits("minute digits", 0, 59),
        spoken("minutes past", map(number, range(1, 60))),
        spoken("quarters", [Said(15, ("quarter", "a quarter"))]),
        spoken("half hour", [Said(30, ("half",))]),
        spoken("fixed", [Said(12, ("noon", "midday")), Said(0, ("midnight",)), *too_late]),
        spoken("half day", halves),
        abbreviations("half day written", {"am": "am", "pm": "pm"}),
    )
    past = "({quarters:minute}|({minutes past:minute}|{minute digits:minute}) [minute|minutes])"
    before = past.replace(":minute}", ":before}")
    template = (
        f"{{hour:hour}} [{{minute:minute}}|o'clock] {_HALF_DAY}"
        f"|{{hour digits:hour}} [[:] {{minute digits:minute}}|o'clock] {_HALF_DAY}"
        f"|({past} past|{{half hour:minute}} [past]) {_PAST} {_HALF_DAY}"
        f"|{before} (to|before|till|of) {_PAST} {_HALF_DAY}"
        "|[twelve] {fixed:hour}"
    )
    return Kind(template, {each.name or "": each for each in lists}, _clock)


@cache
def either_half() -> Kind:
    """As `time_of_day`, but `HH:MM?` where it may be meant twelve hours later, as in "seven"."""
    kind = time_of_day()
    return Kind(kind.template, kind.lists, _either_half)


def _either_half(parts: Sequence[Part], today: date) -> str | None:
    value = _clock(parts, today)
    said = dict(parts)
    hour = round(float(str(said.get("hour", 0))))
    return f"{value}?" if value and 1 <= hour <= 11 and "half" not in said else value


def _clock(parts: Sequence[Part], _: date) -> str | None:
    said = dict(parts)
    hour = round(float(str(said.get("hour", 0))))
    half = said.get("half")
    if half is not None and hour <= 12:
        afternoon = half == "pm" or (half == "night" and 5 <= hour < 12)
        hour = hour % 12 + 12 * afternoon
    if hour > 24:
        return f"{hour}:00"
    offset = float(str(said.get("minute", 0))) - float(str(said.get("before", 0)))
    minutes = (hour * 60 + round(offset)) % (24 * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_YEARS = range(2020, 2060)
EASTER = 0
_FESTIVALS = {
    1225: ("christmas", "christmas day", "xmas"),
    1224: ("christmas eve",),
    1226: ("boxing day",),
    1231: ("new year's eve",),
    101: ("new year", "new year's", "new year's day", "the new year"),
    214: ("valentine's day", "valentine's"),
    1031: ("halloween",),
    EASTER: ("easter", "easter sunday"),
}
"""Month and day, as one number."""


def _nth(month: int, which: int, weekday: int) -> int:
    """One number for such a weekday of a month; 5 is the last of them."""
    return 10_000 + month * 100 + which * 10 + weekday


_RARER_FESTIVALS = {
    317: ("saint patrick's day",),
    401: ("april fools", "april fool's day"),
    704: ("independence day",),
    1101: ("all saints day",),
    _nth(5, 2, 6): ("mother's day", "mothers day"),
    _nth(5, 5, 0): ("memorial day",),
    _nth(6, 3, 6): ("father's day", "fathers day"),
    _nth(9, 1, 0): ("labor day", "labour day"),
    _nth(11, 4, 3): ("thanksgiving", "thanksgiving day"),
}
"""Those that are said less; what is on a weekday is so as in the United States."""


@cache
def day() -> Kind:
    """`YYYY-MM-DD`: "tomorrow", "next Tuesday", "on Friday", "March 3rd", "in three days".

    A weekday is the next one after today, "this Friday" may be today, "next Tuesday" is that of the week after this
    one, weeks beginning on Monday. A date without a year is the next such date, today included. "February 30th" is
    written down as it was said, so that it can be answered.
    """
    near = {
        0: ("today",),
        1: ("tomorrow",),
        2: ("the day after tomorrow", "day after tomorrow"),
        -1: ("yesterday",),
        -2: ("the day before yesterday", "day before yesterday"),
    }
    festivals = [Said(when, words, 0.3) for when, words in _FESTIVALS.items()]
    festivals += [Said(when, words, 0.05) for when, words in _RARER_FESTIVALS.items()]
    festivals += [Said(317, ("st patrick's day",), 0.0)]
    years = (Said(2000 + n, (f"twenty {w}", f"two thousand {w}", f"two thousand and {w}")) for n, w in _year_words())
    lists = (
        spoken("near day", (Said(offset, words, 1.0 if offset >= 0 else 0.2) for offset, words in near.items())),
        spoken("festival", festivals),
        spoken("weekday", (Said(n, (name,)) for n, name in enumerate(WEEKDAYS))),
        spoken("which week", [Said(0, ("this", "this coming", "the coming")), Said(1, ("next",))]),
        spoken("month", (Said(n, (name,)) for n, name in enumerate(MONTHS, 1))),
        abbreviations("month written", {name[:3]: n for n, name in enumerate(MONTHS, 1)}),
        spoken("day of month", (Said(n, (ordinal(n),)) for n in range(1, 32))),
        spoken("plain day", (Said(n, number(n).words, 1.0) for n in range(1, 32))),
        digits("day digits", 1, 31),
        abbreviations("th", dict.fromkeys(("st", "nd", "rd", "th"), 0)),
        spoken("year", years),
        digits("year digits", _YEARS[0], _YEARS[-1]),
        spoken("some", [*map(number, range(1, 61)), Said(1, ("a", "one"))]),
        digits("some digits", 0, 1000),
        spoken("days or weeks", [Said(1, ("day", "days")), Said(7, ("week", "weeks"))]),
    )
    nth = "({day of month:day}|{day digits:day} [{th:th}])"
    month = "({month:month}|{month written:month})"
    year = "[{year:year}|{year digits:year}]"
    some = "({some:count}|{some digits:count}) {days or weeks:days}"
    template = (
        "{near day:offset}"
        "|[on] {festival:festival}"
        "|[on] [{which week:week}] {weekday:weekday}"
        f"|[on] [the] {nth}"
        f"|[on] [{{weekday:ignored}}] ([the] {nth} [of] {month}|{month} ([the] {nth}|{{plain day:day}})) {year}"
        f"|in {some}|{some} from (now|today)"
    )
    return Kind(template, {each.name or "": each for each in lists}, _date)


def _year_words() -> list[tuple[int, str]]:
    return [(year - 2000, words) for year in _YEARS for words in number(year - 2000).words]


def _date(parts: Sequence[Part], today: date) -> str | None:
    said = {tag: round(float(str(value))) for tag, value in parts}
    try:
        return _find_day(said, today).isoformat()
    except (ValueError, OverflowError):
        return f"{said.get('year', today.year)}-{said['month']:02}-{said['day']:02}" if "month" in said else None


def _find_day(said: dict[str, int], today: date) -> date:
    """Raises ValueError where there is no such day."""
    if "weekday" in said:
        ahead = (said["weekday"] - today.weekday()) % 7
        weeks = {None: ahead or 7, 0: ahead, 1: 7 - today.weekday() + said["weekday"]}
        return today + timedelta(days=weeks[said.get("week")])
    if "festival" in said:
        if said["festival"] >= _nth(0, 0, 0):
            return _next_nth(said["festival"] - _nth(0, 0, 0), today)
        month, of_month = divmod(said["festival"], 100)
        return _next(of_month, month, today) if month else _next_easter(today)
    if "day" not in said:
        return today + timedelta(days=said.get("offset", 0) + said.get("count", 0) * said.get("days", 0))
    if "year" in said:
        return date(said["year"], said["month"], said["day"])
    return _next(said["day"], said.get("month"), today)


def _next(day_of_month: int, month: int | None, today: date) -> date:
    """The first such day from today on. Raises ValueError where there is none within nine years."""
    first = today.year * 12 + (month or today.month) - 1
    for place in range(first, first + 9 * 12, 12 if month else 1):
        try:
            found = date(place // 12, place % 12 + 1, day_of_month)
        except ValueError:
            continue
        if found >= today:
            return found
    raise ValueError(f"there is no day {day_of_month} in month {month}")


def _next_nth(which: int, today: date) -> date:
    """The next day that `_nth` tells, less its 10,000."""
    month, rest = divmod(which, 100)
    nth, weekday = divmod(rest, 10)
    for year in (today.year, today.year + 1):
        first = date(year, month, 1)
        days = [first + timedelta(days=ahead) for ahead in range(31)]
        found = [day for day in days if day.month == month and day.weekday() == weekday]
        day = found[-1] if nth == 5 else found[nth - 1]
        if day >= today:
            break
    return day


def _next_easter(today: date) -> date:
    first = easter(today.year)
    return first if first >= today else easter(today.year + 1)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the method that Nature published anonymously in 1876."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    moon = (19 * golden + century - century // 4 - (8 * century + 13) // 25 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day_before = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day_before + 1)
