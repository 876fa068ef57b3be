"""Which files were hashed and found right, so that a start need not read a gigabyte again.

A file counts as unchanged while its size and its time of modification are the ones noted. A time of just now is set
back a little before it is noted, so that what is written afterwards shows, even within the same tick of the clock. This
guards against accidents, not against somebody who may write into the folder and means to deceive.
"""

import contextlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.models.download import digest

_BACK = 10 * 10**9
"""Nanoseconds: more than the clock of any file system is coarse (two seconds, FAT)."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file was when it was hashed."""

    bytes: int
    modified: int
    """Nanoseconds since 1970."""
    sha256: str
    confirmed: bool
    """It came from its publisher."""


class Stamps:
    """The stamps of a folder's files, kept in a file there; where that cannot be written, hashing repeats itself."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def of(self, path: Path) -> Stamp | None:
        """The stamp of a file that has not changed since."""
        stamp = self._read().get(self._key(path))
        if stamp is None:
            return None
        now = path.stat()
        return stamp if (stamp.bytes, stamp.modified) == (now.st_size, now.st_mtime_ns) else None

    def sha256(self, path: Path) -> str:
        """The file's digest, from its stamp or by hashing it now. Raises OSError."""
        stamp = self.of(path)
        return stamp.sha256 if stamp else self.hash(path)

    def hash(self, path: Path) -> str:
        """The file's digest, by reading all of it, and note it. Raises OSError where it cannot be read."""
        before = path.stat()
        sha256 = digest(path)
        if path.stat().st_mtime_ns == before.st_mtime_ns:
            self.note(path, sha256)
        return sha256

    def note(self, path: Path, sha256: str, *, confirmed: bool = False) -> None:
        """A file was hashed just now. Once confirmed, it stays so while its digest does."""
        stamps = self._read()
        known = stamps.get(self._key(path))
        confirmed = confirmed or (known is not None and known.confirmed and known.sha256 == sha256)
        now = path.stat()
        if time.time_ns() - now.st_mtime_ns < _BACK:
            try:
                os.utime(path, ns=(now.st_atime_ns, now.st_mtime_ns - _BACK))
            except OSError:  # somebody else's file: it is noted when it is older
                return
            now = path.stat()
        self._write({**stamps, self._key(path): Stamp(now.st_size, now.st_mtime_ns, sha256, confirmed)})

    def forget(self, path: Path) -> None:
        """A file is gone."""
        stamps = self._read()
        if stamps.pop(self._key(path), None):
            self._write(stamps)

    def _key(self, path: Path) -> str:
        return path.relative_to(self._file.parent).as_posix()

    def _read(self) -> dict[str, Stamp]:
        try:
            read = json.loads(self._file.read_bytes())
            return {str(key): Stamp(**fields) for key, fields in read.items()}
        except (OSError, ValueError, TypeError, AttributeError):  # none yet, or a file that a power cut spoilt
            return {}

    def _write(self, stamps: dict[str, Stamp]) -> None:
        text = json.dumps({key: asdict(stamp) for key, stamp in sorted(stamps.items())}, indent=1)
        part = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            part.write_text(text, "ascii")
            part.replace(self._file)
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
