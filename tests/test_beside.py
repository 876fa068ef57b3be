"""The comparison with what one would pick instead: its table is rewritten row by row, and what is missing is told."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from benchmarks import table
from benchmarks.beside import Found, cells
from benchmarks.rows import ROWS, Point, Row
from benchmarks.ways import WAYS
from benchmarks.ways.measuring import Measured

ROOT = Path(__file__).parent.parent


def test_every_row_compares_ways_that_there_are() -> None:
    names = {name for row in ROWS for point in row.points for name in (point.ours, point.instead) if name}
    assert names == set(WAYS)
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_a_row_is_rewritten_and_the_others_stay(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{table.BEGIN}\n{table.END}\nafter\n")
    for name, ours in (("b", "1 ms"), ("a", "2 ms"), ("a", "3 | ms")):
        table.rewrite(name, table.row(name, (ours, "9 ms", "3", "–", "same"), "run"), ["a", "b"], readme)
    first, second = table.known(readme).values()
    assert first.startswith("| a | 3 / ms | 9 ms |")
    assert second.startswith("| b | 1 ms |")
    assert table.is_of_today(first)
    assert readme.read_text().startswith("before\n")
    assert readme.read_text().endswith("after\n")
    assert list(tmp_path.iterdir()) == [readme]


def test_a_row_tells_ratios_and_growth() -> None:
    def found(label: str, ours: float, instead: float) -> Found:
        point = Point("ours", "theirs", [0, 1], label)
        return Found(point, *([Measured(each, each, "hit")] * 4 for each in (ours, instead)))

    one = Row("row", (Point("ours", "theirs", [0, 1]),), "≥ 2")
    assert cells(one, [found("", 0.1, 0.3)]) == (
        "100 ms", "300 ms: theirs", "**3 (3 to 3)**", "≥ 2", "4 of 4 equal",
    )  # fmt: skip
    grown = cells(Row("row", ()), [found("10", 0.1, 0.2), found("100", 0.2, 0.8)])
    assert grown[0] == "10: 100 ms, 100: 200 ms"
    assert grown[4] == "from 10 to 100: ours 2 (2 to 2) times, the other 4 (4 to 4) times"


def running(*arguments: str, path: str = "") -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "benchmarks.beside", *arguments]
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def test_what_is_not_installed_has_a_row_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "pyopen_wakeword.py").write_text("raise ImportError('there is no pyopen_wakeword')")
    with running("--only", "detections, pyopen", path=str(tmp_path)) as beside:
        output, _ = beside.communicate()
    assert beside.returncode == 0
    assert "not measured: there is no pyopen_wakeword: pip install" in output


def test_ctrl_c_marks_the_row_that_it_breaks_off() -> None:
    with running("--only", "text match, 100 devices", "--only", "text match, 1000", "--rounds", "100000") as beside:
        assert beside.stderr is not None
        assert beside.stderr.readline() == "measuring: text match, 100 devices\n"
        beside.send_signal(signal.SIGINT)
        output, _ = beside.communicate()
    assert beside.returncode == 130
    assert "interrupted" in output
    assert "1000 devices" not in output
