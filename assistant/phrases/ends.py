"""What the sentences of a template can begin and end with: a cheap reason not to match most of them."""

from collections.abc import Iterable, Mapping

from hassil import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RangeSlotList,
    SlotList,
    TextChunk,
    TextSlotList,
)

from assistant.phrases import outline

Words = frozenset[str] | None
"""Words, with DIGITS for any number; None where any word can stand."""

DIGITS = "0"


def possible(words: Words, word: str) -> bool:
    """Whether the word is one of them."""
    return words is None or word in words or (DIGITS in words and word.lstrip("-").isdecimal())


class Ends:
    """Tells what trees over these lists begin and end with. A list is looked through once."""

    def __init__(self, lists: Mapping[str, SlotList]) -> None:
        self._lists = lists
        self._known: dict[tuple[str, int], Words] = {}
        self._same: dict[Words, Words] = {}

    def words(self, expression: Expression, end: int) -> Words:
        """The words that can stand at an end of what a tidy tree matches: `end` is 0 for the first, -1 for the last."""
        found = self._words(expression, end)
        return self._same.setdefault(found, found)  # many templates begin and end alike

    def _words(self, expression: Expression, end: int) -> Words:
        match expression:
            case TextChunk():
                return frozenset(expression.text.split()[:1] if end == 0 else expression.text.split()[-1:])
            case ListReference():
                key = (expression.list_name, end)
                if key not in self._known:
                    self._known[key] = self._of_list(self._lists[expression.list_name], end)
                return self._known[key]
            case Alternative() | Permutation():
                return _any_of(self._words(item, end) for item in expression.items)
            case Group():
                items = expression.items if end == 0 else expression.items[::-1]
                needed = next((place for place, item in enumerate(items) if not outline.silent(item)), len(items))
                return _any_of(self._words(item, end) for item in items[: needed + 1])
        return None

    def _of_list(self, values: SlotList, end: int) -> Words:
        if isinstance(values, RangeSlotList):
            return frozenset({DIGITS})
        if not isinstance(values, TextSlotList):
            return None
        return _any_of(self._words(value.text_in, end) for value in values.values)


def _any_of(several: Iterable[Words]) -> Words:
    found: set[str] = set()
    for words in several:
        if words is None:
            return None
        found |= words
    return frozenset(found)
