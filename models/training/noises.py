"""Noises of every sort, made of random numbers and of speech: nothing is recorded.

Each function gives that many samples, in no particular loudness.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from assistant.messages import RATE

Sound = NDArray[np.float32]
Sort = Callable[[int, Generator], Sound]


def coloured(samples: int, chance: Generator) -> Sound:
    """Anything from white to brown, with broad hills in its spectrum: rooms, wind, rain, machines."""
    spectrum = np.fft.rfft(chance.standard_normal(samples, np.float32))
    frequencies = np.maximum(np.fft.rfftfreq(samples, 1 / RATE), 20.0).astype(np.float32)
    shape = frequencies ** (-chance.uniform(0.0, 1.2))
    for _ in range(chance.integers(0, 4)):
        middle, width = np.exp(chance.uniform(np.log(80), np.log(7000))), chance.uniform(0.1, 0.8)
        shape *= 1 + chance.uniform(0, 8) * np.exp(-(np.log(frequencies / middle) ** 2) / (2 * width**2))
    return np.fft.irfft(spectrum * shape, samples).astype(np.float32)


def swelling(samples: int, chance: Generator) -> Sound:
    """Noise that comes and goes: traffic, frying, running water, a fan that turns."""
    return coloured(samples, chance) * _envelope(samples, chance, chance.uniform(0.3, 12))


def hum(samples: int, chance: Generator) -> Sound:
    """Mains and motors: harmonics of a steady tone."""
    base = chance.choice([50.0, 60.0, chance.uniform(70, 400)])
    times = np.arange(samples) / RATE
    tones = np.zeros(samples)
    for harmonic in range(1, int(min(3500 / base, 30)) + 1):
        strength = chance.exponential() / harmonic ** chance.uniform(0.3, 1.5)
        tones += strength * np.sin(2 * np.pi * (base * harmonic * times + chance.random()))
    sound: Sound = (tones / (tones.std() + 1e-9) + 0.1 * level(coloured(samples, chance))).astype(np.float32)
    return sound


def clatter(samples: int, chance: Generator) -> Sound:
    """Dishes, cutlery, doors and steps: struck things that ring briefly."""
    sound = np.zeros(samples, np.float32)
    for _ in range(chance.poisson(samples / RATE * chance.uniform(0.5, 6)) + 1):
        start = int(chance.integers(samples))
        length = min(samples - start, int(RATE * chance.uniform(0.02, 0.6)))
        times = np.arange(length) / RATE
        strike = chance.normal(size=length) * np.exp(-times / chance.uniform(0.002, 0.03))
        for _ in range(chance.integers(1, 8)):
            frequency, decay = np.exp(chance.uniform(np.log(150), np.log(7500))), chance.uniform(0.005, 0.2)
            strike += chance.exponential() * np.sin(2 * np.pi * frequency * times) * np.exp(-times / decay)
        sound[start : start + length] += (chance.exponential() * strike).astype(np.float32)
    return sound


def music(samples: int, chance: Generator) -> Sound:
    """Chords of tones with harmonics, and a beat."""
    sound = np.zeros(samples, np.float32)
    beat = int(RATE * chance.uniform(0.2, 0.7))
    bright, decay = chance.uniform(0.5, 2.0), chance.uniform(0.1, 1.0)
    for start in range(0, samples, beat):
        length = min(samples - start, int(beat * chance.uniform(1, 3)))
        times = np.arange(length) / RATE
        envelope = np.minimum(times / 0.01, 1) * np.exp(-times / decay)
        for note in chance.choice([0, 2, 4, 5, 7, 9, 11, 12], size=chance.integers(1, 5)):
            base = 110.0 * 2 ** (chance.integers(0, 4) + note / 12)
            for harmonic in range(1, int(min(7000 / base, 12)) + 1):
                tone = np.sin(2 * np.pi * base * harmonic * times) * envelope / harmonic**bright
                sound[start : start + length] += tone.astype(np.float32)
        if chance.random() < 0.4:
            drum = chance.normal(size=length) * np.exp(-times / 0.03)
            sound[start : start + length] += drum.astype(np.float32)
    return sound


def babble(samples: int, chance: Generator, speech: Sequence[Sound], speakers: int | None = None) -> Sound:
    """Several people speaking at once, or one."""
    sound = np.zeros(samples, np.float32)
    for _ in range(speakers or chance.integers(3, 9)):
        at = int(chance.integers(RATE)) - RATE
        while at < samples:
            said = speech[int(chance.integers(len(speech)))]
            start, stop = max(at, 0), min(at + len(said), samples)
            if stop > start:
                sound[start:stop] += said[start - at : stop - at]
            at += len(said) + int(chance.integers(RATE))
    return sound


SORTS: tuple[tuple[float, Sort], ...] = (
    (0.3, coloured), (0.25, swelling), (0.1, hum), (0.2, clatter), (0.15, music),
)  # fmt: skip
"""How often each is heard."""


class Bank:
    """Noises to cut from: making them costs more than all else that is done to a recording."""

    def __init__(self, chance: Generator, speech: Sequence[Sound], each: int = 24, seconds: float = 10.0) -> None:
        samples = int(seconds * RATE)
        shares = [share for share, _ in SORTS]
        sorts = [SORTS[number][1] for number in chance.choice(len(SORTS), each, p=shares)]
        self._noises = [level(sort(samples, chance)) for sort in sorts]
        self._voices = [level(babble(samples, chance, speech)) for _ in range(4)]

    def any_of(self, samples: int, chance: Generator) -> Sound:
        """One to three noises together, sometimes with voices behind them; of mean power 1."""
        mixed = np.zeros(samples, np.float32)
        for _ in range(chance.choice([1, 2, 3], p=[0.5, 0.35, 0.15])):
            mixed += _cut(self._noises, samples, chance) * np.float32(chance.uniform(0.3, 1))
        if chance.random() < 0.25:
            mixed += _cut(self._voices, samples, chance) * np.float32(chance.uniform(0.3, 2))
        return level(mixed)


def _cut(noises: Sequence[Sound], samples: int, chance: Generator) -> Sound:
    noise = noises[int(chance.integers(len(noises)))]
    return np.take(noise, np.arange(samples) + chance.integers(len(noise)), mode="wrap")


def _envelope(samples: int, chance: Generator, changes: float) -> Sound:
    """A loudness that changes so many times a second."""
    knots = chance.normal(0, chance.uniform(0.2, 1.0), size=int(samples / RATE * changes) + 3)
    places = np.linspace(0, len(knots) - 1, samples)
    return np.exp(np.interp(places, np.arange(len(knots)), knots)).astype(np.float32)


def level(sound: Sound) -> Sound:
    """With a mean power of 1."""
    levelled: Sound = sound / np.float32(np.sqrt(np.mean(sound**2)) + 1e-9)
    return levelled
