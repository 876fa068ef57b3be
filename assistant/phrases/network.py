"""The word network: everything that can be said, as a weighted finite-state graph that any recogniser can load."""

import math
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.messages import Vocabulary
from assistant.phrases import courtesy, kinds, later, syntax, templates
from assistant.phrases.graph import COMPLETE, FINAL, FREE_TEXT, Graph
from assistant.phrases.words import CONTRACTIONS

Numbers = NDArray[np.int32]

POLITE_BEFORE = 0.1
ASKING = 0.03
MINDING = 0.005
POLITE_AFTER = 0.05
"""How often a command is wrapped in politeness: estimates."""

FORBIDDEN = 1e-3
DROPPED = 1e-7
"""How often what is said must not be done, or is thought better of: rarer than it is, for in noise what is heard around
a command is easily taken for them. Said clearly, they are far likelier than nothing that was said there."""

JOINTS = {"and": 0.02, "then": 0.003}
"""Words after which another command may follow in the same breath, and how often they do: estimates."""

SEVERAL = 0.05
"""How often several things are named at the end of a command: an estimate."""
MOST_NAMED = 3

CONTRACTED, HELD = 0.7, 0.1
"""How often two words that can be contracted are, "what's" for "what is"; and where the second is "have", which mostly
is a verb of its own: nobody says "can I've a tea"."""


ANY_PHONE = "<phone>"
"""A phone of free text after its first, which FREE_TEXT stands for where it was opened."""

GOES_ON = 0.5
"""How often free text goes on after each of its phones: what is not known is even."""


ARC = np.dtype([("source", "<i4"), ("target", "<i4"), ("word", "<i4"), ("weight", "<f8")])
"""One step: from `source` to `target` while saying the symbol of this number, or without a sound where it is 0. The
weight is the natural logarithm of its probability among the arcs that leave `source`."""


class Arc(NamedTuple):
    """One step by itself. Without a sound where `word` is None."""

    source: int
    target: int
    word: str | None
    weight: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """States are 0 to `states` - 1. Every path from `start` to `final` is a sentence, and every sentence is a path.

    Without cycles. Words are lower case, a to z and apostrophes, as pronouncing dictionaries list them, except
    FREE_TEXT, where the recogniser puts a filler or a word loop of its own. The weights of a state's arcs are the
    logarithms of probabilities that add up to one. No arc leaves `final`; none leaves `start` if nothing can be said.
    """

    states: int
    start: int
    final: int
    arcs: NDArray[np.void]
    """Of type ARC, in any order."""
    symbols: tuple[str | None, ...]
    """By number. The first is None; some may be in no arc."""
    again: int | None = None
    """The state from which another command of the same sentence starts; None where it is `start`."""
    complete: int | None = None
    """The state in which a command ends that another may follow; None where it is `final`."""

    @classmethod
    def of(cls, states: int, start: int, final: int, arcs: Iterable[Arc]) -> "Network":
        """Made of single arcs."""
        numbers: dict[str | None, int] = {None: 0}
        rows = [(arc.source, arc.target, numbers.setdefault(arc.word, len(numbers)), arc.weight) for arc in arcs]
        return cls(states, start, final, np.array(rows, ARC), tuple(numbers))

    @property
    def words(self) -> frozenset[str]:
        """Every word that needs a pronunciation."""
        used = (self.symbols[number] for number in np.flatnonzero(np.bincount(self.arcs["word"])))
        return frozenset(word for word in used if word is not None) - {FREE_TEXT, ANY_PHONE}

    def each_arc(self) -> Iterator[Arc]:
        """One by one."""
        columns = (self.arcs[name].tolist() for name in ARC.names or ())
        return (Arc(source, to, self.symbols[word], weight) for source, to, word, weight in zip(*columns, strict=True))

    def over(self) -> NDArray[np.float64]:
        """The probability that nothing more is said, by state."""
        silent = self.arcs[self.arcs["word"] == 0]
        likely = np.exp(silent["weight"])
        over, before = np.zeros(self.states), np.ones(self.states)
        over[self.final] = 1.0
        while not np.array_equal(over, before):
            before = over
            over = np.zeros(self.states)
            np.add.at(over, silent["source"], likely * before[silent["target"]])
            over[self.final] = 1.0
        return over


def compile_network(vocabulary: Vocabulary) -> Network:
    """Everything that the vocabulary's templates let people say, for a recogniser. Raises SkillLoadError.

    An intent's weight, relative to the others', is its prior probability. Its templates share it evenly, as the
    alternatives of a template share the template's and the values of a list the list's: a hundred names weigh as much
    together as one short command with the same weight. What cannot be pronounced (digits, other scripts) is left out;
    its spoken forms are there.
    """
    return numbered(lambda: _graph(vocabulary))


