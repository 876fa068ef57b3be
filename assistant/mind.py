"""From words to a response: understand, resolve, perform. Knows nothing of sound."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from assistant.answers import combined
from assistant.conversation import asides
from assistant.conversation.calls import GRACE
from assistant.conversation.chat import Chat
from assistant.conversation.dialogue import Answer, Answers, Open, Resume
from assistant.conversation.meaning import Meaning, Wanted
from assistant.conversation.nearest import Nearest
from assistant.conversation.recall import Recall
from assistant.errors import EngineError, Unanswered
from assistant.events import Acted, Failed, Observers, Understood
from assistant.hands import CANNOT_UNDO, MOST_UNDONE, Hands
from assistant.messages import (
    YES_NO,
    Intent,
    Opening,
    Question,
    Response,
    Transcript,
    Turn,
    Vocabulary,
)
from assistant.phrases.book import too_long
from assistant.phrases.examples import sentence
from assistant.phrases.lists import Value
from assistant.records.stopwatch import Stopwatch
from assistant.stages import Talker, Understander

logger = logging.getLogger(__name__)

NOT_UNDERSTOOD = "Sorry, I did not understand that."
TOO_LONG = "Sorry, that is too long for me. Say it in fewer words."
LEFT = str(Unanswered())


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
        remember: float = 120.0,
        clock: Callable[[], float] = time.monotonic,
        talker: Talker | None = None,
    ) -> None:
        """A guess whose confidence (0 to 1) is below `threshold` is asked about; below `ask_threshold` it is none.

        `remember` is for how many seconds a command is what "it" means afterwards; `clock` gives seconds. `talker`
        answers what is no command, if anybody does.
        """
        self.understanders = understanders
        self._meaning = Meaning(
            understanders,
            observe,
            threshold=threshold,
            ask_threshold=ask_threshold,
            remember=remember,
            clock=clock,
        )
        self._hands = hands
        self._observe = observe
        self._threshold = threshold
        self._clock = clock
        self._talker = talker
        self._answers = Answers()
        self._open: Open | None = None
        self._nearest = Nearest(())
        self._learnt = self._heard = Vocabulary()
        self._puzzled = 0
        """Turns that were not understood, one after the other."""
        self._recall = Recall(MOST_UNDONE)

    @property
    def vocabulary(self) -> Vocabulary:
        """What can be said, also about what was said before, as it was learnt last: for recognizers."""
        return self._heard

    @property
    def question(self) -> Question | None:
        """What the household was asked and may still answer."""
        if self._open is not None and self._open.until < self._clock():
            self._open = None
        return self._open.question if self._open else None

    async def learn(self) -> None:
        """Prepare the first understander for what can be said now; `prepare` the others. Raises EngineError."""
        # Asked for in one place, because asking ends the news of a change.
        vocabulary = await self._hands.vocabulary()
        await self._meaning.learn(vocabulary)
        self._learnt, self._heard = vocabulary, asides.as_heard(vocabulary)
        self._nearest = Nearest(vocabulary.intents)

    async def prepare(self) -> None:
        """Prepare the others, which may take long. One that cannot be is logged, and answers nothing."""
        await self._meaning.prepare(self._learnt)

    async def foresee(self) -> None:
        """Know what to propose where something is not understood. It is otherwise made out when it is needed first."""
        await asyncio.to_thread(self._nearest.prepare)

    async def ready(self) -> None:
        """Wait until every understander can be asked."""
        await self._meaning.ready()

    @property
    def problems(self) -> Mapping[str, str]:
        """The understanders that are not used, and why, a sentence each."""
        return self._meaning.problems

    async def close(self) -> None:
        """End the understanders."""
        await self._meaning.close()

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
            answer = None if opening is Opening.WAKE and await self._meaning.fits(transcript) else answer
        wanted = Wanted()
        if asked is None or (answer is None and opening is not Opening.ANSWER):
            wanted = await self._meaning.wanted(transcript, turn, watch)
        watch.lap("understand")
        if asked is not None and not wanted.intents:
            response = await self._go_on(asked, answer)
            self._observe(Acted(turn, response))
        else:
            if asked is not None:
                await asked.resume(None)
            response = await self._do(wanted, transcript, turn, opening, dry_run=dry_run)
        intent = wanted.intents[0] if wanted.intents else None
        watch.lap("act")
        return self._recall.record(transcript, intent, response, watch, asked, answer), response

    async def unanswered(self) -> Response | None:
        """Nobody answered: what to say to that, if there was a question."""
        asked, self._open = self._open, None
        return None if asked is None else await asked.resume(None)

    async def _do(
        self, wanted: Wanted, transcript: Transcript, turn: int, opening: Opening, *, dry_run: bool
    ) -> Response:
        if not wanted.intents:
            if too_long(transcript.text):
                return Response(TOO_LONG, ok=False)
            called = opening is not Opening.ANSWER
            return (called and await self._chat(transcript, turn)) or self._refuse(transcript, opening)
        self._puzzled = 0
        intent = wanted.intents[0]
        if intent.name == asides.UNDO:
            return await self._take_back()
        if intent.name in asides.NAMES:
            return Response(LEFT if intent.name == asides.DROP else self._recall.told(intent.name))
        commands = [each for each in wanted.intents if each.name not in asides.NAMES]
        if not wanted.instead or dry_run:
            return await self._act_all(commands, turn, dry_run=dry_run)
        alias = self._meaning.following.alias(intent)
        if numbers := self._recall.undoable():
            await self._hands.undo(numbers)
        response = await self._act_all(commands, turn, dry_run=dry_run)
        return self._offered(response, alias) if alias is not None and response.ok else response

    def _offered(self, response: Response, alias: Intent) -> Response:
        """The same, with the question whether a device shall be called as it was called by mistake."""

        async def settle(answer: Value | None) -> Response:
            return await self._hands.perform(alias) if answer == "yes" else Response("All right.")

        if response.question is not None or alias.name not in self._meaning.specs:
            return response
        text = f"{response.text} Shall I call it {alias.slots['word']} from now on?"
        asked = self.ask(Question(text, YES_NO), settle, alias.name)
        return replace(response, text=text, question=asked.question)

    async def _take_back(self) -> Response:
        numbers = self._recall.undoable()
        return await self._hands.undo(numbers) if numbers else Response(CANNOT_UNDO, ok=False, error=CANNOT_UNDO)

    def _refuse(self, transcript: Transcript, opening: Opening) -> Response:
        """Say once what could have been said instead; then no more than that it was not understood, or a chime."""
        self._puzzled += 1
        if self._puzzled > 1 and opening is not Opening.TYPED:
            return Response(ok=False)
        told = self._puzzled == 1 and self._meaning.may_mean(transcript)
        near = self._nearest.find(transcript.text) if told else None
        return Response(NOT_UNDERSTOOD + (f" You can say: {near}." if near else ""), ok=False)

    async def _act_all(
        self, intents: Sequence[Intent], turn: int, done: Sequence[Response] = (), *, dry_run: bool
    ) -> Response:
        """Do one after the other, and answer once. What asks is answered first."""
        for place, intent in enumerate(intents):
            response = await self._act(intent, turn, dry_run=dry_run)
            done = (*done, response)
            if response.question is not None:
                if self._open is not None and len(intents) > 1:
                    self._open = self._then(self._open, intents[place + 1 :], turn, dry_run=dry_run)
                break
        if len(done) == 1:
            return done[0]
        return replace(
            done[-1],
            text=combined([each.text for each in done]),
            ok=all(each.ok for each in done),
            action="; ".join(each.action for each in done if each.action) or None,
            error="; ".join(each.error for each in done if each.error) or None,
            undo=tuple(number for each in done for number in each.undo),
        )

    def _then(self, asked: Open, intents: Sequence[Intent], turn: int, *, dry_run: bool) -> Open:
        """The same question, after which there is more to do."""

        async def resume(value: Value | None) -> Response:
            response = await asked.resume(value)
            if response.question is not None and self._open is not None:
                self._open = self._then(self._open, intents, turn, dry_run=dry_run)
                return response
            return await self._act_all(intents, turn, [response], dry_run=dry_run)

        return replace(asked, resume=resume)

    async def _act(self, intent: Intent, turn: int, *, dry_run: bool) -> Response:
        """Do it, or ask whether it is meant."""

        async def perform() -> Response:
            self._observe(Understood(turn, intent))
            response = await self._hands.perform(intent, dry_run=dry_run)
            self._observe(Acted(turn, response))
            return self._noted(response, intent)

        if intent.confidence >= self._threshold:
            return await perform()

        async def settle(answer: Value | None) -> Response:
            return await perform() if answer == "yes" else Response(LEFT)

        text = f"Did you mean: {sentence(self._meaning.specs[intent.name], intent.slots)}?"
        return self.ask(Question(text, YES_NO), settle, intent.name)

    def ask(self, question: Question, resume: Resume, about: str | None = None) -> Response:
        """Put a question; `resume` is given the plain value of the answer, None for none."""
        self._open = Open(question, resume, about, self._clock() + question.seconds + GRACE)
        return Response(question.text, question=question)

    def _noted(self, response: Response, intent: Intent) -> Response:
        """The same; its question, if it has one, waits for the answer, and what was done is remembered."""
        question = response.question
        if question is not None:

            async def resume(answer: Value | None) -> Response:
                asked = any(slot.name == question.slot.name for slot in self._meaning.specs[intent.name].slots)
                value = {question.slot.name: answer} if answer is not None and asked else {}
                after = replace(intent, slots={**intent.slots, **value})
                return self._noted(await self._hands.reply(question.id, answer), after)

            self.ask(question, resume, intent.name)
        elif response.ok:
            self._meaning.following.note(replace(intent, slots={**intent.slots, **response.meant}))
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
