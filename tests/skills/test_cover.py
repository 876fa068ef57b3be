import pytest

from assistant import testing
from assistant.devices.simulated import SimulatedDevice, SimulatedHouse
from skills.cover import skill


@pytest.fixture
async def assistant() -> testing.Assistant:
    house = testing.house(
        {
            "bedroom": {"bedroom curtains": "cover"},
            "kitchen": {"kitchen blind": "cover", "roller": "cover"},
            "garage": {"garage door": "cover"},
        }
    )
    return await testing.assistant(skill, house=house)


def positions(assistant: testing.Assistant) -> dict[str, object]:
    return {device.name: device.state["position"] for device in assistant.house.devices}


async def test_one_by_its_name(assistant: testing.Assistant) -> None:
    assert await assistant.say("open the bedroom curtains") == "The bedroom curtains are open."
    assert await assistant.say("open the bedroom curtains") == "The bedroom curtains were already open."
    assert await assistant.say("close the bedroom curtains halfway") == "The bedroom curtains are 50 percent open."
    assert await assistant.say("open the kitchen blind to 30 percent") == "The kitchen blind is 30 percent open."
    assert await assistant.say("close the kitchen blind a bit") == "The kitchen blind is 10 percent open."
    assert await assistant.say("close the kitchen blind a bit") == "The kitchen blind is closed."


async def test_those_of_a_sort_and_those_of_a_room(assistant: testing.Assistant) -> None:
    assert await assistant.say("open the curtains") == "The bedroom curtains are open."
    assert await assistant.say("open the blinds in the kitchen") == "The kitchen blind is open."
    said = await assistant.say("open the shutters in the kitchen")
    assert said == "The kitchen blind was already open. The roller is open."
    assert await assistant.say("close the shutters in the kitchen") == "The kitchen shutters are closed."
    assert await assistant.say("open the shutters") == "I have no shutters."


async def test_all_of_them_are_never_a_door(assistant: testing.Assistant) -> None:
    assert await assistant.say("let some light in") == "All blinds are open."
    assert positions(assistant) == {"bedroom curtains": 100, "kitchen blind": 100, "roller": 100, "garage door": 0}
    assert await assistant.say("open all the blinds in the garage") == "I have no blinds in the garage."
    assert positions(assistant)["garage door"] == 0


async def test_what_moves_is_said_to_move_and_can_be_stopped() -> None:
    house = SimulatedHouse((SimulatedDevice("awning", "cover", state={"position": 0, "moving": "opening"}),))
    assistant = await testing.assistant(skill, house=house)
    assert await assistant.say("open the awning") == "The awning is opening."
    assert await assistant.say("stop the awning") == "The awning has stopped."
    assert assistant.state("awning")["moving"] == "stopped"


async def test_those_that_fail_are_named() -> None:
    house = SimulatedHouse(
        (SimulatedDevice("left blind", "cover"), SimulatedDevice("right blind", "cover", reachable=False))
    )
    assistant = await testing.assistant(skill, house=house)
    assert await assistant.say("open the blinds") == "The left blind is open. The right blind cannot be reached."
    _, response = await assistant.ask("open the right blind")
    assert (response.ok, response.text) == (False, "The right blind cannot be reached.")


async def test_a_garage_is_opened_by_its_door_after_a_question() -> None:
    assistant = await testing.assistant(skill, house=testing.house({"garage": {"garage door": "cover"}}))
    assert await assistant.say("open the garage") == "Open the garage door?"
    assert await assistant.say("yes") == "The garage door is open."


async def test_the_blinds_are_all_of_them_whatever_their_names() -> None:
    house = testing.house({"kitchen": {"kitchen blinds": "cover"}, "bedroom": {"bedroom blinds": "cover"}})
    assistant = await testing.assistant(skill, house=house)
    assert await assistant.say("open the blinds") == "All blinds are open."
