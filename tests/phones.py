"""Rows of log-probabilities as an acoustic model gives them, made of phones."""

import numpy as np
from numpy.typing import NDArray

from assistant.phrases.pronunciation import PHONES

Floats = NDArray[np.float32]

SURE = 0.97
"""The probability of what was said, where nothing is in doubt."""


def rows(phones: str) -> Floats:
    """Two rows for each of the phones (ARPAbet, separated by spaces), all beyond doubt."""
    return _sure([PHONES.index(phone) + 1 for phone in phones.split() for _ in range(2)])


def blanks(count: int) -> Floats:
    """Rows in which nobody speaks."""
    return _sure([0] * count)


def typical(phones: str, seed: int) -> Floats:
    """Peaks in every third row or so, blanks between them, and doubts everywhere."""
    chance = np.random.default_rng(seed)
    peaks = [0] * 8
    for phone in phones.split():
        peaks += [PHONES.index(phone) + 1, *[0] * int(chance.integers(1, 5))]
    values = chance.normal(0.0, 1.0, (len(peaks) + 12, len(PHONES) + 1))
    values[np.arange(len(values)), [*peaks, *[0] * 12]] += 7.0
    normal: Floats = (values - np.log(np.exp(values).sum(axis=1, keepdims=True))).astype(np.float32)
    return normal


def _sure(columns: list[int]) -> Floats:
    values = np.full((len(columns), len(PHONES) + 1), np.log((1 - SURE) / len(PHONES)), np.float32)
    values[np.arange(len(columns)), columns] = np.log(SURE)
    return values
