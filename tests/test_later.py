"""Commands for later, from the sentence to the device."""

from datetime import UTC, datetime

import pytest

from assistant import testing
from assistant.future.sun import Place, sun_at
from assistant.messages import IntentSpec, Vocabulary
from assistant.phrases.network import compile_network
from assistant.skill import SkillError
from skills.light import skill as light
from skills.reminder import skill as reminder

HOUSE = {"study": {"lamp": "light"}}
BERLIN = Place(52.5, 13.4)


@pytest.fixture
async def assistant() -> testing.Assistant:
    return await testing.assistant(light, reminder, house=testing.house(HOUSE), place=BERLIN)


@pytest.mark.parametrize(
    ("said", "answer", "hours"),
    [
        ("turn on the lamp in twenty minutes", "I will turn on the lamp in 20 minutes.", 1 / 3),
        ("in half an hour please turn on the lamp", "I will turn on the lamp in 30 minutes.", 0.5),
        ("lamp on in an hour", "All right, lamp on in an hour.", 1),
        ("switch the lamp on at eight", "I will switch the lamp on today at 8 PM.", 0.75),
        ("turn on the lamp at eight am", "I will turn on the lamp tomorrow at 8 AM.", 12.75),
        ("turn on the lamp on Wednesday at noon", "I will turn on the lamp Wednesday, May the sixth at noon.", 40.75),
        ("could you turn on the lamp at sunrise", "I will turn on the lamp tomorrow at 3:28 AM.", 8.25),
        ("turn on the lamp at seven every day", "I will turn on the lamp every day, next tomorrow at 7 AM.", 11.75),
    ],
)
async def test_a_command_waits(assistant: testing.Assistant, said: str, answer: str, hours: float) -> None:
    assert await assistant.say(said) == answer
    assert await assistant.wait(hours=hours - 0.05) == []
    assert assistant.state("lamp")["on"] is False
    assert await assistant.wait(hours=0.06) == []
    assert assistant.state("lamp")["on"] is True


async def test_what_waits_is_told_and_cancelled(assistant: testing.Assistant) -> None:
    await assistant.say("turn on the lamp at eight")
    assert await assistant.say("what is pending") == "This is to come: turn on the lamp, today at 8 PM."
    await assistant.say("cancel that")
    await assistant.wait(hours=5)
    assert assistant.state("lamp")["on"] is False


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("turn on the lamp in zero seconds", "I can only count times between one second and one year."),
        ("turn on the lamp at 25 o'clock", "25:00 is not a time of day."),
        ("turn on the lamp on february 30th at six", "There is no February 30 then."),
        ("turn on the lamp today at six am", "It is later than that already: today at 6 AM."),
        ("remind me to turn on the lamp in ten minutes", "I will remind you in 10 minutes."),
        ("don't turn on the lamp in ten minutes", "All right, I leave it."),
        ("what did you do at eight", "Sorry, I did not understand that."),
    ],
)
async def test_what_cannot_be_is_answered(assistant: testing.Assistant, said: str, answer: str) -> None:
    assert (await assistant.say(said)).startswith(answer)
    await assistant.wait(hours=48)
    assert assistant.state("lamp")["on"] is False


async def test_a_command_that_came_due_long_ago_is_told_and_not_done(assistant: testing.Assistant) -> None:
    await assistant.say("turn on the lamp at eight")
    assistant.clock.wrong = datetime(2026, 5, 5, 7, tzinfo=UTC) - assistant.clock.now()
    assert await assistant.wait(seconds=1) == ["I could not do this yesterday at 8 PM: turn on the lamp."]
    assert assistant.state("lamp")["on"] is False


async def test_for_a_while_is_done_now_and_ended_then(assistant: testing.Assistant) -> None:
    answer = await assistant.say("leave the lamp on for twenty minutes")
    assert answer == "The lamp is on. I will turn off the lamp in 20 minutes."
    assert assistant.state("lamp")["on"] is True
    assert await assistant.say("what is pending") == "This is to come: turn off the lamp, today at 7:35 PM."
    assert await assistant.wait(minutes=21) == []
    assert assistant.state("lamp")["on"] is False


async def test_the_end_of_a_while_can_be_cancelled_alone(assistant: testing.Assistant) -> None:
    await assistant.say("turn on the lamp until eight pm")
    assert await assistant.say("cancel that") == "I cancelled turn off the lamp, today at 8 PM."
    await assistant.wait(hours=2)
    assert assistant.state("lamp")["on"] is True


async def test_what_was_begun_for_a_while_is_undone_with_its_end(assistant: testing.Assistant) -> None:
    await assistant.say("turn on the lamp for twenty minutes")
    await assistant.say("undo that")
    assert assistant.state("lamp")["on"] is False
    assert await assistant.say("what is pending") == "Nothing is planned."


async def test_a_later_end_takes_the_place_of_an_earlier_one(assistant: testing.Assistant) -> None:
    await assistant.say("turn on the lamp for ten minutes")
    await assistant.wait(minutes=5)
    await assistant.say("keep the lamp on for an hour")
    await assistant.wait(minutes=59)
    assert assistant.state("lamp")["on"] is True
    await assistant.wait(minutes=2)
    assert assistant.state("lamp")["on"] is False


async def test_what_nothing_ends_is_not_said_for_a_while(assistant: testing.Assistant) -> None:
    assert (await assistant.say("turn off the lamp for ten minutes")).startswith("Sorry, I did not understand that.")


def test_the_sun_needs_a_place_and_a_night() -> None:
    day = datetime(2026, 6, 21, tzinfo=UTC).date()
    assert sun_at("sunset", day, BERLIN).astimezone(UTC).hour == 19
    with pytest.raises(SkillError, match=r"place\.latitude"):
        sun_at("sunset", day, None)
    with pytest.raises(SkillError, match="no sunset here"):
        sun_at("sunset", day, Place(78.2, 15.6))


def test_what_can_wait_can_be_said_with_a_time() -> None:
    on = IntentSpec("a.on", ("turn it on",))
    now, then = (compile_network(Vocabulary((spec,))) for spec in (on, IntentSpec("a.on", ("turn it on",), later=True)))
    assert then.words - now.words >= {"minutes", "sunset", "tomorrow", "o'clock"}
    while_ = compile_network(Vocabulary((IntentSpec("a.on", ("turn it on",), later=True, lasting=True),)))
    assert while_.words - then.words == {"until"}
