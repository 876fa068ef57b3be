"""What many measurements say together: percentiles, and how sure the comparison of two series is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
"""Of a bootstrap (Efron, 1979): enough for limits that hold to two digits."""

SURE = 0.95
"""Share of intervals that hold the true value."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How a quantity is spread, in its own unit."""

    n: int
    p50: float
    p90: float
    p99: float
    max: float


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, and between which limits it is with 95 % certainty."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3g} ({self.low:.3g} to {self.high:.3g})"


def spread(values: Sequence[float]) -> Spread:
    """Raises ValueError where there is no value."""
    if not values:
        raise ValueError("nothing was measured")
    p50, p90, p99, most = np.percentile(values, (50, 90, 99, 100))
    return Spread(len(values), float(p50), float(p90), float(p99), float(most))


def ratio(above: Sequence[float], below: Sequence[float]) -> Interval:
    """The median of one series divided by that of another, both drawn anew with replacement."""
    chance = np.random.default_rng(0)
    found = _medians(above, chance) / np.maximum(_medians(below, chance), 1e-12)
    low, high = np.percentile(found, (50 * (1 - SURE), 50 * (1 + SURE)))
    return Interval(float(np.median(above) / max(float(np.median(below)), 1e-12)), float(low), float(high))


def ratio_of_cases(above: Sequence[Sequence[float]], below: Sequence[Sequence[float]]) -> Interval:
    """The same of several cases, each measured some times: each is drawn anew from its own measurements.

    So the interval tells how sure the ratio is for these cases, which stay what they are however different.
    """
    chance = np.random.default_rng(0)
    found = _drawn_by_case(above, chance) / np.maximum(_drawn_by_case(below, chance), 1e-12)
    low, high = np.percentile(found, (50 * (1 - SURE), 50 * (1 + SURE)))
    value = np.median(np.concatenate(above)) / max(float(np.median(np.concatenate(below))), 1e-12)
    return Interval(float(value), float(low), float(high))


def share(hits: int, n: int) -> Interval:
    """A share of successes with Wilson's interval (1927), which holds for few trials and near 0 and 1."""
    z = 1.96
    if n == 0:
        return Interval(0.0, 0.0, 1.0)
    p = hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * float(np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    return Interval(p, max(0.0, middle - half), min(1.0, middle + half))


def difference(now: Interval, before: Interval) -> Interval:
    """How far apart two shares are, by Newcombe's method (1998, his tenth) from their own intervals."""
    apart = now.value - before.value
    low = apart - float(np.hypot(now.value - now.low, before.high - before.value))
    return Interval(apart, low, apart + float(np.hypot(now.high - now.value, before.value - before.low)))


def _drawn_by_case(cases: Sequence[Sequence[float]], chance: np.random.Generator) -> NDArray[np.float64]:
    drawn = [np.asarray(each)[chance.integers(0, len(each), (RESAMPLES, len(each)))] for each in cases]
    medians: NDArray[np.float64] = np.median(np.concatenate(drawn, axis=1), axis=1)
    return medians


def _medians(values: Sequence[float], chance: np.random.Generator) -> NDArray[np.float64]:
    known = np.asarray(values, np.float64)
    medians: NDArray[np.float64] = np.median(known[chance.integers(0, len(known), (RESAMPLES, len(known)))], axis=1)
    return medians
