"""From words to what is wanted: the understanders in a row, cheapest first, and what was said before."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.conversation import asides, compound
from assistant.conversation.following import Following
from assistant.errors import EngineError
from assistant.events import Failed, Observers
from assistant.messages import Intent, IntentSpec, Transcript, Verdict, Vocabulary
from assistant.phrases.book import too_long
from assistant.records.stopwatch import Stopwatch
from assistant.stages import Understander

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants, in order; nothing where that is not understood."""

    intents: tuple[Intent, ...] = ()
    instead: bool = False
    """In the place of the last command, which was a mistake."""


class Meaning:
    """Asks the understanders in order, the first also about the parts of a sentence, and remembers what was wanted."""

    def __init__(
        self,
        understanders: Sequence[Understander],
        observe: Observers,
        *,
        threshold: float,
        ask_threshold: float,
        remember: float,
        clock: Callable[[], float],
    ) -> None:
        """As for `Mind`."""
        self._understanders = understanders
        self._observe = observe
        self._threshold = threshold
        self._ask_threshold = ask_threshold
        self._unprepared: Sequence[Understander] = ()
        self._prepared = asyncio.Event()
        self.problems: dict[str, str] = {}
        """The understanders that cannot be prepared, and why, a sentence each."""
        self.following = Following(remember, clock)
        self.specs: Mapping[str, IntentSpec] = {}

    async def learn(self, vocabulary: Vocabulary) -> None:
        """Prepare the first understander; `prepare` the others. Raises EngineError."""
        self.specs = {spec.name: spec for spec in vocabulary.intents}
        self.following.learn(vocabulary)
        await self._understanders[0].learn(Vocabulary(asides.with_asides(vocabulary.intents)))
        self._unprepared = self._understanders[1:]
        self._prepared.clear()

    async def prepare(self, vocabulary: Vocabulary) -> None:
        """Prepare the others, which may take long. One that cannot be is logged, and answers nothing."""
        for understander in self._unprepared:
            try:
                await understander.learn(vocabulary)
                await understander.ready()
                self.problems.pop(understander.name, None)
            except EngineError as error:
                self.problems[understander.name] = str(error)
                logger.warning("%s is not used: %s", understander.name, error)
        self._prepared.set()

    async def ready(self) -> None:
        """Wait until every understander can be asked."""
        await self._prepared.wait()

    async def close(self) -> None:
        """End the understanders."""
        for understander in self._understanders:
            await understander.close()

    async def wanted(self, transcript: Transcript, turn: int, watch: Stopwatch) -> Wanted:
        """What the words ask for. Never raises what an understander raised."""
        text, last = transcript.text, self.following.last()
        self.following.begin()
        if not text or too_long(text):
            return Wanted()
        if asides.dropped(text) or await self._is_forbidden(transcript):
            return Wanted((Intent(asides.DROP, {}, transcript.confidence, "conversation", text),))
        if last is not None and self.may_mean(transcript):
            if (found := await self._instead(last, transcript)) is not None:
                return Wanted((replace(found, confidence=transcript.confidence, text=text),), instead=True)
            if (found := await self._following_from(last, transcript)) is not None:
                found = replace(found, confidence=transcript.confidence, text=text)
                return Wanted(tuple(self.following.all_of(found, text)))
        return Wanted(tuple(await self._understand(transcript, turn, watch)))

    def may_mean(self, transcript: Transcript) -> bool:
        """Whether the words were heard well enough to make something of them that they are not word for word."""
        return transcript.confidence > self._ask_threshold

    async def fits(self, transcript: Transcript) -> bool:
        """Whether it is a command, word for word."""
        return await self._read(transcript.text, transcript) is not None

    async def _is_forbidden(self, transcript: Transcript) -> bool:
        """Whether a command is told that must not be done; "don't wake me tomorrow" is one to be done."""
        what = asides.forbidden(transcript.text)
        return what is not None and not await self.fits(transcript) and await self._read(what, transcript) is not None

    async def _instead(self, last: Intent, transcript: Transcript) -> Intent | None:
        what = asides.meant(transcript.text)
        if what is None:
            return None
        return await self._read(what, transcript) or await self.following.instead(last, what)

    async def _following_from(self, last: Intent, transcript: Transcript) -> Intent | None:
        if asides.more(transcript.text):
            return self.following.again(last)
        found = await self.following.read(transcript, last)
        if found is None and (what := asides.also(transcript.text)) is not None:
            return await self.following.instead(last, what)
        return found

    async def _read(self, text: str, transcript: Transcript) -> Intent | None:
        return await self._understanders[0].understand(replace(transcript, text=text))

    async def _parts(self, transcript: Transcript) -> Sequence[Intent]:
        """The commands of a sentence that is several."""

        async def read(text: str) -> Intent | None:
            return await self._read(text, transcript)

        async def instead(before: Intent, text: str) -> Intent | None:
            follows = await self.following.read(replace(transcript, text=text), before)
            return follows or await self.following.instead(before, text)

        return await compound.commands(transcript.text, read, instead)

    async def _understand(self, transcript: Transcript, turn: int, watch: Stopwatch) -> Sequence[Intent]:
        """The first good guess, or the best of the fair ones; several where the sentence is taken apart."""
        best: Intent | None = None
        for understander in self._understanders:
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
            if understander is self._understanders[0] and intent is None and self.may_mean(transcript):
                parts = await self._parts(transcript)
                if parts:
                    return parts
        return [best] if best is not None else ()

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
