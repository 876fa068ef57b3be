"""Makes written English fit to be spoken: parts it into sentences, writes out what synthesizers misread."""

import re
import unicodedata

_ABBREVIATIONS = {"dr", "mr", "mrs", "ms", "st", "vs", "approx", "e.g", "i.e"}
_END = re.compile(r"[.!?…]+[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[^\Wa-z_])|\n+")
_CLOCK = re.compile(r"(?<![\d:.,])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])( ?[ap]\.?m\b\.?)?", re.IGNORECASE)
_AMOUNT = re.compile(r"(?<![\w.])([-−]?)(\d+(?:,\d{3})*(?:\.\d+)?)\s?(km/h|kWh|[a-zA-Z]{1,3}|°[CF]?|%)(?!\w)")
_PRICE = re.compile(r"([$€£])\s?(\d+(?:,\d{3})*(?:\.\d+)?)")
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
    "km/h": "kilometer per hour",
    "mph": "mile per hour",
    "kg": "kilogram",
    "g": "gram",
    "mg": "milligram",
    "l": "liter",
    "L": "liter",
    "ml": "milliliter",
    "W": "watt",
    "kW": "kilowatt",
    "kWh": "kilowatt-hour",
    "V": "volt",
    "s": "second",
    "min": "minute",
    "h": "hour",
    "hPa": "hectopascal",
    "lx": "lux",
    "dB": "decibel",
}
_UNCHANGED = {"percent", "lux"}
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
    """`text` with clock times, amounts and prices in words, without emoji, markup and control characters.

    Empty where it has neither letter nor digit.
    """
    text = "".join(character if _sounds(character) else " " for character in text)
    text = _MARKUP.sub(" ", text)
    text = _CLOCK.sub(_clock, text)
    text = _PRICE.sub(lambda price: _count(price[2], _CURRENCIES[price[1]]), text)
    text = _AMOUNT.sub(_amount, text)
    return " ".join(text.split()) if re.search(r"\w", text) else ""


def _sounds(character: str) -> bool:
    category = unicodedata.category(character)
    return character == "°" or not (category.startswith("C") or category in ("So", "Sk", "Me"))


def _clock(time: re.Match[str]) -> str:
    hour, minute, half = int(time[1]), int(time[2]), time[3] or ""
    if minute == 0 and not half:
        return "midnight" if hour == 0 else f"{hour} o'clock" if hour <= 12 else f"{hour} hundred"
    spoken = "" if minute == 0 else f" oh {minute}" if minute < 10 else f" {minute}"
    return f"{hour}{spoken}" + (f" {half.strip()}" if half else "")


def _amount(amount: re.Match[str]) -> str:
    sign, number, symbol = amount.groups()
    if symbol not in _UNITS:
        return amount[0]
    return ("minus " if sign else "") + _count(number, _UNITS[symbol])


def _count(number: str, unit: str) -> str:
    """Such as "1 degree Celsius", "2 degrees Celsius"."""
    if number == "1" or unit in _UNCHANGED:
        return f"{number} {unit}"
    noun, space, rest = unit.partition(" ")
    return f"{number} {noun}s{space}{rest}"
