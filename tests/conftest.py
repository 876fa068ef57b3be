"""Fixtures for all tests: nothing may leak, nothing may reach the network."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator

import pytest

collect_ignore = ["alone"]
"""What must not share a process with the rest: see tests/engines/test_llama_alone.py."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--appliance", action="store_true", help="also run the slow tests of the whole appliance")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is slow, unless it is asked for or named by its file."""
    named = [argument for argument in config.args if "appliance" in argument]
    if config.getoption("--appliance") or named:
        return
    skip = pytest.mark.skip(reason="slow: run it with --appliance")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


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
