"""A web server on this machine that serves model files, well or badly; lists of models signed by a key of the tests."""

import base64
import contextlib
import hashlib
import http.server
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from nacl.signing import SigningKey

KEY = SigningKey(b"only for the tests of the models")
NUMBER = b"testtest"

Manner = Callable[["Handler", bytes], None]
"""How a request for a file with this content is answered."""


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as the server was told, and notes what was asked."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Range")))
        manners = self.server.manners.get(self.path, [])
        manner = manners.pop(0) if len(manners) > 1 else manners[0] if manners else well
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            manner(self, self.server.files.get(self.path, b""))

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass

    def start(self, status: int = 200, **headers: object) -> None:
        """Status and headers: `Content_Length=5`."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def end(self) -> None:
        """Close the connection after this."""
        self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    """`files` by path; `manners` by path, one for each request, the last for ever."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.manners: dict[str, list[Manner]] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.done = threading.Event()
        self.scheme = "https" if tls else "http"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that hang up are part of the tests."""

    def url(self, path: str) -> str:
        return f"{self.scheme}://localhost:{self.server_port}{path}"


@contextlib.contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(tls)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.done.set()
        server.shutdown()
        server.server_close()
        thread.join()


def well(request: Handler, content: bytes) -> None:
    """As a good server does, ranges included."""
    place = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
    start = int(place[1]) if place else 0
    if not content:
        request.start(404, Content_Length=0)
    elif start >= len(content):
        request.start(416, Content_Length=0, Content_Range=f"bytes */{len(content)}")
    elif place:
        where = f"bytes {start}-{len(content) - 1}/{len(content)}"
        request.start(206, Content_Length=len(content) - start, Content_Range=where)
        request.wfile.write(content[start:])
    else:
        request.start(Content_Length=len(content))
        request.wfile.write(content if request.command == "GET" else b"")


def whole(request: Handler, content: bytes) -> None:
    """All of it, whatever range was asked for."""
    request.start(Content_Length=len(content))
    request.wfile.write(content)


def other(wrong: bytes) -> Manner:
    """Another file."""
    return lambda request, _: well(request, wrong)


def status(code: int) -> Manner:
    """No file at all."""
    return lambda request, _: request.start(code, Content_Length=0)


def dropped(after: int) -> Manner:
    """The connection ends after so many bytes."""

    def answer(request: Handler, content: bytes) -> None:
        place = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        start = int(place[1]) if place else 0
        size = len(content) - start
        where = {"Content_Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if place else {}
        request.start(206 if place else 200, Content_Length=size, **where)
        request.wfile.write(content[start : start + after])
        request.end()

    return answer


def stalled(after: int) -> Manner:
    """Nothing comes after so many bytes, but the connection stays."""

    def answer(request: Handler, content: bytes) -> None:
        request.start(Content_Length=len(content))
        request.wfile.write(content[:after])
        request.server.done.wait()
        request.end()

    return answer


def endless(request: Handler, content: bytes) -> None:
    """No length, and no end: until the client hangs up."""
    request.start(Connection="close")
    request.wfile.write(content)
    while not request.server.done.is_set():
        request.wfile.write(bytes(1 << 16))


def elsewhere(request: Handler, content: bytes) -> None:
    """A range that nobody asked for."""
    request.start(206, Content_Length=len(content), Content_Range=f"bytes 0-{len(content) - 1}/{len(content)}")
    request.wfile.write(content)


def nonsense(request: Handler, _: bytes) -> None:
    """Not even HTTP."""
    request.wfile.write(b"220 mail.example ESMTP\r\n\r\n")
    request.end()


def moved(to: str, **headers: object) -> Manner:
    """A redirect."""
    return lambda request, _: request.start(302, Location=to, Content_Length=0, **headers)


def entry(server: Server, name: str, files: Mapping[str, bytes], **more: object) -> dict[str, object]:
    """A model for a list, whose files the server has."""
    listed = []
    for file, content in files.items():
        path = f"/{name}/{file}"
        server.files[path] = content
        sha256 = hashlib.sha256(content).hexdigest()
        listed.append({
            "name": file, "url": server.url(path), "bytes": len(content), "sha256": sha256, "licence": "MIT",
            "digest": "third-party",
        })  # fmt: skip
    return {"name": name, "stage": "speech", "about": "", "memory": 1000, "files": listed} | more


def write_list(file: Path, models: Sequence[Mapping[str, object]], version: int = 1, **more: object) -> Path:
    """A signed list in `file`, its signature and `key.pub` beside it."""
    content = {"schema": 1, "version": version, "profiles": {"standard": [model["name"] for model in models]}}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**content, "models": list(models), **more}, indent=1), "utf-8")
    sign(file)
    return file


def sign(file: Path, *, hashed: bool = True) -> None:
    """As `minisign -S` does, without `hashed` as it did before version 0.10."""
    content = file.read_bytes()
    signature = KEY.sign(hashlib.blake2b(content).digest() if hashed else content).signature
    comment = f"file:{file.name}"
    whole = KEY.sign(signature + comment.encode()).signature
    first = base64.b64encode((b"ED" if hashed else b"Ed") + NUMBER + signature).decode()
    lines = ("untrusted comment: tests", first, f"trusted comment: {comment}", base64.b64encode(whole).decode(), "")
    file.with_name(f"{file.name}.minisig").write_text("\n".join(lines), "utf-8")
    public = base64.b64encode(b"Ed" + NUMBER + KEY.verify_key.encode()).decode()
    file.with_name("key.pub").write_text(f"untrusted comment: tests\n{public}\n", "utf-8")
