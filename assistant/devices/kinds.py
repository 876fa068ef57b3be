"""The kinds of devices there are, and what can be known of and done with each."""

from collections.abc import Mapping
from typing import Literal

from assistant.devices.traits import Number, Trait, Word, YesNo

DeviceKind = Literal[
    "light", "switch", "socket", "fan", "cover", "climate", "lock", "sensor", "scene", "button"
]  # fmt: skip

PERCENT = Number(0, 100, "%", whole=True)
CELSIUS = Number(-60, 130, "°C", settable=False)

KINDS: Mapping[str, Mapping[str, Trait]] = {
    "light": {
        "on": YesNo(),
        "brightness": PERCENT,
        "colour": Word(),
        "colour_temperature": Number(1000, 10_000, "K", whole=True),
    },
    "switch": {"on": YesNo()},
    "socket": {"on": YesNo()},
    "fan": {"on": YesNo(), "speed": PERCENT},
    "cover": {
        # 0 is closed, 100 open.
        "position": PERCENT,
        # It can be told to stop, but opens and closes by its position.
        "moving": Word(("opening", "closing", "stopped")),
    },
    "climate": {
        "target": Number(4, 40, "°C"),
        "mode": Word(("off", "heat", "cool", "auto")),
        "current": CELSIUS,
    },
    "lock": {"locked": YesNo()},
    # What a sensor measures has names of its own: see `measure`.
    "sensor": {},
    "scene": {"active": YesNo(momentary=True)},
    "button": {"pressed": YesNo(momentary=True)},
}
"""Kind of device → everything that one of this kind may have."""

YES_NO_MEASURES = frozenset({"motion", "contact", "smoke", "water", "occupied"})
"""What a sensor tells with yes or no. `contact` is true where the two parts touch: the door is closed."""


def measure(name: str, unit: str = "") -> Trait:
    """What a sensor measures under this name: a yes or no for what can only be that, else a number."""
    return YesNo(settable=False) if name in YES_NO_MEASURES else Number(unit=unit, settable=False)


def traits(kind: str, *names: str) -> Mapping[str, Trait]:
    """Those traits of a kind."""
    return {name: KINDS[kind][name] for name in names}
