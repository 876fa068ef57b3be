"""Two processes that ask each other things over one socket: plain data, one JSON object a line.

Everything is limited: the length of a message, how many requests are served at once, and how long a side may be silent
while it is asked something. A side that breaks a limit is cut off, and nothing of it stays. Idle, a link costs nothing.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Literal, TypeVar

import msgspec

from assistant.errors import AssistantError, LinkError, known_error

logger = logging.getLogger(__name__)

VERSION = 1
"""Changes with every message that would not be understood by the other side's older code."""
LONGEST = 8 << 20
"""Bytes of a message; what can be said in a house of 500 devices takes one of them."""
MOST = 16
"""Requests served at once."""
PATIENCE = 2.0
"""Seconds after which a side that is asked something must have said at least that it lives."""

T = TypeVar("T")
Serve = Callable[[Any], Awaitable[object]]
"""Answers a request; what is only told gets no answer. A raised AssistantError becomes the asker's LinkError."""


class _Frame(msgspec.Struct, omit_defaults=True):
    role: Literal["hello", "ask", "tell", "answer", "trouble", "cancel", "ping", "pong"]
    id: int = 0
    kind: str = ""
    body: msgspec.Raw = msgspec.Raw(b"null")


class Link:
    """One connection, from its first word to its end. All methods are for the event loop's thread."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kinds: Iterable[type], serve: Serve
    ) -> None:
        """`kinds` are the dataclasses that may travel; `reader` must have been made with `limit=LONGEST`."""
        self._reader = reader
        self._writer = writer
        self._kinds: Mapping[str, type] = {kind.__name__: kind for kind in kinds}
        self._serve = serve
        self._asked: dict[int, asyncio.Future[object]] = {}
        self._serving: dict[int, asyncio.Task[None]] = {}
        self._count = 0
        self._heard = asyncio.get_running_loop().time()
        self._end: LinkError | None = None

    async def greet(self) -> None:
        """Say hello and hear it. Raises LinkError where the other side is gone or speaks another version."""
        self._send(_Frame("hello", VERSION))
        try:
            async with asyncio.timeout(PATIENCE):
                hello = await self._frame()
        except TimeoutError:
            raise self._broken("did not say hello") from None
        if hello.role != "hello" or hello.id != VERSION:
            raise self._broken(
                f"speaks version {hello.id}, not {VERSION}: restart both with "
                "`systemctl restart assistant-hands assistant`"
            )

    async def run(self) -> None:
        """Answer and be answered until the connection ends, which raises LinkError with the reason."""
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    self._take(await self._frame(), tasks)
        except BaseExceptionGroup as raised:
            error = known_error(raised)
            raise (error if error is self._end else self._broken(str(error))) from None
        finally:
            self.close()

    async def ask(self, message: object, answer: type[T]) -> T:
        """The other side's answer, however long it takes. Raises LinkError where there will be none.

        Cancelling also cancels what the other side does about it.
        """
        self._count += 1
        number = self._count
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[object] = loop.create_future()
        self._asked[number] = reply
        try:
            self._send(self._packed("ask", message, number))
            while True:
                asked = loop.time()
                await asyncio.wait([reply], timeout=PATIENCE)
                if reply.done():
                    break
                if self._heard < asked - PATIENCE:
                    raise self._broken(f"has not answered for {loop.time() - self._heard:.0f} s")
                self._send(_Frame("ping"))
        except asyncio.CancelledError:
            with contextlib.suppress(LinkError):
                self._send(_Frame("cancel", number))
            raise
        finally:
            del self._asked[number]
        given = reply.result()
        if not isinstance(given, answer):
            raise self._broken(f"answered {type(message).__name__} with {type(given).__name__}")
        return given

    def tell(self, message: object) -> None:
        """Let the other side know. Raises LinkError where the connection has ended."""
        self._send(self._packed("tell", message))

    def close(self) -> None:
        """End the connection; whoever waits for an answer gets LinkError."""
        error = self._end = self._end or LinkError("The other side is gone.")
        self._writer.close()
        for reply in self._asked.values():
            if not reply.done():
                reply.set_exception(error)

    def _packed(self, role: Literal["ask", "tell", "answer"], message: object, number: int = 0) -> _Frame:
        return _Frame(role, number, type(message).__name__, msgspec.Raw(msgspec.json.encode(message)))

    def _send(self, frame: _Frame) -> None:
        if self._end is not None:
            raise self._end
        if self._writer.transport.get_write_buffer_size() > LONGEST:
            raise self._broken("does not read what it is told")
        self._writer.write(msgspec.json.encode(frame) + b"\n")

    async def _frame(self) -> _Frame:
        try:
            line = await self._reader.readline()
        except ValueError:
            raise LinkError(f"sent more than {LONGEST} bytes at once") from None
        except OSError as error:
            raise LinkError(f"is gone ({error.strerror})") from None
        if not line.endswith(b"\n"):
            raise LinkError("is gone")
        self._heard = asyncio.get_running_loop().time()
        try:
            return msgspec.json.decode(line, type=_Frame)
        except msgspec.MsgspecError as error:
            raise LinkError(f"sent what is no message ({error})") from None

    def _take(self, frame: _Frame, tasks: asyncio.TaskGroup) -> None:
        match frame.role:
            case "ping":
                self._send(_Frame("pong"))
            case "ask" if len(self._serving) >= MOST:
                self._trouble(frame.id, f"{MOST} requests are being answered already")
            case "ask" | "tell":
                task = tasks.create_task(self._answer(frame, self._message(frame)))
                if frame.role == "ask":
                    self._serving[frame.id] = task
                    task.add_done_callback(lambda _: self._serving.pop(frame.id, None))
            case "cancel" if frame.id in self._serving:
                self._serving[frame.id].cancel()
            case "answer" | "trouble" if frame.id in self._asked:
                self._settle(self._asked[frame.id], frame)

    def _settle(self, reply: "asyncio.Future[object]", frame: _Frame) -> None:
        if reply.done():
            return
        if frame.role == "trouble":
            reply.set_exception(LinkError(msgspec.json.decode(frame.body, type=str)))
        else:
            reply.set_result(self._message(frame))

    def _message(self, frame: _Frame) -> object:
        if frame.kind not in self._kinds:
            raise LinkError(f"sent {frame.kind[:40]!r}, which is no message")
        try:
            return msgspec.json.decode(frame.body, type=self._kinds[frame.kind])
        except msgspec.MsgspecError as error:
            # The message itself is not quoted: it may hold what somebody said.
            raise LinkError(f"sent a wrong {frame.kind}: {error}") from None

    async def _answer(self, frame: _Frame, message: object) -> None:
        try:
            answer = await self._serve(message)
        except AssistantError as error:
            self._trouble(frame.id, str(error))
        except Exception:
            logger.exception("%s failed", frame.kind)
            self._trouble(frame.id, f"{frame.kind} failed; the log says why")
        else:
            if frame.role == "ask":
                self._send(self._packed("answer", answer, frame.id))

    def _trouble(self, number: int, reason: str) -> None:
        if number:
            self._send(_Frame("trouble", number, body=msgspec.Raw(msgspec.json.encode(reason))))

    def _broken(self, how: str) -> LinkError:
        """End it for a reason."""
        self._end = self._end or LinkError(how if how.endswith(".") else f"The other side {how}.")
        self.close()
        return self._end
