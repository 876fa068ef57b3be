"""The household's PIN: kept as a hash, compared slowly, and only so often; wrong tries survive a restart."""

import asyncio
import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from assistant.errors import AssistantError, SkillError

logger = logging.getLogger(__name__)

PIN_FILE = "pin.sqlite"
"""In the state folder."""

FREE_TRIES = 3
"""Wrong PINs in a row before there is a pause."""
FIRST_PAUSE, LONGEST_PAUSE = 300.0, 3600.0
"""Seconds of the pause after the third wrong PIN, twice as long after each more, and the most."""

OPERATIONS, MEMORY = 2, 19 * 2**20
"""Of argon2id; bytes. The least that OWASP's Password Storage Cheat Sheet gives: 24 ms on a laptop, 19 MB meanwhile.

A hash makes guessing slow for who has stolen the file; four digits are guessed all the same in the end.
"""

CANNOT_CHECK = "I cannot check PINs now, so I leave it."

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pin (
    id INTEGER PRIMARY KEY CHECK (id = 1), hash TEXT, wrong INTEGER NOT NULL DEFAULT 0, until REAL NOT NULL DEFAULT 0
);
INSERT OR IGNORE INTO pin (id) VALUES (1);
"""


class PinError(AssistantError, ValueError):
    """A PIN cannot be used or kept. Whoever set it is told what to do."""


class Pins:
    """One PIN in a file, which another process may change. Times are seconds since 1970."""

    def __init__(self, file: Path | None = None) -> None:
        """Without a file there is no PIN, and none can be set."""
        self._file = file

    @property
    def is_set(self) -> bool:
        """Whether there is a PIN. Raises SkillError where that cannot be read."""
        if self._file is None or not self._file.exists():
            return False
        with self._open() as database:
            return database.execute("SELECT hash FROM pin").fetchone()[0] is not None

    def set(self, pin: str) -> None:
        """Keep its hash, and forget wrong tries. Raises PinError for what is no PIN, SkillError if it is not kept."""
        if not re.fullmatch(r"[0-9]{4,12}", pin):
            raise PinError("A PIN has 4 to 12 digits, and nothing else.")
        if len(set(pin)) == 1 or pin in "01234567890" or pin in "09876543210":
            raise PinError("That PIN is among the first that anybody would try. Choose another.")
        from nacl.pwhash import argon2id

        kept = argon2id.str(pin.encode(), opslimit=OPERATIONS, memlimit=MEMORY).decode()
        with self._open() as database:
            database.execute("UPDATE pin SET hash = ?, wrong = 0, until = 0", (kept,))

    def remove(self) -> None:
        """Have no PIN: then nothing can be done that needs one. Raises SkillError if that is not kept."""
        if self._file is not None and self._file.exists():
            with self._open() as database:
                database.execute("UPDATE pin SET hash = NULL, wrong = 0, until = 0")

    def check_pause(self, now: float) -> None:
        """Raise SkillError, to be spoken, where no PIN is accepted now, because of too many wrong ones."""
        with self._open() as database:
            self._check_pause(database, now)

    async def matches(self, pin: str, now: float) -> bool:
        """Whether this is the PIN. A wrong one counts, and is written down before it is compared.

        Raises SkillError, to be spoken, during a pause and where it cannot be written down.
        """
        return await asyncio.to_thread(self._matches, pin, now)

    def _matches(self, pin: str, now: float) -> bool:
        from nacl.exceptions import InvalidkeyError
        from nacl.pwhash import argon2id

        with self._open() as database:
            self._check_pause(database, now)
            kept, wrong = database.execute("SELECT hash, wrong FROM pin").fetchone()
            until = now + pause(wrong + 1)
            database.execute("UPDATE pin SET wrong = wrong + 1, until = ?", (until,))
        try:
            right = argon2id.verify(str(kept).encode(), pin.encode())
        except (InvalidkeyError, ValueError):
            right = False
        if right:
            with self._open() as database:
                database.execute("UPDATE pin SET wrong = 0, until = 0")
        else:
            logger.warning("A wrong PIN was given, %d in a row", wrong + 1)
        return bool(right)

    def _check_pause(self, database: sqlite3.Connection, now: float) -> None:
        (until,) = database.execute("SELECT until FROM pin").fetchone()
        left = until - now
        if left > LONGEST_PAUSE:  # the clock was set back
            database.execute("UPDATE pin SET until = ?", (now + LONGEST_PAUSE,))
            left = LONGEST_PAUSE
        if left > 0:
            minutes = max(1, round(left / 60))
            raise SkillError(
                f"There were too many wrong PINs. Try again in {minutes} minute{'s' if minutes > 1 else ''}."
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on the disk when it ends. Raises SkillError."""
        if self._file is None:
            raise SkillError(CANNOT_CHECK)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch(mode=0o600)
            with closing(sqlite3.connect(self._file, timeout=2.0, isolation_level=None)) as database:
                database.execute("PRAGMA synchronous = FULL")
                database.executescript(_SCHEMA)
                database.execute("BEGIN IMMEDIATE")
                try:
                    yield database
                finally:
                    database.execute("COMMIT")
        except (OSError, sqlite3.Error) as error:
            logger.error("%s: %s", self._file, error)
            raise SkillError(CANNOT_CHECK) from error


def pause(wrong: int) -> float:
    """Seconds to wait after so many wrong PINs in a row."""
    if wrong < FREE_TRIES:
        return 0.0
    return float(min(FIRST_PAUSE * 2 ** min(wrong - FREE_TRIES, 10), LONGEST_PAUSE))
