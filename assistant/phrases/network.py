"""The word network: everything that can be said, as a weighted finite-state graph that any recogniser can load."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hassil import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    SlotList,
    TextChunk,
    TextSlotList,
    WildcardSlotList,
)

from assistant.messages import Vocabulary
from assistant.phrases import outline, syntax, templates
from assistant.phrases.words import CONTRACTIONS, speakable

FREE_TEXT = "<text>"
"""Stands on an arc for one or more words of any kind: a slot of kind `text`."""

POLITE_BEFORE = 0.1
POLITE_AFTER = 0.05
"""How often a command is wrapped in politeness: estimates."""

OPTION_SAID = 0.5
"""How often an optional part is said: what is not known is even."""

CONTRACTED = 0.7
"""How often two words that can be contracted are: "what's" for "what is"."""

INLINE = 8
"""States with more arcs are shared through an arc without a word; smaller ones are merged into those before."""


@dataclass(frozen=True, slots=True)
class Arc:
    """One step: from `source` to `target` while saying `word`, or without a sound where it is None."""

    source: int
    target: int
    word: str | None
    weight: float = 0.0
    """Natural logarithm of its probability among the arcs that leave `source`."""


@dataclass(frozen=True, slots=True)
class Network:
    """States are 0 to `states` - 1. Every path from `start` to `final` is a sentence, and every sentence is a path.

    Without cycles. Words are lower case, a to z and apostrophes, as pronouncing dictionaries list them, except
    FREE_TEXT, where the recogniser puts a filler or a word loop of its own. The weights of a state's arcs are the
    logarithms of probabilities that add up to one. No arc leaves `final`; none leaves `start` if nothing can be said.
    """

    states: int
    start: int
    final: int
    arcs: tuple[Arc, ...]

    @property
    def words(self) -> frozenset[str]:
        """Every word that needs a pronunciation."""
        return frozenset(arc.word for arc in self.arcs if arc.word is not None) - {FREE_TEXT}


def compile_network(vocabulary: Vocabulary) -> Network:
    """Everything that the vocabulary's templates let people say, for a recogniser. Raises SkillLoadError.

    An intent's weight, relative to the others', is its prior probability. Its templates share it evenly, as the
    alternatives of a template share the template's and the values of a list the list's: a hundred names weigh as much
    together as one short command with the same weight. What cannot be pronounced (digits, other scripts) is left out;
    its spoken forms are there.
    """
    parsed = templates.parse(vocabulary)
    graph = _Graph(parsed.lists)
    after = syntax.parse(templates.AFTER)
    tail = graph.optional(after, _FINAL, POLITE_AFTER)
    ends = ((each.prior, graph.read(each.sentence.expression, tail)) for each in parsed.templates)
    said = graph.any_of(ends)
    if said is None:
        return Network(2, 0, 1, ())
    start = graph.optional(syntax.parse(templates.BEFORE), said, POLITE_BEFORE)
    return graph.network(start)


_Step = tuple[str | None, int, float]
"""A word or None, the state it leads to, its probability."""

_FINAL = 0

_PAIRS: dict[tuple[str, str], str] = {(full.split()[0], full.split()[1]): short for short, full in CONTRACTIONS.items()}


class _Graph:
    """Built from the ends of sentences to their beginnings, so that equal endings are one state.

    A state is its steps: two states with the same steps are the same state, and words that begin several phrases are
    one step as far as they agree.
    """

    def __init__(self, lists: Mapping[str, SlotList]) -> None:
        self._lists = lists
        self._steps: list[tuple[_Step, ...]] = [()]
        self._index: dict[frozenset[_Step], int] = {}
        self._read: dict[tuple[int, int], int | None] = {}

    def read(self, expression: Expression, then: int) -> int | None:
        """The state from which the expression leads to `then`; None where nothing of it can be said."""
        key = (id(expression), then)
        if key not in self._read:
            self._read[key] = self._build(expression, then)
        return self._read[key]

    def _build(self, expression: Expression, then: int) -> int | None:
        match expression:
            case TextChunk():
                return self._say(expression.text.split(), then)
            case Alternative():
                return self._choose(expression, then)
            case Permutation():
                return self._permute(tuple(expression.items), then)
            case Group():
                state: int | None = then
                for item in reversed(expression.items):
                    state = None if state is None else self.read(item, state)
                return state
            case ListReference():
                return self._list(self._lists[expression.list_name], then)
        raise TypeError(f"{expression!r} cannot be said")

    def _say(self, words: list[str], then: int) -> int | None:
        if not all(map(speakable, words)):
            return None
        for word in reversed(words):
            then = self._state([(word, then, 1.0)])
        return then

    def _choose(self, choice: Alternative, then: int) -> int | None:
        share = 1 / len(choice.items)
        shares = [share] * len(choice.items)
        if choice.is_optional:
            said = OPTION_SAID / (len(choice.items) - 1)
            shares = [said if not outline.silent(item) else 1 - OPTION_SAID for item in choice.items]
        return self.any_of((p, self.read(item, then)) for p, item in zip(shares, choice.items, strict=True))

    def _permute(self, items: tuple[Expression, ...], then: int) -> int | None:
        if not items:
            return then
        orders = []
        for place, item in enumerate(items):
            rest = self._permute(items[:place] + items[place + 1 :], then)
            orders.append((1.0, None if rest is None else self.read(item, rest)))
        return None if any(state is None for _, state in orders) else self.any_of(orders)

    def _list(self, values: SlotList, then: int) -> int | None:
        if isinstance(values, WildcardSlotList):
            return self._state([(FREE_TEXT, then, 1.0)])
        if not isinstance(values, TextSlotList):
            return None  # digits: written, not said
        spoken = []
        for value in values.values:
            assert isinstance(value.text_in, TextChunk)
            said = value.text_in.text.split()
            weight = float((value.metadata or {})["weight"])
            if weight > 0 and all(map(speakable, said)):
                spoken.append((weight, said))
        return self._trie(spoken, 0, then)

    def _trie(self, phrases: list[tuple[float, list[str]]], depth: int, then: int) -> int | None:
        """A list's phrases from their word `depth` on, words that they begin with in common said once."""
        ended = sum(weight for weight, said in phrases if len(said) == depth)
        branches: dict[str, list[tuple[float, list[str]]]] = {}
        for phrase in phrases:
            if len(phrase[1]) > depth:
                branches.setdefault(phrase[1][depth], []).append(phrase)
        options: list[tuple[float, int | None]] = [(ended, then)] if ended else []
        for word, longer in branches.items():
            rest = self._trie(longer, depth + 1, then)
            if rest is not None:
                options.append((sum(weight for weight, _ in longer), self._state([(word, rest, 1.0)])))
        return self.any_of(options)

    def optional(self, expression: Expression, then: int, said: float) -> int:
        """`then`, with the expression before it in `said` of the cases."""
        state = self.any_of([(said, self.read(expression, then)), (1 - said, then)])
        assert state is not None
        return state

    def any_of(self, options: Iterable[tuple[float, int | None]]) -> int | None:
        """The state that goes on as one of those states, with probabilities in these proportions."""
        possible = [(share, state) for share, state in options if state is not None and share > 0]
        total = sum(share for share, _ in possible)
        targets: dict[str | None, dict[int, float]] = {}
        for share, state in possible:
            steps = self._steps[state]
            if state == _FINAL or len(steps) > INLINE:
                steps = ((None, state, 1.0),)
            for word, target, probability in steps:
                into = targets.setdefault(word, {})
                into[target] = into.get(target, 0.0) + probability * share / total
        merged: list[_Step] = []
        for word, into in targets.items():
            if word is None or len(into) == 1:
                merged += [(word, target, share) for target, share in into.items()]
            else:
                both = self.any_of((share, target) for target, share in into.items())
                assert both is not None
                merged.append((word, both, sum(into.values())))
        if not merged:
            return None
        return merged[0][1] if len(merged) == 1 and merged[0][0] is None else self._state(merged)

    def _state(self, steps: list[_Step]) -> int:
        key = frozenset((word, target, round(probability, 9)) for word, target, probability in steps)
        if key not in self._index:
            self._index[key] = len(self._steps)
            self._steps.append(tuple(steps))
        return self._index[key]

    def network(self, start: int) -> Network:
        """Number the states that are reached, add contractions, and write probabilities as logarithms."""
        numbers = {start: 0}
        todo = [start]
        arcs: list[Arc] = []
        while todo:
            state = todo.pop()
            for word, target, probability in self._contract(self._steps[state]):
                if target not in numbers:
                    numbers[target] = len(numbers)
                    todo.append(target)
                arcs.append(Arc(numbers[state], numbers[target], word, math.log(probability)))
        return Network(len(numbers), 0, numbers[_FINAL], tuple(arcs))

    def _contract(self, steps: tuple[_Step, ...]) -> Iterable[_Step]:
        for word, target, probability in steps:
            left = 1.0
            for second, beyond, share in self._steps[target] if word else ():
                short = _PAIRS.get((word or "", second or ""))
                if short is not None:
                    yield short, beyond, probability * share * CONTRACTED
                    left -= share * CONTRACTED
            yield word, target, probability * left
