"""The future: what will happen, and making it happen when it is due."""

import asyncio
import itertools
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from assistant.errors import SkillError
from assistant.skill import Announcement, Entry

logger = logging.getLogger(__name__)

LONGEST = timedelta(days=366)


class Clock(Protocol):
    """What time it is. A Pi has no clock of its own: lengths of time follow `monotonic`, appointments `now`."""

    def now(self) -> datetime:
        """The wall clock, with its time zone. It may jump."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment. It never jumps."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """The wall clock, in the local time zone."""
        return datetime.now().astimezone()

    def monotonic(self) -> float:
        """Seconds since the machine started, counting what it slept."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, slots=True)
class _Due:
    entry: Entry
    at: float


class Scheduler:
    """A `Schedule` that lives as long as the program does."""

    def __init__(self, clock: Clock, announce: Callable[[Announcement], Awaitable[None]]) -> None:
        self._clock = clock
        self._announce = announce
        self._ids = itertools.count(1)
        self._entries: dict[int, _Due] = {}
        self._changed = asyncio.Event()

    def after(self, delay: timedelta, what: Announcement, *, kind: str = "", name: str = "") -> Entry:
        """Do it once `delay` has passed. Raises SkillError for a delay that is not positive or longer than a year."""
        if not timedelta(0) < delay <= LONGEST:
            raise SkillError("I can only count times between one second and one year.")
        entry = Entry(next(self._ids), kind, name, delay, delay, what)
        self._entries[entry.id] = _Due(entry, self._clock.monotonic() + delay.total_seconds())
        self.look()
        return entry

    def pending(self, kind: str = "") -> list[Entry]:
        """What is to come, soonest first; only of one kind, if named."""
        now = self._clock.monotonic()
        return [
            replace(due.entry, remaining=timedelta(seconds=max(0.0, due.at - now)))
            for due in sorted(self._entries.values(), key=lambda due: due.at)
            if not kind or due.entry.kind == kind
        ]

    def cancel(self, entry: Entry) -> bool:
        """Let it not happen. False if it already has."""
        return self._entries.pop(entry.id, None) is not None

    def look(self) -> None:
        """Look again at what is due: the future or the clock has changed."""
        self._changed.set()

    async def announce_due(self) -> None:
        """Announce what is due now, each in turn."""
        now = self._clock.monotonic()
        for due in sorted(self._entries.values(), key=lambda due: due.at):
            if due.at <= now and self.cancel(due.entry):
                await self._announce(due.entry.what)

    async def run(self) -> None:
        """Announce what is due when it is due, until cancelled."""
        while True:
            self._changed.clear()
            await self.announce_due()
            soonest = min((due.at for due in self._entries.values()), default=None)
            wait = None if soonest is None else max(0.0, soonest - self._clock.monotonic())
            try:
                async with asyncio.timeout(wait):
                    await self._changed.wait()
            except TimeoutError:
                pass
