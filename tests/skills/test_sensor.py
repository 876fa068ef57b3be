import pytest

from assistant import testing
from assistant.devices.simulated import Simulated, SimulatedDevice, SimulatedHouse
from assistant.devices.thing import Facts
from assistant.house import Area
from skills.sensor import skill

BED, BATH, GARDEN, HALL = Area("bedroom"), Area("bathroom"), Area("garden"), Area("hall")

UNITS = {"temperature": "°C", "humidity": "%", "power": "W", "battery": "%"}


def sensor(name: str, area: Area | None = None, **state: object) -> Simulated:
    return Simulated(Facts(name, "sensor", area), {each: UNITS.get(each, "") for each in state}, state)


@pytest.fixture
async def assistant() -> testing.Assistant:
    devices = (
        sensor("thermometer", BED, temperature=19.25, humidity=48, battery=80),
        SimulatedDevice("radiator", "climate", BATH, state={"current": 23}),
        sensor("weather station", GARDEN, temperature=-3, battery=12),
        sensor("hall motion sensor", HALL, motion=True),
        sensor("bedroom motion sensor", BED, motion=False),
        sensor("smoke detector", BED, smoke=False),
        sensor("leak sensor", BATH, water=True),
        sensor("washer plug", BATH, power=210),
        Simulated(Facts("new thermometer", "sensor"), {"temperature": "°C"}),
    )
    return await testing.assistant(skill, house=SimulatedHouse(devices, (BED, BATH, GARDEN, HALL)))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("how warm is it in the bedroom", "It is 19.2 degrees in the bedroom."),
        ("how warm is it in the bathroom", "It is 23 degrees in the bathroom."),
        ("how cold is it outside", "It is -3 degrees in the garden."),
        ("how warm is it", "19.2 degrees in the bedroom and 23 degrees in the bathroom."),
        ("how warm is it in the hall", "I have nothing that measures the temperature in the hall."),
        ("what does the thermometer say", "It is 19.2 degrees in the bedroom."),
        ("what's the temperature of the new thermometer", "The new thermometer has told me nothing yet."),
        ("what's the humidity", "It is 48 percent in the bedroom."),
        ("how humid is it outside", "I have nothing that measures the humidity outside."),
        ("what's the air pressure", "I have nothing that measures the pressure."),
        ("is there motion in the hall", "Yes, there is motion in the hall."),
        ("is anyone in the bedroom", "No, there is no motion in the bedroom."),
        ("is there motion in the garden", "I have no motion sensor in the garden."),
        ("where is there motion", "Yes, there is motion in the hall."),
        ("is there smoke", "No, no sensor has noticed smoke."),
        ("is there a water leak", "Careful! The leak sensor has noticed something."),
        ("is there gas", "I have no sensor for gas."),
        ("is everything safe", "Careful! The leak sensor has noticed something."),
        ("how much power are we using", "It is 210 watts in the bathroom."),
        ("how much power is the washer plug using", "It is 210 watts in the bathroom."),
        ("which batteries are low", "The battery of the weather station is low."),
        ("how full is the battery of the thermometer", "It is 80 percent in the bedroom."),
    ],
)
async def test_answers(assistant: testing.Assistant, question: str, answer: str) -> None:
    assert await assistant.say(question) == answer


async def test_many_rooms_are_told_as_a_range() -> None:
    rooms = [Area(f"room {letter}") for letter in "abcde"]
    devices = tuple(sensor(f"{room.name} sensor", room, temperature=18 + n) for n, room in enumerate(rooms))
    assistant = await testing.assistant(skill, house=SimulatedHouse(devices, tuple(rooms)))
    assert await assistant.say("how warm is it") == "The temperature is between 18 and 22 degrees."


async def test_one_that_is_out_of_reach_says_how_it_was() -> None:
    far = sensor("far thermometer", GARDEN, temperature=4)
    far.fail("The far thermometer is offline.")
    assistant = await testing.assistant(skill, house=SimulatedHouse((far,), (GARDEN,)))
    assert await assistant.say("how cold is it outside") == (
        "I cannot reach the far thermometer now, but as far as I know, it is 4 degrees in the garden."
    )


async def test_a_house_without_sensors() -> None:
    assert await testing.say(skill, "which batteries are low") == "I know of no batteries."
