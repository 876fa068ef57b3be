"""The durable future: what will happen, and making it happen when it is due."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from assistant.clock import Clock
from assistant.errors import SkillError
from assistant.future.entries import entry, local, write_what
from assistant.future.ledger import Ledger, Record
from assistant.future.recurrence import Rule, read
from assistant.future.ringing import Perform, Ringing
from assistant.future.sun import Place, Sun, sun_at
from assistant.skill import Announcement, Command, Entry

logger = logging.getLogger(__name__)

LONGEST = timedelta(days=366)
JUMP = 1.0
"""Seconds that the wall clock must gain or lose on the steady one to have been corrected."""
LOOK_AGAIN = 5.0
"""Seconds after which a clock that was corrected is noticed."""
EARLIER_LOST = "I could not read what I had planned, so earlier timers, alarms and reminders may be lost."
MOST_CANCELLED = 50
"""Entries that can be put back."""
LATER_LOST = (
    "I cannot write down what is planned. My disk may be full or broken. "
    "Timers, alarms and reminders will be forgotten when I am switched off."
)


class Scheduler:
    """A `Schedule` whose entries are in a ledger. Changes may be made from any thread; all else is for the loop's."""

    def __init__(
        self,
        clock: Clock,
        announce: Callable[[Announcement], Awaitable[None]],
        perform: Perform | None = None,
        ledger: Ledger | None = None,
        place: Place | None = None,
        *,
        twelve_hours: bool = True,
    ) -> None:
        """Without a ledger everything ends with the program."""
        self._clock = clock
        self._ledger = ledger or Ledger()
        self._place = place
        self._ringing = Ringing(self._ledger, clock, announce, perform, self._advanced, twelve_hours=twelve_hours)
        self._changed = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._cancelled: Sequence[Record] = ()
        self._offset: float | None = None
        self._zone: tuple[timedelta | None, ...] = ()

    def after(self, delay: timedelta, what: Announcement | Command, *, kind: str = "", name: str = "") -> Entry:
        """Do it once `delay` has passed. Raises SkillError for a delay that is not positive or longer than a year."""
        _check(delay)
        now = self._clock.now().timestamp()
        return self._add(self._counting(Record(0, kind, name, write_what(what), now, 0.0), delay))

    def at(self, when: datetime, what: Announcement | Command, *, kind: str = "", name: str = "") -> Entry:
        """Do it at a local time, whatever the clock does until then. Raises SkillError for one not within a year."""
        now = self._clock.now()
        due = self._clock.aware(when)
        if due <= now:
            raise SkillError("That time is past.")
        if due - now > LONGEST:
            raise SkillError("I can only plan one year ahead.")
        record = Record(0, kind, name, write_what(what), now.timestamp(), (due - now).total_seconds())
        return self._add(replace(record, local=_iso(when), wall=due.timestamp()))

    def every(
        self,
        at: time | Sun,
        days: Collection[int],
        what: Announcement | Command,
        *,
        kind: str = "",
        name: str = "",
    ) -> Entry:
        """Do it on these days of each week, 0 being Monday. Raises SkillError where the sun's place is not known."""
        now = self._clock.now()
        record = Record(0, kind, name, write_what(what), now.timestamp(), 0.0, rule=Rule(at, frozenset(days)).write())
        return self._add(self._advanced(record, now.replace(tzinfo=None)))

    def sun(self, event: Sun, day: date) -> datetime:
        """When it rises or sets on that day, as a local time. Raises SkillError where the place is not known."""
        return local(sun_at(event, day, self._place).timestamp(), self._clock)

    def pending(self, kind: str = "") -> list[Entry]:
        """What is to come, soonest first and what is paused last; only of one kind, if named. Raises SkillError."""
        entries = [entry(record, self._clock) for record in self._ledger.all(kind) if not record.rung]
        return sorted(entries, key=lambda each: (each.paused, each.remaining, each.id))

    def cancel(self, entry: Entry) -> bool:
        """Let it not happen. False if it already has. Raises SkillError where that cannot be written down."""
        found = self._ledger.get(entry.id)
        self.cancel_all([entry])
        return found is not None

    def cancel_all(self, entries: Sequence[Entry]) -> None:
        """Let none of them happen; all of them do if it cannot be written down, which raises SkillError."""
        gone = [record for each in entries if (record := self._ledger.get(each.id)) is not None]
        with self._ledger.changes():
            for each in entries:
                self._ledger.remove(each.id)
        self._cancelled = [*self._cancelled, *gone][-MOST_CANCELLED:]
        self.look()

    def put_back(self, entries: Sequence[Entry]) -> None:
        """Let happen after all, when it would have, what was cancelled lately. Raises SkillError as `cancel` does."""
        wanted = {each.id for each in entries}
        back = [record for record in self._cancelled if record.id in wanted]
        with self._ledger.changes():
            for record in back:
                self._ledger.add(record)
        self._cancelled = [record for record in self._cancelled if record.id not in wanted]
        self.look()

    def pause(self, entry: Entry) -> Entry:
        """Stop counting. Raises SkillError for what does not count, has happened, or cannot be written down."""
        now = self._clock.now().timestamp()

        def paused(record: Record) -> Record:
            if record.local or record.rule:
                raise SkillError("Only a timer can be paused.")
            left = _left(record, self._clock, now)
            return replace(record, boot=None, mono=None, wall=None, left=left)

        return self._change(entry, paused)

    def resume(self, entry: Entry) -> Entry:
        """Count on. Raises SkillError as `pause` does."""
        return self._change(
            entry, lambda record: record if record.left is None else self._counting(record, _delta(record.left))
        )

    def change(self, entry: Entry, by: timedelta) -> Entry:
        """Let it happen later, or sooner where `by` is negative. Raises SkillError as `pause` does."""
        now = self._clock.now().timestamp()

        def changed(record: Record) -> Record:
            if record.local or record.rule:
                raise SkillError("Only a timer can be made longer or shorter.")
            left = _left(record, self._clock, now) + by.total_seconds()
            if left <= 0:
                raise SkillError("There is not that much time left on it.")
            _check(_delta(left))
            longer = replace(record, length=max(left, record.length + by.total_seconds()))
            if record.left is not None:
                return replace(longer, left=left)
            return replace(self._counting(longer, _delta(left)), length=longer.length)

        return self._change(entry, changed)

    def skip(self, entry: Entry) -> Entry:
        """Leave out its next occurrence. Raises SkillError for what does not recur, and as `pause` does."""

        def skipped(record: Record) -> Record:
            if record.rule is None or record.local is None:
                raise SkillError("That happens only once. You can cancel it.")
            return self._advanced(record, datetime.fromisoformat(record.local))

        return self._change(entry, skipped)

    def rung(self, kind: str = "") -> Entry | None:
        """What is ringing, or rang in the last half hour."""
        return self._ringing.last(kind)

    def silence(self) -> bool:
        """Ring no more until the next is due. False if nothing was ringing."""
        return self._ringing.silence()

    def soonest(self) -> float | None:
        """Seconds until the next is due; None where nothing is to come. Raises SkillError."""
        now = self._clock.now().timestamp()
        return self._ledger.soonest(self._clock.boot, self._clock.monotonic(), now)

    def look(self) -> None:
        """Look again at what is due: the future or the clock has changed. Call from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._changed.set)

    async def announce_due(self) -> None:
        """Announce and do what is due now, each in turn. Never raises: what fails is logged and tried again."""
        try:
            self._follow_clock()
            await self._ringing.ring_due()
        except SkillError:
            logger.exception("The schedule cannot be read; trying again")

    async def run(self) -> None:
        """Announce and do what is due when it is due, until cancelled."""
        self._loop = asyncio.get_running_loop()
        if self._ledger.problem is not None:
            await self._ringing.say(EARLIER_LOST if self._ledger.lasts else LATER_LOST)
        while True:
            self._changed.clear()
            await self.announce_due()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._rest()):
                    await self._changed.wait()

    def _rest(self) -> float | None:
        """Seconds until there is something to do, or the clock is looked at; None where nothing is to come."""
        try:
            wait = self.soonest()
        except SkillError:
            return LOOK_AGAIN
        if self._ringing.stuck:
            return LOOK_AGAIN
        return None if wait is None else min(wait, LOOK_AGAIN)

    def _add(self, record: Record) -> Entry:
        kept = replace(record, id=self._ledger.add(record))
        self.look()
        return entry(kept, self._clock)

    def _change(self, which: Entry, how: Callable[[Record], Record]) -> Entry:
        with self._ledger.changes():
            record = self._ledger.get(which.id)
            if record is None or record.rung:
                raise SkillError("That has already happened.")
            changed = how(record)
            self._ledger.put(changed)
        self.look()
        return entry(changed, self._clock)

    def _counting(self, record: Record, delay: timedelta) -> Record:
        """The same, due after a length of time from now."""
        seconds = delay.total_seconds()
        return replace(
            record,
            length=record.length or seconds,
            boot=self._clock.boot,
            mono=self._clock.monotonic() + seconds,
            wall=self._clock.now().timestamp() + seconds,
            left=None,
        )

    def _advanced(self, record: Record, past: datetime) -> Record:
        """The same, due at the first occurrence of its rule after `past`, a local time, and after now."""
        assert record.rule is not None
        now = self._clock.now().replace(tzinfo=None)

        def sun(event: Sun, day: date) -> datetime:
            return self.sun(event, day).replace(tzinfo=None)

        following = read(record.rule).after(max(past, now), sun)
        return replace(record, rang=_iso(past), local=_iso(following), wall=self._clock.aware(following).timestamp())

    def _follow_clock(self) -> None:
        """Bring what is kept in step with a wall clock or a zone that has changed. Raises SkillError."""
        now, steady = self._clock.now(), self._clock.monotonic()
        offset = now.timestamp() - steady
        zone = tuple(self._clock.aware(datetime(now.year, month, 1)).utcoffset() for month in (1, 7))
        if self._offset is not None and abs(offset - self._offset) <= JUMP and zone == self._zone:
            return
        back = self._offset is not None and offset < self._offset
        with self._ledger.changes():
            for record in self._ledger.all():
                moved = self._moved(record, offset, back=back)
                if moved.local != record.local or abs((moved.wall or 0.0) - (record.wall or 0.0)) > JUMP / 2:
                    self._ledger.put(moved)
        self._offset, self._zone = offset, zone

    def _moved(self, record: Record, offset: float, *, back: bool) -> Record:
        if record.mono is not None:
            return replace(record, wall=record.mono + offset) if record.boot == self._clock.boot else record
        if record.rule is not None and record.rang is not None and back:
            return self._advanced(record, datetime.fromisoformat(record.rang))
        if record.local is not None:
            return replace(record, wall=self._clock.aware(datetime.fromisoformat(record.local)).timestamp())
        return record


def _check(delay: timedelta) -> None:
    if not timedelta(seconds=1) <= delay <= LONGEST:
        raise SkillError("I can only count times between one second and one year.")


def _left(record: Record, clock: Clock, now: float) -> float:
    if record.left is not None:
        return record.left
    if record.mono is not None and record.boot == clock.boot:
        return record.mono - clock.monotonic()
    return (record.wall or now) - now


def _delta(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def _iso(when: datetime) -> str:
    return when.replace(tzinfo=None).isoformat()
