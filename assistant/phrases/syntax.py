"""Trees of templates: read once, filled with what slots stand for, and written out."""

import operator
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import chain, islice, permutations, product

from hassil import Alternative, Expression, Group, ListReference, Permutation, Sequence, TextChunk

from assistant.phrases.notation import MOST_FORMS, TemplateError, read

Slot = Callable[[ListReference], Expression]
"""What a `{slot}` stands for, as a tidy tree. Raises TemplateError."""


@lru_cache(maxsize=4096)
def parse(template: str) -> Expression:
    """The tidy tree of a template, its slots still references; never change it. Raises TemplateError."""
    return read(template)


def fill(expression: Expression, slot: Slot) -> Expression:
    """A tidy tree with something else in the place of each reference; what has none is the same tree."""
    match expression:
        case ListReference():
            return slot(expression)
        case Group():
            items = [fill(item, slot) for item in expression.items]
            if all(map(operator.is_, items, expression.items)):
                return expression
            match expression:
                case Alternative():
                    return Alternative(items=items, is_optional=expression.is_optional)
                case Permutation():
                    return Permutation(items=items)
            return Sequence(items=items)
    return expression


def forms(expression: Expression) -> tuple[str, ...]:
    """Every sentence of a tree without slots, in words. Raises TemplateError where there are too many."""
    found = list(_forms(expression))
    if len(found) > MOST_FORMS:
        raise TemplateError(f"it can be said in more than {MOST_FORMS} ways; use fewer alternatives")
    return tuple(dict.fromkeys(form.rstrip() for form in found))


def _forms(expression: Expression) -> Iterator[str]:
    """One more than MOST_FORMS at most."""
    match expression:
        case TextChunk():
            return iter((expression.text,))
        case ListReference():
            raise TemplateError(f"{{{expression.list_name}}} cannot stand here; write the words")
        case Group():
            each = [tuple(_forms(item)) for item in expression.items]
            if isinstance(expression, Alternative):
                return islice(chain.from_iterable(each), MOST_FORMS + 1)
            orders = permutations(each) if isinstance(expression, Permutation) else (each,)
            return islice(map("".join, chain.from_iterable(product(*order) for order in orders)), MOST_FORMS + 1)
    raise TypeError(f"{expression!r} cannot be said")
