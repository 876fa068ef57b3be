"""What devices write into MQTT messages and what that means: payloads, paths into them, codecs. It runs no code."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from assistant.devices.colours import COLOURS, rgb

LARGEST = 64 << 10
"""Bytes of a payload that is read as the state of one device. More is no state."""

Path = tuple[str | int, ...]
"""Where in a JSON document a value is; empty for the whole payload, as text."""


_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d{1,6})\]")


def path(text: str) -> Path:
    """A path as it is written, such as `SENSOR.AM2301.Temperature` or `outlets[1].on`. Raises ValueError."""
    found: list[str | int] = []
    at = 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None or text.startswith("."):
            raise ValueError(f"{text} is no path")
        found.append(step[1] or int(step[2]))
        at = step.end()
    return tuple(found)


def is_topic(text: object) -> bool:
    """Whether it is the name of one topic. A broker hangs up on whoever names one that cannot be."""
    return (
        isinstance(text, str)
        and re.fullmatch(r"[^+#\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]{1,500}", text) is not None
    )


class Payload:
    """What a message carries. Its JSON is read when it is first needed, and only once."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def at(self, path: Path) -> object:
        """The value there. Raises LookupError where there is none, ValueError for a payload that cannot be read."""
        if len(self.raw) > LARGEST:
            raise ValueError(f"has {len(self.raw)} bytes, more than the {LARGEST} of any state")
        value: object = self.json if path else self.text
        for step in path:
            if isinstance(step, str) != isinstance(value, dict) or not isinstance(value, dict | list):
                raise KeyError(step)
            value = value[step]  # type: ignore[index]  # a word for a mapping, a number for a list
        return value

    @cached_property
    def text(self) -> str:
        """As text. Raises ValueError."""
        try:
            return self.raw.decode().strip()
        except UnicodeDecodeError:
            raise ValueError("is not UTF-8") from None

    @cached_property
    def json(self) -> object:
        """As JSON of any size. Raises ValueError."""
        try:
            return json.loads(self.text, parse_constant=_no_constant)
        except json.JSONDecodeError as error:
            raise ValueError(f"is not JSON: {error.msg}") from None
        except RecursionError:
            raise ValueError("is nested too deeply") from None


def _no_constant(name: str) -> object:
    raise ValueError(f"holds {name}, which JSON does not know")


class Codec(Protocol):
    """Translates between what a device writes and what is known of it."""

    def read(self, raw: object) -> object:
        """What a raw value means. Raises ValueError for one that means nothing."""
        ...

    def write(self, value: object) -> object:
        """How to write it. Raises ValueError where it cannot be written."""
        ...


@dataclass(frozen=True, slots=True)
class Either:
    """One of two values, for yes and no."""

    on: object = "ON"
    off: object = "OFF"

    def read(self, raw: object) -> object:
        """True for the one, false for the other, whatever the case of their letters."""
        for value, means in ((self.on, True), (self.off, False)):
            if _plain(raw).casefold() == _plain(value).casefold():
                return means
        raise ValueError(f"is {_plain(raw)!r:.60}, neither {_plain(self.on)} nor {_plain(self.off)}")

    def write(self, value: object) -> object:
        """The one or the other."""
        return self.on if value else self.off


@dataclass(frozen=True, slots=True)
class Line:
    """A number on a scale of the device's own: its `low` and `high` mean `zero` and `full`, and so on beyond them."""

    low: float = 0.0
    high: float = 100.0
    zero: float = 0.0
    full: float = 100.0
    whole: bool = False
    """Whether only whole numbers are written."""

    def read(self, raw: object) -> object:
        """On our scale."""
        return self.zero + (_number(raw) - self.low) * (self.full - self.zero) / (self.high - self.low)

    def write(self, value: object) -> object:
        """On the device's scale."""
        number = self.low + (_number(value) - self.zero) * (self.high - self.low) / (self.full - self.zero)
        return round(number) if self.whole else _short(number)


SAME = Line()
"""A number as it is."""
CELSIUS_OF_FAHRENHEIT = Line(32, 212, 0, 100)


