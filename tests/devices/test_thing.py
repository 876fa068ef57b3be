"""One device: checked commands, a limit on each, and what is known of it, how surely and since when."""

import asyncio
import math
from collections.abc import Mapping

import pytest

from assistant import testing
from assistant.devices.kinds import measure, traits
from assistant.devices.simulated import SimulatedHouse
from assistant.devices.thing import Facts, Thing, word
from assistant.errors import BadSlot, DeviceError, SkillError
from assistant.house import Area, Changed, HouseEvent, Outcome
from skills.light import skill
from skills.sensor import skill as sensors


class Lamp:
    """A lamp that answers as the test wants; `thing` is the device."""

    def __init__(self, *names: str, limit: float = 60.0) -> None:
        self.got: list[Mapping[str, object]] = []
        self.outcome = Outcome.DONE
        self.error: Exception | None = None
        self.answers = asyncio.Event()
        self.answers.set()
        self.told: list[HouseEvent] = []
        self.seconds = 0.0
        facts = Facts("hall lamp", "light", limit=limit)
        given = traits("light", *(names or ("on", "brightness")))
        self.thing = Thing(facts, given, self._apply, tell=self.told.append, clock=lambda: self.seconds)

    async def _apply(self, changes: Mapping[str, object]) -> Outcome:
        self.got.append(changes)
        await self.answers.wait()
        if self.error:
            raise self.error
        return self.outcome


async def test_what_is_only_assumed_is_known_as_such_and_told_again() -> None:
    lamp = Lamp()
    assert lamp.thing.known("on") is None
    assert await lamp.thing.set(on=True) is Outcome.DONE
    known = lamp.thing.known("on")
    assert known is not None
    assert (known.value, known.reported) == (True, False)
    assert await lamp.thing.set(on=True) is Outcome.DONE
    assert len(lamp.got) == 2


async def test_what_is_reported_need_not_be_told() -> None:
    lamp = Lamp()
    lamp.thing.report(on=True)
    lamp.seconds = 90.0
    known = lamp.thing.known("on")
    assert known is not None
    assert (known.value, known.reported, known.age) == (True, True, 90.0)
    assert await lamp.thing.set(on=True) is Outcome.ALREADY
    assert lamp.got == []
    assert await lamp.thing.set(on=True, brightness=5) is Outcome.DONE


async def test_a_device_that_does_not_answer_is_unreachable_within_its_limit() -> None:
    lamp = Lamp(limit=0.01)
    lamp.answers.clear()
    assert await lamp.thing.set(on=True) is Outcome.UNREACHABLE
    assert lamp.thing.known("on") is None


async def test_a_device_that_fails_is_unreachable() -> None:
    lamp = Lamp()
    lamp.error = DeviceError("the wire is cut")
    assert await lamp.thing.set(on=True) is Outcome.UNREACHABLE


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.UNCONFIRMED])
async def test_nothing_is_assumed_of_what_was_not_done(outcome: Outcome) -> None:
    lamp = Lamp()
    lamp.outcome = outcome
    assert await lamp.thing.set(on=True) is outcome
    assert lamp.thing.state == {}


async def test_a_device_known_to_be_lost_is_not_even_tried_until_it_reports() -> None:
    lamp = Lamp()
    lamp.thing.fail("The broker is away.")
    lamp.thing.fail("The broker is away.")
    assert await lamp.thing.set(on=True) is Outcome.UNREACHABLE
    assert lamp.got == []
    lamp.thing.report(on=False)
    assert lamp.thing.problem is None
    assert await lamp.thing.set(on=True) is Outcome.DONE
    names = [event.names for event in lamp.told if isinstance(event, Changed)]
    assert names == [set(), {"on"}, set(), {"on"}]


async def test_only_what_is_new_is_told() -> None:
    lamp = Lamp()
    for value in (True, True, False, False):
        lamp.thing.report(on=value, brightness=50)
    assert [event.names for event in lamp.told if isinstance(event, Changed)] == [{"on", "brightness"}, {"on"}]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"on": 1}, "The on of the hall lamp can be true or false, not 1."),
        ({"brightness": 101}, "goes from 0 to 100, not 101"),
        ({"brightness": math.nan}, "goes from 0 to 100, not nan"),
        ({"brightness": 10**400}, "goes from 0 to 100"),
        ({"brightness": True}, "goes from 0 to 100, not True"),
        ({"brightness": "9"}, "goes from 0 to 100, not 9"),
    ],
)
async def test_wrong_values_are_refused_in_a_sentence(changes: Mapping[str, object], says: str) -> None:
    lamp = Lamp()
    with pytest.raises(BadSlot, match=says.rstrip(".")):
        await lamp.thing.set(**changes)
    assert lamp.got == []


