"""Free text of sentences that were heard: what any phones stood for becomes words, looked for in the same rows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assistant.engines.kaldi import Path, PhoneSearch
from assistant.phrases.graph import FREE_TEXT
from assistant.phrases.phone_graph import PhoneGraph

Floats = NDArray[np.float32]

PHONE_PRICE = 2.0
"""Nats for each phone of free text while nobody knows its words: less than for a filler beside the sentence, more than
words cost that were said."""

WORDINGS = 8
"""Of each free text, the likeliest are kept."""

BEAM, SPREAD = 9.0, 5.0
"""Nats by which paths through all that can be said may be less likely than the best of their moment, and wordings in
the end."""

STRETCHES = 2
"""Stretches of one utterance in which words are looked for: those of the likeliest sentences."""


class FreeText:
    """Puts words in the places of free text. For use in one thread."""

    def __init__(self, graph: PhoneGraph) -> None:
        """`graph` is all that can be said in free text. Raises EngineError where it cannot be loaded."""
        self._search = PhoneSearch(graph, beam=BEAM)
        self.states = graph.states
        """How much can be said."""

    def worded(self, paths: Sequence[Path], rows: Floats) -> list[Path]:
        """The paths with words for all free text, the best first. What cannot be anything known is left out."""
        known: dict[tuple[int, int], list[Path]] = {}
        found: dict[str, Path] = {}
        for path in paths:
            for each in self._worded(path, rows, known):
                if each.text not in found or each.cost < found[each.text].cost:
                    found[each.text] = each
        return sorted(found.values(), key=lambda path: path.cost)

    def _worded(self, path: Path, rows: Floats, known: dict[tuple[int, int], list[Path]]) -> Iterator[Path]:
        place = next((place for place, each in enumerate(path.spoken) if each.entry.word == FREE_TEXT), None)
        if place is None:
            yield path
            return
        rest = path.spoken[place:]
        phones = next((count for count, each in enumerate(rest[1:], 1) if each.entry.word is not None), len(rest))
        first, end = rest[0].first, rest[phones - 1].end
        if (first, end) not in known:
            if len(known) == STRETCHES:
                return
            known[first, end] = self._search.alternatives(rows[first:end], WORDINGS, SPREAD)
        sound = -float(rows[np.arange(first, end), np.array(path.labels[first:end]) - 1].sum())
        for words in known[first, end]:
            inner = tuple(replace(each, first=each.first + first, end=each.end + first) for each in words.spoken)
            cost = path.cost - sound - PHONE_PRICE * phones + words.cost
            whole = replace(path, spoken=path.spoken[:place] + inner + rest[phones:], cost=cost, free_text=True)
            yield from self._worded(whole, rows, known)
