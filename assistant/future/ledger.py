"""What is kept of the future, in SQLite: a change that was acknowledged survives a power cut."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from assistant.database import Database, Open, connect

STEPS = (
    """
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
""",
)


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


class Ledger(Database):
    """The entries, in a file or in memory."""

    def __init__(self, path: Path | None = None, open_: Open = connect) -> None:
        super().__init__(path, STEPS, open_)

    def add(self, record: Record) -> int:
        """Keep a new entry; its id is given, and never given again."""
        added = self.change(_INSERT, None, *astuple(record)[1:]).lastrowid
        assert added is not None
        return added

    def put(self, record: Record) -> bool:
        """Change an entry. False if it is no longer there."""
        return self.change(_UPDATE, *astuple(record)[1:], record.id).rowcount > 0

    def remove(self, entry: int) -> bool:
        """Forget an entry. False if it is no longer there."""
        return self.change("DELETE FROM entries WHERE id = ?", entry).rowcount > 0

    def get(self, entry: int) -> Record | None:
        """One entry, if it is still there."""
        return next(iter(self._records("WHERE id = ?", entry)), None)

    def all(self, kind: str = "") -> Sequence[Record]:
        """Every entry, or those of a kind, in the order in which they were made."""
        return self._records("WHERE kind = ? ORDER BY id", kind) if kind else self._records("ORDER BY id")

    def ringing(self) -> Sequence[Record]:
        """What has begun to ring and has not ended."""
        return self._records("WHERE rung > 0 ORDER BY id")

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
        return [Record(*row) for row in self.rows(f"{_SELECT} {clauses}", *values)]
