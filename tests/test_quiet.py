"""Quiet hours, on a clock of the test's own."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from assistant import testing
from assistant.engines.espeak import Espeak
from assistant.safety.policy import Night
from assistant.speaking.quiet import QuietHours, Softly
from assistant.voice import Voice
from skills.alarm import skill as alarm
from skills.reminder import skill as reminder
from skills.timer import skill as timer

NIGHT = Night("22:00", "07:00")


@pytest.mark.parametrize(
    ("hour", "quiet"), [("21:59", False), ("22:00", True), ("03:30", True), ("06:59", True), ("07:00", False)]
)
def test_they_go_over_midnight(hour: str, quiet: bool) -> None:
    clock = testing.ManualClock(datetime.fromisoformat(f"2026-05-04T{hour}:00").replace(tzinfo=UTC))
    softly = Softly(0.4, False, 0.2)
    assert QuietHours(NIGHT, softly, clock)() == (softly if quiet else None)
    assert QuietHours(None, softly, clock)() is None


@asynccontextmanager
async def voice(clock: testing.ManualClock) -> AsyncIterator[tuple[Voice, Callable[[], tuple[int, int]]]]:
    """One that is quiet at night, and what tells how loud and how long it was since it was last asked."""
    speaker, espeak = testing.RecordingSpeaker(), Espeak()

    def heard() -> tuple[int, int]:
        sound = np.frombuffer(b"".join(piece.pcm for piece in speaker.played), "<i2").astype(int)
        speaker.played.clear()
        return int(np.abs(sound).max(initial=0)), len(sound)

    yield Voice(espeak, speaker, quiet=QuietHours(NIGHT, Softly(0.5, False, 0.2), clock)), heard
    espeak.close()


async def test_answers_and_announcements_are_soft_and_without_chimes() -> None:
    clock = testing.ManualClock(datetime(2026, 5, 4, 23, tzinfo=UTC))
    async with voice(clock) as (mouth, heard):
        await mouth.say("hello")
        soft, short = heard()
        await mouth.announce("hello", "announcement")
        assert heard() == (soft, short)
        await mouth.chime("wake")
        assert heard() == (0, 0)
        clock.passed += timedelta(hours=9)
        await mouth.say("hello")
        loud, long = heard()
        assert (round(loud / soft, 1), long) == (4.0, short)
        await mouth.chime("wake")
        assert heard()[1] > 0


@pytest.mark.parametrize(
    "asked", ["set a timer for five minutes", "set an alarm for 11:20 pm", "remind me at 11:20 pm to breathe"]
)
async def test_what_was_asked_to_ring_rings(asked: str) -> None:
    home = await testing.assistant(alarm, reminder, timer, now=datetime(2026, 5, 4, 23, tzinfo=UTC))
    await home.say(asked)
    assert await home.wait(minutes=21)
    rung = home.announcements[0]
    async with voice(home.clock) as (mouth, heard):
        await mouth.announce(rung.text, rung.chime)
        at_night = heard()
        home.clock.passed += timedelta(hours=9)
        await mouth.announce(rung.text, rung.chime)
        assert heard() == at_night
    await home.close()
