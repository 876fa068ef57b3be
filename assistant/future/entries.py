"""Entries of the future: as they are kept, and as skills see them."""

import json
from datetime import UTC, datetime, timedelta

from assistant.clock import Clock
from assistant.future.later import Promised
from assistant.future.ledger import Record
from assistant.future.recurrence import read
from assistant.skill import Announcement, Command, Entry


def write_what(what: Announcement | Command) -> str:
    """As it is kept."""
    match what:
        case Announcement(text, chime, rings):
            return json.dumps({"say": text, "chime": chime, "rings": rings})
        case Command(intent, slots, text):
            kept = {"do": intent, "slots": dict(slots), "text": text}
            return json.dumps({**kept, "promised": True} if isinstance(what, Promised) else kept)


def read_what(text: str) -> Announcement | Command:
    """What `write_what` gave."""
    kept = json.loads(text)
    if "do" in kept:
        return (Promised if kept.get("promised") else Command)(kept["do"], kept["slots"], kept["text"])
    return Announcement(kept["say"], kept["chime"], kept["rings"])


def due_at(record: Record, clock: Clock) -> float | None:
    """When it is due, in seconds since 1970; None while it is paused."""
    if record.mono is not None and record.boot == clock.boot:
        return clock.now().timestamp() + record.mono - clock.monotonic()
    return record.wall


def entry(record: Record, clock: Clock) -> Entry:
    """As a skill sees it now."""
    now = clock.now()
    due = due_at(record, clock)
    left = (record.left or 0.0) if due is None else max(0.0, due - now.timestamp())
    at = now + timedelta(seconds=left) if due is None else local(due, clock)
    return Entry(
        id=record.id,
        kind=record.kind,
        name=record.name,
        length=timedelta(seconds=record.length),
        remaining=timedelta(seconds=left),
        what=read_what(record.what),
        at=at,
        days=read(record.rule).days if record.rule else frozenset(),
        paused=due is None,
        age=timedelta(seconds=max(0.0, now.timestamp() - record.made)),
    )


def local(wall: float, clock: Clock) -> datetime:
    """A moment on the local wall clock: seconds since 1970 to a time with the offset that it has then."""
    utc = datetime.fromtimestamp(wall, UTC)
    guess = utc.astimezone(clock.now().tzinfo)
    for _ in range(2):  # the offset at that time may be another than now, and that of the guess
        guess = utc.astimezone(clock.aware(guess.replace(tzinfo=None)).tzinfo)
    return guess
