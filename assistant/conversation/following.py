"""What was said last, and what follows from it: "turn it off", "ten minutes more", "and in the kitchen?"."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.messages import Choice, Intent, IntentSpec, SlotSpec, Transcript, Vocabulary
from assistant.phrases import courtesy
from assistant.phrases.book import PhraseBook
from assistant.phrases.words import spelled

PRONOUN = Choice("(it|them|that|this|those|these|(that|this) one|those two|both [of (them|those)]|the same)", "it")
"""How the thing that was spoken of last is named again."""

REMEMBER = "names.call"
"""The intent by which a device gets another name, with the slots `device` and `word`."""

_SEVERAL = frozenset({"them", "those", "these", "both"})
"""Pronouns for all that one sentence spoke of."""

_LEADING = (("in", "on", "at", "for", "to", "of"), ("the", "my", "our"))
"""Words that may stand before a name or a value, in this order."""


@dataclass(frozen=True, slots=True)
class Last:
    """The last command that was done in a room."""

    intent: Intent
    at: float
    """When, by the clock of the `Mind`."""
    sentence: int
    others: tuple[Intent, ...] = ()
    """What the same sentence asked for before it."""


class Following:
    """Understands what only makes sense after the last command. It is remembered for each room on its own."""

    def __init__(self, seconds: float, clock: Callable[[], float], book: Callable[[], PhraseBook] = PhraseBook) -> None:
        """`seconds` is how long a command is remembered; `book` makes an empty one."""
        self._seconds = seconds
        self._clock = clock
        self._make = book
        self._last: dict[str, Last] = {}
        self._sentence = 0
        self._specs: Mapping[str, IntentSpec] = {}
        self._books: dict[str, tuple[PhraseBook, PhraseBook]] = {}
        self._values: dict[SlotSpec, PhraseBook] = {}
        self._names: dict[str, str] = {}

    def learn(self, vocabulary: Vocabulary) -> None:
        """Follow these commands from now on."""
        self._specs = {spec.name: spec for spec in vocabulary.intents}
        self._books.clear()
        self._values.clear()
        self._names = {
            spelled(choice.spoken): choice.value
            for spec in vocabulary.intents
            for slot in spec.slots
            if slot.names
            for choice in slot.choices
        }

    def note(self, intent: Intent, room: str = "") -> None:
        """Remember what was done just now, if something could follow from it."""
        if intent.name in self._specs and self._specs[intent.name].slots:
            before = self._last.get(room)
            same = before is not None and before.sentence == self._sentence
            others = (*before.others, before.intent) if before is not None and same else ()
            self._last[room] = Last(intent, self._clock(), self._sentence, others)

    def begin(self) -> None:
        """Another sentence begins."""
        self._sentence += 1

    def all_of(self, intent: Intent, text: str, room: str = "") -> Sequence[Intent]:
        """What follows from the last command, and where "them" is said, the same for all that its sentence spoke of."""
        last = self._last.get(room)
        if last is None or _SEVERAL.isdisjoint(spelled(text).split()):
            return [intent]
        named = dict.fromkeys(filter(None, map(self._device, (*last.others, intent))))
        several = [self._aimed(intent, name) for name in named] if len(named) > 1 else [intent]
        return [each for each in several if each is not None]

    def last(self, room: str = "") -> Intent | None:
        """What was done last, if that was lately."""
        last = self._last.get(room)
        return last.intent if last is not None and self._clock() - last.at <= self._seconds else None

    async def read(self, transcript: Transcript, last: Intent) -> Intent | None:
        """What it means after that command; None where it does not depend on it."""
        skill = _skill(last.name)
        if skill not in self._books:
            self._books[skill] = self._make(), self._make()
            for book, vocabulary in zip(self._books[skill], following(skill, self._specs.values()), strict=True):
                await book.learn(vocabulary)
        afterwards, pronominal = self._books[skill]
        intent = await afterwards.understand(transcript)
        if intent is None:
            intent = await pronominal.understand(transcript)
            if intent is None or not self._has_pronoun(intent):
                return None
        return self._filled(intent, last)

    def _has_pronoun(self, intent: Intent) -> bool:
        """A template may have words for rooms or kinds beside a slot for names: those depend on nothing."""
        spec = self._specs[intent.name]
        return any(value == PRONOUN.value and _named(spec, name) for name, value in intent.slots.items())

    def _filled(self, intent: Intent, last: Intent) -> Intent | None:
        """With what was not said taken from the last command; None where "it" is nothing of that one."""
        spec = self._specs[intent.name]
        said = {name: value for name, value in intent.slots.items() if value != PRONOUN.value or not _named(spec, name)}
        known = {slot.name for slot in spec.slots if slot.names or slot.kind == "choice"}
        meant = {name: value for name, value in last.slots.items() if name in known}
        if len(said) < len(intent.slots) and not any(_named(spec, name) for name in meant):
            return None
        return replace(intent, slots={**meant, **said})

    def again(self, last: Intent) -> Intent | None:
        """The same once more; None where a number or words were said, which once more would be the same."""
        slots = self._specs[last.name].slots if last.name in self._specs else ()
        closed = {slot.name for slot in slots if slot.kind == "choice"}
        return last if closed.issuperset(last.slots) else None

    async def instead(self, last: Intent, text: str) -> Intent | None:
        """The same command with something else in it: another device or room, another number or time; else None."""
        for words in _bare(spelled(text)):
            if words in self._names:
                found = self._aimed(last, self._names[words])
                if found is not None:
                    return replace(found, text=text)
        for slot in self._specs[last.name].slots if last.name in self._specs else ():
            if slot.names or slot.kind == "text" or slot.name not in last.slots:
                continue
            value = await self._value(slot, text)
            if value is not None:
                return replace(last, slots={**last.slots, slot.name: value}, text=text)
        return None

    def _aimed(self, last: Intent, name: str) -> Intent | None:
        """The same for a device or a room of this name; by another skill's handler of the same name, if need be.

        None where the command is not for devices at all: a timer that is set is no heating that is set.
        """
        handler = last.name.rpartition(".")[2]
        own = [self._specs[last.name]] if last.name in self._specs else []
        if not any(slot.names for spec in own for slot in spec.slots):
            return None
        for spec in own + [each for each in self._specs.values() if each.name.rpartition(".")[2] == handler]:
            for slot in spec.slots:
                if slot.names and any(choice.value == name for choice in slot.choices):
                    known = {each.name for each in spec.slots if not each.names}
                    kept = {each: value for each, value in last.slots.items() if each in known}
                    return replace(last, name=spec.name, slots={**kept, slot.name: name})
        return None

    def alias(self, instead: Intent, room: str = "") -> Intent | None:
        """The command to call the device of a correction as another was called in the last command.

        None where no device was mistaken for another, or it was called by its full name.
        """
        last = self.last(room)
        if last is None:
            return None
        meant, mistaken = self._device(instead), self._device(last)
        if meant is None or mistaken is None or meant == mistaken:
            return None
        said = f" {spelled(last.text)} "
        word = max((word for word in self._names if f" {word} " in said), key=len, default=None)
        if word is None or word == spelled(mistaken):
            return None
        return Intent(REMEMBER, {"device": meant, "word": word}, 1.0, instead.source, instead.text)

    def _device(self, intent: Intent) -> str | None:
        slots = self._specs[intent.name].slots if intent.name in self._specs else ()
        return next((str(intent.slots[s.name]) for s in slots if s.names == "devices" and s.name in intent.slots), None)

    async def _value(self, slot: SlotSpec, text: str) -> object:
        if slot not in self._values:
            self._values[slot] = self._make()
            template = f"[it is|make it|for|at|in|to|on|by] {{{slot.name}}}"
            await self._values[slot].learn(Vocabulary((IntentSpec("value", (template,), (slot,)),)))
        read = await self._values[slot].understand(Transcript(text, 1.0, ""))
        return None if read is None else read.slots[slot.name]


def following(skill: str, specs: Iterable[IntentSpec]) -> tuple[Vocabulary, Vocabulary]:
    """What is understood after a command of this skill alone: what is only said afterwards; sentences with pronouns."""
    afterwards, pronominal = [], []
    for spec in specs:
        if _skill(spec.name) != skill:
            continue
        named = [slot.name for slot in spec.slots if slot.names == "devices"]
        slots = tuple(replace(slot, choices=(PRONOUN,)) if slot.names == "devices" else slot for slot in spec.slots)
        if spec.after:
            afterwards.append(replace(spec, templates=spec.after, slots=slots, later=False, written=()))
        if templates := tuple(each for each in spec.templates if any(f"{{{name}}}" in each for name in named)):
            pronominal.append(replace(spec, templates=templates, slots=slots, later=False, written=()))
    return Vocabulary(tuple(afterwards)), Vocabulary(tuple(pronominal))


def with_pronouns(specs: Iterable[IntentSpec]) -> Sequence[IntentSpec]:
    """As the recogniser listens: devices may be called "it", and what may come afterwards is heard at any time."""
    return [
        replace(
            spec,
            templates=spec.templates + spec.after,
            slots=tuple(
                replace(slot, choices=(*slot.choices, PRONOUN)) if slot.names == "devices" and slot.choices else slot
                for slot in spec.slots
            ),
        )
        for spec in specs
    ]


def _skill(intent: str) -> str:
    return intent.partition(".")[0]


def _named(spec: IntentSpec, name: str) -> bool:
    return any(slot.name == name and slot.names is not None for slot in spec.slots)


def _bare(words: str) -> Iterable[str]:
    """The words, without those that stand before a name and the courtesy after it."""
    said = tuple(words.split())
    for end in sorted(courtesy.after_all_but_free_text(said)):
        bare = said[: len(said) - end]
        yield " ".join(bare)
        for leading in _LEADING:
            if len(bare) > 1 and bare[0] in leading:
                bare = bare[1:]
                yield " ".join(bare)
