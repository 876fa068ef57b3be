"""A small vocabulary, and short ways to ask it."""

import asyncio
from collections.abc import Mapping
from datetime import date

from assistant.messages import Choice, Intent, IntentSpec, SlotSpec, Transcript, Vocabulary
from assistant.phrases.book import PhraseBook

TODAY = date(2026, 3, 4)
"""A Wednesday."""


def vocabulary(*templates: str, slots: tuple[SlotSpec, ...] = (), name: str = "test.it") -> Vocabulary:
    return Vocabulary((IntentSpec(name, templates, slots),))


def choices(*spoken: str, **values: str) -> tuple[Choice, ...]:
    """Each said as it is written; `lamp="[the] big lamp"` makes a value of its own."""
    return tuple(Choice(words, words) for words in spoken) + tuple(Choice(v, k) for k, v in values.items())


def book(words: Vocabulary) -> PhraseBook:
    phrases = PhraseBook(lambda: TODAY)
    asyncio.run(phrases.learn(words))
    return phrases


def ask(phrases: PhraseBook, text: str, confidence: float = 1.0) -> Intent | None:
    return asyncio.run(phrases.understand(Transcript(text, confidence, "typed")))


def slots_of(phrases: PhraseBook, text: str) -> Mapping[str, object] | None:
    intent = ask(phrases, text)
    return None if intent is None else dict(intent.slots)
