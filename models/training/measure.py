"""Phone errors: insertions, deletions and substitutions for each phone that was said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.training.recordings import Recordings


@dataclass(frozen=True, slots=True)
class Errors:
    """Counts, which add up."""

    wrong: int = 0
    said: int = 0

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(self.wrong + other.wrong, self.said + other.said)

    @property
    def rate(self) -> float:
        """Errors for each phone."""
        return self.wrong / max(self.said, 1)

    def __str__(self) -> str:
        return f"{100 * self.rate:.1f} %"


def errors(head: Callable[[NDArray[np.float32]], NDArray[np.float32]], heard: Recordings) -> Errors:
    """Of the likeliest label of each frame. `head` makes (frames, labels) of (rows, WIDTH)."""
    pairs = zip(heard.features, heard.phones, strict=True)
    return sum((compared(greedy(head(rows.astype(np.float32))), phones.tolist()) for rows, phones in pairs), Errors())


def greedy(frames: NDArray[np.float32], penalty: float = 0.0) -> list[int]:
    """The likeliest label of each frame, without blanks and repetitions. `penalty` is on the blank, in nats."""
    less = frames - penalty * (np.arange(frames.shape[1]) == 0)
    best = less.argmax(axis=1)
    return [int(label) for before, label in zip((0, *best[:-1]), best, strict=True) if label not in (0, before)]


def compared(heard: Sequence[int], said: Sequence[int]) -> Errors:
    """The fewest edits from what was heard to what was said."""
    row = list(range(len(said) + 1))
    for number, label in enumerate(heard, start=1):
        following = [number]
        for place, wanted in enumerate(said, start=1):
            following.append(min(row[place] + 1, following[-1] + 1, row[place - 1] + (label != wanted)))
        row = following
    return Errors(row[-1], len(said))
