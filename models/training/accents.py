"""Accents: what people whose first language is another, or who do not articulate, make of English phones.

A rule is of espeak-ng's names of phones: what is said for which. The phones that are to be heard stay those of the
dictionary, so that the model learns what is taken for what.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """Each of the phones is said as what it is paired with; nothing is said for an empty one."""

    said: Mapping[str, str]
    at_end: bool = False
    """Only as the last phone of a word, after another consonant."""


RULES: tuple[Rule, ...] = (
    Rule({"I": "i:", "I2": "i:"}),
    Rule({"i:": "I", "i": "I"}),
    Rule({"u:": "U"}),
    Rule({"U": "u:"}),
    Rule({"E": "a"}),
    Rule({"a": "E", "aa": "E"}),
    Rule({"a": "A:", "aa": "A:"}),
    Rule({"V": "A:", "VR": "A:"}),
    Rule({"V": "0", "@2": "a", "@": "a"}),
    Rule({"0": "V", "A:": "0"}),
    Rule({"oU": "O:", "eI": "E"}),
    Rule({"aI": "A:", "aU": "A:"}),
    Rule({"3:": "E", "3": "@"}),
    Rule({"O:": "oU"}),
    Rule({"T": "t", "D": "d"}),
    Rule({"T": "s", "D": "z"}),
    Rule({"T": "f", "D": "v"}),
    Rule({"w": "v"}),
    Rule({"v": "w"}),
    Rule({"v": "b"}),
    Rule({"z": "s", "Z": "S"}),
    Rule({"dZ": "tS"}),
    Rule({"S": "s"}),
    Rule({"N": "n"}),
    Rule({"h": ""}),
    Rule({"r": "l"}),
    Rule({"r-": "", "r": ""}, at_end=True),
    Rule({"t": "", "d": ""}, at_end=True),
    Rule({"b": "p", "d": "t", "g": "k", "v": "f", "z": "s"}, at_end=True),
    Rule({"l": "oU", "@L": "oU"}, at_end=True),
)

_STRESS = "',%="
_VOWELS = tuple("aAeEiIoOuUV@03")


def drawn(chance: random.Random) -> tuple[Rule, ...]:
    """One to three rules."""
    return tuple(chance.sample(RULES, chance.choice((1, 1, 2, 2, 3))))


def spoken(phones: str, rules: Sequence[Rule]) -> str:
    """What espeak-ng is to say for what it tells of a text (`--sep=+ -x`): words between spaces, clauses in lines."""
    lines = (" ".join(_word(word.split("+"), rules) for word in line.split()) for line in phones.splitlines())
    return ", ".join(f"[[{line}]]" for line in lines if line)


def _word(phones: Sequence[str], rules: Sequence[Rule]) -> str:
    said = []
    for place, whole in enumerate(phones):
        phone = whole.lstrip(_STRESS)
        stress = whole[: len(whole) - len(phone)]
        last = place == len(phones) - 1 and place > 0
        for rule in rules:
            if not rule.at_end or last:
                phone = rule.said.get(phone, phone)
        said.append(stress * phone.startswith(_VOWELS) + phone)
    return "".join(said)
