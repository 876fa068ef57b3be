"""Ctrl-C at random moments of `assistant bench`, and what is left of its results: one line of JSON.

    python -m benchmarks.interruptions [--tries 30] [--presses 1] [--group] [--seed 1] [--seconds 14]

The program is started with the signal ignored, as the jobs in the background of a script are; moments count from when
it heeds it, which is before anything is loaded. With `--group` the signal reaches all processes of the group, as a
terminal sends it. `after_s` is from the first signal to the end.
"""

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from assistant.bench.processes import family

IGNORING = ("sh", "-c", "trap '' INT; exec \"$@\"", "sh")
"""Starts a program with the signal ignored."""


def ignores(pid: int) -> bool:
    """Whether the process ignores the signal."""
    fields = dict(line.split(":\t") for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines())
    return bool(int(fields.get("SigIgn", "0"), 16) >> (signal.SIGINT - 1) & 1)


def interrupted(state: str, wait: float, presses: int, group: bool) -> tuple[str, float]:
    """What became of one run, and how long that took."""
    command = [sys.executable, "-m", "assistant", "bench", "--json", "--turns", "12", "--set", f"state.folder={state}"]
    with subprocess.Popen(
        [*IGNORING, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0
    ) as bench:
        for ignoring in (True, False):
            while bench.poll() is None and ignores(bench.pid) != ignoring:
                time.sleep(0.01)
        try:
            bench.wait(wait)
        except subprocess.TimeoutExpired:
            began = time.monotonic()
            for _ in range(presses):
                if bench.poll() is None:
                    (os.killpg if group else os.kill)(bench.pid, signal.SIGINT)
                    time.sleep(random.uniform(0.0, 0.3))
            output, _ = bench.communicate(timeout=300)
            after = time.monotonic() - began
        else:
            return "ended by itself", 0.0
    try:
        run = json.loads(output)
    except ValueError:
        return "LOST", after
    marked = bench.returncode == 130 and not run["complete"]
    return ("kept and marked" if marked else f"NOT MARKED, status {bench.returncode}"), after


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tries", type=int, default=30)
    parser.add_argument("--presses", type=int, default=1)
    parser.add_argument("--group", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=14.0, help="the latest moment")
    options = parser.parse_args()
    random.seed(options.seed)
    found, took = Counter[str](), list[float]()
    with tempfile.TemporaryDirectory() as state:
        for _ in range(options.tries):
            wait = random.uniform(0.0, options.seconds)
            what, after = interrupted(state, wait, options.presses, options.group)
            found[what] += 1
            print(f"after {wait:.1f} s: {what}", file=sys.stderr, flush=True)
            took += [after] if after else []
    times = {"median": round(statistics.median(took), 2), "worst": round(max(took), 2)} if took else {}
    print(json.dumps({**found, "after_s": times, "left_running": len(family()) - 1, "load": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
