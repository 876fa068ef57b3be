"""Pages: what a house can do, on several prompts where one is too short, and which page the words of a person are of.

A page tells a few skills with examples, which small models learn from; one long list of everything has room for none.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from assistant.messages import IntentSpec, Vocabulary
from assistant.phrases.examples import examples

LEARNT = 8
"""Sentences of each command from which the words of its skill are learnt."""

LEAST = -1.5
"""What a word can speak against a skill at most: of what people may say, templates know a part."""


def paged(
    intents: Sequence[IntentSpec], tokens: Callable[[Sequence[IntentSpec]], int], room: int
) -> tuple[Vocabulary, ...]:
    """The intents on as few pages as there is need for; those of a skill stay together, what is said most comes first.

    `tokens` counts those of a page with such intents, and `room` is what a page may have; a skill alone may have more.
    """
    if tokens(intents) <= room:
        return (Vocabulary(tuple(intents)),)
    skills: dict[str, list[IntentSpec]] = {}
    for spec in intents:
        skills.setdefault(_skill(spec), []).append(spec)
    pages: list[list[IntentSpec]] = []
    for specs in sorted(skills.values(), key=lambda specs: -sum(spec.weight for spec in specs)):
        page = next((page for page in pages if tokens([*page, *specs]) <= room), None)
        if page is None:
            pages.append(page := [])
        page += specs
    return tuple(Vocabulary(tuple(page)) for page in pages)


class Index:
    """Which page somebody's words are of: naive Bayes over how often each skill is asked for, and the words of its own
    sentences and values.
    """

    def __init__(self, pages: Sequence[Vocabulary]) -> None:
        """Takes a second for a hundred commands. Raises TemplateError."""
        skills: dict[str, tuple[int, list[IntentSpec]]] = {}
        for number, page in enumerate(pages):
            for spec in page.intents:
                skills.setdefault(_skill(spec), (number, []))[1].append(spec)
        self._skills = [(number, _Words(specs)) for number, specs in skills.values()]
        self._known: Counter[str] = Counter()
        for _, words in self._skills:
            self._known.update(words.said)
            self._known.update(dict.fromkeys(words.values - words.said.keys(), 0))
        self._sentences = sum(words.sentences for _, words in self._skills)
        self._weight = sum(words.weight for _, words in self._skills)

    def page(self, words: Iterable[str], among: Collection[int]) -> int:
        """The likeliest of these pages; of pages that are as likely, the first."""
        rare = {word: (self._known[word] + 0.5) / (self._sentences + 1) for word in words if word in self._known}
        scores = dict.fromkeys(sorted(among), -math.inf)
        for number, skill in self._skills:
            if number in scores:
                usual = math.log(skill.weight / self._weight)
                scores[number] = max(scores[number], usual + skill.score(rare))
        return max(scores, key=scores.__getitem__)


class _Words:
    """Of one skill."""

    def __init__(self, specs: Sequence[IntentSpec]) -> None:
        self.weight = sum(spec.weight for spec in specs)
        drawn = [sentence.split() for spec in specs for sentence in examples(spec.templates, LEARNT)]
        self.sentences = len(drawn)
        self.said = Counter(word for sentence in drawn for word in set(sentence) if "{" not in word)
        self.values = {
            word
            for spec in specs
            for slot in spec.slots
            for choice in slot.choices
            for word in choice.spoken.casefold().split()
        }

    def score(self, rare: Mapping[str, float]) -> float:
        """How much more likely the words are of this skill than of any."""
        return sum(
            max(LEAST, math.log((self.said[word] + (word in self.values) + share) / (self.sentences + 1) / share))
            for word, share in rare.items()
        )


def _skill(spec: IntentSpec) -> str:
    return spec.name.partition(".")[0]
