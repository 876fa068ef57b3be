from datetime import UTC, datetime

from assistant import testing
from skills import scene
from skills.smalltalk import skill


async def test_a_greeting_is_returned_by_the_time_of_day() -> None:
    assistant = await testing.assistant(skill, now=datetime(2026, 5, 4, 8, tzinfo=UTC))
    assert await assistant.say("good morning") == "Good morning."
    assert await assistant.say("hello") == "Hello."
    await assistant.wait(hours=12)
    assert await assistant.say("good morning") == "Good evening."


async def test_thanks_and_praise() -> None:
    assert await testing.say(skill, "thank you very much") == "You are welcome."
    assert await testing.say(skill, "well done") == "I am glad to hear that."


async def test_it_says_what_it_is() -> None:
    assert "Hearth" in await testing.say(skill, "who are you")


async def test_a_scene_of_the_household_goes_before_good_night() -> None:
    house = testing.house({"": {"good night": "scene"}})
    assert await testing.say(skill, "good night") == "Good night. Sleep well."
    assistant = await testing.assistant(skill, scene.skill, house=house)
    turn, _ = await assistant.ask("good night")
    assert turn.intent == "scene.run"
