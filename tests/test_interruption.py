"""Ctrl-C ends long work, whatever the work is doing."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from assistant.bench.interruption import Interruption


@pytest.fixture
def interruption() -> Iterator[Interruption]:
    before = signal.getsignal(signal.SIGINT)
    with Interruption() as found:
        yield found
    assert signal.getsignal(signal.SIGINT) is before


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_work_that_nobody_interrupts_ends_by_itself(interruption: Interruption) -> None:
    done = []

    async def work() -> None:
        done.append(True)

    assert interruption.run(work)
    assert (done, interruption.asked) == ([True], False)


def test_work_that_waits_is_cancelled(interruption: Interruption) -> None:
    cleaned = []

    async def work() -> None:
        try:
            press()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.append(True)

    assert interruption.run(work)
    assert cleaned == [True]
    assert interruption.signal == signal.SIGINT


def test_work_that_swallows_the_cancellation_ends_at_its_next_step(interruption: Interruption) -> None:
    async def work() -> None:
        press()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        while True:
            interruption.heed()

    assert interruption.run(work)


def test_work_that_fails_because_it_is_interrupted_is_interrupted(interruption: Interruption) -> None:
    async def work() -> None:
        press()
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("a child process died of the same signal")

    assert interruption.run(work)


def test_work_that_cannot_be_stopped_is_not_waited_for() -> None:
    stuck = threading.Event()

    async def work() -> None:
        press()
        stuck.wait()  # as a library does that loads a model

    with Interruption(patience=0.0) as interruption:
        assert not interruption.run(work)
    stuck.set()


def test_who_asks_again_does_not_wait(interruption: Interruption) -> None:
    stuck = threading.Event()

    async def work() -> None:
        press()
        press()
        stuck.wait()

    assert not interruption.run(work)
    stuck.set()


def test_who_asks_before_the_work_begins_is_heard(interruption: Interruption) -> None:
    press()
    begun = []

    async def work() -> None:
        begun.append(True)

    assert interruption.run(work)
    assert not begun


def test_a_failure_that_nobody_asked_for_is_told(interruption: Interruption) -> None:
    async def work() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        interruption.run(work)


def test_a_signal_just_before_the_wait_is_not_slept_over() -> None:
    async def work() -> None:
        press()
        await asyncio.Event().wait()

    for _ in range(100):
        with Interruption() as interruption:
            assert interruption.run(work)
