"""SQLite as we keep things in it: what was acknowledged survives a power cut, and a disk that fails gets an apology."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.errors import SkillError

logger = logging.getLogger(__name__)

CANNOT_WRITE = "Sorry, I could not write that down, so that stays as it was. My disk may be full or broken."
CANNOT_READ = "Sorry, I cannot read what I have written down. My disk may be full or broken."

Open = Callable[[str], sqlite3.Connection]
"""Opens a database in autocommit mode, for any thread."""

Steps = Sequence[str]
"""SQL scripts, each of which brings the tables from one version to the next. What was released is never changed."""


def connect(path: str) -> sqlite3.Connection:
    """The usual way to open one."""
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1.0)


class TooNew(sqlite3.OperationalError):
    """A later version of the program has written this database."""


class Database:
    """Tables in a file or in memory. Every method may be called from any thread and blocks for a commit.

    Raises SkillError, with an apology to speak, where the disk fails; what was kept before stays as it was. A damaged
    file is put aside, as `problem` says, and a new one begun. Raises OSError or sqlite3.Error if that cannot be, and
    TooNew for a file that has seen more steps than these.
    """

    def __init__(self, path: Path | None, steps: Steps, open_: Open = connect) -> None:
        self.problem: str | None = None
        self.lasts = path is not None
        """Whether it outlives the program."""
        self._lock = threading.RLock()
        self._depth = 0
        if path is not None:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = ":memory:" if path is None else str(path)
        try:
            self._connection = _prepared(open_, name, steps)
        except sqlite3.DatabaseError as error:
            if path is None or isinstance(error, sqlite3.OperationalError):
                raise
            aside = _put_aside(path)
            self.problem = f"{path} is damaged ({error}). It was put aside as {aside.name}; what it held is lost."
            logger.error("%s", self.problem)
            self._connection = _prepared(open_, name, steps)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def changes(self) -> Iterator[None]:
        """All changes in the block, or none of them. Raises SkillError. Blocks may be nested."""
        with self._lock:
            if self._depth:
                yield
                return
            self._depth = 1
            try:
                with _apologetic(CANNOT_WRITE):
                    self._connection.execute("BEGIN IMMEDIATE")
                    try:
                        yield
                        self._connection.execute("COMMIT")
                    except BaseException:
                        if self._connection.in_transaction:
                            self._connection.execute("ROLLBACK")
                        raise
            finally:
                self._depth = 0

    def change(self, sql: str, *values: object) -> sqlite3.Cursor:
        """One statement that changes something: its `rowcount` and `lastrowid` tell what. Raises SkillError."""
        with self.changes(), _apologetic(CANNOT_WRITE):
            return self._connection.execute(sql, values)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query. Raises SkillError."""
        with self._lock, _apologetic(CANNOT_READ):
            return self._connection.execute(sql, values).fetchall()


@contextmanager
def _apologetic(apology: str) -> Iterator[None]:
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:  # the statement is wrong, not the disk
            raise
        logger.error("The database: %s", error)
        raise SkillError(apology) from error


def _prepared(open_: Open, name: str, steps: Steps) -> sqlite3.Connection:
    """An open database with its tables. Raises sqlite3.DatabaseError for a file that is damaged."""
    try:
        return _steps_taken(open_(name), name, steps)
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", None) not in _NO_ROOM:
            raise
    # On a full disk there is no room for the index of the log that processes share. One that shares with none keeps it
    # in memory: what is in the file can be read at once, and written again as soon as there is room.
    connection = open_(name)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    return _steps_taken(connection, name, steps)


_NO_ROOM = (
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_IOERR_SHMMAP,
    sqlite3.SQLITE_FULL,
)


def _steps_taken(connection: sqlite3.Connection, name: str, steps: Steps) -> sqlite3.Connection:
    """The connection, once the tables are up to date; closed where they cannot be."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(steps):
            raise TooNew(f"{name} was written by a later version of the program; install that again")
        for number, step in enumerate(steps[version:], version + 1):
            connection.executescript(f"BEGIN IMMEDIATE; {step}; PRAGMA user_version = {number}; COMMIT;")
    except BaseException:
        connection.close()
        raise
    return connection


def _put_aside(path: Path) -> Path:
    """Rename a damaged database and what belongs to it."""
    aside = path.with_name(f"{path.name}.damaged-{int(time.time())}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside
