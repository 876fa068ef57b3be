"""install.sh on a fresh Debian with a real systemd: it listens, survives what a house does, and goes without trace.

One machine for all of it, in this order. A capture program of ours stands in for the microphone.
"""

import random
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import fake_arecord
from tests.appliance import tree
from tests.appliance.tree import Tree
from tests.sounds import in_a_room, say

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

FAKE = "/var/lib/assistant/head/fake"
LISTENING = "systemctl show -p StatusText assistant | grep -q Listening"
HALVES = ("assistant", "assistant-hands")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    """A fresh machine, booted, with a capture program."""
    tree.needed()
    made = Tree(tmp_path_factory.mktemp("appliance") / "tree")
    made.unpack()
    program = made.folder / "usr/local/bin/arecord"
    text = fake_arecord.PROGRAM.replace("{python}", "/usr/bin/python3")
    program.write_text(text.replace("os.path.dirname(os.path.abspath(__file__))", f"'{FAKE}'"))
    program.chmod(0o755)
    fake = made.folder / FAKE.lstrip("/")
    fake.mkdir(parents=True)
    (fake / "plan").write_text("good")
    command = in_a_room(1.6, say("hey jarvis, turn on the kitchen light"), 3.0)
    (fake / "command.raw").write_bytes(command.astype("<i2").tobytes())
    fake.chmod(0o777)
    with made.booted():
        yield made


def measured(what: str) -> None:
    """Shown by `pytest -s`."""
    sys.stderr.write(f"measured: {what}\n")


def plan(machine: Tree, fault: str) -> None:
    """What the capture program does from its next start on."""
    (machine.folder / FAKE.lstrip("/") / "plan").write_text(fault)


def pid(machine: Tree, unit: str) -> str:
    return machine.good(f"systemctl show -p MainPID --value {unit}").strip()


def test_it_says_first_what_it_will_do_and_does_nothing(machine: Tree) -> None:
    said = machine.good("/hearth/install.sh --dry-run")
    assert "This will" in said
    machine.good("test ! -e /opt/hearth && test ! -e /etc/assistant && ! id assistant")


def test_it_installs_and_listens(machine: Tree) -> None:
    began = time.monotonic()
    said = machine.good("/hearth/install.sh")
    measured(f"fresh to listening: {time.monotonic() - began:.0f} s")
    assert "Hearth listens" in said
    machine.good(LISTENING)
    machine.good("! systemctl --failed --no-legend | grep .")


def test_a_second_time_changes_nothing(machine: Tree) -> None:
    machine.good("echo '# mine' >> /etc/assistant/config.yaml")
    before = machine.good("readlink /opt/hearth/current; sha256sum /etc/assistant/config.yaml")
    assert "There already" in machine.good("/hearth/install.sh")
    assert machine.good("readlink /opt/hearth/current; sha256sum /etc/assistant/config.yaml") == before


def test_the_head_has_no_network_and_shows_it(machine: Tree) -> None:
    assert "all refused" in machine.good("journalctl -b -u assistant -o cat")
    proof = machine.good("assistant check --offline-proof")
    assert "no  " not in proof
    assert machine.do("/opt/hearth/current/venv/bin/python -m assistant head").returncode == 78


def test_a_spoken_command_is_heard_and_done(machine: Tree) -> None:
    machine.good("echo 'privacy: {log_transcripts: true}' >> /etc/assistant/config.yaml")
    plan(machine, f"{FAKE}/command.raw")
    machine.good("systemctl restart assistant-hands assistant")
    machine.until("journalctl -b -u assistant -o cat | grep -q 'light.on(light=kitchen light)'", 90)
    plan(machine, "good")


@pytest.mark.parametrize("unit", HALVES)
def test_killed_it_listens_again(machine: Tree, unit: str) -> None:
    machine.until(LISTENING, 60)
    before, other = pid(machine, unit), pid(machine, HALVES[unit == HALVES[0]])
    machine.good(f"kill -9 {before}")
    took = machine.until(f"[ $(systemctl show -p MainPID --value {unit}) -gt 0 ] && systemctl -q is-active {unit}", 90)
    machine.until(LISTENING, 90)
    measured(f"{unit} killed: back after {took:.1f} s")
    assert pid(machine, unit) != before
    assert pid(machine, HALVES[unit == HALVES[0]]) == other


