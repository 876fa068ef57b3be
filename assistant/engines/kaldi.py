"""Search through a phone graph by kaldi-decoder: token passing with beams, in C++, and lattices for second best."""

import heapq
import itertools
import math
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import kaldi_decoder
import kaldifst
import numpy as np
from numpy.typing import NDArray

from assistant.errors import EngineError
from assistant.phrases.phone_graph import BLANK, SILENT, Entry, PhoneGraph

Floats = NDArray[np.float32]

BEAM = 14.0
"""Nats: paths that are this much less likely than the best are given up."""

MOST_TOKENS = 3000
"""Paths that are followed at once; with more, the beam is narrowed. It bounds the cost of a large house."""

THOROUGH_BEAM, THOROUGH_TOKENS = 18.0, 8_000
"""The same where it is worth four times the work. Wider ones found no more of 204 human orders."""

LATTICE_BEAM = 10.0
"""Nats between the best sentence and the last of its alternatives."""

MOST_STEPS = 8_000
"""Steps through a lattice after which no more alternatives are looked for."""

_THOROUGH = kaldi_decoder.FasterDecoderOptions(beam=THOROUGH_BEAM, max_active=THOROUGH_TOKENS)

_MAGIC, _CONST_VERSION, _STATE = 2125659606, 2, np.dtype("<f4,<u4,<u4,<u4,<u4")
"""OpenFst's file formats (fst.cc, const-fst.h): a state is its final cost, its first arc, how many arcs, and how many
without an input and without an output."""

_LATTICE_ARC = np.dtype([("label", "<i4"), ("output", "<i4"), ("graph", "<f4"), ("sound", "<f4"), ("target", "<i4")])


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word, or a filler phone where `entry.word` is None, and the rows in which it was heard."""

    entry: Entry
    first: int
    end: int
    """One after the last. Blanks after it belong to it."""


@dataclass(frozen=True, slots=True)
class Path:
    """A sentence of the graph as it was heard."""

    spoken: tuple[Spoken, ...]
    cost: float
    """Nats: of the network's arcs and of the sound."""
    labels: tuple[int, ...] = ()
    """Of each row."""
    free_text: bool = False
    """Whether words were put in the place of free text."""

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join(each.entry.word for each in self.spoken if each.entry.word is not None)

    @property
    def ends(self) -> bool:
        """Whether nothing more is to be expected after its last word."""
        words = [each.entry for each in self.spoken if each.entry.word is not None]
        return bool(words) and words[-1].ends


