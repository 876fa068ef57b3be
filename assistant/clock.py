"""What time it is: a wall clock that may jump, and a steady one that ends with the boot."""

import time
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """What time it is. A Pi has no clock of its own: lengths of time follow `monotonic`, appointments `now`."""

    @property
    def boot(self) -> str:
        """Names the time in which `monotonic` counts: another one after each start of the machine."""
        ...

    def now(self) -> datetime:
        """The wall clock, with its time zone. It may jump."""
        ...

    def aware(self, local: datetime) -> datetime:
        """A local time of this place, with the offset that it has then.

        What the clocks skip in spring is moved to after the gap; what they repeat in autumn is the first of both.
        """
        ...

    def monotonic(self) -> float:
        """Seconds since some moment. It never jumps."""
        ...


class SystemClock:
    """The machine's clocks."""

    @cached_property
    def boot(self) -> str:
        """As Linux names it."""
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()

    def now(self) -> datetime:
        """The wall clock, in the local time zone, which is looked up again each time."""
        time.tzset()
        return datetime.now().astimezone()

    def aware(self, local: datetime) -> datetime:
        """A local time of this machine's zone."""
        return local.replace(tzinfo=None).astimezone()

    def monotonic(self) -> float:
        """Seconds since the machine started, counting what it slept."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)
