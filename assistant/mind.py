"""From words to a response: understand, resolve, perform. Knows nothing of sound."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.errors import EngineError
from assistant.events import Acted, Failed, Observers, Understood
from assistant.hands import Hands
from assistant.messages import Intent, IntentSpec, Response, Transcript, Turn, Vocabulary
from assistant.phrases.examples import sentence
from assistant.stages import Understander

logger = logging.getLogger(__name__)

NOT_UNDERSTOOD = "Sorry, I did not understand that."
LEFT = "All right, I leave it."

YES, NO = "assistant.yes", "assistant.no"
ANSWERS = (
    IntentSpec(
        YES, ("(yes|yeah|yep|sure|correct|right) [please|I did|I do]", "(that's right|go ahead|do it)"), weight=0.3
    ),
    IntentSpec(
        NO, ("(no|nope|wrong) [thanks|thank you|I did not|I do not]", "(that's wrong|do not do it)"), weight=0.3
    ),
)
"""What can be said in answer to a question of ours."""


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
    """Asks the understanders in order, cheapest first, and lets the hands act on the first good guess.

    On a guess that is only fair it asks "Did you mean …?" first, and acts once the answer is yes.
    """

    def __init__(
        self,
        understanders: Sequence[Understander],
        hands: Hands,
        observe: Observers,
        *,
        threshold: float,
        ask_threshold: float,
    ) -> None:
        """A guess whose confidence (0 to 1) is below `threshold` is asked about; below `ask_threshold` it is none."""
        self._understanders = understanders
        self._hands = hands
        self._observe = observe
        self._threshold = threshold
        self._ask_threshold = ask_threshold
        self._specs: Mapping[str, IntentSpec] = {}
        self._asked: Intent | None = None
        self._unprepared: Sequence[Understander] = ()
        self._prepared = asyncio.Event()

    async def vocabulary(self) -> Vocabulary:
        """What can be said now, with the answers to our own questions."""
        return Vocabulary(((await self._hands.vocabulary()).intents) + ANSWERS)

    async def learn(self) -> None:
        """Prepare the first understander for what can be said now; `prepare` the others. Raises EngineError."""
        vocabulary = await self.vocabulary()
        self._specs = {spec.name: spec for spec in vocabulary.intents}
        await self._understanders[0].learn(vocabulary)
        self._unprepared = self._understanders[1:]
        self._prepared.clear()

    async def prepare(self) -> None:
        """Prepare the others, which may take long. One that cannot be is logged, and answers nothing."""
        vocabulary = await self.vocabulary()
        for understander in self._unprepared:
            try:
                await understander.learn(vocabulary)
                await understander.ready()
            except EngineError as error:
                logger.warning("%s is not used: %s", understander.name, error)
        self._prepared.set()

    async def ready(self) -> None:
        """Wait until every understander can be asked."""
        await self._prepared.wait()

    async def close(self) -> None:
        """End the understanders."""
        for understander in self._understanders:
            await understander.close()

    async def answer(
        self, transcript: Transcript, *, turn: int = 0, dry_run: bool = False, watch: Stopwatch | None = None
    ) -> tuple[Turn, Response]:
        """The record of the turn, and what to say. Never raises what an engine or a skill raised."""
        watch = watch or Stopwatch()
        asked, self._asked = self._asked, None
        intent = await self._understand(transcript, turn)
        if intent is not None and intent.name in (YES, NO):
            intent = self._settled(asked, intent)
        watch.lap("understand")
        if intent is None:
            response = Response(NOT_UNDERSTOOD, ok=False)
        elif intent.name == NO:
            response = Response(LEFT)
        elif intent.confidence < self._threshold:
            self._asked = intent
            response = Response(f"Did you mean: {sentence(self._specs[intent.name], intent.slots)}?", listen=True)
        else:
            self._observe(Understood(turn, intent))
            response = await self._hands.perform(intent, dry_run=dry_run)
            self._observe(Acted(turn, response))
        watch.lap("act")
        return _record(transcript, intent, response, watch), response

    def _settled(self, asked: Intent | None, said: Intent) -> Intent | None:
        """What a yes or a no means: what was asked about, the no itself, or nothing if nothing was asked."""
        if asked is None or said.confidence < self._threshold:
            return None
        return replace(asked, confidence=1.0) if said.name == YES else said

    async def _understand(self, transcript: Transcript, turn: int) -> Intent | None:
        """The first good guess, or the best of the fair ones."""
        best: Intent | None = None
        for understander in self._understanders if transcript.text else ():
            try:
                intent = await understander.understand(transcript)
            except EngineError as error:
                logger.exception("%s failed", understander.name)
                self._observe(Failed(turn, str(error)))
                continue
            if intent is not None and intent.confidence > (best.confidence if best else self._ask_threshold):
                best = intent
            if best is not None and best.confidence >= self._threshold:
                break
        return best


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
