"""What systemd is told (sd_notify(3)): that the service is ready, how it is, and that it still works."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Mapping

from assistant.concurrency import doze

logger = logging.getLogger(__name__)

PROMPT = 2.0
"""Seconds by which the event loop may be late and still counts as working."""


class Notifier:
    """Talks to the service manager, if one started us; otherwise does nothing."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        watchdog = environment.get("WATCHDOG_USEC", "")
        ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self._started = asyncio.Event()
        self._limit = int(watchdog) / 1e6 if watchdog.isdecimal() and ours else None

    def ready(self, status: str) -> None:
        """The start is over. `status` is a sentence for `systemctl status`; later ones tell how it is by then."""
        self._tell(f"READY=1\nSTATUS={status}")
        self._started.set()

    async def beat(self, good: Callable[[], bool]) -> None:
        """Once started, feed the watchdog while `good()` holds and the event loop is prompt, until cancelled.

        `good` is asked twice in the watchdog's time, and must tell of the time since it was asked last.
        """
        if self._limit is None:
            return
        loop = asyncio.get_running_loop()
        await self._started.wait()
        while True:
            due = loop.time() + self._limit / 2
            await doze(self._limit / 2)
            if not good():
                logger.error("Nothing was heard and nothing is being done about it: systemd will start me again.")
            elif loop.time() - due < PROMPT:
                self._tell("WATCHDOG=1")

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.sendto(message.encode(), address)
        except OSError as error:
            logger.warning("systemd cannot be told %r: %s", message, error)
