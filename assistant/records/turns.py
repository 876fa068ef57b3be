"""The records of the last turns, kept in memory: what was said, what was made of it and why."""

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from assistant.events import Event, Finished, Interrupted, NobodySpoke, Woke
from assistant.messages import Asked, Attempt, Turn, Wake

MOST = 50
"""Turns that are remembered."""


class TurnBook:
    """An observer that remembers the last turns, also those that came to nothing."""

    def __init__(self, most: int = MOST) -> None:
        self._records: deque[Turn] = deque(maxlen=most)
        self._woke: Woke | None = None
        self._finished = 0
        """The last turn that has a record."""

    def __call__(self, event: Event) -> None:
        """Remember what ends a turn."""
        match event:
            case Woke():
                self._woke = event
            case Finished(turn, record):
                self._finished = turn
                self._records.append(record)
            case Interrupted(turn) if turn == self._finished and self._records:
                self._records.append(replace(self._records.pop(), ended="interrupted"))
            case Interrupted(turn):
                self._nothing_came_of(turn, "interrupted")
            case NobodySpoke(turn):
                self._nothing_came_of(turn, "nobody spoke")

    def last(self, count: int = 1) -> Sequence[Turn]:
        """The newest last; fewer where there were fewer."""
        return tuple(self._records)[max(0, len(self._records) - count) :] if count > 0 else ()

    def _nothing_came_of(self, turn: int, ended: str) -> None:
        wake = self._woke.wake if self._woke is not None and self._woke.turn == turn else None
        now = datetime.now().astimezone()
        record = Turn(
            "", 0.0, "", id=f"{now:%Y%m%d-%H%M%S}-w{turn}", at=now.isoformat(timespec="milliseconds"), wake=wake
        )
        self._records.append(replace(record, ended="interrupted" if ended == "interrupted" else "nobody spoke"))


def without_words(record: Turn) -> Turn:
    """The record without what was said and answered, for where the household wants no words to be kept or shown."""
    return replace(
        record,
        transcript="",
        slots={},
        action=record.action and record.action.partition("(")[0],
        answer="",
        error="an error" if record.error else None,
        attempts=tuple(_without_guess(attempt) for attempt in record.attempts),
        asked=tuple(replace(asked, changes={}) for asked in record.asked),
        secret=True,
    )


def _without_guess(attempt: Attempt) -> Attempt:
    understood = attempt.stage == "understand" and attempt.verdict != "failed"
    return replace(attempt, guess=attempt.guess.partition("(")[0] if understood else "", others=())


def dump(record: Turn) -> str:
    """One line of JSON."""
    return json.dumps(asdict(record), default=str)


def load(line: str) -> Turn:
    """The record of a line that `dump` wrote. Raises ValueError for any other."""
    try:
        data = json.loads(line)
        return Turn(
            **{
                **data,
                "wake": data["wake"] and Wake(**data["wake"]),
                "attempts": tuple(Attempt(**{**each, "others": tuple(each["others"])}) for each in data["attempts"]),
                "asked": tuple(Asked(**each) for each in data["asked"]),
            }
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"is no record of a turn: {error}") from error
