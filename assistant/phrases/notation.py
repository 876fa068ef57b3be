"""The notation of templates, which is hassil's, read straight into a tidy tree: for a thousand templates, hassil's own
parser and a walk over what it gives take ten times as long.

In the tidy tree each literal is whole words with one space after each, so that matching never begins or ends inside a
word, and the same tree can be read as a word network. Digits in a template may also be said: `lamp 2` is
`lamp (2|two)`. Words that are written in parts, as `light[s]`, become alternatives; these hassil reads.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import hassil
from hassil import Alternative, Expression, ListReference, Permutation, TextChunk, parse_sentence, sample_expression

from assistant.phrases.numbers import cardinal
from assistant.phrases.outline import Edges, either, in_turn
from assistant.phrases.words import spelled

MOST_FORMS = 256
"""How many spellings a choice or a run of letters without spaces may have."""

MOST_PERMUTED = 5
"""Parts of a permutation: their orders grow with the factorial."""

_TOKEN = re.compile(
    r"[()\[\]|;]"
    r"|\{(?:\\.|[^\\{}])*\}"
    r"|<(?:\\.|[^\\<>])*>"
    r"|(?:\\.|[^()\[\]{}<>|;])(?:\\.|[^\\()\[\]{}<>|; ])* *",  # a word with the spaces after it
    re.DOTALL,
)
_BRACKET = re.compile(r"\\.?|[()\[\]{}<>]", re.DOTALL)
_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class TemplateError(Exception):
    """What is wrong with a template and what to do, as the end of a sentence."""


def read(template: str) -> Expression:
    """The tidy tree of a template, its slots still references; never change it. Raises TemplateError."""
    template = template.rstrip()
    _check_brackets(template)
    return _choice(_Reading(template).alternatives()).tree


def _check_brackets(template: str) -> None:
    opened: list[tuple[str, int]] = []
    for found in _BRACKET.finditer(template):
        sign, place = found[0], found.start() + 1
        if sign in _PAIRS:
            opened.append((sign, place))
        elif sign == "\\":
            raise TemplateError("it cannot be read: a backslash stands before a sign; take the last one out")
        elif sign[0] != "\\" and (not opened or _PAIRS[opened.pop()[0]] != sign):
            raise TemplateError(f"'{sign}' at character {place} closes nothing; add its opening bracket")
    if opened:
        sign, place = opened[-1]
        raise TemplateError(f"'{sign}' at character {place} is never closed; add '{_PAIRS[sign]}'")


class _Part(NamedTuple):
    """A piece of a template in tidy form."""

    tree: Expression
    edges: Edges
    """Whether it can begin with a letter, end with one, and be empty, as it is written."""


_SILENCE = _Part(TextChunk(), (False, False, True))


class _Reading:
    """Reads a template, whose brackets are in order, from its beginning to its end."""

    def __init__(self, template: str) -> None:
        self._template = template
        self._tokens = _TOKEN.finditer(template)
        self._end = 0
        """Where the last token ends."""

    def alternatives(self) -> list[_Part]:
        """Up to the bracket that ends them. Raises TemplateError."""
        found = []
        sign = "|"
        while sign == "|":
            part, sign = self._permutation()
            found.append(part)
        return found

    def _permutation(self) -> tuple[_Part, str]:
        """One alternative, and the sign after it."""
        parts = []
        sign = ";"
        while sign == ";":
            part, sign = self._sequence()
            parts.append(part)
        if len(parts) == 1:
            return parts[0], sign
        if len(parts) > MOST_PERMUTED:
            raise TemplateError(f"a permutation has more than {MOST_PERMUTED} parts; split the template")
        # hassil wants a space around each part.
        return _Part(Permutation(items=[part.tree for part in parts]), (False, False, False)), sign

    def _sequence(self) -> tuple[_Part, str]:
        """One part of a permutation, and the sign after it: nothing at the end of the template."""
        parts: list[_Part] = []
        places: list[int] = []
        for token in self._tokens:
            text, self._end = token[0], token.end()
            if text in ("|", ";", ")", "]"):
                return self._joined(parts, [*places, token.start()]), text
            places.append(token.start())
            parts.append(self._part(text))
        return self._joined(parts, [*places, self._end]), ""

    def _part(self, text: str) -> _Part:
        match text[0]:
            case "(" | "[":
                if self._template.startswith(_PAIRS[text], self._end):
                    raise TemplateError(f"it cannot be read: {text}{_PAIRS[text]} is empty; write words in it")
                alternatives = self.alternatives()
                return _choice(alternatives) if text == "(" else _choice([*alternatives, _SILENCE], optional=True)
            case "{":
                if text == "{}":
                    raise TemplateError("it cannot be read: {} is empty; write the name of a slot in it")
                return _Part(ListReference(_ESCAPED.sub(r"\1", text[1:-1])), (True, True, False))
            case "<":
                raise TemplateError(f"{text} is not known; write its words in its place")
        return _words(text)

    def _joined(self, parts: Sequence[_Part], places: Sequence[int]) -> _Part:
        """One after the other; each stands in the template from its place to the next one."""
        if len(parts) <= 1:
            return parts[0] if parts else _SILENCE
        edges = [part.edges for part in parts]
        trees, start = [], 0
        for end in _word_borders(edges):
            if end == start + 1:
                trees.append(parts[start].tree)
            else:
                _check_slots([part.tree for part in parts[start:end]])
                trees.append(_spelled_out(self._template[places[start] : places[end]]))
            start = end
        return _Part(_in_a_row(trees), in_turn(edges))


def _choice(parts: Sequence[_Part], *, optional: bool = False) -> _Part:
    if len(parts) == 1:
        return parts[0]
    tree = Alternative(items=[part.tree for part in parts], is_optional=optional)
    return _Part(tree, either(part.edges for part in parts))


@lru_cache(maxsize=4096)
def _words(text: str) -> _Part:
    text = unicodedata.normalize("NFC", _ESCAPED.sub(r"\1", text))
    return _Part(_literal(text), (_is_letter(text[0]), _is_letter(text[-1]), False))


def _is_letter(character: str) -> bool:
    return character.isalnum() or character in "'’"


def _literal(text: str) -> Expression:
    return _in_a_row(_word(word) for word in spelled(text).split())


def _word(word: str) -> Expression:
    if not word.isdecimal():
        return TextChunk(f"{word} ")
    said = cardinal(int(word)) if len(word) < 7 else ()
    return Alternative(items=[TextChunk(f"{form} ") for form in (word, *said)])


def _in_a_row(items: Iterable[Expression]) -> Expression:
    """A sequence with neighbouring literals made one: fewer steps to match."""
    joined: list[Expression] = []
    for item in items:
        for part in item.items if isinstance(item, hassil.Sequence) else [item]:
            last = joined[-1] if joined else None
            if isinstance(part, TextChunk) and isinstance(last, TextChunk):
                joined[-1] = TextChunk(last.text + part.text)
            elif not isinstance(part, TextChunk) or part.text:
                joined.append(part)
    if len(joined) == 1:
        return joined[0]
    return hassil.Sequence(items=joined) if joined else TextChunk()


def _word_borders(edges: Sequence[Edges]) -> list[int]:
    """After which parts a word may end, the last among them: `light[s]` is one word."""
    inside: set[int] = set()
    for left, (_, letter_last, _) in enumerate(edges):
        if not letter_last:
            continue
        for right in range(left + 1, len(edges)):
            letter_first, _, may_be_empty = edges[right]
            if letter_first:
                inside.update(range(left + 1, right + 1))
            if not may_be_empty:
                break
    return [end for end in range(1, len(edges) + 1) if end not in inside]


def _check_slots(run: list[Expression]) -> None:
    if slots := list(hassil.Sequence(items=run).list_names()):
        raise TemplateError(f"{{{slots[0]}}} touches other letters; put a space between them")


def _spelled_out(run: str) -> Expression:
    """Parts of a template without spaces between them, as alternatives."""
    samples = list(islice(sample_expression(parse_sentence(run).expression), MOST_FORMS + 1))
    if len(samples) > MOST_FORMS:
        raise TemplateError(f"parts without spaces between them make more than {MOST_FORMS} words; put spaces")
    return Alternative(items=[_literal(sample) for sample in dict.fromkeys(samples)])
