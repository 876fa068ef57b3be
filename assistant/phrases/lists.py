"""What a kind of slot is made of: word lists, a template over them, and how matched parts make a value."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from hassil import Expression, RangeSlotList, SlotList, TextChunk, TextSlotList, TextSlotValue, WildcardSlotList

from assistant.phrases.numbers import cardinal

Value = str | int | float
"""As `SlotSpec.kind` describes it."""

Part = tuple[str, object]
"""The tag of a list reference and the value that was matched there."""

Compose = Callable[[Sequence[Part], date], Value | None]
"""Parts in the order they were said, and today's date, to a plain value; None where they make no sense."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One way of saying values."""

    template: str
    """References are written `{list:tag}`; without a tag the list's name is the tag."""
    lists: Mapping[str, SlotList]
    """By names that no other kind uses for another list."""
    compose: Compose


@dataclass(frozen=True, slots=True)
class Said:
    """A value of a list and the words for it."""

    value: object
    words: tuple[str, ...]
    weight: float = 1.0
    """How often it is said, relative to the others in the list."""


@dataclass
class AnyWords(WildcardSlotList):
    """Any words, which `Kind.compose` may still refuse."""

    said: Expression | None = None
    """What of it a recognizer that knows only listed words can hear: a tree over other lists."""
    is_text: bool = True
    """Whether it is words that were said, not a number in words."""


@dataclass
class Phrases(TextSlotList):
    """Words for values. They are found by whole words: hassil's own index goes by letters, and takes 10 MB."""

    _by_text: dict[str, list[TextSlotValue]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _longest: int = field(default=0, init=False, repr=False, compare=False)
    """In words."""

    def __post_init__(self) -> None:
        for value in self.values:
            assert isinstance(value.text_in, TextChunk)
            self._by_text.setdefault(value.text_in.text, []).append(value)
        self._longest = max((text.count(" ") for text in self._by_text), default=0)

    def get_candidates(self, text: str) -> list[TextSlotValue]:
        """The values with whose words the text begins. It is written as `words.words` writes it."""
        found: list[TextSlotValue] = []
        end = -1
        for _ in range(self._longest):
            end = text.find(" ", end + 1)
            if end < 0:
                break
            found += self._by_text.get(text[: end + 1], ())
        return found


def number(value: int, weight: float | None = None) -> Said:
    """A number in words. Round numbers are said more often: an estimate."""
    often = 4.0 if value % 10 == 0 else 2.0 if value % 5 == 0 else 1.0
    return Said(value, cardinal(value), often if weight is None else weight)


def spoken(name: str, said: Iterable[Said]) -> Phrases:
    """A hassil list of words. The ways to say a value share its weight."""
    values = []
    for each in said:
        share = {"weight": each.weight / len(each.words)}
        values += [TextSlotValue(TextChunk(f"{words} "), each.value, metadata=share) for words in each.words]
    return Phrases(name=name, values=values)


def digits(name: str, low: int, high: int, multiplier: float | None = None) -> RangeSlotList:
    """A hassil list of numbers in digits: read in text, never said."""
    return RangeSlotList(name=name, start=low, stop=high, multiplier=multiplier, words=False)


def abbreviations(name: str, values: Mapping[str, object]) -> Phrases:
    """A hassil list of what is only ever written: weight 0 keeps it out of the network."""
    return spoken(name, (Said(value, (word,), 0.0) for word, value in values.items()))
