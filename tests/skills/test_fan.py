import pytest

from assistant import testing
from skills.fan import skill


@pytest.fixture
async def assistant() -> testing.Assistant:
    rooms = {"bedroom": {"ceiling fan": "fan"}, "office": {"desk fan": "fan"}, "hall": {"heater": "switch"}}
    return await testing.assistant(skill, house=testing.house(rooms))


async def test_speed_in_percent_and_in_words(assistant: testing.Assistant) -> None:
    assert await assistant.say("set the ceiling fan to 40 percent") == "The ceiling fan is at 40 percent."
    assert assistant.state("ceiling fan") == {"on": True, "speed": 40}
    assert await assistant.say("set the fan in the office to high") == "The desk fan is at 100 percent."
    assert await assistant.say("set the desk fan to zero percent") == "The desk fan is off."
    assert await assistant.say("set the fan in the hall to high") == "I have no fan in the hall whose speed can be set."


async def test_faster_and_slower(assistant: testing.Assistant) -> None:
    assert await assistant.say("slow down the ceiling fan") == "The ceiling fan is off."
    assert await assistant.say("make the ceiling fan faster") == "The ceiling fan is faster."
    assert assistant.state("ceiling fan") == {"on": True, "speed": 25}
    assert await assistant.say("speed up the ceiling fan by ten percent") == "The ceiling fan is faster."
    assert assistant.state("ceiling fan")["speed"] == 35
    for _ in range(3):
        await assistant.say("make the ceiling fan slower")
    assert assistant.state("ceiling fan")["speed"] == 1


async def test_how_fast(assistant: testing.Assistant) -> None:
    assert await assistant.say("how fast is the desk fan") == "The desk fan is off."
    await assistant.say("set the desk fan to 70 percent")
    assert await assistant.say("how fast is the desk fan running") == "The desk fan is at 70 percent."
