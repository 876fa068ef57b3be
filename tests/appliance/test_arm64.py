"""install.sh on a fresh arm64 Debian with a real systemd, and a spoken command with no network.

    pytest -s tests/appliance/test_arm64.py

Where this machine is another one, qemu-user runs it (Debian packages qemu-user-static and binfmt-support): that takes a
quarter of an hour on a quiet machine, and does not carry the sandbox that systemd gives services.
"""

import json
import platform
import time
from pathlib import Path

import pytest

from tests.appliance import tree
from tests.appliance.test_installed import lend_microphone, measured
from tests.appliance.tree import Tree
from tests.sounds import in_a_room, say
from tests.speech import write_wav

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]

PATIENCE = 7000.0

CORTEX_A72 = """processor\t: {}
BogoMIPS\t: 108.00
Features\t: fp asimd evtstrm crc32 cpuid
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x0
CPU part\t: 0xd08
CPU revision\t: 3

"""
"""A processor of a Raspberry Pi 4 in /proc/cpuinfo."""


EMULATED = platform.machine() != "aarch64"


def test_it_installs_on_arm64_and_hears_a_command_with_no_network(tmp_path: Path) -> None:
    tree.needed()
    tree.run_arm64()
    machine = Tree(tmp_path / "arm64", architecture="arm64")
    machine.unpack()
    lend_microphone(machine)
    write_wav(machine.folder / "root/command.wav", in_a_room(say("hey jarvis, turn on the kitchen light")).tobytes())
    with machine.booted():
        assert machine.good("dpkg --print-architecture").strip() == "arm64"
        if EMULATED:
            # onnxruntime goes by what the kernel tells of its processor, which qemu-user 7 lets through, and crashes.
            (machine.folder / "root/cpuinfo").write_text("".join(CORTEX_A72.format(number) for number in range(4)))
            machine.good("mount --bind /root/cpuinfo /proc/cpuinfo")
        began = time.monotonic()
        done = machine.do("/hearth/install.sh", PATIENCE)
        measured(f"install.sh on arm64: {time.monotonic() - began:.0f} s")
        if EMULATED:
            # qemu-user has neither the network namespace nor the filters of system calls that systemd gives the head.
            assert done.returncode == 1, done.stdout + done.stderr
            assert "The service assistant does not start" in done.stderr
        else:
            assert "Hearth listens" in done.stdout, done.stdout + done.stderr
        machine.good("systemctl -q is-active assistant-hands")
        assert "devices" in machine.good("systemctl show -p StatusText assistant-hands")
        refused = machine.do("/opt/hearth/current/venv/bin/python -m assistant head", PATIENCE)
        assert refused.returncode == 78
        assert "What hears must not reach a network, but it can" in refused.stderr
        began = time.monotonic()
        heard = json.loads(machine.good("unshare --net assistant hear --json /root/command.wav", PATIENCE))
        turn = heard["turns"][0]
        measured(f"assistant hear on arm64: {time.monotonic() - began:.0f} s, {turn['transcript']!r}")
        asked = [(each["device"], each["changes"], each["outcome"]) for each in turn["asked"]]
        assert asked == [("kitchen light", {"on": True}, "done")]
