"""The folder of models: fetched from servers good and bad, killed, resumed, imported, altered, removed."""

import contextlib
import functools
import os
import random
import resource
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from assistant.errors import ModelError, ModelMissing
from assistant.models.download import Download, download, stated
from assistant.models.manifest import Manifest
from assistant.models.model_store import ModelStore, State
from assistant.models.trust import load
from tests import model_server as manner
from tests.model_server import Manner, Server, serving

AT_ONCE = functools.partial(download, pauses=(0.0,) * 4, patience=5.0)
"""Without waiting between attempts."""

WEIGHTS = random.Random(1).randbytes(300_000)
CONFIG = b'{"quality": "medium"}'


@pytest.fixture(autouse=True)
def directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever proxy this machine uses for the world."""
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def manifest(server: Server, tmp_path: Path) -> Manifest:
    """A list with a voice of two files and a model of one."""
    voice = manner.entry(server, "voice", {"voice.onnx": WEIGHTS, "voice.json": CONFIG}, opens="voice.onnx")
    ears = manner.entry(server, "ears", {"model.bin": WEIGHTS[::-1], "vocabulary": b"a\nb\n"})
    file = manner.write_list(tmp_path / "list" / "manifest.yaml", [voice, ears])
    return load(file, file.with_name("key.pub"))


@pytest.fixture
def store(manifest: Manifest, tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models", manifest, fetch=AT_ONCE, spare=0)


def names(folder: Path) -> list[str]:
    """Every file below a folder that is not the store's own."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("[!.]*") if path.is_file())


def voice_of(store: ModelStore) -> bytes:
    return store.locate("voice").read_bytes()


def test_models_are_fetched_and_found(store: ModelStore, server: Server) -> None:
    voice, ears = store.manifest.models
    assert store.state(voice) == State.ABSENT
    told: list[tuple[str, int]] = []
    assert store.fetch([voice, ears], lambda name, count: told.append((name, count))) == ["ears", "voice"]
    assert store.locate("voice") == store.folder / "voice" / "voice.onnx"
    assert store.locate("ears") == store.folder / "ears"
    assert voice_of(store) == WEIGHTS
    assert store.state(voice) == store.state(ears) == State.READY
    assert store.confirmed(voice)
    assert ("voice.onnx", len(WEIGHTS)) in told
    assert names(store.folder) == ["ears/model.bin", "ears/vocabulary", "voice/voice.json", "voice/voice.onnx"]
    asked = len(server.asked)
    assert store.fetch([voice, ears]) == []
    assert len(server.asked) == asked


def test_small_files_come_first(store: ModelStore, server: Server) -> None:
    store.fetch(store.manifest.models)
    sizes = [len(server.files[path]) for path, _ in server.asked]
    assert sizes == sorted(sizes)


def test_a_missing_model_is_one_sentence_with_its_remedy(store: ModelStore) -> None:
    with pytest.raises(ModelMissing) as raised:
        store.locate("voice")
    assert str(raised.value).endswith("is missing. Mend it with: assistant models fetch voice")
    with pytest.raises(ModelMissing, match="Did you mean voice"):
        store.locate("voicee")


@pytest.mark.parametrize(
    ("manners", "requests"),
    [
        ([manner.dropped(100_000), manner.well], ["100000-"]),
        ([manner.dropped(70_000)] * 5, ["70000-", "140000-", "210000-", "280000-"]),
        ([manner.dropped(0), manner.well], [None]),
        ([manner.status(503), manner.status(429), manner.well], [None, None]),
        ([manner.nonsense, manner.well], [None]),
        ([manner.dropped(100_000), manner.whole], ["100000-"]),
        ([manner.dropped(100_000), manner.status(416), manner.well], ["100000-", None]),
        ([manner.dropped(100_000), manner.elsewhere, manner.well], ["100000-", None]),
    ],
    ids=["drop", "drops", "drop at once", "busy", "no HTTP", "no ranges", "416", "wrong range"],
)
def test_interruptions_are_survived(
    store: ModelStore, server: Server, manners: list[Manner], requests: list[str | None]
) -> None:
    server.manners["/voice/voice.onnx"] = [*manners]
    store.fetch([store.manifest.model("voice")])
    assert voice_of(store) == WEIGHTS
    ranges = [asked for path, asked in server.asked if path == "/voice/voice.onnx"]
    assert ranges == [None, *(f"bytes={asked}" if asked else None for asked in requests)]


