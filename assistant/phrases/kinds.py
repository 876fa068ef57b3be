"""How each kind of slot is said.

A kind is a small template over word lists, read by hassil like everything else; the recogniser's network is made from
the same lists. What the lists match are parts, and one function per kind makes the plain value of them.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache

from hassil import SlotList

from assistant.messages import Choice, SlotSpec
from assistant.phrases import moments, quantities, syntax, whens
from assistant.phrases.goods import GOODS, goods
from assistant.phrases.lists import AnyWords, Kind, Part, Phrases, Said, digits, number, spoken
from assistant.phrases.notation import TemplateError
from assistant.phrases.numbers import cardinal
from assistant.phrases.titles import is_title
from assistant.phrases.wordlists import wordlists

WIDEST_LIST = 1000
"""Numbers are listed one by one up to this many; wider ranges are said in thousands."""


FREE = ("text", "number", "calculation", "goods")
"""Kinds that are read as any words, then looked at."""


def kind_of(slot: SlotSpec) -> Kind:
    """How the slot's values are said. Raises TemplateError."""
    match slot.kind:
        case "choice":
            return choice(slot.choices)
        case "integer":
            return integer(slot.low, slot.high)
        case "percentage":
            return percentage(slot.low, slot.high)
        case "goods":
            return things(slot.most)
        case "text" if slot.choices or slot.title:
            return text_often(slot.choices, slot.most) if slot.choices else title(slot.title)
    if slot.kind in _FIXED:
        return _FIXED[slot.kind]()
    raise TemplateError(
        f"slot {{{slot.name}}} is of kind '{slot.kind}', which is not known; use choice, integer, percentage, "
        "number, calculation, goods, duration, time, clock, date, moment, digits or text"
    )


def _first(parts: Sequence[Part], _: date) -> str:
    return str(parts[0][1])


def text() -> Kind:
    """Any words."""
    return Kind("{text}", {"text": AnyWords(name="text")}, _first)


@lru_cache(maxsize=8)
def title(most: int) -> Kind:
    """Up to so many words, if they can be the name of something."""

    def compose(parts: Sequence[Part], _: date) -> str | None:
        words = str(parts[0][1])
        return words if is_title(words, most) else None

    return Kind("{text}", {"text": AnyWords(name="text")}, compose)


@lru_cache(maxsize=8)
def things(most: int) -> Kind:
    """Any words that are nothing but goods; up to `most` of them can be said where no other words are known."""
    every = wordlists()
    known = [said for name in GOODS for said in every[name]]
    before = f"some|more|{{measure}}|{{how many}} [({MEASURES}) of]"
    rest = ""
    for _ in range(most - 1):
        rest = f"[[and] [{before}] {{good}} {rest}]"
    said = f"[a|an|{before}] {{good}} {rest}"

    def compose(parts: Sequence[Part], _: date) -> str | None:
        words = str(parts[0][1])
        return words if goods(words) else None

    lists = {
        f"goods {most}": AnyWords(name=f"goods {most}", said=syntax.parse(said), is_text=False),
        "good": spoken("good", known),
        "measure": spoken("measure", every["measure"]),
        "how many": spoken("how many", (number(n, 1.0) for n in range(2, 13))),
    }
    return Kind(f"{{goods {most}}}", lists, compose)


MEASURES = "bottles|packs|boxes|bags|cans|cartons|jars|kilos|pounds|rolls|liters|loaves|bunches|pieces"
DIGITS = (
    ("oh", "zero"),
    ("one",),
    ("two",),
    ("three",),
    ("four",),
    ("five",),
    ("six",),
    ("seven",),
    ("eight",),
    ("nine",),
)
FEWEST_DIGITS, MOST_DIGITS = 4, 12


def row_of_digits() -> Kind:
    """Digits one by one, in words or written with spaces."""
    one = "({digit}|{written digit})"
    more = ""
    for _ in range(MOST_DIGITS - FEWEST_DIGITS):
        more = f"[{one} {more}]"
    lists: dict[str, SlotList] = {
        "digit": spoken("digit", (Said(value, words) for value, words in enumerate(DIGITS))),
        "written digit": digits("written digit", 0, 9),
    }

    def compose(parts: Sequence[Part], _: date) -> str:
        return "".join(str(round(float(str(value)))) for _, value in parts)

    return Kind(" ".join([one] * FEWEST_DIGITS + [more]), lists, compose)


