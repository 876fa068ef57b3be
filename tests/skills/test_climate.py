import pytest

from assistant import testing
from assistant.devices.simulated import SimulatedDevice, SimulatedHouse
from assistant.house import Area
from skills.climate import skill


@pytest.fixture
async def assistant() -> testing.Assistant:
    rooms = {"bedroom": {"bedroom radiator": "climate"}, "office": {"air conditioner": "climate"}, "attic": {}}
    return await testing.assistant(skill, house=testing.house(rooms))


async def test_a_temperature_is_set_in_a_room_or_of_a_device(assistant: testing.Assistant) -> None:
    said = await assistant.say("set the bedroom radiator to twenty one and a half degrees")
    assert said == "The bedroom radiator is set to 21.5 degrees."
    assert assistant.state("bedroom radiator")["target"] == 21.5
    assert await assistant.say("make it 19 degrees in the office") == "The air conditioner is set to 19 degrees."
    assert await assistant.say("set the temperature to 20") == "All thermostats are set to 20 degrees."
    assert await assistant.say("set the temperature in the attic to 20") == "I have no heating in the attic to set."


async def test_a_temperature_that_no_device_can_have(assistant: testing.Assistant) -> None:
    said = await assistant.say("set the bedroom radiator to 70 degrees")
    assert said == "I may set the target of the bedroom radiator from 5 to 30 only."


async def test_warmer_and_cooler_go_from_where_it_is(assistant: testing.Assistant) -> None:
    assert await assistant.say("it's too cold in the bedroom") == "The bedroom radiator is set to 21 degrees."
    assert await assistant.say("turn down the bedroom radiator by two degrees") == (
        "The bedroom radiator is set to 19 degrees."
    )
    assert await assistant.say("make it warmer") == "The bedroom radiator is set to 20 degrees."


async def test_off_and_on_and_to_a_mode(assistant: testing.Assistant) -> None:
    assert await assistant.say("turn off the heating in the bedroom") == "The bedroom radiator is off."
    assert await assistant.say("what is the bedroom radiator set to") == (
        "The bedroom radiator is off, and it is 20 degrees now."
    )
    assert await assistant.say("turn on the heating in the bedroom") == "The bedroom radiator is on."
    assert await assistant.say("switch the air conditioner to cool") == "The air conditioner is set to cool."
    assert await assistant.say("what is the air conditioner set to") == (
        "The air conditioner is set to 20 degrees and in cool mode, and it is 20 degrees now."
    )


async def test_what_is_off_comes_on_when_it_shall_be_warm(assistant: testing.Assistant) -> None:
    await assistant.say("turn off the heating")
    await assistant.say("set the bedroom radiator to 21 degrees")
    assert assistant.state("bedroom radiator")["mode"] == "auto"
    assert assistant.state("air conditioner")["mode"] == "off"


async def test_the_one_that_is_called_heating_is_meant_by_the_heating() -> None:
    hall = Area("hall")
    house = SimulatedHouse(
        (SimulatedDevice("radiator", "climate", hall, ("heating",)), SimulatedDevice("other", "climate")), (hall,)
    )
    assistant = await testing.assistant(skill, house=house)
    assert await assistant.say("set the heating to 18 degrees") == "The radiator is set to 18 degrees."
    assert assistant.state("other")["target"] == 20


async def test_one_that_cannot_be_reached() -> None:
    house = SimulatedHouse((SimulatedDevice("radiator", "climate", reachable=False),))
    assistant = await testing.assistant(skill, house=house)
    assert await assistant.say("set the radiator to 18 degrees") == "I cannot reach the radiator."
