"""install.sh refuses in a sentence with a remedy and a status; it picks the sound cards that are meant.

What it installs is tested on a whole machine, in tests/appliance.
"""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

needs_dpkg = pytest.mark.skipif(shutil.which("dpkg") is None, reason="needs Debian")


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder that comes first in PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def stand_in(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def install(programs: Path, *options: str) -> subprocess.CompletedProcess[str]:
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", str(ROOT / "install.sh"), *options],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def make_bundle(file: Path, kind: str) -> None:
    text = file.with_suffix(".kind")
    text.write_text(f"{kind}\n")
    with tarfile.open(file, "w") as archive:
        archive.add(text, "bundle/KIND")


@needs_dpkg
def test_a_plan_is_told_and_nothing_is_done(programs: Path) -> None:
    done = install(programs, "--dry-run")
    assert done.returncode == 0
    assert "This will" in done.stdout
    assert "To undo it" in done.stdout


@needs_dpkg
@pytest.mark.parametrize(
    ("machine", "sentence"),
    [("armhf", "This is a 32-bit system. Install the 64-bit"), ("riscv64", "no packages for riscv64, only for arm64")],
)
def test_a_wrong_processor(programs: Path, machine: str, sentence: str) -> None:
    stand_in(programs, "dpkg", f"echo {machine}")
    done = install(programs, "--dry-run")
    assert (done.returncode, done.stdout) == (1, "")
    assert sentence in done.stderr


@needs_dpkg
def test_a_python_that_is_too_old(programs: Path) -> None:
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        stand_in(programs, name, 'if [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi')
    done = install(programs, "--dry-run")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Python 3.11 to 3.13 is needed; this machine has Python 3.9.2." in done.stderr


@needs_dpkg
def test_bundles_that_do_not_fit(programs: Path, tmp_path: Path) -> None:
    none = install(programs, "--dry-run", "--offline", str(tmp_path / "none"))
    assert (none.returncode, none.stdout) == (1, "")
    assert "There is no bundle" in none.stderr
    other = tmp_path / "other.tar"
    make_bundle(other, "hearth-bundle 1 m68k potato embedded")
    done = install(programs, "--dry-run", "--offline", str(other))
    assert done.returncode == 1
    assert 'The bundle is for another machine: it is "hearth-bundle 1 m68k potato embedded"' in done.stderr
    half = tmp_path / "half.tar"
    half.write_bytes(other.read_bytes()[:300])
    done = install(programs, "--dry-run", "--offline", str(half))
    assert done.returncode == 1
    assert "only half of one. Copy it again." in done.stderr


@needs_dpkg
def test_options_and_answers_that_make_no_sense(programs: Path, tmp_path: Path) -> None:
    assert install(programs, "--quick").returncode == 2
    assert install(programs, "--profile", "huge").returncode == 2
    assert install(programs, "--purge").returncode == 2
    answers = tmp_path / "answers"
    answers.write_text("profile=embedded\nmicrophon=Device\n")
    done = install(programs, "--dry-run", "--answers", str(answers))
    assert done.returncode == 1
    assert 'has the line "microphon=Device"' in done.stderr


CARDS = {
    "pcm": "00-00: MAI PCM : MAI PCM : playback 1\n01-00: bcm2835 : bcm2835 : playback 8\n"
    "02-00: USB Audio : USB Audio : playback 1 : capture 1\n",
    "cards": " 0 [vc4hdmi0       ]: vc4-hdmi - vc4-hdmi-0\n                      vc4-hdmi-0\n"
    " 1 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones\n                      bcm2835 Headphones\n"
    " 2 [Device         ]: USB-Audio - USB PnP Sound Device\n                      at usb-1.2\n",
    "card0/id": "vc4hdmi0\n",
    "card1/id": "Headphones\n",
    "card2/id": "Device\n",
    "card2/usbid": "0d8c:0014\n",
}


@pytest.mark.parametrize(
    ("without", "chosen"),
    [
        ((), ["Device", "USB PnP Sound Device"]),
        (("card2/usbid",), ["Device", "bcm2835 Headphones"]),
        (("pcm",), ["", ""]),
    ],
    ids=["plugged in", "on the board", "none"],
)
def test_the_cards_that_are_meant(tmp_path: Path, without: tuple[str, ...], chosen: list[str]) -> None:
    for name, text in CARDS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        if name not in without:
            (tmp_path / name).write_text(text)
    source = ROOT / "scripts/install/sound.sh"
    for (what, way), expected in zip((("microphone", "capture"), ("speaker", "playback")), chosen, strict=True):
        script = f"set -euo pipefail; declare -A ANSWER=(); source {source}; choose_sound {what} {way}"
        done = subprocess.run(
            ["bash", "-c", script],
            env={**os.environ, "ASOUND": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == expected
