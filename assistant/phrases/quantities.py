"""How numbers that are not counted are said, and sums: read as any words, and told apart by what they come to."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from functools import cache

from hassil import SlotList

from assistant.phrases import arithmetic, syntax
from assistant.phrases.lists import AnyWords, Kind, Part, Said, spoken
from assistant.phrases.lists import number as counted

_N = "{amount}"
_AMOUNT = f"({_N} [and {{amount half}}|point {{amount tenth}}]|{{amount part}})"
_ONE = f"({_AMOUNT}|{{amount article}})"
_DECIMAL = f"({_N} [point {{amount tenth}}])"
_THEN = f"(plus|minus|times|multiplied by|divided by) {_DECIMAL}"
_DONE = (
    f"(divide|multiply) {_N} by {_N}|(subtract|take) {_N} from {_N}|add {_N} (and|to) {_N}"
    f"|the (sum|product) of {_N} and {_N}|the difference between {_N} and {_N}"
)
_SUM = (
    f"({_DONE}|{_DECIMAL} {_THEN} [{_THEN}]|{_N} percent (of|off) {_N}|({{amount part}}|{{amount share}}) of {_N}"
    f"|[the] square root of {_N}|{_N} (squared|cubed))"
)


def _lists() -> dict[str, SlotList]:
    """What can be said to a recognizer that knows only listed words; all other numbers can be typed."""
    amounts = [counted(n) for n in (*range(101), *range(120, 1000, 10))]
    amounts += [Said(n, ("a thousand", "one thousand") if n == 1000 else counted(n).words) for n in (1000, 2000, 5000)]
    amounts += [
        Said(-n, tuple(f"minus {words}" for words in counted(n).words), 0.1)
        for n in (*range(1, 11), 15, 20, 25, 30, 40)
    ]
    part = [Said("half", ("half", "a half", "half a")), Said("a quarter", ("a quarter",))]
    shares = ("a third", "two thirds", "three quarters", "a fifth", "a tenth")
    lists = (
        spoken("amount", amounts),
        spoken("amount half", [Said("half", ("a half",))]),
        spoken("amount tenth", [counted(n, 1.0) for n in range(10)]),
        spoken("amount part", part),
        spoken("amount share", [Said(share, (share,)) for share in shares]),
        spoken("amount article", [Said(1, ("a", "an"))]),
    )
    return {each.name or "": each for each in lists}


@cache
def number() -> Kind:
    """A float: "five", "two and a half", "half a", "-3.75", "a million"."""

    def compose(parts: Sequence[Part], _: date) -> float | None:
        words = str(parts[0][1])
        for article in (" a", " an"):  # "half a cup": the article is the unit's
            words = words.removesuffix(article)
        said = Fraction(1) if words in ("a", "an") else arithmetic.number(words)
        return None if said is None or abs(said) > arithmetic.LARGEST else float(said)

    decimal = AnyWords("decimal", said=syntax.parse(_ONE), is_text=False)
    return Kind("{decimal}", {**_lists(), "decimal": decimal}, compose)


@cache
def calculation() -> Kind:
    """A sum as it is written down."""

    def compose(parts: Sequence[Part], _: date) -> str | None:
        return arithmetic.calculation(str(parts[0][1]))

    total = AnyWords("calculation", said=syntax.parse(_SUM), is_text=False)
    return Kind("{calculation}", {**_lists(), "calculation": total}, compose)
