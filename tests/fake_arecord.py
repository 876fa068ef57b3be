"""A capture program for tests in arecord's place, which misbehaves as it is told.

`arecord` in a folder of its own, put first in PATH. Each start takes the next line of the file `plan` there, the last
one for ever: a fault's name, or `good`, or a path of raw 16 kHz sound that is played once before the noise of a room.
"""

import sys
from pathlib import Path

PROGRAM = """#!{python} -SE
import os, random, sys, time
folder = os.path.dirname(os.path.abspath(__file__))
plan = open(folder + "/plan").read().split()
starts = folder + "/starts"
count = os.path.getsize(starts) if os.path.exists(starts) else 0
with open(starts, "a") as file: file.write(".")
fault = plan[min(count, len(plan) - 1)]
room = random.Random(1).randbytes(2560)
room = bytes(b for i in range(1280) for b in ((room[i] % 16), 0))
out = sys.stdout.buffer
def write(pcm):
    out.write(pcm); out.flush()
class Clock:
    "A sound card's: what nobody took in time is lost, not given at once."
    def __init__(self): self.due = time.monotonic()
    def wait(self, seconds):
        self.due = max(self.due, time.monotonic() - 0.5) + seconds
        time.sleep(max(0.0, self.due - time.monotonic()))
def pace(pcm, speed=1.0):
    clock = Clock()
    while True:
        write(pcm); clock.wait(len(pcm) / 32000 / speed)
if fault == "stops":
    write(room * 3); time.sleep(1000)
elif fault == "one-byte":
    write(b"x"); sys.exit(0)
elif fault == "odd":
    clock, sent, rest = Clock(), 0, b""
    while sent < 320000:
        rest += room
        piece, rest = rest[:2047], rest[2047:]
        write(piece); sent += len(piece)
        clock.wait(len(piece) / 32000)
    sys.exit(0)
elif fault == "fast":
    pace(room, 4.0)
elif fault == "exits":
    sys.stderr.write("arecord: main:834: audio open error: Device or resource busy\\n"); sys.exit(1)
elif fault == "floods":
    write(room * 3)
    while True: sys.stderr.write("overrun!!! (at least 1.000 ms long)\\n" * 1000)
elif fault == "zeros":
    pace(bytes(2560))
elif fault == "loud":
    pace(b"\\xff\\x7f" * 1280)
elif fault != "good":
    sound = open(fault, "rb").read()
    clock = Clock()
    for start in range(0, len(sound), 2560):
        write(sound[start:start + 2560]); clock.wait(0.08)
pace(room)
"""


def install(folder: Path, *plan: str) -> Path:
    """Make the program in the folder."""
    folder.mkdir(exist_ok=True)
    program = folder / "arecord"
    program.write_text(PROGRAM.replace("{python}", sys.executable))
    program.chmod(0o755)
    (folder / "plan").write_text("\n".join(plan))
    return folder


def starts(folder: Path) -> int:
    """How often it was started."""
    return (folder / "starts").stat().st_size if (folder / "starts").exists() else 0
