"""Commands for later: kept in the schedule as they were understood, and done by the same road when they are due."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from assistant.annotations import OClock
from assistant.conversions import clock_of, date_of, duration_of
from assistant.errors import BadSlot
from assistant.future.sun import Sun
from assistant.messages import Intent, When
from assistant.phrases.courtesy import VERBS
from assistant.skill import Command, Entry, Schedule

KIND = "command"

_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_GROUPS = {"0123456": "day", "01234": "weekday", "56": "weekend"}

Spoken = Callable[[timedelta | datetime | date | time], str]


@dataclass(frozen=True, slots=True)
class Promised(Command):
    """A command to which the household agreed when it asked for it. Only the hands make one."""


def when_words(when: When, now: datetime, spoken: Spoken) -> str:
    """When it will be done, for a question: "in 20 minutes", "at 7 AM every week". Raises BadSlot."""
    if when.delay is not None:
        return f"in {spoken(duration_of('delay', when.delay))}"
    at = when.sun or spoken(_clock(when.time).after(now.replace(tzinfo=None)).time())
    day = f" on {spoken(date_of('day', when.day))}" if when.day else ""
    return f"at {at}{day}{' every ' + _days(when.days) if when.days is not None else ''}"


def plan(
    intent: Intent, schedule: Schedule, now: datetime, spoken: Spoken, *, promised: bool = False
) -> tuple[Entry, str]:
    """Keep an intent that has a `when`, and say so. `now` is local. Raises BadSlot and SkillError, to be spoken.

    `promised`: the household was asked, and agreed.
    """
    when = intent.when
    assert when is not None
    command = (Promised if promised else Command)(intent.name, intent.slots, when.text)
    said = f"{'I will' if when.text.casefold().split()[0] in VERBS else 'All right,'} {when.text}"
    if when.delay is not None:
        delay = duration_of("delay", when.delay)
        return schedule.after(delay, command, kind=KIND, name=when.text), f"{said} in {spoken(delay)}."
    local = now.replace(tzinfo=None)
    if when.days is not None:
        days = frozenset(map(int, when.days))
        at: time | Sun = when.sun or _clock(when.time).after(local).time()
        entry = schedule.every(at, days, command, kind=KIND, name=when.text)
        return entry, f"{said} every {_days(when.days)}, next {spoken(entry.at)}."
    day = date_of("day", when.day) if when.day else None
    due = _sun(when.sun, day, schedule, local) if when.sun else _moment(_clock(when.time), day, local)
    if due <= local:
        raise BadSlot(f"It is later than that already: {spoken(due)}.")
    entry = schedule.at(due, command, kind=KIND, name=when.text)
    return entry, f"{said} {spoken(entry.at)}."


def sooner(pending: Sequence[Entry], intent: Intent) -> list[Entry]:
    """Those of the pending commands that do the same as the one planned last, before it and once."""
    same = [
        entry
        for entry in pending
        if isinstance(entry.what, Command)
        and (entry.what.intent, dict(entry.what.slots)) == (intent.name, dict(intent.slots))
        and not entry.days
    ]
    newest = max(same, key=lambda entry: entry.id, default=None)
    return [entry for entry in same if newest is not None and entry.id != newest.id and entry.at <= newest.at]


def _days(days: str) -> str:
    """Weekdays in words: "day", "weekday", "Monday and Friday"."""
    names = [_NAMES[int(each)] for each in sorted(days)]
    return _GROUPS.get("".join(sorted(days))) or " and ".join(names)


def _moment(clock: OClock, day: date | None, now: datetime) -> datetime:
    if day is None:
        return clock.after(now)
    soon = clock.after(now)
    return soon if soon.date() == day == now.date() else clock.on(day)


def _sun(event: Sun, day: date | None, schedule: Schedule, now: datetime) -> datetime:
    due = schedule.sun(event, day or now.date()).replace(tzinfo=None)
    if day is None and due <= now:
        due = schedule.sun(event, now.date() + timedelta(days=1)).replace(tzinfo=None)
    return due


def _clock(value: str | None) -> OClock:
    """Raises BadSlot."""
    return clock_of("time", value or "")
