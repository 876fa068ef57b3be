"""Questions that a skill asks back: what answers them, what ends them, and what waits meanwhile."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from assistant import testing
from assistant.conversation.calls import GRACE
from assistant.errors import Unanswered
from assistant.events import Observers
from assistant.hands import TOO_LATE
from assistant.messages import Intent, Opening, Response, Transcript
from assistant.mind import LEFT, NOT_UNDERSTOOD, Mind
from assistant.phrases.book import PhraseBook
from assistant.skill import Between, Context, OneOf, Skill
from skills import light, timer

tea = Skill("tea")


@tea.intent("make tea")
async def make(ctx: Context) -> str:
    """Make tea."""
    kind = await ctx.ask("Which kind?", OneOf("black", "green", spoken={"(mint|peppermint)": "mint"}))
    cups = await ctx.ask("How many cups?", Between(1, 6))
    time = await ctx.ask("For how long?", timedelta)
    milk = kind == "black" and await ctx.confirm("With milk?")
    return f"{cups} cups of {kind} tea, {ctx.spoken(time)}{', with milk' if milk else ''}."


@tea.intent("write a label")
async def label(ctx: Context) -> str:
    """Write a label."""
    return f"Written: {await ctx.ask('What shall I write?', str)}."


@tea.intent("warm the pot")
async def warm(ctx: Context) -> str:
    """Warm a pot."""
    pots = [("[the] (blue|left) [pot]", "blue"), ("[the] pot from 1920", "old"), ("[the] [big] pot", "big")]
    chosen = await ctx.choose("The blue pot, the old one or the big one?", pots, several=True)
    return f"Warm: {ctx.spoken(chosen)}."


@tea.intent("rinse the pot")
async def rinse(ctx: Context) -> str:
    """Rinse the pot, whoever answers."""
    try:
        hot = await ctx.ask("With hot water?", bool)
    except Unanswered:
        return "Then with cold water."
    return "With hot water." if hot else "With cold water."


@tea.intent("ask for ever")
async def nag(ctx: Context) -> str:
    """Never take no answer for an answer."""
    while True:
        try:
            return await ctx.ask("What is it?", str)
        except Unanswered:
            continue


@pytest.fixture
async def assistant() -> AsyncIterator[testing.Assistant]:
    house = testing.house({"": {"lamp": "light"}})
    made = await testing.assistant(tea, light.skill, timer.skill, house=house)
    yield made
    await made.close()


async def converse(assistant: testing.Assistant, *sentences: str) -> list[str]:
    return [await assistant.say(sentence) for sentence in sentences]


async def test_a_handler_asks_one_thing_after_the_other(assistant: testing.Assistant) -> None:
    assert await converse(assistant, "make tea", "I mean the black one", "make it 2", "for four minutes", "yes") == [
        "Which kind?",
        "How many cups?",
        "For how long?",
        "With milk?",
        "2 cups of black tea, 4 minutes, with milk.",
    ]


async def test_an_answer_that_makes_no_sense_is_asked_for_once_more(assistant: testing.Assistant) -> None:
    assert await converse(assistant, "make tea", "blue", "peppermint") == [
        "Which kind?",
        f"{NOT_UNDERSTOOD} Which kind?",
        "How many cups?",
    ]
    assert await converse(assistant, "seven", "seventy") == [f"{NOT_UNDERSTOOD} How many cups?", LEFT]


@pytest.mark.parametrize("word", ["cancel", "never mind", "no thanks", "forget it", "oh no, never mind"])
async def test_the_household_may_change_its_mind(assistant: testing.Assistant, word: str) -> None:
    assert await converse(assistant, "make tea", word, "two") == ["Which kind?", LEFT, NOT_UNDERSTOOD]


async def test_a_question_is_repeated(assistant: testing.Assistant) -> None:
    assert await converse(assistant, "make tea", "pardon?", "say that again", "green") == [
        "Which kind?",
        "Which kind?",
        "Which kind?",
        "How many cups?",
    ]


async def test_another_command_ends_the_question(assistant: testing.Assistant) -> None:
    assert await converse(assistant, "make tea", "turn on the lamp", "green") == [
        "Which kind?",
        "The lamp is on.",
        NOT_UNDERSTOOD,
    ]


async def test_what_was_not_called_is_never_a_command(assistant: testing.Assistant) -> None:
    await assistant.say("make tea")
    record, response = await assistant.mind.answer(Transcript("turn on the lamp", 0.9, "test"), opening=Opening.ANSWER)
    assert response.text == f"{NOT_UNDERSTOOD} Which kind?"
    assert (record.intent, assistant.state("lamp")["on"]) == (None, False)


async def test_any_words_are_text_unless_a_wake_word_makes_them_a_command(assistant: testing.Assistant) -> None:
    assert await converse(assistant, "write a label", "turn on the lamp") == [
        "What shall I write?",
        "Written: turn on the lamp.",
    ]
    await assistant.say("write a label")
    called = Transcript("turn on the lamp", 0.9, "test")
    assert (await assistant.mind.answer(called, opening=Opening.WAKE))[1].text == "The lamp is on."
    await assistant.say("write a label")
    called = Transcript("strawberry jam", 0.9, "test")
    assert (await assistant.mind.answer(called, opening=Opening.WAKE))[1].text == "Written: strawberry jam."


@pytest.mark.parametrize(
    ("answer", "warm"),
    [
        ("the left one", "blue"),
        ("blue", "blue"),
        ("the second", "old"),
        ("pot from nineteen twenty", NOT_UNDERSTOOD),
        ("the last one", "big"),
        ("number three", "big"),
        ("all of them", "blue, old and big"),
    ],
)
async def test_one_of_several_is_chosen(assistant: testing.Assistant, answer: str, warm: str) -> None:
    await assistant.say("warm the pot")
    assert warm in await assistant.say(answer)


async def test_nobody_answers(assistant: testing.Assistant) -> None:
    assert await assistant.silence() == ""
    await assistant.say("make tea")
    assert await assistant.silence() == LEFT
    assert await assistant.say("green") == NOT_UNDERSTOOD
    await assistant.say("rinse the pot")
    assert await assistant.silence() == "Then with cold water."


async def test_who_asks_an_empty_room_again_is_broken_off(assistant: testing.Assistant) -> None:
    await assistant.say("ask for ever")
    assert await assistant.silence() == LEFT


async def test_what_is_missing_is_asked_for(assistant: testing.Assistant) -> None:
    record, response = await assistant.ask("set a timer")
    assert (record.intent, response.text) == ("timer.set", "For how long?")
    record, response = await assistant.ask("ten minutes")
    assert (record.intent, response.text) == ("timer.set", "Timer set for 10 minutes.")


async def test_a_late_answer_is_none() -> None:
    now = 0.0
    around = await testing.assistant(tea)
    mind = Mind([PhraseBook()], around.hands, Observers(), threshold=0.5, ask_threshold=0.35, clock=lambda: now)
    await mind.learn()

    async def say(text: str) -> str:
        return (await mind.answer(Transcript(text, 1.0, "typed")))[1].text

    await say("make tea")
    now += 8.0 + GRACE - 1.0
    assert await say("green") == "How many cups?"
    now += 8.0 + GRACE + 1.0
    assert await say("two") == NOT_UNDERSTOOD
    await say("make tea")
    await around.close()
    assert await say("green") == TOO_LATE


async def test_time_to_answer_is_not_the_skills() -> None:
    slow = Skill("slow")

    @slow.intent("think")
    async def think(ctx: Context) -> str:
        """Think."""
        answer = await ctx.ask("Well?", bool)
        await asyncio.sleep(30.0)
        return str(answer)

    hands = (await testing.assistant(slow)).hands
    hands.registry._timeout = 0.05
    asked = await hands.perform(Intent("slow.think", {}, 1.0, "test", "think"))
    assert asked.question is not None
    await asyncio.sleep(0.1)
    answered = await hands.reply(asked.question.id, "yes")
    assert "did not finish" in (answered.error or "")
    assert (await hands.reply(asked.question.id, "yes")).text == TOO_LATE


async def test_what_crosses_between_head_and_hands_is_plain_data(assistant: testing.Assistant) -> None:
    asked = await assistant.hands.perform(Intent("tea.make", {}, 1.0, "test", "make tea"))
    written = json.loads(json.dumps(dataclasses.asdict(asked)))
    assert written["question"]["slot"]["kind"] == "choice"
    assert isinstance(asked, Response)
