"""Choosing among what may be written, token by token: forced tokens cost nothing, real choices ask the model.

Everything that may be written is a tree of `Step`s, unfolded only where the writing leads. Nothing but a path of the
tree can be written, so whatever scores a model gives, it cannot name what does not exist.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.errors import EngineError

Answer = TypeVar("Answer")

Scores = NDArray[np.float32]
"""A logit for each token of a model's vocabulary."""

Read = Callable[[Sequence[int]], Scores]
"""Lets the model read tokens after all it has read before, and gives its scores for the token that comes next."""


class Step(Protocol[Answer]):
    """A place in an answer from where it may go on. Steps that compare equal mean the same."""

    def paths(self) -> "Iterable[Path[Answer]]":
        """Every way to go on."""
        ...


@dataclass(frozen=True, slots=True)
class Done(Generic[Answer]):
    """The end of an answer."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Path(Generic[Answer]):
    """Tokens to write, at least one, and where they lead."""

    tokens: tuple[int, ...]
    then: "Step[Answer] | Done[Answer]"


@dataclass(frozen=True, slots=True)
class Chosen(Generic[Answer]):
    """A finished answer and what is known of it."""

    answer: Answer
    share: float
    """Product, over the real choices, of the chosen way's share of the probability of all ways: 0 to 1."""
    fit: float
    """The least probability that the model gave to all ways of a choice together: low where it would have liked to
    write something that does not exist."""
    choices: int
    """How often the model was asked."""
    tokens: tuple[int, ...]
    """What was written."""

    @property
    def confidence(self) -> float:
        """How likely this is what was meant, 0 to 1. Misfits come together, so the least fit counts once."""
        return self.share * self.fit


def choose(start: Step[Answer], read: Read, most: int) -> Chosen[Answer]:
    """Write the likeliest answer, choice by choice.

    Tokens between two choices are read in one batch with the chosen token. Ways that mean the same are no choice: the
    shortest is taken. Raises EngineError when the answer takes more than `most` tokens, when there is no way to go on,
    or when no way has a score that is a number.
    """
    paths = list(start.paths())
    written: list[int] = []
    unread = 0
    share = fit = 1.0
    choices = 0
    while len(written) < most:
        if not paths:
            raise EngineError("The choices lead nowhere: an intent has a slot without values; this is a bug.")
        if all(path.then == paths[0].then for path in paths):
            paths = [min(paths, key=lambda path: len(path.tokens))]
        token = paths[0].tokens[0]
        if any(path.tokens[0] != token for path in paths):
            token, part, mass = _ask(paths, read(written[unread:]))
            unread = len(written)
            choices += 1
            share *= part
            fit = min(fit, mass)
        written.append(token)
        follow = _follow(paths, token)
        if isinstance(follow, Done):
            return Chosen(follow.answer, share, fit, choices, tuple(written))
        paths = follow
    raise EngineError(f"The model's answer took more than {most} tokens; raise the limit if names are that long.")


def _follow(paths: Iterable[Path[Answer]], token: int) -> list[Path[Answer]] | Done[Answer]:
    found: list[Path[Answer]] = []
    for path in paths:
        if path.tokens[0] != token:
            continue
        if len(path.tokens) > 1:
            found.append(Path(path.tokens[1:], path.then))
        elif isinstance(path.then, Done):
            return path.then
        else:
            found.extend(path.then.paths())
    return found


def _ask(paths: Iterable[Path[Answer]], scores: Scores) -> tuple[int, float, float]:
    """The best token, the share of the paths that mean the same, and the probability of all paths together."""
    leads: dict[int, list[Step[Answer] | Done[Answer]]] = {}
    for path in paths:
        leads.setdefault(path.tokens[0], []).append(path.then)
    known = scores[np.isfinite(scores)].astype(np.float64)
    ways = {token: float(scores[token]) for token in leads if token < len(scores) and np.isfinite(scores[token])}
    if not ways:
        raise EngineError("The model gives no score to any choice; its file may be damaged: verify or replace it.")
    best = max(ways, key=ways.__getitem__)
    meaning = leads[best][0]
    alike = [token for token in ways if all(end == meaning for end in leads[token])]
    same = [ways[token] for token in alike] if best in alike else [ways[best]]
    allowed = _log_sum(np.array(list(ways.values())))
    return best, math.exp(_log_sum(np.array(same)) - allowed), min(1.0, math.exp(allowed - _log_sum(known)))


def _log_sum(logits: NDArray[np.float64]) -> float:
    """Logarithm of the sum of exponentials."""
    top = logits.max()
    return float(top + np.log(np.exp(logits - top).sum()))
