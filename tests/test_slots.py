from datetime import date, time, timedelta
from enum import Enum
from typing import Annotated, Literal

import pytest

from assistant.annotations import Between, Light, OfKind, OneOf, Percent
from assistant.devices.simulated import SimulatedDevice, SimulatedHouse
from assistant.errors import BadSlot, SkillLoadError
from assistant.house import Area, Device
from assistant.messages import Choice
from assistant.slots import bind, slot

KITCHEN = Area("kitchen", ("cookery",))
LAMP = SimulatedDevice("desk lamp", "light", KITCHEN, ("lamp",))
FAN = SimulatedDevice("fan", "fan")
HOUSE = SimulatedHouse((LAMP, FAN), (KITCHEN,))


class Roast(Enum):
    LIGHT = "light roast"
    DARK = "dark roast"


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (str, " green ", "green"),
        (int, 7, 7),
        (int, "7", 7),
        (int, 7.0, 7),
        (Percent, 100, 100),
        (timedelta, 90, timedelta(seconds=90)),
        (time, "7:05", time(7, 5)),
        (date, "2026-11-24", date(2026, 11, 24)),
        (Literal["red", "blue"], "RED", "red"),
        (Roast, "dark roast", Roast.DARK),
        (Annotated[str, OneOf("milk", spoken={"soya": "soy milk"})], "soy milk", "soy milk"),
        (Light, "lamp", LAMP),
        (Annotated[Device, OfKind("fan")], "Fan", FAN),
        (Area, "cookery", KITCHEN),
        (int | None, 3, 3),
    ],
)
def test_plain_values_become_arguments(annotation: object, value: object, expected: object) -> None:
    assert slot("x", annotation, required=True).convert(value, HOUSE) == expected


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (str, ""),
        (str, 5),
        (int, "seven"),
        (int, 7.5),
        (int, True),
        (int, float("nan")),
        (int, float("inf")),
        (int, None),
        (int, [1]),
        (Percent, 101),
        (Percent, -1),
        (Annotated[int, Between(1, 6)], 7),
        (timedelta, "soon"),
        (timedelta, 10**30),
        (time, "25:00"),
        (time, "noon"),
        (date, "2026-02-30"),
        (Literal["red"], "green"),
        (Light, "fan"),
        (Light, {"name": "lamp"}),
        (Area, "cellar"),
    ],
)
def test_values_that_do_not_fit_are_refused_with_a_sentence(annotation: object, value: object) -> None:
    with pytest.raises(BadSlot, match=r"\.$"):
        slot("x", annotation, required=True).convert(value, HOUSE)


def test_annotations_that_cannot_be_spoken_are_refused() -> None:
    with pytest.raises(SkillLoadError, match=r"parameter 'x': <class 'bytes'> cannot be spoken; use str, int"):
        slot("x", bytes, required=True)


def test_devices_are_spoken_by_name_and_alias() -> None:
    assert slot("x", Light, required=True).spec(HOUSE).choices == (
        Choice("desk lamp", "desk lamp"),
        Choice("lamp", "desk lamp"),
    )


def test_binding_takes_what_was_said_and_nothing_unknown() -> None:
    slots = [slot("length", timedelta, required=True), slot("name", str, required=False)]
    assert bind(slots, {"length": 60, "name": None}, HOUSE) == ({"length": timedelta(minutes=1)}, {})
    with pytest.raises(BadSlot, match="colour"):
        bind(slots, {"length": 60, "colour": "red"}, HOUSE)