@dataclass(frozen=True, slots=True)
class Mired:
    """A colour temperature in mireds, a million divided by kelvins."""

    def read(self, raw: object) -> object:
        """In kelvins."""
        mireds = _number(raw)
        if mireds <= 0:
            raise ValueError(f"is {mireds:g}, which is no colour temperature")
        return 1e6 / mireds

    def write(self, value: object) -> object:
        """In whole mireds."""
        return round(1e6 / _number(value))


@dataclass(frozen=True, slots=True)
class Named:
    """Values that have names of the device's own."""

    names: Mapping[object, object]
    """Ours → the device's."""
    partial: bool = False
    """Whether the device writes others beside these, which mean nothing here."""

    def read(self, raw: object) -> object:
        """Ours. Raises LookupError for one that means nothing here."""
        for ours, theirs in self.names.items():
            if _plain(theirs).casefold() == _plain(raw).casefold():
                return ours
        if self.partial:
            raise KeyError(raw)
        raise ValueError(f"is {_plain(raw)!r:.60}, not one of {', '.join(map(_plain, self.names.values()))}")

    def write(self, value: object) -> object:
        """The device's."""
        if value not in self.names:
            raise ValueError(f"cannot be {value}")
        return self.names[value]


@dataclass(frozen=True, slots=True)
class Press:
    """Something that happens: any value means that it did, unless it is empty."""

    payload: object = "PRESS"

    def read(self, raw: object) -> object:
        """Whether it happened."""
        if raw in ("", None):
            raise ValueError("is empty")
        return True

    def write(self, value: object) -> object:
        """Make it happen."""
        return self.payload


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour by its name, written as red, green and blue from 0 to 255."""

    text: bool = False
    """Written as `255,0,0` and not as JSON."""

    def read(self, raw: object) -> object:
        """The name of the nearest colour, of red, green and blue, hue and saturation, or x and y of CIE 1931."""
        if isinstance(raw, str):
            raw = dict(zip("rgb", raw.split(","), strict=False))
        if not isinstance(raw, dict):
            raise ValueError("is no colour")
        if {"r", "g", "b"} <= raw.keys():
            red, green, blue = (_number(raw[letter]) / 255 for letter in "rgb")
        elif {"x", "y"} <= raw.keys():
            red, green, blue = _from_xy(_number(raw["x"]), _number(raw["y"]))
        else:
            raise ValueError("is no colour")
        brightest = max(red, green, blue) or 1.0
        seen = red / brightest, green / brightest, blue / brightest
        return min(COLOURS, key=lambda name: math.dist(_bright(rgb(name)), seen))

    def write(self, value: object) -> object:
        """Red, green and blue."""
        if value not in COLOURS:
            raise ValueError(f"cannot be {value}")
        red, green, blue = (round(255 * part) for part in rgb(str(value)))
        return f"{red},{green},{blue}" if self.text else {"r": red, "g": green, "b": blue}


def _bright(parts: tuple[float, float, float]) -> tuple[float, float, float]:
    red, green, blue = (part / max(parts) for part in parts)
    return red, green, blue


def _from_xy(x: float, y: float) -> tuple[float, float, float]:
    """CIE 1931 at full brightness to sRGB: the matrix and the gamma curve of IEC 61966-2-1."""
    if not (0 < x < 1 and 0 < y < 1):
        raise ValueError("is no colour")
    wide, deep = x / y, (1 - x - y) / y
    linear = (
        3.2406 * wide - 1.5372 - 0.4986 * deep,
        -0.9689 * wide + 1.8758 + 0.0415 * deep,
        0.0557 * wide - 0.2040 + 1.0570 * deep,
    )
    brightest = max(*linear, 1e-9)
    parts = [max(0.0, part / brightest) for part in linear]
    red, green, blue = (12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055 for part in parts)
    return red, green, blue


def written(template: str, value: object) -> str:
    """A payload: the template with `{value}` replaced, escaped where the template is JSON."""
    text = _plain(value)
    if template.lstrip()[:1] in ("{", "[") and template.strip() != "{value}":
        text = json.dumps(text, ensure_ascii=False)[1:-1]
    return template.replace("{value}", text)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _number(raw: object) -> float:
    try:
        number = math.nan if isinstance(raw, bool) else float(raw)  # type: ignore[arg-type]  # float says no in one way
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"is {str(raw)[:60]!r}, which is no number")
    return number


def _short(number: float) -> float | int:
    number = round(number, 4)
    return int(number) if number == int(number) else number
