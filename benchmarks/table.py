"""The table of `benchmarks.beside` in README.md: its rows as text, rewritten one by one."""

import os
import platform
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- beside: rewritten by python -m benchmarks.beside --write -->", "<!-- beside: end -->"
HEADER = "| what | ours | instead | times cheaper (95 %) | wanted | results | date | machine | command |"


def row(name: str, cells: Sequence[str], command: str) -> str:
    """A line; `cells` are ours, instead, times, wanted and results."""
    tidy = " | ".join(" ".join(cell.replace("|", "/").split()) for cell in cells)
    return f"| {name} | {tidy} | {date.today()} | {machine_name()} | `{command}` |"


def machine_name() -> str:
    """Processor, and how busy the machine is now."""
    try:
        info = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        info = ""
    model = re.search(r"model name\s*: (.*)", info)
    name = model[1] if model else platform.processor() or platform.machine()
    return f"{' '.join(name.split())}, one of {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def known(readme: Path = README) -> dict[str, str]:
    """The lines of the table, by what they compare."""
    inside = readme.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    lines = [line for line in inside.splitlines() if line.startswith("|")][2:]
    return {line.split("|")[1].strip(): line for line in lines}


def is_of_today(line: str) -> bool:
    """Whether it was measured today, and wholly."""
    return f"| {date.today()} |" in line and "not measured" not in line and "interrupted" not in line


def rewrite(name: str, line: str, order: Sequence[str], readme: Path = README) -> None:
    """Put it in the place of the line of that name; others stay as they are, in this order, unless they are gone.

    The file is replaced whole, so that nothing is lost where this is broken off.
    """
    text = readme.read_text("utf-8")
    if BEGIN not in text:
        text += f"\n## Beside what one would pick instead\n\n{BEGIN}\n{END}\n"
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    lines = {**known(readme), name: line}
    table = "\n".join(
        [HEADER, "|" + "---|" * (HEADER.count("|") - 1), *(lines[each] for each in order if each in lines)]
    )
    partial = readme.with_suffix(".part")
    partial.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", "utf-8")
    partial.replace(readme)


def seconds(value: float) -> str:
    """For people."""
    return f"{value:.3g} s" if value >= 1 else f"{value * 1000:.3g} ms"
