"""Fixtures for all tests: nothing may leak, nothing may reach the network."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator

import pytest

collect_ignore = ["alone"]
"""What must not share a process with the rest: see tests/engines/test_llama_alone.py."""


@pytest.fixture(autouse=True)
async def no_leaked_tasks() -> AsyncIterator[None]:
    """Fail a test that leaves a task behind."""
    before = asyncio.all_tasks()
    yield
    leaked = [task for task in asyncio.all_tasks() - before - {asyncio.current_task()} if task and not task.done()]
    for task in leaked:
        task.cancel()
    assert not leaked, f"tasks still running: {leaked}"


@pytest.fixture(autouse=True)
def no_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test that connects to anything but this machine fail with the address."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)  # type: ignore[arg-type]  # whatever it is, the socket knows

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def threads_end() -> Iterator[None]:
    """Fail a test that leaves a thread behind, daemons aside."""
    before = set(threading.enumerate())
    yield
    leaked = [thread for thread in set(threading.enumerate()) - before if not thread.daemon]
    assert not leaked, f"threads still running: {leaked}"