class PhoneSearch:
    """Finds the likeliest sentences of a phone graph for rows of log-probabilities. For use in one thread.

    A row is a frame: the natural logarithm of the probability of the blank, then of each of PHONES. Raises EngineError
    where the library refuses a graph.
    """

    def __init__(self, graph: PhoneGraph, *, beam: float = BEAM, most: int = MOST_TOKENS) -> None:
        self.states = graph.states
        """Of the graph: how much can be said."""
        self._entries = graph.entries
        self._fst = _loaded(graph)
        self._options = kaldi_decoder.FasterDecoderOptions(beam=beam, max_active=most)
        self._decoder = kaldi_decoder.FasterDecoder(self._fst, self._options)
        self._beam = beam
        self.begin()

    def begin(self) -> None:
        """Expect a new utterance."""
        self._decoder.init_decoding()
        self._rows = 0

    def hear(self, rows: Floats) -> None:
        """Follow all paths through some more rows, of shape (frames, 40). Values must be finite."""
        if len(rows):
            self._decoder.advance_decoding(kaldi_decoder.DecodableCtc(rows, self._rows))
            self._rows += len(rows)

    def best(self) -> Path | None:
        """The best sentence that ends where the rows end; None if none does."""
        return self._best(self._decoder) if self._rows else None

    def likeliest(self, rows: Floats, *, thorough: bool = False) -> Path | None:
        """The best sentence for a whole utterance, in the beam of `hear` or a wider one. Independent of `hear`."""
        if not len(rows):
            return None
        decoder = kaldi_decoder.FasterDecoder(self._fst, _THOROUGH if thorough else self._options)
        decoder.init_decoding()
        decoder.advance_decoding(kaldi_decoder.DecodableCtc(rows, 0))
        return self._best(decoder)

    def _best(self, decoder: kaldi_decoder.FasterDecoder) -> Path | None:
        if not decoder.reached_final():
            return None
        _, lattice = decoder.get_best_path()
        _, labels, outputs, weight = kaldifst.get_linear_symbol_sequence(lattice)
        return self._path(labels, outputs, weight.value1 + weight.value2)

    def alternatives(
        self, rows: Floats, count: int, lattice_beam: float = LATTICE_BEAM, beam: float = math.inf
    ) -> list[Path]:
        """The best sentences with different words for a whole utterance, the best first. Independent of `hear`.

        `beam` may be narrower than that of the search.
        """
        if not len(rows):
            return []
        options = kaldi_decoder.LatticeSimpleDecoderConfig(beam=min(beam, self._beam), lattice_beam=lattice_beam)
        decoder = kaldi_decoder.LatticeSimpleDecoder(self._fst, options)
        if not decoder.decode(kaldi_decoder.DecodableCtc(rows)) or decoder.final_relative_cost() == np.inf:
            return []
        _, lattice = decoder.get_raw_lattice()
        found = itertools.islice(_sentences(_Lattice.read(lattice), self._entries), count)
        return [self._path(labels, outputs, cost) for labels, outputs, cost in found]

    def _path(self, labels: Sequence[int], outputs: Sequence[int], cost: float) -> Path:
        return Path(tuple(_aligned(labels, [self._entries[output] for output in outputs])), cost, tuple(labels))


def _aligned(labels: Sequence[int], entries: Sequence[Entry]) -> Iterator[Spoken]:
    """When each of the entries was heard, in frames with these labels."""
    phones = [phone for entry in entries for phone in entry.phones]
    begins, row = [], 0
    for phone, following in itertools.pairwise([*phones, None]):
        while labels[row] == BLANK:
            row += 1
        begins.append(row)
        row += 1
        while row < len(labels) and (labels[row] == BLANK or labels[row] == phone != following):
            row += 1
    begins.append(len(labels))
    place = 0
    for entry in entries:
        yield Spoken(entry, begins[place], begins[place := place + len(entry.phones)])


_Sentence = tuple[tuple[int, ...], tuple[int, ...], float]
"""Labels, outputs, cost."""


@dataclass(frozen=True, slots=True)
class _Lattice:
    start: int
    arcs: Sequence[Sequence[tuple[int, int, float, int]]]
    """Of each state: label, output, cost, target."""
    ends: Mapping[int, float]
    """States in which a path may end, and what that costs."""

    @classmethod
    def read(cls, lattice: kaldifst.Lattice) -> "_Lattice":
        """By way of its binary form, in memory: the library lets nobody see a lattice's arcs one by one."""
        file = os.memfd_create("lattice")
        try:
            lattice.write(f"/proc/self/fd/{file}")
            with open(file, "rb", closefd=False) as written:
                written.seek(0)
                data = written.read()
        finally:
            os.close(file)
        start, states, offset = _header(data)
        arcs, ends = [], {}
        for state in range(states):
            graph, sound, count = struct.unpack_from("<ffq", data, offset)
            if graph != np.inf:
                ends[state] = graph + sound
            offset += 16
            some = np.frombuffer(data, _LATTICE_ARC, count, offset)
            offset += some.nbytes
            arcs.append(
                list(
                    zip(
                        some["label"].tolist(),
                        some["output"].tolist(),
                        (some["graph"] + some["sound"]).tolist(),
                        some["target"].tolist(),
                        strict=True,
                    )
                )
            )
        return cls(start, arcs, ends)


