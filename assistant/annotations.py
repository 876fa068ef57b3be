"""What a handler's parameters can be annotated with, beside Python's own types.

Skills import it from assistant.skill.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Annotated

from assistant.house import Device
from assistant.messages import Choice


@dataclass(frozen=True, slots=True)
class Between:
    """For `Annotated[int, Between(1, 12)]`: the range of a whole number, both ends included."""

    low: int
    high: int
    percent: bool = False


class OneOf:
    """For `Annotated[str, OneOf("black", "green")]`: the values a word can take.

    `spoken` gives other ways to say a value: `OneOf("milk", spoken={"(soy|soya) milk": "soy milk"})` hands over
    "soy milk" for either. What is spoken may be a sentence template without slots.
    """

    def __init__(self, *values: str, spoken: Mapping[str, str] | None = None) -> None:
        self.choices = tuple(
            [Choice(value, value) for value in values] + [Choice(said, value) for said, value in (spoken or {}).items()]
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """For `Annotated[timedelta, Asked("For how long?")]`: how to ask for what is required and was not said."""

    question: str


class Often:
    """For `Annotated[str, Often("milk", "eggs", most=3)]`: any words, but these are said most often.

    Only they can be heard by a recognizer that knows no other words, up to `most` of them in a row: "milk and eggs".
    """

    def __init__(self, *values: str, most: int = 1) -> None:
        self.choices = tuple(Choice(value, value) for value in values)
        self.most = most


@dataclass(frozen=True, slots=True)
class Title:
    """For `Annotated[str, Title()]`: what the household calls something of its own, in at most so many words.

    "Camping" is one; "me", "what is on" and "a new" are none, so that a sentence with these means something else.
    """

    most: int = 4


@dataclass(frozen=True, slots=True)
class Goods:
    """What a household buys, one or several: nothing else is taken for it."""

    names: tuple[str, ...]
    """As they were said: "oat milk", "a dozen eggs"."""


@dataclass(frozen=True, slots=True)
class Calculation:
    """A sum."""

    text: str
    """As it is written down: "15 percent of 80"."""
    value: Fraction


class OfKind:
    """For `Annotated[Device, OfKind("light")]`: only devices of these kinds.

    `OfKind("fan", having={"speed"})` are those of which one of these values can be known.
    """

    def __init__(self, *kinds: str, having: Collection[str] = ()) -> None:
        self.kinds = frozenset(kinds)
        self.having = frozenset(having)

    def fits(self, device: Device) -> bool:
        """Whether the device is one of them."""
        kind = not self.kinds or device.kind in self.kinds
        return kind and (not self.having or not self.having.isdisjoint(device.traits))


@dataclass(frozen=True, slots=True)
class OClock:
    """A time of day as people say it: "seven" may be in the morning or in the evening."""

    time: time
    sure: bool
    """Whether the half of the day was said, or makes no difference. Otherwise `time` is in the first half."""

    def on(self, day: date, *, early: bool = False) -> datetime:
        """What it means on a day; where it is not sure, in waking hours, or in the morning if `early`."""
        later = not self.sure and not early and self.time.hour < 7
        return datetime.combine(day, self.time) + timedelta(hours=12 * later)

    def after(self, moment: datetime, *, early: bool = False) -> datetime:
        """When it is next, after a local time without a zone; never in the afternoon if it is not sure but `early`."""
        today = datetime.combine(moment.date(), self.time)
        hours = (0, 24) if self.sure or early else (0, 12, 24)
        return next(today + timedelta(hours=h) for h in hours if today + timedelta(hours=h) > moment)

    def in_the(self, part: str | None) -> "OClock":
        """What it means in a part of the day, as `PartOfDay` names it: eight in the evening is 20:00."""
        if self.sure or part is None:
            return self
        late = part in ("afternoon", "evening") or (part == "night" and self.time.hour >= 5)
        return OClock(self.time.replace(hour=self.time.hour % 12 + 12 * late), True)


@dataclass(frozen=True, slots=True)
class Moment:
    """When something shall happen, as people say it: after a while, or on a day, at a time of day, or both."""

    delay: timedelta | None = None
    day: date | None = None
    at: OClock | None = None

    def after(self, now: datetime, usual: time) -> datetime:
        """The local time meant, which may be past; `usual` is when, on a day for which no time was said."""
        if self.delay is not None:
            return now + self.delay
        if self.at is None:
            return datetime.combine(self.day or now.date(), usual)
        soon = self.at.after(now)
        return soon if self.day is None or soon.date() == self.day == now.date() else self.at.on(self.day)


Percent = Annotated[int, Between(0, 100, percent=True)]
Light = Annotated[Device, OfKind("light")]
PartOfDay = Annotated[str, OneOf("morning", "afternoon", "evening", "night")]