def test_a_connection_that_stalls_is_given_up_and_resumed(store: ModelStore, server: Server) -> None:
    server.manners["/voice/voice.onnx"] = [manner.stalled(100_000), manner.well]
    store = ModelStore(store.folder, store.manifest, fetch=functools.partial(AT_ONCE, patience=0.2), spare=0)
    store.fetch([store.manifest.model("voice")])
    assert voice_of(store) == WEIGHTS


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (manner.status(404), "answers 404"),
        (manner.status(204), "answers 204"),
        (manner.status(416), "answers 416"),
        (manner.other(WEIGHTS[:-1]), "299999 bytes instead of 300000"),
        (manner.other(WEIGHTS + b"x"), "300001 bytes instead of 300000"),
        (manner.other(b"<html>Please accept our cookies.</html>"), "39 bytes instead of"),
        (manner.other(bytes(300_000)), "SHA-256 is another"),
        (manner.endless, "more than its 300000 bytes"),
        (manner.moved("http://example.org/x"), "not https"),
        (manner.moved("file:///etc/passwd"), "not allowed"),
        (manner.moved("/voice/voice.onnx"), "answers 302"),
        (manner.moved("/voice/voice.json", X_Linked_ETag=f'"{"0" * 64}"'), "publisher states the SHA-256 000"),
    ],
    ids=["404", "204", "416", "short", "long", "page", "content", "endless", "http", "file", "circle", "publisher"],
)
def test_a_lying_server_leaves_nothing(store: ModelStore, server: Server, answer: Manner, says: str) -> None:
    server.manners["/voice/voice.onnx"] = [answer]
    with pytest.raises(ModelError) as raised:
        store.fetch([store.manifest.model("voice")])
    assert says in str(raised.value)
    assert names(store.folder) == ["voice/voice.json"]
    with pytest.raises(ModelMissing):
        store.locate("voice")
    server.manners.clear()
    store.fetch([store.manifest.model("voice")])
    assert voice_of(store) == WEIGHTS


def test_a_server_that_never_ends_well_is_given_up(store: ModelStore, server: Server) -> None:
    server.manners["/voice/voice.onnx"] = [manner.dropped(10_000)]
    with pytest.raises(
        ModelError, match=r"connection ended early. 50000 of 300000 bytes are here; look after the network"
    ):
        store.fetch([store.manifest.model("voice")])
    assert store.state(store.manifest.model("voice")) == State.PARTLY
    server.manners.clear()
    store.fetch([store.manifest.model("voice")])
    assert server.asked[-1] == ("/voice/voice.onnx", "bytes=50000-")


def test_nobody_listening_is_one_sentence(tmp_path: Path) -> None:
    with serving() as server:
        url = server.url("/x")
    with pytest.raises(ModelError, match="Connection refused"):
        AT_ONCE(Download(url, 5, "0" * 64), tmp_path / "x.part")


def test_redirects_are_followed_and_the_publisher_is_believed(store: ModelStore, server: Server) -> None:
    file = store.manifest.model("voice").files[0]
    server.files["/storage"] = WEIGHTS
    where = manner.moved("/storage", X_Linked_ETag=f'"{file.sha256}"', X_Linked_Size=file.bytes)
    server.manners["/voice/voice.onnx"] = [where]
    assert stated(file.url) == (file.bytes, file.sha256)
    assert stated(store.manifest.model("voice").files[1].url) == (len(CONFIG), None)
    store.fetch([store.manifest.model("voice")])
    assert voice_of(store) == WEIGHTS
    server.manners["/voice/voice.onnx"] = [manner.status(404)]
    with pytest.raises(ModelError, match="404"):
        stated(file.url)


@pytest.mark.parametrize("part", [WEIGHTS[:1000], b"x" * 1000, WEIGHTS, b"x" * 300_000, b"x" * 400_000, b""])
def test_what_an_earlier_attempt_left_is_used_or_thrown_away(store: ModelStore, part: bytes) -> None:
    left = store.folder / "voice" / "voice.onnx.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(part)
    store.fetch([store.manifest.model("voice")])
    assert voice_of(store) == WEIGHTS
    assert not left.exists()


def test_a_flipped_bit_is_found_and_mended(store: ModelStore, server: Server) -> None:
    voice = store.manifest.model("voice")
    store.fetch([voice])
    dice = random.Random(2)
    for _ in range(20):
        with store.locate("voice").open("r+b") as stream:
            place = dice.randrange(len(WEIGHTS))
            stream.seek(place)
            stream.write(bytes([WEIGHTS[place] ^ 1 << dice.randrange(8)]))
        with pytest.raises(ModelMissing, match=r"altered.* assistant models fetch voice"):
            store.locate("voice")
        assert store.state(voice) == State.ALTERED
        assert store.fetch([voice]) == ["voice"]
        assert voice_of(store) == WEIGHTS


def test_a_bit_that_rotted_unseen_is_found_by_verify(store: ModelStore) -> None:
    voice = store.manifest.model("voice")
    store.fetch([voice])
    path = store.locate("voice")
    before = path.stat()
    path.write_bytes(WEIGHTS[:-1] + b"?")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    store.locate("voice")
    (problem,) = store.verify(voice)
    assert "not the file that is listed" in problem
    with pytest.raises(ModelMissing):
        store.locate("voice")


