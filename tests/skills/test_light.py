import pytest

from assistant import testing
from assistant.devices.simulated import SimulatedDevice, SimulatedHouse
from assistant.house import Area
from skills.light import skill


def house() -> SimulatedHouse:
    return testing.house(
        {
            "kitchen": {"kitchen light": "light", "counter light": "light", "kettle": "socket"},
            "bedroom": {"bedside lamp": "light"},
            "cellar": {"freezer": "socket"},
        }
    )


@pytest.fixture
async def assistant() -> testing.Assistant:
    return await testing.assistant(skill, house=house())


async def test_answers_are_made_from_what_became_of_it(assistant: testing.Assistant) -> None:
    assert await assistant.say("turn on the kitchen light") == "The kitchen light is on."
    assert assistant.state("kitchen light")["on"] is True
    assert await assistant.say("turn on the kitchen light") == "The kitchen light was already on."
    assert await assistant.say("turn off the kitchen light") == "The kitchen light is off."
    assert await assistant.say("toggle the kitchen light") == "The kitchen light is on."


async def test_the_lights_of_a_room_leave_the_others_alone(assistant: testing.Assistant) -> None:
    assert await assistant.say("turn on the lights in the kitchen") == "The kitchen lights are on."
    assert [device.name for device in assistant.house.devices if device.state.get("on")] == [
        "kitchen light",
        "counter light",
    ]
    assert await assistant.say("turn on the bedroom lights") == "The bedside lamp is on."
    assert await assistant.say("turn on the cellar lights") == "There are no lights in the cellar."


async def test_all_the_lights_and_nothing_but_lights(assistant: testing.Assistant) -> None:
    assert await assistant.say("turn on all the lights") == "All lights are on."
    assert assistant.state("kettle")["on"] is False
    assert await assistant.say("turn off the lights") == "All lights are off."
    assert await assistant.say("turn off the lights") == "All lights were already off."


async def test_brightness_in_percent_and_in_steps(assistant: testing.Assistant) -> None:
    assert await assistant.say("set the kitchen light to 50 percent") == "The kitchen light is at 50 percent."
    assert await assistant.say("make the kitchen light brighter") == "The kitchen light is brighter."
    assert assistant.state("kitchen light")["brightness"] == 75
    assert await assistant.say("dim the kitchen light by ten percent") == "The kitchen light is dimmer."
    assert assistant.state("kitchen light")["brightness"] == 65
    for _ in range(4):
        await assistant.say("dim the kitchen light")
    assert assistant.state("kitchen light") == {"on": True, "brightness": 1, "colour": "white"}
    assert await assistant.say("set the kitchen light to zero percent") == "The kitchen light is off."


async def test_a_light_that_is_off_can_be_made_brighter_but_not_dimmer(assistant: testing.Assistant) -> None:
    assert await assistant.say("dim the bedside lamp") == "The bedside lamp is off."
    assert await assistant.say("brighten the bedside lamp") == "The bedside lamp is brighter."
    assert assistant.state("bedside lamp") == {"on": True, "brightness": 25, "colour": "white"}


async def test_colours(assistant: testing.Assistant) -> None:
    assert await assistant.say("make the bedside lamp warm white") == "The bedside lamp is warm white."
    assert await assistant.say("make the kitchen blue") == "The kitchen lights are blue."
    assert (await assistant.say("set the bedside lamp to octarine")).startswith("Sorry, I did not understand that.")


async def test_questions_change_nothing(assistant: testing.Assistant) -> None:
    assert await assistant.say("is the kitchen light on") == "The kitchen light is off."
    assert await assistant.say("are any lights on") == "No light is on."
    await assistant.say("set the kitchen light to 40 percent")
    assert await assistant.say("is the kitchen light on") == "The kitchen light is on, at 40 percent, white."
    assert await assistant.say("which lights are on") == "The kitchen light is on."
    assert await assistant.say("which lights are off in the kitchen") == "The counter light is off."
    await assistant.say("turn on the lights")
    assert await assistant.say("which lights are on") == "All lights are on."


async def test_many_lights_are_counted() -> None:
    many = testing.house({"hall": {f"lamp {letter}": "light" for letter in "abcdefg"}})
    assistant = await testing.assistant(skill, house=many)
    await assistant.say("turn on the lights")
    await assistant.say("turn off lamp a")
    assert await assistant.say("which lights are on") == "6 lights are on."


async def test_a_light_that_cannot_be_reached() -> None:
    attic = Area("attic")
    lamps = (SimulatedDevice("old lamp", "light", attic, reachable=False), SimulatedDevice("new lamp", "light", attic))
    assistant = await testing.assistant(skill, house=SimulatedHouse(lamps, (attic,)))
    _, response = await assistant.ask("turn on the old lamp")
    assert (response.ok, response.text) == (False, "I cannot reach the old lamp.")
    assert (
        await assistant.say("turn on the attic lights") == "The attic lights are on, but I cannot reach the old lamp."
    )


async def test_a_possessive_name_has_no_article() -> None:
    assert await testing.say(skill, "turn on Anna's lamp", testing.house({"": {"Anna's lamp": "light"}})) == (
        "Anna's lamp is on."
    )


async def test_the_step_is_a_setting() -> None:
    assistant = await testing.assistant(skill, house=house(), settings={"light": {"step": 5}})
    await assistant.say("set the kitchen light to 50 percent")
    await assistant.say("brighten the kitchen light")
    assert assistant.state("kitchen light")["brightness"] == 55
