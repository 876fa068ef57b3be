"""The language of answers: one intent with its slots, written so that a small model copies more than it computes.

`light.brightness level: 40 light: kitchen light` or `none`. No comma stands between slots, so that ending, going on and
with which slot are one choice. Lengths of time, times and dates are written as people write them ("10 minutes",
"7:15 pm", "next friday") and become plain values by the same rules as typed text.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.messages import IntentSpec, SlotSpec, Vocabulary
from assistant.phrases.examples import slot_sets
from assistant.phrases.kinds import kind_of
from assistant.phrases.lists import Part, Value
from assistant.prompt.choices import Done, Path, Step
from assistant.prompt.values import WORDED, Form, forms, grounded

NONE = "none"
"""The answer when no intent fits, and the value of a closed slot when no value does."""

Tokenize = Callable[[str], tuple[int, ...]]
"""Tokens of text that continues other text. Raises EngineError where the text cannot be written with them."""

Command = tuple[str, dict[str, Value]]
"""An intent's name and its plain slot values."""


def written(intent: str, slots: Mapping[str, str]) -> str:
    """An answer as the model is to write it, with slot values as they are written."""
    return intent + "".join(f" {name}: {form}" for name, form in slots.items())


@dataclass(frozen=True, slots=True)
class _Slot:
    spec: SlotSpec
    opening: tuple[int, ...]
    """Tokens before its value."""
    forms: tuple[tuple[tuple[int, ...], tuple[Part, ...]], ...] | None
    """Tokens and meaning of every value; None where the words spoken tell them."""

    def compose(self, parts: Sequence[Part], today: date) -> Value | None:
        return kind_of(self.spec).compose(parts, today)


@dataclass(frozen=True, slots=True)
class _Intent:
    name: str
    tokens: tuple[int, ...]
    slots: tuple[_Slot, ...]
    together: frozenset[frozenset[str]]
    """Sets of slots that some template says together."""


class Answers:
    """Everything that can be answered in one house. Making it takes a few milliseconds for each hundred values."""

    def __init__(self, vocabulary: Vocabulary, tokenize: Tokenize, end: int) -> None:
        """`end` is the token that ends an answer. Raises EngineError where the tokenizer cannot write a name."""
        self.tokenize = tokenize
        self.end = end
        self.none = tokenize(NONE)
        self.no_value = tokenize(f" {NONE}")
        self._cache: dict[Form, tuple[tuple[int, ...], tuple[Part, ...]]] = {}
        self.intents = tuple(self._intent(spec) for spec in vocabulary.intents)

    def to(self, words: Sequence[str], today: date) -> "Step[Command | None]":
        """What can be answered to these words. The answer is None where nothing fits."""
        return _Start(self, tuple(words), today)

    def _intent(self, spec: IntentSpec) -> _Intent:
        slots = tuple(self._slot(slot) for slot in spec.slots)
        required = {slot.name for slot in spec.slots if slot.required}
        named = tuple(slot.name for slot in spec.slots)
        together = frozenset(names for names in slot_sets(spec.templates, named) if required <= names)
        return _Intent(spec.name, self.tokenize(spec.name), slots, together or frozenset({frozenset(required)}))

    def _slot(self, spec: SlotSpec) -> _Slot:
        opening = self.tokenize(f" {spec.name}:")
        listed = None if spec.kind in WORDED else forms(spec)
        return _Slot(spec, opening, None if listed is None else tuple(map(self.form, listed)))

    def form(self, form: Form) -> tuple[tuple[int, ...], tuple[Part, ...]]:
        """The tokens of a value that follows a slot's opening, and its meaning."""
        known = self._cache.get(form)
        if known is None:
            known = self._cache[form] = (self.tokenize(f" {form.text}"), form.parts)
        return known


@dataclass(frozen=True, slots=True)
class _Start:
    answers: Answers
    words: tuple[str, ...]
    today: date

    def paths(self) -> Iterator[Path[Command | None]]:
        yield Path(self.answers.none, _End(self.answers))
        for intent in self.answers.intents:
            yield Path(intent.tokens, _Filling(self, intent))


@dataclass(frozen=True, slots=True)
class _End:
    """Nothing fits."""

    answers: Answers

    def paths(self) -> Iterator[Path[Command | None]]:
        yield Path((self.answers.end,), Done(None))


@dataclass(frozen=True, slots=True)
class _Filling:
    """Some slots of an intent have their values; the next, or the end, is to come."""

    start: _Start
    intent: _Intent
    at: int = 0
    """How many of the intent's slots lie behind."""
    filled: tuple[tuple[str, tuple[Part, ...]], ...] = ()

    def paths(self) -> Iterator[Path[Command | None]]:
        names = frozenset(name for name, _ in self.filled)
        if names in self.intent.together:
            yield Path((self.start.answers.end,), Done(self._command()))
        for place in range(self.at, len(self.intent.slots)):
            slot = self.intent.slots[place]
            later = {other.spec.name for other in self.intent.slots[place + 1 :]}
            now = names | {slot.spec.name}
            if any(now <= together and together - now <= later for together in self.intent.together):
                yield Path(slot.opening, _Valuing(self, place))

    def _command(self) -> Command | None:
        slots = {slot.spec.name: slot for slot in self.intent.slots}
        values: dict[str, Value] = {}
        for name, parts in self.filled:
            value = slots[name].compose(parts, self.start.today)
            if value is None:
                return None
            values[name] = value
        return self.intent.name, values


@dataclass(frozen=True, slots=True)
class _Valuing:
    """A slot was opened; its value is to come."""

    before: _Filling
    place: int

    def paths(self) -> Iterator[Path[Command | None]]:
        start, slot = self.before.start, self.before.intent.slots[self.place]
        answers = start.answers
        listed = slot.forms
        if listed is None:
            listed = tuple(map(answers.form, grounded(start.words, slot.spec)))
        if slot.spec.kind == "choice" or not listed:
            yield Path(answers.no_value, _End(answers))
        for tokens, parts in listed:
            filled = (*self.before.filled, (slot.spec.name, parts))
            yield Path(tokens, _Filling(start, self.before.intent, self.place + 1, filled))
