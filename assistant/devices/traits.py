"""What can be known of a device: a yes or no, a number with a unit, or a word; and which values each can have."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class YesNo:
    """True or false."""

    settable: bool = True
    momentary: bool = False
    """It happens and is over, like the press of a button: telling it again does it again."""

    def check(self, value: object) -> object:
        """The value as it is kept. Raises ValueError, saying what it can be."""
        if not isinstance(value, bool):
            raise ValueError("can be true or false")
        return value

    def read(self, text: str) -> object:
        """The value that somebody typed. Raises ValueError."""
        words = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
        return self.check(words.get(text.casefold()))


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `low` to `high`."""

    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    """As it is written: `%`, `°C`, `W`."""
    settable: bool = True
    whole: bool = False
    momentary: bool = False

    def check(self, value: object) -> object:
        """The value as it is kept. Raises ValueError, saying what it can be."""
        try:
            number = math.nan if isinstance(value, bool) or not isinstance(value, int | float) else float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number) or not self.low <= number <= self.high:
            raise ValueError(self.words)
        return round(number) if self.whole or number == int(number) else number

    def read(self, text: str) -> object:
        """The value that somebody typed. Raises ValueError."""
        try:
            return self.check(float(text))
        except (ValueError, OverflowError):
            raise ValueError(self.words) from None

    @property
    def words(self) -> str:
        """What it can be."""
        if math.isinf(self.low) or math.isinf(self.high):
            return "can be a number"
        return f"goes from {self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True)
class Word:
    """A word, perhaps one of a few."""

    words: tuple[str, ...] = ()
    """Which; any, if none is named."""
    settable: bool = True
    momentary: bool = False

    def check(self, value: object) -> object:
        """The value as it is kept. Raises ValueError, saying what it can be."""
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST or (self.words and value not in self.words):
            raise ValueError(f"can be {' or '.join(self.words)}" if self.words else "can be a word")
        return value

    def read(self, text: str) -> object:
        """The value that somebody typed. Raises ValueError."""
        return self.check(text)


LONGEST = 100
"""Letters of a word."""

Trait = YesNo | Number | Word
