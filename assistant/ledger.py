"""What is kept of the future, in SQLite: a change that was acknowledged survives a power cut."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from assistant.errors import SkillError

logger = logging.getLogger(__name__)

CANNOT_WRITE = "Sorry, I could not write that down, so nothing has changed. My disk may be full or broken."
CANNOT_READ = "Sorry, I cannot read what I have written down. My disk may be broken."

SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    what TEXT NOT NULL,
    made REAL NOT NULL,
    length REAL NOT NULL,
    rule TEXT,
    local TEXT,
    rang TEXT,
    boot TEXT,
    mono REAL,
    wall REAL,
    left REAL,
    rung INTEGER NOT NULL,
    begun INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS by_boot ON entries (boot, mono);
CREATE INDEX IF NOT EXISTS by_wall ON entries (wall);
PRAGMA user_version = 1;
"""


@dataclass(frozen=True, slots=True)
class Record:
    """One entry as it is kept. Times are seconds; `wall` ones since 1970 in UTC."""

    id: int
    """0 before it is kept."""
    kind: str
    name: str
    what: str
    """What will happen, as JSON."""
    made: float
    """When, by the wall clock."""
    length: float
    """From when it was made, or changed, until it is due."""
    rule: str | None = None
    """How it recurs, as `Rule` writes it."""
    local: str | None = None
    """The local time of an appointment, ISO 8601 without a zone: it stays the same when the zone changes."""
    rang: str | None = None
    """The local time of its last occurrence that is past: rung, missed or skipped."""
    boot: str | None = None
    """For a length of time: the boot in which `mono` counts."""
    mono: float | None = None
    """When it is due, in seconds of that boot."""
    wall: float | None = None
    """When it is due. None while it is paused."""
    left: float | None = None
    """What remains of it while it is paused."""
    rung: int = 0
    """How often it has rung already."""
    begun: int = 0
    """1 while it is ringing or being done; after a restart: it was interrupted."""


_COLUMNS = tuple(field.name for field in fields(Record))
_INSERT = f"INSERT INTO entries ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_UPDATE = f"UPDATE entries SET {', '.join(f'{name} = ?' for name in _COLUMNS[1:])} WHERE id = ?"
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM entries"

Open = Callable[[str], sqlite3.Connection]


def _open(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1.0)


class Ledger:
    """The entries, in a file or in memory. Every method may be called from any thread and blocks for a commit.

    Raises SkillError, with an apology to speak, where the disk fails; what was kept before stays as it was. A damaged
    file is put aside, as `problem` says, and a new one begun. Raises OSError or sqlite3.Error if that cannot be.
    """

    def __init__(self, path: Path | None = None, connect: Open = _open) -> None:
        """`connect` opens a database in autocommit mode, for any thread."""
        self.problem: str | None = None
        self._lock = threading.RLock()
        self._depth = 0
        if path is not None:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = ":memory:" if path is None else str(path)
        try:
            self._connection = _prepared(connect, name)
        except sqlite3.DatabaseError as error:
            if path is None or isinstance(error, sqlite3.OperationalError):
                raise
            aside = _put_aside(path)
            self.problem = f"{path} is damaged ({error}). It was put aside as {aside.name}; what it held is lost."
            logger.error("%s", self.problem)
            self._connection = _prepared(connect, name)

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

    def add(self, record: Record) -> int:
        """Keep a new entry; its id is given, and never given again."""
        with self.changes():
            added = self._connection.execute(_INSERT, (None, *astuple(record)[1:])).lastrowid
        assert added is not None
        return added

    def put(self, record: Record) -> bool:
        """Change an entry. False if it is no longer there."""
        with self.changes():
            return self._connection.execute(_UPDATE, (*astuple(record)[1:], record.id)).rowcount > 0

    def remove(self, entry: int) -> bool:
        """Forget an entry. False if it is no longer there."""
        with self.changes():
            return self._connection.execute("DELETE FROM entries WHERE id = ?", (entry,)).rowcount > 0

    def get(self, entry: int) -> Record | None:
        """One entry, if it is still there."""
        return next(iter(self._records("WHERE id = ?", entry)), None)

    def all(self, kind: str = "") -> Sequence[Record]:
        """Every entry, or those of a kind, in the order in which they were made."""
        return self._records("WHERE kind = ? ORDER BY id", kind) if kind else self._records("ORDER BY id")

    def due(self, boot: str, mono: float, wall: float) -> Sequence[Record]:
        """What is due now: lengths of time of this boot by `mono`, all else by `wall`."""
        counted = self._records("WHERE boot = ? AND mono <= ?", boot, mono)
        return [*counted, *self._records("WHERE wall <= ? AND boot IS NOT ?", wall, boot)]

    def soonest(self, boot: str, mono: float, wall: float) -> float | None:
        """Seconds until the next entry is due; None where nothing is to come."""
        first = self._records("WHERE boot = ? AND mono NOT NULL ORDER BY mono LIMIT 1", boot)
        then = self._records("WHERE wall NOT NULL AND boot IS NOT ? ORDER BY wall LIMIT 1", boot)
        waits = [each.mono - mono for each in first if each.mono is not None]
        waits += [each.wall - wall for each in then if each.wall is not None]
        return max(0.0, min(waits)) if waits else None

    def _records(self, clauses: str, *values: object) -> list[Record]:
        with self._lock, _apologetic(CANNOT_READ):
            rows = self._connection.execute(f"{_SELECT} {clauses}", values).fetchall()
        return [Record(*row) for row in rows]


@contextmanager
def _apologetic(apology: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        logger.error("The schedule: %s", error)
        raise SkillError(apology) from error


def _prepared(connect: Open, name: str) -> sqlite3.Connection:
    """An open database with its table. Raises sqlite3.DatabaseError for a file that is damaged."""
    connection = connect(name)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        connection.executescript(SCHEMA)
        connection.execute(f"{_SELECT} LIMIT 1").fetchone()
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
