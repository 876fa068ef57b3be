"""Mel-frequency cepstra of speech, as PocketSphinx's US-English model was trained on, computed while sound comes in.

The library computes the same itself, but can normalize their mean only over a whole utterance or, live, by a mean that
is cold at the start; and its silence is digital zero, which it takes for a sound of its own. Parameters are those of
the model's `feat.params`, formulas those of CMU Sphinx's front end (`fe_sigproc.c`, `fe_noise.c`).
"""

import random

import numpy as np
from numpy.typing import NDArray

from assistant.messages import RATE

Floats = NDArray[np.float64]

FRAMES_PER_SECOND = 100
STEP = RATE // FRAMES_PER_SECOND
WINDOW = int(0.025625 * RATE)
FFT = 512
FILTERS = 25
LOWEST, HIGHEST = 130.0, 6800.0
"""Hertz: the band that the mel filters cover."""
CEPSTRA = 13
LIFTER = 22
PREEMPHASIS = 0.97
TYPICAL = (47.8, -2.1, 0.3, 6.6, 0.9, -2.5, -8.1, -5.1, -4.3, -2.8, 3.0, -4.4, 1.1)
"""The mean over read speech by thirty people (LibriSpeech)."""
DITHER = 1.5
"""Standard deviation, in units of a 16-bit sample, of noise that is added: digital silence was never trained on."""


class Cepstra:
    """From sound to one row of `CEPSTRA` numbers for each hundredth of a second, with steady noise suppressed."""

    def __init__(self) -> None:
        self._filters = _mel_filters()
        self._hamming = np.hamming(WINDOW)
        order = np.arange(CEPSTRA)[:, None]
        cosines = np.cos(np.pi * order * (np.arange(FILTERS) + 0.5) / FILTERS) * np.sqrt(2 / FILTERS)
        cosines[0] /= np.sqrt(2)
        lifter = 1 + LIFTER / 2 * np.sin(np.pi * np.arange(CEPSTRA) / LIFTER)
        self._transform = cosines.T * lifter
        self.reset()

    def reset(self) -> None:
        """Forget all sound: an utterance begins."""
        self._noise = NoiseSuppression()
        self._random = random.Random(0)  # of Python, which is there anyway: that of numpy takes 6 MB
        self._sound = np.zeros(0)
        self._last = 0.0

    def hear(self, pcm: bytes) -> Floats:
        """The rows that this sound completes; a row covers 25.6 ms. A half sample at its end is dropped."""
        heard = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").astype(np.float64)
        heard += DITHER * self._dither(len(heard))
        before = np.concatenate(([self._last], heard[:-1]))
        self._last = heard[-1] if len(heard) else self._last
        self._sound = np.concatenate((self._sound, heard - PREEMPHASIS * before[: len(heard)]))
        rows = max(0, (len(self._sound) - WINDOW) // STEP + 1)
        if not rows:
            return np.zeros((0, CEPSTRA))
        windows = np.lib.stride_tricks.sliding_window_view(self._sound, WINDOW)[: rows * STEP : STEP]
        power = np.abs(np.fft.rfft(windows * self._hamming, FFT)) ** 2 @ self._filters
        self._sound = self._sound[rows * STEP :]
        spoken = np.array([self._noise(row) for row in power])
        cepstra: Floats = np.log(spoken + 1e-4) @ self._transform
        return cepstra

    def _dither(self, samples: int) -> Floats:
        """Evenly distributed, with a standard deviation of 1."""
        drawn = np.frombuffer(self._random.randbytes(4 * samples), "<u4")
        noise: Floats = (drawn / 2**32 - 0.5) * np.sqrt(12)
        return noise


class NoiseSuppression:
    """Lowers each mel band as far as it holds noise: what stays when the power falls.

    Method and constants are those of CMU Sphinx, with which the model was trained.
    """

    SMOOTHING = 0.7
    NOISE_RISE, NOISE_FALL = 0.995, 0.5
    MASKING, MASKED = 0.85, 0.2
    """A peak's decay in a frame, and how far below a peak the sound after it is set."""
    MOST = 20.0
    """The largest factor by which a band is lowered."""
    NEIGHBOURS = 4
    """Bands to either side over which gains are averaged."""

    def __init__(self) -> None:
        near = np.abs(np.subtract.outer(np.arange(FILTERS), np.arange(FILTERS))) <= self.NEIGHBOURS
        self._average = near / near.sum(axis=1, keepdims=True)
        self._power: Floats | None = None

    def __call__(self, power: Floats) -> Floats:
        """The power of each band in the next frame, cleaned."""
        if self._power is None:
            self._power, self._peak = power, np.zeros(FILTERS)
            self._noise = self._floor = power / self.MOST
        self._power = self.SMOOTHING * self._power + (1 - self.SMOOTHING) * power
        self._noise = self._follow(self._noise, self._power)
        signal = np.maximum(self._power - self._noise, 1.0)
        self._floor = self._follow(self._floor, signal)
        self._peak = self._peak * self.MASKING
        masked = np.where(signal < self.MASKING * self._peak, self._peak * self.MASKED, signal)
        self._peak = np.maximum(self._peak, signal)
        gain = np.maximum(masked, self._floor) / np.maximum(self._power, 1e-30)
        cleaned: Floats = power * (self._average @ np.clip(gain, 1 / self.MOST, self.MOST))
        return cleaned

    def _follow(self, low: Floats, power: Floats) -> Floats:
        keep = np.where(power >= low, self.NOISE_RISE, self.NOISE_FALL)
        return keep * low + (1 - keep) * power


def _mel_filters() -> Floats:
    """Triangles of equal area between equally spaced points of the mel scale, which are rounded to FFT points."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (LOWEST, HIGHEST))
    spacing = RATE / FFT
    points = 700 * (10 ** (np.linspace(low, high, FILTERS + 2) / 2595) - 1)
    points = np.floor(points / spacing + 0.5) * spacing
    left, centre, right = points[:-2], points[1:-1], points[2:]
    hertz = np.arange(FFT // 2 + 1)[:, None] * spacing
    slopes = np.minimum((hertz - left) / (centre - left), (right - hertz) / (right - centre))
    filters: Floats = np.maximum(slopes, 0) * 2 / (right - left)
    return filters
