"""Sentences matched, chosen between and refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.messages import IntentSpec, SlotSpec, Vocabulary
from tests.phrases.house import ask, book, choices, slots_of, vocabulary

LAMP = SlotSpec("lamp", "choice", choices=choices("kitchen lamp", "desk lamp", "lamp"))
WORDS = SlotSpec("words", "text")
TIMER = SlotSpec("length", "duration")

HOUSE = Vocabulary(
    (
        IntentSpec("light.on", ("turn on [the] {lamp}", "turn [the] {lamp} on"), (LAMP,)),
        IntentSpec("light.all", ("turn on [(all|all the)] lights",)),
        IntentSpec("timer.set", ("set a timer for {length}", "set a {length} timer"), (TIMER,)),
        IntentSpec("clock.time", ("what's the time", "what time is it")),
        IntentSpec("note.take", ("remember [to] {words}",), (WORDS,)),
        IntentSpec("list.add", ("remember to buy {words}", "add {words} to [my] list"), (WORDS,)),
        IntentSpec("help.hear", ("can you hear me",)),
    )
)

SAID = {
    "turn on the kitchen lamp": ("light.on", {"lamp": "kitchen lamp"}),
    "Turn the desk lamp ON!": ("light.on", {"lamp": "desk lamp"}),
    "turn on lamp": ("light.on", {"lamp": "lamp"}),
    "turn on all the lights": ("light.all", {}),
    "hey, could you please turn on the lamp, thank you": ("light.on", {"lamp": "lamp"}),
    "Please turn on the lamp for me please": ("light.on", {"lamp": "lamp"}),
    "would you mind just turning on the lamp right now, if you don't mind": ("light.on", {"lamp": "lamp"}),
    "I was wondering if you could set a ten minute timer for us": ("timer.set", {"length": 600}),
    "remember to feed the cat right now": ("note.take", {"words": "feed the cat right now"}),
    "you should not turn on the lamp": None,
    "just please": None,
    "I'd like you to turn on the lamp": ("light.on", {"lamp": "lamp"}),
    "can you hear me": ("help.hear", {}),
    "okay can you hear me": ("help.hear", {}),
    "What’s the time?": ("clock.time", {}),
    "what is the time": ("clock.time", {}),
    "set a ten minute timer": ("timer.set", {"length": 600}),
    "set a 10-minute timer": ("timer.set", {"length": 600}),
    "remember to feed the cat please": ("note.take", {"words": "feed the cat"}),
    "remember please": ("note.take", {"words": "please"}),
    "remember to buy milk": ("list.add", {"words": "milk"}),
    "add the list to my list": ("list.add", {"words": "the list"}),
    "add wine on list to list": ("list.add", {"words": "wine on list"}),
    "add to list": None,
    "addition to list": None,
    "turn on the lampplease": None,
    "turn on the lamps": None,
    "turn on": None,
    "turn on the": None,
    "turn on the lamp and the desk lamp": None,
    "please": None,
    "thank you": None,
}


def test_sentences_are_understood() -> None:
    phrases = book(HOUSE)
    found = {text: ask(phrases, text) for text in SAID}
    assert {text: intent and (intent.name, dict(intent.slots)) for text, intent in found.items()} == SAID


def test_an_intent_says_where_it_comes_from() -> None:
    intent = ask(book(HOUSE), "Turn on the lamp!", confidence=0.8)
    assert intent is not None
    assert (intent.source, intent.text, intent.confidence) == ("phrases", "Turn on the lamp!", 0.8)


def test_free_text_is_a_little_less_sure() -> None:
    intent = ask(book(HOUSE), "remember the milk", confidence=0.8)
    assert intent is not None
    assert 0.7 < intent.confidence < 0.8


def test_between_equal_matches_the_heavier_then_the_first_name_wins() -> None:
    def winner(*weights: tuple[str, float]) -> str | None:
        intent = ask(book(Vocabulary(tuple(IntentSpec(n, ("go",), weight=w) for n, w in weights))), "go")
        return None if intent is None else intent.name

    assert winner(("b", 1.0), ("c", 2.0), ("a", 1.0)) == "c"
    assert winner(("b", 1.0), ("a", 1.0)) == "a"


def test_a_part_that_is_left_out_leaves_its_slot_out() -> None:
    level = SlotSpec("level", "percentage", required=False)
    phrases = book(vocabulary("dim [to {level}] now", slots=(level,)))
    assert slots_of(phrases, "dim now") == {}
    assert slots_of(phrases, "dim to 5% now") == {"level": 5}


def test_parts_come_in_any_order() -> None:
    slots = (SlotSpec("at", "time"), SlotSpec("day", "date", required=False), WORDS)
    phrases = book(vocabulary("remind me (at {at};[{day}]) to {words}", slots=slots))
    expected = {"at": "19:30", "day": "2026-03-10", "words": "call mum"}
    assert slots_of(phrases, "remind me at 7:30 pm next Tuesday to call mum") == expected
    assert slots_of(phrases, "remind me on Tuesday at half past seven in the evening to call mum") == expected
    assert slots_of(phrases, "remind me at noon to eat") == {"at": "12:00", "words": "eat"}


FREE = st.lists(
    st.sampled_from(["it's", "7:30", "milk,", "Joe’s", "21.5", "the", "ten", "as", "50"]), min_size=1, max_size=4
)


@settings(max_examples=100, deadline=None)
@given(FREE, FREE, st.sampled_from(["10 minutes", "an hour and a half", "1h 5min", "90s"]))
def test_free_text_is_found_where_it_stood(first: list[str], second: list[str], length: str) -> None:
    slots = (SlotSpec("one", "text"), SlotSpec("length", "duration"), SlotSpec("two", "text"), LAMP)
    phrases = book(vocabulary("[please] put {one} under {lamp} for {length} with {two} now", slots=slots))
    found = slots_of(phrases, f"Put {' '.join(first)} under desk-lamp for {length} with {' '.join(second)}, now!")
    assert found is not None
    assert (found["one"], found["two"]) == (written(first), written(second))


def written(several: list[str]) -> str:
    return " ".join(several).lower().replace("’", "'").rstrip(",")


def test_nothing_is_understood_before_learning() -> None:
    assert ask(book(Vocabulary()), "turn on the lamp") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "?!",
        "word " * 10_000,
        "turn on " * 5_000,
        "a" * 1_000_000,
        "the lamp " * 30,
        "remember " + "x " * 10_000,
        "9" * 450,
        "set a timer for " + "9" * 400 + " minutes",
        "💡" * 200,
        "turn on the 💡 lamp",
        "turn on the\x00 lamp",
        "\x1b[31mturn on the lamp",
        "\ud800 turn on",
        "Schalte bitte das Licht in der Küche ein",
        "включи свет на кухне",
        "キッチンの電気をつけて",
        "شغل الضوء",
        "[[((turn on <the> {name} [[",
        "'; drop table intents; --",
        "%s %n {0} ${x}",
        "set a timer for ٣ minutes",
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_hostile_text_is_not_understood(text: str) -> None:
    assert ask(book(HOUSE), text) is None
