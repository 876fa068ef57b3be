"""What is done every now and then wakes the processor together, and the watchdog is fed in time by it."""

import asyncio
import selectors
import socket
from itertools import pairwise
from pathlib import Path

import pytest

from assistant.concurrency import doze, interrupt
from assistant.service.notify import Notifier

HOUR = 3600.0


class Leaping(selectors.SelectSelector):
    """Where there is nothing to do but wait, its clock leaps."""

    def __init__(self, now: float) -> None:
        super().__init__()
        self.now = now
        self.waits = 0
        """How often a processor would have been woken."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """At once, as if the time had passed."""
        if timeout:
            self.now += timeout
            self.waits += 1
        return super().select(0)


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose hours pass at once."""

    def __init__(self, now: float = 1234.5) -> None:
        self.selector = Leaping(now)
        super().__init__(self.selector)

    def time(self) -> float:
        """Seconds of its own."""
        return self.selector.now


async def every(seconds: float, moments: list[float]) -> None:
    while True:
        await doze(seconds)
        moments.append(asyncio.get_running_loop().time())


def test_rhythms_that_began_at_any_time_wake_the_processor_together() -> None:
    rhythms = [5.0, 5.0, 15.0, 30.0, 30.0, 30.0, 600.0, HOUR]
    moments: list[list[float]] = [[] for _ in rhythms]

    async def an_hour() -> None:
        tasks = []
        for rhythm, when in zip(rhythms, moments, strict=True):
            tasks.append(asyncio.create_task(every(rhythm, when)))
            await asyncio.sleep(0.37)
        await asyncio.sleep(HOUR)
        for task in tasks:
            await interrupt(task)

    loop = Loop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(an_hour())
    alone = HOUR / 5.0
    assert alone <= loop.selector.waits < alone + 30
    for rhythm, when in zip(rhythms, moments, strict=True):
        assert len(when) >= HOUR / rhythm - 1
        assert max((later - before for before, later in pairwise(when)), default=0.0) <= rhythm + 0.001


@pytest.mark.parametrize("began", [0.0, 0.001, 1.6, 1.7, 2.499, 2.5, 3.33, 3.34, 4.999])
def test_nobody_dozes_for_longer_than_asked_or_for_nothing(began: float) -> None:
    moments: list[float] = []

    async def some() -> None:
        task = asyncio.create_task(every(5.0, moments))
        await asyncio.sleep(21.0)
        await interrupt(task)

    with asyncio.Runner(loop_factory=lambda: Loop(began)) as runner:
        runner.run(some())
    assert 5.0 / 3 <= moments[0] - began <= 5.0
    assert all(later - before <= 5.0 + 0.001 for before, later in pairwise(moments))
    assert moments[-1] % 5.0 == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("began", [0.0, 1.0, 3.4, 4.9])
def test_the_watchdog_is_fed_in_time_while_all_is_well(began: float, tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    asked: list[float] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.setblocking(False)

        def good() -> bool:
            asked.append(asyncio.get_running_loop().time())
            return len(asked) != 3

        async def service() -> None:
            notifier = Notifier({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "10000000"})
            notifier.ready("Here.")
            beating = asyncio.create_task(notifier.beat(good))
            await asyncio.sleep(24.0)
            await interrupt(beating)

        with asyncio.Runner(loop_factory=lambda: Loop(began)) as runner:
            runner.run(service())
        told: list[str] = []
        while len(told) < len(asked):
            told.append(systemd.recv(100).decode())
        with pytest.raises(BlockingIOError):
            systemd.recv(100)
    assert told == ["READY=1\nSTATUS=Here."] + ["WATCHDOG=1"] * (len(asked) - 1)
    assert all(later - before < 10.0 for before, later in pairwise([began, *asked]))
