from datetime import UTC, datetime

import pytest

from assistant import testing
from assistant.future.sun import Place
from skills.clock import skill


@pytest.mark.parametrize(
    ("sentence", "answer"),
    [
        ("what time is it", "It is 7:15 PM."),
        ("what's the date", "It is Monday, May the fourth."),
        ("what's the date tomorrow", "Tomorrow is Tuesday, May the fifth."),
        ("what day is it", "It is Monday."),
        ("what day is tomorrow", "Tomorrow is a Tuesday."),
        ("what day was yesterday", "Yesterday was a Sunday."),
        ("what day is the 24th of december", "That is a Thursday."),
        ("is it monday", "Yes, it is Monday."),
        ("is it friday today", "No, it is Monday."),
        ("is tomorrow a wednesday", "No, tomorrow is a Tuesday."),
    ],
)
async def test_answers(sentence: str, answer: str) -> None:
    assert await testing.say(skill, sentence) == answer


async def test_the_clock_is_asked_each_time() -> None:
    assistant = await testing.assistant(skill, now=datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    assert await assistant.say("what time is it") == "It is 11:59 PM."
    await assistant.wait(minutes=2)
    assert await assistant.say("what's the date") == "It is Friday, January the first."


async def test_the_sun_of_a_place() -> None:
    assistant = await testing.assistant(skill, place=Place(52.52, 13.41), now=datetime(2026, 6, 21, 10, tzinfo=UTC))
    assert await assistant.say("when is sunset") == "The sun sets at 7:32 PM today."
    assert await assistant.say("when did the sun rise") == "The sun rose at 2:43 AM today."
    assert await assistant.say("when is sunrise tomorrow") == "The sun rises at 2:43 AM tomorrow."


async def test_the_sun_of_nowhere_in_particular() -> None:
    assert "Set place.latitude" in await testing.say(skill, "when is sunset")
