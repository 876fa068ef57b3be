"""What somebody may have wanted to say: the sentence nearest to one that was not understood."""

from collections.abc import Iterable, Mapping

from assistant.messages import IntentSpec
from assistant.phrases.examples import examples, sentence
from assistant.phrases.words import spelled

EXAMPLES = 4
"""Sentences of each intent that are compared."""

ENOUGH = 2.0
"""Words in common from which a sentence is near; the name of a device counts as much."""

LEAST_SHARE = 0.5
"""Of the words of a name, from which on it was meant."""

_PLAIN = frozenset(
    {
        *("a", "an", "the", "my", "our", "your", "is", "are", "was", "be", "to", "of", "in", "on", "at", "it", "its"),
        *("that", "this", "and", "or", "for", "with", "me", "you", "i", "please", "can", "could", "would", "will"),
        *("do", "did", "not", "no", "some", "all"),
    }
)
"""Words that say nothing of what is wanted."""


class Nearest:
    """Compares words, and knows the names of the devices."""

    def __init__(self, specs: Iterable[IntentSpec]) -> None:
        self._specs = {spec.name: spec for spec in specs}
        self._words: Mapping[str, frozenset[str]] | None = None

    def prepare(self) -> None:
        """Know every intent's words; otherwise they are learnt when first needed. Takes half a second."""
        self._words = {
            name: frozenset(" ".join(examples(spec.templates, EXAMPLES)).split()) - _PLAIN
            for name, spec in self._specs.items()
        }

    def find(self, text: str) -> str | None:
        """A sentence that would be understood; None where none is near. Takes milliseconds."""
        said = frozenset(spelled(text).split()) - _PLAIN
        if self._words is None:
            self.prepare()
        assert self._words is not None
        best: tuple[float, str] | None = None
        for name, words in self._words.items():
            named = self._named(self._specs[name], said)
            score = len(said & words) + (ENOUGH * named[2] if named else 0.0)
            if said & words and score >= ENOUGH and (best is None or score > best[0]):
                best = (score, sentence(self._specs[name], {named[0]: named[1]} if named else {}))
        return best[1] if best else None

    def _named(self, spec: IntentSpec, said: frozenset[str]) -> tuple[str, str, float] | None:
        """A slot and the device or room whose name has most of its words among those said, and their share."""
        found: tuple[float, int, str, str] | None = None
        for slot in spec.slots:
            for choice in slot.choices if slot.names else ():
                words = frozenset(choice.spoken.casefold().split()) - _PLAIN
                common = len(words & said)
                rank = (common / max(1, len(words)), common, slot.name, choice.value)
                if rank[0] >= LEAST_SHARE and (found is None or rank[:2] > found[:2]):
                    found = rank
        return (found[2], found[3], found[0]) if found else None
