"""install.sh on a fresh Debian with a real systemd: it listens, survives what a house does, and goes without trace.

One machine for all of it; each test can be run alone and installs what is not there. A capture program of ours stands
in for the microphone.
"""

import random
import re
import sys
import time
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from tests import fake_arecord
from tests.appliance import tree
from tests.appliance.tree import Tree
from tests.sounds import in_a_room, say

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

SETTINGS = "/etc/assistant/config.yaml"
CPUFREQ = "/sys/devices/system/cpu/cpufreq"
FAKE = "/var/lib/assistant/head/fake"
LISTENING = "systemctl show -p StatusText assistant | grep -q Listening"
KILL_INSTALLER = "pkill -KILL -f '[/]hearth/install.sh'"  # not the shell that does it
HALVES = ("assistant", "assistant-hands")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    """A fresh machine, booted, with a capture program."""
    tree.needed()
    made = Tree(tmp_path_factory.mktemp("appliance") / "tree")
    made.unpack()
    lend_microphone(made)
    with made.booted():
        yield made


@pytest.fixture
def installed(machine: Tree) -> Tree:
    """The machine with Hearth on it, whatever was tested before."""
    if machine.do("test -e /opt/hearth/current").returncode:
        machine.good("/hearth/install.sh")
    if machine.do(f"grep -q log_transcripts {SETTINGS}").returncode:
        machine.good(f"echo 'privacy: {{log_transcripts: true}}' >> {SETTINGS}")
        machine.good("systemctl restart assistant-hands assistant")
    machine.until(LISTENING, 90)
    return machine


def lend_microphone(made: Tree) -> None:
    """A capture program, and a command for it to play."""
    program = made.folder / "usr/local/bin/arecord"
    text = fake_arecord.PROGRAM.replace("{python}", "/usr/bin/python3")
    program.write_text(text.replace("os.path.dirname(os.path.abspath(__file__))", f"'{FAKE}'"))
    program.chmod(0o755)
    fake = made.folder / FAKE.lstrip("/")
    fake.mkdir(parents=True)
    (fake / "plan").write_text("good")
    command = in_a_room(10.0, say("hey jarvis, turn on the kitchen light"), 3.0)
    (fake / "command.raw").write_bytes(command.astype("<i2").tobytes())
    fake.chmod(0o777)


def measured(what: str) -> None:
    """Shown by `pytest -s`."""
    sys.stderr.write(f"measured: {what}\n")


def plan(machine: Tree, fault: str) -> None:
    """What the capture program does from its next start on."""
    (machine.folder / FAKE.lstrip("/") / "plan").write_text(fault)


def pid(machine: Tree, unit: str) -> str:
    return machine.good(f"systemctl show -p MainPID --value {unit}").strip()


def waits(machine: Tree, unit: str) -> dict[str, int]:
    """Thread of the unit's own process → how often it has waited for something and was woken."""
    told = machine.good(f"cd /proc/{pid(machine, unit)}/task && grep ^voluntary_ctxt_switches */status").splitlines()
    return {line.partition("/")[0]: int(line.split()[-1]) for line in told}


def woken(before: Mapping[str, int], later: Mapping[str, int]) -> int:
    """How often in between; a thread that has ended does not count."""
    return sum(count - before.get(thread, 0) for thread, count in later.items())


def listens_anew(unit: str, before: str) -> str:
    """A script that succeeds once the unit has another process than before, and the head listens."""
    another = f"systemctl show -p MainPID --value {unit} | grep -vxqe 0 -e {before}"
    return f"systemctl -q is-active {unit} && {another} && {LISTENING}"


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


def test_the_processor_is_quick_in_turns_alone(installed: Tree) -> None:
    """The files of cpufreq are in memory here: this machine's own processor may have none."""
    policy = f"{CPUFREQ}/policy0"
    installed.good(
        f"mount -t tmpfs tmpfs {CPUFREQ} && mkdir {policy} && cd {policy} && echo ondemand > scaling_governor && "
        "echo performance ondemand > scaling_available_governors"
    )
    installed.good("echo 'power: {performance_in_turns: true}' >> " + SETTINGS)
    installed.good("/hearth/install.sh")
    assert "highest speed in turns" in installed.do("assistant check").stdout
    plan(installed, f"{FAKE}/command.raw")
    installed.good("systemctl restart assistant-hands assistant")
    installed.until(f"grep -q performance {policy}/scaling_governor", 90)
    installed.until(f"grep -q ondemand {policy}/scaling_governor", 60)
    installed.until("journalctl -b -u assistant -o cat | grep -q 'light.on(light=kitchen light)'", 90)
    plan(installed, "good")
    before = pid(installed, "assistant")
    installed.good(f"echo performance > {policy}/scaling_governor; kill -9 {before}")
    installed.until(f"grep -q ondemand {policy}/scaling_governor", 60)
    installed.until(listens_anew("assistant", before), 60)
    installed.good("assistant check --offline-proof && systemd-analyze security --threshold=10 assistant")


