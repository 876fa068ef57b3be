"""Ours beside what a user would pick instead, side by side in one run on one core, and the table of it in README.md.

    python -m benchmarks.beside [--llama FILE] [--data DATA] [--rounds 5] [--only NAME]… [--write]

FILE is TinyLlama 1.1B Chat Q4_K_M or its stand-in (`benchmarks.standin_tinyllama`), DATA the folder of public
recordings. Every way lives in a process of its own with one thread; each round measures each case with all of them, one
right after the other, so that what else the machine does hits all alike. Ratios are of medians, with 95 % intervals.
`--write` rewrites the rows that were measured, and leaves the others.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.bench.figures import Interval, ratio
from benchmarks.ways import WAYS, Measured, Setup, serve

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- beside: rewritten by python -m benchmarks.beside --write -->", "<!-- beside: end -->"
HEADER = "| what | ours | instead | times cheaper (95 %) | wanted | results | date | machine | command |"

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "CT2_INTER_THREADS", "ORT_NUM_THREADS"), "1"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison."""

    name: str
    ours: str
    instead: str
    cases: Sequence[int]
    wanted: str = "–"
    most_rounds: int = 1000
    """Where one takes minutes."""
    remedy: str = "pip install 'hearth-assistant[standard]'"
    """How to install what is compared with."""


OTHERS = "pip install openwakeword==0.4.0 pyopen-wakeword"
ROWS = (
    Row("end of speech → intent, phrase path", "phrase path", "faster_whisper as documented", range(4), "≥ 20"),
    Row(
        "the same, beside wyoming-faster-whisper's settings",
        "phrase path", "faster_whisper as wyoming-faster-whisper", range(4), "≥ 20",
    ),
    Row("Whisper path, 3 s command", "short Whisper", "faster_whisper, 3 s, as documented", [0], "≥ 5"),
    Row("the same, language not told", "short Whisper", "faster_whisper, 3 s, language told by itself", [0], "≥ 5"),
    Row(
        "the same, beside wyoming-faster-whisper's settings on ARM",
        "short Whisper", "faster_whisper, 3 s, as wyoming-faster-whisper on ARM", [0], "–",
    ),
    Row(
        "Whisper path, weights tuned for short sound",
        "short Whisper, margin 1.28 s", "faster_whisper, 3 s, as documented", [0], "≥ 5",
    ),
    Row("TinyLlama step, warm", "choices", "JSON schema", range(5), "≥ 8", most_rounds=2),
    Row("TinyLlama step, the other's first turn", "choices", "JSON schema, first turn", [0], "≥ 8", most_rounds=2),
    *(
        Row(f"text match, {n} devices", f"phrase book, {n}", f"hassil, {n}", range(32), "≥ 0.83" if n == 100 else "–")
        for n in (100, 300, 1000)
    ),
    Row("wake word, 80 s of quiet", "ears", "openwakeword.Model", range(4), "≥ 4", most_rounds=3, remedy=OTHERS),
    Row("wake word, 80 s of speech", "ears", "openwakeword.Model", range(4, 8), "≥ 1", most_rounds=3, remedy=OTHERS),
    Row("wake word, detections", "ears", "openwakeword.Model", range(8, 12), "the same", most_rounds=1, remedy=OTHERS),
    Row(
        "wake word, 80 s of quiet, pyopen-wakeword", "ears", "pyopen_wakeword", range(4), most_rounds=3, remedy=OTHERS,
    ),
    Row(
        "wake word, 80 s of speech, pyopen-wakeword",
        "ears", "pyopen_wakeword", range(4, 8), most_rounds=3, remedy=OTHERS,
    ),
    Row("first audio of three sentences", "first audio", "piper, whole text", range(4), "≥ 3"),
)  # fmt: skip


class Way:
    """A process with one way, pinned like this one."""

    def __init__(self, name: str, arguments: Sequence[str]) -> None:
        command = [sys.executable, "-m", "benchmarks.beside", "--serve", name, *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **ONE_THREAD}
        )
        self._line()

    def measure(self, case: int) -> Measured:
        """Raises RuntimeError where the process has ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{case}\n")
        self._process.stdin.flush()
        return Measured(**json.loads(self._line()))

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"ended with status {self._process.wait()}")
        return line


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of a row."""

    row: Row
    ours: float
    instead: float
    times: Interval
    results: str
    more: str


