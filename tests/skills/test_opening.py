import pytest

from assistant import testing
from assistant.devices.simulated import Simulated, SimulatedDevice, SimulatedHouse
from assistant.devices.thing import Facts
from assistant.house import Area
from skills.opening import skill

BATH, ATTIC = Area("bathroom"), Area("attic")


def window(name: str, area: Area, *, closed: bool) -> Simulated:
    return Simulated(Facts(name, "sensor", area), {"contact": ""}, {"contact": closed})


@pytest.fixture
async def assistant() -> testing.Assistant:
    devices = (
        window("bathroom window", BATH, closed=True),
        window("dormer window", ATTIC, closed=False),
        SimulatedDevice("garage door", "cover", state={"position": 0}),
        SimulatedDevice("blind", "cover", BATH, state={"position": 40}),
        Simulated(Facts("thermometer", "sensor", BATH), {"temperature": "°C"}),
    )
    return await testing.assistant(skill, house=SimulatedHouse(devices, (BATH, ATTIC)))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("is any window open", "The dormer window is open."),
        ("are all the windows in the bathroom closed", "All windows are closed in the bathroom."),
        ("which doors are open", "All doors are closed."),
        ("is anything open", "The dormer window and the blind are open."),
        ("is any window open in the attic", "The dormer window is open."),
        ("are any doors open in the attic", "I have no sensor that tells me of doors in the attic."),
        ("is the dormer window open", "The dormer window is open."),
        ("is the bathroom window open", "The bathroom window is closed."),
        ("did I close the garage door", "The garage door is closed."),
        ("how far open is the blind", "The blind is 40 percent open."),
        ("is the thermometer open", "Sorry, I did not understand that."),
    ],
)
async def test_answers(assistant: testing.Assistant, question: str, answer: str) -> None:
    assert await assistant.say(question) == answer


async def test_a_window_that_has_told_nothing_yet() -> None:
    house = SimulatedHouse((Simulated(Facts("skylight", "sensor"), {"contact": ""}),))
    assert await testing.say(skill, "is the skylight open", house) == "I do not know whether the skylight is open."
