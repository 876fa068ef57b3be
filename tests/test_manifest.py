"""The list of models: what it may say, who must have signed it, and that it tells the truth about the packages."""

import base64
import hashlib
import json
import random
import shutil
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from assistant.engines.features import DIGESTS
from assistant.errors import ModelError
from assistant.models.manifest import Manifest, is_allowed, read_manifest
from assistant.models.signature import check_signature
from assistant.models.trust import KEY, SHIPPED, Lists, load
from tests.model_server import sign, write_list

SHIPPED_LIST = load(SHIPPED)
PACKAGES = SHIPPED_LIST.packages

FILE = {
    "name": "a.bin", "url": "https://example.org/a.bin", "bytes": 3, "sha256": "0" * 64, "licence": "MIT",
    "digest": "upstream",
}  # fmt: skip
MODEL = {"name": "a", "stage": "speech", "about": "", "memory": 1000, "files": [FILE]}
LIST = {"schema": 1, "version": 1, "profiles": {}, "models": [MODEL]}


def read(**changes: object) -> Manifest:
    return read_manifest(json.dumps({**LIST, **changes}).encode(), "list.yaml")


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: str(package.name))
def test_installed_files_are_the_listed_ones(package: Any) -> None:
    installed = metadata.distribution(package.name)
    if installed.version != package.version:
        pytest.skip(f"{package.name} {installed.version} is installed; {package.version} is listed")
    for file in package.files:
        content = Path(str(installed.locate_file(file.path))).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.bytes, file.sha256), file.path


def test_the_wake_word_engine_checks_the_listed_digests() -> None:
    (package,) = [package for package in PACKAGES if package.name == "openwakeword"]
    assert {Path(file.path).name: file.sha256 for file in package.files} == dict(DIGESTS)


def test_every_file_has_a_licence_and_a_pinned_address() -> None:
    assert all(file.licence for package in PACKAGES for file in package.files)
    for file in (file for model in SHIPPED_LIST.models for file in model.files):
        assert file.licence
        url = urlsplit(file.url)
        assert (url.scheme, url.hostname) == ("https", "huggingface.co")
        revision = url.path.split("/resolve/")[1].split("/")[0]
        assert len(revision) == 40
        assert set(revision) <= set("0123456789abcdef")


def test_no_two_listed_files_are_confused() -> None:
    models = [file for model in SHIPPED_LIST.models for file in model.files if file.bytes > 5_000_000]
    assert len({file.sha256 for file in models}) == len({file.url for file in models}) == len(models)


