"""What stands on which page of the language model's instructions, and which page somebody's words are of."""

from collections.abc import Sequence
from itertools import chain

import pytest
import yaml

from assistant.messages import Choice, IntentSpec, SlotSpec, Vocabulary
from assistant.phrases.words import spelled
from assistant.prompt.instructions import MOST_SHOWN, prompts, taught
from assistant.prompt.pages import Index, paged
from tests.skills import shipped


def lines(intents: Sequence[IntentSpec]) -> int:
    """A line for each intent, and two of every page."""
    return 2 + len(intents)


def spec(name: str, *templates: str, weight: float = 1.0, slots: tuple[SlotSpec, ...] = ()) -> IntentSpec:
    return IntentSpec(name, templates or (name.replace(".", " "),), slots, weight=weight)


LIGHTS = (spec("light.on", "turn on the light", weight=9), spec("light.off", "turn off the light", weight=9))
DICE = (
    spec("dice.roll", "roll the dice"),
    spec("dice.many", "roll two dice"),
    spec("dice.best", "which of the dice is best"),
)
SPELL = (spec("spell.word", "spell {word}", weight=2, slots=(SlotSpec("word", "text"),)),)


def names(pages: Sequence[Vocabulary]) -> list[list[str]]:
    return [[each.name for each in page.intents] for page in pages]


def test_what_fits_is_one_page_in_its_own_order() -> None:
    assert names(paged((*DICE, *LIGHTS), lines, 7)) == [[each.name for each in (*DICE, *LIGHTS)]]


def test_skills_stay_together_and_what_is_said_most_comes_first() -> None:
    pages = paged((*DICE, *LIGHTS, *SPELL), lines, 5)
    assert names(pages) == [["light.on", "light.off", "spell.word"], ["dice.roll", "dice.many", "dice.best"]]


def test_a_skill_with_too_much_has_a_page_of_its_own() -> None:
    assert names(paged((*DICE, *LIGHTS), lines, 4)) == [["light.on", "light.off"], [each.name for each in DICE]]


@pytest.mark.parametrize(
    ("said", "page"),
    [
        ("would you roll a pair of dice for me", 1),
        ("how is rhythm spelled, spell it", 0),
        ("make it light", 0),
        ("nothing that anybody knows", 0),
        ("", 0),
    ],
)
def test_words_tell_the_page(said: str, page: int) -> None:
    index = Index(paged((*DICE, *LIGHTS, *SPELL), lines, 5))
    assert index.page(said.split(), (0, 1)) == page
    assert index.page(said.split(), (0,)) == 0


def test_the_values_of_a_slot_tell_the_page_too() -> None:
    city = SlotSpec("city", "choice", choices=(Choice("Paris", "paris"), Choice("New York", "new york")))
    index = Index([Vocabulary(LIGHTS), Vocabulary((spec("places.time", "what time is it in {city}", slots=(city,)),))])
    assert index.page(["late", "in", "paris"], (0, 1)) == 1


def test_long_lists_are_shown_in_part_but_the_names_of_the_house_in_full() -> None:
    values = tuple(Choice(f"thing{number}", f"thing{number}") for number in range(MOST_SHOWN + 5))
    for names, last in ((None, False), ("devices", True)):
        slot = SlotSpec("it", "choice", choices=values, names=names)  # type: ignore[arg-type]
        vocabulary = Vocabulary((spec("a.find", "find {it}", slots=(slot,)),))
        for prompt in prompts(vocabulary):
            assert "thing3" in prompt
            assert (f"thing{MOST_SHOWN + 4}" in prompt) == last


def test_of_all_that_a_house_can_do_the_page_of_a_sentence_is_found() -> None:
    vocabulary = shipped.vocabulary()
    pages = paged(vocabulary.intents, lambda intents: len(taught(Vocabulary(tuple(intents)))) // 3, 1856)
    assert sorted(chain(*names(pages))) == sorted(each.name for each in vocabulary.intents)
    where = {name: number for number, page in enumerate(names(pages)) for name in page}
    index = Index(pages)
    asked = right = 0
    for name in shipped.NAMES:
        table = yaml.safe_load((shipped.ROOT / "tests" / "utterances" / f"{name}.yaml").read_text())
        for intent, sentences in table.items():
            for each in sentences if intent in where else ():
                said = next(iter(each)) if isinstance(each, dict) else each
                asked += 1
                right += index.page(spelled(said).split(), range(len(pages))) == where[intent]
    assert len(pages) > 3
    assert asked > 1000
    assert right / asked > 0.75
