"""A program that changes a schedule as fast as it can until it is killed, and tells what was acknowledged.

    python -m tests.schedule_child DATABASE JOURNAL

For each line "ROUND SECONDS" of the standard input, such a program lives for so long and is killed; then a line is
written. The journal gets a line for each change, before ("try") and after it was acknowledged ("done"), and for each
thing that rang. It is one `write` a line, which a killed program has either done or not.
"""

import asyncio
import os
import random
import signal
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from assistant.clock import SystemClock
from assistant.future.ledger import Ledger
from assistant.schedule import Scheduler
from assistant.skill import Announcement, Entry

KINDS = ("timer", "timer", "alarm", "weekly")


def add(schedule: Scheduler, kind: str, delay: timedelta, name: str) -> Entry:
    """One more timer, alarm, or alarm on two days of every week."""
    when = datetime.now() + delay
    if kind == "timer":
        return schedule.after(delay, Announcement(name), kind=kind, name=name)
    if kind == "alarm":
        return schedule.at(when, Announcement(name), kind=kind, name=name)
    days = {(when.weekday() + 2) % 7, (when.weekday() + 4) % 7}
    return schedule.every(when.time(), days, Announcement(name), kind=kind, name=name)


async def live(database: Path, journal: Path, round_: int) -> None:
    out = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def tell(*words: object) -> None:
        os.write(out, (" ".join(map(str, words)) + "\n").encode())

    async def announce(what: Announcement) -> None:
        tell("ring", what.text)
        await asyncio.sleep(0.002)  # as long as words take to say
        tell("rung", what.text)

    schedule = Scheduler(SystemClock(), announce, ledger=Ledger(database))
    chance = random.Random(round_)
    running = asyncio.create_task(schedule.run())
    made: list[Entry] = []
    tell("start", round_)
    for number in range(100_000):
        name = f"{round_}-{number}"
        choice = chance.random()
        if choice < 0.4 or not made:
            seconds = chance.choice((1.0, 1.2, 1.5, 3600.0, 7200.0))
            tell("try", "add", name)
            made.append(add(schedule, chance.choice(KINDS), timedelta(seconds=seconds), name))
            tell("done", "add", name)
        elif choice < 0.6:
            which = made.pop(chance.randrange(len(made)))
            tell("try", "cancel", which.name)
            tell("done" if schedule.cancel(which) else "gone", "cancel", which.name)
        else:
            which = chance.choice([entry for entry in made if entry.kind == "timer"] or made)
            waiting = {each.id for each in schedule.pending("timer") if each.remaining > timedelta(minutes=1)}
            if which.id in waiting:
                tell("try", "change", which.name)
                changed = schedule.change(which, timedelta(seconds=10))
                tell("done", "change", which.name, round(changed.length.total_seconds()))
        await asyncio.sleep(0)
    running.cancel()


if __name__ == "__main__":
    for line in sys.stdin:
        number, seconds = line.split()
        if (child := os.fork()) == 0:
            asyncio.run(live(Path(sys.argv[1]), Path(sys.argv[2]), int(number)))
        time.sleep(float(seconds))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        sys.stdout.write("killed\n")
        sys.stdout.flush()
