"""The hands in another process, as the head sees them.

They may die and come back: the head then tells that it cannot act, and learns again what can be said.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from assistant.devices.mqtt_presence import Microphone
from assistant.errors import LinkError
from assistant.events import Event, Finished, Muted
from assistant.messages import Intent, Response, Vocabulary
from assistant.service.apart_messages import (
    TO_HEAD,
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
from assistant.skill import Announcement, Sound

logger = logging.getLogger(__name__)

T = TypeVar("T")

BACK_OFF = (0.1, 0.2, 0.5, 1.0)
"""Seconds until the head looks for the hands again; the last one for ever."""
ABSENT = 3.0
"""Seconds for which the head waits for hands that are gone before it says so: they take less to come back."""
NO_HANDS = "Sorry, I cannot do anything at the moment. The part of me that acts is starting again."
LOST = "Sorry, I do not know whether that was done. The part of me that acts has just stopped."

Say = Callable[[Announcement], Awaitable[None]]


class FarHands:
    """`Hands` in another process, as the head sees them."""

    def __init__(self, socket: Path, sound: Sound, microphone: Microphone, announce: Say) -> None:
        """`sound`, `microphone` and `announce` are what the hands may ask of the head."""
        self._microphone = microphone
        self._socket = socket
        self._sound = sound
        self._announce = announce
        self._link: Link | None = None
        self._linked = asyncio.Event()
        self._changed = asyncio.Event()
        self.problem: str | None = "not connected yet"
        """Why the hands cannot be reached; None while they can."""

    async def run(self) -> None:
        """Stay connected until cancelled."""
        attempt = 0
        while True:
            try:
                async with self._connected() as link:
                    attempt, self.problem = 0, None
                    await link.run()
            except LinkError as error:
                if self.problem is None or attempt == 0:
                    logger.warning("The hands cannot be reached: %s Trying until they are back.", error)
                self.problem = str(error)
            await asyncio.sleep(BACK_OFF[attempt])
            attempt = min(attempt + 1, len(BACK_OFF) - 1)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Link]:
        """Raises LinkError."""
        try:
            reader, writer = await asyncio.open_unix_connection(self._socket, limit=LONGEST)
        except OSError as error:
            remedy = "Start them with: sudo systemctl start assistant-hands"
            raise LinkError(f"Nobody answers at {self._socket} ({error.strerror}). {remedy}.") from None
        link = Link(reader, writer, TO_HEAD, self._serve)
        try:
            await link.greet()
            link.tell(self._loudness)
            link.tell(Closed(self._microphone.muted))
            self._link = link
            self._linked.set()
            self._changed.set()
            yield link
        finally:
            self._link = None
            self._linked.clear()
            link.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def vocabulary(self) -> Vocabulary:
        """What can be said now; waits for the hands as long as it takes."""
        while True:
            await self._linked.wait()
            with contextlib.suppress(LinkError):
                self._changed.clear()
                return await self._ask(Sayable(), Vocabulary)

    async def changed(self) -> None:
        """Wait until something else may be said than when `vocabulary` was last asked."""
        await self._changed.wait()

    async def perform(self, intent: Intent, *, dry_run: bool = False) -> Response:
        """Let the hands do it. Nothing is asked of them twice: it may have been done."""
        try:
            async with asyncio.timeout(ABSENT):
                await self._linked.wait()
        except TimeoutError:
            return Response(NO_HANDS, ok=False, error=f"The hands cannot be reached: {self.problem}")
        return await self._outcome(Do(intent, dry_run))

    async def reply(self, question: int, value: str | int | float | None) -> Response:
        """Let the hands know an answer. Where they have started again, nobody waits for it any more."""
        return await self._outcome(Reply(question, value))

    async def undo(self, numbers: Sequence[int]) -> Response:
        """Let the hands take something back."""
        return await self._outcome(Undo(tuple(numbers)))

    async def _outcome(self, message: Do | Reply | Undo) -> Response:
        try:
            return (await self._ask(message, Outcome)).response
        except LinkError as error:
            return Response(LOST, ok=False, error=f"The hands were lost: {error}")

    def note(self, event: Event) -> None:
        """Let the hands know of a turn that has ended, and of a microphone that was closed or opened."""
        if self._link is None:
            return
        with contextlib.suppress(LinkError):
            match event:
                case Finished(_, record):
                    self._link.tell(Over(record))
                case Muted(closed):
                    self._link.tell(Closed(closed))

    async def _ask(self, message: object, answer: type[T]) -> T:
        if self._link is None:
            raise LinkError("The hands are gone.")
        return await self._link.ask(message, answer)

    async def _serve(self, message: object) -> object:
        match message:
            case Changed():
                self._changed.set()
            case Announce(announcement):
                await self._announce(announcement)
            case SetVolume(volume):
                await self._sound.set_volume(volume)
                return self._loudness
            case SetPace(pace):
                await self._sound.set_pace(pace)
                return self._loudness
            case SetMute(muted):
                await self._sound.mute(muted)
                return self._loudness
            case Closed(closed):
                self._microphone.want(closed)
            case Hush():
                await self._sound.hush()
        return Done()

    @property
    def _loudness(self) -> Loudness:
        return Loudness(self._sound.volume, self._sound.muted, self._sound.pace)
