"""The processor runs at its highest speed in turns alone; afterwards as before, however turn or head ended."""

import asyncio
import getpass
import subprocess
from pathlib import Path

import pytest

from assistant.concurrency import interrupt
from assistant.events import Deaf, Waiting, Woke
from assistant.listening.lull import Lull
from assistant.messages import Wake
from assistant.service.governor import CPUFREQ, governors, problem, quicken

SCRIPT = Path(__file__).parent.parent / "systemd/governor"
WOKE = Woke(1, Wake("hey_jarvis", 0.9, 0.0))


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The root of one with two groups of cores."""
    for number, governor in enumerate(("ondemand", "schedutil")):
        policy = tmp_path / CPUFREQ / f"policy{number}"
        policy.mkdir(parents=True)
        (policy / "scaling_governor").write_text(f"{governor}\n")
        (policy / "scaling_available_governors").write_text("performance ondemand schedutil \n")
    return tmp_path


async def until(machine: Path, *wanted: str) -> None:
    async with asyncio.timeout(20):
        while list(governors(machine).values()) != list(wanted):  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0)


async def test_only_a_turn_is_quick(machine: Path) -> None:
    lull = Lull()
    quickening = asyncio.create_task(quicken(lull, machine))
    await asyncio.sleep(0)
    assert list(governors(machine).values()) == ["ondemand", "schedutil"]
    for end in (Waiting(), Deaf("gone")):
        lull(WOKE)
        await until(machine, "performance", "performance")
        lull(end)
        await until(machine, "ondemand", "schedutil")
    await interrupt(quickening)


async def test_ended_in_a_turn_it_leaves_the_processor_as_it_was(machine: Path) -> None:
    lull = Lull()
    quickening = asyncio.create_task(quicken(lull, machine))
    lull(WOKE)
    await until(machine, "performance", "performance")
    await interrupt(quickening)
    assert list(governors(machine).values()) == ["ondemand", "schedutil"]


async def test_a_processor_that_refuses_is_logged_and_the_turn_goes_on(
    machine: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lull = Lull()
    quickening = asyncio.create_task(quicken(lull, machine))
    await asyncio.sleep(0)
    (gone := machine / CPUFREQ / "policy0/scaling_governor").unlink()
    gone.mkdir()
    lull(WOKE)
    await until(machine, "performance")
    lull(Waiting())
    await until(machine, "schedutil")
    await interrupt(quickening)
    assert "policy0/scaling_governor cannot be read: Is a directory." in caplog.text


def test_why_it_may_not(machine: Path) -> None:
    assert problem(machine.stat().st_uid, machine) is None
    assert "may not be written by user 12345. Run install.sh" in (problem(12345, machine) or "")
    (machine / CPUFREQ / "policy1/scaling_available_governors").write_text("ondemand\n")
    assert "no governor performance" in (problem(0, machine) or "")


async def test_where_it_cannot_it_says_so_and_ends(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    await quicken(Lull(), tmp_path)
    assert "cannot be chosen here" in caplog.text


def script(machine: Path, what: str) -> None:
    folders = str(machine / CPUFREQ), str(machine / "run"), getpass.getuser()
    subprocess.run([str(SCRIPT), what, *folders], check=True, capture_output=True)


def test_what_a_killed_head_left_is_put_back(machine: Path) -> None:
    script(machine, "allow")
    for file in governors(machine):
        file.write_text("performance")
    script(machine, "restore")
    assert list(governors(machine).values()) == ["ondemand", "schedutil"]
    assert not (machine / "run").exists()
    script(machine, "restore")


def test_what_somebody_else_chose_meanwhile_stays(machine: Path) -> None:
    script(machine, "allow")
    (machine / CPUFREQ / "policy0/scaling_governor").write_text("schedutil\n")
    script(machine, "restore")
    assert list(governors(machine).values()) == ["schedutil", "schedutil"]
