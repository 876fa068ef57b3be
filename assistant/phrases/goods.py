"""Goods of a household, told apart where nobody says commas: "oat milk paper towels and a dozen eggs"."""

import re
from functools import cache

from assistant.phrases.words import spelled

GOODS = ("food", "goods")
"""The lists of words that have their names."""

_JOINT = re.compile(r"\s*(?:[,;]|\band\b|\bplus\b|\bas well as\b)\s*", re.IGNORECASE)
_COMMA = re.compile(r"[,;]")
_COUNT = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half a|half)"
_MEASURE = (
    r"(?:(?:bottle|pack|package|packet|bag|box|can|tin|carton|jar|kilo|pound|liter|litre|gallon|roll|loaf|bunch|piece|slice"
    r"|pair|bar|tube|cup|gram|ounce|crate|case)(?:s|es)?|loaves)"
)
_AMOUNT = re.compile(
    rf"(?:(?:some|any|more|another|the|a|an|{_COUNT}) )?(?:(?:couple of|dozen) )?(?:more )?(?:{_MEASURE} of )?"
)
"""What may stand before the name of a good."""


def parted(text: str) -> list[str]:
    """The things of an enumeration: at commas and "and"; where nothing but "and" is written, also between goods.

    English joins what a thing is made of to its name: "chicken salad" is one. So of words with neither comma nor "and"
    only those are parted of which the first cannot belong to the second: "paper towels milk", "orange juice eggs".
    """
    several = bool(_JOINT.search(text))
    found: list[str] = []
    for part in _JOINT.split(text.strip()):
        things = [] if _COMMA.search(text) else _things(part)
        whole = several or all(" " in each or each.endswith("s") for each in things[:-1])
        found += things if things and whole else [part] if part else []
    return found


def goods(text: str) -> list[str]:
    """The things of an enumeration, where all of them are goods; else none."""
    parts = [_things(part) for part in _JOINT.split(text.strip())]
    return parted(text) if all(parts) else []


def _things(part: str) -> list[str]:
    """As few goods as have all of these words, each with its amount; none where there is a word that is of none."""
    words = spelled(part).split()
    best: list[list[str] | None] = [[], *([None] * len(words))]
    for end in range(1, len(words) + 1):
        for start in range(end):
            before = best[start]
            if before is None or not _is_good(words[start:end]):
                continue
            if (known := best[end]) is None or len(before) + 1 < len(known):
                best[end] = [*before, " ".join(words[start:end])]
    return best[-1] or []


def _is_good(words: list[str]) -> bool:
    said = f"{' '.join(words)} "
    name = said[amount.end() :] if (amount := _AMOUNT.match(said)) else said
    return said.strip() in _known() or name.strip() in _known()


@cache
def _known() -> frozenset[str]:
    from assistant.phrases.wordlists import wordlists  # with hassil and yaml, which no skill shall load

    lists = wordlists()
    return frozenset(phrase for name in GOODS for said in lists[name] for phrase in said.words)