def compare(row: Row, rounds: int, arguments: Sequence[str]) -> Compared:
    """Measure both, in turns. Raises RuntimeError where one cannot be."""
    ways: list[Way] = []
    try:
        ways.extend(Way(name, arguments) for name in (row.ours, row.instead))
        for way in ways:
            way.measure(row.cases[0])  # warm
        found: list[list[Measured]] = [[], []]
        for _ in range(min(rounds, row.most_rounds)):
            for case in row.cases:
                for way, measured in zip(ways, found, strict=True):
                    measured.append(way.measure(case))
    finally:
        for way in ways:
            way.close()
    ours, instead = ([one.cpu for one in measured] for measured in found)
    pairs = list(zip(*([one.result for one in measured] for measured in found), strict=True))
    wins, losses = pairs[0]
    equal = sum(a == b for a, b in pairs)
    counted = wins in ("hit", "miss") or wins.isdigit()
    results = f"{equal} of {len(pairs)} equal" if counted else f"“{wins}”, “{losses}”"[:160].replace("|", "/")
    names = found[0][0].more
    more = ", ".join(f"{name} {statistics.median(one.more[name] for one in found[0]):.3f}" for name in names)
    return Compared(
        row,
        statistics.median(ours),
        statistics.median(instead),
        ratio(instead, ours),
        results[:160].replace("|", "/"),
        more,
    )


def line(compared: Compared, machine: str, command: str) -> str:
    """The row of the table."""
    row = compared.row
    ours = _time(compared.ours) + (f" ({compared.more})" if compared.more else "")
    return (
        f"| {row.name} | {ours} | {_time(compared.instead)}: {row.instead} | **{compared.times}** | {row.wanted} | "
        f"{compared.results} | {date.today()} | {machine} | {command} |"
    )


def missing(row: Row, reason: str, machine: str, command: str) -> str:
    """The row of what could not be measured."""
    told = f"| {row.name} | not measured: {reason} | {row.instead} | – | {row.wanted} | – "
    return f"{told}| {date.today()} | {machine} | {command} |"


def machine_name() -> str:
    """Processor, kernel and how busy the machine was."""
    try:
        info = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        info = ""
    model = re.search(r"model name\s*: (.*)", info)
    name = model[1] if model else platform.processor() or platform.machine()
    return f"{' '.join(name.split())}, one of {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def rewrite(lines: Sequence[str]) -> None:
    """Put the rows into README.md, in the place of those of the same name."""
    text = README.read_text("utf-8")
    if BEGIN not in text:
        text += f"\n## Beside what one would pick instead\n\n{BEGIN}\n{END}\n"
    before, rest = text.split(BEGIN, 1)
    inside, after = rest.split(END, 1)
    known = {each.split("|")[1].strip(): each for each in inside.splitlines() if each.startswith("|")}
    known |= {each.split("|")[1].strip(): each for each in lines}
    order = [known[row.name] for row in ROWS if row.name in known]
    table = "\n".join([HEADER, "|" + "---|" * (HEADER.count("|") - 1), *order])
    README.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", "utf-8")


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llama", type=Path, metavar="FILE")
    parser.add_argument("--data", type=Path, metavar="DATA")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="rows whose name holds this")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--serve", choices=WAYS, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    chosen = _parsed()
    if chosen.serve:
        serve(chosen.serve, Setup(chosen.llama, chosen.data))
        return
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    files = {"--llama": chosen.llama, "--data": chosen.data}
    arguments = [part for option, path in files.items() if path for part in (option, str(path))]
    for row in ROWS:
        if chosen.only and not any(part in row.name for part in chosen.only):
            continue
        shown = "FILE" if "TinyLlama" in row.name else "DATA" if "speech" in row.name and "wake" in row.name else ""
        options = {"FILE": " --llama FILE", "DATA": " --data DATA"}.get(shown, "")
        command = f"`python -m benchmarks.beside{options} --only '{row.name}'`"
        machine = machine_name()
        if "TinyLlama" in row.name and not chosen.llama:
            written = missing(row, "give --llama FILE", machine, command)
        else:
            try:
                written = line(compare(row, chosen.rounds, arguments), machine, command)
            except (RuntimeError, OSError) as error:
                written = missing(row, f"{error}; is it installed? {row.remedy}", machine, command)
        print(written, flush=True)
        if chosen.write:
            rewrite([written])


if __name__ == "__main__":
    main()