_FIXED: dict[str, Callable[[], Kind]] = {
    "number": quantities.number,
    "calculation": quantities.calculation,
    "duration": moments.duration,
    "time": moments.time_of_day,
    "clock": moments.either_half,
    "date": moments.day,
    "moment": whens.moment,
    "digits": row_of_digits,
    "text": text,
}
"""Kinds that are the same in every slot."""


@lru_cache(maxsize=64)
def choice(choices: tuple[Choice, ...]) -> Kind:
    """One of a few values, each said in a few ways."""
    name = f"choice {hash(choices)}"
    return Kind(f"{{{name}}}", {name: _listed(name, choices)}, _first)


@lru_cache(maxsize=64)
def text_often(choices: tuple[Choice, ...], most: int) -> Kind:
    """Any words; up to `most` of these in a row can be said where no other words are known."""
    name = f"often {most} {hash(choices)}"
    listed = f"{{listed {name}}}"
    said = listed
    for _ in range(most - 1):
        said = f"{listed} [[and] {said}]"
    lists: dict[str, SlotList] = {
        name: AnyWords(name=name, said=syntax.parse(said)),
        f"listed {name}": _listed(f"listed {name}", choices),
    }
    return Kind(f"{{{name}}}", lists, _first)


def _listed(name: str, choices: tuple[Choice, ...]) -> Phrases:
    ways: dict[str, dict[str, None]] = {}
    for each in choices:
        try:
            forms = [form for said in syntax.forms(syntax.parse(each.spoken)) for form in _counted(said)]
        except TemplateError as error:
            raise TemplateError(f"the choice '{each.spoken}' is wrong: {error}") from error
        ways.setdefault(each.value, {}).update(dict.fromkeys(filter(None, forms)))
    return spoken(name, (Said(value, tuple(forms)) for value, forms in ways.items() if forms))


def _counted(form: str) -> tuple[str, ...]:
    """A way to say something; with numbers in words, too, where it has digits."""
    return (form, _DIGITS.sub(lambda digits: cardinal(int(digits[0]))[0], form)) if _DIGITS.search(form) else (form,)


_DIGITS = re.compile(r"\d+")


@lru_cache(maxsize=64)
def integer(low: int, high: int) -> Kind:
    """A whole number, in digits or words."""
    template, lists = _numbers(low, high)

    def compose(parts: Sequence[Part], _: date) -> int | None:
        total = _total(parts)
        return total if low <= total <= high else None

    return Kind(template, lists, compose)


@lru_cache(maxsize=64)
def percentage(low: int, high: int) -> Kind:
    """A whole number, with or without "percent", or "half", "a quarter", "full"."""
    template, lists = _numbers(low, high)
    shares = {25: ("a quarter", "one quarter"), 50: ("half",), 75: ("three quarters",), high: ("full", "maximum")}
    name = f"share {low} {high}"
    within = (Said(value, words) for value, words in shares.items() if low <= value <= high)
    named = {**lists, name: spoken(name, within)}

    def compose(parts: Sequence[Part], _: date) -> int | None:
        total = _total(parts)
        return total if low <= total <= high else None

    return Kind(f"(({template}) [percent|per cent]|{{{name}}})", named, compose)


def _numbers(low: int, high: int) -> tuple[str, dict[str, SlotList]]:
    """The numbers of a range, in words and in digits. In a wide one, negative numbers only in digits."""
    if low > high:
        raise TemplateError(f"its numbers go from {low} to {high}; the lower must come first")
    written = f"digits {low} {high}"
    lists: dict[str, SlotList] = {written: digits(written, low, high)}
    if high - low < WIDEST_LIST:
        name = f"number {low} {high}"
        lists[name] = spoken(name, map(number, range(low, high + 1)))
        return f"({{{name}}}|{{{written}}})", lists
    thousands = f"thousands {low} {high}"
    counts = map(number, range(max(1, low // 1000), min(high // 1000, 999) + 1))
    lists[thousands] = spoken(thousands, (Said(1, ("one", "a")) if each.value == 1 else each for each in counts))
    lists["below 1000"] = spoken("below 1000", map(number, range(1000)))
    said = f"{{{thousands}:thousand}} thousand [[and] {{below 1000}}]|{{below 1000}}"
    return f"({said}|{{{written}}})", lists


def _total(parts: Sequence[Part]) -> int:
    return sum(round(float(str(value))) * (1000 if tag == "thousand" else 1) for tag, value in parts)
