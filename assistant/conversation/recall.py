"""What is remembered of a conversation: the last turn, to be asked about, and what can be taken back."""

import itertools
from collections import deque
from dataclasses import replace
from datetime import datetime

from assistant.conversation import asides, explain
from assistant.conversation.dialogue import Answer, Open, is_secret
from assistant.messages import Intent, Response, Transcript, Turn
from assistant.records.stopwatch import Stopwatch
from assistant.records.turns import without_words

SECRET = "…"
"""Stands in records for words that nobody shall read."""

_ABOUT = frozenset({asides.HEARD, asides.WHY, asides.AGAIN})
"""What is only said about the turn before it."""


class Recall:
    """Remembers turns in memory alone."""

    def __init__(self, most_undone: int) -> None:
        """`most_undone` commands can be taken back; older ones stay done."""
        self._turn: Turn | None = None
        """The last one that was not about the one before it."""
        self._said = ""
        self._undo: deque[tuple[int, ...]] = deque(maxlen=most_undone)
        self._numbers = itertools.count(1)

    def record(
        self,
        transcript: Transcript,
        meant: Intent | None,
        response: Response,
        watch: Stopwatch,
        asked: Open | None = None,
        answer: Answer | None = None,
    ) -> Turn:
        """The record of a turn, which is remembered. It may have been an `answer` to what was `asked`."""
        if meant is None and asked is not None and asked.about is not None and answer is not None:
            value = {} if answer.value is None else {asked.question.slot.name: answer.value}
            meant = Intent(asked.about, value, transcript.confidence, explain.ANSWER, transcript.text)
        turn = _record(next(self._numbers), transcript, meant, response, watch)
        if is_secret(asked.question if asked else None, transcript.text):
            turn = replace(without_words(turn), transcript=SECRET)
        if meant is None or meant.name not in _ABOUT:
            self._turn = turn
        if meant is None or meant.name != asides.AGAIN:
            self._said = turn.answer or self._said
        if response.undo:
            self._undo.append(response.undo)
        return turn

    def undoable(self) -> tuple[int, ...]:
        """What takes back the last command that can be taken back, once; nothing if there is none."""
        return self._undo.pop() if self._undo else ()

    def told(self, aside: str) -> str:
        """The answer to a sentence about the last turn."""
        match aside:
            case asides.HEARD:
                return explain.what_was_heard(self._turn)
            case asides.WHY:
                return explain.why(self._turn)
        return self._said or explain.NOTHING_YET


def _record(number: int, transcript: Transcript, intent: Intent | None, response: Response, watch: Stopwatch) -> Turn:
    began = datetime.fromtimestamp(watch.began).astimezone()
    return Turn(
        transcript=transcript.text,
        confidence=transcript.confidence,
        recognizer=transcript.recognizer,
        intent=intent.name if intent else None,
        slots=dict(intent.slots) if intent else {},
        intent_confidence=intent.confidence if intent else 0.0,
        source=intent.source if intent else None,
        action=response.action,
        answer=response.text,
        error=response.error,
        ms=dict(watch.ms),
        id=f"{began:%Y%m%d-%H%M%S}-{number}",
        at=began.isoformat(timespec="milliseconds"),
        wake=watch.wake,
        speech=round(watch.speech, 3),
        attempts=tuple(watch.attempts),
        asked=response.asked,
    )