@pytest.mark.parametrize("content", [b"", WEIGHTS[:100], WEIGHTS + b"x"], ids=["empty", "cut", "longer"])
def test_another_size_is_seen_at_once(store: ModelStore, content: bytes) -> None:
    voice = store.manifest.model("voice")
    store.fetch([voice])
    store.locate("voice").write_bytes(content)
    assert store.state(voice) == State.ALTERED
    with pytest.raises(ModelMissing, match=f"it has {len(content)} bytes instead of 300000"):
        store.locate("voice")


def test_locating_reads_a_file_once(store: ModelStore) -> None:
    store.fetch(store.manifest.models)
    (store.folder / ".verified.json").unlink()
    assert store.state(store.manifest.model("voice")) == State.UNCHECKED
    path = store.locate("voice")
    noted = (store.folder / ".verified.json").read_text()
    assert store.state(store.manifest.model("voice")) == State.READY
    read = _bytes_read()
    for _ in range(10):
        assert store.locate("voice") == path
    assert _bytes_read() - read < len(WEIGHTS)
    assert (store.folder / ".verified.json").read_text() == noted


def _bytes_read() -> int:
    return int(Path("/proc/self/io").read_text().split()[1])


@pytest.mark.parametrize("noted", ["", "[]", '{"voice/voice.onnx": 1}', '{"voice/voice.onnx": {"bytes": 1}}', "\0"])
def test_a_spoilt_note_only_costs_time(store: ModelStore, noted: str) -> None:
    store.fetch(store.manifest.models)
    (store.folder / ".verified.json").write_text(noted)
    assert voice_of(store) == WEIGHTS


def test_a_folder_in_place_of_a_file_is_no_model(store: ModelStore) -> None:
    (store.folder / "voice" / "voice.onnx").mkdir(parents=True)
    with pytest.raises(ModelMissing):
        store.locate("voice")


def test_removing_frees_the_disk_and_spares_what_is_not_ours(store: ModelStore) -> None:
    voice, ears = store.manifest.models
    store.fetch([voice, ears])
    (store.folder / "ears" / "mine.txt").touch()
    (store.folder / "voice" / "voice.onnx.part").write_bytes(b"left")
    assert store.remove(voice) == voice.bytes + 4
    assert store.remove(ears) == ears.bytes
    assert names(store.folder) == ["ears/mine.txt"]
    assert store.remove(voice) == 0


def test_models_are_imported_whatever_their_files_are_called(store: ModelStore, server: Server, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    (stick / "deep").mkdir(parents=True)
    (stick / "holiday.jpg").write_bytes(b"x" * len(WEIGHTS))
    (stick / "deep" / "1.bin").write_bytes(WEIGHTS)
    (stick / "deep" / "2").write_bytes(CONFIG)
    (stick / "model.bin").write_bytes(WEIGHTS[::-1])
    (stick / "loop").symlink_to(stick)
    (stick / "gone").symlink_to(stick / "nothing")
    found = store.take(stick)
    assert found.taken == ("voice",)
    assert found.incomplete == {"ears": ("vocabulary",)}
    assert voice_of(store) == WEIGHTS
    assert not store.confirmed(store.manifest.model("voice"))
    assert names(store.folder) == ["voice/voice.json", "voice/voice.onnx"]
    assert server.asked == []
    assert store.take(stick).taken == ()
    with pytest.raises(ModelError, match="not a folder"):
        store.take(tmp_path / "nothing")


def test_importing_a_fetched_model_keeps_its_confirmation(store: ModelStore, tmp_path: Path) -> None:
    store.fetch(store.manifest.models)
    shutil.copytree(store.folder / "voice", tmp_path / "stick")
    store.locate("voice").unlink()
    assert store.take(tmp_path / "stick").taken == ("voice",)
    assert store.confirmed(store.manifest.model("voice"))


def test_two_commands_at_once_do_not_meet(store: ModelStore) -> None:
    def again(wanted: Download, part: Path, progress: object) -> None:
        store.fetch(store.manifest.models)

    outer = ModelStore(store.folder, store.manifest, fetch=again, spare=0)
    with pytest.raises(ModelError, match="Another `assistant models` is at work"):
        outer.fetch(store.manifest.models)
    store.fetch(store.manifest.models)


def test_space_is_looked_for_before_anything_is_fetched(manifest: Manifest, server: Server, tmp_path: Path) -> None:
    much = ModelStore(tmp_path / "models", manifest, fetch=AT_ONCE, spare=1 << 60)
    with pytest.raises(ModelError, match="Free some space, or choose fewer models"):
        much.fetch(manifest.models)
    assert server.asked == []


@pytest.mark.parametrize("how", ["fetch", "import"])
def test_a_disk_that_fills_up_leaves_nothing_half_done(store: ModelStore, tmp_path: Path, how: str) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "1").write_bytes(WEIGHTS)
    (stick / "2").write_bytes(CONFIG)
    with _files_up_to(200_000), pytest.raises(ModelError, match=r"disk is full|cannot be copied"):
        _ = store.fetch([store.manifest.model("voice")]) if how == "fetch" else store.take(stick)
    assert names(store.folder) == ["voice/voice.json"]
    store.fetch([store.manifest.model("voice")])
    assert voice_of(store) == WEIGHTS


