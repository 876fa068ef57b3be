"""Which of the likeliest sentences it was, with the help of a second recognizer where that is in doubt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.concurrency import Worker
from assistant.engines.doubt import (
    ALONE,
    DISTINCT,
    FREE_TEXT,
    SUPPORT,
    SUPPORT_WIDE,
    Choice,
    again,
    any_phones,
    confidence,
    distinctness,
    limit,
    second_opinion,
)
from assistant.engines.free_text import FreeText
from assistant.engines.kaldi import Path, PhoneSearch
from assistant.messages import AudioFrame, Transcript, Vocabulary
from assistant.stages import Recognizer

Floats = NDArray[np.float32]

EVEN = 0.5
"""The confidence of what is as likely right as wrong."""

CLEAR = 5.0
"""Nats by which the best sentence is ahead of the next where nobody else need be asked."""

PLAIN = 0.9
"""The lead below which nobody else is asked, nor any other sentence looked for: of 244 synthetic recordings in a house
of a hundred devices, quiet and at 12 dB, no second opinion below it was a better one."""

CHOICES = 32
"""Sentences that the second recognizer chooses among."""

SPREAD = 9.0
"""Nats by which alternatives in a large network, and the paths to them, may be less likely than the best. All that is
like a sneeze there took 9 s to find with the beam of the search, half a second with this."""

AGAIN_FRAMES = 500
"""Frames of 20 ms in which something is decided. What has more is not searched twice: no command lasts ten seconds."""

SMALL = 6_000
"""States of a phone graph up to which the second recognizer knows all of it, and what it hears is a choice, too. A
large one would cost it a fifth of the time that the sentence takes, and memory."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken of an utterance."""

    search: PhoneSearch
    texts: FreeText | None
    """What is listened for where anything may be said."""
    among: Vocabulary | None
    """What it was searched for in; None for everything."""
    frames: Sequence[AudioFrame]
    telling: Floats
    """The frames in which something is decided."""
    best: Path | None
    """The likeliest sentence."""

    @property
    def wide(self) -> bool:
        """Whether so much can be said that the second recognizer does not know all of it."""
        return self.search.states > SMALL

    @property
    def support(self) -> float:
        """How much longer a lead may be if the second recognizer is certain."""
        return SUPPORT_WIDE if self.wide else SUPPORT

    def says_as(self, other: "Taken") -> bool:
        """Whether the likeliest sentence is the same, phone by phone, with what was heard around it."""
        ours, others = ([each.entry for each in taken.best.spoken] if taken.best else [] for taken in (self, other))
        return ours == others


