"""The language model's process as its owner sees it: requests go in, futures of replies come out."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable
from importlib.util import find_spec

from assistant.engines import llama_wire as wire
from assistant.errors import EngineError

COMMAND = (sys.executable, "-m", "assistant.engines.llama_worker")

LONGEST_LINE = 1 << 20
"""Bytes of a reply; a process that writes more has lost its mind."""

Arrived = Callable[[wire.Reply | EngineError], None]


class Child(asyncio.SubprocessProtocol):
    """One process, from start to end. Has no task of its own: the event loop calls it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.pid = 0
        self._transport: asyncio.SubprocessTransport | None = None
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrived: dict[int, Arrived] = {}
        self._line = b""

    @classmethod
    async def start(cls, name: str) -> "Child":
        """Raises EngineError."""
        if find_spec("llama_cpp") is None:
            raise EngineError(f"{name}: llama-cpp-python is not installed; install the extra `standard`.")
        loop = asyncio.get_running_loop()
        try:
            # In a group of its own, so that Ctrl-C ends it only when its owner is done with it.
            transport, child = await loop.subprocess_exec(lambda: cls(name), *COMMAND, stderr=None, process_group=0)
        except OSError as error:
            raise EngineError(f"{name}: the language model's process cannot be started ({error}).") from error
        child._transport = transport
        child.pid = transport.get_pid()
        return child

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._transport is not None and self._transport.get_returncode() is None and not self._gone.done()

    @property
    def died(self) -> bool:
        """Whether it ended otherwise than by its own will."""
        return self._transport is not None and self._transport.get_returncode() not in (None, 0)

    @property
    def fate(self) -> str:
        """How it ended, such as `SIGSEGV`."""
        code = None if self._transport is None else self._transport.get_returncode()
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                return signal.Signals(-code).name
        return f"exit status {code}"

    def tell(self, request: wire.Request) -> None:
        """Send what is not answered. A process that is gone hears nothing."""
        pipe = None if self._transport is None else self._transport.get_pipe_transport(0)
        if isinstance(pipe, asyncio.WriteTransport) and self.alive:
            pipe.write(wire.pack(request))

    def ask(self, request: wire.Request) -> "asyncio.Future[wire.Reply]":
        """The reply to come; fails with EngineError when the request fails or the process dies."""
        reply: asyncio.Future[wire.Reply] = asyncio.get_running_loop().create_future()

        def arrived(message: wire.Reply | EngineError) -> None:
            self._arrived.pop(request.id, None)
            if reply.done():
                return
            if isinstance(message, EngineError):
                reply.set_exception(message)
                reply.exception()  # whoever still waits for it sees it; nobody need
            else:
                reply.set_result(message)

        self._send(request, arrived)
        return reply

    def stream(self, request: wire.Request) -> "asyncio.Queue[wire.Reply | EngineError]":
        """All replies to come. Unbounded: a request is limited in what it may answer."""
        replies: asyncio.Queue[wire.Reply | EngineError] = asyncio.Queue()
        self._send(request, replies.put_nowait)
        return replies

    async def end(self) -> None:
        """Kill it and wait until it is gone."""
        if self._transport is not None:
            with contextlib.suppress(ProcessLookupError):
                self._transport.kill()
            await asyncio.shield(self._gone)

    def _send(self, request: wire.Request, arrived: Arrived) -> None:
        if self.alive:
            self._arrived[request.id] = arrived
            self.tell(request)
        else:
            arrived(self._death())

    def _death(self) -> EngineError:
        remedy = "it is started again"
        if self.fate == "SIGILL":
            remedy = "llama-cpp-python was built for another processor: install it again on this one"
        return EngineError(f"{self.name}: the language model's process ended ({self.fate}); {remedy}.")

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Called by the event loop."""
        *lines, self._line = (self._line + data).split(b"\n")
        try:
            for line in lines:
                self._reply(wire.unpack(line))
            if len(self._line) > LONGEST_LINE:
                raise EngineError(f"{self.name}: the language model's process writes without end.")
        except EngineError as error:
            self._fail(error)
            if self._transport is not None:
                self._transport.kill()

    def _reply(self, message: wire.Request | wire.Reply) -> None:
        arrived = self._arrived.get(message.id)
        if arrived is None:
            return  # nobody wants it any more
        match message:
            case wire.Trouble():
                arrived(EngineError(f"{self.name}: {message.reason}"))
            case wire.Opened() | wire.Accepted() | wire.Prepared() | wire.Understood() | wire.Unready():
                arrived(message)
            case wire.Sentence():
                arrived(message)
            case _:
                raise EngineError(f"{self.name}: the language model's process answered with a request.")

    def _fail(self, error: EngineError) -> None:
        arrived, self._arrived = self._arrived, {}
        for each in arrived.values():
            each(error)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop when the process has ended and all it wrote was read."""
        self._fail(self._death())
        if self._transport is not None:
            self._transport.close()
        if not self._gone.done():
            self._gone.set_result(None)
