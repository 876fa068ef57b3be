"""The turn: a wake word is heard, then what was said is understood, done and answered."""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterable, AsyncIterator, Coroutine, Sequence
from typing import TypeVar

from assistant.concurrency import interrupt
from assistant.ears import Ears
from assistant.errors import EngineError
from assistant.events import (
    Failed,
    Finished,
    Heard,
    Interrupted,
    Listening,
    NobodySpoke,
    Observers,
    Speaking,
    Waiting,
    Woke,
)
from assistant.messages import AudioFrame, Response, Transcript, Turn, Wake
from assistant.mind import Mind, Stopwatch
from assistant.skill import Announcement
from assistant.stages import Recognizer
from assistant.voice import Voice

logger = logging.getLogger(__name__)

T = TypeVar("T")

TROUBLE = "Sorry, I had trouble hearing that."


class Pipeline:
    """Straight-line turns, one after the other, each of which a wake word can cut short."""

    def __init__(
        self,
        ears: Ears,
        recognizers: Sequence[Recognizer],
        mind: Mind,
        voice: Voice,
        observe: Observers,
        *,
        threshold: float,
        live: bool,
        dry_run: bool = False,
    ) -> None:
        """A transcript below `threshold` (0 to 1) is handed to the next recognizer; below it after the last, to nobody.

        `live` sound goes by while we think, so a wake word can interrupt even that; a file waits.
        """
        self._ears = ears
        self._recognizers = recognizers
        self._mind = mind
        self._voice = voice
        self._observe = observe
        self._threshold = threshold
        self._live = live
        self._dry_run = dry_run
        self._turns = itertools.count(1)

    async def run(self) -> None:
        """Turn after turn, until the sound ends or the task is cancelled."""
        wake = await self._wait()
        while wake is not None:
            wake = await self._turn(wake) or await self._wait()

    async def announce(self, announcement: Announcement) -> None:
        """Say something that nobody asked for, in turn with everything else that is said."""
        self._observe(Speaking(0, announcement.text))
        await self._voice.announce(announcement.text, announcement.chime)

    async def take(self, frames: AsyncIterable[AudioFrame]) -> Turn:
        """One turn on sound that is known to be a command."""
        turn = next(self._turns)
        transcript, watch = await self._transcribe(_Tape(frames), turn)
        record, _ = await self._mind.answer(transcript, turn=turn, dry_run=self._dry_run, watch=watch)
        self._observe(Finished(turn, record))
        return record

    async def _wait(self) -> Wake | None:
        self._observe(Waiting())
        return await self._ears.wake()

    async def _turn(self, wake: Wake) -> Wake | None:
        """The turn that a wake word began. Gives the wake word that cut it short, if one did."""
        turn = next(self._turns)
        await self._voice.hush()
        self._observe(Woke(turn, wake))
        listen: Wake | None = wake
        while True:
            async with asyncio.TaskGroup() as tasks:
                chime = tasks.create_task(self._voice.chime("wake"))
                self._observe(Listening(turn))
                tape = _Tape(self._ears.command(listen))
                transcript, watch = await self._transcribe(tape, turn)
                await interrupt(chime)
            if not tape.frames:
                self._observe(NobodySpoke(turn))
                await self._voice.chime("nobody")
                return None
            answering = self._mind.answer(transcript, turn=turn, dry_run=self._dry_run, watch=watch)
            if self._live:
                answered, next_wake = await self._while_listening(answering)
            else:
                answered, next_wake = await answering, None
            if answered is None:
                self._observe(Interrupted(turn))
                return next_wake
            record, response = answered
            self._observe(Finished(turn, record))
            spoken, next_wake = await self._while_listening(self._reply(turn, response))
            if spoken is None:
                self._observe(Interrupted(turn))
            if next_wake is not None or not response.listen:
                return next_wake
            listen = None

    async def _transcribe(self, tape: "_Tape", turn: int) -> tuple[Transcript, Stopwatch]:
        """Ask the recognizers in order. The first hears the frames as they are spoken, the others what it heard."""
        transcript = Transcript("", 0.0, self._recognizers[0].name)
        frames: AsyncIterable[AudioFrame] = tape
        for recognizer in self._recognizers:
            try:
                transcript = await recognizer.transcribe(frames)
            except EngineError as error:
                logger.exception("%s failed", recognizer.name)
                self._observe(Failed(turn, str(error)))
                async for _ in tape:
                    pass
            if transcript.confidence >= self._threshold or not tape.frames:
                break
            frames = tape.replay()
        watch = tape.watch or Stopwatch()
        watch.lap("recognize")
        if tape.frames:
            self._observe(Heard(turn, transcript))
        return transcript, watch

    async def _reply(self, turn: int, response: Response) -> bool:
        if not response.text:
            await self._voice.chime("done" if response.ok else "not_understood")
            return True
        if not response.ok:
            await self._voice.chime("not_understood")
        self._observe(Speaking(turn, response.text))
        await self._voice.say(response.text)
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


class _Tape:
    """Frames that are passed on and kept, for the recognizers that come later."""

    def __init__(self, frames: AsyncIterable[AudioFrame]) -> None:
        self.frames: list[AudioFrame] = []
        self.watch: Stopwatch | None = None
        """Started when the last frame had been passed on."""
        self._source = aiter(frames)

    async def __aiter__(self) -> AsyncIterator[AudioFrame]:
        async for frame in self._source:
            self.frames.append(frame)
            yield frame
        self.watch = self.watch or Stopwatch()

    async def replay(self) -> AsyncIterator[AudioFrame]:
        """The same again."""
        for frame in self.frames:
            yield frame
