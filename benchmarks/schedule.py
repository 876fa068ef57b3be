"""How long the schedule takes with many entries: adding, cancelling, looking for what is due, listing.

    python benchmarks/schedule.py [--entries 10000] [--folder DIR]

Milliseconds of wall time, each change with its commit to the disk of DIR (the current folder unless told).
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from assistant.clock import SystemClock
from assistant.future.ledger import Ledger
from assistant.schedule import Scheduler
from assistant.skill import Announcement

ROUNDS = 300


def timed(name: str, act: Callable[[], object], rounds: int = ROUNDS) -> None:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    worst = took[int(len(took) * 0.99)]
    print(f"{name:<28} median {statistics.median(took):7.3f} ms   99 % {worst:7.3f} ms")


async def announce(_: Announcement) -> None:
    raise AssertionError("nothing is due")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=Path())
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        ledger = Ledger(Path(folder) / "schedule.sqlite")
        schedule = Scheduler(SystemClock(), announce, ledger=ledger)
        with ledger.changes():
            for number in range(options.entries):
                schedule.after(timedelta(days=1, seconds=number), Announcement("tea"), kind="timer", name=f"{number}")
        loop = asyncio.new_event_loop()
        timed("first look at the clock", lambda: loop.run_until_complete(schedule.announce_due()), 1)
        made = [schedule.after(timedelta(days=2), Announcement("tea"))]
        timed("add", lambda: made.append(schedule.after(timedelta(days=2), Announcement("tea"))))
        timed("cancel", lambda: schedule.cancel(made.pop()))
        timed("due?", lambda: loop.run_until_complete(schedule.announce_due()))
        timed("when is the next due?", schedule.soonest)
        timed("list all", schedule.pending, 10)
        loop.close()
        ledger.close()
        timed("open and check", lambda: Ledger(Path(folder) / "schedule.sqlite").close(), 5)


if __name__ == "__main__":
    main()
