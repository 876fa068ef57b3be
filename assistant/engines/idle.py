"""When an engine has had nothing to do for so long that its memory is better given back."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Idle:
    """Calls `release`, in the event loop, once nothing has been `busy` for so many `seconds`; None for never."""

    def __init__(self, seconds: float | None, release: Callable[[], None]) -> None:
        self._seconds = seconds
        self._release = release
        self._busy = 0
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def busy(self) -> Iterator[None]:
        """While the engine is used."""
        self.close()
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            if not self._busy and self._seconds is not None:
                self._timer = asyncio.get_running_loop().call_later(self._seconds, self._release)

    def close(self) -> None:
        """Do nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