class Choosing:
    """Chooses a sentence. Whatever explains the sound best, without regard to words, is compared with the best one: the
    more it leads, the lower is the confidence.
    """

    def __init__(
        self,
        name: str,
        worker: Worker,
        second: Recognizer | None,
        searched: Callable[[str], PhoneSearch],
        clear: float = CLEAR,
        plain: float = PLAIN,
    ) -> None:
        """`name` is the recognizer's, `worker` the thread in which it searches; `searched` makes a search for one
        sentence, in that thread.
        """
        self._name = name
        self._worker = worker
        self._second = second
        self._searched = searched
        self._clear = clear
        self._plain = plain

    def plain(self, taken: Taken) -> bool:
        """Whether nobody else need be asked about the likeliest sentence."""
        return taken.best is not None and Choice.of(taken.best, any_phones(taken.telling)).lead < self._plain

    async def choose(self, taken: Taken) -> Transcript:
        """What was said; without text where that is nothing, or nothing that can be said. Raises EngineError."""
        heard = await self._worker(self._heard, taken)
        bound, choices = limit(taken.search.states), heard.choices
        if self._second is None:
            return self._transcript(choices, bound + ALONE)
        # Wherever it is not plain, the second one is asked in small networks, where that is cheap, and about free text.
        enough = bound if taken.wide and choices and not choices[0].doubt else self._plain
        clear = len(choices) == 1 or (choices and choices[1].cost - choices[0].cost > self._clear)
        if clear and heard.distinct and choices[0].lead < enough:
            return self._transcript(choices, bound)
        hopeless = _hopeless(taken, choices[0] if choices else None)
        if hopeless and (taken.wide or not heard.distinct):
            return self._transcript(choices, bound)
        if taken.wide:
            return await self._by_both(self._second, taken, choices, bound)
        own = replace(await self._second.transcribe(again(taken.frames), taken.among), recognizer=self._name)
        return own if hopeless else await self._by_all(self._second, taken, own, heard, bound)

    async def _by_all(
        self, second: Recognizer, taken: Taken, own: Transcript, heard: "_Heard", bound: float
    ) -> Transcript:
        """What both choose; where that is more likely wrong, what the second heard by itself, if it is surer."""
        if own.text == heard.choices[0].text:
            return self._transcript(heard.choices, bound + taken.support * own.confidence)
        joined = await self._worker(self._joined, own.text, taken, heard)
        if not joined:
            return Transcript("", 0.0, self._name)
        both = await self._by_both(second, taken, joined, bound)
        return own if own.confidence > both.confidence and both.confidence < EVEN else both

    async def _by_both(self, second: Recognizer, taken: Taken, choices: list[Choice], bound: float) -> Transcript:
        chosen, support = await second_opinion(second, taken.frames, choices, wide=taken.wide)
        return self._transcript([chosen], bound + taken.support * support)

    def _transcript(self, choices: Sequence[Choice], bound: float) -> Transcript:
        if not choices:
            return Transcript("", 0.0, self._name)
        return Transcript(choices[0].text, confidence(choices[0].ahead(bound)), self._name)

    def _joined(self, text: str, taken: Taken, heard: "_Heard") -> list[Choice]:
        """The choices and what the second recognizer heard; none where it heard nothing and it is hardly a voice."""
        if not text:
            return heard.choices if heard.distinct else []
        if text in (each.text for each in heard.choices):
            return heard.choices
        path = self._searched(text).likeliest(taken.telling)
        forced = [Choice.of(path, heard.free)] if path is not None and path.text else []
        return sorted((*heard.choices, *forced), key=lambda each: each.cost)

    def _heard(self, taken: Taken) -> "_Heard":
        """The likeliest sentences: one where that is plain, or none can be meant."""
        free = any_phones(taken.telling)
        distinct = distinctness(taken.telling) > DISTINCT
        if not distinct and (self._second is None or taken.wide):
            return _Heard(free, distinct, [])
        best, first = taken.best, _first(taken, taken.best, free)
        if _hopeless(taken, first) and taken.wide and len(taken.telling) <= AGAIN_FRAMES:
            # In a large house the sentence is easily lost from the beam where its first sounds are like others'.
            best = taken.search.likeliest(taken.telling, thorough=True)
            first = _first(taken, best, free)
        if best is None or first is None:
            return _Heard(free, distinct, [])
        if self._second is None or first.lead < self._plain or _hopeless(taken, first):
            return _Heard(free, distinct, [first])
        return _Heard(free, distinct, _chosen(taken, _alternatives(taken, best), free)[:CHOICES] or [first])


@dataclass(frozen=True, slots=True)
class _Heard:
    free: float
    """What any phones cost."""
    distinct: bool
    """Whether a voice may have said it."""
    choices: list[Choice]
    """The best first."""


def _first(taken: Taken, best: Path | None, free: float) -> Choice | None:
    found = [] if best is None or not best.text else _chosen(taken, [best], free)
    return found[0] if found else None


def _hopeless(taken: Taken, first: Choice | None) -> bool:
    """Whether nobody's support would make it sure."""
    return first is None or first.ahead(limit(taken.search.states)) < -taken.support


def _alternatives(taken: Taken, best: Path) -> list[Path]:
    """The best one among them, even where it was found in a wider beam than they are."""
    narrow = (SPREAD, SPREAD) if taken.wide else ()
    several = [path for path in taken.search.alternatives(taken.telling, CHOICES, *narrow) if path.text]
    return several if any(path.text == best.text for path in several) else [best, *several]


def _chosen(taken: Taken, paths: list[Path], free: float) -> list[Choice]:
    """The sentences with words for free text, the best first: not as sure as if these words were in the graph."""
    if taken.texts is None:
        return [Choice.of(path, free) for path in paths]
    states = taken.search.states
    doubt = FREE_TEXT + limit(states) - limit(states + taken.texts.states)
    worded = taken.texts.worded(paths, taken.telling)
    return [Choice.of(path, free, doubt if path.free_text else 0.0) for path in worded]
