"""The recognizers: loaded once for all who hear with them, and taught what can be said now."""

import asyncio
from collections.abc import Callable, Sequence

from assistant import memory
from assistant.concurrency import interrupt
from assistant.listening import usual
from assistant.listening.lull import Lull
from assistant.messages import Vocabulary
from assistant.stages import Recognizer


class Taught:
    """Recognizers that know what can be said. They are loaded when somebody first hears with them."""

    def __init__(
        self,
        make: Callable[[], Sequence[Recognizer]],
        vocabulary: Callable[[], Vocabulary],
        usually: Sequence[str] = (),
    ) -> None:
        """`make` loads them, cheapest first, in a thread. `usually` is said often."""
        self._make = make
        self._vocabulary = vocabulary
        self._usually = tuple(usually)
        self._recognizers: Sequence[Recognizer] = ()
        self._made: asyncio.Task[Sequence[Recognizer]] | None = None
        self.ready = asyncio.Event()
        """Set once they hear."""

    async def all(self) -> Sequence[Recognizer]:
        """Those that hear commands, cheapest first. Raises EngineError."""
        return await asyncio.shield(self.learning())

    def learning(self) -> asyncio.Task[Sequence[Recognizer]]:
        """What makes them, once for all; tried anew after it failed."""
        if self._made is None or (self._made.done() and (self._made.cancelled() or self._made.exception())):
            self._made = asyncio.create_task(self._loaded())
        return self._made

    async def learn(self, lull: Lull) -> None:
        """Learn what can be said now, each between turns. Raises EngineError; what it had learnt stays."""
        for recognizer in self._recognizers:
            await lull.wait()
            await recognizer.learn(self._now())

    async def expect(self, sentences: Sequence[str]) -> None:
        """Hear these more readily than others, instead of those that were told before. Raises EngineError."""
        self._usually = tuple(sentences)
        for recognizer in self._recognizers:
            await recognizer.learn(self._now())

    async def close(self) -> None:
        """End their threads."""
        await interrupt(self._made)
        for recognizer in self._recognizers:
            recognizer.close()

    def _now(self) -> Vocabulary:
        return usual.expecting(self._vocabulary(), self._usually)

    async def _loaded(self) -> Sequence[Recognizer]:
        recognizers = await asyncio.to_thread(self._make)
        try:
            learnt: Vocabulary | None = None
            while learnt is not self._vocabulary():
                learnt = self._vocabulary()
                for recognizer in recognizers:
                    await recognizer.learn(usual.expecting(learnt, self._usually))
        except BaseException:
            for recognizer in recognizers:
                recognizer.close()
            raise
        self._recognizers = recognizers
        memory.settle()
        self.ready.set()
        return recognizers
