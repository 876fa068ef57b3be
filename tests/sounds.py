"""Sound for tests: speech that espeak-ng synthesises, silence and noise, all 16 kHz mono 16 bit."""

import asyncio
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.messages import RATE, AudioFrame
from tests.speech import say_pcm

Sound = NDArray[np.int16]


def say(text: str, voice: str = "en-us", rate: int = 160) -> Sound:
    """Speech at half of full scale, without the silence around it; `rate` in words a minute."""
    return np.frombuffer(say_pcm(text, voice, words_per_minute=rate, level=16_000 / 32_767), "<i2").astype(np.int16)


def silence(seconds: float) -> Sound:
    """Digital silence."""
    return np.zeros(round(seconds * RATE), np.int16)


def noise(seconds: float, level: float = 30.0, seed: int = 1) -> Sound:
    """White noise of that standard deviation; 30 is a quiet room."""
    return np.random.default_rng(seed).normal(0.0, level, round(seconds * RATE)).astype(np.int16)


def in_a_room(*parts: Sound | float, level: float = 30.0, seed: int = 1) -> Sound:
    """The parts one after the other, numbers being pauses in seconds, with faint noise over all of it."""
    whole = np.concatenate([silence(part) if isinstance(part, float | int) else part for part in parts])
    mixed: Sound = np.clip(whole + noise(len(whole) / RATE, level, seed).astype(np.int32), -32768, 32767).astype(
        np.int16
    )
    return mixed


def frames(sound: Sound, sizes: Sequence[int] = (1280,)) -> list[AudioFrame]:
    """Frames with these numbers of samples, in turn."""
    result, start, turn = [], 0, 0
    while start < len(sound):
        piece = sound[start : start + sizes[turn % len(sizes)]]
        result.append(AudioFrame(piece.astype("<i2").tobytes(), start / RATE))
        start, turn = start + len(piece), turn + 1
    return result


def seconds(sound: Sound) -> float:
    """Its length."""
    return len(sound) / RATE


class Tape:
    """A Microphone that plays a sound and counts what was asked of it."""

    live = False

    def __init__(self, sound: Sound, sizes: Sequence[int] = (1280,)) -> None:
        self.frames = frames(sound, sizes)
        self.position = 0
        self.ends = 0
        """How often it told that there is no more."""

    async def read(self, together: int = 1) -> AudioFrame | None:
        await asyncio.sleep(0)
        if self.position == len(self.frames):
            self.ends += 1
            return None
        self.position += 1
        return self.frames[self.position - 1]
