"""Makes written English fit to be spoken: parts it into sentences, writes out what synthesizers misread."""

import re
import unicodedata
from datetime import date

from assistant.phrases.numbers import ordinal

_ABBREVIATIONS = {"dr", "mr", "mrs", "ms", "st", "vs", "approx", "e.g", "i.e"}
_END = re.compile(r"[.!?…]+[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[^\Wa-z_])|\n+")
_CLOCK = re.compile(r"(?<![\d:.,])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])( ?[ap]\.?m\b\.?)?", re.IGNORECASE)
_PRICE = re.compile(r"([$€£])\s?(\d+(?:,\d{3})*(?:\.\d+)?(?: (?:thousand|million|billion)\b)?)")
_RANGE = re.compile(r"(?<=\d)\s?[–—]\s?(?=\d)")
_DATE = re.compile(r"(?<![\w.-])(\d{4})-(\d\d)-(\d\d)(?![\w-])")
_VULGAR = re.compile(r"(\d?)([¼-¾⅐-⅞↉])")
_FRACTION = re.compile(r"(?<![\w/.,])(?:(\d+) )?(\d{1,2})[/⁄](\d{1,3})(?![/\d]|[.,]\d)(?:\s?([a-zA-Z]\w*))?")
_SIGN = re.compile(r"(?<=[\d)])( ?)([*×·÷+=])\1(?=[\d(])")
_SIGNS = {"*": "times", "×": "times", "·": "times", "÷": "divided by", "+": "plus", "=": "equals"}
_MARKUP = re.compile(r"[*_#`~|<>\\^]+")
_UNITS = {
    "%": "percent",
    "°": "degree",
    "°C": "degree Celsius",
    "°F": "degree Fahrenheit",
    "km": "kilometer",
    "m": "meter",
    "cm": "centimeter",
    "mm": "millimeter",
    "mi": "mile",
    "ft": "foot",
    "m²": "square meter",
    "m³": "cubic meter",
    "km/h": "kilometer per hour",
    "m/s": "meter per second",
    "mm/h": "millimeter per hour",
    "mph": "mile per hour",
    "rpm": "revolution per minute",
    "kg": "kilogram",
    "g": "gram",
    "mg": "milligram",
    "lb": "pound",
    "oz": "ounce",
    "µg/m³": "microgram per cubic meter",
    "mg/m³": "milligram per cubic meter",
    "Bq/m³": "becquerel per cubic meter",
    "ppm": "part per million",
    "ppb": "part per billion",
    "l": "liter",
    "L": "liter",
    "ml": "milliliter",
    "W": "watt",
    "kW": "kilowatt",
    "Wh": "watt-hour",
    "kWh": "kilowatt-hour",
    "W/m²": "watt per square meter",
    "V": "volt",
    "mV": "millivolt",
    "A": "ampere",
    "mA": "milliampere",
    "Hz": "hertz",
    "kHz": "kilohertz",
    "MHz": "megahertz",
    "GHz": "gigahertz",
    "kB": "kilobyte",
    "MB": "megabyte",
    "GB": "gigabyte",
    "ms": "millisecond",
    "s": "second",
    "min": "minute",
    "h": "hour",
    "hPa": "hectopascal",
    "mbar": "millibar",
    "bar": "bar",
    "lx": "lux",
    "dB": "decibel",
}
_UNCHANGED = {"percent", "lux", "hertz", "kilohertz", "megahertz", "gigahertz"}
_SYMBOLS = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_AMOUNT = re.compile(rf"(?<![\w.])([-−]?)(\d+(?:,\d{{3}})*(?:\.\d+)?)\s?({_SYMBOLS})(?![\w/])")
_CURRENCIES = {"$": "dollar", "€": "euro", "£": "pound"}


def sentences(text: str) -> list[str]:
    """The sentences of `text`, in order, none of them empty. "Ask Dr. Who." is one, "At 5 p.m. Then home." are two."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        last = text[start : end.start()].rpartition(" ")[2]
        if last.strip("(\"'“‘[").lower() in _ABBREVIATIONS:
            continue
        found.append(text[start : end.end()])
        start = end.end()
    found.append(text[start:])
    return [sentence for part in found if (sentence := part.strip())]


def aloud(text: str) -> str:
    """`text` with times, dates, fractions, amounts, prices and sums in words, without emoji, markup and control signs.

    Empty where it has neither letter nor digit.
    """
    text = _VULGAR.sub(lambda mark: f"{mark[1]} {unicodedata.normalize('NFKC', mark[2])}", text)
    text = "".join(character if _sounds(character) else " " for character in text.replace("μ", "µ"))
    text = _SIGN.sub(lambda sign: f" {_SIGNS[sign[2]]} ", text)
    text = _MARKUP.sub(" ", text)
    text = _DATE.sub(_date, text)
    text = _RANGE.sub(" to ", text)
    text = _FRACTION.sub(_fraction, text)
    text = _CLOCK.sub(_clock, text)
    text = _PRICE.sub(lambda price: _count(price[2], _CURRENCIES[price[1]]), text)
    text = _AMOUNT.sub(_amount, text)
    return " ".join(text.split()) if re.search(r"\w", text) else ""


def _sounds(character: str) -> bool:
    category = unicodedata.category(character)
    return character == "°" or not (category.startswith("C") or category in ("So", "Sk", "Me"))


def _date(match: re.Match[str]) -> str:
    try:
        day = date(*map(int, match.groups()))
    except ValueError:
        return match[0]
    return f"{day:%B} the {ordinal(day.day)}, {day.year}"


def _fraction(match: re.Match[str]) -> str:
    """Such as "3 quarters", "2 and a half"; what is no part of one whole, such as "24/7", stays as it is."""
    whole, above, below, after = match[1], int(match[2]), int(match[3]), match[4] or ""
    if not 0 < above < below:
        return match[0]
    part = {2: "half", 4: "quarter"}.get(below) or ordinal(below)
    words = f"{above} {part}s" if above > 1 else f"{'a' if whole else 'one'} {part}"
    unit = _UNITS.get(after)
    if whole:
        return f"{whole} and {words} {_plural(unit) if unit else after}"
    return f"{words} of a {unit}" if unit else f"{words} {after}"


def _clock(time: re.Match[str]) -> str:
    hour, minute, half = int(time[1]), int(time[2]), time[3] or ""
    if minute == 0 and not half:
        return "midnight" if hour == 0 else f"{hour} o'clock" if hour <= 12 else f"{hour} hundred"
    spoken = "" if minute == 0 else f" oh {minute}" if minute < 10 else f" {minute}"
    return f"{hour}{spoken}" + (f" {half.strip()}" if half else "")


def _amount(amount: re.Match[str]) -> str:
    sign, number, symbol = amount.groups()
    return ("minus " if sign else "") + _count(number, _UNITS[symbol])


def _count(number: str, unit: str) -> str:
    """Such as "1 degree Celsius", "2 degrees Celsius"."""
    if number == "1" or unit in _UNCHANGED:
        return f"{number} {unit}"
    return f"{number} {_plural(unit)}"


def _plural(unit: str) -> str:
    if unit.startswith(("square ", "cubic ")):
        return f"{unit}s"
    noun, space, rest = unit.partition(" ")
    return f"{'feet' if noun == 'foot' else f'{noun}s'}{space}{rest}"
