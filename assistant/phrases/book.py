"""The phrase book: text matched against the sentence templates, by hassil."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from hassil.string_matcher import MatchContext, MatchSettings, match_expression

from assistant.memory import lasting
from assistant.messages import Intent, Transcript, Vocabulary, When
from assistant.phrases import courtesy, later, templates
from assistant.phrases.ends import possible
from assistant.phrases.lists import Part, Value
from assistant.phrases.templates import Template
from assistant.phrases.words import Word, words

MOST_CHARACTERS = 500
MOST_WORDS = 60
"""Longer text is nobody's command: it is not even tried, which bounds the time of a match."""

MOST_OTHERS = 3
"""Other readings that are told of."""

FREE_TEXT_CONFIDENCE = 0.95
"""Confidence of a match in which some words could have been any words, relative to one word for word."""


def too_long(text: str) -> bool:
    """Whether a text is longer than any command."""
    return len(text) > MOST_CHARACTERS or len(text.split()) > MOST_WORDS


@dataclass(frozen=True, slots=True)
class _Sentence:
    """Words to match, each with its place in the tidied text."""

    words: tuple[Word, ...]
    tidy: str
    filler: bool = False
    """Whether more was left off at its end than may be left off free text."""

    @property
    def text(self) -> str:
        """As templates match it: one space after each word."""
        return "".join(f"{word.text} " for word in self.words)

    def verbatim(self, start: int, length: int) -> str:
        """What stood in the tidied text where `text` has `length` characters from `start`."""
        first = self.text.count(" ", 0, start)
        last = first + len(self.text[start : start + length].split()) - 1
        return self.tidy[self.words[first].start : self.words[last].end]


@dataclass(frozen=True, slots=True)
class _Match:
    template: Template
    slots: dict[str, Value]
    literal: int
    """Characters matched word for word."""
    free: int
    """Words that could have been any."""

    @property
    def rank(self) -> tuple[float, ...]:
        return (-self.literal, self.free, -self.template.weight)


def _parsed(vocabulary: Vocabulary) -> templates.Templates:
    with lasting():
        return templates.parse(vocabulary)


