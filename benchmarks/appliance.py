"""An installed Hearth in a booted tree: how long until it listens, how soon after a kill, and what an idle hour costs.

    sudo python -m benchmarks.appliance [--times 5] [--minutes 10]

Installs into a fresh Debian 12 tree (tests/appliance/tree.py; needs root, debootstrap, systemd-nspawn), where a program
stands for `arecord` and gives the noise of a quiet room. Prints each time and their median; then, of each service alone
in real time: processor time scaled to an hour, how often it was woken in a second, and the bytes that it wrote.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.appliance.test_installed import HALVES, LISTENING, lend_microphone, listens_anew, pid, waits, woken
from tests.appliance.tree import Tree


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one process since it began."""

    seconds: float
    """Of the processor's time."""
    waits: Mapping[str, int]
    """Of each thread, times that it waited and was woken."""
    written: int
    """Bytes that reached a file system."""


def cost(machine: Tree, unit: str) -> Cost:
    """Of the unit's own process, as its kernel counts."""
    own = f"/proc/{pid(machine, unit)}"
    ticks = machine.good(f"cut -d ')' -f 2 {own}/stat").split()
    written = machine.good(f"grep ^write_bytes {own}/io").split()[1]
    hertz = int(machine.good("getconf CLK_TCK"))
    return Cost((int(ticks[11]) + int(ticks[12])) / hertz, waits(machine, unit), int(written))


def repeated(what: str, times: int, once: Callable[[], float]) -> None:
    """Print the times of something and their median, in seconds."""
    took = [once() for _ in range(times)]
    print(f"{what}: median {statistics.median(took):.1f} s of {', '.join(f'{each:.1f}' for each in took)}", flush=True)


def started(machine: Tree) -> float:
    """The head, until it listens."""
    machine.good("systemctl stop assistant")
    began = time.monotonic()
    machine.good("systemctl start assistant")
    machine.until(LISTENING, 120)
    took = time.monotonic() - began
    machine.good("systemctl reset-failed assistant")
    return took


def killed(machine: Tree, unit: str) -> float:
    """Until the unit is back and the head listens."""
    before = pid(machine, unit)
    machine.good(f"kill -9 {before}")
    took = machine.until(listens_anew(unit, before), 120)
    machine.good(f"systemctl reset-failed {unit}")  # so many starts in so little time would be given up
    return took


def idle(machine: Tree, minutes: float) -> None:
    before = {unit: (pid(machine, unit), cost(machine, unit)) for unit in HALVES}
    time.sleep(minutes * 60)
    for unit in HALVES:
        (number, first), last = before[unit], cost(machine, unit)
        if (now := pid(machine, unit)) != number:
            journal = machine.do(f"journalctl -b -u {unit} -o short-precise | tail -n 60").stdout
            print(f"{unit} was started again while it was idle ({number} → {now}):\n{journal}", flush=True)
            continue
        print(
            f"{unit}, idle: {(last.seconds - first.seconds) * 60 / minutes:.1f} s of processor time an hour, "
            f"woken {woken(first.waits, last.waits) / minutes / 60:.1f} times a second, "
            f"{last.written - first.written} bytes written in {minutes:g} minutes",
            flush=True,
        )
    lost = machine.do("journalctl -b -u assistant -o cat | grep -E 'not heard in time|not read in time'").stdout
    print(f"sound lost since the machine was booted: {lost.strip() or 'none'}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=10.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        machine = Tree(Path(folder) / "tree")
        machine.unpack()
        lend_microphone(machine)
        with machine.booted():
            began = time.monotonic()
            machine.good("/hearth/install.sh", timeout=3600)
            print(f"fresh tree to a listening service: {time.monotonic() - began:.0f} s", flush=True)
            repeated("unit started to listening", options.times, partial(started, machine))
            for unit in HALVES:
                repeated(f"{unit} killed to listening again", options.times, partial(killed, machine, unit))
            time.sleep(60)
            idle(machine, options.minutes)


if __name__ == "__main__":
    main()
