import pytest

from assistant import testing
from assistant.devices.simulated import SimulatedDevice, SimulatedHouse
from skills.switch import skill


@pytest.fixture
async def assistant() -> testing.Assistant:
    house = testing.house(
        {
            "kitchen": {"kettle": "socket", "extractor": "fan", "kitchen light": "light"},
            "bedroom": {"ceiling fan": "fan", "radio": "switch"},
        },
        aliases={"kettle": ("tea maker",)},
    )
    return await testing.assistant(skill, house=house)


async def test_a_device_by_any_of_its_names(assistant: testing.Assistant) -> None:
    assert await assistant.say("turn on the kettle") == "The kettle is on."
    assert await assistant.say("switch the tea maker off") == "The kettle is off."
    assert await assistant.say("turn off the kettle") == "The kettle was already off."
    assert await assistant.say("toggle the radio") == "The radio is on."


async def test_all_of_a_kind_everywhere_and_in_a_room(assistant: testing.Assistant) -> None:
    assert await assistant.say("turn on all the fans") == "All fans are on."
    assert await assistant.say("turn off the fan in the bedroom") == "The ceiling fan is off."
    assert assistant.state("extractor")["on"] is True
    assert await assistant.say("turn off the sockets in the bedroom") == "There are no sockets in the bedroom."


async def test_questions(assistant: testing.Assistant) -> None:
    assert await assistant.say("is the kettle on") == "The kettle is off."
    await assistant.say("start the kettle")
    assert await assistant.say("did I leave the kettle on") == "The kettle is on."


async def test_lights_are_left_to_the_light_skill(assistant: testing.Assistant) -> None:
    turn, _ = await assistant.ask("turn on the kitchen light")
    assert turn.intent is None


async def test_everything_in_a_room_and_in_the_house(assistant: testing.Assistant) -> None:
    await assistant.say("turn on all the fans")
    assert await assistant.say("turn everything off in the bedroom") == "The ceiling fan is off."
    assert await assistant.say("turn everything off in the bedroom") == "Everything in the bedroom was already off."
    await assistant.say("turn on the kettle")
    assert await assistant.say("turn everything off") == "Turn off the kettle and the extractor?"
    assert await assistant.say("no") == "All right, I left everything as it is."
    assert assistant.state("kettle")["on"] is True
    await assistant.say("turn everything off")
    assert await assistant.say("yes") == "The kettle and the extractor are off."
    assert await assistant.say("turn everything off") == "Everything in the house was already off."


async def test_a_plural_is_all_whose_names_end_so_each_with_its_own_fate() -> None:
    house = SimulatedHouse(
        (
            SimulatedDevice("bedroom heater", "switch"),
            SimulatedDevice("space heater", "switch", reachable=False),
            SimulatedDevice("patio heater", "switch"),
        )
    )
    assistant = await testing.assistant(skill, house=house)
    answer = await assistant.say("turn on the heaters")
    assert answer == "The bedroom heater is on. I cannot reach the space heater. The patio heater is on."
    assert (await assistant.say("turn off the heater")).startswith("Which heater")
    assert await assistant.say("never mind") == "All right, I leave it."
