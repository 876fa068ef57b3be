"""Figures are right, a run that is broken off keeps what it has, and the page shows all of it."""

import json
import os
import signal
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from assistant import testing
from assistant.__main__ import cli
from assistant.bench import golden
from assistant.bench.compare import changes, differences, read_run
from assistant.bench.figures import ratio, share, spread
from assistant.bench.quality import accuracy
from assistant.bench.report import page
from assistant.bench.said import commands
from assistant.bench.sensors import Energy, energy_meter, thermal
from assistant.errors import ManifestError
from assistant.evaluate import Line, Trial
from assistant.messages import Transcript
from skills import light, timer

RUN: dict[str, Any] = {
    "version": "1", "complete": True, "profile": "embedded", "at": "2026-11-21",
    "machine": {"name": "a <test>", "cores": 2},
    "libraries": {"numpy": "2"}, "disk_mb": {"models": 1.0}, "idle_cpu_s_per_hour": 40.0,
    "ms": {"turn": {"n": 3, "p50": 2.0, "p90": 3.0, "p99": 3.0, "max": 3.0, "values": [1.0, 2.0, 3.0]}},
    "turns": [{"said": "turn & turn", "right": True, "seconds": 0.002, "ms": {"recognize": 1.0, "understand": 1.0}}],
    "memory_mb": {"peak": 100.0, "over_time": [[0.0, 90.0], [1.0, 100.0]]},
    "accuracy": {
        "clean": {"n": 3, "value": 1.0, "low": 0.4, "high": 1.0, "slot_f1": 0.9},
        "false_acceptance": {"n": 3, "value": 0.0, "low": 0.0, "high": 0.5},
    },
    "thermal": {"before": {"celsius": None, "throttled": None}, "after": {"celsius": 60.0, "throttled": []}},
    "energy_of_turns": {"how": "unavailable: no sensor"},
    "drift": {"first": False, "compared": 2, "since": "numpy 1 → 2", "changed": [["stop", "a", "b"]]},
}  # fmt: skip


def test_percentiles_and_their_intervals() -> None:
    found = spread(list(range(101)))
    assert (found.n, found.p50, found.p90, found.p99, found.max) == (101, 50, 90, 99, 100)
    with pytest.raises(ValueError, match="nothing"):
        spread([])
    chance = np.random.default_rng(3)
    twice = ratio(list(chance.normal(20, 2, 200)), list(chance.normal(10, 1, 200)))
    assert twice.low < 2 < twice.high
    assert twice.high - twice.low < 0.2
    assert ratio([1.0], [2.0]).value == 0.5


def test_shares_have_intervals_that_hold_near_none_and_all() -> None:
    assert share(0, 0).high == 1
    assert share(0, 20).low == 0
    assert 0.1 < share(0, 20).high < 0.2
    assert 0.8 < share(20, 20).low < 0.9


def test_accuracy_counts_slots() -> None:
    line = Line("x", None, "light.on", {"light": "lamp", "level": 3})
    trials = [
        Trial(line, None, "light.on", {"light": "lamp", "level": 4}, "", False, False, wrong=["level"]),
        Trial(line, None, None, {}, "", False, False),
    ]
    found = accuracy(trials)
    assert (found["n"], found["value"]) == (2, 0.0)
    assert found["slot_f1"] == pytest.approx(2 * 1 / (4 + 2), abs=1e-4)


async def test_what_is_said_is_what_the_house_understands() -> None:
    built = await testing.assistant(light.skill, timer.skill, house=testing.house({"": {"lamp": "light"}}))
    lines = await commands(built.mind.vocabulary, 30)
    assert len(lines) == 30
    assert len({line.intent for line in lines}) > 10
    for line in lines[:10]:
        record, _ = await built.mind.answer(Transcript(line.said, 1.0, "typed"), dry_run=True)
        assert record.intent == line.intent


def test_energy_comes_from_what_the_machine_has(tmp_path: Path) -> None:
    assert energy_meter(tmp_path) is None
    sensor = tmp_path / "sys/class/hwmon/hwmon3"
    sensor.mkdir(parents=True)
    (sensor / "name").write_text("ina219\n")
    (sensor / "power1_input").write_text("2500000\n")
    meter = energy_meter(tmp_path)
    assert meter is not None
    assert meter.watts is not None
    assert (meter.how, meter.watts()) == ("INA219", 2.5)
    zone = tmp_path / "sys/class/powercap/intel-rapl:0"
    zone.mkdir(parents=True)
    for name, value in (("energy_uj", "90000000"), ("max_energy_range_uj", "100000000"), ("name", "package-0")):
        (zone / name).write_text(value)
    meter = energy_meter(tmp_path)
    assert meter is not None
    assert meter.how == "RAPL, package-0"
    energy = Energy(meter)
    (zone / "energy_uj").write_text("5000000")
    assert energy.joules == pytest.approx(15), "the counter went round"


