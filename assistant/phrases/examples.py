"""Sentences drawn from templates, for who learns by example, and which slots can be said together."""

import random
import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, time, timedelta
from functools import lru_cache
from itertools import chain, combinations, islice, zip_longest

from hassil import Alternative, Expression, Group, ListReference, Permutation, TextChunk

from assistant.messages import IntentSpec, SlotSpec
from assistant.phrases import spoken, syntax

DRAWS = 64
"""Sentences drawn from each template, of which the plainest of each set of slots is kept."""

FIRST = 3.0
"""How much more often than its neighbours the first of some alternatives is drawn: authors write the plainest first."""

MOST_SETS = 4096
"""Sets of slots that are told apart; beyond it every slot counts as optional, smaller sets first."""

SAID = {
    "integer": "five",
    "percentage": "fifty percent",
    "duration": "ten minutes",
    "time": "seven o'clock",
    "clock": "seven o'clock",
    "date": "tomorrow",
    "moment": "tomorrow at seven o'clock",
    "digits": "four eight two six",
    "number": "two and a half",
    "calculation": "two plus three",
    "goods": "milk and eggs",
    "text": "something",
}
"""A value of each kind, as it is said."""

_SLOT = re.compile(r"\{(\w+)\}")


def examples(templates: tuple[str, ...], most: int) -> tuple[str, ...]:
    """Up to `most` sentences with slots as `{name}`, plain ones first, as unlike each other as there are any.

    The same templates always give the same sentences. Raises TemplateError.
    """
    return _drawn(templates)[:most]


@lru_cache(maxsize=1024)
def _drawn(templates: tuple[str, ...]) -> tuple[str, ...]:
    shelves: dict[frozenset[str], list[str]] = {}
    for template in templates:
        expression = syntax.parse(template)
        chance = random.Random(template)
        counts = Counter(" ".join(_draw(expression, chance).split()) for _ in range(DRAWS))
        plainest: dict[frozenset[str], str] = {}
        ranks = {sentence: (_oddness(sentence), -count, len(sentence), sentence) for sentence, count in counts.items()}
        for sentence in sorted(ranks, key=ranks.__getitem__):
            plainest.setdefault(frozenset(_SLOT.findall(sentence)), sentence)
        for slots, sentence in plainest.items():
            shelves.setdefault(slots, []).append(sentence)
    return tuple(sentence for row in zip_longest(*shelves.values()) for sentence in row if sentence)


def plain_sentence(spec: IntentSpec) -> str:
    """The plainest whole sentence that means this intent, with values that exist. Raises TemplateError."""
    return with_values(spec, 1)[0]


def with_values(spec: IntentSpec, most: int) -> tuple[str, ...]:
    """As `examples`, in whole sentences with values that exist. Raises TemplateError."""
    slots = {slot.name: slot for slot in spec.slots}

    def said(match: re.Match[str]) -> str:
        return _some(slots[match[1]])

    return tuple(_SLOT.sub(said, each) for each in examples(spec.templates, most))


def sentence(spec: IntentSpec, values: Mapping[str, object]) -> str:
    """The plainest sentence that means this intent with these plain values; others that it needs are examples.

    Raises TemplateError.
    """
    slots = {slot.name: slot for slot in spec.slots}
    wanted = frozenset(values)
    drawn = examples(spec.templates, MOST_SETS)
    named = {each: frozenset(_SLOT.findall(each)) for each in drawn}
    fitting = min(drawn, key=lambda each: (len(wanted - named[each]), len(named[each] - wanted)))
    return _SLOT.sub(
        lambda match: _said(slots[match[1]], values[match[1]]) if match[1] in values else _some(slots[match[1]]),
        fitting,
    )


def _some(slot: SlotSpec) -> str:
    return plain_choice(slot) if slot.kind == "choice" or slot.choices else SAID[slot.kind]


def _said(slot: SlotSpec, value: object) -> str:
    match slot.kind, value:
        case "duration", int() | float():
            return spoken.duration(timedelta(seconds=value))
        case "time" | "clock", str():
            return spoken.clock(time.fromisoformat(value.rstrip("?")))
        case "date", str():
            return spoken.day(date.fromisoformat(value))
        case "percentage", int():
            return f"{value} percent"
    return str(value)


def plain_choice(slot: SlotSpec) -> str:
    """The first of its values as it is said; "something" if there is none."""
    if not slot.choices:
        return "something"
    return examples((slot.choices[0].spoken,), 1)[0]


@lru_cache(maxsize=1024)
def slot_sets(templates: tuple[str, ...], slots: tuple[str, ...]) -> frozenset[frozenset[str]]:
    """Which slots can be said together in one sentence: the sets that some template allows. Raises TemplateError."""
    found: set[frozenset[str]] = set()
    for template in templates:
        sets = _sets(syntax.parse(template))
        if sets is None:
            every = (combinations(slots, count) for count in range(len(slots) + 1))
            return frozenset(map(frozenset, islice(chain.from_iterable(every), MOST_SETS)))
        found |= sets
    return frozenset(found)


def _oddness(sentence: str) -> int:
    """Words too few or too many: three to eight are how people talk."""
    words = len(sentence.split())
    return max(3 - words, words - 8, 0)


def _draw(expression: Expression, chance: random.Random) -> str:
    match expression:
        case TextChunk():
            return expression.text
        case ListReference():
            return f"{{{expression.slot_name}}} "
        case Alternative():
            weights = [FIRST] + [1.0] * (len(expression.items) - 1)
            return _draw(chance.choices(expression.items, weights)[0], chance)
        case Permutation():
            return "".join(_draw(item, chance) for item in chance.sample(expression.items, len(expression.items)))
        case Group():
            return "".join(_draw(item, chance) for item in expression.items)
    return ""


def _sets(expression: Expression) -> set[frozenset[str]] | None:
    """The sets of slots in its sentences; None where they are too many to tell."""
    match expression:
        case ListReference():
            return {frozenset({expression.slot_name})}
        case Alternative():
            found: set[frozenset[str]] = set()
            for item in expression.items:
                sets = _sets(item)
                if sets is None:
                    return None
                found |= sets
            return found
        case Group():
            joined: set[frozenset[str]] = {frozenset()}
            for item in expression.items:
                sets = _sets(item)
                if sets is None or len(joined) * len(sets) > MOST_SETS:
                    return None
                joined = {left | right for left in joined for right in sets}
            return joined
    return {frozenset()}
