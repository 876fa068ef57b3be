"""What happens when an entry is due: it rings or is done once, in turn, and late if it must be."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from assistant.clock import Clock
from assistant.errors import SkillError
from assistant.future.entries import due_at, entry, local, read_what
from assistant.future.ledger import Ledger, Record
from assistant.messages import Response
from assistant.phrases import spoken
from assistant.skill import Announcement, Command, Entry

logger = logging.getLogger(__name__)

LATE = 60.0
"""Seconds after which something is said to be late."""
TOO_LATE = 3600.0
"""Seconds after which a command is no longer done, only told: nobody may expect it any more."""
PAUSE = 12.0
"""Seconds from one ring to the next of what rings until it is stopped."""
SOFTEST, RISE = 0.4, 0.15
"""How loud the first of several rings is, relative to the volume, and how much each one gains."""
REMEMBERED = 1800.0
"""Seconds for which something that rang can be put off."""

Perform = Callable[[Command], Awaitable[Response]]


class Ringing:
    """Rings and does what is due.

    An entry is marked before it rings and removed afterwards. One that is found marked after a power cut was
    interrupted: it is announced as late, and a command is not done a second time.
    """

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        announce: Callable[[Announcement], Awaitable[None]],
        perform: Perform | None,
        advanced: Callable[[Record, datetime], Record],
        *,
        twelve_hours: bool,
    ) -> None:
        """`advanced` gives a recurring record at its first occurrence after a local time."""
        self._ledger = ledger
        self._clock = clock
        self._announce = announce
        self._perform = perform
        self._advanced = advanced
        self._twelve_hours = twelve_hours
        self._stuck: dict[int, Record] = {}
        self._rang: list[tuple[float, Entry]] = []

    @property
    def stuck(self) -> bool:
        """Whether something rang that could not be written down."""
        return bool(self._stuck)

    def last(self, kind: str) -> Entry | None:
        """What rang last, and not long ago."""
        since = self._clock.monotonic() - REMEMBERED
        self._rang = [(at, each) for at, each in self._rang if at >= since]
        return next((each for _, each in reversed(self._rang) if kind in ("", each.kind)), None)

    def silence(self) -> bool:
        """Ring no more. False if nothing was ringing."""
        ringing = self._ledger.ringing()
        with self._ledger.changes():
            for record in ringing:
                self._ledger.remove(record.id)
        return bool(ringing)

    async def ring_due(self) -> None:
        """Ring and do what is due now, soonest first. Raises SkillError where that cannot be read."""
        self._unstick()
        clock = self._clock
        due = self._ledger.due(clock.boot, clock.monotonic(), clock.now().timestamp())
        for record in sorted(due, key=lambda record: (record.wall or 0.0, record.id)):
            if self._stuck.get(record.id) != record:
                await self._ring(record)

    async def _ring(self, record: Record) -> None:
        now = self._clock.now().timestamp()
        due = due_at(record, self._clock)
        late = now - (now if due is None else due)
        interrupted = bool(record.begun)
        try:
            ringing = self._begin(record)
        except SkillError:  # told nobody, it would be worse than told twice
            self._stuck[record.id] = record
            ringing = replace(record, rung=record.rung + 1, begun=1)
        if ringing is None:
            return
        if not record.rung:
            self._rang.append((self._clock.monotonic(), entry(ringing, self._clock)))
        when = local(now - late, self._clock) if interrupted or late > LATE else None
        try:
            await self._happen(read_what(ringing.what), ringing.rung, when, late, interrupted=interrupted)
        except Exception:
            logger.exception("Entry %s could not be announced", record.id)
        if record.id not in self._stuck:
            self._end(ringing, again=when is None)

    def _begin(self, record: Record) -> Record | None:
        """Mark what is about to ring; a recurring one goes on to its next time. None if it was cancelled meanwhile."""
        with self._ledger.changes():
            if record.rule is None:
                ringing = replace(record, rung=record.rung + 1, begun=1)
                return ringing if self._ledger.put(ringing) else None
            assert record.local is not None
            if not self._ledger.put(self._advanced(record, datetime.fromisoformat(record.local))):
                return None
            once = replace(record, rule=None, local=None, rung=1, begun=1)
            return replace(once, id=self._ledger.add(once))

    def _end(self, ringing: Record, *, again: bool) -> None:
        """Forget it, or let it ring once more after a pause."""
        what = read_what(ringing.what)
        seconds = self._clock.monotonic() + PAUSE
        wall = self._clock.now().timestamp() + PAUSE
        try:
            if again and isinstance(what, Announcement) and ringing.rung < what.rings:
                paused = replace(ringing, begun=0, boot=self._clock.boot, mono=seconds, wall=wall, local=None)
                self._ledger.put(paused)
            else:
                self._ledger.remove(ringing.id)
        except SkillError:
            self._stuck[ringing.id] = ringing

    def _unstick(self) -> None:
        """Write down what could not be written down before."""
        for record in list(self._stuck.values()):
            try:
                if record.rule is None:
                    self._ledger.remove(record.id)
                else:
                    assert record.local is not None
                    self._ledger.put(self._advanced(record, datetime.fromisoformat(record.local)))
            except SkillError:
                return
            del self._stuck[record.id]

    async def _happen(
        self, what: Announcement | Command, ring: int, when: datetime | None, late: float, *, interrupted: bool
    ) -> None:
        """Say or do it. `when` it should have been, if it is late."""
        match what:
            case Announcement() if when is None:
                rising = 1.0 if what.rings == 1 else min(1.0, SOFTEST + RISE * (ring - 1))
                await self._announce(replace(what, loudness=rising))
            case Announcement():
                await self._announce(replace(what, text=f"This was due {self._spoken(when)}: {what.text}"))
            case Command() if interrupted:
                await self.say(
                    f"I was interrupted {self._spoken(when)}, so please check whether I did this: {what.text}."
                )
            case Command() if late > TOO_LATE:
                await self.say(f"I could not do this {self._spoken(when)}: {what.text}.")
            case Command() if self._perform is not None:
                response = await self._perform(what)
                if not response.ok:
                    await self.say(f"You wanted me to {what.text}. {response.text}")

    async def say(self, text: str) -> None:
        """Say it, whatever comes of it."""
        await self._announce(Announcement(text))

    def _spoken(self, when: datetime | None) -> str:
        today = self._clock.now().date()
        return spoken.spoken(when, twelve_hours=self._twelve_hours, today=today) if when else ""
