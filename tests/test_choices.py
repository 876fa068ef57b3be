"""Choosing token by token: what is asked, what is forced, how sure it is, and that nothing else can be written."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from assistant.errors import EngineError
from assistant.messages import Choice, IntentSpec, SlotSpec, Vocabulary
from assistant.prompt.answers import Answers, Command
from assistant.prompt.choices import Chosen, Done, Path, Scores, Step, choose

END = 99


@dataclass(frozen=True)
class Sayings:
    """Every sentence of a few, token by token."""

    sentences: tuple[tuple[tuple[int, ...], str], ...]

    def paths(self) -> Iterator[Path[str]]:
        for tokens, meaning in self.sentences:
            yield Path(tokens, Meaning(meaning))


@dataclass(frozen=True)
class Meaning:
    meaning: str

    def paths(self) -> Iterator[Path[str]]:
        yield Path((END,), Done(self.meaning))


class Wishing:
    """A model with fixed likings: each token's probability, whatever came before it. Remembers what it was let read."""

    def __init__(self, **likings: float) -> None:
        self.scores = np.full(100, -100.0, np.float32)
        for token, probability in likings.items():
            self.scores[int(token.removeprefix("t"))] = math.log(probability)
        self.reads: list[list[int]] = []

    def __call__(self, tokens: Sequence[int]) -> Scores:
        self.reads.append(list(tokens))
        return self.scores


def sayings(*sentences: tuple[Sequence[int], str]) -> Sayings:
    return Sayings(tuple((tuple(tokens), meaning) for tokens, meaning in sentences))


def test_only_real_choices_are_asked_and_forced_tokens_are_read_in_one_batch() -> None:
    model = Wishing(t1=0.2, t2=0.7, t6=0.6, t7=0.3)
    chosen = choose(sayings(([1, 3], "a"), ([2, 4, 5, 6, 8], "b"), ([2, 4, 5, 7, 8], "c")), model, 10)
    assert chosen.answer == "b"
    assert model.reads == [[], [2, 4, 5]]
    assert chosen.choices == 2
    assert chosen.tokens == (2, 4, 5, 6, 8, END)


def test_confidence_is_the_product_of_shares_times_the_least_fit() -> None:
    chosen = choose(sayings(([1, 3], "a"), ([2, 6], "b"), ([2, 7], "c")), Wishing(t1=0.2, t2=0.6, t6=0.3, t7=0.1), 10)
    assert chosen.share == pytest.approx(0.6 / 0.8 * 0.3 / 0.4, abs=1e-4)
    assert chosen.fit == pytest.approx(0.4 / 1.2, abs=1e-4)
    assert chosen.confidence == pytest.approx(chosen.share * chosen.fit)


def test_a_model_that_wants_what_does_not_exist_is_not_trusted() -> None:
    chosen = choose(sayings(([1], "a"), ([2], "b")), Wishing(t1=0.01, t50=0.99), 10)
    assert chosen.answer == "a"
    assert chosen.share == pytest.approx(1.0, abs=1e-3)
    assert chosen.confidence < 0.02


def test_ways_of_writing_the_same_are_no_choice() -> None:
    model = Wishing(t1=0.5, t2=0.5)
    chosen = choose(sayings(([1, 5, 5], "a"), ([2, 3], "a")), model, 10)
    assert (chosen.answer, chosen.tokens, model.reads) == ("a", (2, 3, END), [])


def test_ways_of_writing_the_same_share_their_probability() -> None:
    chosen = choose(sayings(([1, 5], "a"), ([2, 3], "a"), ([4], "b")), Wishing(t1=0.4, t2=0.3, t4=0.3), 10)
    assert chosen.answer == "a"
    assert chosen.share == pytest.approx(0.7, abs=1e-4)


def test_a_way_shared_with_another_meaning_is_not_counted_for_either() -> None:
    chosen = choose(sayings(([1, 5], "a"), ([1, 6], "b"), ([2], "a")), Wishing(t1=0.5, t2=0.5, t5=0.9, t6=0.1), 10)
    assert chosen.answer == "a"
    assert chosen.share == pytest.approx(0.5 * 0.9, abs=1e-4)


def test_an_answer_has_a_limit() -> None:
    with pytest.raises(EngineError, match="more than 3 tokens"):
        choose(sayings(([1, 2, 3, 4], "a")), Wishing(), 3)


@pytest.mark.parametrize("scores", [np.full(100, np.nan), np.full(100, np.inf), np.full(100, -np.inf), np.empty(0)])
def test_scores_that_are_no_numbers_choose_nothing(scores: Scores) -> None:
    with pytest.raises(EngineError, match="no score"):
        choose(sayings(([1], "a"), ([2], "b")), lambda _: scores, 10)


