"""What was acknowledged survives kill -9 at any moment, rings, and rings once.

`HEARTH_KILLS=1000` sets how many rounds there are.
"""

import asyncio
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.clock import SystemClock
from assistant.future.ledger import Ledger
from assistant.schedule import Scheduler
from assistant.skill import Announcement

ROUNDS = int(os.environ.get("HEARTH_KILLS", "50"))
ROOT = Path(__file__).parent.parent


def live_and_die(database: Path, journal: Path, lives: Sequence[float]) -> None:
    """One program after the other changes the schedule, each for so many seconds."""
    command = [sys.executable, "-m", "tests.schedule_child", str(database), str(journal)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as keeper:
        assert keeper.stdin
        assert keeper.stdout
        for number, seconds in enumerate(lives):
            keeper.stdin.write(f"{number} {seconds}\n")
            keeper.stdin.flush()
            assert keeper.stdout.readline() == "killed\n"


class Told:
    """What a journal says."""

    def __init__(self, lines: list[str]) -> None:
        self.added: set[str] = set()
        self.tried: set[str] = set()
        self.cancelled: set[str] = set()
        self.maybe: dict[str, str] = {}
        """Name → the change during which the program was killed."""
        self.lengths: dict[str, int] = {}
        self.rang: Counter[str] = Counter()
        self.late: Counter[str] = Counter()
        trying: list[str] = []
        for line in lines:
            word, *rest = line.split(" ", 2)
            if word == "start" and trying:
                self.maybe[trying[1]] = trying[0]
            trying = rest if word == "try" else [] if word in ("start", "done", "gone") else trying
            if word == "try":
                self.tried.add(rest[1])
            elif word == "done" and rest[0] == "add":
                self.added.add(rest[1])
            elif word == "done" and rest[0] == "cancel":
                self.cancelled.add(rest[1])
            elif word == "done":
                name, _, length = rest[1].partition(" ")
                self.lengths[name] = int(length)
            elif word == "ring":
                text = line.removeprefix("ring ")
                again = re.fullmatch(r"This was due .*: (\S+)", text)
                (self.late if again else self.rang)[again[1] if again else text] += 1
        if trying:
            self.maybe[trying[1]] = trying[0]


@pytest.mark.timeout(60 + 10 * ROUNDS)
async def test_kill_9_loses_nothing_and_rings_nothing_twice(tmp_path: Path) -> None:
    database, journal = tmp_path / "schedule.sqlite", tmp_path / "journal"
    chance = random.Random(9)
    live_and_die(database, journal, [chance.uniform(0.0, 1.2 if n % 5 == 0 else 0.3) for n in range(ROUNDS)])

    async def announce(what: Announcement) -> None:
        with journal.open("a") as out:
            out.write(f"ring {what.text}\nrung {what.text}\n")

    ledger = Ledger(database)
    assert ledger.problem is None
    schedule = Scheduler(SystemClock(), announce, ledger=ledger)
    deadline = time.monotonic() + 20
    while (wait := schedule.soonest()) is not None and wait < 60 and time.monotonic() < deadline:
        await asyncio.sleep(min(wait, 0.05))
        await schedule.announce_due()
    pending = {entry.name: entry for entry in schedule.pending()}
    ledger.close()
    told = Told(journal.read_text().splitlines())

    twice = {name for name, count in told.rang.items() if count > 1}
    assert not twice, "rang twice"
    known = set(pending) | set(told.rang) | set(told.late)
    assert told.added - told.cancelled - known <= {n for n, what in told.maybe.items() if what == "cancel"}, "lost"
    assert not told.cancelled & set(pending), "came back"
    assert not set(pending) & (set(told.rang) | set(told.late)), "rang and is still there"
    assert known <= told.tried
    for name, length in told.lengths.items():
        if name in pending and told.maybe.get(name) != "change":
            assert round(pending[name].length.total_seconds()) == length
    assert all(entry.days or entry.length > timedelta(0) for entry in pending.values())
    counts = {"added": told.added, "cancelled": told.cancelled, "changed": told.lengths, "rang": told.rang}
    again = f"interrupted and told again: {len(told.late)}"
    sys.stdout.write(f"{ROUNDS} rounds; {again}; { ({what: len(names) for what, names in counts.items()}) }\n")
