"""The unit is one that systemd accepts, and stays shut where it is shut."""

import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parent.parent / "systemd").glob("*.service"))

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")


def elsewhere(unit: Path, folder: Path) -> Path:
    """A copy whose program exists on this machine: `verify` wants that."""
    copy = folder / unit.name
    copy.write_text(unit.read_text().replace("ExecStart=/opt/hearth/.venv/bin/python", "ExecStart=/bin/true"))
    return copy


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_accepts_the_unit(unit: Path, tmp_path: Path) -> None:
    command = ["systemd-analyze", "verify", "--man=no", str(elsewhere(unit, tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_exposure_is_at_most_one_and_a_half_of_ten(unit: Path, tmp_path: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=15", str(elsewhere(unit, tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_what_hears_has_no_network() -> None:
    text = (UNITS[0].parent / "assistant.service").read_text().splitlines()
    assert {"PrivateNetwork=yes", "RestrictAddressFamilies=AF_UNIX", "IPAddressDeny=any"} <= set(text)
