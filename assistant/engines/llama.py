"""The language-model step: words that fit no template, understood by choosing among what this house can do.

The library and the model live in a process of their own, which is started again when it dies; see `llama_worker`.
"""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

from assistant.engines import llama_wire as wire
from assistant.engines.idle import Idle
from assistant.engines.llama_child import Child
from assistant.errors import EngineError
from assistant.messages import Intent, Transcript, Vocabulary

logger = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R", wire.Opened, wire.Accepted, wire.Prepared, wire.Understood)

MOST_CHARACTERS = 500
"""Longer text is nobody's command: it is not even tried."""

GRACE = 5.0
"""Seconds beyond its limit after which a process that does not answer is killed."""

STOPPING = 2.0
"""Seconds that a cancelled turn waits for the library to stop."""

LONGEST_PAUSE = 60.0
"""Seconds before a process that keeps dying is started again, at most."""


class Llama:
    """Understands by a language model. Use it with `async with`, or close it."""

    def __init__(
        self,
        model: Path,
        cache: Path,
        *,
        name: str = "tinyllama",
        context: int = 2048,
        threads: int = 2,
        mmap: bool = True,
        chat: str | None = None,
        lora: Path | None = None,
        floor: float = 0.2,
        seconds: float = 15.0,
        tokens: int = 64,
        release: float | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        """`model` is a GGUF file of a chat model, `cache` a folder for the prompts that it has read.

        `context` counts tokens. With `mmap` the weights stay on disk and are mapped: half the memory, a slower prompt.
        `chat` names the chat format where the file's own is wrong. Below `floor` (0 to 1) a guess is none. A turn may
        take `seconds` and its answer `tokens`. Not used for `release` seconds, the process ends and its memory is free;
        the next turn starts it again. `today` tells what "tomorrow" means.
        """
        self.name = name
        self.last: wire.Understood | None = None
        """What the last answer took."""
        self._settings = (str(model), str(cache), context, threads, mmap, chat, None if lora is None else str(lora))
        self._floor = floor
        self._seconds = seconds
        self._tokens = tokens
        self._today = today
        self._ids = itertools.count(1)
        self._child: Child | None = None
        self._opening: asyncio.Future[wire.Reply]
        self._refused: str | None = None
        """Why the model cannot be loaded."""
        self._vocabulary: Vocabulary | None = None
        self._deaths = 0
        self._pause_until = 0.0
        self._idle = Idle(release, self._release)
        self._released = False
        """Since the last turn."""
        self._ending: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Llama":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End the process."""
        self._idle.close()
        child, self._child = self._child, None
        if child is not None:
            await child.end()
        if self._ending is not None:
            await self._ending

    def _release(self) -> None:
        """End the process until it is needed."""
        child, self._child = self._child, None
        if child is not None:
            logger.info("%s: not needed for a while, its memory is free", self.name)
            self._released = True
            self._ending = asyncio.create_task(child.end())

    @property
    def pid(self) -> int | None:
        """The process that holds the model, while there is one."""
        return self._child.pid if self._child is not None and self._child.alive else None

    async def learn(self, vocabulary: Vocabulary) -> None:
        """Load the model if it is not, and prepare for this vocabulary in the background; the old one serves meanwhile.

        Returns once the model is loaded. Raises EngineError where it cannot be.
        """
        running = self._child is not None and self._child.alive
        self._vocabulary = vocabulary
        self._refused = None
        self._deaths = 0
        self._pause_until = 0.0
        self._released = False
        with self._idle.busy():
            child = await self._alive()
            await self._opened()
            if running:
                _expect(await child.ask(wire.Learn(next(self._ids), vocabulary)), wire.Accepted)

    async def ready(self, *, whole: bool = False) -> wire.Prepared:
        """Wait until the newest vocabulary is served. Raises EngineError where it cannot be.

        Of one too large for a single prompt, that is when what is said most was read; `whole` waits for the rest.
        """
        with self._idle.busy():
            child = await self._alive()
            await self._opened()
            return _expect(await child.ask(wire.Wait(next(self._ids), whole)), wire.Prepared)

    async def understand(self, transcript: Transcript) -> Intent | None:
        """The likeliest intent; None where none fits, the guess is too weak, or the model is still being prepared.

        Cancelling stops the library at the next token. Raises EngineError.
        """
        text = transcript.text
        if self._vocabulary is None or not text.strip() or len(text) > MOST_CHARACTERS:
            return None
        with self._idle.busy():
            child = await self._loaded()
            request = wire.Understand(next(self._ids), text, self._today().isoformat(), self._seconds, self._tokens)
            try:
                reply = await self._answer(child, request)
            except EngineError:
                if not child.alive:
                    await self._alive()
                raise
        self._deaths = 0
        if reply is None or reply.intent is None:
            return None
        confidence = reply.confidence * transcript.confidence
        if confidence < self._floor:
            logger.info("%s: %s is too weak a guess: %.2f", self.name, reply.intent, confidence)
            return None
        return Intent(reply.intent, dict(reply.slots), confidence, self.name, text)

    async def talk(self, text: str, tokens: int = 60) -> AsyncGenerator[str, None]:
        """Chat: what the model says, sentence by sentence. It never acts. Raises EngineError."""
        with self._idle.busy():
            async with contextlib.aclosing(self._talk(text, tokens)) as sentences:
                async for sentence in sentences:
                    yield sentence

    async def _talk(self, text: str, tokens: int) -> AsyncGenerator[str, None]:
        child = await self._loaded()
        request = wire.Talk(next(self._ids), text[:MOST_CHARACTERS], self._seconds, tokens)
        replies = child.stream(request)
        done = False
        try:
            while not done:
                reply = await self._within(replies.get(), child)
                if isinstance(reply, EngineError):
                    raise reply
                done = not isinstance(reply, wire.Sentence) or not reply.text
                if isinstance(reply, wire.Sentence) and reply.text:
                    yield reply.text
        finally:
            if not done:
                child.tell(wire.Cancel(request.id))

    async def _answer(self, child: Child, request: wire.Understand) -> wire.Understood | None:
        waiting = child.ask(request)
        try:
            reply = await self._within(asyncio.shield(waiting), child)
        except asyncio.CancelledError:
            child.tell(wire.Cancel(request.id))
            await asyncio.wait([waiting], timeout=STOPPING)
            raise
        if isinstance(reply, wire.Unready):
            logger.info("%s is still reading its instructions: %.0f %%", self.name, 100 * reply.done)
            return None
        self.last = _expect(reply, wire.Understood)
        return self.last

    async def _within(self, waiting: Awaitable[T], child: Child) -> T:
        """Wait as long as a turn may take. Raises EngineError, and ends the process, which is beyond help."""
        try:
            async with asyncio.timeout(self._seconds + GRACE):
                return await waiting
        except TimeoutError:
            await child.end()
            raise EngineError(
                f"{self.name}: the language model's process did not answer in {self._seconds + GRACE:.0f} s "
                "and was ended; it is started again."
            ) from None

    async def _loaded(self) -> Child:
        """The process, its model loaded. Raises EngineError."""
        child = await self._alive()
        done, _ = await asyncio.wait([self._opening], timeout=self._seconds)
        if not done:
            raise EngineError(f"{self.name}: the model is still being loaded; ask again.")
        await self._opened()
        if self._released:
            with contextlib.suppress(TimeoutError):  # then it says itself that it is still reading
                async with asyncio.timeout(self._seconds):
                    await self.ready()
            self._released = False
        return child

    async def _opened(self) -> None:
        """Wait until the model is loaded. Raises EngineError; where the file is to blame, every turn will."""
        try:
            _expect(await asyncio.shield(self._opening), wire.Opened)
        except EngineError as error:
            if self._child is not None and not self._child.died:
                self._refused = str(error)
            raise

    async def _alive(self) -> Child:
        """The process; a new one, told everything the old one knew, if that died. Raises EngineError."""
        if self._child is not None and self._child.alive:
            return self._child
        if self._refused is not None:
            raise EngineError(self._refused)
        if self._child is not None:
            self._mourn(self._child.fate)
        self._child = await Child.start(self.name)
        self._opening = self._child.ask(wire.Open(next(self._ids), *self._settings))
        if self._vocabulary is not None:
            self._child.ask(wire.Learn(next(self._ids), self._vocabulary))
        return self._child

    def _mourn(self, fate: str) -> None:
        """Count the deaths. Raises EngineError where the next process should wait."""
        now = asyncio.get_running_loop().time()
        if now < self._pause_until:
            raise EngineError(
                f"{self.name}: the language model's process died {self._deaths} times ({fate}); "
                f"it is started again in {self._pause_until - now:.0f} s."
            )
        self._deaths += 1
        self._pause_until = now + min(LONGEST_PAUSE, 2.0**self._deaths) if self._deaths > 1 else 0.0
        logger.warning("%s: its process ended (%s) and is started again", self.name, fate)


def _expect(reply: wire.Reply, kind: type[R]) -> R:
    """Raises EngineError where the reply is of another kind."""
    if not isinstance(reply, kind):
        raise EngineError(f"The language model's process answered {reply!r}; update Hearth.")
    return reply
