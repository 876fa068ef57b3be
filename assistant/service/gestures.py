"""What presses of the one button mean: a short one, two short ones, a long one."""

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from typing import Protocol

LONG = 0.8
"""Seconds from which a press is long; it counts at once, while the button is still held."""
AGAIN = 0.35
"""Seconds within which a second press makes the two a double one. A single press counts only after them."""


class Gesture(Enum):
    """What somebody did with the button."""

    PRESS = auto()
    DOUBLE = auto()
    LONG = auto()


class Timer(Protocol):
    """What can still be called off."""

    def cancel(self) -> None:
        """Let it not happen."""
        ...


Later = Callable[[float, Callable[[], None]], Timer]
"""Call a function after some seconds."""


class Gestures:
    """Turns a button's going down and up into gestures."""

    def __init__(self, tell: Callable[[Gesture], None], later: Later | None = None) -> None:
        """Call it in the event loop, whose time it goes by unless `later` is given."""
        self._tell = tell
        self._later: Later = later or asyncio.get_running_loop().call_later
        self._timer: Timer | None = None
        self._presses = 0

    def changed(self, down: bool) -> None:
        """The button went down or up, and has settled."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if down:
            self._presses += 1
            self._timer = self._later(LONG, lambda: self._is(Gesture.LONG))
        elif self._presses == 1:
            self._timer = self._later(AGAIN, lambda: self._is(Gesture.PRESS))
        elif self._presses > 1:
            self._is(Gesture.DOUBLE)

    def _is(self, gesture: Gesture) -> None:
        self._timer = None
        self._presses = 0
        self._tell(gesture)

    def close(self) -> None:
        """Forget what has begun."""
        if self._timer is not None:
            self._timer.cancel()
