"""The phone graph: a word network spelled out in phones, as flat arrays that a decoder can search."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assistant.phrases.network import ANY_PHONE, Network
from assistant.phrases.pronunciation import PHONES

SILENT = 0
"""The label of an arc that takes no time, and the output of one that begins nothing."""

BLANK = 1
"""The label of the blank, which the acoustic model gives between phones; phone i of PHONES has the label i + 2."""

ENDS = 0.8
"""The probability, by the network alone, from which a sentence is expected to be over: an estimate."""

Phones = tuple[int, ...]
"""The labels of a pronunciation."""

Numbers = NDArray[np.int64]

_Arcs = tuple[Numbers, NDArray[np.void]]
"""Where arcs leave, and the arcs."""

ARC = np.dtype([("label", "<i4"), ("output", "<i4"), ("cost", "<f4"), ("target", "<i4")])


@dataclass(frozen=True, slots=True)
class Entry:
    """What an output stands for: a word as it is pronounced there, or a filler phone that belongs to no word."""

    word: str | None
    phones: Phones
    ends: bool = False
    """Whether nothing more is to be expected after it."""


@dataclass(frozen=True, slots=True)
class PhoneGraph:
    """Every path from `start` to `final` is a sentence of the network, with any phones before and after it.

    A path takes one arc with a label, BLANK or above, in each frame, and any number of SILENT ones between frames.
    """

    start: int
    final: int
    first: NDArray[np.int64]
    """Where each state's arcs begin; one more for their end."""
    arcs: NDArray[np.void]
    """Of type ARC, by the state they leave. Costs are in nats, and the lower, the more likely."""
    entries: tuple[Entry, ...]
    """By output. The first, of SILENT, is nothing."""

    @property
    def states(self) -> int:
        """How many."""
        return len(self.first) - 1