def numbered(build: Callable[[], tuple[Graph, Sequence[int]]]) -> Network:
    """The network of a graph, which is built and let go.

    `build` gives its states, and those from which sentences start: none, one, or also that of further commands.
    """
    graph, starts = build()
    if not starts:
        return Network.of(2, 0, 1, ())
    states, final, complete, arcs, words = _flat(graph, starts)
    # Words that lie scattered among what the graph is made of would keep all of that from the system.
    del graph
    again = 1 if len(set(starts)) > 1 else None
    return Network(states, 0, final, arcs, (None, *words.split("\n")), again, complete)


def _graph(vocabulary: Vocabulary) -> tuple[Graph, Sequence[int]]:
    """The states, and those from which sentences and further commands start, if there are any."""
    before, asking = syntax.parse(courtesy.HEARD_BEFORE), syntax.parse(courtesy.HEARD_ASKING)
    after, forbidding = syntax.parse(courtesy.HEARD_AFTER), syntax.parse(courtesy.FORBIDDING)
    minding = syntax.parse(courtesy.HEARD_MINDING)
    parsed, times = templates.parse(vocabulary), templates.times()
    graph = Graph({**parsed.lists, **times.lists})
    tail, last = (graph.optional(after, end, POLITE_AFTER) for end in (COMPLETE, FINAL))
    tail = graph.any_of([(1 - DROPPED, tail), (DROPPED, graph.read(syntax.parse(courtesy.DROPPING), FINAL))]) or tail
    waiting = lasting = tail
    if any(each.later for each in parsed.templates):
        some = [(each.intent, each.prior, graph.read(each.sentence.expression, tail)) for each in times.templates]
        at = [(prior, state) for intent, prior, state in some if intent != later.FOR_A_WHILE.name]
        waiting, lasting = (
            graph.any_of([(1 - later.SAID, tail), (later.SAID, graph.any_of(several))]) or tail
            for several in (at, [(prior, state) for _, prior, state in some])
        )
    _enumerate(graph, vocabulary, (tail, waiting, lasting))

    def end(each: templates.Template) -> int:
        return lasting if each.lasting else waiting if each.later else last if each.alone else tail

    read = [
        (each.alone, each.prior, graph.read(each.sentence.expression, end(each)))
        for each in parsed.templates
        if each.prior
    ]
    said = graph.any_of((prior, state) for _, prior, state in read)
    more = graph.any_of((prior, state) for alone, prior, state in read if not alone)

    def polite(state: int) -> int:
        minded = graph.reworded(state, courtesy.gerund)
        asked = graph.optional(asking, graph.optional(forbidding, state, FORBIDDEN), ASKING)
        if minded is not None:
            both = graph.any_of([(MINDING, graph.read(minding, minded)), (1 - MINDING, asked)])
            assert both is not None
            asked = both
        return graph.optional(before, asked, POLITE_BEFORE)

    return graph, [polite(each) for each in (said, more) if each is not None]


def _enumerate(graph: Graph, vocabulary: Vocabulary, ends: tuple[int, ...]) -> None:
    """Let several names be said where one is the last word: "the lamp and the fan", "the lamp the fan and the bell"."""
    for names in ("devices", "areas"):
        slots = [slot for spec in vocabulary.intents for slot in spec.slots if slot.names == names and slot.choices]
        if not slots:
            continue
        tail = ends[0]
        every = kinds.choice(tuple(dict.fromkeys(choice for slot in slots for choice in slot.choices)))
        graph.lists.update(every.lists)
        last, more = (syntax.parse(f"{said} {every.template}") for said in ("and [the|my|our]", "[and] (the|my|our)"))
        further = graph.read(last, tail)
        for _ in range(MOST_NAMED - 2):
            further = graph.any_of([(1.0, graph.read(last, tail)), (1.0, further and graph.read(more, further))])
        lists = {name for slot in slots for name in kinds.choice(slot.choices).lists}
        for end in ends:
            said = graph.any_of([(1 - SEVERAL, end), (SEVERAL, further)])
            if said is not None:
                graph.enumerated.update(((name, end), said) for name in lists)


def joined(network: Network, price: float = 0.0) -> Network:
    """Several commands, one after the other with a word of JOINTS between them: no longer without cycles.

    `price` is what each joint costs beside its probability, in nats.
    """
    if not len(network.arcs):
        return network
    first = len(network.symbols)
    complete = network.final if network.complete is None else network.complete
    more = network.start if network.again is None else network.again
    joints = [(complete, more, number, math.log(often) - price) for number, often in enumerate(JOINTS.values(), first)]
    arcs = np.concatenate((network.arcs, np.array(joints, ARC)))
    return replace(network, arcs=arcs, symbols=(*network.symbols, *JOINTS))