def test_a_frozen_capture_program_is_replaced_without_a_restart(machine: Tree) -> None:
    before = pid(machine, "assistant")
    machine.good("pkill -STOP -f bin/arecord")
    machine.until("journalctl -b -u assistant -o cat | tail -n 3 | grep -q 'microphone is back'", 60)
    assert pid(machine, "assistant") == before


def test_a_frozen_head_is_started_again_by_the_watchdog(machine: Tree) -> None:
    before = pid(machine, "assistant")
    machine.good(f"kill -STOP {before}")
    machine.until(f"[ $(systemctl show -p MainPID --value assistant) != {before} ]", 60)
    machine.until(LISTENING, 90)


def test_a_wrong_setting_is_named_and_not_tried_again(machine: Tree) -> None:
    machine.good(
        "cp -p /etc/assistant/config.yaml /root/good.yaml; echo 'wake: {words: [hello]}' >> /etc/assistant/config.yaml"
    )
    done = machine.do("/hearth/install.sh")
    assert done.returncode == 1
    assert "wake.words" in done.stderr
    assert "To go on" in done.stderr
    machine.good(f"{LISTENING}; cp -p /root/good.yaml /etc/assistant/config.yaml")


def test_a_full_disk_leaves_it_listening(machine: Tree) -> None:
    machine.good(
        "mount -t tmpfs -o size=64k tmpfs /var/lib/assistant/hands && chown assistant-hands /var/lib/assistant/hands"
    )
    machine.good(
        "dd if=/dev/zero of=/var/lib/assistant/hands/full bs=1k count=64 2>/dev/null; systemctl restart assistant-hands"
    )
    machine.until(LISTENING, 60)
    machine.good("umount -l /var/lib/assistant/hands; systemctl restart assistant-hands")


def test_killed_at_random_moments_it_can_always_go_on(machine: Tree) -> None:
    chance = random.Random(6)
    whole = 0
    for number in range(50):
        if number % 5 == 0:
            machine.good(f"echo '# {number}' >> /hearth/README.md")
        running = machine.start("exec /hearth/install.sh")
        time.sleep(chance.uniform(0, 25))
        machine.do("pkill -KILL -f /hearth/install.sh; pkill -KILL -f 'pip (download|install)'")
        running.wait(30)
        running.communicate()
        link = machine.good("readlink -f /opt/hearth/current").strip()
        machine.good(f"test -e {link}/.complete && {link}/venv/bin/python -c 'import assistant.app'")
        machine.until(LISTENING, 90)
        whole += 1
    measured(f"{whole} kills, listening after each")
    assert re.search("Hearth listens", machine.good("/hearth/install.sh"))


def test_it_goes_and_leaves_nothing(machine: Tree) -> None:
    machine.good("/hearth/install.sh --uninstall")
    machine.good("test -e /etc/assistant/config.yaml && test -d /var/lib/assistant")
    machine.good("/hearth/install.sh --uninstall --purge")
    left = machine.do(
        "find / -xdev \\( -name '*hearth*' -o -name '*assistant*' \\) -not -path '/hearth*' -not -path '/proc/*'"
    )
    assert left.stdout == ""
    machine.good("! id assistant 2>/dev/null && ! getent group assistant")


def test_from_a_bundle_it_needs_no_network(machine: Tree, tmp_path: Path) -> None:
    machine.good("/hearth/install.sh --make-bundle /root/hearth.bundle")
    fresh = Tree(tmp_path / "offline")
    fresh.unpack()
    (machine.folder / "root/hearth.bundle").rename(fresh.folder / "root/hearth.bundle")
    with fresh.booted("--private-network"):
        assert fresh.do("timeout 5 bash -c '</dev/tcp/1.1.1.1/443'").returncode != 0
        began = time.monotonic()
        fresh.good("/hearth/install.sh --offline /root/hearth.bundle")
        measured(f"from the bundle: {time.monotonic() - began:.0f} s")
        fresh.good("systemctl -q is-active assistant assistant-hands")
        fresh.good(
            "head -c 1000000 /root/hearth.bundle > /root/half; ! /hearth/install.sh --offline /root/half 2>/root/said"
        )
        assert "half" in fresh.good("cat /root/said")
