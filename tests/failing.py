"""A database whose disk fails when it is told to."""

import sqlite3
from typing import Any, ClassVar


class Failing(sqlite3.Connection):
    """Its disk fails at the statement that is told."""

    NEVER: ClassVar = 10**9
    left: ClassVar = NEVER
    """How many statements that change something still succeed."""

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        if not sql.lstrip().startswith(("SELECT", "ROLLBACK", "PRAGMA")):
            Failing.left -= 1
            if Failing.left < 0:
                raise sqlite3.OperationalError("database or disk is full")
        return super().execute(sql, parameters)


def failing_at(path: str) -> sqlite3.Connection:
    """Opens one."""
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Failing)
