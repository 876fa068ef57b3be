"""From words to a response: understand, resolve, perform. Knows nothing of sound."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.errors import EngineError
from assistant.events import Acted, Failed, Observers, Understood
from assistant.hands import Hands
from assistant.messages import Intent, Response, Transcript, Turn
from assistant.stages import Understander

logger = logging.getLogger(__name__)

NOT_UNDERSTOOD = "Sorry, I did not understand that."


@dataclass
class Stopwatch:
    """Milliseconds by stage."""

    ms: dict[str, float] = field(default_factory=dict)
    _since: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        """The time since the last lap (or the start) was this stage's."""
        now = time.perf_counter()
        self.ms[stage] = round((now - self._since) * 1000, 2)
        self._since = now


class Mind:
    """Asks the understanders in order, cheapest first, and lets the hands act on the first good guess."""

    def __init__(
        self, understanders: Sequence[Understander], hands: Hands, threshold: float, observe: Observers
    ) -> None:
        """A guess below `threshold` (0 to 1) is not acted upon: the next understander is asked."""
        self._understanders = understanders
        self._hands = hands
        self._threshold = threshold
        self._observe = observe

    async def learn(self) -> None:
        """Prepare the understanders for what can be said now."""
        vocabulary = await self._hands.vocabulary()
        for understander in self._understanders:
            await understander.learn(vocabulary)

    async def answer(
        self, transcript: Transcript, *, turn: int = 0, dry_run: bool = False, watch: Stopwatch | None = None
    ) -> tuple[Turn, Response]:
        """The record of the turn, and what to say. Never raises what an engine or a skill raised."""
        watch = watch or Stopwatch()
        intent = await self._understand(transcript, turn)
        watch.lap("understand")
        if intent is None:
            response = Response(NOT_UNDERSTOOD, ok=False)
            return _record(transcript, None, response, watch), response
        self._observe(Understood(turn, intent))
        response = await self._hands.perform(intent, dry_run=dry_run)
        watch.lap("act")
        self._observe(Acted(turn, response))
        return _record(transcript, intent, response, watch), response

    async def _understand(self, transcript: Transcript, turn: int) -> Intent | None:
        for understander in self._understanders if transcript.text else ():
            try:
                intent = await understander.understand(transcript)
            except EngineError as error:
                logger.exception("%s failed", understander.name)
                self._observe(Failed(turn, str(error)))
                continue
            if intent is not None and intent.confidence >= self._threshold:
                return intent
        return None


def _record(transcript: Transcript, intent: Intent | None, response: Response, watch: Stopwatch) -> Turn:
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
        ms=watch.ms,
    )
