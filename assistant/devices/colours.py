"""The names of colours that people say, as red, green and blue."""

from collections.abc import Mapping

RGB = tuple[float, float, float]
"""Red, green and blue, each from 0 to 1."""

COLOURS: Mapping[str, str] = {
    "white": "ffffff",
    "warm white": "ffb46b",
    "cool white": "d6e4ff",
    "daylight": "fff4e5",
    "red": "ff0000",
    "green": "00ff00",
    "blue": "0000ff",
    "yellow": "ffd000",
    "orange": "ff6a00",
    "purple": "8000ff",
    "pink": "ff4f8b",
    "violet": "9b30ff",
    "cyan": "00ffff",
    "turquoise": "00d0a0",
    "magenta": "ff00ff",
    "teal": "008080",
    "lime": "a0ff00",
    "gold": "ffb000",
    "lavender": "b57edc",
}
"""Name → as in HTML; chosen for LEDs, whose yellow and orange need less green than a screen's."""


def rgb(colour: str) -> RGB:
    """A colour by its name. Raises KeyError."""
    red, green, blue = bytes.fromhex(COLOURS[colour])
    return red / 255, green / 255, blue / 255
