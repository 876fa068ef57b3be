"""How sure a sentence is that was searched for, and what a second recognizer makes of it.

Any phones in any order explain a sound better than the best sentence does; by how much, for each phone, is the
sentence's lead. What is no command has a long lead, but the more can be said, the more of it is like something that
can: so the limit falls as the phone graph grows.
"""

import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.engines.kaldi import Path
from assistant.messages import AudioFrame, IntentSpec, Vocabulary
from assistant.stages import Recognizer

SHORTEST = 5
"""Phones: sentences of fewer are judged as if they had as many."""

NEAREST, WIDEST, NARROW = 1.7, 2.8, 1_000.0
"""Limits in nats a phone: in a house of endless size, and the longest, which one of NARROW states comes near. Of 286
synthetic sentences that cannot be said in a house of 251,000 states, three are let through, of 204 commands 200. The
shape is that of the limits in nine networks of 239 to 125,485 states.
"""

SUPPORT, SUPPORT_WIDE = 0.6, 0.2
"""How much longer the lead may be of what a second recognizer is certain of; and where very much can be said, of which
it is as often certain when it is wrong.
"""

ALONE = 0.15
"""How much longer it may be where there is no second one to ask."""

FREE_TEXT = 0.3
"""How much shorter it must be where there is free text: among all that can be said there, something fits by chance. Of
88 synthetic commands that were heard right, two are lost by it."""

DISTINCT = 0.3
"""Mean probability of the likeliest phone below which it is hardly a voice. One in a hundred synthetic commands at 12
dB is below 0.28; of the cries and sneezes that Silero takes for speech, none that is like a command is above."""

STEEPNESS = 3.0
"""Of confidence, at the limit."""

TRUST = 2.0
"""What our own nats are worth to the second recognizer, whose own are of frames that are far from independent."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence that may have been said."""

    text: str
    cost: float
    """Nats."""
    lead: float
    """How much better any phones explain the sound, in nats a phone."""
    doubt: float = 0.0
    """How much shorter its lead must be than that of others."""

    @classmethod
    def of(cls, path: Path, free: float, doubt: float = 0.0) -> "Choice":
        """`free` is what any phones cost."""
        phones = sum(len(each.entry.phones) for each in path.spoken if each.entry.word is not None)
        return cls(path.text, path.cost, (path.cost - free) / max(SHORTEST, phones), doubt)

    def ahead(self, bound: float) -> float:
        """How much shorter its lead is than it may be, where others may have one of `bound`."""
        return bound - self.lead - self.doubt


def limit(states: int) -> float:
    """The lead at which a sentence of a phone graph with so many states is as likely right as wrong."""
    return min(WIDEST, NEAREST + NARROW / max(1, states))


def any_phones(rows: NDArray[np.float32]) -> float:
    """What any phones in any order cost, in nats."""
    return -float(rows.max(axis=1).sum()) if len(rows) else 0.0


def distinctness(rows: NDArray[np.float32]) -> float:
    """Mean probability of the likeliest phone in the frames in which a phone is likelier than the blank.

    `rows` are logarithms, (frames, 1 + phones), the blank first.
    """
    if not len(rows):
        return 0.0
    likeliest = rows[:, 1:].max(axis=1)
    heard = likeliest[likeliest > rows[:, 0]]
    return float(np.exp(heard).mean()) if len(heard) else 0.0


def confidence(ahead: float) -> float:
    """0 to 1, of a sentence whose lead is so far below the limit."""
    return 1 / (1 + math.exp(min(50.0, -STEEPNESS * ahead)))


async def second_opinion(
    second: Recognizer, frames: Sequence[AudioFrame], choices: Sequence[Choice], *, wide: bool
) -> tuple[Choice, float]:
    """What both together take it for, and the confidence of the second; 0 where it hears none of the choices.

    The choices are ordered by cost; `wide`, of very much that can be said. Raises EngineError.
    """
    best = choices[0]
    weighed = tuple(
        IntentSpec(f"any.of{number}", (each.text,), weight=math.exp(TRUST * (best.cost - each.cost)))
        for number, each in enumerate(choices)
    )
    among = Vocabulary(weighed, likeliest=wide)
    heard = await second.transcribe(again(frames), among)
    chosen = next((each for each in choices if each.text == heard.text), None)
    return (chosen, heard.confidence) if chosen is not None else (best, 0.0)


async def again(frames: Sequence[AudioFrame]) -> AsyncIterator[AudioFrame]:
    """The frames once more."""
    for frame in frames:
        yield frame
