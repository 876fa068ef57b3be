"""The coffee skill says exactly what the benchmark's expressions say: all 1,440 shapes of them, and their values."""

from itertools import permutations, product

import pytest
from hassil import TextSlotList, parse_sentence, sample_expression

from assistant import testing
from assistant.messages import Choice
from assistant.registry import discover
from assistant.skill import Skill
from tests.skills.shipped import ROOT

OPENINGS = ["brew", "can i get", "can i have", "i want", "get me", "give me", "i'd like", "make me", "may i have"]
ORDERED = ("size", "roast", "numberofshots")
EXTRAS = ("", "with milk", "with sugar", "with milk and sugar", "with sugar and milk")


@pytest.fixture(scope="module")
def skill() -> Skill:
    (coffee,) = [plugin.skill for plugin in discover([ROOT / "benchmarks" / "coffee"]) if plugin.name == "coffee"]
    assert coffee is not None
    return coffee


def expected() -> set[str]:
    """Any of the three descriptions in any order, then the drink, then any of the extras."""
    described = {" ".join(order) for count in range(4) for order in permutations(ORDERED, count)}
    return {
        " ".join(" ".join([opening, article, before, "drink", after]).split())
        for opening, article, before, after in product(OPENINGS, ("a", "an"), described, EXTRAS)
    }


def test_the_sentences_are_those_of_the_benchmark(skill: Skill) -> None:
    names = {"coffeeDrink": "drink", "milkAmount": "milk", "sugarAmount": "sugar"}
    (handler,) = skill.handlers
    lists = {slot.name: TextSlotList.from_strings([names.get(slot.name, slot.name)]) for slot in handler.slots}
    (template,) = handler.templates
    sampled = {
        " ".join(text.casefold().split())
        for text in sample_expression(parse_sentence(template).expression, dict(lists))
    }
    assert len(expected()) == 1440
    assert sampled == expected()


def test_the_values_are_as_many_as_the_benchmark_has(skill: Skill) -> None:
    (handler,) = skill.handlers
    choices = {slot.name: slot.spec(testing.house({})).choices for slot in handler.slots}
    counts = {name: len(values) for name, values in choices.items()}
    assert counts == {
        "coffeeDrink": 10,
        "size": 7,
        "roast": 3,
        "numberOfShots": 3,
        "milkAmount": 36,
        "sugarAmount": 18,
    }
    assert Choice("a bit of sweetener", "a bit of sweetener") in choices["sugarAmount"]


@pytest.mark.parametrize(
    ("sentence", "slots"),
    [
        (
            "can I have a light roast triple shot eight ounce iced coffee with a bit of sweetener and soy milk",
            {
                "coffeeDrink": "iced coffee",
                "numberOfShots": "triple shot",
                "roast": "light roast",
                "size": "eight ounce",
                "milkAmount": "soy milk",
                "sugarAmount": "a bit of sweetener",
            },
        ),
        ("I'd like an espresso", {"coffeeDrink": "espresso"}),
    ],
)
async def test_orders(skill: Skill, sentence: str, slots: dict[str, str]) -> None:
    assistant = await testing.assistant(skill)
    turn, response = await assistant.ask(sentence)
    assert (turn.intent, dict(turn.slots)) == ("coffee.orderDrink", slots)
    assert response.text.startswith("One ")
