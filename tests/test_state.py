"""What is planned is there again after a restart of the whole assistant."""

import logging
from pathlib import Path

import pytest

from assistant.acting import state_folder
from assistant.app import assemble
from assistant.config import load
from assistant.devices.files import FileSpeaker


async def test_a_timer_survives_a_restart(tmp_path: Path) -> None:
    for expected in ("Timer set for 3 hours.", "You have one timer: the timer for 3 hours with 3 hours left."):
        async with assemble(load(), FileSpeaker(None), state=tmp_path) as assistant:
            said = "list my timers" if "have" in expected else "set a timer for three hours"
            assert (await assistant.ask(said)).answer == expected
    async with assemble(load(), FileSpeaker(None)) as assistant:
        assert (await assistant.ask("list my timers")).answer == "There are no timers."


async def test_without_a_folder_that_can_be_used_it_goes_on_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.ERROR):
        async with assemble(load(), FileSpeaker(None), state=tmp_path / "file") as assistant:
            assert (await assistant.ask("set a timer for three hours")).answer == "Timer set for 3 hours."
    assert "make the folder writable" in caplog.text


def test_where_the_state_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    assert state_folder(load()) == tmp_path / ".local" / "state" / "assistant"
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/assistant")
    assert state_folder(load()) == Path("/var/lib/assistant")
    assert state_folder(load(None, ["state.folder=/srv"])) == Path("/srv")
