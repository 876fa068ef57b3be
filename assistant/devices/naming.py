"""How names sound: which cannot be told apart by ear, and which cannot be said at all."""

import re
from collections.abc import Iterable

from assistant.phrases.numbers import cardinal
from assistant.phrases.words import speakable, spelled

LARGEST = 999_999
"""Numbers in names up to this are said as one; in longer ones each differs from each."""


def folded(name: str) -> str:
    """A name as it sounds: "Lamp-1" as "lamp one"."""
    return " ".join(_aloud(word) for word in spelled(name).split())


def sayable(name: str) -> str:
    """A name without what is not said: `living_room/lamp (old)` becomes `living room lamp old`."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f()\[\]{}<>|:\\/_#+*\"]", " ", name).split())


def can_be_heard(names: Iterable[str]) -> bool:
    """Whether one of the names is made of words that a pronunciation can be made for."""
    return any(all(map(speakable, folded(name).split())) for name in names)


def _aloud(word: str) -> str:
    return cardinal(int(word))[0] if word.isdecimal() and int(word) <= LARGEST else word
