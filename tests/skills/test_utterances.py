"""Tables of sentences → intent and slots, typed, in a house of a hundred devices with every shipped skill."""

import asyncio
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from assistant.messages import Choice, IntentSpec, Transcript, Vocabulary
from assistant.phrases.book import PhraseBook
from assistant.phrases.examples import examples
from tests.skills.shipped import NAMES, ROOT, SKILLS, vocabulary

TABLES = Path(__file__).parent.parent / "utterances"
TODAY = date(2026, 5, 4)
ENOUGH = 12

Case = tuple[str | None, str, Mapping[str, object]]


def cases(path: Path) -> Iterator[Case]:
    table = yaml.safe_load(path.read_text())
    for intent, sentences in table.items() if isinstance(table, dict) else [(None, table)]:
        for line in sentences:
            sentence, slots = next(iter(line.items())) if isinstance(line, dict) else (line, {})
            assert isinstance(sentence, str), f"{path.name}: put {sentence!r} in quotes"
            yield intent, sentence, slots


CASES = [case for path in sorted(TABLES.glob("*.yaml")) for case in cases(path)]


@pytest.fixture(scope="module")
def book() -> PhraseBook:
    learned = PhraseBook(today=lambda: TODAY)
    asyncio.run(learned.learn(vocabulary()))
    return learned


@pytest.mark.parametrize(("intent", "sentence", "slots"), CASES, ids=[case[1] for case in CASES])
async def test_a_sentence_means_what_the_table_says(
    book: PhraseBook, intent: str | None, sentence: str, slots: Mapping[str, object]
) -> None:
    understood = await book.understand(Transcript(sentence, 1.0, "typed"))
    assert (understood and understood.name) == intent
    assert dict(understood.slots if understood else {}) == slots


def test_every_intent_has_a_table_and_enough_sentences() -> None:
    counts = Counter(intent for intent, _, _ in CASES)
    assert {path.stem for path in TABLES.glob("*.yaml")} == {*NAMES, "nothing"}
    for skill in SKILLS:
        for handler in skill.handlers:
            assert counts[handler.intent] >= ENOUGH, handler.intent


def plain(spec: IntentSpec) -> IntentSpec:
    """What the assistant gives as examples: the plain sentence of each template, and of each value the first way."""
    slots = []
    for slot in spec.slots:
        firsts = {each.value: each for each in reversed(slot.choices)}
        said = (Choice(examples((each.spoken,), 1)[0], value) for value, each in firsts.items())
        slots.append(replace(slot, choices=tuple(said)))
    templates = examples(spec.templates, len(CASES))
    return replace(spec, templates=templates, slots=tuple(slots), after=(), written=())


async def test_a_third_of_each_table_are_paraphrases() -> None:
    """Sentences that are no examples of the assistant's own, with whatever values."""
    book = PhraseBook(today=lambda: TODAY)
    await book.learn(Vocabulary(tuple(map(plain, vocabulary().intents))))
    counts, paraphrases = Counter[str](), Counter[str]()
    for intent, sentence, slots in CASES:
        if intent is not None:
            read = await book.understand(Transcript(sentence, 1.0, "typed"))
            counts[intent] += 1
            paraphrases[intent] += read is None or read.name != intent or dict(read.slots) != slots
    few = {intent: paraphrases[intent] for intent, count in counts.items() if 3 * paraphrases[intent] < count}
    assert not few


def test_no_sentence_is_in_two_tables() -> None:
    twice = [sentence for sentence, count in Counter(case[1].casefold() for case in CASES).items() if count > 1]
    assert not twice


def test_every_skill_of_ours_is_found_once_it_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["assistant.skills"] == {name: f"skills.{name}" for name in NAMES}
