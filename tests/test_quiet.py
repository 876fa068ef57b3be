"""Quiet hours, on a clock of the test's own."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from assistant import testing
from assistant.engines.espeak import Espeak
from assistant.policy import Night
from assistant.quiet import QuietHours, Softly
from assistant.voice import Voice

NIGHT = Night("22:00", "07:00")


@pytest.mark.parametrize(
    ("hour", "quiet"), [("21:59", False), ("22:00", True), ("03:30", True), ("06:59", True), ("07:00", False)]
)
def test_they_go_over_midnight(hour: str, quiet: bool) -> None:
    clock = testing.ManualClock(datetime.fromisoformat(f"2026-05-04T{hour}:00").replace(tzinfo=UTC))
    softly = Softly(0.4, False, 0.2)
    assert QuietHours(NIGHT, softly, clock)() == (softly if quiet else None)
    assert QuietHours(None, softly, clock)() is None


async def test_the_voice_is_soft_and_has_no_chimes_but_what_rings_does() -> None:
    speaker = testing.RecordingSpeaker()
    clock = testing.ManualClock(datetime(2026, 5, 4, 23, tzinfo=UTC))
    espeak = Espeak()
    voice = Voice(espeak, speaker, quiet=QuietHours(NIGHT, Softly(0.5, False, 0.2), clock))

    async def loudest(**how: bool) -> tuple[int, float]:
        speaker.played.clear()
        await voice.announce("hello", "timer", **how)
        sound = np.frombuffer(b"".join(piece.pcm for piece in speaker.played), "<i2")
        return int(np.abs(sound.astype(int)).max()), len(sound)

    soft, short = await loudest()
    await voice.chime("wake")
    rung, long = await loudest(anytime=True)
    assert rung > 2 * soft
    assert long > short
    clock.passed += timedelta(hours=9)
    assert (await loudest()) == (rung, long)
    espeak.close()
