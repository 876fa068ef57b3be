"""The word network: everything that can be said, as a weighted finite-state graph that any recogniser can load."""

import functools
import math
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace

from assistant.messages import Vocabulary
from assistant.phrases import courtesy, later, syntax, templates
from assistant.phrases.graph import FINAL, FREE_TEXT, Graph, Step
from assistant.phrases.words import CONTRACTIONS

POLITE_BEFORE = 0.1
POLITE_AFTER = 0.05
"""How often a command is wrapped in politeness: estimates."""

JOINTS = {"and": 0.02, "then": 0.003}
"""Words after which another command may follow in the same breath, and how often they do: estimates."""

CONTRACTED = 0.7
"""How often two words that can be contracted are: "what's" for "what is"."""


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

    def over(self) -> Mapping[int, float]:
        """The probability that nothing more is said, of the states in which that may be."""
        silent: dict[int, list[Arc]] = {}
        for arc in self.arcs:
            if arc.word is None:
                silent.setdefault(arc.source, []).append(arc)

        @functools.cache
        def probability(state: int) -> float:
            onward = sum(math.exp(arc.weight) * probability(arc.target) for arc in silent.get(state, ()))
            return 1.0 if state == self.final else onward

        return {state: probability(state) for state in {*silent, self.final}}


def compile_network(vocabulary: Vocabulary) -> Network:
    """Everything that the vocabulary's templates let people say, for a recogniser. Raises SkillLoadError.

    An intent's weight, relative to the others', is its prior probability. Its templates share it evenly, as the
    alternatives of a template share the template's and the values of a list the list's: a hundred names weigh as much
    together as one short command with the same weight. What cannot be pronounced (digits, other scripts) is left out;
    its spoken forms are there.
    """
    parsed = templates.parse(vocabulary)
    spoken_later = templates.times()
    graph = Graph({**parsed.lists, **spoken_later.lists})
    after = syntax.parse(courtesy.HEARD_AFTER)
    tail = graph.optional(after, FINAL, POLITE_AFTER)
    waiting = tail
    if any(each.later for each in parsed.templates):
        times = [(each.prior, graph.read(each.sentence.expression, tail)) for each in spoken_later.templates]
        both = graph.any_of([(1 - later.SAID, tail), (later.SAID, graph.any_of(times))])
        assert both is not None
        waiting = both
    ends = (
        (each.prior, graph.read(each.sentence.expression, waiting if each.later else tail))
        for each in parsed.templates
        if each.prior
    )
    said = graph.any_of(ends)
    if said is None:
        return Network(2, 0, 1, ())
    start = graph.optional(syntax.parse(courtesy.HEARD_BEFORE), said, POLITE_BEFORE)
    return _number(graph, start)


def joined(network: Network, price: float = 0.0) -> Network:
    """Several commands, one after the other with a word of JOINTS between them: no longer without cycles.

    `price` is what each joint costs beside its probability, in nats.
    """
    if not network.arcs:
        return network
    joints = (Arc(network.final, network.start, word, math.log(often) - price) for word, often in JOINTS.items())
    return replace(network, arcs=(*network.arcs, *joints))


def restrict(network: Network, words: Container[str]) -> Network:
    """The sentences that have only these words: without free text, and without all that leads only to what is left out.

    States cost a recogniser time and memory whether or not a path through them can ever end.
    """
    arcs = [arc for arc in network.arcs if arc.word is None or arc.word in words]
    onward: dict[int, list[int]] = {}
    backward: dict[int, list[int]] = {}
    for arc in arcs:
        onward.setdefault(arc.source, []).append(arc.target)
        backward.setdefault(arc.target, []).append(arc.source)
    kept = _reached(network.start, onward) & _reached(network.final, backward) | {network.start, network.final}
    number = {state: index for index, state in enumerate(sorted(kept))}
    return Network(
        len(number),
        number[network.start],
        number[network.final],
        tuple(
            Arc(number[arc.source], number[arc.target], arc.word, arc.weight)
            for arc in arcs
            if arc.source in number and arc.target in number
        ),
    )


def _reached(start: int, steps: Mapping[int, list[int]]) -> set[int]:
    reached, todo = {start}, [start]
    while todo:
        new = [state for state in steps.get(todo.pop(), ()) if state not in reached]
        reached.update(new)
        todo += new
    return reached


def _number(graph: Graph, start: int) -> Network:
    """Number the states that are reached, add contractions, and write probabilities as logarithms."""
    numbers = {start: 0}
    todo = [start]
    arcs: list[Arc] = []
    while todo:
        state = todo.pop()
        for word, target, probability in _contract(graph, graph.steps[state]):
            if target not in numbers:
                numbers[target] = len(numbers)
                todo.append(target)
            arcs.append(Arc(numbers[state], numbers[target], word, math.log(probability)))
    return Network(len(numbers), 0, numbers[FINAL], tuple(arcs))


_PAIRS: dict[tuple[str | None, ...], str] = {tuple(full.split()): short for short, full in CONTRACTIONS.items()}


def _contract(graph: Graph, steps: Iterable[Step]) -> Iterable[Step]:
    """The steps, and one for each contraction that two words on the way can be said as."""
    for word, target, probability in steps:
        left = 1.0
        for second, beyond, share in graph.steps[target] if word in _CONTRACTIBLE else ():
            if short := _PAIRS.get((word, second)):
                yield short, beyond, probability * share * CONTRACTED
                left -= share * CONTRACTED
        yield word, target, probability * left


_CONTRACTIBLE = frozenset(first for first, _ in _PAIRS)
