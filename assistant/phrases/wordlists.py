"""The word lists of everyday.yaml: what is heard in free text, and what is known of the goods of a household."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from assistant.phrases.lists import Said

SOURCE = Path(__file__).parent / "everyday.yaml"

SEVERAL = 0.4
"""How often "eggs" is said for each time that "egg" is, of what is written "egg[s]": an estimate."""


def wordlists() -> Mapping[str, list[Said]]:
    """Each list by its name."""
    return {name: list(_said(text)) for name, text in yaml.safe_load(SOURCE.read_text("utf-8"))["words"].items()}


def _said(text: str) -> Iterator[Said]:
    """The phrases of a list."""
    for phrase in text.split(","):
        words, _, weight = " ".join(phrase.split()).partition("*")
        yield Said(words.removesuffix("[s]"), (words.removesuffix("[s]"),), float(weight or 1))
        if words.endswith("[s]"):
            yield Said(words.replace("[s]", "s"), (words.replace("[s]", "s"),), float(weight or 1) * SEVERAL)