@contextlib.contextmanager
def _files_up_to(size: int) -> Iterator[None]:
    """Larger files cannot be written meanwhile: the disk is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Of 256 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root mounts file systems")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_real_disk_that_fills_up(manifest: Manifest, small_disk: Path) -> None:
    careful = ModelStore(small_disk, manifest, fetch=AT_ONCE, spare=0)
    with pytest.raises(ModelError, match="MB free"):
        careful.fetch(manifest.models)
    reckless = ModelStore(small_disk, manifest, fetch=AT_ONCE, spare=-1_000_000)
    with pytest.raises(ModelError, match="disk is full"):
        reckless.fetch([manifest.model("voice")])
    assert names(small_disk) == ["voice/voice.json"]
    assert shutil.disk_usage(small_disk).free > 200_000


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_is_one_sentence(store: ModelStore) -> None:
    store.folder.mkdir(mode=0o500)
    with pytest.raises(ModelError, match="Permission denied"):
        store.fetch(store.manifest.models)


def test_a_file_in_the_way_is_one_sentence(store: ModelStore) -> None:
    store.folder.write_text("not a folder")
    with pytest.raises(ModelError, match=r"File exists|Not a directory"):
        store.fetch(store.manifest.models)


CHILD = """
import sys
from pathlib import Path
from assistant.models.download import download
from assistant.models.model_store import ModelStore
from assistant.models.trust import load
manifest = load(Path(sys.argv[1]), Path(sys.argv[2]))
store = ModelStore(Path(sys.argv[3]), manifest, spare=0)
store.fetch(manifest.models, lambda name, count: print(name, count, flush=True))
"""


def test_a_kill_at_any_moment_leaves_nothing_half_done(store: ModelStore, tmp_path: Path) -> None:
    listed = tmp_path / "list" / "manifest.yaml"
    command = [sys.executable, "-c", CHILD, str(listed), str(listed.with_name("key.pub")), str(store.folder)]
    right = {f"{model.name}/{file.name}": file.bytes for model in store.manifest.models for file in model.files}
    dice = random.Random(3)
    for _ in range(12):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            for _ in range(dice.randrange(14)):
                child.stdout.readline()
            child.send_signal(signal.SIGKILL)
        here = [name for name in names(store.folder) if not name.endswith(".part")] if store.folder.exists() else []
        assert all((store.folder / name).stat().st_size == right[name] for name in here)
        for model in store.manifest.models:
            with contextlib.suppress(ModelMissing):
                store.locate(model.name)
        if len(here) == len(right):
            store.remove(store.manifest.model(dice.choice(["voice", "ears"])))
    store.fetch(store.manifest.models)
    assert names(store.folder) == sorted(right)
    assert not any(store.verify(model) for model in store.manifest.models)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Server]:
    """A server that speaks TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with serving(context) as server:
        server.files["/x"] = WEIGHTS
        yield server


def test_https_is_spoken_with_those_who_prove_who_they_are(
    secure: Server, authority: trustme.CA, manifest: Manifest, tmp_path: Path
) -> None:
    wanted = Download(secure.url("/x"), len(WEIGHTS), manifest.model("voice").files[0].sha256)
    with pytest.raises(ModelError, match="localhost cannot prove that it is localhost"):
        AT_ONCE(wanted, tmp_path / "x.part")
    assert secure.asked == []
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    AT_ONCE(wanted, tmp_path / "x.part", tls=trusting)
    assert (tmp_path / "x.part").read_bytes() == WEIGHTS
    assert stated(wanted.url, tls=trusting) == (len(WEIGHTS), None)


def test_https_is_never_left_on_the_way(secure: Server, server: Server, authority: trustme.CA, tmp_path: Path) -> None:
    server.files["/x"] = WEIGHTS
    secure.manners["/x"] = [manner.moved(server.url("/x").replace("localhost", "127.0.0.2"))]
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with pytest.raises(ModelError, match="not https"):
        AT_ONCE(Download(secure.url("/x"), len(WEIGHTS), "0" * 64), tmp_path / "x.part", tls=trusting)
    assert server.asked == []
