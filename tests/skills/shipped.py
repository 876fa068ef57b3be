"""The shipped skills in a house of a hundred devices."""

import importlib
from functools import cache
from pathlib import Path

from assistant import config, testing
from assistant.devices.furnish import furnish
from assistant.devices.simulated import SimulatedHouse
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
    household = furnish(loaded)
    return SimulatedHouse(household.devices, household.areas)


async def assistant() -> testing.Assistant:
    return await testing.assistant(*SKILLS, house=hundred())


@cache
def vocabulary() -> Vocabulary:
    house = hundred()
    specs = [handler.spec(house) for each in SKILLS for handler in each.handlers]
    return Vocabulary(tuple(specs))
