"""Makes the chimes: soft struck notes, `python scripts/make_chimes.py assistant/chimes`.

Each is a handful of notes of a small bell: a sine with an overtone that dies away sooner, at most 0.3 s in all.
"""

import sys
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 22_050
"""Samples per second: espeak-ng's, so that a chime and words need no change of the sound card."""

PEAK = 0.35
"""Of full scale: as loud as speech sounds, which is louder at its peaks."""

A4 = 440.0

CHIMES = {
    # note in semitones above A4, seconds from the start, loudness
    "wake": [(7, 0.0, 0.8), (12, 0.08, 1.0)],
    "done": [(12, 0.0, 1.0)],
    "not_understood": [(4, 0.0, 1.0), (0, 0.1, 0.9)],
    "nobody": [(0, 0.0, 0.35)],
    "timer": [(12, 0.0, 1.0), (16, 0.07, 1.0), (19, 0.14, 1.0)],
    "announcement": [(0, 0.0, 0.9), (7, 0.1, 1.0)],
}
LENGTH = {"wake": 0.26, "done": 0.2, "not_understood": 0.3, "nobody": 0.2, "timer": 0.3, "announcement": 0.3}
"""Seconds."""


def note(semitone: int, seconds: float) -> NDArray[np.float64]:
    """A struck note that has died away, to a thousandth, after `seconds`."""
    time = np.arange(round(seconds * RATE)) / RATE
    frequency = A4 * 2 ** (semitone / 12)
    decay = np.exp(-np.log(1000) * time / seconds)
    attack = np.minimum(time / 0.004, 1)
    release = np.minimum((seconds - time) / 0.01, 1)
    tone = np.sin(2 * np.pi * frequency * time) + 0.25 * decay * np.sin(4 * np.pi * frequency * time)
    struck: NDArray[np.float64] = attack * release * decay * tone
    return struck


def chime(name: str) -> NDArray[np.int16]:
    """The sound of a chime, 16 bit."""
    sound = np.zeros(round(LENGTH[name] * RATE))
    loudest = 0.0
    for semitone, start, loudness in CHIMES[name]:
        first = round(start * RATE)
        struck = note(semitone, LENGTH[name] - start)[: len(sound) - first]
        sound[first : first + len(struck)] += loudness * struck
        loudest = max(loudest, loudness)
    samples: NDArray[np.int16] = np.rint(sound / np.abs(sound).max() * PEAK * loudest * 32767).astype(np.int16)
    return samples


def main() -> None:
    """Write them all into the folder that is named."""
    folder = Path(sys.argv[1])
    for name in CHIMES:
        with wave.open(str(folder / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(chime(name).astype("<i2").tobytes())


if __name__ == "__main__":
    main()
