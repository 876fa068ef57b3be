import pytest

from assistant import testing
from skills.timer import skill


@pytest.fixture
async def assistant() -> testing.Assistant:
    return await testing.assistant(skill)


async def test_a_timer_rings_aloud_when_it_is_due(assistant: testing.Assistant) -> None:
    assert await assistant.say("set a timer for ten minutes") == "Timer set for 10 minutes."
    assert await assistant.wait(minutes=9, seconds=59) == []
    assert await assistant.wait(seconds=1) == ["Your timer for 10 minutes is done."]
    assert assistant.announcements[0].chime == "timer"
    assert await assistant.wait(hours=5) == []


async def test_a_timer_can_have_a_name(assistant: testing.Assistant) -> None:
    assert await assistant.say("set an egg timer for four minutes") == "Egg timer set for 4 minutes."
    assert await assistant.wait(minutes=4) == ["Your egg timer is done."]


async def test_several_timers_are_told_soonest_first(assistant: testing.Assistant) -> None:
    assert await assistant.say("what timers do I have") == "There are no timers."
    await assistant.say("set a timer for an hour")
    assert await assistant.say("list my timers") == "You have one timer: the timer for an hour with an hour left."
    await assistant.say("set a pasta timer for eight minutes")
    await assistant.wait(minutes=5, seconds=30)
    assert await assistant.say("which timers are running") == (
        "You have 2 timers: the pasta timer with 2 minutes and 30 seconds left "
        "and the timer for an hour with 55 minutes left."
    )


async def test_what_remains(assistant: testing.Assistant) -> None:
    assert await assistant.say("how much time is left") == "There is no timer running."
    await assistant.say("set a pasta timer for eight minutes")
    await assistant.wait(minutes=3)
    assert await assistant.say("how much time is left") == "The pasta timer has 5 minutes left."
    await assistant.say("set a ten minute timer")
    assert (await assistant.say("how much time is left")).startswith("You have 2 timers")
    assert await assistant.say("how long is left on the ten minute timer") == (
        "The timer for 10 minutes has 10 minutes left."
    )
    assert await assistant.say("how long is left on the pizza timer") == "There is no pizza timer."


async def test_one_of_several_timers_is_cancelled_by_name(assistant: testing.Assistant) -> None:
    await assistant.say("set a pasta timer for eight minutes")
    await assistant.say("set a ten minute timer")
    assert (await assistant.say("cancel the timer")).endswith("Which one shall I cancel, or all?")
    assert await assistant.say("the pasta timer") == "The pasta timer is cancelled."
    assert await assistant.say("cancel the timer") == "The timer for 10 minutes is cancelled."
    assert await assistant.say("cancel the timer") == "There is no timer running."
    assert await assistant.wait(hours=1) == []


async def test_all_timers_are_cancelled(assistant: testing.Assistant) -> None:
    await assistant.say("set a pasta timer for eight minutes")
    await assistant.say("set a ten minute timer")
    assert await assistant.say("cancel all timers") == "All timers are cancelled."
    assert await assistant.say("are there any timers running") == "There are no timers."


async def test_a_timer_without_a_length_asks_for_it(assistant: testing.Assistant) -> None:
    assert await assistant.say("set a timer") == "For how long?"
    assert await assistant.say("ten minutes") == "Timer set for 10 minutes."
    assert await assistant.say("start a pizza timer") == "For how long?"
    assert await assistant.say("make it a quarter of an hour") == "Pizza timer set for 15 minutes."


async def test_a_length_that_cannot_be_counted_is_refused(assistant: testing.Assistant) -> None:
    assert "between one second and one year" in await assistant.say("set a timer for 80 weeks")


@pytest.mark.parametrize("length", ["zero seconds", "minus five minutes", "a million years"])
async def test_a_length_that_makes_no_sense_is_answered(assistant: testing.Assistant, length: str) -> None:
    assert "length of time" in (said := await assistant.say(f"set a timer for {length}")) or "between" in said
    assert await assistant.say("list my timers") == "There are no timers."


async def test_a_timer_is_paused_and_goes_on(assistant: testing.Assistant) -> None:
    await assistant.say("set a timer for ten minutes")
    await assistant.wait(minutes=4)
    assert await assistant.say("pause the timer") == "The timer for 10 minutes is paused, with 6 minutes left."
    assert await assistant.say("pause the timer") == "It is paused already."
    assert await assistant.wait(hours=2) == []
    assert await assistant.say("list my timers") == (
        "You have one timer: the timer for 10 minutes with 6 minutes left, paused."
    )
    assert await assistant.say("resume the timer") == "The timer for 10 minutes goes on, with 6 minutes left."
    assert await assistant.wait(minutes=5, seconds=59) == []
    assert await assistant.wait(seconds=1) == ["Your timer for 10 minutes is done."]


async def test_a_timer_is_made_longer_and_shorter(assistant: testing.Assistant) -> None:
    await assistant.say("set an egg timer for ten minutes")
    assert await assistant.say("add five minutes to the egg timer") == "The egg timer has 15 minutes left now."
    assert await assistant.say("take ten minutes off the timer") == "The egg timer has 5 minutes left now."
    assert await assistant.say("take ten minutes off the timer") == "There is not that much time left on it."
    assert await assistant.wait(minutes=5) == ["Your egg timer is done."]
