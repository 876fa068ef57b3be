"""Ctrl-C in the middle of long work: it is heeded whatever the work is doing, and loses nothing of what was done."""

import asyncio
import signal
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import FrameType
from typing import Any

PATIENCE = 10.0
"""Seconds that work may take to end once it is asked to: an engine that is being loaded cannot be stopped halfway."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Whether somebody wants the work to end. In its `with` block a signal asks for that, and raises nothing anywhere.

    Python's own way would raise KeyboardInterrupt wherever the program happens to be: between two figures, or while
    the results are being written. It also leaves the signal ignored in a program that was started so, as the jobs in
    the background of a script are, and waits for a thread that loads an engine.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self.signal: int | None = None
        """The first that came; None while nobody has asked."""
        self._patience = patience
        self._presses = 0
        self._over = False
        self._before: dict[int, Any] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def __enter__(self) -> "Interruption":
        self._bell, self._button = socket.socketpair()
        self._button.setblocking(False)
        # What comes between Python's last look at signals and its sleep would be seen only once it wakes.
        self._wakeup = signal.set_wakeup_fd(self._button.fileno(), warn_on_full_buffer=False)
        self._before = {each: signal.signal(each, self._ask) for each in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)
        signal.set_wakeup_fd(self._wakeup)
        self._bell.close()
        self._button.close()

    @property
    def asked(self) -> bool:
        """Whether to end."""
        return self.signal is not None

    def heed(self) -> None:
        """Raises CancelledError where the work is to end. For work to call between its parts."""
        if self.asked:
            raise asyncio.CancelledError

    def run(self, work: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        """Run it in a thread, so that nothing in it keeps a signal waiting. Raises what it raises, unless asked to end.

        It is cancelled when that is asked for. False if it has not ended in time, or was asked again and is not waited
        for: threads of it are still at work, and the program must be ended without them (`os._exit`).
        """
        errors: list[BaseException] = []

        def worker() -> None:
            try:
                asyncio.run(self._cancellable(work))
            except BaseException as error:
                errors.append(error)
            self._over = True
            with suppress(OSError):  # nobody waits any more
                self._button.send(b"\0")

        threading.Thread(target=worker, name="measuring", daemon=True).start()
        if not self._ended():
            return False
        if errors and not self.asked:
            raise errors[0]
        return True

    async def _cancellable(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        self.heed()
        await work()

    def _ended(self) -> bool:
        """Wait for the end of the work."""
        until: float | None = None
        while not self._over:
            if self._presses > 1 or (until is not None and time.monotonic() > until):
                return False
            if self._presses and until is None:
                until = time.monotonic() + self._patience
                self._cancel()
            self._bell.settimeout(None if until is None else max(0.001, until - time.monotonic()))
            with suppress(TimeoutError):
                self._bell.recv(4096)
        return True

    def _cancel(self) -> None:
        if self._loop is not None and self._task is not None:
            with suppress(RuntimeError):  # the loop is closed: it ends this moment
                self._loop.call_soon_threadsafe(self._task.cancel)

    def _ask(self, number: int, _: FrameType | None) -> None:
        self.signal = self.signal or number
        self._presses += 1
