import pytest

from assistant import testing
from skills.alarm import skill as alarm
from skills.cover import skill as cover
from skills.reminder import skill
from skills.timer import skill as timer


@pytest.fixture
async def assistant() -> testing.Assistant:
    return await testing.assistant(skill, timer, alarm)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("remind me to call Anna tomorrow at nine", "I will remind you tomorrow at 9 AM."),
        ("remind me to call Anna at nine", "I will remind you today at 9 PM."),
        ("remind me to call Anna at five", "I will remind you tomorrow at 5 AM."),
        ("remind me to call Anna tomorrow at five", "I will remind you tomorrow at 5 PM."),
        ("remind me to call Anna at five today", "It is later than that already: today at 5 PM."),
        ("remind me on friday to call Anna", "I will remind you Friday, May the eighth at 9 AM."),
        ("remind me in two hours to call Anna", "I will remind you in 2 hours."),
        ("remind me to call Anna on february 30th", "There is no February 30 then."),
        ("remind me to call Anna at 25 o'clock", "25:00 is not a time of day."),
        ("remind me in minus five minutes to call Anna", "I can only count times between one second and one year."),
        ("remind me every monday to put the bins out", "I will remind you every Monday at 9 AM."),
    ],
)
async def test_when_is_told(assistant: testing.Assistant, said: str, answer: str) -> None:
    assert await assistant.say(said) == answer


async def test_the_reminder_is_said_from_our_side(assistant: testing.Assistant) -> None:
    await assistant.say("remind me in an hour to call my mother")
    assert await assistant.wait(hours=1) == ["I am to remind you: call your mother."]


async def test_a_reminder_recurs(assistant: testing.Assistant) -> None:
    await assistant.say("remind me every weekday at ten am to stretch")
    assert [len(await assistant.wait(days=1)) for _ in range(7)] == [1, 1, 1, 1, 0, 0, 1]
    assert await assistant.say("what are my reminders") == ("You have one reminder: stretch, every weekday at 10 AM.")


async def test_one_of_several_is_cancelled_by_its_words(assistant: testing.Assistant) -> None:
    assert await assistant.say("cancel my reminder") == "There are no reminders."
    await assistant.say("remind me to call Anna tomorrow at nine")
    await assistant.say("remind me to pay the rent on friday")
    _, response = await assistant.ask("cancel my reminder")
    assert response.text.endswith("Which one shall I cancel, or all?")
    assert await assistant.say("call Anna") == "The reminder is cancelled: call anna, tomorrow at 9 AM."
    assert await assistant.say("cancel all reminders") == "All reminders are cancelled."


async def test_everything_to_come_is_one_list(assistant: testing.Assistant) -> None:
    assert await assistant.say("what is pending") == "Nothing is planned."
    await assistant.say("set a pasta timer for ten minutes")
    await assistant.say("wake me up at seven every weekday")
    await assistant.say("remind me to call Anna tomorrow at nine")
    assert await assistant.say("what is pending") == (
        "This is to come: the pasta timer, 7:25 PM, an alarm, every weekday at 7 AM "
        "and a reminder: call anna, tomorrow at 9 AM."
    )
    assert await assistant.say("cancel that") == "I cancelled a reminder: call anna, tomorrow at 9 AM."
    await assistant.wait(minutes=5)
    assert await assistant.say("cancel that") == ""
    assert (await assistant.say("cancel everything")).startswith("I cancelled the pasta timer")
    assert await assistant.say("what is coming up") == "Nothing is planned."


@pytest.mark.parametrize("said", ["cancel the blind", "cancel the blinds"])
async def test_what_is_planned_for_one_or_several_is_called_off_either_way(said: str) -> None:
    house = testing.house({"bedroom": {"bedroom blind": "cover"}})
    assistant = await testing.assistant(skill, cover, house=house)
    assert "close" in await assistant.say("close the blinds in twenty minutes")
    assert (await assistant.say(said)).startswith("I cancelled close the blinds")
    assert await assistant.say("what is pending") == "Nothing is planned."
