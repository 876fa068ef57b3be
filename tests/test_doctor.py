"""The page for people, and the file for whoever helps: nothing of the household is in it."""

import asyncio
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from assistant.cli.doctor import redacted
from assistant.events import Deaf, Finished, Hearing, Woke
from assistant.messages import Turn, Wake
from assistant.service.health import Health, read
from assistant.service.offline import attempts
from assistant.service.pi import THROTTLED, condition, watch_power
from tests import fake_arecord


def test_health_is_written_where_others_find_it_and_holds_no_words(tmp_path: Path) -> None:
    health = Health(tmp_path, 7, "all refused")
    for event in (
        Woke(1, Wake("alexa", 0.9, 1.0)),
        Finished(1, Turn("call my doctor", 1.0, "test", answer="Calling.")),
        Deaf("The microphone is gone."),
        Deaf("The microphone is gone."),
    ):
        health(event)
    written = read(tmp_path)
    assert written is not None
    assert (written["wakes"], written["turns"], written["listening"]) == (1, 1, False)
    assert [trouble["problem"] for trouble in written["troubles"]] == ["The microphone is gone."]
    assert "doctor" not in (tmp_path / "health.json").read_text()
    health(Hearing())
    assert (read(tmp_path) or {})["problem"] is None
    assert read(tmp_path / "nowhere") is None


def test_a_pi_tells_of_its_power_and_heat(tmp_path: Path) -> None:
    assert condition(tmp_path).troubles == ()
    for file, text in (("sys/class/thermal/thermal_zone0/temp", "81300\n"), (THROTTLED, "50005\n")):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    now = condition(tmp_path)
    assert now.celsius == pytest.approx(81.3)
    assert [trouble.split(":")[0] for trouble in now.troubles] == [
        "the voltage is too low now",
        "the processor is slowed down now, because it is hot or its voltage is low",
        "the voltage was too low since the start",
        "the processor was slowed down since the start, because it was hot or its voltage low",
    ]
    assert not now.memory_limited


async def test_a_weak_power_supply_is_told_once_and_a_good_one_never(tmp_path: Path) -> None:
    told: list[str] = []

    async def tell(trouble: str) -> None:
        told.append(trouble)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await watch_power(tell, tmp_path, every=0.01)
    assert told == []
    (tmp_path / THROTTLED).parent.mkdir(parents=True)
    (tmp_path / THROTTLED).write_text("1\n")
    await watch_power(tell, tmp_path)
    assert told == ["This machine is not well: the voltage is too low now: use the power supply made for it."]


def test_what_was_said_names_and_addresses_are_removed() -> None:
    text = (
        'INFO heard "open my safe" → lock.open → "It is open." in 0.4 s\n'
        "The device 'Grandma' at 192.168.1.20 (b8:27:eb:00:11:22) is gone\n"
    )
    clean = redacted(text)
    for secret in ("safe", "Grandma", "192.168", "b8:27"):
        assert secret not in clean
    assert "is gone" in clean


def test_an_open_network_is_told_as_such() -> None:
    assert [attempt.refused for attempt in attempts()][:2] == [False, False]


def test_the_page_and_the_bundle(tmp_path: Path) -> None:
    folder = fake_arecord.install(tmp_path / "bin", "good")
    bundle = tmp_path / "support.tar.gz"
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "doctor", "--bundle", str(bundle)],
        env={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    for heading in ("Program", "Machine", "Services", "Hearing", "noise floor"):
        assert heading in done.stdout
    with tarfile.open(bundle) as archive:
        assert archive.getnames() == ["doctor.txt", "journal.txt"]


def test_the_head_refuses_to_listen_where_there_is_a_network(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "head", "--socket", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 78
    assert "The microphone stays closed" in done.stderr
