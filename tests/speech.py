"""Builds recordings for tests: words that espeak-ng says, the same bytes in every run, pauses, and files of them.

espeak-ng's voice wavers on from where its last words ended, so that what a process said before changes how it says
the next. Each text is therefore spoken by a fresh process, once.
"""

import subprocess
import sys
import wave
from functools import cache
from pathlib import Path

import numpy as np
import soxr

from assistant.messages import RATE

_SPEAK = """
import sys
from assistant.engines.espeak import Espeak
speech = Espeak(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])).synthesize(sys.argv[4])
sys.stdout.buffer.write(speech.rate.to_bytes(4, "little") + speech.pcm)
"""


@cache
def say_pcm(
    text: str,
    voice: str = "en-us",
    rate: int = RATE,
    *,
    words_per_minute: int = 160,
    pitch: int = 50,
    level: float = 0.5,
) -> bytes:
    """16-bit mono speech at `rate` samples per second, its peak at `level` of full scale, no silence around it."""
    command = [sys.executable, "-c", _SPEAK, voice, str(words_per_minute), str(pitch), text]
    spoken = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    samples = np.frombuffer(spoken[4:], "<i2").astype(np.float32)
    sound = soxr.resample(samples, int.from_bytes(spoken[:4], "little"), rate)
    sound *= level * 32767 / np.abs(sound).max()
    loud = np.flatnonzero(np.abs(sound) > 160)
    return bytes(sound[loud[0] : loud[-1] + 1].astype("<i2").tobytes())


def silence(seconds: float, level: float = 30.0, seed: int = 1) -> bytes:
    """A pause with noise of that standard deviation, 16 kHz: 30 is a quiet room, 0 digital silence."""
    noise = np.random.default_rng(seed).normal(0.0, level, round(seconds * RATE))
    return bytes(noise.astype("<i2").tobytes())


def scene(*parts: bytes | str | float, level: float = 30.0) -> bytes:
    """The parts one after the other, with faint noise over all of it: sound, words to say, or seconds of pause."""
    sounds = [
        part if isinstance(part, bytes) else say_pcm(part) if isinstance(part, str) else silence(part, level=0)
        for part in parts
    ]
    whole = np.frombuffer(b"".join(sounds), "<i2").astype(np.int32)
    noise = np.frombuffer(silence(len(whole) / RATE, level), "<i2")
    return bytes(np.clip(whole + noise, -32768, 32767).astype("<i2").tobytes())


def write_wav(path: Path, pcm: bytes, rate: int = RATE) -> Path:
    """Write 16-bit mono sound; gives the path back."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    return path
