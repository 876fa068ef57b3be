"""The search through a phone graph finds what an exact one finds, and the second best too."""

import itertools
import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.engines.kaldi import PhoneSearch
from assistant.messages import Choice, IntentSpec, SlotSpec, Vocabulary
from assistant.phrases.network import Arc, Network, compile_network
from assistant.phrases.phone_graph import BLANK, SILENT, PhoneGraph, spell
from assistant.phrases.pronunciation import PHONES
from tests.phones import Floats, blanks, rows, typical

Doubles = NDArray[np.float64]

WIDE = 1000.0
SOUNDS = {"go": ["G OW"], "to": ["T UW", "T AH"], "two": ["T UW"], "tea": ["T IY"], "eat": ["IY T"], "a": ["AH", "EY"]}
FILLER = 4.0


def chain(*sentences: Sequence[str]) -> Network:
    """A network of these sentences, all equally likely."""
    arcs, states = [], 2
    for words in sentences:
        state = 0
        for place, word in enumerate(words):
            last = place == len(words) - 1
            target = 1 if last else states
            arcs.append(Arc(state, target, word, 0.0 if place else -math.log(len(sentences))))
            state, states = target, states + (not last)
    return Network.of(states, 0, 1, arcs)


def exact(graph: PhoneGraph, heard: Floats) -> float:
    """The cost of the best path, by looking at all of them."""
    sources = np.repeat(np.arange(graph.states), np.diff(graph.first))
    quiet = graph.arcs["label"] == SILENT

    def follow(cost: Doubles, which: NDArray[np.bool_], price: Doubles | float, into: Doubles) -> Doubles:
        arcs = graph.arcs[which]
        np.minimum.at(into, arcs["target"], cost[sources[which]] + arcs["cost"] + price)
        return into

    def silently(cost: Doubles) -> Doubles:
        while not np.array_equal(cost, better := follow(cost, quiet, 0.0, cost.copy())):
            cost = better
        return cost

    cost = np.full(graph.states, np.inf)
    cost[graph.start] = 0.0
    cost = silently(cost)
    for row in heard.astype(np.float64):
        price = -row[graph.arcs["label"][~quiet] - BLANK]
        cost = silently(follow(cost, ~quiet, price, np.full(graph.states, np.inf)))
    return float(cost[graph.final])


SENTENCES = st.lists(st.lists(st.sampled_from(sorted(SOUNDS)), min_size=1, max_size=3), min_size=1, max_size=4)


def noisy(seed: int, length: int) -> Floats:
    values = np.random.default_rng(seed).normal(0.0, 2.0, (length, len(PHONES) + 1))
    normal: Floats = (values - np.log(np.exp(values).sum(axis=1, keepdims=True))).astype(np.float32)
    return normal


@settings(max_examples=40, deadline=None)
@given(SENTENCES, st.integers(0, 2**32 - 1), st.integers(1, 14))
def test_the_best_path_is_the_best(sentences: list[list[str]], seed: int, length: int) -> None:
    graph = spell(chain(*sentences), SOUNDS, 1.0, FILLER)
    heard = noisy(seed, length)
    search = PhoneSearch(graph, beam=WIDE, most=10**6)
    search.hear(heard)
    best, wanted = search.best(), exact(graph, heard)
    if best is None:
        assert wanted == math.inf
    else:
        assert best.cost == pytest.approx(wanted, abs=1e-2)
        assert best.text.split() in sentences


@settings(max_examples=25, deadline=None)
@given(SENTENCES, st.integers(0, 2**32 - 1))
def test_alternatives_are_all_sentences_from_the_best_on(sentences: list[list[str]], seed: int) -> None:
    heard = noisy(seed, 12)
    network = chain(*sentences)
    search = PhoneSearch(spell(network, SOUNDS, 0.0, FILLER), beam=WIDE, most=10**6)
    alone = {" ".join(words): exact(spell(chain(words), SOUNDS, 0.0, FILLER), heard) for words in sentences}
    wanted = sorted((cost, text) for text, cost in alone.items() if cost < math.inf)
    found = search.alternatives(heard, 10, lattice_beam=WIDE)
    assert sorted(path.text for path in found) == sorted(text for _, text in wanted)
    assert [path.cost for path in found] == pytest.approx([cost for cost, _ in wanted], abs=1e-2)


