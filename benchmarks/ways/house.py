"""A whole assistant to be measured from outside its event loop."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

from assistant.app import assemble
from assistant.config import load
from assistant.devices.files import FileSpeaker

T = TypeVar("T")


class House:
    """Ready to be asked, until the process ends."""

    def __init__(self, settings: Sequence[str] = (), file: Path | None = None) -> None:
        """Of the configuration in a file, or the defaults, with these settings changed."""
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        made = assemble(load(file, settings), FileSpeaker(None))
        self.assistant = self.run(self._stack.enter_async_context(made))
        self.run(self.assistant.mind.ready())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """In its loop."""
        return self._loop.run_until_complete(work)
