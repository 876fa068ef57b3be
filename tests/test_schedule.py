import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest

from assistant import testing
from assistant.concurrency import interrupt
from assistant.errors import SkillError
from assistant.schedule import Scheduler
from assistant.skill import Announcement, Context, Skill

MINUTE = timedelta(minutes=1)


class Stopped:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.boot = "one"

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def aware(self, local: datetime) -> datetime:
        return local.replace(tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


async def test_what_is_due_is_announced_in_order_and_once() -> None:
    clock, said = Stopped(), []

    async def announce(announcement: Announcement) -> None:
        said.append(announcement.text)

    schedule = Scheduler(clock, announce)
    schedule.after(2 * MINUTE, Announcement("second"))
    schedule.after(MINUTE, Announcement("first"))
    schedule.after(60 * MINUTE, Announcement("later"))
    running = asyncio.create_task(schedule.run())
    for seconds in (0, 59, 61, 3000):
        clock.seconds += seconds
        schedule.look()
        for _ in range(5):
            await asyncio.sleep(0)
    assert said == ["first", "second"]
    assert [entry.what.text for entry in schedule.pending()] == ["later"]
    await interrupt(running)


async def test_where_nothing_is_to_come_it_sleeps_until_something_is() -> None:
    clock, said = Stopped(), []

    async def announce(announcement: Announcement) -> None:
        said.append(announcement.text)

    def timers() -> int:
        loop = asyncio.get_running_loop()
        return sum(not timer.cancelled() for timer in loop._scheduled)  # type: ignore[attr-defined]  # nothing else tells

    schedule = Scheduler(clock, announce)
    running = asyncio.create_task(schedule.run())
    awake = []
    for _ in range(2):
        await settled()
        awake.append(timers())
        entry = schedule.after(MINUTE, Announcement("tea"))
        await settled()
        awake.append(timers())
        schedule.cancel(entry)
    await settled()
    schedule.after(MINUTE, Announcement("egg"))
    clock.seconds += 61
    schedule.look()
    await settled()
    assert awake == [0, 1, 0, 1]
    assert said == ["egg"]
    await interrupt(running)


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_pending_is_sorted_and_counts_down() -> None:
    clock = Stopped()

    async def announce(_: Announcement) -> None:
        raise AssertionError("nothing is due")

    schedule = Scheduler(clock, announce)
    tea = schedule.after(5 * MINUTE, Announcement("tea"), kind="timer", name="tea")
    schedule.after(3 * MINUTE, Announcement("egg"), kind="timer", name="egg")
    schedule.after(MINUTE, Announcement("other"), kind="reminder")
    clock.seconds += 30
    assert [(entry.name, entry.remaining.total_seconds()) for entry in schedule.pending("timer")] == [
        ("egg", 150.0),
        ("tea", 270.0),
    ]
    assert schedule.cancel(tea)
    assert not schedule.cancel(tea)
    assert [entry.name for entry in schedule.pending("timer")] == ["egg"]


@pytest.mark.parametrize("delay", [timedelta(0), -MINUTE, timedelta(days=400_000)])
async def test_impossible_delays_are_refused(delay: timedelta) -> None:
    async def announce(_: Announcement) -> None:
        raise AssertionError("nothing is due")

    with pytest.raises(SkillError, match="between one second and one year"):
        Scheduler(Stopped(), announce).after(delay, Announcement("never"))


async def test_skills_that_are_plain_functions_plan_from_threads_of_their_own() -> None:
    skill = Skill("tea")

    @skill.intent("steep tea for {length}")
    def steep(ctx: Context, length: timedelta) -> str:
        """Steep tea."""
        entry = ctx.schedule.after(length, ctx.announce("Tea."), kind="tea")
        ctx.schedule.cancel(ctx.schedule.after(length, ctx.announce("No tea."), kind="tea"))
        return f"{threading.current_thread() is threading.main_thread()} {entry.kind}"

    house = await testing.assistant(skill)
    running = asyncio.create_task(house.hands.schedule.run())
    answers = await asyncio.gather(*(house.say(f"steep tea for {1 + n} minutes") for n in range(40)))
    assert set(answers) == {"False tea"}
    assert len(house.hands.schedule.pending("tea")) == 40
    await interrupt(running)
    assert await house.wait(minutes=41) == ["Tea."] * 40
