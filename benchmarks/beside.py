"""Ours beside what a user would pick instead, side by side in one run on one core, and the table of it in README.md.

    python -m benchmarks.beside [--llama FILE] [--data DATA] [--rounds 5] [--only NAME]… [--write] [--resume]

FILE is TinyLlama 1.1B Chat Q4_K_M or its stand-in (`benchmarks.standin_tinyllama`), DATA the folder of public
recordings. Every way lives in a process of its own with one thread; each round measures each case with both, one right
after the other, so that what else the machine does hits both alike. Figures are processor time; ratios are of medians,
with 95 % intervals. `--write` rewrites the rows that were measured, each as soon as it is, and leaves the others; with
`--resume` those that were measured today are left, too. Ctrl-C ends it, and marks the row that it broke off.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from assistant.bench.figures import Interval
from assistant.bench.figures import ratio_of_cases as ratio
from benchmarks import table
from benchmarks.rows import ROWS, Point, Row
from benchmarks.ways import WAYS, serve
from benchmarks.ways.measuring import ONE_THREAD, Measured, Setup

INSTALL = "pip install -e '.[dev,standard,training]' pyopen-wakeword"
"""Everything that is compared."""


class Missing(Exception):
    """A way cannot be measured here; why."""


class Way:
    """A process with one way, pinned like this one, and left alone by Ctrl-C, which is for this one to heed."""

    def __init__(self, name: str, arguments: Sequence[str]) -> None:
        """Raises Missing."""
        command = [sys.executable, "-m", "benchmarks.beside", "--serve", name, *arguments]
        self._name = name
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **ONE_THREAD},
            process_group=0,
        )
        try:
            if missing := json.loads(self._line()).get("missing"):
                raise Missing(f"{missing}: {INSTALL}")
        except BaseException:
            self.close()
            raise

    def measure(self, case: int) -> Measured:
        """Raises Missing where the process has ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{case}\n")
        self._process.stdin.flush()
        return Measured(**json.loads(self._line()))

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _line(self) -> str:
        """What a library prints is passed on."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                return line
            sys.stderr.write(line)
        raise Missing(f"“{self._name}” ended with status {self._process.wait()}; what it wrote is above")


@dataclass
class Found:
    """What was measured of a point."""

    point: Point
    ours: list[Measured] = field(default_factory=list)
    """Round after round, in each case after case."""
    instead: list[Measured] = field(default_factory=list)

    @property
    def times(self) -> Interval:
        """How much cheaper ours is."""
        return ratio(_rounds(self.instead, self.point), _rounds(self.ours, self.point))

    @property
    def told(self) -> str:
        """The same for the table: without an interval where each case was measured once."""
        return str(self.times) if len(self.ours) > len(self.point.cases) else f"{self.times.value:.3g}, once"


def measure(point: Point, rounds: int, warm: bool, arguments: Sequence[str], found: Found) -> None:
    """Both, in turns; `warm` after a case that does not count. Broken off, it leaves what there is. Raises Missing."""
    with ExitStack() as stack:
        ways = []
        for name in (point.ours, point.instead):
            if name is not None:
                ways.append(Way(name, arguments))
                stack.callback(ways[-1].close)
        for way in ways if warm else ():
            way.measure(point.cases[0])  # warm
        for _ in range(rounds):
            for case in point.cases:
                measured = [way.measure(case) for way in ways]
                found.ours.append(measured[0])
                found.instead += measured[1:]


def cells(row: Row, points: Sequence[Found], note: str = "") -> Sequence[str]:
    """Ours, instead, times, wanted and results."""
    if len(points) == 1:
        (found,) = points
        ours = table.seconds(statistics.median(_cpu(found.ours))) + _more(found.ours)
        instead = f"{table.seconds(statistics.median(_cpu(found.instead)))}: {found.point.instead}"
        return ours, instead, f"**{found.told}**", row.wanted, f"{_results(found)}{note}"
    ours = ", ".join(_at(each.point, each.ours) + _more(each.ours) for each in points)
    pairs = [each for each in points if each.instead]
    instead = ", ".join(_at(each.point, each.instead) + _more(each.instead) for each in pairs) or "–"
    times = f"{pairs[0].told} → {pairs[-1].told}" if pairs else "–"
    return ours, instead, times, row.wanted, f"{_growth(row, points)}{note}"


def _growth(row: Row, points: Sequence[Found]) -> str:
    """Of both, from the point that the row names, or the first, to the last."""
    first = next((each for each in points if each.point.label == row.since), points[0])
    last = points[-1]
    told = f"ours {ratio(_rounds(last.ours, last.point), _rounds(first.ours, first.point))} times"
    if last.instead:
        told += f", the other {ratio(_rounds(last.instead, last.point), _rounds(first.instead, first.point))} times"
    return f"from {first.point.label} to {points[-1].point.label}: {told}"


def _results(found: Found) -> str:
    pairs = list(zip((one.result for one in found.ours), (one.result for one in found.instead), strict=True))
    wins, losses = pairs[0]
    if wins in ("hit", "miss") or wins.isdigit():
        return f"{sum(a == b for a, b in pairs)} of {len(pairs)} equal"
    return f"“{wins}”, “{losses}”"[:160]


def _at(point: Point, measured: Sequence[Measured]) -> str:
    return f"{point.label}: {table.seconds(statistics.median(_cpu(measured)))}"


def _more(measured: Sequence[Measured]) -> str:
    names = measured[0].more if measured else ()
    told = [f"{name} {statistics.median(one.more[name] for one in measured):.3g}" for name in names]
    return f" ({', '.join(told)})" if told else ""


def _rounds(measured: Sequence[Measured], point: Point) -> list[list[float]]:
    """Of each case, its rounds."""
    return [_cpu(measured[place :: len(point.cases)]) for place in range(min(len(point.cases), len(measured)))]


def _cpu(measured: Sequence[Measured]) -> list[float]:
    return [one.cpu for one in measured]


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llama", type=Path, metavar="FILE")
    parser.add_argument("--data", type=Path, metavar="DATA")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="rows whose name holds this")
    parser.add_argument("--write", action="store_true", help="rewrite the table in README.md")
    parser.add_argument("--resume", action="store_true", help="leave rows that were measured today")
    parser.add_argument("--serve", choices=WAYS, help=argparse.SUPPRESS)
    return parser.parse_args()


def _row(row: Row, chosen: argparse.Namespace) -> tuple[str, bool]:
    """Its line, and whether to go on: not after Ctrl-C."""
    files = {"--llama": chosen.llama, "--data": chosen.data}
    arguments = [part for option, path in files.items() if path for part in (option, str(path))]
    options = {"llama": " --llama FILE", "data": " --data DATA"}.get(row.needs, "")
    command = f"python -m benchmarks.beside{options} --only '{row.name}'"
    points: list[Found] = []
    instead = row.points[0].instead or "–"
    try:
        print(f"measuring: {row.name}", file=sys.stderr, flush=True)
        if row.needs == "llama" and not chosen.llama:
            raise Missing("give --llama FILE")
        for point in row.points:
            points.append(Found(point))
            measure(point, min(chosen.rounds, row.most_rounds), row.most_rounds > 1, arguments, points[-1])
        note = f"; {row.note(chosen.data)}" if row.note and chosen.data else ""
    except Missing as reason:
        return table.row(row.name, (f"not measured: {reason}", instead, "–", row.wanted, "–"), command), True
    except KeyboardInterrupt:
        whole = [each for each in points if each.ours and (each.instead or each.point.instead is None)]
        if not whole:
            return table.row(row.name, ("not measured: interrupted", instead, "–", row.wanted, "–"), command), False
        for each in whole:
            del each.ours[len(each.instead) or len(each.ours) :]
        return table.row(row.name, cells(row, whole, "; interrupted, this is what there was"), command), False
    return table.row(row.name, cells(row, points, note), command), True


def main() -> None:
    chosen = _parsed()
    if chosen.serve:
        serve(chosen.serve, Setup(chosen.llama, chosen.data))
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where it was started with the signal ignored
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    before = table.known()
    for row in ROWS:
        if chosen.only and not any(part in row.name for part in chosen.only):
            continue
        if chosen.resume and table.is_of_today(before.get(row.name, "")):
            continue
        line, going_on = _row(row, chosen)
        if chosen.write and (going_on or row.name not in before):
            table.rewrite(row.name, line, [each.name for each in ROWS])
        print(line, flush=True)
        if not going_on:
            raise SystemExit(130)


if __name__ == "__main__":
    main()
