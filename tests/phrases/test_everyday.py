"""What is listened for in free text: compiled from its source, and open wherever a template has free text."""

import math

import numpy as np
import pytest

from assistant.messages import IntentSpec, SlotSpec, Vocabulary
from assistant.phrases.everyday import compile_everyday, everyday
from assistant.phrases.graph import FREE_TEXT
from assistant.phrases.network import ANY_PHONE, Network, compile_network, opened
from tests.phrases.test_network import assert_weights_are_probabilities, leaving


def says(network: Network, sentence: str) -> bool:
    """Whether it is a sentence of the network."""
    arcs = leaving(network)
    here = {network.start}
    for word in [*sentence.split(), None]:
        todo = list(here)
        while todo:
            for arc in arcs[todo.pop()]:
                if arc.word is None and arc.target not in here:
                    here.add(arc.target)
                    todo.append(arc.target)
        if word is None:
            return network.final in here
        here = {arc.target for state in here for arc in arcs[state] if arc.word == word}
    return False


def test_the_compiled_file_is_that_of_its_source() -> None:
    """Else: python -m assistant.phrases.everyday"""
    shipped, made = everyday(), compile_everyday()
    assert (shipped.states, shipped.start, shipped.final) == (made.states, made.start, made.final)
    assert shipped.symbols == made.symbols
    for column in ("source", "target", "word"):
        assert np.array_equal(shipped.arcs[column], made.arcs[column])
    assert np.allclose(shipped.arcs["weight"], made.arcs["weight"])
    assert_weights_are_probabilities(shipped)


@pytest.mark.parametrize(
    "text",
    [
        "oat milk and paper towels",
        "call the plumber",
        "pick up the kids from school",
        "dinner is ready",
        "the spare key is under the mat",
        "anna's birthday",
        "the code is four two seven one",
        "camping",
    ],
)
def test_households_say(text: str) -> None:
    assert says(everyday(), text)


@pytest.mark.parametrize("text", ["", "electromagnetic interference", "the the the", "milk is"])
def test_nobody_says(text: str) -> None:
    assert not says(everyday(), text)


def test_free_text_is_any_phones_at_a_price() -> None:
    text = SlotSpec("words", "text")
    vocabulary = Vocabulary(
        (
            IntentSpec("list.add", ("add {words} to the list", "put {words} on the list"), (text,)),
            IntentSpec("note.take", ("note {words}",), (text,)),
        )
    )
    plain = compile_network(vocabulary)
    network = opened(plain, 3.0)
    first = [arc for arc in network.each_arc() if arc.word == FREE_TEXT]
    more = [arc for arc in network.each_arc() if arc.word == ANY_PHONE]
    assert says(network, f"add {FREE_TEXT} to the list")
    assert says(network, f"note {FREE_TEXT} {ANY_PHONE} {ANY_PHONE} please")
    assert not says(network, "note please")
    assert {arc.weight for arc in first} == {-3.0}
    assert all(arc.source == arc.target and math.isclose(arc.weight, math.log(0.5) - 3.0) for arc in more)
    assert network.words == plain.words