def restrict(network: Network, words: Container[str]) -> Network:
    """The sentences that have only these words: without free text, and without all that leads only to what is left out.

    States cost a recogniser time and memory whether or not a path through them can ever end.
    """
    possible = np.array([word is None or word in words for word in network.symbols])
    arcs = network.arcs[possible[network.arcs["word"]]]
    kept = _reached(network, network.start, arcs["source"], arcs["target"])
    kept &= _reached(network, network.final, arcs["target"], arcs["source"])
    kept[[network.start, network.final]] = True
    number = np.cumsum(kept) - 1
    arcs = arcs[kept[arcs["source"]] & kept[arcs["target"]]]
    arcs["source"], arcs["target"] = number[arcs["source"]], number[arcs["target"]]
    start, final = int(number[network.start]), int(number[network.final])
    return Network(int(kept.sum()), start, final, arcs, network.symbols)  # what is joined starts again by its arcs


def opened(network: Network, price: float) -> Network:
    """The network with any phones for free text, at a price of so many nats each: FREE_TEXT, then ANY_PHONE."""
    symbols = (*network.symbols, FREE_TEXT, ANY_PHONE)
    is_free = network.arcs["word"] == symbols.index(FREE_TEXT)
    targets = np.flatnonzero(np.bincount(network.arcs["target"][is_free]))
    first = network.states + np.arange(len(targets))
    more = first + len(targets)
    arcs = network.arcs.copy()
    arcs["word"][is_free] = 0
    arcs["target"][is_free] = network.states + np.searchsorted(targets, arcs["target"][is_free])
    steps = (
        (first, more, symbols.index(FREE_TEXT), -price),
        (more, more, len(symbols) - 1, math.log(GOES_ON) - price),
        (more, targets, 0, math.log(1 - GOES_ON)),
    )
    phones = np.empty((3, len(targets)), ARC)
    for row, step in zip(phones, steps, strict=True):
        for name, column in zip(ARC.names or (), step, strict=True):
            row[name] = column
    return replace(
        network,
        states=network.states + 2 * len(targets),
        arcs=np.concatenate((arcs, phones.ravel())),
        symbols=symbols,
    )


def _reached(network: Network, start: int, sources: Numbers, targets: Numbers) -> NDArray[np.bool_]:
    """The states to which there is a way."""
    reached = np.zeros(network.states, np.bool_)
    reached[start] = True
    count = 0
    while count < (count := int(reached.sum())):
        reached[targets[reached[sources]]] = True
    return reached


def _flat(graph: Graph, starts: Sequence[int]) -> tuple[int, int, int | None, NDArray[np.void], str]:
    """The states that are reached, with contractions, and probabilities as logarithms.

    How many there are, the final one, that of complete commands if there is one, the arcs, and the words of all symbols
    but the first in lines.
    """
    states = list(dict.fromkeys(starts))
    numbers = {state: number for number, state in enumerate(states)}
    for state in states:
        for _, target, _ in graph.steps[state]:
            if target not in numbers:
                numbers[target] = len(states)
                states.append(target)
    each = [graph.steps[state] for state in states]
    words, targets, probabilities = zip(*chain.from_iterable(each), strict=True)
    symbols: dict[str | None, int] = {None: 0}
    arcs = np.empty(len(words), ARC)
    arcs["source"] = np.repeat(np.arange(len(states)), list(map(len, each)))
    arcs["target"] = [numbers[target] for target in targets]
    arcs["word"] = [symbols.setdefault(word, len(symbols)) for word in words]
    arcs["weight"] = probabilities
    short = []
    for place in (place for place, word in enumerate(words) if word in _CONTRACTIBLE):
        likely = probabilities[place]
        for second, beyond, share in graph.steps[targets[place]]:
            if (word := _PAIRS.get((words[place], second))) is not None:
                said = likely * share * (HELD if second == "have" else CONTRACTED)
                number = symbols.setdefault(word, len(symbols))
                short.append((arcs["source"][place], numbers[beyond], number, said))
                arcs["weight"][place] -= said
    arcs = np.concatenate((arcs, np.array(short, ARC)))
    arcs["weight"] = np.log(arcs["weight"])
    return (
        len(states),
        numbers[FINAL],
        numbers.get(COMPLETE),
        arcs,
        "\n".join(word for word in symbols if word is not None),
    )


_PAIRS: dict[tuple[str | None, ...], str] = {tuple(full.split()): short for short, full in CONTRACTIONS.items()}
_CONTRACTIBLE = frozenset(first for first, _ in _PAIRS)
