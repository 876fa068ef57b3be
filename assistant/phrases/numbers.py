"""Whole numbers as people say them. The rules are Unicode's, by unicode-rbnf."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine


@cache
def cardinal(number: int) -> tuple[str, ...]:
    """Every way to say a number, the plainest first: "one hundred five", "one hundred and five", "a hundred ..."."""
    if number < 0:
        return tuple(f"minus {words}" for words in cardinal(-number))
    forms = [_spell(number, "spellout-cardinal"), _spell(number, "spellout-cardinal-verbose")]
    forms += [f"a {words[4:]}" for words in forms if words.startswith(("one hundred", "one thousand"))]
    return tuple(dict.fromkeys(forms))


@cache
def ordinal(number: int) -> str:
    """Such as "twenty first"."""
    return _spell(number, "spellout-ordinal")


def _spell(number: int, rules: str) -> str:
    words: str = _engine().format_number(number, ruleset_names=[rules]).text
    return words.replace("-", " ").replace(",", "")


@cache
def _engine() -> "RbnfEngine":
    from unicode_rbnf import RbnfEngine

    return RbnfEngine.for_language("en")
