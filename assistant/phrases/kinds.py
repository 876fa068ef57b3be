"""How each kind of slot is said, and what value its words make.

A kind is a small template over word lists. What its lists match are parts (a tag and a number, say), and one function
per kind turns the parts into the plain value described at `SlotSpec.kind`. Thus hassil reads slots like everything
else, and the recogniser's network is made from the same lists.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from hassil import SlotList, TextSlotList, TextSlotValue, WildcardSlotList
from hassil import TextChunk as Literal

from assistant.messages import Choice, SlotSpec
from assistant.phrases import syntax
from assistant.phrases.numbers import cardinal

Value = str | int
Part = tuple[str, object]
"""The tag of a list reference and what was matched there."""

Compose = Callable[[Sequence[Part], date], Value | None]
"""Parts in the order they were said, and today's date, to a plain value; None where they make no sense."""

WIDEST_LIST = 1000
"""Numbers are listed one by one up to this many; wider ranges are read in thousands."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One way of saying values."""

    template: str
    """References are written `{list:tag}`, or `{list}` for an empty tag."""
    lists: Mapping[str, SlotList]
    compose: Compose


@dataclass(frozen=True, slots=True)
class Said:
    """A value of a list and the words for it."""

    words: tuple[str, ...]
    value: object
    weight: float = 1.0
    """How often it is said, relative to the others in the list."""


def listed(name: str, said: Iterable[Said]) -> TextSlotList:
    """A hassil list; what is said of a value shares the value's weight."""
    values = []
    for item in said:
        speakable = max(1, sum(not any(map(str.isdigit, words)) for words in item.words))
        for words in item.words:
            weight = {"weight": item.weight / speakable}
            values.append(TextSlotValue(Literal(f"{words} "), item.value, metadata=weight))
    return TextSlotList(name=name, values=values)


def kind_of(slot: SlotSpec) -> Kind:
    """How the slot's values are said. Raises TemplateError."""
    match slot.kind:
        case "choice":
            return choice(slot.choices)
        case "integer":
            return integer(slot.low, slot.high)
        case "text":
            return Kind("{text}", {"text": WildcardSlotList(name="text")}, lambda parts, today: str(parts[0][1]))
    raise syntax.TemplateError(f"slot {slot.name} is of kind {slot.kind!r}, which is not known")


@lru_cache(maxsize=64)
def choice(choices: tuple[Choice, ...]) -> Kind:
    """One of a few values, each said in a few ways."""
    ways: dict[str, list[str]] = {}
    for item in choices:
        try:
            spoken = syntax.forms(syntax.parse(item.spoken))
        except syntax.TemplateError as error:
            raise syntax.TemplateError(f"the choice {item.spoken!r} is wrong: {error}") from error
        ways.setdefault(item.value, []).extend(words for words in spoken if words)
    name = f"choice {hash(choices)}"
    said = (Said(tuple(dict.fromkeys(words)), value) for value, words in ways.items())
    return Kind(f"{{{name}}}", {name: listed(name, said)}, lambda parts, today: str(parts[0][1]))


@cache
def integer(low: int, high: int) -> Kind:
    """A whole number in digits or words."""

    def compose(parts: Sequence[Part], today: date) -> int | None:
        total = 0
        for tag, value in parts:
            total += int(str(value)) * (1000 if tag == "thousand" else 1)
        return total if low <= total <= high else None

    name = f"integer {low} {high}"
    numbers = range(low, high + 1)
    return Kind(f"{{{name}}}", {name: listed(name, map(number, numbers))}, compose)


def number(value: int, weight: float = 0) -> Said:
    """A number in digits and words. Round numbers are said more often."""
    often = 4 if value % 10 == 0 else 2 if value % 5 == 0 else 1
    return Said((str(value), *cardinal(value)), value, weight or often)
