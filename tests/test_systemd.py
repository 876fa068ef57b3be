"""The units are ones that systemd accepts, and stay shut where they are shut."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "systemd"
PERFORMANCE = FOLDER / "performance.conf"
UNITS = sorted(FOLDER.glob("*.service"))

EXPOSURE = {"assistant.service": 10, "assistant-hands.service": 20, "assistant-help@.service": 10}
"""Unit → ten times the exposure, from 0 to 10, that `systemd-analyze security` may find."""

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Copies whose programs exist on this machine: `verify` wants that. The head may choose the governor, too."""
    drop_in = tmp_path / "assistant.service.d" / PERFORMANCE.name
    drop_in.parent.mkdir()
    for file, copy in [(unit, tmp_path / unit.name.replace("@", "@assistant")) for unit in UNITS] + [
        (PERFORMANCE, drop_in)
    ]:
        copy.write_text(re.sub(r"/opt/hearth/current/(venv/bin|source/systemd)/[a-z-]+", "/bin/true", file.read_text()))
    return tmp_path


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_accepts_the_unit(unit: Path, elsewhere: Path) -> None:
    copy = elsewhere / unit.name.replace("@", "@assistant")
    command = ["systemd-analyze", "verify", "--man=no", str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_exposure_stays_within_its_limit(unit: Path, elsewhere: Path) -> None:
    copy = elsewhere / unit.name.replace("@", "@assistant")
    limit = f"--threshold={EXPOSURE[unit.name]}"
    command = ["systemd-analyze", "security", "--offline=yes", limit, str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_what_hears_has_no_network_and_what_acts_no_sound() -> None:
    head = set((FOLDER / "assistant.service").read_text().splitlines())
    assert {"PrivateNetwork=yes", "RestrictAddressFamilies=AF_UNIX", "IPAddressDeny=any"} <= head
    assert "alsa" not in (FOLDER / "assistant-hands.service").read_text()