def test_a_second_time_changes_nothing(installed: Tree) -> None:
    installed.good("echo '# mine' >> /etc/assistant/config.yaml")
    before = installed.good("readlink /opt/hearth/current; sha256sum /etc/assistant/config.yaml")
    assert "There already" in installed.good("/hearth/install.sh")
    assert installed.good("readlink /opt/hearth/current; sha256sum /etc/assistant/config.yaml") == before


def test_the_head_has_no_network_and_shows_it(installed: Tree) -> None:
    assert "all refused" in installed.good("journalctl -b -u assistant -o cat")
    proof = installed.good("assistant check --offline-proof")
    assert "no  " not in proof
    assert installed.do("/opt/hearth/current/venv/bin/python -m assistant head").returncode == 78


@pytest.mark.parametrize("unit", HALVES)
def test_killed_it_listens_again(installed: Tree, unit: str) -> None:
    installed.until(LISTENING, 60)
    before, other = pid(installed, unit), pid(installed, HALVES[unit == HALVES[0]])
    installed.good(f"kill -9 {before}")
    took = installed.until(listens_anew(unit, before), 90)
    measured(f"{unit} killed: back after {took:.1f} s")
    assert pid(installed, HALVES[unit == HALVES[0]]) == other


def test_in_a_quiet_room_it_is_seldom_woken(installed: Tree) -> None:
    """Sound comes in pieces of 80 ms, 12.5 in a second. Four of them wake the head once, and the thread that hears."""
    installed.until(LISTENING, 60)
    counts = [waits(installed, "assistant")]
    while len(counts) < 7:  # at first it learns
        installed.good("sleep 10")
        counts.append(waits(installed, "assistant"))
    often = min(woken(before, later) for before, later in pairwise(counts)) / 10
    measured(f"the head is woken {often:.1f} times a second")
    assert often < 15


def test_a_frozen_capture_program_is_replaced_without_a_restart(installed: Tree) -> None:
    before = pid(installed, "assistant")
    back = "journalctl -b -u assistant -o cat | grep -c 'microphone is back'"
    count = int(installed.do(back).stdout)
    installed.good("pkill -STOP -f bin/arecord")
    took = installed.until(f"[ $({back}) -gt {count} ]", 60)
    measured(f"frozen capture program: heard again after {took:.1f} s")
    assert pid(installed, "assistant") == before


def test_a_frozen_head_is_started_again_by_the_watchdog(installed: Tree) -> None:
    before = pid(installed, "assistant")
    installed.good(f"kill -STOP {before}")
    took = installed.until(listens_anew("assistant", before), 150)
    measured(f"frozen head: listening again after {took:.1f} s")


def test_a_wrong_setting_is_named_and_not_tried_again(installed: Tree) -> None:
    installed.good(
        "cp -p /etc/assistant/config.yaml /root/good.yaml; echo 'wake: {words: [hello]}' >> /etc/assistant/config.yaml"
    )
    done = installed.do("/hearth/install.sh")
    assert done.returncode == 1
    assert "wake.words" in done.stderr
    assert "To go on" in done.stderr
    installed.good(LISTENING)
    installed.do("systemctl restart assistant")
    installed.until("systemctl show -p StatusText,ExecMainStatus,NRestarts assistant | grep -qx ExecMainStatus=78", 60)
    installed.until("journalctl -b -u assistant-help@assistant -o cat | grep -q 'assistant.service has given up'", 60)
    assert installed.good("systemctl show -p NRestarts --value assistant").strip() == "0"
    installed.good("cp -p /root/good.yaml /etc/assistant/config.yaml; systemctl restart assistant")
    installed.until(LISTENING, 60)


def test_answers_that_do_not_fit_are_named_and_leave_no_settings(machine: Tree) -> None:
    machine.good("/hearth/install.sh --uninstall; rm -rf /etc/assistant")
    machine.good("printf 'wake_word = alexxa\\r\\n' > /root/answers")
    refused = machine.do("/hearth/install.sh --answers /root/answers")
    assert refused.returncode == 1
    assert "The answers do not make settings that fit" in refused.stderr
    assert "wake.words" in refused.stderr
    assert "To go on" in refused.stderr
    machine.good(f"test ! -e {SETTINGS} && ! systemctl -q is-active assistant")
    machine.good("sed -i s/alexxa/hey_jarvis/ /root/answers && /hearth/install.sh --answers /root/answers")
    machine.until(LISTENING, 90)
    assert "words: [hey_jarvis]" in machine.good(f"cat {SETTINGS}")


def test_with_all_but_its_state_read_only_it_works(installed: Tree) -> None:
    installed.good("systemctl stop assistant assistant-hands && mount --bind /var/lib/assistant /var/lib/assistant")
    installed.good("mount -o remount,bind,ro / && ! touch /root/x")
    plan(installed, f"{FAKE}/command.raw")
    heard = "journalctl -b -u assistant -o cat | grep -c 'light.on(light=kitchen light)'"
    before = int(installed.do(heard).stdout)
    installed.good("systemctl start assistant-hands assistant")
    installed.until(f"[ $({heard}) -gt {before} ]", 90)
    plan(installed, "good")
    installed.good(
        "systemctl stop assistant assistant-hands && mount -o remount,bind,rw / && umount /var/lib/assistant"
    )
    installed.good("systemctl start assistant-hands assistant")
    installed.until(LISTENING, 60)


