"""What skills keep: a small database for each, opened when it is first used."""

import logging
import sqlite3
import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from assistant.database import CANNOT_READ, Database, Open, Steps, TooNew, connect
from assistant.errors import SkillError

logger = logging.getLogger(__name__)

TOO_NEW = "Sorry, a later version of me has written that down, and I cannot read it. Please update me again."


class SkillStore:
    """The `Store` of one skill."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query. Raises SkillError."""
        return self._database.rows(sql, *values)

    def change(self, sql: str, *values: object) -> int:
        """How many rows one statement has changed. Raises SkillError."""
        return self._database.change(sql, *values).rowcount

    def changes(self) -> AbstractContextManager[None]:
        """All changes in the block, or none of them. Raises SkillError."""
        return self._database.changes()


class Stores:
    """The stores of all skills, in a folder or, without one, in memory. For use from any thread."""

    def __init__(self, folder: Path | None = None, open_: Open = connect) -> None:
        self._folder = folder
        self._open = open_
        self._lock = threading.Lock()
        self._databases: dict[str, Database] = {}

    def of(self, skill: str, steps: Steps) -> SkillStore:
        """The store of a skill, brought up to date by its steps. Raises SkillError where it cannot be opened."""
        with self._lock:
            if skill not in self._databases:
                path = self._folder / f"{skill}.sqlite" if self._folder else None
                try:
                    self._databases[skill] = Database(path, steps, self._open)
                except TooNew as error:
                    logger.error("%s", error)
                    raise SkillError(TOO_NEW) from error
                except (OSError, sqlite3.Error) as error:
                    logger.error("%s cannot be opened: %s", path, error)
                    raise SkillError(CANNOT_READ) from error
            return SkillStore(self._databases[skill])

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            for database in self._databases.values():
                database.close()
            self._databases.clear()