class PhraseBook:
    """Understands what fits a template; None for all else. `today` tells what "tomorrow" means."""

    name = "phrases"

    def __init__(self, today: Callable[[], date] = date.today) -> None:
        self._today = today
        self._templates: tuple[Template, ...] = ()
        self._waiting: tuple[Template, ...] = ()
        """Those with which a time may be said."""
        self._times: tuple[Template, ...] = ()
        self._settings = MatchSettings()

    async def learn(self, vocabulary: Vocabulary) -> None:
        """Read these templates from now on. Raises SkillLoadError; the old ones then stay."""
        parsed = await asyncio.to_thread(_parsed, vocabulary)
        times = templates.times()
        self._settings = MatchSettings(slot_lists={**parsed.lists, **times.lists})
        self._templates = parsed.templates
        self._waiting = tuple(each for each in parsed.templates if each.later)
        self._times = times.templates

    async def ready(self) -> None:
        """At once: learning is all it takes."""

    async def close(self) -> None:
        """Nothing: it has no thread."""

    async def understand(self, transcript: Transcript) -> Intent | None:
        """The intent whose template has most of the words in it, or None. Takes milliseconds, without a pause."""
        sentences = self._sentences(transcript.text)
        matches = self._matches(sentences)
        match, when = next(iter(matches), None), None
        if match is None and self._waiting:
            match, when = self._best_for_later(sentences)
        if match is None:
            return None
        certainty = FREE_TEXT_CONFIDENCE if match.free else 1.0
        confidence = transcript.confidence * certainty
        intent = Intent(match.template.intent, match.slots, confidence, self.name, transcript.text, when)
        return replace(intent, others=_others(intent, matches[1:])) if len(matches) > 1 else intent

    def _sentences(self, text: str) -> list[_Sentence]:
        """The text with and without politeness; nothing where it is too long."""
        if len(text) > MOST_CHARACTERS:
            return []
        found, tidy = words(text)
        return list(self._trim(_Sentence(found, tidy))) if 0 < len(found) <= MOST_WORDS else []

    def _matches(self, sentences: Sequence[_Sentence]) -> Sequence[_Match]:
        """The best first."""
        matches = (match for sentence in sentences for match in self._match(sentence, self._templates))
        return sorted(matches, key=lambda match: (match.rank, match.template.intent))

    def _best_for_later(self, sentences: Sequence[_Sentence]) -> tuple[_Match, When] | tuple[None, None]:
        """Of the readings as a command and a time, that with most words in the command."""
        readings = (reading for sentence in sentences for reading in self._for_later(sentence))
        return min(readings, key=lambda reading: (reading[0].rank, reading[0].template.intent), default=(None, None))

    def _trim(self, sentence: _Sentence) -> Iterator[_Sentence]:
        """The sentence with and without the courtesy around it."""
        said = tuple(word.text for word in sentence.words)
        plain_ends = courtesy.after(said)
        for start, end in product(courtesy.before(said), courtesy.after_all_but_free_text(said)):
            if start + end < len(said):
                plain = replace(sentence, words=sentence.words[start : len(said) - end], filler=end not in plain_ends)
                yield plain
                if "mind" in said[:start]:
                    for verb in courtesy.plain_verbs(plain.words[0].text):
                        yield replace(plain, words=(replace(plain.words[0], text=verb), *plain.words[1:]))

    def _for_later(self, sentence: _Sentence) -> Iterator[tuple[_Match, When]]:
        """Readings of it as a command and a time, either of them first."""
        for place in range(1, len(sentence.words)):
            parts = [_Sentence(half, sentence.tidy) for half in (sentence.words[:place], sentence.words[place:])]
            for command, time in (parts, parts[::-1]):
                for at in self._match(time, self._times):
                    for plain in self._trim(command):
                        ends = at.template.intent == later.FOR_A_WHILE.name
                        for match in self._match(plain, self._waiting):
                            if match.template.lasting or not ends:
                                text = plain.verbatim(0, len(plain.text))
                                yield match, later.when(text, at.slots, self._today(), ends=ends)

    def _match(self, sentence: _Sentence, among: Sequence[Template]) -> Iterator[_Match]:
        text = sentence.text
        present = {word.text for word in sentence.words}
        first, last = sentence.words[0].text, sentence.words[-1].text
        today = self._today()
        for template in among:
            if not possible(template.first, first) or not possible(template.last, last):
                continue
            if sentence.filler and template.last is None:
                continue
            if any(clause.isdisjoint(present) for clause in template.sentence.get_required_clauses({})):
                continue
            start = MatchContext(text=text, intent_sentence=template.sentence)
            for end in match_expression(self._settings, start, template.sentence.expression):
                if match := _read(sentence, template, end, today):
                    yield match


def _others(best: Intent, matches: Sequence[_Match]) -> tuple[str, ...]:
    """What else it could mean, each once."""
    summaries = (Intent(match.template.intent, match.slots, 0.0, "", "").summary for match in matches)
    found = dict.fromkeys(summary for summary in summaries if summary != best.summary)
    return tuple(found)[:MOST_OTHERS]


def _read(sentence: _Sentence, template: Template, end: MatchContext, today: date) -> _Match | None:
    """What hassil's final state means, if it is a match."""
    rest = end.text
    open_text = end.get_open_wildcard()
    if rest.strip() and open_text is None:
        return None
    parts: list[Part] = []
    free = 0
    for entity in end.entities:
        value: object = entity.value
        if entity.is_wildcard and entity.text_span is not None:
            heard = rest if entity is open_text and not entity.text else entity.text
            if not heard.strip() or not heard.endswith(" "):
                return None
            # A colon is a word, for the sake of "7:05"; before free text, as in "take a note: buy bread", it is none.
            value = sentence.verbatim(entity.text_span[0], len(heard)).lstrip(": ")
            if not value:
                return None
            free += len(heard.split())
        parts.append((entity.name, value))
    slots = template.values(parts, today)
    return None if slots is None else _Match(template, slots, end.text_chunks_matched, free)