def test_a_full_disk_leaves_it_listening(installed: Tree) -> None:
    installed.good(
        "mount -t tmpfs -o size=64k tmpfs /var/lib/assistant/hands && chown assistant-hands /var/lib/assistant/hands"
    )
    installed.good(
        "dd if=/dev/zero of=/var/lib/assistant/hands/full bs=1k count=64 2>/dev/null; systemctl restart assistant-hands"
    )
    installed.until(LISTENING, 60)
    installed.good("umount -l /var/lib/assistant/hands; systemctl restart assistant-hands")


def test_killed_at_random_moments_it_can_always_go_on(installed: Tree) -> None:
    chance = random.Random(6)
    whole = 0
    for number in range(50):
        if number % 5 == 0:
            installed.good(f"echo '# {number}' >> /hearth/README.md")
        running = installed.start("exec /hearth/install.sh")
        time.sleep(chance.uniform(0, 25))
        installed.do(KILL_INSTALLER)
        if number % 2:  # otherwise it goes on, as it would
            installed.do("pkill -KILL -f '[p]ip (download|install)'")
        running.wait(30)
        running.communicate()
        link = installed.good("readlink -f /opt/hearth/current").strip()
        installed.good(f"test -e {link}/.complete && {link}/venv/bin/python -c 'import assistant.app'")
        installed.until(LISTENING, 90)
        whole += 1
    measured(f"{whole} kills, listening after each")
    assert re.search("Hearth listens", installed.good("/hearth/install.sh"))


def test_it_goes_and_leaves_nothing(installed: Tree) -> None:
    installed.good("/hearth/install.sh --uninstall")
    installed.good("test -e /etc/assistant/config.yaml && test -d /var/lib/assistant")
    installed.good("/hearth/install.sh --uninstall --purge")
    nothing_is_left(installed)


def nothing_is_left(machine: Tree) -> None:
    left = machine.do(
        "find / -xdev \\( -name '*hearth*' -o -name '*assistant*' \\) -not -path '/hearth*' -not -path '/proc/*'"
    )
    assert left.stdout == ""
    machine.good("! id assistant 2>/dev/null && ! getent group assistant")


def test_uninstalling_waits_for_what_a_killed_installer_left(machine: Tree) -> None:
    machine.good("/hearth/install.sh --uninstall --purge")
    running = machine.start("exec /hearth/install.sh")
    machine.until("pgrep -f '[p]ip download'", 120)
    machine.good(f"{KILL_INSTALLER}; pgrep -f '[p]ip download'")
    said = machine.good("/hearth/install.sh --uninstall --purge")
    running.communicate()
    assert "waiting for it" in said
    nothing_is_left(machine)


def test_from_a_bundle_it_needs_no_network(machine: Tree, tmp_path: Path) -> None:
    machine.good("/hearth/install.sh --make-bundle /root/hearth.bundle")
    fresh = Tree(tmp_path / "offline")
    fresh.unpack()
    lend_microphone(fresh)
    (machine.folder / "root/hearth.bundle").rename(fresh.folder / "root/hearth.bundle")
    with fresh.booted("--private-network"):
        assert fresh.do("timeout 5 bash -c '</dev/tcp/1.1.1.1/443'").returncode != 0
        refused = fresh.do("/hearth/install.sh")
        assert refused.returncode == 1
        assert "The package sources cannot be reached" in refused.stderr
        assert "use a bundle: --offline FILE" in refused.stderr
        fresh.good(f"! id assistant && test ! -e /opt/hearth -a ! -e {SETTINGS} -a ! -e /var/log/hearth-install.log")
        began = time.monotonic()
        fresh.good("/hearth/install.sh --offline /root/hearth.bundle")
        measured(f"from the bundle: {time.monotonic() - began:.0f} s")
        fresh.good("echo 'privacy: {log_transcripts: true}' >> " + SETTINGS)
        plan(fresh, f"{FAKE}/command.raw")
        fresh.good("systemctl restart assistant-hands assistant")
        fresh.until("journalctl -b -u assistant -o cat | grep -q 'light.on(light=kitchen light)'", 90)
        fresh.good(
            "head -c 1000000 /root/hearth.bundle > /root/half; ! /hearth/install.sh --offline /root/half 2>/root/said"
        )
        assert "half" in fresh.good("cat /root/said")


def test_it_installs_on_debian_13(tmp_path: Path) -> None:
    tree.needed()
    newer = Tree(tmp_path / "trixie", "trixie")
    newer.unpack()
    with newer.booted():
        began = time.monotonic()
        newer.good("/hearth/install.sh")
        measured(f"Debian 13, fresh to a service that waits for a microphone: {time.monotonic() - began:.0f} s")
        newer.good("systemctl -q is-active assistant assistant-hands && assistant check --offline-proof")
        assert "Deaf" in newer.good("systemctl show -p StatusText assistant")
