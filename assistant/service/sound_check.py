"""Listening to the room, setting the recording level by it, and whether the microphone hears the speaker."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import numpy as np

from assistant.devices.mixer import RecordingLevel
from assistant.messages import BYTES_PER_SECOND
from assistant.stages import Microphone

BLOCK = 1600
"""Samples whose level counts as one: 0.1 s."""
HIGHEST, LOWEST = -45.0, -72.0
"""dB of full scale between which the noise of a quiet room should be: speech is some 20 to 40 dB louder."""
CLIPS = -1.0
"""dB of full scale from which the loudest sound was cut off."""
STEP = 15
"""Percent of the mixer's range by which the level is changed at a time."""
HEARD = 6.0
"""dB by which the speaker must be louder than the room to count as heard."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Of a sound, in dB of full scale."""

    floor: float
    """The noise of the room: what nine of ten blocks exceed."""
    top: float
    """What one of ten blocks exceeds."""
    loudest: float
    """The loudest sample."""

    def __str__(self) -> str:
        return f"noise floor {self.floor:.0f} dB, loudest {self.loudest:.0f} dB of full scale"


def levels(pcm: bytes) -> Levels:
    """Of 16-bit sound, at least 0.1 s of it."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64) / 32768
    blocks = samples[: len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK)
    powers = 20 * np.log10(np.maximum(1e-6, np.sqrt((blocks**2).mean(axis=1))))
    peak = 20 * np.log10(max(1e-6, float(np.abs(samples).max())))
    return Levels(float(np.percentile(powers, 10)), float(np.percentile(powers, 90)), float(peak))


async def listen(microphone: Microphone, seconds: float) -> bytes:
    """So much of what it hears. Raises DeviceError."""
    sound = b""
    while len(sound) < seconds * BYTES_PER_SECOND:
        frame = await microphone.read()
        if frame is None:
            break
        sound += frame.pcm
    return sound


async def rise(microphone: Microphone, play: Callable[[], Awaitable[object]]) -> float:
    """By how many dB the room grows louder while something is played. Raises DeviceError."""
    room = levels(await listen(microphone, 1.0))
    playing = asyncio.ensure_future(play())
    sound = b""
    try:
        while not playing.done():
            sound += await listen(microphone, 0.2)
        sound += await listen(microphone, 0.6)  # what is still on its way
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
    playing.result()
    return levels(sound).top - room.floor


def better(level: RecordingLevel, heard: Levels) -> RecordingLevel | None:
    """What to try next; None where the level is good, or at its end."""
    if heard.loudest > CLIPS or heard.floor > HIGHEST:
        percent = max(STEP, level.percent - STEP)
    elif heard.floor < LOWEST:
        percent = min(100, level.percent + STEP)
    else:
        return None
    return None if percent == level.percent else replace(level, percent=percent)


def in_words(decibels: float) -> str:
    """What that rise means."""
    if decibels >= HEARD:
        return f"loop-back: the microphone hears the speaker, {decibels:.0f} dB above the room"
    return "loop-back: the microphone does not hear the speaker. Is the speaker on, its volume up, its plug in?"
