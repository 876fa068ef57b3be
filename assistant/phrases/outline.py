"""What is true of a template's tree, whatever is said: what may be empty, what meets what."""

from collections.abc import Iterable, Set
from itertools import permutations

from hassil import Alternative, Expression, Group, ListReference, Permutation, Sequence, TextChunk

Edges = tuple[bool, bool, bool]
"""Whether something can begin in a certain way, end in it, and be empty."""


def silent(expression: Expression) -> bool:
    """Whether a tidy tree can be matched by saying nothing."""
    match expression:
        case TextChunk():
            return not expression.text
        case Alternative():
            return any(silent(item) for item in expression.items)
        case Group():
            return all(silent(item) for item in expression.items)
    return False


def most_said(expression: Expression, slot: str) -> int:
    """How often a slot can be said in one sentence of an outline."""
    match expression:
        case ListReference():
            return expression.slot_name == slot
        case Alternative():
            return max(most_said(item, slot) for item in expression.items)
        case Group():
            return sum(most_said(item, slot) for item in expression.items)
    return 0


def meet(expression: Expression, slots: Set[str]) -> bool:
    """Whether two of these slots can stand side by side in an outline, without a word between them."""
    match expression:
        case Alternative():
            return any(meet(item, slots) for item in expression.items)
        case Permutation():
            orders = (Sequence(items=list(order)) for order in permutations(expression.items))
            return any(meet(order, slots) for order in orders)
        case Group():
            return any(meet(item, slots) for item in expression.items) or any(
                reaches([_borders(item, slots) for item in expression.items[:place]][::-1], 1)
                and _borders(item, slots)[0]
                for place, item in enumerate(expression.items)
            )
    return False


def _borders(expression: Expression, slots: Set[str]) -> Edges:
    match expression:
        case TextChunk(text=text):
            return (False, False, not text)
        case ListReference(slot_name=name):
            return (name in slots, name in slots, False)
        case Alternative():
            return either(_borders(item, slots) for item in expression.items)
        case Permutation():
            edges = [_borders(item, slots) for item in expression.items]
            first, last, empty = zip(*edges, strict=True)
            return (any(first), any(last), all(empty))
        case Group():
            return in_turn([_borders(item, slots) for item in expression.items])
    return (False, False, False)


def either(edges: Iterable[Edges]) -> Edges:
    """Of alternatives."""
    first, last, empty = zip(*edges, strict=True)
    return (any(first), any(last), any(empty))


def in_turn(edges: list[Edges]) -> Edges:
    """Of a sequence."""
    return (reaches(edges, 0), reaches(edges[::-1], 1), all(empty for *_, empty in edges))


def reaches(edges: list[Edges], side: int) -> bool:
    """Whether the first or a later of them, past those that may be empty, is so on its side (0 or 1)."""
    for edge in edges:
        if edge[side]:
            return True
        if not edge[2]:
            return False
    return False
