"""Houseplants: every sentence of its table, and conversations."""

from pathlib import Path

import houseplants

from assistant import testing

TABLE = Path(__file__).with_name("utterances.yaml")


async def test_every_sentence_means_what_the_table_says() -> None:
    assert await testing.misread(houseplants.skill, TABLE) == []


async def test_a_plant_is_remembered_and_announced() -> None:
    assistant = await testing.assistant(houseplants.skill)
    assert await assistant.say("I watered the fern") == "I will tell you about the fern in 7 days."
    await assistant.wait(days=3)
    assert await assistant.say("which plants are thirsty") == "None of them."
    assert await assistant.say("I watered the fern") == "I will tell you about the fern in 7 days."
    assert await assistant.wait(days=6) == []
    assert await assistant.wait(days=1) == ["The fern is thirsty."]
    assert await assistant.say("which plants need water") == "The fern."


async def test_what_was_not_said_is_asked_for() -> None:
    assistant = await testing.assistant(houseplants.skill, settings={"houseplants": {"days": 2}})
    assert await assistant.say("I did the watering") == "Which plant?"
    assert await assistant.say("orchid") == "I will tell you about the orchid in 2 days."
    assert (await assistant.say("when did I water the orchid")).startswith("The orchid was watered today")


async def test_it_asks_before_it_forgets() -> None:
    assistant = await testing.assistant(houseplants.skill)
    assert await assistant.say("I no longer have the fern") == "I do not know of a fern."
    await assistant.say("I watered the fern")
    assert await assistant.say("I no longer have the fern") == "Shall I forget the fern?"
    assert await assistant.say("no") == "I keep the fern in mind."
    await assistant.say("I no longer have the fern")
    assert await assistant.say("yes") == "The fern is forgotten."
    assert await assistant.wait(days=8) == []
    await assistant.close()