@settings(max_examples=40, deadline=None)
@given(SENTENCES)
def test_the_graph_says_what_the_network_says(sentences: list[list[str]]) -> None:
    graph = spell(chain(*sentences), SOUNDS, 1.0, FILLER)
    found: set[tuple[str, ...]] = set()
    spelled: set[tuple[str, ...]] = set()
    todo: list[tuple[int, tuple[str, ...], tuple[int, ...]]] = [(graph.start, (), ())]
    while todo:
        state, words, labels = todo.pop()
        if state == graph.final:
            found.add(words)
            spelled.add(tuple(PHONES[label - BLANK - 1] for label in labels))
        for arc in graph.arcs[graph.first[state] : graph.first[state + 1]]:
            entry = graph.entries[arc["output"]]
            filler = arc["output"] != SILENT and entry.word is None
            if int(arc["target"]) != state and not filler:
                said = (*words, entry.word) if entry.word else words
                todo.append((int(arc["target"]), said, (*labels, int(arc["label"])) if arc["label"] else labels))
    assert found == {tuple(words) for words in sentences}
    assert spelled == {
        tuple(" ".join(choice).split())
        for words in sentences
        for choice in itertools.product(*(SOUNDS[word] for word in words))
    }


def test_words_are_told_apart_and_placed() -> None:
    search = PhoneSearch(spell(chain(["go", "to", "tea"], ["go", "eat"]), SOUNDS, 1.0, FILLER))
    search.hear(np.concatenate((blanks(5), rows("G OW"), blanks(3), rows("T UW T IY"), blanks(4))))
    best = search.best()
    assert best is not None
    assert best.text == "go to tea"
    assert [(each.entry.word, each.first, each.end) for each in best.spoken] == [
        ("go", 5, 12),
        ("to", 12, 16),
        ("tea", 16, 24),
    ]


def test_other_phones_before_and_after_are_passed_over() -> None:
    search = PhoneSearch(spell(chain(["go"], ["eat"]), SOUNDS, 1.0, FILLER))
    search.hear(rows("V IH S G OW P L"))
    best = search.best()
    assert best is not None
    assert best.text == "go"
    assert [each.entry.word for each in best.spoken] == [None, None, None, "go", None, None]


def test_in_pieces_it_is_heard_as_in_one() -> None:
    graph = spell(chain(["go", "to", "tea"], ["go", "eat"]), SOUNDS, 1.0, FILLER)
    heard = typical("G OW T AH T IY", seed=3)
    whole, parts = PhoneSearch(graph), PhoneSearch(graph)
    whole.hear(heard)
    for _ in range(2):
        parts.begin()
        for start in range(0, len(heard), 3):
            parts.hear(heard[start : start + 3])
        assert parts.best() == whole.best()


def test_nothing_is_heard_in_nothing() -> None:
    search = PhoneSearch(spell(chain(["go"]), SOUNDS, 1.0, FILLER))
    search.hear(blanks(0))
    assert search.best() is None
    assert search.alternatives(blanks(0), 3) == []
    search.begin()
    search.hear(rows("G")[:1])
    assert search.best() is None
    assert search.alternatives(rows("G")[:1], 3) == []


def test_a_network_without_sentences_hears_nothing() -> None:
    search = PhoneSearch(spell(Network.of(2, 0, 1, ()), {}, 1.0, FILLER))
    search.hear(rows("G OW"))
    assert search.best() is None
    assert search.alternatives(rows("G OW"), 3) == []


@cache
def ten_thousand() -> Vocabulary:
    names = [
        " ".join(pair)
        for pair in itertools.product(*[[f"{a}{b}" for a in "bdgkmpst" for b in ("o", "e", "a", "u")]] * 2)
    ]
    slot = SlotSpec("name", "choice", choices=tuple(Choice(name, name) for name in names))
    return Vocabulary(
        (IntentSpec("call.them", tuple(f"{verb} {{name}}" for verb in ("ring", "call", *"abcdefgh")), (slot,)),)
    )


def test_ten_thousand_phrases_are_searched() -> None:
    network = compile_network(ten_thousand())
    sounds = {word: [" ".join(PHONES[ord(letter) % 39] for letter in word)] for word in network.words}
    search = PhoneSearch(spell(network, sounds, 1.0, FILLER))
    search.hear(typical(" ".join(sounds[word][0] for word in ("ring", "bo", "ta")), seed=1))
    best = search.best()
    assert best is not None
    assert best.text == "ring bo ta"