def spell(network: Network, pronunciations: Mapping[str, Iterable[str]], weight: float, filler: float) -> PhoneGraph:
    """Spell out a network all of whose words have pronunciations in ARPAbet. Raises KeyError for one that has none.

    `weight` is how much the network's probabilities count beside sound. Before and after the sentence any phones may be
    heard, at a price of `filler` nats each: what is left of a wake word, a voice in the background.

    A phone is a state that lasts as long as its own label or blanks are heard; one blank between two equal phones is
    not asked for, as people do not make it ("eight ten"). Words that end alike and lead to the same place share states,
    so a word is told from another by the arc that begins it.
    """
    before, after, outer = network.states, network.states + 1, network.states + 2
    lexicon = _Lexicon()
    spoken, silent = (network.arcs[network.arcs["word"] != 0], network.arcs[network.arcs["word"] == 0])
    # A word has outputs of its own where nothing more is to be expected after it.
    words = 2 * spoken["word"] + (network.over() >= ENDS)[spoken["target"]]
    many, firsts = np.zeros((2, 2 * len(network.symbols)), np.int64)
    for number in _once(words).tolist():
        word = network.symbols[number // 2]
        assert word is not None
        firsts[number] = len(lexicon.entries)
        ways = dict.fromkeys(map(_labels, pronunciations[word]))
        many[number] = lexicon.add(None if word == ANY_PHONE else word, ways, ends=number % 2 == 1)
    fillers = np.arange(len(PHONES)) + len(lexicon.entries)
    lexicon.add(None, [(label,) for label in _LABELS.values()])
    endings, labels, rest = lexicon.columns()

    said = np.repeat(spoken, many[words])
    outputs = _counting(firsts[words], many[words])
    begun = endings[outputs] * outer + said["target"]
    filled = [endings[fillers] * outer + state for state in (before, after)]
    inside = _inside(np.concatenate((begun, *filled)), rest, outer)
    ending, onward, states = inside // outer, inside % outer, outer + np.arange(len(inside))
    last = rest[ending] < 0
    following = rest[ending][~last]
    waiting = _once(np.array((network.start, *spoken["target"].tolist(), before, after)))

    def state_of(key: Numbers) -> Numbers:
        return outer + np.searchsorted(inside, key)

    return _graph(
        before,
        after,
        tuple(lexicon.entries),
        outer + len(inside),
        _arcs(silent["source"], SILENT, SILENT, -silent["weight"] * weight, silent["target"]),
        _arcs(said["source"], labels[endings[outputs]], outputs, -said["weight"] * weight, state_of(begun)),
        _arcs(states, labels[ending], SILENT, 0.0, states),
        _arcs(states[last], SILENT, SILENT, 0.0, onward[last]),
        _arcs(states[~last], BLANK, SILENT, 0.0, states[~last]),
        _arcs(states[~last], labels[following], SILENT, 0.0, state_of(following * outer + onward[~last])),
        _arcs(waiting, BLANK, SILENT, 0.0, waiting),
        _arcs(before, labels[endings[fillers]], fillers, filler, state_of(filled[0])),
        _arcs(after, labels[endings[fillers]], fillers, filler, state_of(filled[1])),
        _arcs([before, network.final], SILENT, SILENT, 0.0, [network.start, after]),
    )


def _labels(pronunciation: str) -> Phones:
    return tuple(_LABELS[phone] for phone in pronunciation.split())


_LABELS = {phone: number for number, phone in enumerate(PHONES, BLANK + 1)}


class _Lexicon:
    """Outputs, and everything that pronunciations end in, by number."""

    def __init__(self) -> None:
        self.entries = [Entry(None, ())]
        self._endings = [-1]
        """Of each entry, that which is all of it."""
        self._numbers: dict[Phones, int] = {}
        self._rest: list[int] = []

    def add(self, word: str | None, ways: Iterable[Phones], *, ends: bool = False) -> int:
        """One output more for each way; how many."""
        before = len(self.entries)
        for phones in ways:
            self.entries.append(Entry(word, phones, ends))
            self._endings.append(self._number(phones))
        return len(self.entries) - before

    def _number(self, phones: Phones) -> int:
        if phones not in self._numbers:
            rest = self._number(phones[1:]) if len(phones) > 1 else -1
            self._numbers[phones] = len(self._rest)
            self._rest.append(rest)
        return self._numbers[phones]

    def columns(self) -> tuple[Numbers, Numbers, Numbers]:
        """The ending of each entry; the first label of each ending, and the ending that is the rest of it, or -1."""
        labels = [phones[0] for phones in self._numbers]
        return np.array(self._endings), np.array(labels), np.array(self._rest)


def _once(numbers: Numbers) -> Numbers:
    """Each number once, in order. What numpy has for this loads its masked arrays, a megabyte."""
    numbers = np.sort(numbers)
    return numbers[np.concatenate(([True], numbers[1:] != numbers[:-1]))] if len(numbers) else numbers


def _counting(firsts: Numbers, many: Numbers) -> Numbers:
    """From each first number on, so many."""
    return np.arange(many.sum()) + np.repeat(firsts - np.cumsum(many) + many, many)


def _inside(begun: Numbers, rest: Numbers, outer: int) -> Numbers:
    """In order, once each, the states inside words, by what is still to come and where that leads."""
    found = []
    while len(begun):
        found.append(begun := _once(begun))
        following = rest[begun // outer]
        begun = (following * outer + begun % outer)[following >= 0]
    return _once(np.concatenate(found))


def _arcs(source: ArrayLike, label: ArrayLike, output: ArrayLike, cost: ArrayLike, target: ArrayLike) -> _Arcs:
    """Their sources, and the arcs."""
    sources, *columns = np.broadcast_arrays(source, label, output, cost, target)
    arcs = np.empty(len(sources), ARC)
    for name, column in zip(ARC.names or (), columns, strict=True):
        arcs[name] = column
    return sources, arcs


def _graph(start: int, final: int, entries: tuple[Entry, ...], states: int, *some: _Arcs) -> PhoneGraph:
    sources = np.concatenate([each for each, _ in some])
    arcs = np.concatenate([each for _, each in some])[np.argsort(sources, kind="stable")]
    first = np.concatenate(([0], np.cumsum(np.bincount(sources, minlength=states))))
    return PhoneGraph(start, final, first, arcs, entries)