# What a model may do at its worst -------------------------------------------------------------------------------------

ROOMS = ("kitchen", "bedroom", "kitchen sink")
HOUSE = Vocabulary(
    (
        IntentSpec(
            "light.dim",
            ("dim [the] {light} [to {level}]",),
            (
                SlotSpec("light", "choice", choices=tuple(Choice(name, name) for name in ROOMS)),
                SlotSpec("level", "percentage", required=False, high=30),
            ),
        ),
        IntentSpec("list.add", ("add {item}",), (SlotSpec("item", "text"),)),
        IntentSpec("lock.code", ("code {code}",), (SlotSpec("code", "integer", low=0, high=99_999),)),
        IntentSpec("clock.time", ("what time is it",)),
    )
)
WORDS = ("dim", "the", "kitchen", "12345", "20", "none")


def whole(name: str, value: object, spec: SlotSpec) -> bool:
    """Whether a plain value is one that its slot can have."""
    match spec.kind:
        case "choice":
            return value in {choice.value for choice in spec.choices}
        case "percentage" | "integer":
            return isinstance(value, int) and spec.low <= value <= spec.high
        case "text":
            return isinstance(value, str) and value in " ".join(WORDS)
    raise AssertionError(f"{name} is of another kind")


def in_house(command: Command | None) -> bool:
    """Whether the house can do it: told from the vocabulary alone."""
    if command is None:
        return True
    name, values = command
    specs = {spec.name: spec for spec in HOUSE.intents}
    slots = {slot.name: slot for slot in specs[name].slots}
    required = {slot.name for slot in specs[name].slots if slot.required}
    return required <= set(values) <= set(slots) and all(whole(name, values[name], slots[name]) for name in values)


class Syllables:
    """A tokenizer of a few dozen tokens: words and single digits."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {"</s>": 0}

    def __call__(self, text: str) -> tuple[int, ...]:
        pieces = text.replace(".", " . ").replace(":", " : ").split(" ")
        cut = [letter for piece in pieces if piece for letter in (piece if piece.isdecimal() else [piece])]
        return tuple(self.numbers.setdefault(piece, len(self.numbers)) for piece in cut)


def hostile(chance: np.random.Generator, size: int) -> Callable[[Sequence[int]], Scores]:
    """A model that is random, mad, broken off or hostile, differently at every step."""

    def read(tokens: Sequence[int]) -> Scores:
        scores = chance.normal(0, 10, size).astype(np.float32)
        match chance.integers(0, 12):
            case 0:
                scores[chance.integers(0, size, size // 2)] = np.nan
            case 1:
                scores[chance.integers(0, size)] = np.inf
            case 2:
                scores[chance.integers(0, size, size // 2)] = -np.inf
            case 3:
                scores *= np.float32(1e36)
            case 4:
                scores = scores[: chance.integers(0, size)]
            case 5:
                scores[:] = 0
            case 6 if chance.random() < 0.2:
                raise EngineError("broken off")
        return scores

    return read


def written(start: Step[Command | None], read: Callable[[Sequence[int]], Scores]) -> Chosen[Command | None] | None:
    try:
        return choose(start, read, 32)
    except EngineError:
        return None


@pytest.mark.timeout(900)  # some seconds on an idle machine
def test_no_scores_lead_outside_the_vocabulary_a_hundred_thousand_times() -> None:
    tokenize = Syllables()
    answers = Answers(HOUSE, tokenize, 0)
    start = answers.to(WORDS, date(2026, 5, 4))
    chance = np.random.default_rng(7)
    outside: list[object] = []
    done = 0
    for _ in range(100_000):
        chosen = written(start, hostile(chance, 40))
        if chosen is not None:
            done += chosen.answer is not None
            assert 0.0 <= chosen.confidence <= 1.0
            if not in_house(chosen.answer):
                outside.append(chosen.answer)
    assert outside == []
    assert done > 10_000


def leaves(
    step: Step[Command | None], tokens: tuple[int, ...] = ()
) -> Iterable[tuple[tuple[int, ...], Command | None]]:
    """Everything that can be written."""
    for path in step.paths():
        if isinstance(path.then, Done):
            yield tokens + path.tokens, path.then.answer
        else:
            yield from leaves(path.then, tokens + path.tokens)


def test_everything_that_can_be_written_is_in_the_house() -> None:
    found = list(leaves(Answers(HOUSE, Syllables(), 0).to(WORDS, date(2026, 5, 4))))
    assert all(in_house(answer) for _, answer in found)
    assert len(found) > 3 * len(WORDS)
    assert sum(answer is None for _, answer in found) >= 2
