"""Whether the microphone is closed: by a press of the button, which survives a restart, or by a switch."""

import asyncio
import logging
import os
from pathlib import Path

from assistant.events import Muted, Observers

logger = logging.getLogger(__name__)


class Mute:
    """Muted while the household wants it or the switch is closed. All methods are for the event loop's thread."""

    def __init__(self, observe: Observers, file: Path | None = None) -> None:
        """`file` exists while the household wants it; without one that is forgotten at the end."""
        self._observe = observe
        self._file = file
        self._wanted = file is not None and file.exists()
        self._switched = False
        self._changed = asyncio.Event()

    @property
    def muted(self) -> bool:
        """Whether the microphone must be closed."""
        return self._wanted or self._switched

    def want(self, muted: bool) -> None:
        """By a press or a word; kept."""
        self._keep(muted)
        self._become(muted, self._switched)

    def switch(self, closed: bool) -> None:
        """By the switch, which keeps its state itself; what was wanted by a press stays wanted."""
        self._become(self._wanted, closed)

    async def until(self, muted: bool) -> None:
        """Wait until it is so."""
        while self.muted != muted:
            self._changed.clear()
            await self._changed.wait()

    def _become(self, wanted: bool, switched: bool) -> None:
        before = self.muted
        self._wanted, self._switched = wanted, switched
        if self.muted != before:
            self._changed.set()
            self._observe(Muted(self.muted))

    def _keep(self, muted: bool) -> None:
        """A file that is there or not is never half-written; its folder is flushed, so that a power cut keeps it."""
        if self._file is None:
            return
        try:
            if muted:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._file.touch()
            else:
                self._file.unlink(missing_ok=True)
            folder = os.open(self._file.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            logger.error("%s cannot be written: %s. Mute is forgotten at the next start.", self._file, error.strerror)
