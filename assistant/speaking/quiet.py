"""Quiet hours: when the assistant speaks more softly, its chimes are silent and its light is dim."""

from dataclasses import dataclass

from assistant.clock import Clock
from assistant.safety.policy import Night


@dataclass(frozen=True, slots=True)
class Softly:
    """How it is in quiet hours."""

    volume: float
    """Of the volume, from 0 to 1."""
    chimes: bool
    light: float
    """Of the light's brightness, from 0 to 1."""


class QuietHours:
    """Tells whether it is quiet now. What rings because somebody wanted it to is not for them."""

    def __init__(self, hours: Night | None, softly: Softly, clock: Clock) -> None:
        """Without `hours` it never is."""
        self._hours = hours
        self._softly = softly
        self._clock = clock

    def __call__(self) -> Softly | None:
        """How it is to be now; None outside quiet hours."""
        quiet = self._hours is not None and self._hours.has(self._clock.now().time())
        return self._softly if quiet else None


def never() -> None:
    """No quiet hours."""