async def test_what_a_device_lacks_cannot_be_set() -> None:
    with pytest.raises(SkillError, match="The hall lamp has no colour temperature that I can set"):
        await Lamp("on").thing.set(colour_temperature=3000)


async def test_reports_that_make_no_sense_are_dropped_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    lamp = Lamp()
    lamp.thing.report(on="maybe", brightness=math.inf, flavour="mint")
    assert lamp.thing.state == {}
    lamp.thing.report(brightness=12.4)
    assert lamp.thing.state == {"brightness": 12}
    assert "flavour" in caplog.text
    for level in (math.nan, 900, -1, 10, 101):
        lamp.thing.report(on="maybe", brightness=level)
    said = [record.getMessage() for record in caplog.records]
    assert [text.split()[3] for text in said] == ["on", "brightness", "flavour", "brightness", "brightness"], (
        "not each time"
    )


async def test_a_press_happens_every_time() -> None:
    told: list[HouseEvent] = []
    got: list[Mapping[str, object]] = []

    async def press(changes: Mapping[str, object]) -> Outcome:
        got.append(changes)
        return Outcome.DONE

    bell = Thing(Facts("bell", "button"), traits("button", "pressed"), press, tell=told.append)
    assert await bell.set(pressed=True) is Outcome.DONE
    assert await bell.set(pressed=True) is Outcome.DONE
    bell.report(pressed=True)
    assert len(got) == 2
    assert len(told) == 3
    assert bell.state == {}


async def test_a_sensor_measures_and_cannot_be_set() -> None:
    sensor = Thing(
        Facts("cellar", "sensor"),
        {"contact": measure("contact"), "radon": measure("radon", "Bq/m³")},
        Lamp().thing._apply,
    )
    sensor.report(contact=True, radon=40.5)
    assert sensor.state == {"contact": True, "radon": 40.5}
    assert sensor.capabilities == set()


async def test_answers_say_what_is_only_assumed() -> None:
    lamp = Lamp()
    assistant = await testing.assistant(skill, house=SimulatedHouse((lamp.thing,)))
    assert await assistant.say("turn on the hall lamp") == "The hall lamp is on."
    assert await assistant.say("is the hall lamp on") == "As far as I know, the hall lamp is on."
    lamp.thing.report(on=False)
    assert await assistant.say("is the hall lamp on") == "The hall lamp is off."
    lamp.thing.fail("It was unplugged.")
    assert await assistant.say("turn on the hall lamp") == "I cannot reach the hall lamp."
    answer = await assistant.say("is the hall lamp on")
    assert answer == "I cannot reach the hall lamp now, but as far as I know, the hall lamp is off."


async def test_what_was_measured_long_ago_is_told_as_what_it_was() -> None:
    now = [0.0]
    sensor = Thing(
        Facts("frost guard", "sensor", Area("cellar")),
        {"temperature": measure("temperature", "°C"), "contact": measure("contact")},
        Lamp().thing._apply,
        clock=lambda: now[0],
    )
    assistant = await testing.assistant(sensors, house=SimulatedHouse((sensor,), (Area("cellar"),)))
    sensor.report(temperature=21.5, contact=True)
    for hours, answer in (
        (1, "It is 21.5 degrees in the cellar."),
        (9.2, "9 hours ago, it was 21.5 degrees in the cellar."),
        (28, "A day and 4 hours ago, it was 21.5 degrees in the cellar."),
        (75, "3 days ago, it was 21.5 degrees in the cellar."),
    ):
        now[0] = hours * 3600
        assert await assistant.say("how warm is it in the cellar") == answer
    sensor.report(temperature=20)
    assert await assistant.say("how warm is it in the cellar") == "It is 20 degrees in the cellar."


def test_ids_are_words_of_any_script() -> None:
    assert word("Anna's  Café-Lampe 2") == "anna_s_café_lampe_2"
    assert word("灯") == "灯"
