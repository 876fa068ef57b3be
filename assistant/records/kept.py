"""What is kept on the disk about turns, where the household allows it, and for how long: records and, while somebody
looks for a fault, the sound of commands.

Records are lines of JSON in a file for each day, so that forgetting is deleting a file.
"""

import asyncio
import logging
import os
import wave
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path

from assistant.concurrency import Worker, doze, interrupt
from assistant.events import Event, Finished
from assistant.messages import RATE, AudioFrame, Turn
from assistant.records.turns import dump, load, without_words

logger = logging.getLogger(__name__)

OFTEN = 3600.0
"""Seconds between two looks for what must go."""

MOST_WAITING = 64
"""Things waiting to be written. When a disk is slower than that, the newest is dropped, and the log says so."""


class Kept:
    """An observer that keeps records; `run` writes, in a thread. What cannot be is logged, once until it can."""

    def __init__(self, folder: Path, *, days: int, words: bool, sound_until: date | None) -> None:
        """Records stay for `days`, 0 for not at all, with `words` or without; sound until the end of that day."""
        self._turns, self._sounds = _folders(folder)
        self._days = days
        self._words = words
        self._until = sound_until
        self._works = True
        self._waiting: asyncio.Queue[Callable[[], None]] = asyncio.Queue(MOST_WAITING)

    def __call__(self, event: Event) -> None:
        """Keep the record of a turn that is over."""
        if self._days > 0 and isinstance(event, Finished):
            record = event.record if self._words else without_words(event.record)
            self._put(lambda: self._write_record(record))

    def hear(self, frames: Sequence[AudioFrame]) -> None:
        """Keep the sound of a command, if somebody looks for a fault."""
        if self._until is not None and date.today() <= self._until:
            pcm = b"".join(frame.pcm for frame in frames)
            self._put(lambda: self._write_sound(pcm))

    async def run(self) -> None:
        """Write, and delete what has had its time, until cancelled."""
        worker = Worker("kept")
        looking = asyncio.create_task(self._look())
        try:
            while True:
                await self._do(worker, await self._waiting.get())
                self._waiting.task_done()
        finally:
            await interrupt(looking)
            worker.close()

    async def settled(self) -> None:
        """Wait until everything is written."""
        await self._waiting.join()

    async def _look(self) -> None:
        while True:
            self._put(lambda: self.expire(date.today()))
            await doze(OFTEN)

    def expire(self, today: date) -> None:
        """Delete what has had its time, all of it where nothing is to be kept any longer. Raises OSError."""
        oldest = str(today - timedelta(days=self._days - 1)) if self._days > 0 else "9999"
        for file in self._turns.glob("*.jsonl"):
            if file.stem < oldest:
                file.unlink()
        if self._until is None or today > self._until:
            for file in self._sounds.glob("*.wav"):
                file.unlink()

    def _put(self, work: Callable[[], None]) -> None:
        try:
            self._waiting.put_nowait(work)
        except asyncio.QueueFull:
            logger.error("What is kept of a turn was dropped: %d others wait for the disk.", MOST_WAITING)

    async def _do(self, worker: Worker, work: Callable[[], None]) -> None:
        try:
            await worker(work)
            self._works = True
        except OSError as error:
            if self._works:
                logger.error("Nothing can be kept of turns: %s. Make room, or change privacy.keep_turns_days.", error)
            self._works = False

    def _write_record(self, record: Turn) -> None:
        self._turns.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._turns / f"{date.today()}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(file, "a", encoding="utf-8") as stream:
            stream.write(dump(record) + "\n")

    def _write_sound(self, pcm: bytes) -> None:
        self._sounds.mkdir(mode=0o700, parents=True, exist_ok=True)
        with wave.open(str(self._sounds / f"{datetime.now():%Y%m%d-%H%M%S-%f}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(pcm)


def kept_turns(folder: Path, count: int) -> Sequence[Turn]:
    """The last records in the state folder, the newest last; a line that was torn by a power cut is left out."""
    found: list[Turn] = []
    for file in sorted(_folders(folder)[0].glob("*.jsonl"), reverse=True):
        lines = file.read_text("utf-8", "replace").splitlines()
        for line in reversed(lines):
            with suppress(ValueError):
                found.append(load(line))
        if len(found) >= count:
            break
    return found[:count][::-1]


def sound_warning(folder: Path, until: date | None) -> str | None:
    """What the household must know while sound is kept in the state folder; None while it is not."""
    sounds = _folders(folder)[1]
    if until is not None and date.today() <= until:
        return f"THE SOUND OF COMMANDS IS KEPT in {sounds} and deleted after {until}: privacy.keep_sound_until says so."
    return None


def _folders(state: Path) -> tuple[Path, Path]:
    return state / "turns", state / "sound"
