"""Sentence templates without what cannot be said in a house: slots for which there is not a single value."""

import re
from collections.abc import Iterator, Set

_TOKEN = re.compile(r"\{[^{}]*\}|[()\[\]|]|[^{}()\[\]|]+")
_CLOSING = {"(": ")", "[": "]"}


def slot_names(template: str) -> list[str]:
    """The slots a template mentions, in order: `{level}` and `{0..100:level}` both mention `level`."""
    return [name.rpartition(":")[2] for name in re.findall(r"\{([^{}]+)\}", template)]


def prune(template: str, empty: Set[str]) -> str | None:
    """The template without the alternatives that need one of these slots; None where nothing is left to say."""
    if empty.isdisjoint(slot_names(template)):
        return template
    left = _alternatives(iter(_TOKEN.findall(template)), empty)
    return "|".join(left) if any(map(str.strip, left)) else None


def _alternatives(tokens: Iterator[str], empty: Set[str]) -> list[str]:
    """What can still be said of the alternatives up to the bracket that ends them."""
    kept: list[str] = []
    said, possible = "", True
    for token in tokens:
        if token in _CLOSING:
            inner = _group(token, _alternatives(tokens, empty))
            possible = possible and inner is not None
            said += inner or ""
        elif token in ("|", ")", "]"):
            kept += [_without_gaps(said)] * possible
            said, possible = "", True
            if token != "|":
                return kept
        elif token[0] == "{" and not empty.isdisjoint(slot_names(token)):
            possible = False
        else:
            said += token
    return kept + [_without_gaps(said)] * possible


def _without_gaps(permutation: str) -> str:
    return ";".join(item for item in permutation.split(";") if item.strip()) if ";" in permutation else permutation


def _group(opening: str, alternatives: list[str]) -> str | None:
    """The bracket with what is left in it: nothing where that is silence, None where something must be said."""
    words = [each for each in alternatives if each.strip()]
    if not words:
        return "" if alternatives or opening == "[" else None
    bracket = opening if len(words) == len(alternatives) else "["
    return f"{bracket}{'|'.join(words)}{_CLOSING[bracket]}"
