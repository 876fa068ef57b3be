"""What a device could do harm with, told from its kind and its names."""

import re
from collections.abc import Iterable
from typing import Literal

RiskClass = Literal["lock", "door", "oven", "alarm"]

DOORS = frozenset({"garage", "gate", "gates", "door", "doors", "barrier", "opener"})
HUNG = frozenset({"blind", "blinds", "curtain", "curtains", "shade", "shades", "awning"})
"""What hangs before a door and is none."""
OVENS = frozenset({"oven", "stove", "hob", "cooker", "cooktop", "grill", "fryer"})
ALARMS = frozenset({"alarm", "siren"})

SWITCHED = frozenset({"switch", "socket", "button", "scene"})


def risk_class(kind: str, names: Iterable[str]) -> RiskClass | None:
    """The class of a device that has these names.

    Any word of a cover's name makes it a door. What is switched is what its name ends in: a garage fan is a fan, but a
    relay called "garage door" opens it.
    """
    if kind == "lock":
        return "lock"
    for name in names:
        words = re.findall(r"\w+", name.casefold())
        if not words:
            continue
        last = words[-1]
        if kind == "cover" and ("garage" in words or (DOORS & set(words) and last not in HUNG)):
            return "door"
        if kind in SWITCHED:
            if last in DOORS:
                return "door"
            if last in OVENS:
                return "oven"
            if ALARMS & set(words) and last != "clock":
                return "alarm"
    return None
