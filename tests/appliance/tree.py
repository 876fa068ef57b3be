"""A fresh Debian with a real systemd: made once by debootstrap, copied for each test, run by systemd-nspawn.

Needs root, debootstrap and systemd-nspawn (Debian packages debootstrap and systemd-container). The tree that is copied
is kept in `.appliance` in the checkout, or in the folder that HEARTH_APPLIANCE names.
"""

import os
import platform
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
KEPT = Path(os.environ.get("HEARTH_APPLIANCE", ROOT / ".appliance"))
SOURCE = "http://deb.debian.org/debian"
PACKAGES = "systemd,systemd-sysv,dbus,udev,ca-certificates,procps,iproute2,kmod,adduser"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def needed(*others: str) -> None:
    """Skip where such a tree cannot be made, or another program is missing."""
    programs = "debootstrap", "systemd-nspawn", "nsenter", *others
    missing = [program for program in programs if shutil.which(program) is None]
    if os.geteuid() != 0 or missing:
        pytest.skip(f"needs root and {', '.join(programs)}; missing: {', '.join(missing) or 'root'}")


def base(suite: str, architecture: str) -> Path:
    """An archive of the fresh tree, for a processor of Debian's name for it; empty for this machine's."""
    archive = KEPT / f"{suite}{architecture and '-'}{architecture}.tar"
    if not archive.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        fresh = archive.with_suffix(".part")
        shutil.rmtree(fresh, ignore_errors=True)
        options = ["--variant=minbase", f"--include={PACKAGES}", *([f"--arch={architecture}"] if architecture else [])]
        run("debootstrap", *options, suite, str(fresh), SOURCE, timeout=3600)
        part = archive.with_suffix(".tar.part")
        run("tar", "-C", str(fresh), "-cf", str(part), ".")
        part.rename(archive)
        shutil.rmtree(fresh)
    return archive


def run(*command: str, timeout: float = 900) -> str:
    """What a command prints. Raises CalledProcessError."""
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=timeout).stdout


def run_arm64() -> None:
    """Let this machine's kernel run programs for arm64: by itself, or by qemu-user. Skips where it cannot."""
    if platform.machine() == "aarch64":
        return
    needed("qemu-aarch64-static", "update-binfmts")
    formats = Path("/proc/sys/fs/binfmt_misc")
    if not (formats / "register").exists():
        run("mount", "-t", "binfmt_misc", "binfmt_misc", str(formats))
    if not (formats / "qemu-aarch64").exists():
        run("update-binfmts", "--enable", "qemu-aarch64")
    if "F" not in (formats / "qemu-aarch64").read_text().split("flags:")[1].split()[0]:
        pytest.skip("qemu-aarch64 is registered without the flag F, so that a tree would need a qemu of its own")


class Tree:
    """One machine: its files, and while it is booted its processes."""

    def __init__(self, folder: Path, suite: str = "bookworm", architecture: str = "") -> None:
        self.folder = folder
        self._suite = suite
        self._architecture = architecture
        self._init = 0

    def unpack(self) -> None:
        """Make it fresh."""
        self.folder.mkdir(parents=True)
        run("tar", "-C", str(self.folder), "-xf", str(base(self._suite, self._architecture)))
        # The way to the package indexes is this machine's.
        if CERTIFICATES.exists():
            (self.folder / "etc/ssl/certs").mkdir(parents=True, exist_ok=True)
            shutil.copy(CERTIFICATES, self.folder / "etc/ssl/certs/ca-certificates.crt")
            (self.folder / "etc/pip.conf").write_text(f"[global]\ncert = {CERTIFICATES}\n")
        self.copy_source()

    def copy_source(self) -> None:
        """Put the checkout into /hearth."""
        target = self.folder / "hearth"
        shutil.rmtree(target, ignore_errors=True)
        listed = run("git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
        for name in listed:
            if (ROOT / name).is_file():
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, target / name)

    @contextmanager
    def booted(self, *options: str) -> Iterator[None]:
        """Run it. `--private-network` takes its network away."""
        # Without the capability systemd does without networks of their own for services.
        command = ["systemd-nspawn", "--register=no", "--keep-unit", "--quiet", "--boot", "--console=pipe"]
        command += ["--capability=CAP_NET_ADMIN"]
        with (self.folder.parent / f"{self.folder.name}.log").open("wb") as log:
            nspawn = subprocess.Popen(
                [*command, *options, "-D", str(self.folder)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
            try:
                self._init = _child(nspawn.pid)
                self.until("systemctl is-system-running --wait | grep -qE 'running|degraded'", 60)
                yield
            finally:
                with suppress(ProcessLookupError):
                    os.kill(self._init, signal.SIGRTMIN + 3)
                try:
                    nspawn.wait(30)
                except subprocess.TimeoutExpired:
                    nspawn.kill()
                    nspawn.wait()

    def do(self, script: str, timeout: float = 900) -> subprocess.CompletedProcess[str]:
        """Run a shell script in it, as root."""
        inside = ["nsenter", "--target", str(self._init), "--all", "env", "-i", "HOME=/root", "LANG=C.UTF-8"]
        path = "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return subprocess.run(
            [*inside, path, "bash", "-c", script], capture_output=True, text=True, timeout=timeout, check=False
        )

    def start(self, script: str) -> "subprocess.Popen[str]":
        """Begin to run a shell script in it, which may be killed with all its children."""
        inside = ["nsenter", "--target", str(self._init), "--all", "env", "-i", "HOME=/root", "LANG=C.UTF-8"]
        path = "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return subprocess.Popen(
            [*inside, path, "setsid", "bash", "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def good(self, script: str, timeout: float = 900) -> str:
        """What it prints. Fails where the script does."""
        done = self.do(script, timeout)
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def until(self, script: str, seconds: float) -> float:
        """Wait until a script succeeds. Gives how long that took; fails after `seconds`."""
        began = time.monotonic()
        while (done := self.do(script)).returncode:
            took = time.monotonic() - began
            assert took < seconds, f"not within {seconds} s: {script}\n{done.stdout}{done.stderr}"
            time.sleep(0.1)
        return time.monotonic() - began


def _child(pid: int) -> int:
    """The first process in it, once it is systemd: before, there are helpers that come and go."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for found in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with suppress(OSError):
                if Path(f"/proc/{found}/comm").read_text() == "systemd\n":
                    return int(found)
        time.sleep(0.05)
    raise AssertionError("systemd-nspawn started nothing")
