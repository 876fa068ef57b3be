"""The gate before the wake word: the same wakes at the same times with the same scores, and no work in a quiet room."""

from contextlib import closing

import numpy as np
import pytest

from assistant.ears import Ears
from assistant.engines.openwakeword import OpenWakeWord
from assistant.engines.silero import Silero
from assistant.listening.gate import Gated
from assistant.listening.noise import Recording
from assistant.messages import RATE, AudioFrame, Wake
from tests.sounds import Sound, frames, in_a_room, noise, say


def heard(listener: OpenWakeWord | Gated, sound: Sound) -> list[Wake]:
    return [wake for frame in frames(sound) for wake in listener.hear(frame)]


def gated() -> Gated:
    return Gated(OpenWakeWord(["hey_jarvis"]), Silero())


@pytest.mark.parametrize("level", [2.0, 30.0, 400.0], ids=["very quiet", "quiet", "loud"])
def test_detections_are_the_same(level: float) -> None:
    word, other = say("hey jarvis"), say("what a lovely day it is today")
    sound = in_a_room(5.0, word, 7.3, other, 4.1, word, 1.0, word, 6.0, other, 0.2, word, 5.0, level=level)
    plain = heard(OpenWakeWord(["hey_jarvis"]), sound)
    assert len(plain) == 4
    assert heard(gated(), sound) == plain


def test_a_quiet_room_costs_no_network() -> None:
    gate = gated()
    sound = noise(60.0) + (200 * np.sin(np.arange(60 * RATE) * 2 * np.pi * 50 / RATE)).astype(np.int16)
    assert heard(gate, sound) == []
    assert (gate.looked, gate.woken) == (0, 0)
    assert gate.heard == 750


def test_it_closes_again_after_a_word() -> None:
    gate = gated()
    heard(gate, in_a_room(4.0, say("hello there"), 10.0))
    woken = gate.woken
    assert 0 < woken < 100
    gate.hear(AudioFrame(noise(0.08).tobytes(), 20.0))
    assert gate.woken == woken


async def test_in_a_quiet_room_frames_are_heard_together_and_wakes_are_the_same() -> None:
    sound = in_a_room(5.0, say("hey jarvis"), 6.3, say("hey jarvis"), 3.0)

    async def wakes(together: bool) -> list[tuple[Wake, float]]:
        gate = gated()
        found = []
        with closing(Ears(Recording(sound), gate, Silero(), asleep=lambda: together and gate.asleep)) as ears:
            while (wake := await ears.wake()) is not None:
                found.append((wake, ears.now))
        return found

    alone = await wakes(False)
    assert len(alone) == 2
    assert await wakes(True) == alone
