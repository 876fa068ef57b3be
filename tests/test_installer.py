"""install.sh refuses in a sentence with a remedy and a status; it picks the sound cards that are meant.

What it installs is tested on a whole machine, in tests/appliance.
"""

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest
import yaml

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


def make_bundle(file: Path, kind: str, packages: str = "") -> None:
    with tarfile.open(file, "w") as archive:
        for name, text in (("KIND", kind), ("PACKAGES", packages)):
            (part := file.with_suffix(f".{name}")).write_text(f"{text}\n")
            archive.add(part, f"bundle/{name}")


def install_without_root(*options: str, bundle: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a copy that everybody may read: the checkout may lie in a private folder. `bundle` is copied beside it."""
    with tempfile.TemporaryDirectory() as open_to_all:
        checkout = Path(open_to_all)
        checkout.chmod(0o755)
        for folder in ("locks", "scripts"):
            shutil.copytree(ROOT / folder, checkout / folder)
        for file in (ROOT / "install.sh", ROOT / "pyproject.toml", *([bundle] if bundle else [])):
            shutil.copy(file, checkout)
        command = ["bash", str(checkout / "install.sh"), *options, *([str(checkout / bundle.name)] if bundle else [])]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=65534", "--clear-groups", *command]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


PARTS = ("tell", "preflight", "settings", "machine", "bundle")


def shell(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run some of the installer's functions."""
    parts = "".join(f"source {ROOT}/scripts/install/{name}.sh; " for name in PARTS)
    return subprocess.run(
        ["bash", "-c", f"set -euo pipefail; ROOT={ROOT} ARGUMENTS=() PROFILE=embedded; {parts}{script}"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


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


MIRROR = "'http://deb.example/debian/dists/bookworm/InRelease' deb.example_InRelease 0 "
GOT = "Get:1 http://deb.example/debian bookworm InRelease [151 kB]"
GONE = "W: Failed to fetch http://old.example/debian/InRelease  Temporary failure resolving 'old.example'"


@pytest.mark.parametrize(
    ("status", "said", "sentence"),
    [
        (0, [GOT], ""),
        (0, [GOT, "Ign:2 http://old.example/debian InRelease", GONE], ""),
        (0, ["Ign:1 http://old.example/debian InRelease", GONE], "(http://deb.example: Temporary failure resolving"),
        (100, ["E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)"], "Another program"),
        (1, [], "The package sources cannot be reached (http://deb.example). Check the network, or use a bundle"),
    ],
    ids=["all", "all but one", "none", "locked", "broken"],
)
def test_the_network_is_looked_at_first(tmp_path: Path, status: int, said: list[str], sentence: str) -> None:
    (tmp_path / "said").write_text("".join(f"{line}\n" for line in said))
    apt = f'apt-get() {{ if [[ $1 == update ]]; then cat {tmp_path}/said; return {status}; else echo "{MIRROR}"; fi; }}'
    done = shell(f"{apt}; check_network")
    assert done.returncode == (1 if sentence else 0)
    assert sentence in done.stderr
    assert bool(done.stderr) == bool(sentence)


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
    answers.write_text("wifi=of\n")
    done = install(programs, "--dry-run", "--answers", str(answers))
    assert done.returncode == 1
    assert "Write wifi=on or wifi=off" in done.stderr
    assert "there is no file" in install(programs, "--dry-run", "--answers", str(tmp_path / "none")).stderr


def test_answers_of_any_editor_become_settings(tmp_path: Path) -> None:
    answers = tmp_path / "answers"
    answers.write_bytes(
        b'# Ours\r\nprofile = embedded\r\n\r\nmicrophone=O\'Device \r\nspeaker="Loud" one: two\nwifi=off'
    )
    written = shell(
        f"choose_sound() {{ echo ${{ANSWER[$1]}}; }}; ANSWERS={answers} read_answers; write_settings"
    ).stdout
    sound = {"microphone": "O'Device", "speaker": '"Loud" one: two'}
    assert yaml.safe_load(written) == {"profile": "embedded", "sound": sound}


def test_a_bundle_that_cannot_be_unpacked_leaves_nothing(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.tar"
    make_bundle(damaged, "any")
    refused = shell(f"unpack_bundle {damaged}", HEARTH_APP=str(tmp_path / "hearth"))
    assert refused.returncode == 1
    assert "is damaged: its checksums do not fit. Copy it again." in refused.stderr
    assert not (tmp_path / "hearth").exists()


@needs_dpkg
def test_a_bundle_of_another_version(programs: Path, tmp_path: Path) -> None:
    kind, packages = shell("bundle_kind; bundle_packages").stdout.split("\n")[:2]
    make_bundle(tmp_path / "older.tar", kind, "0123456789abcdef")
    done = install(programs, "--dry-run", "--offline", str(tmp_path / "older.tar"))
    assert done.returncode == 1
    assert "was made by another version of Hearth" in done.stderr
    make_bundle(tmp_path / "ours.tar", kind, packages)
    assert install(programs, "--dry-run", "--offline", str(tmp_path / "ours.tar")).returncode == 0
    refused = install_without_root("--offline", bundle=tmp_path / "ours.tar")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Installing needs root" in refused.stderr


@needs_dpkg
def test_a_bundle_that_has_no_place(programs: Path, tmp_path: Path) -> None:
    done = install(programs, "--make-bundle", str(tmp_path / "none" / "hearth.bundle"))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"There is no folder {tmp_path}/none for the bundle." in done.stderr


@needs_dpkg
def test_without_root_nothing_is_begun() -> None:
    done = install_without_root()
    assert (done.returncode, done.stdout) == (1, "")
    assert "Installing needs root. Run: sudo" in done.stderr


def test_questions_take_yes_alone_for_yes() -> None:
    asked = "for each in 1 2 3 4; do ask wifi off 'Wi-Fi?'; echo ${ANSWER[wifi]:-}; unset 'ANSWER[wifi]'; done"
    assert shell(f"printf 'y\\nYes\\n\\nno\\n' | {{ {asked}; }}").stdout.split("\n") == ["off", "off", "", "", ""]


CMDLINE = "console=tty1 root=PARTUUID=1-02 rootwait video=HDMI-A-2:d\n"
CONFIG = "dtparam=audio=on\n[cm4]\notg_mode=1\n"


@pytest.fixture
def firmware(tmp_path: Path) -> Path:
    """What the firmware of a Pi reads."""
    (tmp_path / "cmdline.txt").write_text(CMDLINE)
    (tmp_path / "config.txt").write_text(CONFIG)
    return tmp_path


def switched(firmware: Path, answers: str) -> tuple[str, str]:
    """What is in the two files after install.sh with these answers; `uninstall` for after uninstalling."""
    script = "restore_machine" if answers == "uninstall" else f"ANSWER=({answers}); switch_hdmi; switch_radios"
    done = shell(f"systemctl() {{ :; }}; {script}", HEARTH_FIRMWARE=str(firmware), HEARTH_APP=str(firmware))
    assert (done.returncode, done.stderr) == (0, "")
    return (firmware / "cmdline.txt").read_text(), (firmware / "config.txt").read_text()


def test_what_is_switched_off_comes_back(firmware: Path) -> None:
    cmdline, config = switched(firmware, "[hdmi]=off [wifi]=off [bluetooth]=off")
    assert cmdline == CMDLINE.replace("\n", " video=HDMI-A-1:d\n")
    added = config.removeprefix(CONFIG).splitlines()
    assert added[1:-1] == ["[all]", "dtoverlay=disable-wifi", "dtoverlay=disable-bt"]
    assert all(line.startswith("# Hearth") for line in (added[0], added[-1]))
    assert switched(firmware, "") == (cmdline, config), "what is not answered stays"
    assert switched(firmware, "[wifi]=on")[1] == config.replace("dtoverlay=disable-wifi\n", "")
    assert switched(firmware, "[hdmi]=on") == (CMDLINE, config.replace("dtoverlay=disable-wifi\n", ""))
    switched(firmware, "[hdmi]=off")
    assert switched(firmware, "uninstall") == (CMDLINE, CONFIG)


def test_a_restart_is_needed_until_there_was_one(firmware: Path) -> None:
    needed = "if restart_is_needed; then echo yes; fi"
    assert shell(needed, HEARTH_APP=str(firmware)).stdout == ""
    switched(firmware, "[wifi]=off")
    assert shell(needed, HEARTH_APP=str(firmware)).stdout == "yes\n"
    (firmware / "restart-needed").write_text("another start\n")
    assert shell(needed, HEARTH_APP=str(firmware)).stdout == ""


def test_two_at_once_wait_for_each_other(tmp_path: Path) -> None:
    first = f"exec 9<{tmp_path}; flock 9; echo there; read -r"
    holding = subprocess.Popen(["bash", "-c", first], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holding.stdout is not None
    assert holding.stdout.readline() == "there\n"
    second = ["bash", "-c", f"ROOT= ARGUMENTS=(); source {ROOT}/scripts/install/tell.sh; lock_installing; echo mine"]
    waiting = subprocess.Popen(
        second, env={**os.environ, "HEARTH_APP": str(tmp_path / "hearth")}, stdout=subprocess.PIPE, text=True
    )
    assert waiting.stdout is not None
    assert "waiting for it" in waiting.stdout.readline()
    holding.communicate("\n")
    assert waiting.communicate()[0] == "mine\n"


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
