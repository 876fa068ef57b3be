"""A clean sentence becomes a recording: room, noise, microphone, and what comes before and after."""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from assistant.messages import RATE
from models.training import noises

Sound = NDArray[np.float32]

QUIETEST, LOUDEST = 33.0, -4.0
"""Speech above noise in dB, by mean power."""
CLEAN = 0.2
"""Share of recordings whose noise is hardly heard."""
NO_SPEECH = 0.05
"""Share of recordings without speech."""
REMAINDER = 0.3
"""Share of recordings that begin within other speech, as when the sound begins before the wake word's end."""

_GRAIN = 1280
_LENGTHS = sorted(2**a * 3**b * 5**c for a in range(13) for b in range(6) for c in range(4))
"""Lengths in grains of samples, 80 ms, whose Fourier transforms are fast."""


def record(
    said: Sound, chance: Generator, speech: Sequence[Sound], bank: noises.Bank
) -> tuple[NDArray[np.int16], bool]:
    """The recording, at 16 kHz, and whether the sentence is in it. `speech` is what others say meanwhile."""
    spoken = bool(chance.random() >= NO_SPEECH)
    clean = _arranged(said if spoken else np.zeros(len(said), np.float32), chance, speech)
    if chance.random() < 0.65:
        clean = _convolved(clean, _room(chance))
    power = np.mean(said**2) + 1e-9
    noise = bank.any_of(len(clean), chance)
    ratio = chance.uniform(30, 60) if chance.random() < CLEAN else chance.uniform(LOUDEST, QUIETEST)
    if chance.random() < 0.04:
        # Somebody else, quieter.
        other = noises.babble(len(clean), chance, speech, 1)
        clean = clean + other * np.float32(10 ** (-chance.uniform(14, 25) / 20))
    mixed = clean + noise * np.float32(np.sqrt(power) * 10 ** (-ratio / 20))
    if chance.random() < 0.75:
        mixed = _equalised(mixed, chance)
    return _digitised(mixed, chance), spoken


def _arranged(said: Sound, chance: Generator, speech: Sequence[Sound]) -> Sound:
    """With silence before and after, and perhaps the end of something else at the very beginning."""
    before = chance.uniform(0.02, 1.0)
    after = chance.uniform(0.3, 1.3)
    parts = [_silence(before), said, _silence(after)]
    if chance.random() < REMAINDER:
        other = speech[int(chance.integers(len(speech)))]
        parts.insert(0, other[-int(RATE * chance.uniform(0.05, 0.4)) :])
    whole = np.concatenate(parts)
    length = next(count for count in _LENGTHS if count * _GRAIN >= len(whole)) * _GRAIN
    return np.pad(whole, (0, length - len(whole)))


def _silence(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE), np.float32)


def _room(chance: Generator) -> Sound:
    """What a room answers to a click: a few single echoes, then noise that dies away, its treble faster."""
    decay = chance.uniform(0.1, 0.8)
    length = int(RATE * min(decay, 0.6))
    times = np.arange(length) / RATE
    tail = np.zeros(length)
    for low, high, share in ((0.0, 0.12, 1.0), (0.12, 0.4, 0.85), (0.4, 1.0, 0.6)):
        spectrum = np.fft.rfft(chance.normal(size=length))
        places = np.linspace(0, 1, len(spectrum))
        spectrum[(places < low) | (places >= high)] = 0
        tail += np.fft.irfft(spectrum, length) * 10 ** (-3 * times / (decay * share))
    begins = int(RATE * chance.uniform(0.002, 0.012))
    tail[:begins] = 0
    for _ in range(chance.integers(2, 9)):
        at = int(RATE * chance.uniform(0.001, 0.03))
        tail[min(at, length - 1)] += chance.choice([-1, 1]) * chance.uniform(0.5, 3) * np.abs(tail).max()
    direct = 10 ** (chance.uniform(-4, 14) / 20)
    answer = tail / (np.sqrt(np.sum(tail**2)) + 1e-9)
    answer[0] += direct
    levelled: Sound = (answer / np.sqrt(np.sum(answer**2))).astype(np.float32)
    return levelled


def _convolved(sound: Sound, answer: Sound) -> Sound:
    size = 1 << (len(sound) + len(answer) - 1).bit_length()
    product = np.fft.rfft(sound, size) * np.fft.rfft(answer, size)
    convolved: Sound = np.fft.irfft(product, size)[: len(sound)].astype(np.float32)
    return convolved


def _equalised(sound: Sound, chance: Generator) -> Sound:
    """Through a microphone: a crooked response between a lowest and a highest frequency."""
    frequencies = np.fft.rfftfreq(len(sound), 1 / RATE)
    knots = np.log([30, 120, 300, 700, 1500, 3000, 5000, 8000])
    curve = np.interp(np.log(np.maximum(frequencies, 30)), knots, chance.normal(0, chance.uniform(0.5, 4), len(knots)))
    lowest, highest = chance.uniform(20, 250), chance.choice([8000, chance.uniform(3300, 8000)])
    curve -= 12 * np.maximum(np.log2(lowest / np.maximum(frequencies, 10)), 0)
    curve -= 40 * np.maximum(np.log2(np.maximum(frequencies, 10) / highest), 0)
    return np.fft.irfft(np.fft.rfft(sound) * 10 ** (curve / 20), len(sound)).astype(np.float32)


def _digitised(sound: Sound, chance: Generator) -> NDArray[np.int16]:
    """In some loudness, at times clipped, at times coded in 8 bits, at times with zeros where it is quiet."""
    peak = np.abs(sound).max() + 1e-9
    level = 10 ** (chance.uniform(0, 9) / 20) if chance.random() < 0.06 else 10 ** (-chance.uniform(0, 32) / 20)
    scaled = np.clip(sound * (level / peak), -1, 1)
    if chance.random() < 0.08:
        # G.711: mu-law companding in 255 levels.
        scaled = np.sign(scaled) * np.log1p(255 * np.abs(scaled)) / np.log(256)
        scaled = np.round(scaled * 127) / 127
        scaled = np.sign(scaled) * (256 ** np.abs(scaled) - 1) / 255
    if chance.random() < 0.03:
        scaled = np.where(np.abs(scaled) < chance.uniform(0.002, 0.02) * np.abs(scaled).max(), 0, scaled)
    digital: NDArray[np.int16] = np.rint(scaled * 32767).astype(np.int16)
    return digital
