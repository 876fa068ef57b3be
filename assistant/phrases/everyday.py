"""Free text as it can be heard: what households put on lists, are reminded of, note and announce, as a word network.

It is the same in every house, so it is compiled beforehand: `python -m assistant.phrases.everyday`, after everyday.yaml
was changed. Compiling takes a tenth of a second, and memory that would not all come back.
"""

import sys
from collections.abc import Mapping, Sequence

import numpy as np
import yaml
from hassil import Expression, ListReference, SlotList

from assistant.phrases import syntax
from assistant.phrases.graph import FINAL, Graph
from assistant.phrases.lists import Said, spoken
from assistant.phrases.network import Network, numbered
from assistant.phrases.wordlists import SOURCE, wordlists

COMPILED = SOURCE.with_suffix(".npz")


def everyday() -> Network:
    """All that can be heard where a template has free text."""
    with np.load(COMPILED) as file:
        states, start, final = file["ends"].tolist()
        return Network(states, start, final, file["arcs"], (None, *str(file["words"]).split("\n")))


def compile_everyday() -> Network:
    """The same, from its source."""
    return numbered(_graph)


def _graph() -> tuple[Graph, Sequence[int]]:
    data = yaml.safe_load(SOURCE.read_text("utf-8"))
    words = dict(wordlists())
    words["whose"] = [Said(f"{each.value}'s", (f"{each.value}'s",)) for each in (*words["name"], *words["person"])]
    lists: Mapping[str, SlotList] = {name: spoken(name, said) for name, said in words.items()}
    rules: dict[str, Expression] = {}

    def refer(reference: ListReference) -> Expression:
        return rules.get(reference.list_name, reference)

    for name, template in data["rules"].items():
        rules[name] = syntax.fill(syntax.parse(template), refer)
    graph = Graph(lists)
    texts = [(each["weight"], syntax.fill(syntax.parse(each["said"]), refer)) for each in data["texts"]]
    start = graph.any_of((weight, graph.read(text, FINAL)) for weight, text in texts)
    return graph, [] if start is None else [start]


if __name__ == "__main__":
    made = compile_everyday()
    words = "\n".join(word for word in made.symbols if word is not None)
    np.savez_compressed(COMPILED, ends=[made.states, made.start, made.final], arcs=made.arcs, words=words)
    sys.stdout.write(f"{COMPILED}: {made.states} states, {len(made.arcs)} arcs, {len(made.words)} words\n")
