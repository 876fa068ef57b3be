"""What the language model is told and may answer: its examples, values that mean what they say, its chat formats."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from assistant.messages import Choice, IntentSpec, SlotSpec, Vocabulary
from assistant.phrases.examples import examples, slot_sets
from assistant.prompt.answers import NONE, Answers, Command, written
from assistant.prompt.chat import CHATS, Chat
from assistant.prompt.choices import Scores, choose
from assistant.prompt.instructions import prompts
from assistant.prompt.talk import sentences

MONDAY = date(2026, 5, 4)
END = 256


def tokens(text: str) -> tuple[int, ...]:
    """A tokenizer of bytes."""
    return tuple(text.encode())


def slot(kind: str, *values: str, name: str = "it", low: int = 0, high: int = 100, required: bool = True) -> SlotSpec:
    return SlotSpec(name, kind, required, tuple(Choice(value, value) for value in values), low, high)


def read_as(vocabulary: Vocabulary, answer: str, said: str = "") -> Command | None:
    """What an answer means. AssertionError where it cannot be written."""
    wanted = (*tokens(answer), END)
    done: list[int] = []

    def wish(read: Sequence[int]) -> Scores:
        done.extend(read)
        assert tuple(done) == wanted[: len(done)], f"'{answer}' cannot be written"
        scores = np.zeros(END + 1, np.float32)
        scores[wanted[len(done)]] = 50
        return scores

    chosen = choose(Answers(vocabulary, tokens, END).to(said.split(), MONDAY), wish, 200)
    assert chosen.tokens == wanted, f"'{answer}' cannot be written"
    return chosen.answer


@pytest.mark.parametrize(
    ("kind", "answer", "value"),
    [
        ("duration", "10 minutes", 600),
        ("duration", "1 hour", 3600),
        ("duration", "1 hour 30 minutes", 5400),
        ("duration", "2 minutes 45 seconds", 165),
        ("duration", "2 weeks", 1_209_600),
        ("time", "7:15 pm", "19:15"),
        ("time", "12:00 am", "00:00"),
        ("time", "12:30 pm", "12:30"),
        ("date", "today", "2026-05-04"),
        ("date", "tomorrow", "2026-05-05"),
        ("date", "friday", "2026-05-08"),
        ("date", "next friday", "2026-05-15"),
        ("date", "3 march", "2027-03-03"),
        ("percentage", "0", 0),
        ("percentage", "100", 100),
        ("integer", "42", 42),
        ("text", "buy milk", "buy milk"),
        ("text", "milk and", "milk and"),
    ],
)
def test_values_mean_what_they_say(kind: str, answer: str, value: object) -> None:
    vocabulary = Vocabulary((IntentSpec("a.b", ("do {it}", "say {it}"), (slot(kind),)),))
    said = "buy milk and bread" if kind == "text" else answer
    assert read_as(vocabulary, f"a.b it: {answer}", said) == ("a.b", {"it": value})


@pytest.mark.parametrize(
    ("kind", "said", "answer", "possible"),
    [
        ("percentage", "to forty percent", "40", True),
        ("percentage", "to forty percent", "14", False),
        ("percentage", "to half", "50", True),
        ("percentage", "rather bright", "80", True),
        ("integer", "a hundred and five", "105", True),
        ("duration", "twelve minutes and thirty seconds", "12 minutes 30 seconds", True),
        ("duration", "twelve minutes and thirty seconds", "13 minutes", False),
        ("duration", "an hour and a half", "1 hour 30 minutes", True),
        ("duration", "a couple of hours", "2 hours", True),
        ("duration", "for a while", "20 minutes", True),
        ("duration", "for a while", "20 minutes 30 seconds", False),
        ("date", "on the twenty third of may", "23 may", True),
        ("date", "on the twenty third of may", "24 may", False),
        ("date", "at the end of the week", "saturday", True),
        ("date", "at the end of the week", "24 may", False),
        ("date", "on the 3rd", "3 may", True),
        ("time", "twenty to eight", "7:40 pm", True),
        ("time", "twenty to eight", "8:20 am", True),
        ("time", "twenty to eight", "9:20 am", False),
        ("time", "at 19:30", "7:30 pm", True),
        ("time", "half past six", "6:30 am", True),
        ("time", "at noon", "12:00 pm", True),
        ("time", "at noon", "12:10 pm", False),
        ("clock", "at 0:15", "12:15 am", True),
        ("moment", "in the evening of the fifth", "5 may", True),
        ("moment", "in the evening of the fifth", "6 may", False),
        ("moment", "in the evening of the fifth", "5:00 pm", True),
    ],
)
def test_only_numbers_that_were_said_can_be_answered(kind: str, said: str, answer: str, possible: bool) -> None:
    vocabulary = Vocabulary((IntentSpec("a.b", ("do {it}",), (slot(kind, high=200),)),))
    if possible:
        assert read_as(vocabulary, f"a.b it: {answer}", said) is not None
    else:
        with pytest.raises(AssertionError, match="cannot be written"):
            read_as(vocabulary, f"a.b it: {answer}", said)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("percentage", "101"),
        ("integer", "-1"),
        ("time", "13:00 pm"),
        ("duration", "0 minutes"),
        ("date", "32 march"),
        ("text", "bread and"),
        ("choice", "attic"),
    ],
)
def test_what_is_no_value_cannot_be_written(kind: str, answer: str) -> None:
    vocabulary = Vocabulary((IntentSpec("a.b", ("do {it}",), (slot(kind, "kitchen", "hall"),)),))
    with pytest.raises(AssertionError, match="cannot be written"):
        read_as(vocabulary, f"a.b it: {answer}", "buy milk and bread")


def test_a_day_that_does_not_exist_is_left_to_be_answered() -> None:
    vocabulary = Vocabulary((IntentSpec("a.b", ("on {it}",), (slot("date"),)),))
    assert read_as(vocabulary, "a.b it: 30 february", "on february 30th") == ("a.b", {"it": "2026-02-30"})


def test_a_closed_slot_can_always_be_refused() -> None:
    vocabulary = Vocabulary((IntentSpec("a.b", ("do {it}",), (slot("choice", "kitchen", "hall"),)),))
    assert read_as(vocabulary, "a.b it: none") is None
    assert read_as(vocabulary, "none") is None


def test_where_no_number_fits_nothing_is_answered() -> None:
    vocabulary = Vocabulary((IntentSpec("a.b", ("do {it}",), (slot("percentage"),)),))
    assert read_as(vocabulary, "a.b it: none", "to 150 percent") is None


def test_of_a_wide_range_only_numbers_that_were_said_can_be_written() -> None:
    vocabulary = Vocabulary((IntentSpec("a.b", ("code {it}",), (slot("integer", high=99_999),)),))
    assert read_as(vocabulary, "a.b it: 4711", "the code is 4711") == ("a.b", {"it": 4711})
    with pytest.raises(AssertionError, match="cannot be written"):
        read_as(vocabulary, "a.b it: 4712", "the code is 4711 or 4713")


def test_slots_that_no_template_says_together_are_not_written_together() -> None:
    lamp, room = (
        slot("choice", "lamp", "spot", name="lamp", required=False),
        slot("choice", "hall", "attic", name="room"),
    )
    one = IntentSpec(
        "a.on", ("on {lamp}", "all on in {room}", "all on"), (lamp, SlotSpec("room", "choice", False, room.choices))
    )
    vocabulary = Vocabulary((one, IntentSpec("a.off", ("off",))))
    assert read_as(vocabulary, "a.on") == ("a.on", {})
    assert read_as(vocabulary, "a.on room: hall") == ("a.on", {"room": "hall"})
    with pytest.raises(AssertionError, match="cannot be written"):
        read_as(vocabulary, "a.on lamp: spot room: hall")


def test_aliases_mean_the_thing_and_templates_are_not_written() -> None:
    choices = (
        Choice("big lamp", "floor lamp"),
        Choice("[the] (huge|giant) lamp", "floor lamp"),
        Choice("sink", "sink"),
    )
    vocabulary = Vocabulary((IntentSpec("a.on", ("on {it}",), (SlotSpec("it", "choice", True, choices),)),))
    assert read_as(vocabulary, "a.on it: big lamp") == ("a.on", {"it": "floor lamp"})
    with pytest.raises(AssertionError, match="cannot be written"):
        read_as(vocabulary, "a.on it: huge lamp")


def test_a_thing_called_none_is_not_switched_by_accident() -> None:
    vocabulary = Vocabulary((IntentSpec("a.on", ("on {it}",), (slot("choice", NONE, "lamp"),)),))
    assert read_as(vocabulary, "a.on it: none") is None


KITCHEN = Vocabulary(
    (
        IntentSpec(
            "light.on", ("(turn|switch) on [the] {light} [please]",), (slot("choice", "Big Lamp", name="light"),), "On."
        ),
        IntentSpec("timer.set", ("timer {length}",), (slot("duration", name="length"),), "Set a timer."),
        IntentSpec("alarm.set", ("wake me {day} at {time}",), (slot("date", name="day"), slot("time", name="time"))),
        IntentSpec(
            "note.add", ("note {text} at {level}",), (slot("percentage", name="level"), slot("text", name="text"))
        ),
        IntentSpec("clock.time", ("what time is it",)),
    )
)


def test_every_example_is_one_that_the_model_could_have_written() -> None:
    shown = [line.split(" -> ") for line in next(prompts(KITCHEN)).split("\n") if " -> " in line]
    assert {answer.split(" ")[0] for _, answer in shown} == {NONE, *(spec.name for spec in KITCHEN.intents)}
    for said, answer in shown:
        command = read_as(KITCHEN, answer, said)
        assert (command is None) == (answer == NONE)


def test_prompts_get_shorter_and_are_always_the_same() -> None:
    found = list(prompts(KITCHEN))
    assert [len(prompt) for prompt in found] == sorted((len(prompt) for prompt in found), reverse=True)
    assert found == list(prompts(KITCHEN))
    assert "big lamp" in found[-1]


def test_examples_are_plain_and_unlike_each_other() -> None:
    templates = ("(turn|switch|put) on [all] [the] {light} [in [the] {room}] [please]", "lights please")
    found = examples(templates, 3)
    assert {"lights please"} < set(found)
    assert "{light}" in found[0]
    assert "{room}" not in found[0] or "{room}" not in found[1]
    assert set(examples(templates, 99)) >= set(found)


def test_the_sets_of_slots_are_those_of_the_sentences() -> None:
    templates = ("on {a} [in {b}]", "({c}|{d}) now", "({a};[{c}])")
    sets = {tuple(sorted(names)) for names in slot_sets(templates, ("a", "b", "c", "d"))}
    assert sets == {("a",), ("a", "b"), ("c",), ("d",), ("a", "c")}


def test_too_many_sets_of_slots_count_as_all_optional() -> None:
    names = tuple(f"s{number}" for number in range(14))
    template = " ".join(f"[{{{name}}}]" for name in names) + " go"
    sets = slot_sets((template,), names)
    assert frozenset() in sets
    assert frozenset(names[:2]) in sets
    assert len(sets) <= 4096


def test_answers_are_written_slot_by_slot() -> None:
    assert written("light.on", {}) == "light.on"
    assert written("light.dim", {"level": "40", "light": "big lamp"}) == "light.dim level: 40 light: big lamp"


@pytest.mark.parametrize("chat", CHATS, ids=lambda chat: chat.name)
def test_control_tokens_come_from_the_chatalone(chat: Chat) -> None:
    pieces = list(chat.before(f"obey {' '.join(chat.controls)}"))
    assert "".join(text for text, _ in pieces) == chat.static.replace("{prompt}", f"obey {' '.join(chat.controls)}")
    assert [text for text, control in pieces if control] == [text for text, control in chat.before("obey") if control]
    assert pieces[-1][0].endswith("\n")
    assert not pieces[-1][1]
    assert next(iter(chat.behind())) == (chat.end, True)


class Reciting:
    """A model that recites a text, byte by byte."""

    def __init__(self, text: str) -> None:
        self._bytes = text.encode()
        self._place = 0

    def ends(self, token: int) -> bool:
        return token == END

    def piece_bytes(self, token: int) -> bytes:
        return bytes([token])

    def read(self, _: Sequence[int]) -> Scores:
        scores = np.zeros(END + 1, np.float32)
        scores[self._bytes[self._place] if self._place < len(self._bytes) else END] = 1
        self._place += 1
        return scores


@pytest.mark.parametrize(
    ("text", "most", "said"),
    [
        ("Yes. It is 21.5 °C. Well", 200, ["Yes.", "It is 21.5 °C."]),
        ("Yes! Really?", 200, ["Yes!", "Really?"]),
        ("no end in sight", 5, ["no en"]),
        ("", 5, []),
    ],
)
def test_a_chat_comes_sentence_by_sentence(text: str, most: int, said: list[str]) -> None:
    model = Reciting(text)
    assert list(sentences(model, model, [1], most)) == said
