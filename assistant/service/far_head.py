"""The head in another process, as the hands see it.

It may die and come back: the hands keep what they have to say until there is a head to say it.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from assistant.concurrency import interrupt
from assistant.errors import LinkError
from assistant.events import Finished, Muted, Observer
from assistant.hands import Hands
from assistant.service.apart_messages import (
    TO_HANDS,
    Announce,
    Changed,
    Closed,
    Do,
    Done,
    Hush,
    Loudness,
    Outcome,
    Over,
    Reply,
    Sayable,
    SetMute,
    SetPace,
    SetVolume,
    Undo,
)
from assistant.service.link import LONGEST, Link
from assistant.skill import Announcement

logger = logging.getLogger(__name__)


class FarMicrophone:
    """The microphone of the head, as the hands see it."""

    def __init__(self, tell: Callable[[object], None]) -> None:
        self._tell = tell
        self.muted = False
        """Whether it is closed, as the head told last."""

    def want(self, muted: bool) -> None:
        """Close it, or open it unless a switch keeps it closed. Without a head, nothing."""
        self._tell(Closed(muted))


class FarHead:
    """The head in another process, as the hands see it: a `Sound`, and a mouth that may be away for a while."""

    def __init__(self) -> None:
        self._link: Link | None = None
        self._linked = asyncio.Event()
        self._learnt = asyncio.Event()
        self._loudness = Loudness(0, False, 1.0)
        self.microphone = FarMicrophone(self._tell)

    @property
    def volume(self) -> int:
        """0 to 100, as the head told last."""
        return self._loudness.volume

    @property
    def muted(self) -> bool:
        """Whether nothing is heard at all."""
        return self._loudness.muted

    async def set_volume(self, volume: int) -> None:
        """Also ends a mute. Without a head, nothing."""
        await self._set(SetVolume(volume))

    @property
    def pace(self) -> float:
        """How fast it speaks, relative to its own speed, as the head told last."""
        return self._loudness.pace

    async def set_pace(self, pace: float) -> None:
        """Without a head, nothing."""
        await self._set(SetPace(pace))

    async def mute(self, muted: bool) -> None:
        """Be silent, or no longer. Without a head, nothing."""
        await self._set(SetMute(muted))

    async def hush(self) -> None:
        """Stop what is being said or rung."""
        if self._link is not None:
            with contextlib.suppress(LinkError):
                await self._link.ask(Hush(), Done)

    async def announce(self, announcement: Announcement) -> None:
        """Have it said, and wait until it was heard: by the next head where this one dies."""
        while True:
            await self._linked.wait()
            if self._link is not None:
                with contextlib.suppress(LinkError):
                    await self._link.ask(Announce(announcement), Done)
                    return
            await asyncio.sleep(0)  # let the lost link be noticed

    async def _tell_changes(self, hands: Hands) -> None:
        """Let the head learn what can be said, once for each time that it has learnt."""
        while True:
            await hands.changed()
            self._learnt.clear()
            if self._link is not None:
                with contextlib.suppress(LinkError):
                    self._link.tell(Changed())
            await self._learnt.wait()

    def _tell(self, message: object) -> None:
        if self._link is not None:
            with contextlib.suppress(LinkError):
                self._link.tell(message)

    async def _set(self, message: SetVolume | SetPace | SetMute) -> None:
        if self._link is not None:
            with contextlib.suppress(LinkError):
                self._loudness = await self._link.ask(message, Loudness)

    @asynccontextmanager
    async def served(self, socket: Path, hands: Hands, observe: Observer) -> AsyncIterator[None]:
        """Let a head connect, one at a time: the newest. `observe` is told what the head tells of itself."""

        async def serve(message: object) -> object:
            match message:
                case Sayable():
                    self._learnt.set()
                    return await hands.vocabulary()
                case Do(intent, dry_run):
                    return Outcome(await hands.perform(intent, dry_run=dry_run))
                case Reply(question, value):
                    return Outcome(await hands.reply(question, value))
                case Undo(numbers):
                    return Outcome(await hands.undo(numbers))
                case Over(turn):
                    observe(Finished(0, turn))
                case Closed(closed):
                    self.microphone.muted = closed
                    observe(Muted(closed))
                case Loudness():
                    self._loudness = message
            return Done()

        serving: asyncio.Task[None] | None = None

        async def converse(before: asyncio.Task[None] | None, link: Link) -> None:
            await interrupt(before)
            try:
                await link.greet()
                self._link = link
                self._linked.set()
                await link.run()
            except LinkError as error:
                logger.warning("The head is gone: %s", error)
            finally:
                self._link = None
                self._linked.clear()
                link.close()

        # Not a coroutine: asyncio's own task for one complains of being cancelled.
        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal serving
            serving = asyncio.create_task(converse(serving, Link(reader, writer, TO_HANDS, serve)))

        server = await asyncio.start_unix_server(connected, socket, limit=LONGEST)
        telling = asyncio.create_task(self._tell_changes(hands))
        try:
            yield
        finally:
            await interrupt(telling)
            server.close()
            await interrupt(serving)
            await server.wait_closed()
