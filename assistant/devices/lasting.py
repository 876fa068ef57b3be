"""What devices were set to and only Hearth knows, for after a power cut: the target of a thermostat."""

import json
import logging
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from assistant.database import Database
from assistant.errors import SkillError

logger = logging.getLogger(__name__)

STEPS = (
    "CREATE TABLE kept (device TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (device, name))",
)


class Lasting:
    """The values of each device, in a file or, without one, in memory. A disk that fails is logged and costs only that.

    All methods are for the event loop's thread.
    """

    def __init__(self, path: Path | None = None) -> None:
        try:
            self._database = Database(path, STEPS)
        except (OSError, sqlite3.Error) as error:
            logger.error(
                "%s: %s. What devices are set to is forgotten at the end; make its folder writable.", path, error
            )
            self._database = Database(None, STEPS)

    def of(self, device: str) -> Mapping[str, object]:
        """What is kept of the device with this id."""
        try:
            rows = self._database.rows("SELECT name, value FROM kept WHERE device = ?", device)
        except SkillError:
            return {}
        return {name: json.loads(value) for name, value in rows}

    def keep(self, device: str, values: Mapping[str, object]) -> None:
        """Keep these values."""
        try:
            with self._database.changes():
                for name, value in values.items():
                    self._database.change(
                        "INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", device, name, json.dumps(value)
                    )
        except SkillError:
            logger.error("What %s is set to could not be kept", device)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
