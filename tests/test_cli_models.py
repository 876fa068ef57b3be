"""`assistant models`, as somebody types it, against a server on this machine."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.__main__ import cli
from tests import model_server as manner
from tests.model_server import Server, serving, write_list

Run = Callable[..., Result]

VOICE = {"voice.onnx": b"voice" * 1000, "voice.onnx.json": b"{}"}
EARS = {"model.bin": b"ears" * 1000}


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def listed(server: Server, tmp_path: Path) -> Path:
    """A list of two models, both of the standard profile."""
    models = [manner.entry(server, "voice", VOICE), manner.entry(server, "ears", EARS, memory=2**36)]
    return write_list(tmp_path / "list" / "manifest.yaml", models)


@pytest.fixture
def run(tmp_path: Path, listed: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command for a user without models, by the list of the tests."""
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)

    def invoke(*arguments: str | Path, by: Path | None = listed) -> Result:
        options = ["--folder", tmp_path / "models", "--key", listed.with_name("key.pub")]
        options += ["--manifest", by] if by else []
        return CliRunner().invoke(cli, [str(each) for each in ("models", *options, *arguments)], prog_name="assistant")

    return invoke


def states(run: Run) -> dict[str, str]:
    return {row["name"]: row["state"] for row in json.loads(run("list", "--json").stdout)}


def test_the_shipped_list_is_shown_to_people_and_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    result = CliRunner().invoke(cli, ["models", "list"])
    assert result.exit_code == 0
    for part in ("whisper-tiny.en (standard)", "public domain", "by others", "not fetched", "669 MB"):
        assert part in result.stdout
    rows = json.loads(CliRunner().invoke(cli, ["models", "list", "--json"]).stdout)
    assert {"name", "stage", "about", "bytes", "memory", "licence", "confirmed", "profiles", "state"} == set(rows[0])


def test_fetch_verify_and_remove(run: Run) -> None:
    assert states(run) == {"voice": "not fetched", "ears": "not fetched"}
    result = run("fetch", "voice")
    assert result.exit_code == 0, result.output
    assert result.stdout == "Fetched voice (5 kB, licence: MIT).\n"
    assert states(run) == {"voice": "ready", "ears": "not fetched"}
    assert run("fetch", "voice").stdout == "Here already: voice (5 kB, licence: MIT).\n"
    assert run("verify").stdout == "ok  voice\n"
    assert run("remove", "voice").stdout == "Removed voice; 5 kB are free again.\n"
    assert run("remove", "voice").stdout == "voice is not here.\n"
    assert states(run) == {"voice": "not fetched", "ears": "not fetched"}


def test_a_profile_is_fetched_with_a_word_about_memory(run: Run) -> None:
    result = run("fetch")
    assert result.exit_code == 0
    assert "ears needs 68,719 MB of memory, too much for this machine." in result.stderr
    assert states(run) == {"voice": "ready", "ears": "ready"}


def test_an_altered_model_is_told_with_its_remedy(run: Run, tmp_path: Path) -> None:
    run("fetch", "voice")
    (tmp_path / "models" / "voice" / "voice.onnx").write_bytes(b"VOICE" * 1000)
    result = run("verify")
    assert result.exit_code == 1
    assert "not the file that is listed" in result.stdout
    assert "Mend it with: assistant models fetch voice" in result.stdout
    assert run("fetch", "voice").exit_code == 0
    assert run("verify", "voice").exit_code == 0
    assert run("verify", "ears").exit_code == 1


def test_trouble_is_one_sentence(run: Run, server: Server, listed: Path, tmp_path: Path) -> None:
    server.manners["/voice/voice.onnx"] = [manner.status(404)]
    result = run("fetch", "voice")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "answers 404" in result.stderr
    assert "no model vioce. Did you mean voice?" in run("fetch", "vioce").stderr
    assert "no profile big" in run("fetch", "--profile", "big").stderr
    assert "gone.yaml" in run("list", by=tmp_path / "gone.yaml").stderr
    with listed.open("a") as stream:
        stream.write("\n")
    result = run("fetch", "voice")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "altered after it was signed" in result.stderr


def test_publishers_are_asked(run: Run, server: Server) -> None:
    result = run("verify", "--upstream")
    assert result.exit_code == 0
    assert "?   voice: voice.onnx: no digest is stated" in result.stdout
    server.manners["/voice/voice.onnx"] = [manner.moved("/x", X_Linked_ETag=f'"{"0" * 64}"')]
    result = run("verify", "--upstream", "voice")
    assert result.exit_code == 1
    assert "its publisher states" in result.stdout
    server.manners["/voice/voice.onnx"] = [manner.status(404)]
    assert "answers 404" in run("verify", "--upstream", "voice").stdout


def test_a_stick_brings_models_and_a_newer_list(run: Run, server: Server, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "a").write_bytes(VOICE["voice.onnx"])
    result = run("import", stick)
    assert result.exit_code == 0
    assert result.stdout == f"Nothing new in {stick}.\n"
    assert f"voice was left out: voice.onnx.json not found in {stick}." in result.stderr
    (stick / "b").write_bytes(VOICE["voice.onnx.json"])
    assert run("import", stick).stdout == "Imported voice (5 kB, licence: MIT).\n"
    assert server.asked == []


def test_lists_are_brought_by_a_stick(tmp_path: Path) -> None:
    """By the shipped key: nothing signed by another is taken, and nothing is lost by trying."""
    shipped = Path(__file__).parent.parent / "models"
    stick = tmp_path / "stick"
    stick.mkdir()
    for name in ("manifest.yaml", "manifest.yaml.minisig"):
        shutil.copy(shipped / name, stick)

    def run() -> Result:
        return CliRunner().invoke(cli, ["models", "--folder", str(tmp_path / "models"), "import", str(stick)])

    assert run().stdout == f"Nothing new in {stick}.\n"
    write_list(stick / "manifest.yaml", [], version=99)
    result = run()
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is the one that is trusted" in result.stderr


def test_a_plan_for_this_machine_tells_what_was_measured_and_what_was_not() -> None:
    result = CliRunner().invoke(cli, ["models", "plan", "--threads", "1"])
    assert result.exit_code == 0, result.output
    for part in (
        "Measured, a core",
        "phrase recognizer (measured)",
        "whisper-tiny.en: words (modelled)",
        "Recommended:",
    ):
        assert part in result.stdout
    plan = json.loads(CliRunner().invoke(cli, ["models", "plan", "--json"]).stdout)
    assert plan["profile"] in ("embedded", "standard")
    embedded, standard = plan["profiles"]
    (phrase,) = embedded["turns"]
    assert 0.1 < phrase["seconds"] < 10
    assert phrase["seconds"] == pytest.approx(sum(step["seconds"] for step in phrase["steps"]))
    assert [turn["name"] for turn in standard["turns"]] == ["a phrase of this house", "any other words"]
