"""A month of a household's alarms, with everything that goes wrong with clocks: each rings once, on time or late."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assistant.database import CANNOT_WRITE
from assistant.errors import SkillError
from assistant.future.ledger import Ledger, Record
from assistant.schedule import Scheduler
from assistant.skill import Announcement
from assistant.testing import ManualClock
from tests.failing import Failing, failing_at

NEW_YORK = ZoneInfo("America/New_York")
MINUTE = timedelta(minutes=1)
EVERY_DAY = range(7)


@dataclass
class Household:
    """A schedule in a file, a clock, and what rang at which true time."""

    file: Path
    clock: ManualClock
    rang: list[tuple[datetime, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.schedule = self._start()

    def _start(self) -> Scheduler:
        self._ledger = Ledger(self.file)
        return Scheduler(self.clock, self._announce, ledger=self._ledger)

    async def _announce(self, what: Announcement) -> None:
        self.rang.append((self.truth, what.text))

    @property
    def truth(self) -> datetime:
        return (self.clock.start.astimezone(UTC) + self.clock.passed).astimezone(NEW_YORK)

    async def live(self, until: datetime) -> None:
        """Look at what is due every minute, as often as a program that wakes up late would."""
        while self.truth < until:
            self.clock.passed += MINUTE
            await self.schedule.announce_due()

    async def lose_power(self, hours: float, clock_behind: timedelta) -> None:
        """Nothing runs for hours; afterwards the clock, which has no battery, is behind for five minutes."""
        self._ledger.close()
        self.clock.passed += timedelta(hours=hours)
        self.clock.boot += "'"
        self.clock.wrong = -clock_behind
        self.schedule = self._start()
        await self.live(self.truth + 5 * MINUTE)
        self.clock.wrong = timedelta(0)
        await self.schedule.announce_due()

    def close(self) -> None:
        self._ledger.close()


@pytest.fixture
def household(tmp_path: Path) -> Iterator[Household]:
    made = Household(tmp_path / "schedule.sqlite", ManualClock(datetime(2026, 3, 1, 12, tzinfo=NEW_YORK)))
    yield made
    made.close()


def local(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=NEW_YORK)


@pytest.mark.parametrize("first", [date(2026, 3, 1), date(2026, 10, 25)])
async def test_every_alarm_of_a_month_rings_once(tmp_path: Path, first: date) -> None:
    """In spring (the clocks go forward on 8 March) and in autumn (back on 1 November)."""
    start = datetime.combine(first, time(12), NEW_YORK)
    home = Household(tmp_path / "schedule.sqlite", ManualClock(start))
    for hour, minute in ((1, 30), (2, 30), (7, 0), (18, 15)):
        home.schedule.every(time(hour, minute), EVERY_DAY, Announcement(f"{hour}:{minute:02}"))
    for ahead in range(1, 30):
        at = datetime.combine(first, time(9, 45)) + timedelta(days=ahead)
        home.schedule.at(at, Announcement(f"once {ahead}"))
        home.schedule.after(timedelta(days=ahead, hours=3), Announcement(f"after {ahead}"))

    def day(number: int, hour: int) -> datetime:
        return datetime.combine(first + timedelta(days=number), time(hour), NEW_YORK)

    await home.live(day(5, 5))
    await home.lose_power(4, clock_behind=timedelta(hours=4))  # 7:00 passes
    await home.live(day(10, 12))
    home.clock.wrong = timedelta(minutes=40)  # corrected forward, wrongly
    await home.live(day(11, 12))
    home.clock.wrong = timedelta(0)  # and back
    await home.live(day(15, 18))
    await home.lose_power(0.5, clock_behind=timedelta(hours=1))  # 18:15 passes
    await home.live(day(20, 0))
    await home.lose_power(9, clock_behind=timedelta(days=2))  # the whole night passes
    await home.live(day(30, 20))
    home.close()

    late = [text for _, text in home.rang if text.startswith("This was due")]
    plain = Counter(text.rpartition(": ")[2] if text in late else text for _, text in home.rang)
    assert {text: count for text, count in plain.items() if not text[0].isdigit() and count != 1} == {}
    assert sum(text.startswith(("once", "after")) for text in plain) == 58
    nights = {"1:30": 30, "2:30": 30, "7:00": 30, "18:15": 31}
    assert {text: plain[text] for text in nights} == nights
    # On time, but where the power was off, the clock wrong or behind, or a corrected clock passed over it.
    disturbed = {5, 10, 11, 15, 16, 18, 19, 20}
    for when, text in home.rang:
        if text[0].isdigit() and (when.date() - first).days not in disturbed and text != "2:30":
            hour, minute = map(int, text.split(":"))
            wanted = when.replace(tzinfo=None, hour=hour, minute=minute, second=0)
            assert timedelta(0) <= when.replace(tzinfo=None) - wanted <= MINUTE
    assert 5 <= len(late) <= 12


async def test_what_the_clocks_skip_rings_after_the_gap_and_what_they_repeat_rings_once(household: Household) -> None:
    household.schedule.every(time(2, 30), EVERY_DAY, Announcement("night"))
    await household.live(local(9, 12))
    assert [at.strftime("%d %H:%M") for at, _ in household.rang][-2:] == ["08 03:30", "09 02:30"]


async def test_a_timer_does_not_care_for_the_wall_clock(household: Household) -> None:
    household.schedule.after(timedelta(hours=1), Announcement("tea"))
    for wrong in (timedelta(days=3), -timedelta(days=9), timedelta(0)):
        household.clock.wrong = wrong
        await household.live(household.truth + 15 * MINUTE)
    assert household.rang == []
    await household.live(household.truth + 16 * MINUTE)
    assert household.rang == [(local(1, 13), "tea")]


async def test_an_appointment_follows_the_household_to_another_zone(household: Household) -> None:
    household.schedule.at(datetime(2026, 3, 2, 7), Announcement("up"))
    await household.live(local(1, 14))
    household.clock.start = household.clock.start.astimezone(ZoneInfo("America/Chicago"))
    await household.live(local(2, 9))
    assert [at.astimezone(ZoneInfo("America/Chicago")).strftime("%H:%M") for at, _ in household.rang] == ["07:00"]


async def test_a_timer_set_while_the_clock_was_wrong_survives_its_correction_and_a_power_cut(
    household: Household,
) -> None:
    household.clock.wrong = -timedelta(days=300)
    household.schedule.after(timedelta(hours=10), Announcement("bread"))
    await household.live(local(1, 13))
    household.clock.wrong = timedelta(0)
    await household.live(local(1, 14))
    await household.lose_power(1, clock_behind=timedelta(0))
    await household.live(local(1, 21, 59))
    assert household.rang == []
    await household.live(local(1, 22, 1))
    assert [text for _, text in household.rang] == ["bread"]


async def test_two_that_are_due_at_once_ring_in_turn(household: Household) -> None:
    for text in ("one", "two"):
        household.schedule.at(datetime(2026, 3, 1, 13), Announcement(text, rings=2))
    await household.live(local(1, 13, 5))
    assert [text for _, text in household.rang] == ["one", "two", "one", "two"]


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[Ledger]:
    Failing.left = Failing.NEVER
    ledger = Ledger(tmp_path / "schedule.sqlite", failing_at)
    yield ledger
    ledger.close()


def apologised(change: Callable[[], object], statements: int) -> bool:
    """Whether a change failed, with the right words, when its disk failed after so many statements."""
    Failing.left = statements
    try:
        change()
    except SkillError as error:
        return str(error) == CANNOT_WRITE
    finally:
        Failing.left = Failing.NEVER
    return False


async def test_every_write_that_fails_is_apologised_for_and_leaves_the_old_state(failing: Ledger) -> None:
    clock, rang = ManualClock(), list[str]()

    async def announce(what: Announcement) -> None:
        rang.append(what.text)

    schedule = Scheduler(clock, announce, ledger=failing)
    timer = schedule.after(10 * MINUTE, Announcement("timer"))
    alarm = schedule.every(time(7), EVERY_DAY, Announcement("alarm"))
    paused = schedule.pause(schedule.after(5 * MINUTE, Announcement("paused")))
    changes: tuple[Callable[[], object], ...] = (
        lambda: schedule.after(MINUTE, Announcement("new")),
        lambda: schedule.at(datetime(2026, 5, 5, 9), Announcement("new")),
        lambda: schedule.every(time(9), EVERY_DAY, Announcement("new")),
        lambda: schedule.cancel(timer),
        lambda: schedule.cancel_all([timer, alarm, paused]),
        lambda: schedule.pause(timer),
        lambda: schedule.resume(paused),
        lambda: schedule.change(timer, MINUTE),
        lambda: schedule.skip(alarm),
    )
    before = schedule.pending()
    for change in changes:
        statements = 0
        while apologised(change, statements):
            assert schedule.pending() == before
            statements += 1
        assert statements >= 3  # BEGIN, the change, COMMIT
        Failing.left = Failing.NEVER
        for entry in schedule.pending():
            schedule.cancel(entry)
        timer = schedule.after(10 * MINUTE, Announcement("timer"))
        alarm = schedule.every(time(7), EVERY_DAY, Announcement("alarm"))
        paused = schedule.pause(schedule.after(5 * MINUTE, Announcement("paused")))
        before = schedule.pending()


async def test_what_is_due_rings_once_though_nothing_can_be_written(failing: Ledger) -> None:
    clock, rang = ManualClock(), list[str]()

    async def announce(what: Announcement) -> None:
        rang.append(what.text)

    schedule = Scheduler(clock, announce, ledger=failing)
    await schedule.announce_due()
    schedule.after(MINUTE, Announcement("timer"))
    schedule.every(time(19, 20), EVERY_DAY, Announcement("alarm"))
    Failing.left = 0
    for _ in range(10):
        clock.passed += MINUTE
        await schedule.announce_due()
    assert rang == ["timer", "alarm"]
    Failing.left = Failing.NEVER
    clock.passed += MINUTE
    await schedule.announce_due()
    assert rang == ["timer", "alarm"]
    assert [entry.at.day for entry in schedule.pending()] == [5]


def test_a_damaged_file_is_put_aside(tmp_path: Path) -> None:
    file = tmp_path / "schedule.sqlite"
    ledger = Ledger(file)
    for number in range(2000):
        ledger.add(Record(0, "timer", f"{number}", "{}", 0.0, 1.0))
    ledger.close()
    damaged = bytearray(file.read_bytes())
    damaged[4096:40_960] = bytes(36_864)
    file.write_bytes(damaged)
    ledger = Ledger(file)
    assert ledger.problem is not None
    assert "put aside" in ledger.problem
    assert ledger.all() == []
    ledger.add(Record(0, "", "", "{}", 0.0, 1.0))
    ledger.close()
    assert len(list(tmp_path.glob("schedule.sqlite.damaged-*"))) >= 1
    again = Ledger(file)
    assert again.problem is None
    assert len(again.all()) == 1
    again.close()
