"""The PIN on the command line: asked for twice, shown never."""

from pathlib import Path

from click.testing import CliRunner, Result

from assistant.__main__ import cli
from assistant.safety.pins import PIN_FILE, Pins


def run(folder: Path, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli, ["pin", *arguments, "--set", f"state.folder={folder}"], input=typed)


def test_a_pin_is_set_told_of_and_removed(tmp_path: Path) -> None:
    assert "There is no PIN." in run(tmp_path, "status").output
    done = run(tmp_path, "set", typed="4826\n4826\n")
    assert done.exit_code == 0, done.output
    assert "4826" not in done.output
    assert run(tmp_path, "status").output == "A PIN is set.\n"
    assert Pins(tmp_path / PIN_FILE).is_set
    assert run(tmp_path, "remove").output == "There is no PIN now.\n"
    assert not Pins(tmp_path / PIN_FILE).is_set


def test_what_cannot_be_a_pin_is_explained(tmp_path: Path) -> None:
    done = run(tmp_path, "set", typed="1234\n1234\n")
    assert done.exit_code == 1
    assert "Choose another" in done.output
    assert "mistyped" not in run(tmp_path, "set", typed="4826\n4827\n4826\n4826\n").output


def test_a_folder_that_cannot_be_used_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run(tmp_path / "file", "status")
    assert done.exit_code == 1
    assert "Run this as the user of the service" in done.output
