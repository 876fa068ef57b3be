"""From plain values, spoken or written by a model, to what a handler expects, one function for each kind of slot.

Each takes the slot's name and the value. What BadSlot says can be spoken.
"""

import math
import re
from datetime import date, time, timedelta

from assistant.annotations import Calculation, Goods, Moment, OClock
from assistant.errors import BadSlot
from assistant.phrases import arithmetic
from assistant.phrases.goods import goods


def whole(name: str, value: object) -> int:
    """A whole number. Raises BadSlot."""
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever it is, float says no in one way
    except (TypeError, ValueError):
        raise BadSlot(f"{value} is not a number.") from None
    if isinstance(value, bool) or not math.isfinite(number) or number != int(number):
        raise BadSlot(f"{value} is not a whole number.")
    return int(number)


def duration_of(name: str, value: object) -> timedelta:
    """What a plain value of the kind `duration` means. Raises BadSlot."""
    try:
        seconds = int(whole(name, value))
        return timedelta(seconds=seconds)
    except (BadSlot, OverflowError):
        raise BadSlot("That is not a length of time that I can use.") from None


def time_of(name: str, value: object) -> time:
    """What a plain value of the kind `time` means. Raises BadSlot."""
    if match := re.fullmatch(r"(\d{1,2}):(\d{2})", str(value)):
        try:
            return time(int(match[1]), int(match[2]))
        except ValueError:
            pass
    raise BadSlot(f"{value} is not a time of day.")


def clock_of(name: str, value: object) -> OClock:
    """What a plain value of the kind `clock` means. Raises BadSlot."""
    return OClock(time_of(name, str(value).removesuffix("?")), not str(value).endswith("?"))


def date_of(name: str, value: object) -> date:
    """What a plain value of the kind `date` means. Raises BadSlot."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        if match := re.fullmatch(r"\d{4}-(\d\d)-(\d\d)", str(value)):
            months = {number: f"{date(2000, number, 1):%B}" for number in range(1, 13)}
            raise BadSlot(f"There is no {months.get(int(match[1]), 'day')} {int(match[2])} then.") from None
        raise BadSlot(f"{value} is not a date.") from None


def moment_of(name: str, value: object) -> Moment:
    """What a plain value of the kind `moment` means. Raises BadSlot."""
    text = str(value)
    if text.startswith("+"):
        return Moment(delay=duration_of(name, text))
    on, _, at = text.rpartition(" ")
    if not on and "-" in at:
        on, at = at, ""
    return Moment(None, date_of(name, on) if on else None, clock_of(name, at) if at else None)


def number_of(name: str, value: object) -> float:
    """A finite number. Raises BadSlot."""
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever it is, float says no in one way
    except (TypeError, ValueError, OverflowError):
        raise BadSlot(f"{value} is not a number.") from None
    if isinstance(value, bool) or not math.isfinite(number):
        raise BadSlot(f"{value} is not a number that I can use.")
    return number


def calculation_of(_: str, value: object) -> Calculation:
    """A sum that has a value. Raises BadSlot."""
    try:
        return Calculation(str(value), arithmetic.value(str(value)))
    except arithmetic.DividedByZero:
        raise BadSlot("Nothing can be divided by zero.") from None
    except arithmetic.TooLarge:
        raise BadSlot("That is more than I can calculate with.") from None
    except arithmetic.NoReal:
        raise BadSlot("Nothing below zero has such a root.") from None
    except ValueError:
        raise BadSlot(f"{value} is not a sum that I understand.") from None


def goods_of(_: str, value: object) -> Goods:
    """Goods that are known. Raises BadSlot."""
    if not (names := goods(str(value))):
        raise BadSlot(f"I do not know what {value} is.")
    return Goods(tuple(names))


def text_of(name: str, value: object) -> str:
    """Words, without space around them. Raises BadSlot."""
    if not isinstance(value, str) or not value.strip():
        raise BadSlot(f"You did not say the {name.replace('_', ' ')}.")
    return value.strip()
