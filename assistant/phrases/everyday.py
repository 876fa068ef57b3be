"""Free text as it can be heard: what households put on lists, are reminded of, note and announce, as a word network."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from hassil import Expression, ListReference, SlotList

from assistant.phrases import syntax
from assistant.phrases.graph import FINAL, Graph
from assistant.phrases.lists import Said, spoken
from assistant.phrases.network import Network, numbered

EVERYDAY = Path(__file__).parent / "everyday.yaml"


def compile_everyday(file: Path = EVERYDAY) -> Network:
    """All that can be heard where a template has free text."""
    return numbered(lambda: _graph(file))


def _graph(file: Path) -> tuple[Graph, int | None]:
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
    return graph, graph.any_of((weight, graph.read(text, FINAL)) for weight, text in texts)


def _said(text: str) -> Iterator[Said]:
    """The phrases of a list."""
    for phrase in text.split(","):
        words, _, weight = " ".join(phrase.split()).partition("*")
        plain = words.removesuffix("[s]")
        for form in dict.fromkeys((plain, words.replace("[s]", "s"))):
            yield Said(form, (form,), float(weight or 1))
