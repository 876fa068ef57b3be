import pytest

from assistant import testing
from assistant.devices.simulated import SimulatedDevice, SimulatedHouse
from skills.lock import skill


@pytest.fixture
async def assistant() -> testing.Assistant:
    house = SimulatedHouse(
        (SimulatedDevice("front door", "lock", state={"locked": True}), SimulatedDevice("back door", "lock"))
    )
    return await testing.assistant(skill, house=house)


async def test_questions(assistant: testing.Assistant) -> None:
    assert await assistant.say("is the front door locked") == "The front door is locked."
    assert await assistant.say("are all the doors locked") == "All doors are locked."


async def test_unlocked_doors_are_named() -> None:
    house = SimulatedHouse(
        (SimulatedDevice("front door", "lock"), SimulatedDevice("back door", "lock", state={"locked": False}))
    )
    assistant = await testing.assistant(skill, house=house)
    assert await assistant.say("is everything locked") == "The back door is unlocked."
    assert await assistant.say("did I lock the back door") == "The back door is unlocked."


@pytest.mark.parametrize("sentence", ["unlock all the doors", "unlock everything", "lock all the doors", "lock up"])
async def test_all_is_no_door(assistant: testing.Assistant, sentence: str) -> None:
    _, response = await assistant.ask(sentence)
    assert not response.ok
    assert response.text == "I only lock and unlock a door that is named. There is the front door and the back door."
    assert assistant.state("front door")["locked"] is True


def test_a_lock_is_risky_of_itself() -> None:
    assert SimulatedDevice("front door", "lock").risk_class == "lock"


async def test_a_house_without_locks() -> None:
    assert await testing.say(skill, "is everything locked") == "I have no lock to ask."
