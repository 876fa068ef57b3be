"""The turn: a wake word is heard, then what was said is understood, done and answered."""

import asyncio
import itertools
from collections.abc import Coroutine
from dataclasses import replace
from typing import TypeVar

from assistant.concurrency import interrupt
from assistant.conversation import dialogue
from assistant.conversation.chat import Chat
from assistant.conversation.recall import SECRET
from assistant.ears import Ears
from assistant.events import Finished, Heard, Interrupted, Listening, NobodySpoke, Observers, Speaking, Waiting, Woke
from assistant.listening.hearing import Hearing, Hearsay
from assistant.messages import STOP, Opening, Question, Response, Wake
from assistant.mind import Mind
from assistant.records.stopwatch import Stopwatch
from assistant.voice import Voice

T = TypeVar("T")


class Pipeline:
    """Straight-line turns, one after the other, each of which a wake word can cut short."""

    def __init__(
        self,
        ears: Ears,
        hearing: Hearing,
        mind: Mind,
        voice: Voice,
        observe: Observers,
        *,
        live: bool,
        dry_run: bool = False,
        follow_up: float = 0.0,
    ) -> None:
        """`live` sound goes by while we think, so that a wake word can interrupt even that; a file waits.

        `follow_up` is how many seconds to listen for another command after an answer, without a wake word.
        """
        self._ears = ears
        self._hearing = hearing
        self._mind = mind
        self._voice = voice
        self._observe = observe
        self._live = live
        self._dry_run = dry_run
        self._follow_up = follow_up
        self._turns = itertools.count(1)

    async def run(self) -> None:
        """Turn after turn, until the sound ends or the task is cancelled. Raises DeviceError and EngineError."""
        while (wake := await self._wait()) is not None:
            another: Wake | None = wake
            while another is not None and another.word != STOP:
                another = await self._turn(another)
            if another is not None:
                await self._voice.hush()
                await self._mind.unanswered()

    async def _wait(self) -> Wake | None:
        self._observe(Waiting())
        return await self._ears.wake()

    async def _turn(self, wake: Wake) -> Wake | None:
        """The turn that a wake word began. Gives the wake word that cut it short, if one did."""
        turn = next(self._turns)
        await self._voice.hush()
        self._observe(Woke(turn, wake))
        awaited: Wake | None = wake
        while True:
            question = self._mind.question
            heard = await self._listen(awaited, turn, question)
            if self._ears.last.wake is not None:
                self._observe(Interrupted(turn))
                return await self._ears.wake()
            if not heard.seconds:
                if awaited is None and question is None:
                    return None
                self._observe(NobodySpoke(turn))
                return (await self._while_listening(self._close(turn)))[1]
            self._write_down(heard.watch, awaited)
            secret = dialogue.is_secret(question, heard.transcript.text)
            said = replace(heard.transcript, text=SECRET) if secret else heard.transcript
            self._observe(Heard(turn, said))
            answer = self._mind.answer(
                heard.transcript,
                turn=turn,
                dry_run=self._dry_run,
                watch=heard.watch,
                opening=Opening.ANSWER if awaited is None else Opening.WAKE,
            )
            answered, another = await self._while_listening(answer) if self._live else (await answer, None)
            if answered is None:
                self._observe(Interrupted(turn))
                return another
            record, response = answered
            if awaited is None and question is None and record.intent is None:
                return another
            replied, late = await self._while_listening(self._reply(turn, response, heard.watch))
            another = another or late
            record = replace(record, ms=dict(heard.watch.ms))
            if isinstance(response, Chat):
                record = replace(record, answer=self._voice.last)
            self._observe(Finished(turn, record))
            if replied is None:
                self._observe(Interrupted(turn))
            if another is not None or not (response.question or (self._follow_up and response.ok)):
                return another
            awaited = None

    async def _listen(self, wake: Wake | None, turn: int, question: Question | None) -> Hearsay:
        """Take down a command, or an answer. The chime sounds while we listen already: nobody has to wait for it.

        While a question is open, nothing but an answer is listened for without a wake word.
        """
        answers = [dialogue.vocabulary(question.slot)] if question else []
        among = answers if question and wake is None else [None, *answers]
        wait = None if wake is not None else question.seconds if question else self._follow_up
        async with asyncio.TaskGroup() as tasks:
            chime = tasks.create_task(self._voice.chime("wake"))
            self._observe(Listening(turn))
            secret = question is not None and question.secret
            frames = self._ears.command(wake, wait, self._hearing.is_whole)
            heard = await self._hearing.transcribe(frames, turn, among, secret=secret)
            await interrupt(chime)
        return heard

    async def _close(self, turn: int) -> None:
        """Nobody spoke: end what was asked, or sound a chime."""
        response = await self._mind.unanswered()
        if response is None or not response.text:
            await self._voice.chime("nobody")
        else:
            self._observe(Speaking(turn, response.text))
            await self._voice.say(response.text)

    def _write_down(self, watch: Stopwatch, wake: Wake | None) -> None:
        """What the ears know of the turn: what began it, and the silence that showed its end."""
        ended = self._ears.last.ended
        silence = 0.0 if ended is None else max(0.0, self._ears.now - ended)
        watch.wake = wake
        watch.ms = {"silence": round(silence * 1000, 2), **watch.ms}

    async def _reply(self, turn: int, response: Response, watch: Stopwatch) -> bool:
        if not response.text or not response.ok:
            await self._voice.chime("done" if response.ok else "not_understood")
        if response.text:
            self._observe(Speaking(turn, response.text))
            rest = response.rest if isinstance(response, Chat) else None
            await self._voice.say(response.text, rest, begun=lambda: watch.lap("sound"))
            watch.lap("speak")
        return True

    async def _while_listening(self, work: Coroutine[None, None, T]) -> tuple[T | None, Wake | None]:
        """Do the work unless a wake word is heard, which ends it. Gives the result and the wake word, if any."""
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(work)
            waking = tasks.create_task(self._ears.wake())
            await asyncio.wait([working, waking], return_when=asyncio.FIRST_COMPLETED)
            if waking.done() and not waking.cancelled() and waking.result() is None:
                await working
            await interrupt(waking)
            await interrupt(working)
        wake = None if waking.cancelled() else waking.result()
        return (None if working.cancelled() else working.result()), wake
