"""Template text to a tidy tree: hassil parses it, and every literal is brought to the spelling of `words`.

In the tidy tree each literal is whole words with one space after each, so that matching never begins or ends inside a
word, and the same tree can be read as a word network. Digits in a template may also be said: `lamp 2` is
`lamp (2|two)`.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import islice

from hassil import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    Sequence,
    TextChunk,
    parse_sentence,
    sample_expression,
)
from hassil.parser import ParseError

from assistant.phrases.numbers import cardinal
from assistant.phrases.outline import Edges, either, in_turn
from assistant.phrases.words import spelled

MOST_FORMS = 256
"""How many spellings a choice or a run of letters without spaces may have."""

MOST_PERMUTED = 5
"""Parts of a permutation: their orders grow with the factorial."""

Slot = Callable[[ListReference], Expression]
"""What a `{slot}` stands for, as a tidy tree. Raises TemplateError."""


class TemplateError(Exception):
    """What is wrong with a template and what to do, as the end of a sentence."""


@lru_cache(maxsize=1024)
def parse(template: str) -> Expression:
    """The tidy tree of a template, its slots still references; never change it. Raises TemplateError."""
    _check_brackets(template)
    if not template.strip():
        return TextChunk()
    try:
        expression = parse_sentence(template).expression
    except (ParseError, AssertionError) as error:
        raise TemplateError(f"it cannot be read ({error}); check its brackets and separators") from error
    return _tidy(expression)


def fill(expression: Expression, slot: Slot) -> Expression:
    """A tidy tree with something else in the place of each reference."""
    match expression:
        case ListReference():
            return slot(expression)
        case Alternative():
            return Alternative(
                items=[fill(item, slot) for item in expression.items], is_optional=expression.is_optional
            )
        case Permutation():
            return Permutation(items=[fill(item, slot) for item in expression.items])
        case Group():
            return Sequence(items=[fill(item, slot) for item in expression.items])
    return expression


def forms(expression: Expression) -> tuple[str, ...]:
    """Every sentence of a tree without slots, in words. Raises TemplateError where there are too many."""
    found = list(islice(sample_expression(fill(expression, _no_slot)), MOST_FORMS + 1))
    if len(found) > MOST_FORMS:
        raise TemplateError(f"it can be said in more than {MOST_FORMS} ways; use fewer alternatives")
    return tuple(dict.fromkeys(" ".join(form.split()) for form in found))


def _no_slot(reference: ListReference) -> Expression:
    raise TemplateError(f"{{{reference.list_name}}} cannot stand here; write the words")


def _check_brackets(template: str) -> None:
    pairs = {"(": ")", "[": "]", "{": "}", "<": ">"}
    opened: list[tuple[str, int]] = []
    escaped = False
    for place, character in enumerate(template, 1):
        if escaped or character == "\\":
            escaped = not escaped
        elif character in pairs:
            opened.append((character, place))
        elif character in pairs.values() and (not opened or pairs[opened.pop()[0]] != character):
            raise TemplateError(f"'{character}' at character {place} closes nothing; add its opening bracket")
    if opened:
        character, place = opened[-1]
        raise TemplateError(f"'{character}' at character {place} is never closed; add '{pairs[character]}'")


def _tidy(expression: Expression) -> Expression:
    match expression:
        case TextChunk():
            return _literal(expression.text)
        case ListReference():
            return expression
        case RuleReference():
            raise TemplateError(f"<{expression.rule_name}> is not known; write its words in its place")
        case Permutation():
            if len(expression.items) > MOST_PERMUTED:
                raise TemplateError(f"a permutation has more than {MOST_PERMUTED} parts; split the template")
            return Permutation(items=[_tidy(item) for item in expression.items])
        case Alternative():
            options = [_tidy(item) for item in expression.items]
            return Alternative(items=options, is_optional=expression.is_optional)
        case Group():
            return _join(_tidy(item) for item in _split_words(expression.items))
    raise TemplateError(f"it holds a {type(expression).__name__}, which is not supported")


@lru_cache(maxsize=1024)
def _literal(text: str) -> Expression:
    return _join(_word(word) for word in spelled(text).split())


def _word(word: str) -> Expression:
    if not word.isdecimal():
        return TextChunk(f"{word} ")
    said = cardinal(int(word)) if len(word) < 7 else ()
    return Alternative(items=[TextChunk(f"{form} ") for form in (word, *said)])


def _join(items: Iterable[Expression]) -> Expression:
    """A sequence with neighbouring literals made one: fewer steps to match."""
    joined: list[Expression] = []
    for item in items:
        for part in item.items if isinstance(item, Sequence) else [item]:
            last = joined[-1] if joined else None
            if isinstance(part, TextChunk) and isinstance(last, TextChunk):
                joined[-1] = TextChunk(last.text + part.text)
            elif not isinstance(part, TextChunk) or part.text:
                joined.append(part)
    if len(joined) == 1:
        return joined[0]
    return Sequence(items=joined) if joined else TextChunk()


def _split_words(items: list[Expression]) -> Iterable[Expression]:
    """Items whose borders are borders of words: `light[s]` becomes `(lights|light)`."""
    edges = [_edges(item) for item in items]
    inside: set[int] = set()
    for left, (_, letter_last, _) in enumerate(edges):
        if not letter_last:
            continue
        for right in range(left + 1, len(items)):
            letter_first, _, may_be_empty = edges[right]
            if letter_first:
                inside.update(range(left + 1, right + 1))
            if not may_be_empty:
                break
    start = 0
    for end in range(1, len(items) + 1):
        if end not in inside:
            yield items[start] if end == start + 1 else _spell_out(items[start:end])
            start = end


def _edges(expression: Expression) -> Edges:
    """Whether it can begin with a letter, end with one, and be empty."""
    match expression:
        case TextChunk(text=text):
            return (_letter(text[:1]), _letter(text[-1:]), not text)
        case ListReference():
            return (True, True, False)
        case Permutation():
            return (False, False, False)  # hassil puts a space around each part
        case Alternative():
            return either(map(_edges, expression.items))
        case Group():
            return in_turn([_edges(item) for item in expression.items])
    return (False, False, False)


def _letter(character: str) -> bool:
    return character.isalnum() or character in ("'", "’") if character else False


def _spell_out(run: list[Expression]) -> Expression:
    if slots := list(Sequence(items=run).list_names()):
        raise TemplateError(f"{{{slots[0]}}} touches other letters; put a space between them")
    samples = list(islice(sample_expression(Sequence(items=run)), MOST_FORMS + 1))
    if len(samples) > MOST_FORMS:
        raise TemplateError(f"parts without spaces between them make more than {MOST_FORMS} words; put spaces")
    return Alternative(items=[_literal(sample) for sample in dict.fromkeys(samples)])
