import pytest

from assistant import testing
from assistant.devices.routine import Routine
from assistant.devices.simulated import SimulatedDevice, SimulatedHouse
from assistant.devices.thing import Facts
from assistant.house import Area
from skills.alarm import skill as alarm
from skills.light import skill as light
from skills.scene import skill

BEDROOM = Area("bedroom")


def routine(name: str, *steps: str) -> Routine:
    return Routine(Facts(name, "scene"), steps)


async def assistant(*routines: Routine) -> testing.Assistant:
    devices = (
        SimulatedDevice("bedside lamp", "light", BEDROOM, state={"on": True}),
        SimulatedDevice("far lamp", "light", BEDROOM, reachable=False),
        SimulatedDevice("movie night", "scene"),
        *routines,
    )
    return await testing.assistant(skill, light, alarm, house=SimulatedHouse(devices, (BEDROOM,)))


async def test_a_routine_does_its_steps_in_order() -> None:
    house = await assistant(routine("good night", "turn off the bedside lamp", "wake me up at seven"))
    assert await house.say("good night") == "Good night: 2 steps done."
    assert house.state("bedside lamp")["on"] is False
    assert await house.say("what alarms do I have") == "You have one alarm: tomorrow at 7 AM."


async def test_what_fails_is_named_and_the_rest_is_done() -> None:
    steps = ("turn on the far lamp", "turn off the bedside lamp", "fold the laundry")
    house = await assistant(routine("good night", *steps))
    assert await house.say("good night") == (
        "Good night: 1 of 3 steps done. Turn on the far lamp: I cannot reach the far lamp."
        " Fold the laundry: I do not understand: fold the laundry."
    )
    assert house.state("bedside lamp")["on"] is False


async def test_where_nothing_can_be_done_it_is_a_failure() -> None:
    house = await assistant(routine("good night", "turn on the far lamp"))
    _, response = await house.ask("good night")
    assert not response.ok
    assert response.text.startswith("Good night: nothing was done.")


@pytest.mark.parametrize("others", [(), ("good morning",)])
async def test_a_routine_that_calls_itself_is_refused(others: tuple[str, ...]) -> None:
    first = routine("good night", "turn off the bedside lamp", *(others or ("good night",)))
    house = await assistant(first, *(routine(other, "good night") for other in others))
    assert "Good night would call itself, so I left that out." in await house.say("good night")
    assert house.state("bedside lamp")["on"] is False


async def test_it_can_be_done_later() -> None:
    house = await assistant(routine("good night", "turn off the bedside lamp"))
    assert await house.say("run good night in ten minutes") == "I will run good night in 10 minutes."
    await house.wait(minutes=10)
    assert house.state("bedside lamp")["on"] is False


async def test_a_scene_without_steps_is_turned_on() -> None:
    assert await (await assistant()).say("turn on movie night") == "The movie night is on."


async def test_questions() -> None:
    house = await assistant(routine("good night", "turn off the bedside lamp", "wake me up at seven"))
    assert await house.say("what does good night do") == (
        "Good night does this: turn off the bedside lamp and wake me up at seven."
    )
    assert await house.say("which scenes are there") == "You can say movie night and good night."
    assert house.state("bedside lamp")["on"] is True
