"""Calculator: "what is fifteen percent of eighty", "twelve times twelve", "divide a hundred by seven"."""

from fractions import Fraction

from assistant.skill import Calculation, Context, Skill

skill = Skill("calculator")

PLACES = 4
"""Decimals that are said."""


@skill.question(
    "what is {sum}",
    "(calculate|compute|work out|figure out|solve|how much is|how much makes|what does|what do) {sum}",
    "{sum}",
    weight=2,
    written=(
        "(what is|tell me|give me|find) the (answer|result|total|solution) (to|of|for|from) {sum}",
        "how much (is|are) {sum} [together|in total|altogether]",
        "(how much|what) {sum} (is|makes|equals|comes to)",
        "{sum} (is|makes|equals|comes to) (what|how much)",
        "what do (you|I|we) get (for|from|if you take) {sum}",
    ),
)
async def calculate(ctx: Context, sum: Calculation) -> str:
    """Work out a sum."""
    rounded = round(sum.value, PLACES)
    about = "" if rounded == sum.value else "about " if rounded else "almost "
    return f"{sum.text[:1].upper()}{sum.text[1:]} is {about}{_said(rounded)}."


def _said(rounded: Fraction) -> str:
    if rounded.denominator == 1:
        return str(rounded.numerator)
    return f"{float(rounded):.{PLACES}f}".rstrip("0")
