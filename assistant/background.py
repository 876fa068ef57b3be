"""What goes on beside the turns: learning, looking ahead, giving memory back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from assistant import memory
from assistant.errors import EngineError
from assistant.listening.lull import Lull
from assistant.listening.taught import Taught
from assistant.mind import Mind

logger = logging.getLogger(__name__)


class Background:
    """Keeps up with what can be said, in lulls."""

    def __init__(self, mind: Mind, taught: Taught, lull: Lull) -> None:
        self._mind = mind
        self._taught = taught
        self.lull = lull

    async def run(self, prepare: Callable[[], Awaitable[None]], changed: Callable[[], Awaitable[None]]) -> None:
        """Go on until cancelled.

        `prepare` takes long, and need not be over when the first words are spoken. `changed` returns whenever something
        else can be said.
        """
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._foresee_when_hearing())
            tasks.create_task(self._trim_after_turns())
            await self._mind.prepare()
            await prepare()
            while True:
                await changed()
                await self.learn()

    async def learn(self) -> None:
        """Learn what can be said now, between turns. What cannot be learnt is logged, and the old stays."""
        try:
            await self.lull.wait()
            await self._mind.learn()
            await self._taught.learn(self.lull)
        except EngineError as error:
            logger.error("What can be said now was not learnt: %s", error)
        await self._mind.prepare()
        await self._foresee()

    async def _foresee(self) -> None:
        await self.lull.wait()
        await self._mind.foresee()
        await self.lull.wait()
        memory.settle()

    async def _foresee_when_hearing(self) -> None:
        """Not before: what is typed is over sooner."""
        await self._taught.ready.wait()
        await self._foresee()

    async def _trim_after_turns(self) -> None:
        """A sentence in doubt takes megabytes for as long as all its readings are compared."""
        while True:
            await self.lull.turn()
            await self.lull.wait()
            await asyncio.to_thread(memory.trim)
