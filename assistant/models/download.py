"""Fetching one file whose size and digest are known: resumed after interruptions, trusted only once it is hashed.

The only code of Hearth that speaks to other machines by itself; the assistant never runs it, `assistant models` does.
"""

import errno
import hashlib
import os
import re
import ssl
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from assistant import __version__
from assistant.errors import ModelError
from assistant.models.manifest import is_allowed

PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each new attempt in a row; after the last one, the file is given up until the command is repeated."""

PATIENCE = 30.0
"""Seconds without a byte after which a connection counts as lost."""

PROGRESS = 1 << 20
"""Bytes that an attempt must have brought for the pauses to begin anew."""

_BLOCK = 1 << 16
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Download:
    """What to fetch, and what it must be."""

    url: str
    bytes: int
    sha256: str

    @property
    def host(self) -> str:
        """Who is asked."""
        return urlsplit(self.url).hostname or self.url


class _Interrupted(Exception):
    """An attempt ended early, for a reason that may pass."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few, never to less security; notes the digest that Hugging Face states on the way to its storage."""

    max_redirections = _REDIRECTS

    def __init__(self, *, follow: bool = True) -> None:
        self.stated: Message | None = None
        self._follow = follow

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        self.stated = self.stated or headers
        if not self._follow:
            return None
        if not is_allowed(newurl, after=req.full_url):
            fp.close()
            raise ModelError(
                f"{req.full_url} sends us to {newurl}, which is not https; nothing was fetched from there."
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def download(
    wanted: Download,
    part: Path,
    progress: Callable[[int], None] = lambda _: None,
    *,
    pauses: Sequence[float] = PAUSES,
    patience: float = PATIENCE,
    tls: ssl.SSLContext | None = None,
) -> None:
    """Fetch into `part`, going on from what it holds already, and check the digest.

    progress: is told, now and then, how many bytes there are.
    tls: whom to trust, where it is not the system's own authorities.

    Raises ModelError. `part` then stays where going on may help, and is deleted where what it holds is of no use.
    """
    failures = 0
    resumed = _size(part) > 0
    while True:
        before = _size(part)
        try:
            if before != wanted.bytes:
                _receive(wanted, part, progress, patience, tls)
            progress(wanted.bytes)
        except _Interrupted as interruption:
            failures = 0 if _size(part) - before >= PROGRESS else failures
            if failures == len(pauses):
                raise ModelError(
                    f"{wanted.url} cannot be fetched: {interruption}. {_size(part)} of {wanted.bytes} bytes are here; "
                    "look after the network and repeat the command, which goes on from there."
                ) from interruption
            time.sleep(pauses[failures])
            failures += 1
            continue
        if digest(part) == wanted.sha256:
            return
        part.unlink()
        if not resumed:
            raise ModelError(
                f"{wanted.url} is not the listed file: its SHA-256 is another than {wanted.sha256}. Nothing of it was "
                "kept; ask for a new list of models, or import the file from elsewhere."
            )
        resumed = False  # what an earlier attempt left may be at fault


def keep(part: Path, file: Path) -> None:
    """Give a checked file its name, in one step that survives a power cut."""
    part.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def digest(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def stated(url: str, *, patience: float = PATIENCE, tls: ssl.SSLContext | None = None) -> tuple[int | None, str | None]:
    """The size and the SHA-256 that the publisher's server states, without fetching; None for what it does not.

    Raises ModelError where it cannot be asked.
    """
    redirects = _Redirects(follow=False)
    request = urllib.request.Request(url, method="HEAD", headers=_headers())
    try:
        with _opener(redirects, tls).open(request, timeout=patience) as response:
            headers: Message = response.headers
    except HTTPError as error:
        with error:
            headers = error.headers
            if redirects.stated is None:
                raise ModelError(f"{url}: the server answers {error.code} {error.reason}.") from error
    except (OSError, HTTPException) as error:
        raise ModelError(f"{url}: the server cannot be asked: {_reason(error)}.") from error
    size = headers.get("X-Linked-Size") or ("" if redirects.stated else headers.get("Content-Length"))
    return int(size) if size and size.isdecimal() else None, _stated_digest(headers)


def _receive(
    wanted: Download, part: Path, progress: Callable[[int], None], patience: float, tls: ssl.SSLContext | None
) -> None:
    """One attempt. Raises _Interrupted where another may help, ModelError where none will."""
    start = _size(part)
    if start > wanted.bytes:
        part.unlink()
        start = 0
    redirects = _Redirects()
    request = urllib.request.Request(wanted.url, headers=_headers(start))
    try:
        response: HTTPResponse
        with _opener(redirects, tls).open(request, timeout=patience) as response:
            _check_digest(wanted, redirects.stated or response.headers)
            _check_size(wanted, response, start, part)
            _save(wanted, response, part, start if response.status == 206 else 0, progress)
    except HTTPError as error:
        with error:
            _refused(wanted, error, part, start)
    except (OSError, HTTPException) as error:
        if isinstance(getattr(error, "reason", error), ssl.SSLCertVerificationError):
            raise ModelError(
                f"{wanted.host} cannot prove that it is {wanted.host}: {_reason(error)}. Set this machine's clock, and "
                "look for who stands between."
            ) from error
        raise _Interrupted(_reason(error)) from error


def _refused(wanted: Download, error: HTTPError, part: Path, start: int) -> None:
    if error.code == 416 and start:
        part.unlink()
        raise _Interrupted("the server has nothing after what is here; beginning anew") from error
    if error.code in _PASSING:
        raise _Interrupted(f"the server answers {error.code} {error.reason}") from error
    raise ModelError(
        f"{wanted.url}: the server answers {error.code} {error.reason}. The file has moved, perhaps; update Hearth, or "
        "import it from elsewhere."
    ) from error


def _check_digest(wanted: Download, headers: Message) -> None:
    said = _stated_digest(headers)
    if said and said != wanted.sha256:
        raise ModelError(
            f"{wanted.url}: its publisher states the SHA-256 {said}, the list {wanted.sha256}. Nothing was fetched; "
            "ask for a new list of models."
        )


def _check_size(wanted: Download, response: HTTPResponse, start: int, part: Path) -> None:
    """Raises ModelError where the server means another file than the listed one."""
    length = response.headers.get("Content-Length", "")
    whole = start if response.status == 206 else 0
    total = whole + int(length) if length.isdecimal() else wanted.bytes
    if response.status == 206:
        place = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
        if place is None or int(place[1]) != start:
            part.unlink()
            raise _Interrupted("the server goes on in another place than asked; beginning anew")
        total = total if place[2] == "*" else int(place[2])
    elif response.status != 200:
        raise ModelError(f"{wanted.url}: the server answers {response.status}, which is no file. Try again later.")
    if total != wanted.bytes:
        part.unlink(missing_ok=True)
        raise ModelError(
            f"{wanted.url} is not the listed file: it has {total} bytes instead of {wanted.bytes}. Nothing was "
            "fetched; ask for a new list of models, or import the file from elsewhere."
        )


def _save(wanted: Download, response: HTTPResponse, part: Path, start: int, progress: Callable[[int], None]) -> None:
    had = start
    with part.open("r+b" if start else "wb", buffering=0) as stream:
        stream.seek(start)
        try:
            while had <= wanted.bytes and (block := response.read1(min(_BLOCK, wanted.bytes + 1 - had))):
                _write(stream, block, part)
                had += len(block)
                progress(min(had, wanted.bytes))
        finally:
            _flush(stream, part)
    if had > wanted.bytes:
        part.unlink()
        raise ModelError(
            f"{wanted.url} is not the listed file: the server sends more than its {wanted.bytes} bytes. Nothing of it "
            "was kept; ask for a new list of models, or import the file from elsewhere."
        )
    if had < wanted.bytes:
        raise _Interrupted("the connection ended early")


def _write(stream: Any, block: bytes, part: Path) -> None:
    """All of a block, to an unbuffered file. Raises ModelError where the disk takes no more."""
    view = memoryview(block)
    try:
        while view:
            view = view[stream.write(view) :]
    except OSError as error:
        raise _unwritable(error, part) from error


def _flush(stream: IO[bytes], part: Path) -> None:
    try:
        os.fsync(stream.fileno())
    except OSError as error:
        raise _unwritable(error, part) from error


def _unwritable(error: OSError, part: Path) -> ModelError:
    if error.errno in _FULL:
        part.unlink(missing_ok=True)
        return ModelError(f"{part.parent}: the disk is full. What was fetched is deleted again; free some space first.")
    return ModelError(f"{part} cannot be written: {error.strerror}. Look after the disk.")


def _opener(redirects: _Redirects, tls: ssl.SSLContext | None) -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(redirects, urllib.request.HTTPSHandler(context=tls))


def _headers(start: int = 0) -> dict[str, str]:
    headers = {"User-Agent": f"hearth/{__version__}", "Accept-Encoding": "identity"}
    return headers | {"Range": f"bytes={start}-"} if start else headers


def _stated_digest(headers: Message) -> str | None:
    said = re.fullmatch(r'(?:W/)?"?([0-9a-f]{64})"?', headers.get("X-Linked-ETag", ""))
    return said[1] if said else None


def _reason(error: Exception) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    return (getattr(reason, "strerror", None) or str(reason) or type(reason).__name__).rstrip(".")


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