_Step = tuple[float, int, int, float, tuple[str, ...], tuple[int, ...], tuple[int, ...]]
"""The cost of the whole sentence; a number; the state; the cost so far; words, outputs and labels so far."""


def _sentences(lattice: _Lattice, entries: Sequence[Entry]) -> Iterator[_Sentence]:
    """Paths with different words, the best first: A* with the true remaining cost as its guide."""
    left = _remaining(lattice)
    numbers = itertools.count()  # where costs are equal, paths are not compared
    todo: list[_Step] = [(left.get(lattice.start, np.inf), next(numbers), lattice.start, 0.0, (), (), ())]
    seen: set[tuple[int, tuple[str, ...]]] = set()
    for _ in range(MOST_STEPS):
        if not todo:
            return
        cost, _, state, spent, words, outputs, labels = heapq.heappop(todo)
        if (state, words) in seen:
            continue
        seen.add((state, words))
        if state == _END:
            yield labels, outputs, cost
            continue
        steps = [*lattice.arcs[state]]
        if state in lattice.ends:
            steps.append((SILENT, SILENT, lattice.ends[state], _END))
        for label, output, price, target in steps:
            if target not in left:
                continue
            word = entries[output].word if output else None
            heapq.heappush(
                todo,
                (
                    spent + price + left[target],
                    next(numbers),
                    target,
                    spent + price,
                    (*words, word) if word is not None else words,
                    (*outputs, output) if output else outputs,
                    (*labels, label) if label else labels,
                ),
            )


_END = -1


def _remaining(lattice: _Lattice) -> Mapping[int, float]:
    """The least cost from each state to the end, of those from which there is a way (Dijkstra, backwards)."""
    before: dict[int, list[tuple[int, float]]] = {}
    for state, arcs in enumerate(lattice.arcs):
        for _, _, cost, target in arcs:
            before.setdefault(target, []).append((state, cost))
    left = {_END: 0.0}
    todo = [(cost, state) for state, cost in lattice.ends.items()]
    heapq.heapify(todo)
    while todo:
        cost, state = heapq.heappop(todo)
        if state in left:
            continue
        left[state] = cost
        for source, price in before.get(state, ()):
            heapq.heappush(todo, (cost + price, source))
    return left


def _loaded(graph: PhoneGraph) -> kaldifst.StdFst:
    """The graph in OpenFst's own form, by way of its binary one: arcs cannot be added in bulk."""
    count = np.diff(graph.first)
    sources = np.repeat(np.arange(graph.states), count)
    states = np.zeros(graph.states, _STATE)
    states["f0"] = np.inf
    states["f0"][graph.final] = 0.0
    states["f1"], states["f2"] = graph.first[:-1], count
    states["f3"] = np.bincount(sources[graph.arcs["label"] == SILENT], minlength=graph.states)
    states["f4"] = np.bincount(sources[graph.arcs["output"] == SILENT], minlength=graph.states)
    header = struct.pack("<i", _MAGIC) + _string("const") + _string("standard")
    header += struct.pack("<iiQqqq", _CONST_VERSION, 0, 0, graph.start, graph.states, len(graph.arcs))
    file = os.memfd_create("graph")
    try:
        with open(file, "wb", closefd=False) as written:
            written.write(header + states.tobytes() + graph.arcs.tobytes())
        fst = kaldifst.StdConstFst.read(f"/proc/self/fd/{file}")
    finally:
        os.close(file)
    if fst is None:
        raise EngineError(f"kaldi-decoder cannot load a graph of {graph.states} states")
    return fst


def _string(text: str) -> bytes:
    return struct.pack("<i", len(text)) + text.encode("ascii")


def _header(data: bytes) -> tuple[int, int, int]:
    """Of a file of OpenFst's: the start, how many states, and where they begin."""
    offset = 4
    for _ in range(2):
        (length,) = struct.unpack_from("<i", data, offset)
        offset += 4 + length
    start, states, _ = struct.unpack_from("<qqq", data, offset + 16)
    return start, states, offset + 40
