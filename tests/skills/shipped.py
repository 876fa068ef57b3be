"""The shipped skills in a house of a hundred devices."""

import importlib
from functools import cache
from pathlib import Path

from assistant import config, testing
from assistant.devices.simulated import SimulatedDevice, SimulatedHouse
from assistant.house import Area
from assistant.messages import Vocabulary
from assistant.skill import Skill

ROOT = Path(__file__).parent.parent.parent

NAMES = sorted(path.stem for path in (ROOT / "skills").glob("[a-z]*.py"))


def skill(name: str) -> Skill:
    found = importlib.import_module(f"skills.{name}").skill
    assert isinstance(found, Skill)
    return found


SKILLS = tuple(map(skill, NAMES))


def hundred() -> SimulatedHouse:
    """A fresh one."""
    loaded = config.load(ROOT / "tests" / "houses" / "hundred.yaml")
    areas = {area.name: Area(area.name, area.aliases) for area in loaded.rooms}
    devices = tuple(
        SimulatedDevice(device.name, device.kind, areas.get(device.area or ""), device.aliases)
        for device in loaded.devices
    )
    return SimulatedHouse(devices, tuple(areas.values()))


async def assistant() -> testing.Assistant:
    return await testing.assistant(*SKILLS, house=hundred())


@cache
def vocabulary() -> Vocabulary:
    house = hundred()
    specs = [handler.spec(house) for each in SKILLS for handler in each.handlers]
    return Vocabulary(tuple(specs))
