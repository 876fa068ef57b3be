"""What the running assistant tells of its turns to `assistant last` and `assistant trace`, over a Unix socket.

A client writes one line: `last N` or `follow`. The assistant writes lines of JSON, each an object with `turn`, a
record, or `event`, what happens just now; after `last` it ends the connection. Whoever may open the socket may read it:
it lies in a folder that is its user's own.
"""

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from pathlib import Path

from assistant.concurrency import interrupt
from assistant.errors import DeviceError
from assistant.events import Event, Finished, Observers
from assistant.messages import Turn
from assistant.records.turns import TurnBook, load, without_words

logger = logging.getLogger(__name__)

BEHIND = 256
"""Lines that wait for a client which does not read; then it is let go."""

LONGEST = 1 << 20
"""Bytes of a line."""


def socket_paths() -> Sequence[Path]:
    """Folders where it is, by who runs the assistant: systemd or somebody at a terminal. It is made in the first."""
    given = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    own = os.environ.get("XDG_RUNTIME_DIR") or Path.home() / ".cache"
    return [*([Path(given)] if given else []), Path(own) / "assistant", Path("/run/assistant-head")]


class TurnSocket:
    """Serves while it is open with `async with`. Where it cannot be made the log says so, and the assistant goes on."""

    def __init__(self, turns: TurnBook, observe: Observers, *, words: bool, path: Path | None = None) -> None:
        """Without `words`, what was said and answered is left out. `path` is the socket's own."""
        self._turns = turns
        self._observe = observe
        self._words = words
        self._path = path or socket_paths()[0] / "turns.sock"
        self._followers: set[asyncio.Queue[bytes | None]] = set()
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "TurnSocket":
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._serve, self._path)
            self._path.chmod(0o600)
        except OSError as error:
            logger.warning(
                "%s: %s. `assistant last` and `assistant trace` cannot ask this assistant.", self._path, error
            )
        self._observe.add(self)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is None:
            return
        self._server.close()
        for client in tuple(self._clients):
            client.cancel()
        if self._clients:
            await asyncio.wait(self._clients)
        self._path.unlink(missing_ok=True)

    def __call__(self, event: Event) -> None:
        """Tell whoever follows."""
        if not self._followers:
            return
        if isinstance(event, Finished):
            line = self._line(event.record)
        else:
            told = {"name": type(event).__name__, "turn": getattr(event, "turn", 0)}
            line = json.dumps({"event": told}).encode() + b"\n"
        for follower in tuple(self._followers):
            try:
                follower.put_nowait(line)
            except asyncio.QueueFull:
                self._followers.discard(follower)

    def _line(self, record: Turn) -> bytes:
        shown = record if self._words else without_words(record)
        return json.dumps({"turn": asdict(shown)}, default=str).encode() + b"\n"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        try:
            with contextlib.suppress(ConnectionError, ValueError):
                await self._answer((await reader.readline()).decode("utf-8", "replace").split(), reader, writer)
        except asyncio.CancelledError:
            pass  # the assistant ends: the connection ends with it
        finally:
            self._clients.discard(task)
            writer.close()

    async def _answer(self, wish: list[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        match wish:
            case ["last", count] if count.isdigit():
                for record in self._turns.last(int(count)):
                    writer.write(self._line(record))
                await writer.drain()
            case ["follow"]:
                await self._follow(reader, writer)
            case _:
                writer.write(b'{"error": "write: last N, or follow"}\n')

    async def _follow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines: asyncio.Queue[bytes | None] = asyncio.Queue(BEHIND)  # full: the client is let go
        self._followers.add(lines)
        gone = asyncio.create_task(reader.read())
        gone.add_done_callback(lambda _: _put(lines))
        try:
            while (line := await lines.get()) is not None and lines in self._followers:
                writer.write(line)
                await writer.drain()
        finally:
            self._followers.discard(lines)
            await interrupt(gone)


def _put(lines: "asyncio.Queue[bytes | None]") -> None:
    with contextlib.suppress(asyncio.QueueFull):
        lines.put_nowait(None)


async def ask(wish: str, path: Path | None = None) -> AsyncIterator[Turn | str]:
    """What the running assistant tells: records, and names of events. Raises DeviceError where none runs."""
    reader, writer = await _connected([path] if path else [folder / "turns.sock" for folder in socket_paths()])
    try:
        writer.write(wish.encode() + b"\n")
        await writer.drain()
        while line := await reader.readline():
            told = json.loads(line)
            if "turn" in told:
                yield load(json.dumps(told["turn"]))
            elif "event" in told:
                yield str(told["event"]["name"])
    finally:
        writer.close()


async def _connected(paths: Sequence[Path]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    refused: list[str] = []
    for path in paths:
        try:
            return await asyncio.open_unix_connection(path, limit=LONGEST)
        except OSError as error:
            if not isinstance(error, FileNotFoundError):
                refused.append(f"{path}: {error.strerror or error}")
    raise DeviceError("; ".join(refused) or "No assistant is running here. Start one with: assistant run")
