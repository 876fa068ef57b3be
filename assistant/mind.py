"""From words to a response: understand, resolve, perform. Knows nothing of sound."""

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from assistant.calls import GRACE
from assistant.dialogue import Answer, Answers, Open, Resume
from assistant.errors import EngineError, Unanswered
from assistant.events import Acted, Failed, Observers, Understood
from assistant.hands import Hands
from assistant.messages import (
    YES_NO,
    Intent,
    IntentSpec,
    Opening,
    Question,
    Response,
    Transcript,
    Turn,
    Verdict,
    Vocabulary,
)
from assistant.phrases.examples import sentence
from assistant.stages import Talker, Understander
from assistant.stopwatch import Stopwatch
from assistant.turns import without_words

logger = logging.getLogger(__name__)

NOT_UNDERSTOOD = "Sorry, I did not understand that."
LEFT = str(Unanswered())

SECRET = "…"
"""Stands in records for words that nobody shall read."""


@dataclass(frozen=True, slots=True)
class Chat(Response):
    """An answer of the language model to what is no command: the first sentence is made, the rest is to come."""

    rest: AsyncGenerator[str, None] | None = None

    async def whole(self) -> str:
        """All of it. Raises EngineError."""
        return " ".join([self.text, *([sentence async for sentence in self.rest] if self.rest else ())])


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
        clock: Callable[[], float] = time.monotonic,
        talker: Talker | None = None,
    ) -> None:
        """A guess whose confidence (0 to 1) is below `threshold` is asked about; below `ask_threshold` it is none.

        `clock` gives seconds, for how long a question stays open. `talker` answers what is no command, if anybody does.
        """
        self._understanders = understanders
        self._hands = hands
        self._observe = observe
        self._threshold = threshold
        self._ask_threshold = ask_threshold
        self._specs: Mapping[str, IntentSpec] = {}
        self._clock = clock
        self._talker = talker
        self._answers = Answers()
        self._open: Open | None = None
        self._unprepared: Sequence[Understander] = ()
        self._prepared = asyncio.Event()
        self._numbers = itertools.count(1)

    async def vocabulary(self) -> Vocabulary:
        """What can be said now."""
        return await self._hands.vocabulary()

    @property
    def question(self) -> Question | None:
        """What the household was asked and may still answer."""
        if self._open is not None and self._open.until < self._clock():
            self._open = None
        return self._open.question if self._open else None

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
        self,
        transcript: Transcript,
        *,
        turn: int = 0,
        dry_run: bool = False,
        watch: Stopwatch | None = None,
        opening: Opening = Opening.TYPED,
    ) -> tuple[Turn, Response]:
        """The record of the turn, and what to say. Never raises what an engine or a skill raised."""
        watch = watch or Stopwatch()
        question = self.question
        asked, self._open = self._open, None
        answer = await self._answers.read(question, transcript) if question and self._sure(transcript) else None
        if question and answer and answer.meaning == "value" and question.slot.kind == "text":
            answer = None if opening is Opening.WAKE and await self._fits(transcript) else answer
        intent = None
        if asked is None or (answer is None and opening is not Opening.ANSWER):
            intent = await self._understand(transcript, turn, watch)
        watch.lap("understand")
        if intent is not None:
            if asked is not None:
                await asked.resume(None)
            response = await self._act(intent, turn, dry_run=dry_run)
        elif asked is not None:
            response = await self._go_on(asked, answer)
            self._observe(Acted(turn, response))
        else:
            response = await self._chat(transcript, turn) or Response(NOT_UNDERSTOOD, ok=False)
        watch.lap("act")
        secret = question is not None and question.secret
        about = asked.about if asked and intent is None else None
        record = _record(next(self._numbers), transcript, intent, about, response, watch)
        return replace(without_words(record), transcript=SECRET) if secret else record, response

    async def unanswered(self) -> Response | None:
        """Nobody answered: what to say to that, if there was a question."""
        asked, self._open = self._open, None
        return None if asked is None else await asked.resume(None)

    async def _act(self, intent: Intent, turn: int, *, dry_run: bool) -> Response:
        """Do it, or ask whether it is meant."""

        async def perform() -> Response:
            self._observe(Understood(turn, intent))
            response = await self._hands.perform(intent, dry_run=dry_run)
            self._observe(Acted(turn, response))
            return self._noted(response, intent.name)

        if intent.confidence >= self._threshold:
            return await perform()

        async def settle(answer: str | int | None) -> Response:
            return await perform() if answer == "yes" else Response(LEFT)

        text = f"Did you mean: {sentence(self._specs[intent.name], intent.slots)}?"
        return self.ask(Question(text, YES_NO), settle, intent.name)

    def ask(self, question: Question, resume: Resume, about: str | None = None) -> Response:
        """Put a question; `resume` is given the plain value of the answer, None for none."""
        self._open = Open(question, resume, about, self._clock() + question.seconds + GRACE)
        return Response(question.text, question=question)

    def _noted(self, response: Response, about: str | None) -> Response:
        """The same; its question, if it has one, waits for the answer."""
        question = response.question
        if question is not None:

            async def resume(answer: str | int | None) -> Response:
                return self._noted(await self._hands.reply(question.id, answer), about)

            self.ask(question, resume, about)
        return response

    async def _go_on(self, asked: Open, answer: Answer | None) -> Response:
        """What comes of an answer; of one that was not understood, the question again, once."""
        question = asked.question
        if answer is None or answer.meaning == "repeat":
            if answer is None and asked.failed:
                return await asked.resume(None)
            self._open = replace(asked, until=self._clock() + question.seconds + GRACE, failed=answer is None)
            text = f"{NOT_UNDERSTOOD} {question.text}" if answer is None else question.text
            return Response(text, question=question, ok=answer is not None)
        return await asked.resume(answer.value if answer.meaning == "value" else None)

    async def _chat(self, transcript: Transcript, turn: int) -> Chat | None:
        """What is said to what is no command; None where nobody chats, or nobody is sure of the words."""
        if self._talker is None or not self._sure(transcript):
            return None
        rest = self._talker.talk(transcript.text)
        try:
            return Chat(await anext(rest), rest=rest)
        except StopAsyncIteration:
            return None
        except EngineError as error:
            logger.warning("Nothing came to mind: %s", error)
            self._observe(Failed(turn, str(error)))
            return None

    def _sure(self, transcript: Transcript) -> bool:
        return bool(transcript.text) and transcript.confidence >= self._threshold

    async def _fits(self, transcript: Transcript) -> bool:
        """Whether it is a command, word for word."""
        return await self._understanders[0].understand(transcript) is not None

    async def _understand(self, transcript: Transcript, turn: int, watch: Stopwatch) -> Intent | None:
        """The first good guess, or the best of the fair ones."""
        best: Intent | None = None
        for understander in self._understanders if transcript.text else ():
            try:
                intent = await understander.understand(transcript)
            except EngineError as error:
                logger.exception("%s failed", understander.name)
                self._observe(Failed(turn, str(error)))
                watch.attempt("understand", understander.name, str(error), 0.0, self._threshold, "failed")
                continue
            self._write_down(watch, understander.name, intent)
            if intent is not None and intent.confidence > (best.confidence if best else self._ask_threshold):
                best = intent
            if best is not None and best.confidence >= self._threshold:
                break
        return best

    def _write_down(self, watch: Stopwatch, name: str, intent: Intent | None) -> None:
        if intent is None:
            watch.attempt("understand", name, "", 0.0, self._threshold, "nothing")
            return
        score = intent.confidence
        verdicts: tuple[tuple[float, Verdict], ...] = ((self._threshold, "taken"), (self._ask_threshold, "asked about"))
        watch.attempt(
            "understand",
            name,
            intent.summary,
            score,
            self._threshold,
            next((verdict for least, verdict in verdicts if score >= least), "unsure"),
            intent.others,
        )


def _record(
    number: int, transcript: Transcript, intent: Intent | None, about: str | None, response: Response, watch: Stopwatch
) -> Turn:
    """`about` is the intent that was gone on with."""
    began = datetime.fromtimestamp(watch.began).astimezone()
    return Turn(
        transcript=transcript.text,
        confidence=transcript.confidence,
        recognizer=transcript.recognizer,
        intent=intent.name if intent else about,
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
