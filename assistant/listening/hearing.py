"""From the frames of a command to words: the recognizers in order, cheapest first."""

import asyncio
import logging
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from assistant.errors import EngineError
from assistant.events import Failed, Observers
from assistant.messages import AudioFrame, Transcript, Verdict, Vocabulary
from assistant.records.stopwatch import Stopwatch
from assistant.stages import Recognizer

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hearsay:
    """What was heard, and how long it took to know since the speech ended."""

    transcript: Transcript
    watch: Stopwatch
    seconds: float
    """Length of the sound; 0 if nobody spoke."""


class Hearing:
    """The first recognizer hears frames while they are spoken; the others only what it was not sure of."""

    def __init__(
        self,
        recognizers: Sequence[Recognizer] | asyncio.Task[Sequence[Recognizer]],
        threshold: float,
        observe: Observers,
        keep: Callable[[Sequence[AudioFrame]], None] | None = None,
    ) -> None:
        """Recognizers that are still being loaded hear a command once they are there. Raises what loading them raises.

        A transcript whose confidence is below `threshold` (0 to 1) is handed to the next recognizer.

        `keep` is given the sound of each command; for debugging only.
        """
        self._keep = keep
        self._recognizers = recognizers
        self._threshold = threshold
        self._observe = observe

    async def transcribe(
        self,
        frames: AsyncIterable[AudioFrame],
        turn: int = 0,
        among: Sequence[Vocabulary | None] = (None,),
        *,
        secret: bool = False,
    ) -> Hearsay:
        """The first transcript that is sure enough, or the last one. Never raises what a recognizer raised.

        `among` is what may have been said, None being everything: the first recognizer is tried with each in turn, the
        others only with the first. Of what is `secret`, no sound is kept.
        """
        tape = _Tape(frames)
        source: AsyncIterable[AudioFrame] = tape
        if isinstance(self._recognizers, asyncio.Task):
            if not self._recognizers.done():
                async for _ in tape:
                    pass
                source = tape.replay()
            self._recognizers = await asyncio.shield(self._recognizers)
        first = self._recognizers[0]
        transcript = Transcript("", 0.0, first.name)
        tries = [(first, each) for each in among] + [(each, among[0]) for each in self._recognizers[1:]]
        for recognizer, vocabulary in tries:
            failure = ""
            try:
                transcript = await recognizer.transcribe(source, vocabulary)
            except EngineError as error:
                logger.exception("%s failed", recognizer.name)
                self._observe(Failed(turn, str(error)))
                failure = str(error)
                async for _ in tape:
                    pass
            self._write_down(tape.watch, recognizer.name, transcript, failure)
            if transcript.confidence >= self._threshold or not tape.frames:
                break
            source = tape.replay()
        if self._keep is not None and tape.frames and not secret:
            self._keep(tape.frames)
        watch = tape.watch
        watch.speech = sum(frame.seconds for frame in tape.frames)
        watch.lap("recognize")
        return Hearsay(transcript, watch, watch.speech)

    async def is_whole(self) -> bool:
        """Whether what is being transcribed is surely a whole command already."""
        if isinstance(self._recognizers, asyncio.Task):
            return False
        try:
            return await self._recognizers[0].is_whole()
        except EngineError as error:
            logger.warning("%s cannot tell whether a command is whole: %s", self._recognizers[0].name, error)
            return False

    def _write_down(self, watch: Stopwatch, name: str, transcript: Transcript, failure: str) -> None:
        score = transcript.confidence
        verdict: Verdict = "taken" if score >= self._threshold else "unsure" if transcript.text else "nothing"
        if failure:
            watch.attempt("recognize", name, failure, 0.0, self._threshold, "failed")
        else:
            watch.attempt("recognize", name, transcript.text, score, self._threshold, verdict)


class _Tape:
    """Frames that are passed on and kept."""

    def __init__(self, frames: AsyncIterable[AudioFrame]) -> None:
        self.frames: list[AudioFrame] = []
        self.watch = Stopwatch()
        """Started anew when the last frame had been passed on."""
        self._source = aiter(frames)
        self._ended = False

    async def __aiter__(self) -> AsyncIterator[AudioFrame]:
        async for frame in self._source:
            self.frames.append(frame)
            yield frame
        if not self._ended:
            self._ended = True
            self.watch = Stopwatch()

    async def replay(self) -> AsyncIterator[AudioFrame]:
        """The same again."""
        for frame in self.frames:
            yield frame
