"""Goods told apart where nobody says commas."""

import pytest

from assistant.phrases.goods import goods, parted


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("oat milk paper towels and eggs", ["oat milk", "paper towels", "eggs"]),
        ("milk, eggs and bread", ["milk", "eggs", "bread"]),
        ("milk bread and butter", ["milk", "bread", "butter"]),
        ("two liters of milk a dozen eggs and some flour", ["two liters of milk", "a dozen eggs", "some flour"]),
        ("paper towels milk", ["paper towels", "milk"]),
        ("chicken salad", ["chicken salad"]),
        ("chicken bread", ["chicken bread"]),
        ("fish bread, eggs", ["fish bread", "eggs"]),
        ("chocolate cake and milk", ["chocolate cake", "milk"]),
        ("salt and pepper", ["salt", "pepper"]),
        ("flour as well as sugar; oil", ["flour", "sugar", "oil"]),
    ],
)
def test_goods_are_told_apart(text: str, things: list[str]) -> None:
    assert parted(text) == goods(text) == things


@pytest.mark.parametrize("text", ["call the plumber and milk", "ten minutes", "the", "a dozen", "milk and", ""])
def test_what_is_no_good_is_none(text: str) -> None:
    assert goods(text) == []


def test_other_things_stay_as_they_are() -> None:
    assert parted("call the plumber and milk eggs") == ["call the plumber", "milk", "eggs"]
    assert parted("fix the gate, paint the shed") == ["fix the gate", "paint the shed"]