def test_temperature_and_throttling_of_a_pi(tmp_path: Path) -> None:
    assert thermal(tmp_path).celsius is None
    zone = tmp_path / "sys/class/thermal/thermal_zone0"
    zone.mkdir(parents=True)
    (zone / "temp").write_text("81250\n")
    told = tmp_path / "sys/devices/platform/soc/soc:firmware/get_throttled"
    told.parent.mkdir(parents=True)
    told.write_text("50004\n")
    state = thermal(tmp_path)
    assert state.celsius == 81.25
    assert state.throttled == (
        "it is throttled",
        "since the start: the voltage is too low",
        "since the start: it is throttled",
    )


def test_answers_are_recorded_once_and_compared_after_that(tmp_path: Path) -> None:
    file = tmp_path / "new" / "golden.json"
    assert golden.compare(file, {"a": "1", "b": "2"}, {"numpy": "1"}).first
    same = golden.compare(file, {"a": "1", "b": "2"}, {"numpy": "1"})
    assert (same.first, same.compared, same.changed, same.since) == (False, 2, (), "")
    drifted = golden.compare(file, {"a": "1", "b": "3", "c": "4"}, {"numpy": "2"})
    assert (drifted.compared, drifted.changed, drifted.since) == (2, (("b", "2", "3"),), "numpy 1 → 2")
    file.write_text("torn")
    assert golden.compare(file, {"a": "1"}, {}).first


def test_two_runs_are_compared(tmp_path: Path) -> None:
    turn = {**RUN["ms"]["turn"], "p50": 20, "values": [19.0, 20.0, 21.0]}
    slower = {**RUN, "profile": "standard", "ms": {"turn": turn}}
    (change,) = changes(RUN, slower)
    assert (change.stage, change.before, change.now, change.verdict) == ("turn", 2.0, 20, "slower")
    assert changes(RUN, RUN)[0].verdict == "no difference that is sure"
    assert differences(RUN, slower) == ["profile embedded → standard"]
    for wrong in ("", "[]", '{"ms": 3}'):
        (tmp_path / "wrong.json").write_text(wrong)
        with pytest.raises(ManifestError, match="assistant bench --json"):
            read_run(tmp_path / "wrong.json")


class Page(HTMLParser):
    """Counts elements and what they load."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loaded += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_has_all_plots_and_loads_nothing() -> None:
    shown = Page()
    text = page(RUN, changes(RUN, RUN), ["numpy 1 → 2"])
    shown.feed(text)
    assert shown.tags.count("svg") == 4
    assert shown.loaded == []
    assert "script" not in shown.tags
    assert "a &lt;test&gt;" in text
    assert "turn &amp; turn" in text
    assert "interrupted" not in text
    assert "interrupted" in page({**RUN, "complete": False})
    Page().feed(page({"ms": {}, "complete": False}))


def test_a_report_that_cannot_be_written_is_told_before_or_after(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["bench", "--report", str(tmp_path)])
    assert result.exit_code == 2
    assert "--report" in result.output
    command = ["bench", "--stage", "speak", "--turns", "1", "--set", f"state.folder={tmp_path}"]
    result = CliRunner().invoke(cli, [*command, "--report", "/dev/full"])
    assert result.exit_code == 1
    assert "speak, first sound" in result.output, "the figures are shown all the same"


def test_a_manifest_with_missing_files_is_measured_as_far_as_it_goes(tmp_path: Path) -> None:
    manifest = tmp_path / "said.jsonl"
    lines = [{"text": "what time is it", "intent": "clock.time"}, {"audio": "gone.wav", "intent": "clock.time"}]
    manifest.write_text("\n".join(map(json.dumps, lines)))
    command = [
        "bench",
        "--stage",
        "understand",
        "--manifest",
        str(manifest),
        "--json",
        "--set",
        f"state.folder={tmp_path}",
    ]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 2
    run = json.loads(result.stdout)
    assert "gone.wav" in run["unreadable"][0]
    assert run["ms"]["turn"]["n"] == 1
    assert run["accuracy"]["clean"]["value"] == 1.0


def test_what_was_measured_before_an_interruption_is_kept_and_marked(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "assistant", "bench", "--json", "--set", f"state.folder={tmp_path}"]
    report = tmp_path / "r.html"
    with subprocess.Popen(
        [*command, "--report", str(report), "-v"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if "heard a command" in line:
                break
        os.kill(running.pid, signal.SIGINT)
        output, _ = running.communicate(timeout=120)
    assert running.returncode == 130
    run = json.loads(output)
    assert run["complete"] is False
    assert "interrupted" in report.read_text()
