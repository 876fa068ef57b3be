"""The phone graph: a word network spelled out in phones, as flat arrays that a decoder can search."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.phrases.network import Network
from assistant.phrases.pronunciation import PHONES

SILENT = 0
"""The label of an arc that takes no time, and the output of one that begins nothing."""

BLANK = 1
"""The label of the blank, which the acoustic model gives between phones; phone i of PHONES has the label i + 2."""

ENDS = 0.8
"""The probability, by the network alone, from which a sentence is expected to be over: an estimate."""

Phones = tuple[int, ...]
"""The labels of a pronunciation."""

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
    building = _Building(network.states)
    over = network.over()
    spoken: dict[tuple[str, bool], list[tuple[int, Phones]]] = {}
    for arc in network.arcs:
        cost = -arc.weight * weight
        if arc.word is None:
            building.arc(arc.source, SILENT, SILENT, cost, arc.target)
            continue
        key = arc.word, over.get(arc.target, 0.0) >= ENDS
        if key not in spoken:
            ways = dict.fromkeys(map(_labels, pronunciations[arc.word]))
            spoken[key] = [building.output(arc.word, phones, ends=key[1]) for phones in ways]
        for output, phones in spoken[key]:
            building.arc(arc.source, phones[0], output, cost, building.inside(phones, arc.target))
    for state in {network.start, *(arc.target for arc in network.arcs if arc.word is not None)}:
        building.wait(state)
    before, after = building.fillers(filler), building.fillers(filler)
    building.arc(before, SILENT, SILENT, 0.0, network.start)
    building.arc(network.final, SILENT, SILENT, 0.0, after)
    return building.graph(before, after)


def _labels(pronunciation: str) -> Phones:
    return tuple(_LABELS[phone] for phone in pronunciation.split())


_LABELS = {phone: number for number, phone in enumerate(PHONES, BLANK + 1)}


class _Building:
    """Arcs in columns, in any order."""

    def __init__(self, states: int) -> None:
        self._states = states
        self._inside: dict[tuple[Phones, int], int] = {}
        self._entries = [Entry(None, ())]
        self._sources: list[int] = []
        self._arcs: list[tuple[int, int, float, int]] = []

    def arc(self, source: int, label: int, output: int, cost: float, target: int) -> None:
        self._sources.append(source)
        self._arcs.append((label, output, cost, target))

    def output(self, word: str | None, phones: Phones, *, ends: bool = False) -> tuple[int, Phones]:
        self._entries.append(Entry(word, phones, ends))
        return len(self._entries) - 1, phones

    def wait(self, state: int) -> None:
        """Let blanks pass."""
        self.arc(state, BLANK, SILENT, 0.0, state)

    def inside(self, phones: Phones, target: int) -> int:
        """The state in which the first of these phones is heard, and the others are still to come before `target`."""
        key = (phones, target)
        state = self._inside.get(key)
        if state is None:
            state = self._inside[key] = self._new()
            self.arc(state, phones[0], SILENT, 0.0, state)
            if len(phones) == 1:
                self.arc(state, SILENT, SILENT, 0.0, target)
            else:
                self.wait(state)
                self.arc(state, phones[1], SILENT, 0.0, self.inside(phones[1:], target))
        return state

    def fillers(self, price: float) -> int:
        """A state in which any phones may be heard."""
        state = self._new()
        self.wait(state)
        for label in _LABELS.values():
            output, phones = self.output(None, (label,))
            self.arc(state, label, output, price, self.inside(phones, state))
        return state

    def graph(self, start: int, final: int) -> PhoneGraph:
        sources = np.array(self._sources, np.int64)
        arcs = np.array(self._arcs, ARC)[np.argsort(sources, kind="stable")]
        first = np.concatenate(([0], np.cumsum(np.bincount(sources, minlength=self._states))))
        return PhoneGraph(start, final, first, arcs, tuple(self._entries))

    def _new(self) -> int:
        self._states += 1
        return self._states - 1