def test_profiles_pull_what_they_need() -> None:
    assert SHIPPED_LIST.profile("embedded") == ()
    assert [model.stage for model in SHIPPED_LIST.profile("standard")] == ["recognition", "understanding", "speech"]
    with pytest.raises(ModelError, match=r"no profile large. There are embedded, standard"):
        SHIPPED_LIST.profile("large")
    with pytest.raises(ModelError, match=r"Did you mean whisper-tiny\?"):
        SHIPPED_LIST.model("wisper-tiny")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"version": 0}, "version is 0"),
        ({"version": "new"}, "version is"),
        ({"schema": 2}, "newer Hearth"),
        ({"modles": []}, "Did you mean models"),
        ({"models": "none"}, "models is"),
        ({"models": [MODEL, MODEL]}, "a is listed twice"),
        ({"models": [{**MODEL, "files": []}]}, "needs files"),
        ({"models": [{**MODEL, "files": [FILE, FILE]}]}, "name of its own"),
        ({"models": [{**MODEL, "opens": "b.bin"}]}, "opens b.bin"),
        ({"models": [{**MODEL, "name": "../a"}]}, "plain file name"),
        ({"models": [{**MODEL, "name": ".."}]}, "plain file name"),
        ({"models": [{**MODEL, "stage": "dance"}]}, "stage"),
        ({"models": [{**MODEL, "files": [{**FILE, "name": "/etc/passwd"}]}]}, "plain file name"),
        ({"models": [{**MODEL, "files": [{**FILE, "name": "a.part"}]}]}, ".part"),
        ({"models": [{**MODEL, "files": [{**FILE, "sha256": "abc"}]}]}, "SHA-256"),
        ({"models": [{**MODEL, "files": [{**FILE, "bytes": -1}]}]}, "bytes"),
        ({"models": [{**MODEL, "files": [{**FILE, "url": "http://example.org/a"}]}]}, "not https"),
        ({"models": [{**MODEL, "files": [{**FILE, "url": "file:///etc/passwd"}]}]}, "not https"),
        ({"models": [{**MODEL, "files": [{**FILE, "url": "https://[/"}]}]}, "not https"),
        ({"profiles": {"standard": ["b"]}}, "no model b"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_mistakes_in_a_list_are_named(changes: dict[str, object], says: str) -> None:
    with pytest.raises(ModelError) as raised:
        read(**changes)
    assert says in str(raised.value)
    assert "list.yaml" in str(raised.value)


def test_what_is_no_list_is_refused() -> None:
    for content in (b"", b"\xff\xfe", b"- 1", b"a: [", b"*x", b"{" * 5000, b"a" * 600_000, SHIPPED.read_bytes()[:9999]):
        with pytest.raises(ModelError):
            read_manifest(content, "list.yaml")


@pytest.mark.parametrize(
    ("url", "after", "allowed"),
    [
        ("https://example.org/x", "", True),
        ("http://example.org/x", "", False),
        ("ftp://example.org/x", "", False),
        ("http://127.0.0.1:80/x", "", True),
        ("http://localhost.example.org/x", "", False),
        ("http://localhost/x", "https://example.org/x", False),
        ("https://cdn.example.org/x", "https://example.org/x", True),
        ("http://example.org/x", "https://example.org/x", False),
        ("http://localhost@example.org/x", "http://localhost/x", False),
    ],
)
def test_only_https_leaves_the_machine(url: str, after: str, allowed: bool) -> None:
    assert is_allowed(url, after=after) == allowed


def test_minisign_made_the_shipped_signature_and_ours_are_like_it(tmp_path: Path) -> None:
    signature = SHIPPED.with_name("manifest.yaml.minisig").read_text()
    assert check_signature(SHIPPED.read_bytes(), signature, KEY.read_text()) == "Hearth models, version 1"
    if not shutil.which("minisign"):
        pytest.skip("minisign is not installed; all else was compared")
    file = tmp_path / "list.yaml"
    file.write_bytes(b"anything")
    for hashed in (True, False):
        sign(file, hashed=hashed)
        command = ["minisign", "-V", "-m", str(file), "-p", str(tmp_path / "key.pub")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_signatures_are_checked_to_the_last_bit(tmp_path: Path) -> None:
    file = tmp_path / "list.yaml"
    file.write_bytes(b"anything")
    for hashed in (True, False):
        sign(file, hashed=hashed)
        signature = (tmp_path / "list.yaml.minisig").read_text()
        key = (tmp_path / "key.pub").read_text()
        assert check_signature(b"anything", signature, key) == "file:list.yaml"
        with pytest.raises(ModelError, match="altered"):
            check_signature(b"anythinG", signature, key)
        with pytest.raises(ModelError):
            check_signature(b"anything", signature.replace("file:list", "file:lost"), key)
        lines = signature.splitlines()
        for number in (1, 3):
            raw = bytearray(base64.b64decode(lines[number]))
            for place in range(len(raw)):
                raw[place] ^= 1
                changed = [*lines]
                changed[number] = base64.b64encode(raw).decode()
                with pytest.raises(ModelError):
                    check_signature(b"anything", "\n".join(changed), key)
                raw[place] ^= 1
        with pytest.raises(ModelError, match="that is trusted"):
            check_signature(b"anything", signature, KEY.read_text())


def test_garbage_is_no_signature_and_no_key(tmp_path: Path) -> None:
    write_list(tmp_path / "list.yaml", [MODEL])
    signature, key = (tmp_path / "list.yaml.minisig").read_text(), (tmp_path / "key.pub").read_text()
    dice = random.Random(0)
    for _ in range(300):
        bad = "".join(dice.choices("RUE=+/Aa \n\0é", k=dice.randrange(200)))
        with pytest.raises(ModelError):
            check_signature(b"", bad, key)
        with pytest.raises(ModelError):
            check_signature(b"", signature, bad)


def test_a_list_needs_its_signature(tmp_path: Path) -> None:
    file = write_list(tmp_path / "list.yaml", [MODEL])
    key = tmp_path / "key.pub"
    assert load(file, key).version == 1
    with file.open("a") as stream:
        stream.write("# harmless\n")
    with pytest.raises(ModelError, match="altered after it was signed"):
        load(file, key)
    (tmp_path / "list.yaml.minisig").unlink()
    with pytest.raises(ModelError, match=r"minisig"):
        load(file, key)
    with pytest.raises(ModelError, match=r"nothing\.yaml"):
        load(tmp_path / "nothing.yaml", key)
    with pytest.raises(ModelError, match=r"gone\.pub"):
        load(SHIPPED, tmp_path / "gone.pub")


@pytest.fixture
def lists(tmp_path: Path) -> Lists:
    """Of an empty folder; version 5 is shipped."""
    shipped = write_list(tmp_path / "5" / "manifest.yaml", [MODEL], 5)
    return Lists(tmp_path / "models", shipped, shipped.with_name("key.pub"))


def brought(tmp_path: Path, version: int) -> Path:
    return write_list(tmp_path / str(version) / "manifest.yaml", [MODEL], version)


def shipped(tmp_path: Path, version: int) -> Lists:
    """The same folder after Hearth was replaced by one that comes with this version."""
    file = brought(tmp_path, version)
    return Lists(tmp_path / "models", file, file.with_name("key.pub"))


def test_a_newer_list_is_gone_by_and_kept(lists: Lists, tmp_path: Path) -> None:
    assert lists.current().version == 5
    assert lists.adopt(brought(tmp_path, 7)).version == 7
    assert lists.current().version == 7
    assert shipped(tmp_path, 6).current().version == 7
    assert shipped(tmp_path, 8).current().version == 8


def test_an_older_list_is_refused_unless_asked_for(lists: Lists, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"version 3.* older than 5.*--older"):
        lists.adopt(brought(tmp_path, 3))
    assert lists.current().version == 5
    assert lists.adopt(brought(tmp_path, 3), older=True).version == 3
    assert lists.current().version == 3
    assert lists.adopt(brought(tmp_path, 4)).version == 4
    assert shipped(tmp_path, 5).current().version == 4
    assert shipped(tmp_path, 6).current().version == 6


def test_an_older_hearth_does_not_bring_its_older_list_back(lists: Lists, tmp_path: Path) -> None:
    lists.adopt()
    assert shipped(tmp_path, 4).current().version == 5
    lists.adopt()
    assert shipped(tmp_path, 4).current().version == 5


def test_a_list_by_a_stranger_is_not_adopted(lists: Lists, tmp_path: Path) -> None:
    file = brought(tmp_path, 9)
    file.write_text(file.read_text().replace('"version": 9', '"version": 10'))
    with pytest.raises(ModelError, match="altered"):
        lists.adopt(file)
    with pytest.raises(ModelError, match="that is trusted"):
        lists.adopt(SHIPPED)
    assert lists.current().version == 5
    assert not (tmp_path / "models").exists()


def test_a_spoilt_kept_list_is_passed_over(lists: Lists, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    lists.adopt(brought(tmp_path, 7))
    (kept,) = (tmp_path / "models").iterdir()
    good = kept.read_bytes()
    for bad in (b"", b"[]", b"{}", good[:100], good.replace(b": 7", b": 8"), good.replace(b"https", b"http ")):
        caplog.clear()
        kept.write_bytes(bad)
        assert lists.current().version == 5
        assert "version 5" in caplog.text
    assert lists.adopt(brought(tmp_path, 7)).version == 7
