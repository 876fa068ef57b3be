"""Voice activity on real sound."""

import numpy as np
import pytest

from assistant.engines.silero import Silero
from tests.sounds import Sound, frames, in_a_room, noise, say, silence


def probabilities(sound: Sound, *sizes: int) -> list[float]:
    vad = Silero()
    return [vad.speech(frame) for frame in frames(sound, sizes or (1280,))]


def test_speech_is_speech_and_the_rest_is_not() -> None:
    heard = np.array(probabilities(in_a_room(2.0, say("turn on the kitchen light"), 2.0)))
    assert heard[:24].max() < 0.3
    assert np.mean(heard[26:40] > 0.5) > 0.9
    assert heard[-15:].max() < 0.3


@pytest.mark.parametrize("sound", [silence(2.0), noise(2.0, 3000.0), np.full(32_000, 32_767, np.int16)])
def test_silence_noise_and_a_stuck_converter_are_not(sound: Sound) -> None:
    assert max(probabilities(sound)[10:]) < 0.5


def test_clipped_speech_is_speech() -> None:
    loud = np.clip(say("turn on the kitchen light").astype(np.int32) * 20, -32768, 32767).astype(np.int16)
    assert np.mean(np.array(probabilities(loud)) > 0.5) > 0.8


def test_the_length_of_frames_does_not_matter() -> None:
    sound = in_a_room(0.5, say("what time is it"), 0.5)
    wanted = probabilities(sound, 512)
    for sizes in [(160,), (1, 1023), (1280,), (50_000,)]:
        assert max(probabilities(sound, *sizes)) == max(wanted)


def test_a_frame_too_short_to_tell_repeats_the_last() -> None:
    vad = Silero()
    *_, last = [vad.speech(frame) for frame in frames(say("hello hello hello")[:8192], (512,))]
    assert vad.speech(frames(silence(0.01))[0]) == last


def test_reset_forgets() -> None:
    vad = Silero()
    sound = frames(in_a_room(0.3, say("hello")), (777,))
    first = [vad.speech(frame) for frame in sound]
    vad.reset()
    assert [vad.speech(frame) for frame in sound] == first
