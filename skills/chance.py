"""Chance: "roll two dice", "flip a coin", "pick a number between one and ten"."""

import random
from typing import Annotated

from assistant.skill import Between, Context, Skill

skill = Skill("chance")

A_FEW = Annotated[int, Between(1, 20)]
End = Annotated[int, Between(0, 1000)]
SIDES = Annotated[int, Between(2, 100)]
ROLL = "(roll|throw|cast|toss)"
TELL = "[and (tell|show) me (the result|the number|what (it is|it says|it lands on|you get|comes up|number it is))]"


@skill.question(
    "roll a dice",
    f"{ROLL} (a|the|one|me a) (die|dice)",
    f"{ROLL} {{count}} dice",
    f"{ROLL} (a|an|the) {{sides}} sided (die|dice)",
    f"{ROLL} {{count}} {{sides}} sided dice",
    "(what do the dice say|let the dice decide|(can you|let us) roll (a|the) dice)",
    weight=0.7,
    written=(
        f"{ROLL} [me] (a|an|the|that|this|one|your) [{{sides}} sided] (die|dice) {TELL}",
        f"{ROLL} [me] (a|the|that|this|one|{{count}}) (die|dice) [(with|that has|having) {{sides}} sides] {TELL}",
        "(give|do|make|complete) (a|the) {sides} sided (die|dice) [a] roll",
        f"(I need|give me|do|make) a roll (of|on|with) (a|the) [{{sides}} sided] (die|dice) {TELL}",
    ),
)
async def dice(ctx: Context, count: A_FEW = 1, sides: SIDES = 6) -> str:
    """Roll dice."""
    rolled = [random.randint(1, sides) for _ in range(count)]
    if count == 1:
        return f"You rolled {_article(rolled[0])} {rolled[0]}."
    return f"You rolled {ctx.spoken([str(each) for each in rolled])}: {sum(rolled)} in all."


@skill.question(
    "flip a coin",
    "(flip|toss|throw) (a|the|me a) coin",
    "(heads or tails|head or tail|let a coin decide|coin (flip|toss))",
    weight=0.7,
    written=(
        f"(flip|toss|throw) [me] [a|the|this|that|your|any] [normal|fair] coin [over|in the air] {TELL}",
        "(flip|toss|throw) (a|the) coin [and|because] I (pick|choose|call|say|take|bet on) (heads|tails)",
        "(do|make) a coin (flip|toss)",
    ),
)
def coin() -> str:
    """Flip a coin."""
    return random.choice(("Heads.", "Tails."))


@skill.question(
    "pick a number between {low} and {high}",
    "(pick|choose|give me|tell me|think of|say) a [random] number (between|from) {low} (and|to) {high}",
    "(pick|choose|give me|tell me|think of|say) a [random] number [up to|below|under] [{high}]",
    "([a] random number|any number) [(between|from) {low} (and|to) {high}]",
    weight=0.7,
)
async def number(ctx: Context, low: End = 1, high: End = 100) -> str:
    """Pick a random number."""
    first, last = sorted((low, high))
    return f"{random.randint(first, last)}."


def _article(number: int) -> str:
    return "an" if str(number).startswith("8") or number in (11, 18) else "a"
