"""Free text as it can be heard: what households put on lists, are reminded of, note and announce, as a word network.

It is the same in every house, so it is compiled beforehand: `python -m assistant.phrases.everyday`, after everyday.yaml
was changed. Compiling takes a tenth of a second, and memory that would not all come back.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import yaml
from hassil import Expression, ListReference, SlotList

from assistant.phrases import syntax
from assistant.phrases.graph import FINAL, Graph
from assistant.phrases.lists import Said, spoken
from assistant.phrases.network import Network, numbered

SOURCE = Path(__file__).parent / "everyday.yaml"
COMPILED = SOURCE.with_suffix(".npz")

SEVERAL = 0.4
"""How often "eggs" is said for each time that "egg" is, of what is written "egg[s]": an estimate."""


def everyday() -> Network:
    """All that can be heard where a template has free text."""
    with np.load(COMPILED) as file:
        states, start, final = file["ends"].tolist()
        return Network(states, start, final, file["arcs"], (None, *str(file["words"]).split("\n")))


def compile_everyday() -> Network:
    """The same, from its source."""
    return numbered(lambda: _graph(SOURCE))


def _graph(file: Path) -> tuple[Graph, Sequence[int]]:
    data = yaml.safe_load(file.read_text("utf-8"))
    words = {name: list(_said(text)) for name, text in data["words"].items()}
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


def _said(text: str) -> Iterator[Said]:
    """The phrases of a list."""
    for phrase in text.split(","):
        words, _, weight = " ".join(phrase.split()).partition("*")
        yield Said(words.removesuffix("[s]"), (words.removesuffix("[s]"),), float(weight or 1))
        if words.endswith("[s]"):
            yield Said(words.replace("[s]", "s"), (words.replace("[s]", "s"),), float(weight or 1) * SEVERAL)


if __name__ == "__main__":
    made = compile_everyday()
    words = "\n".join(word for word in made.symbols if word is not None)
    np.savez_compressed(COMPILED, ends=[made.states, made.start, made.final], arcs=made.arcs, words=words)
    sys.stdout.write(f"{COMPILED}: {made.states} states, {len(made.arcs)} arcs, {len(made.words)} words\n")
