"""What a slack of timers (systemd's TimerSlackNSec=) does to Python's threads.

    python -m benchmarks.timer_slack [--pieces 300]

A thread reads pieces that another process writes, while a second thread computes in Python. It is given the
interpreter when the other has had it for 5 ms (`sys.getswitchinterval()`), which it waits out by a timer: slack adds to
that. Prints for each slack how long after it was written a piece is in the hands of Python.
"""

import argparse
import os
import statistics
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

SLACKS = (0.05, 5.0, 25.0)
"""Milliseconds; the first is the kernel's own."""

WRITER = """
import os, struct, sys, time
for _ in range(int(sys.argv[2])):
    time.sleep(0.02)
    os.write(int(sys.argv[1]), struct.pack("d", time.monotonic()))
"""


def late(slack: float, pieces: int) -> list[float]:
    """Milliseconds by which each piece was late, in order of size."""
    # Threads that are begun from here on have it, too (prctl(2), PR_SET_TIMERSLACK).
    Path(f"/proc/{threading.get_native_id()}/timerslack_ns").write_text(str(round(slack * 1e6)))
    reading, writing = os.pipe()
    command = [sys.executable, "-c", WRITER, str(writing), str(pieces)]
    over = threading.Event()

    def compute() -> None:
        while not over.is_set():
            pass

    computing = threading.Thread(target=compute)
    with subprocess.Popen(command, pass_fds=[writing]):
        os.close(writing)
        computing.start()
        found = []
        while written := os.read(reading, 8):
            found.append((time.monotonic() - struct.unpack("d", written)[0]) * 1000)
        over.set()
        computing.join()
    os.close(reading)
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pieces", type=int, default=300)
    options = parser.parse_args()
    for slack in SLACKS:
        found = late(slack, options.pieces)
        most = found[len(found) * 9 // 10]
        print(
            f"slack {slack:g} ms: {statistics.median(found):.1f} ms late, nine of ten within {most:.1f} ms", flush=True
        )


if __name__ == "__main__":
    main()
