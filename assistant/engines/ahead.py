"""A decision made while more sound may still come, so that it is there when none does."""

import asyncio

from assistant.concurrency import interrupt
from assistant.engines.choosing import Choosing, Taken
from assistant.errors import EngineError
from assistant.messages import Transcript


class Ahead:
    """Decides in a pause what was said before it. For one utterance, after which `drop` must be called."""

    def __init__(self, choosing: Choosing) -> None:
        self._choosing = choosing
        self._begun: tuple[Taken, asyncio.Task[Transcript | None]] | None = None

    async def begin(self, taken: Taken) -> None:
        """Decide about what was taken so far, unless nothing but silence followed what was decided about before."""
        if self._begun is not None and self._begun[0].says_as(taken):
            return
        await self.drop()
        self._begun = taken, asyncio.create_task(self._decided(taken))

    async def decided(self, taken: Taken) -> Transcript:
        """What the whole utterance says: what was decided, where nothing but silence followed. Raises EngineError."""
        if self._begun is not None and self._begun[0].says_as(taken):
            found = await self._begun[1]
            if found is not None:
                return found
        await self.drop()
        return await self._choosing.choose(taken)

    async def drop(self) -> None:
        """End the work."""
        if self._begun is not None:
            await interrupt(self._begun[1])
        self._begun = None

    async def _decided(self, taken: Taken) -> Transcript | None:
        try:
            return await self._choosing.choose(taken)
        except EngineError:
            return None  # it is tried again where it is needed, and told if it fails again
