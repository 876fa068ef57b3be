"""How the assistant is: written down where `assistant check` and `assistant doctor` find it. Never what was said."""

import json
import logging
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assistant.events import Deaf, Event, Failed, Finished, Hearing, Impaired, Muted, Waiting, Woke

logger = logging.getLogger(__name__)

FILE = "health.json"
KEPT = 20
"""Troubles that are remembered."""


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that went wrong."""

    at: str
    """Local time, as `2026-05-04 19:15:00`."""
    problem: str


@dataclass
class Health:
    """An observer that keeps count, and writes a file whenever something changes for the better or the worse.

    The file belongs in memory, such as systemd's RuntimeDirectory: then it costs no SD card anything.
    """

    folder: Path | None
    """Without one nothing is written."""
    pid: int = 0
    offline: str = ""
    """What the proof at the start said."""
    listening: bool = False
    muted: bool = False
    problem: str | None = None
    """Why it cannot hear now."""
    since: str = field(default_factory=_now)
    wakes: int = 0
    turns: int = 0
    failed: int = 0
    troubles: deque[Trouble] = field(default_factory=lambda: deque(maxlen=KEPT))

    def __call__(self, event: Event) -> None:
        """Take note."""
        before = (self.listening, self.muted, self.problem, len(self.troubles), self.turns)
        match event:
            case Woke():
                self.wakes += 1
            case Finished(_, record):
                self.turns += 1
                self.failed += record.error is not None
            case Waiting() | Hearing():
                self.listening, self.problem = True, None
            case Muted(muted):
                self.muted, self.listening = muted, not muted
            case Deaf(error):
                if self.problem is None or self.problem != error:
                    self._trouble(error)
                self.listening, self.problem = False, error
            case Impaired(problem) | Failed(_, problem):
                self._trouble(problem)
        if before != (self.listening, self.muted, self.problem, len(self.troubles), self.turns):
            self.write()

    def write(self) -> None:
        """Write it now."""
        if self.folder is None:
            return
        plain = {name: value for name, value in vars(self).items() if name not in ("folder", "troubles")}
        plain["troubles"] = [asdict(trouble) for trouble in self.troubles]
        try:
            part = self.folder / f"{FILE}.part"
            part.write_text(json.dumps(plain, indent=1), encoding="utf-8")
            part.replace(self.folder / FILE)
        except OSError as error:
            logger.warning("%s cannot be written: %s", self.folder / FILE, error.strerror)

    def _trouble(self, problem: str) -> None:
        self.troubles.append(Trouble(_now(), problem))


def read(folder: Path) -> dict[str, Any] | None:
    """What was written last; None where there is nothing."""
    try:
        plain = json.loads((folder / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return plain if isinstance(plain, dict) else None
