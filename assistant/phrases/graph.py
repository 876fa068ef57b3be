"""Building a graph of weighted words from parsed templates."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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

from assistant.phrases import outline
from assistant.phrases.lists import AnyWords
from assistant.phrases.words import speakable

FREE_TEXT = "<text>"
"""Stands for one or more words of any kind: a slot of kind `text`."""

OPTION_SAID = 0.5
"""How often an optional part is said: what is not known is even."""

LISTED = 0.7
"""How often free text is what is listed as said most often: an estimate."""

INLINE = 8
"""States with more arcs are shared through an arc without a word; smaller ones are merged into those before."""


Step = tuple[str | None, int, float]
"""A word or None, the state it leads to, its probability."""

FINAL = 0
"""The state in which every sentence ends."""

COMPLETE = 1
"""The state in which a command ends that another may follow: FINAL is reached from it without a word."""

_Phrase = tuple[float, list[str]]
"""Weight and words."""


@dataclass(frozen=True, slots=True, eq=False)
class _Trie:
    """What a list's phrases go on with after the same words."""

    ended: float
    """Probability that nothing more is said."""
    branches: tuple[tuple[str, float, "_Trie"], ...]
    """A next word, its probability, and what follows."""


class Graph:
    """Built from the ends of sentences to their beginnings, so that equal endings are one state.

    A state is its steps: two states with the same steps are the same state, and words that begin several phrases are
    one step as far as they agree.
    """

    def __init__(self, lists: Mapping[str, SlotList]) -> None:
        self.lists = dict(lists)
        self.steps: list[tuple[Step, ...]] = [(), ((None, FINAL, 1.0),)]
        """Those that leave each state, by its number. FINAL has none."""
        self._index: dict[frozenset[Step], int] = {}
        self._read: dict[tuple[int, int], int | None] = {}
        self._tries: dict[str, _Trie] = {}
        self.enumerated: dict[tuple[str, int], int] = {}
        """States that take the place of others behind a list, by its name and theirs: more of the kind may be named."""
        self._shared: dict[tuple[float, tuple[tuple[str, float, int], ...]], _Trie] = {}

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
                name = expression.list_name
                return self._list(self.lists[name], self.enumerated.get((name, then), then))
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
            said = None
            if isinstance(values, AnyWords) and values.said is not None:
                said = self.read(values.said, then)
                if not values.is_text:
                    return said
            free = self._state([(FREE_TEXT, then, 1.0)])
            return free if said is None else self.any_of([(1 - LISTED, free), (LISTED, said)])
        if not isinstance(values, TextSlotList):
            return None  # digits: written, not said
        name = values.name or ""
        if name not in self._tries:
            self._tries[name] = self._trie(list(_spoken(values)), 0)
        return self._follow(self._tries[name], then)

    def _trie(self, phrases: list[_Phrase], depth: int) -> "_Trie":
        """Phrases from their word `depth` on: what they begin with in common is said once, equal ends are one."""
        ended = sum(weight for weight, words in phrases if len(words) == depth)
        longer: dict[str, list[_Phrase]] = {}
        for weight, words in phrases:
            if len(words) > depth:
                longer.setdefault(words[depth], []).append((weight, words))
        total = sum(weight for weight, _ in phrases)
        branches = tuple(
            (word, sum(weight for weight, _ in rest) / total, self._trie(rest, depth + 1))
            for word, rest in longer.items()
        )
        key = (
            ended / total if total else 0.0,
            tuple((word, round(share, 9), id(rest)) for word, share, rest in branches),
        )
        return self._shared.setdefault(key, _Trie(key[0], branches))

    def _follow(self, trie: "_Trie", then: int) -> int | None:
        key = (id(trie), then)
        if key not in self._read:
            rest = [(word, share, self._follow(longer, then)) for word, share, longer in trie.branches]
            steps = [(word, target, share / (1 - trie.ended)) for word, share, target in rest if target is not None]
            longer = self._state(steps) if steps else None
            self._read[key] = self.any_of([(trie.ended, then), (1 - trie.ended, longer)])
        return self._read[key]

    def optional(self, expression: Expression, then: int, said: float) -> int:
        """`then`, with the expression before it in `said` of the cases."""
        state = self.any_of([(said, self.read(expression, then)), (1 - said, then)])
        assert state is not None
        return state

    def reworded(self, state: int, form: Callable[[str], str | None]) -> int | None:
        """The state that goes on as that one, but with its first word in another form; None where none has any."""
        options = []
        for word, target, share in self.steps[state]:
            if word is None:
                options.append((share, self.reworded(target, form)))
            elif other := form(word):
                options.append((share, self._state([(other, target, 1.0)])))
        return self.any_of(options)

    def any_of(self, options: Iterable[tuple[float, int | None]]) -> int | None:
        """The state that goes on as one of those states, with probabilities in these proportions."""
        possible = [(share, state) for share, state in options if state is not None and share > 0]
        if len(possible) <= 1:
            return possible[0][1] if possible else None
        total = sum(share for share, _ in possible)
        merged: dict[str | None, list[tuple[int, float]]] = {}
        for share, state in possible:
            part = share / total
            steps = self.steps[state]
            if state in (FINAL, COMPLETE) or len(steps) > INLINE:
                steps = ((None, state, 1.0),)
            for word, target, probability in steps:
                if word in merged:
                    merged[word].append((target, probability * part))
                else:
                    merged[word] = [(target, probability * part)]
        merged_steps: list[Step] = []
        for word, into in merged.items():
            if len(into) == 1:
                merged_steps.append((word, *into[0]))
                continue
            shares: dict[int, float] = {}
            for target, probability in into:
                shares[target] = shares.get(target, 0.0) + probability
            if word is None or len(shares) == 1:
                merged_steps += [(word, target, probability) for target, probability in shares.items()]
            else:
                both = self.any_of((probability, target) for target, probability in shares.items())
                assert both is not None
                merged_steps.append((word, both, sum(shares.values())))
        silent = len(merged_steps) == 1 and merged_steps[0][0] is None
        return merged_steps[0][1] if silent else self._state(merged_steps)

    def _state(self, steps: Sequence[Step]) -> int:
        """The state with these steps, whose words differ where they are words."""
        key = frozenset([(word, target, (share * _FINE + 0.5) // 1) for word, target, share in steps])
        state = self._index.get(key)
        if state is None:
            state = self._index[key] = len(self.steps)
            self.steps.append(tuple(steps))
        return state


_FINE = 1e9
"""Probabilities that differ by less than one in so many are taken for the same."""


def _spoken(values: TextSlotList) -> Iterator[_Phrase]:
    for value in values.values:
        assert isinstance(value.text_in, TextChunk)
        words = value.text_in.text.split()
        weight = float((value.metadata or {})["weight"])
        if weight > 0 and all(map(speakable, words)):
            yield weight, words
