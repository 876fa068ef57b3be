"""Lulls: moments in which no turn goes on, for what would hold one up."""

import asyncio

from assistant.events import Deaf, Event, Muted, Waiting, Woke


class Lull:
    """An observer that knows whether a turn goes on: from its wake word until the next one is awaited."""

    def __init__(self) -> None:
        self._quiet, self._busy = asyncio.Event(), asyncio.Event()
        self._quiet.set()

    def __call__(self, event: Event) -> None:
        """Take note."""
        match event:
            case Woke():
                self._quiet.clear()
                self._busy.set()
            case Waiting() | Muted() | Deaf():
                self.begin()

    def begin(self) -> None:
        """No turn goes on, whatever became of the last one."""
        self._busy.clear()
        self._quiet.set()

    async def turn(self) -> None:
        """Return once a turn goes on."""
        await self._busy.wait()

    async def wait(self) -> None:
        """Return once no turn goes on."""
        await self._quiet.wait()
