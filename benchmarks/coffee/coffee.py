"""Coffee orders: the closed set of phrases of Picovoice's speech-to-intent benchmark, written as a skill.

Names and values are those of its `coffee_maker.yaml`, so that its recordings can be scored against this skill.
"""

from typing import Annotated, Literal

from assistant.skill import OneOf, Skill

skill = Skill("coffee")

AMOUNTS = ("", "a little bit of ", "a bit of ", "some ", "a lot of ", "lots of ")


def _amounts(*things: str) -> OneOf:
    return OneOf(*(amount + thing for thing in things for amount in AMOUNTS))


Size = Literal["small", "medium", "large", "eight ounce", "twelve ounce", "sixteen ounce", "twenty ounce"]
Roast = Literal["light roast", "medium roast", "dark roast"]
Shots = Literal["single shot", "double shot", "triple shot"]
Drink = Literal[
    "americano",
    "cappuccino",
    "espresso",
    "iced mocha",
    "latte",
    "mocha",
    "coffee",
    "drip coffee",
    "house coffee",
    "iced coffee",
]
Milk = Annotated[str, _amounts("milk", "skim milk", "whole milk", "soy milk", "almond milk", "cream")]
Sugar = Annotated[str, _amounts("sugar", "brown sugar", "sweetener")]


@skill.intent(
    "(brew|can I get|can I have|I want|get me|give me|I'd like|make me|may I have) (a|an) "
    "([{size}];[{roast}];[{numberOfShots}]) {coffeeDrink} "
    "[with ({milkAmount} [and {sugarAmount}]|{sugarAmount} [and {milkAmount}])]"
)
def orderDrink(
    coffeeDrink: Drink,
    size: Size | None = None,
    roast: Roast | None = None,
    numberOfShots: Shots | None = None,
    milkAmount: Milk | None = None,
    sugarAmount: Sugar | None = None,
) -> str:
    """Order a coffee drink."""
    drink = " ".join(part for part in (size, roast, numberOfShots, coffeeDrink) if part)
    extras = " and ".join(part for part in (milkAmount, sugarAmount) if part)
    return f"One {drink} with {extras}." if extras else f"One {drink}."
