from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from assistant import testing
from skills.alarm import skill
from skills.stop import skill as stop

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
async def assistant() -> testing.Assistant:
    return await testing.assistant(skill, stop, settings={"alarm": {"rings": 3}})


async def test_an_alarm_rings_until_somebody_says_stop(assistant: testing.Assistant) -> None:
    assert await assistant.say("wake me up at seven") == "Alarm set for tomorrow at 7 AM."
    assert await assistant.wait(hours=11, minutes=44) == []
    assert await assistant.wait(minutes=1, seconds=15) == ["It is 7 AM, your alarm."] * 2
    await assistant.say("stop")
    assert assistant.sound.hushed == 1
    assert await assistant.wait(hours=30) == []


async def test_an_alarm_that_nobody_stops_gives_up_and_grows_louder(assistant: testing.Assistant) -> None:
    await assistant.say("set an alarm for 8 pm")
    assert len(await assistant.wait(hours=5)) == 3
    assert [round(each.loudness, 2) for each in assistant.announcements] == [0.4, 0.55, 0.7]
    assert await assistant.say("what alarms do I have") == "There are no alarms."


async def test_an_alarm_can_be_put_off(assistant: testing.Assistant) -> None:
    assert await assistant.say("snooze") == "There is no alarm to put off."
    await assistant.say("set an alarm for 8 pm")
    await assistant.wait(minutes=45)
    assert await assistant.say("snooze") == "All right, 9 minutes more."
    assert await assistant.wait(minutes=8) == []
    assert await assistant.wait(minutes=1) == ["It is 8 PM, your alarm."]
    assert await assistant.say("ten minutes more") == "All right, 10 minutes more."


async def test_an_alarm_recurs_and_one_can_be_skipped(assistant: testing.Assistant) -> None:
    said = await assistant.say("wake me up at half past six every weekday")
    assert said == "Alarm set for 6:30 AM every weekday."
    assert await assistant.say("skip the next alarm") == (
        "I skip the alarm tomorrow at 6:30 AM. The next one is Wednesday, May the sixth at 6:30 AM."
    )
    rung = [len(await assistant.wait(days=1)) for _ in range(8)]  # each day from 19:15, Monday evening
    assert rung == [0, 3, 3, 3, 0, 0, 3, 3]
    assert await assistant.say("cancel the alarm") == "The alarm for 6:30 AM every weekday is cancelled."


async def test_alarms_are_told_apart_by_their_time(assistant: testing.Assistant) -> None:
    await assistant.say("set an alarm for six")
    await assistant.say("set an alarm for eight every day")
    assert await assistant.say("list my alarms") == "You have 2 alarms: tomorrow at 6 AM and 8 AM every day."
    _, response = await assistant.ask("cancel the alarm")
    assert response.text.endswith("Which one shall I cancel, or all?")
    assert await assistant.say("the first one") == "The alarm for tomorrow at 6 AM is cancelled."
    assert await assistant.say("cancel the nine o'clock alarm") == "There is no such alarm."
    assert await assistant.say("cancel all alarms") == "All alarms are cancelled."


async def test_a_time_that_is_none_is_answered(assistant: testing.Assistant) -> None:
    assert await assistant.say("set an alarm for 25 o'clock") == "25:00 is not a time of day."
    assert await assistant.say("wake me up at six today") == "6 AM today is past."


async def test_an_alarm_keeps_its_time_when_the_clocks_change() -> None:
    assistant = await testing.assistant(
        skill, now=datetime(2026, 3, 28, 12, tzinfo=BERLIN), settings={"alarm": {"rings": 1}}
    )
    await assistant.say("wake me up at seven every day")
    await assistant.say("set an alarm for half past two tomorrow")  # which the clocks skip
    assert await assistant.wait(hours=14, minutes=29) == []
    assert await assistant.wait(minutes=1) == ["It is 2:30 AM, your alarm."]
    assert assistant.clock.now().isoformat() == "2026-03-29T03:30:00+02:00"
    assert await assistant.wait(hours=3, minutes=30) == ["It is 7 AM, your alarm."]
    assert assistant.clock.passed == timedelta(hours=18)


async def test_an_alarm_after_a_while_and_one_of_a_part_of_the_day(assistant: testing.Assistant) -> None:
    assert (await assistant.say("set an alarm for two hours from now")).startswith("Alarm set for ")
    await assistant.say("undo that")
    await assistant.say("set an alarm for tomorrow evening at eight")
    assert "8 PM" in await assistant.say("what alarms do I have set right now")
    assert await assistant.say("cancel the alarm for tomorrow morning") == "There is no such alarm."
    assert (await assistant.say("cancel the alarm for tomorrow evening")).endswith("8 PM is cancelled.")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("for half seven", "Alarm set for tomorrow at 7:30 AM."),
        ("in two hours", "Alarm set for today at 9:15 PM."),
        ("seven", "Alarm set for tomorrow at 7 AM."),
    ],
)
async def test_when_it_shall_ring_is_answered_as_people_do(
    assistant: testing.Assistant, answer: str, said: str
) -> None:
    assert await assistant.say("set an alarm") == "For when?"
    assert await assistant.say(answer) == said


async def test_a_day_on_which_nobody_is_to_be_woken_is_left_out_alone(assistant: testing.Assistant) -> None:
    await assistant.say("wake me up at half past six every weekday")
    assert (await assistant.say("don't wake me on Saturday")).startswith("There is no alarm Saturday")
    said = await assistant.say("don't wake me tomorrow")
    assert said.startswith("I skip the alarm tomorrow at 6:30 AM.")
    assert await assistant.say("what alarms do I have") == "You have one alarm: 6:30 AM every weekday."
