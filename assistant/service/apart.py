"""Head and hands in two processes: each side's protocol, carried over a link.

Either may die and come back. The head then tells that it cannot act, and learns again what can be said; the hands keep
what they have to say until there is a head to say it.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from assistant.concurrency import interrupt
from assistant.devices.mqtt_presence import Microphone
from assistant.errors import LinkError
from assistant.events import Event, Finished, Muted, Observer
from assistant.hands import Hands
from assistant.messages import Intent, Response, Turn, Vocabulary
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


@dataclass(frozen=True, slots=True)
class Sayable:
    """Head to hands: what can be said? Answered by Vocabulary."""


@dataclass(frozen=True, slots=True)
class Do:
    """Head to hands. Answered by Outcome."""

    intent: Intent
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """Head to hands: an answer to a question. Answered by Outcome."""

    question: int
    value: str | int | float | None


@dataclass(frozen=True, slots=True)
class Undo:
    """Head to hands: take this back. Answered by Outcome."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    response: Response


@dataclass(frozen=True, slots=True)
class Over:
    """Head to hands, told: a turn has ended."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class Loudness:
    """Head to hands, told: how loudly and how fast the assistant speaks now."""

    volume: int
    muted: bool
    pace: float


@dataclass(frozen=True, slots=True)
class Closed:
    """Head to hands, told: whether the microphone is closed. Hands to head, told: whether it shall be."""

    closed: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """Hands to head, told: something else can be said now."""


@dataclass(frozen=True, slots=True)
class Announce:
    """Hands to head: say this. Answered by Done once it was heard."""

    announcement: Announcement


@dataclass(frozen=True, slots=True)
class SetVolume:
    """Hands to head. Answered by Loudness."""

    volume: int


@dataclass(frozen=True, slots=True)
class SetPace:
    """Hands to head. Answered by Loudness."""

    pace: float


@dataclass(frozen=True, slots=True)
class SetMute:
    """Hands to head. Answered by Loudness."""

    muted: bool


@dataclass(frozen=True, slots=True)
class Hush:
    """Hands to head: stop what is being said. Answered by Done."""


@dataclass(frozen=True, slots=True)
class Done:
    """It is."""


TO_HANDS = (Sayable, Do, Reply, Undo, Over, Loudness, Closed, Done)
TO_HEAD = (Vocabulary, Outcome, Changed, Announce, SetVolume, SetPace, SetMute, Closed, Hush)

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
