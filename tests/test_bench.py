"""Figures are right, a run that is broken off keeps what it has, and the page shows all of it."""

import json
import mmap
import os
import signal
import subprocess
import sys
import time
from dataclasses import astuple
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
from assistant.bench.figures import difference, ratio, ratio_of_cases, share, spread
from assistant.bench.processes import forget_peaks, memory
from assistant.bench.quality import accuracy
from assistant.bench.report import page
from assistant.bench.said import commands
from assistant.bench.sensors import Energy, EnergyMeter, energy_meter, thermal
from assistant.errors import ManifestError
from assistant.evaluate import Line, Trial
from assistant.messages import Transcript
from skills import light, timer

RUN: dict[str, Any] = {
    "version": "1", "complete": True, "profile": "embedded", "at": "2026-11-21",
    "machine": {"name": "a <test>", "cores": 2},
    "libraries": {"numpy": "2"}, "disk_mb": {"models": 1.0}, "idle_cpu_s_per_hour": 40.0,
    "ms": {
        "turn": {"unit": "ms", "n": 5, "p50": 2.0, "p90": 3.0, "p99": 3.0, "max": 3.0, "values": [1.0, 2, 2, 2, 3]}
    },
    "throughput": {
        "voice": {"unit": "s/s", "n": 5, "p50": 0.1, "p90": 0.1, "p99": 0.1, "max": 0.1, "values": [0.1] * 5},
        "llm": {"unit": "tokens/s", "n": 5, "p50": 7, "p90": 9, "p99": 9, "max": 9, "values": [6.0, 7, 7, 7, 9]},
    },
    "turns": [{
        "said": "turn & turn", "right": True, "seconds": 0.002, "ms": {"recognize": 1.0, "understand": 1.0},
        "attempts": [["recognize", "hearth", 1.0, "taken"]],
    }],
    "memory_mb": {
        "peak": 100.0, "over_time": {"assistant": [[0.0, 90.0], [1.0, 100.0]], "llama_worker": [[1.0, 10.0]]},
        "processes": {"assistant": 100.0, "llama_worker": 10.0}, "stages": {"loading": {"assistant": 100.0}},
        "spans": [["loading", 0.0, 1.0]],
    },
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


def test_cases_that_differ_do_not_widen_the_interval_of_their_ratio() -> None:
    cases = [[1.0, 1.1, 0.9], [100.0, 101.0, 99.0], [5.0, 5.1, 4.9]]
    doubled = [[2 * value for value in case] for case in cases]
    found = ratio_of_cases(doubled, cases)
    assert found.value == 2.0
    assert 1.8 < found.low <= 2 <= found.high < 2.2
    assert ratio([each for case in doubled for each in case], [each for case in cases for each in case]).high > 5


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


def test_power_that_is_sampled_is_summed() -> None:
    began = time.monotonic()
    energy = Energy(EnergyMeter("INA219", watts=lambda: 1000.0))
    first = energy.joules
    assert 0 < first < energy.joules <= 1000 * (time.monotonic() - began)


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
    assert golden.compare(file, {"c": "4"}, {"numpy": "1"}).compared == 0
    assert golden.compare(file, {"c": "5"}, {"numpy": "2"}).changed == (("c", "4", "5"),), "it joined the record"
    file.write_text("torn")
    assert golden.compare(file, {"a": "1"}, {}).first


def test_two_runs_are_compared(tmp_path: Path) -> None:
    turn = {**RUN["ms"]["turn"], "p50": 20, "values": [19.0, 20, 20, 20, 21]}
    writes = {**RUN["throughput"]["llm"], "p50": 70, "values": [69.0, 70, 70, 70, 71]}
    heard = {"n": 100, "value": 0.5, "low": 0.4, "high": 0.6, "slot_f1": 0.9}
    now = {
        **RUN, "profile": "standard", "ms": {"turn": turn}, "throughput": {"llm": writes},
        "accuracy": {"clean": heard, "false_acceptance": {"n": 100, "value": 0.9, "low": 0.8, "high": 0.95}},
    }  # fmt: skip
    found = {each.what: each for each in changes(RUN, now)}
    assert (found["turn"].before, found["turn"].now, found["turn"].verdict) == (2.0, 20, "worse")
    assert found["llm"].verdict == "better"
    assert found["accepted, clean"].verdict == "no sure difference", "three of three were heard before"
    assert found["wrongly accepted"].verdict == "worse"
    assert found["memory, llama_worker"].told == "1 times, measured once"
    assert {each.verdict for each in changes(RUN, RUN)} == {"no sure difference", "–"}
    assert differences(RUN, now) == ["profile embedded → standard"]
    for wrong in ("", "[]", '{"ms": 3}'):
        (tmp_path / "wrong.json").write_text(wrong)
        with pytest.raises(ManifestError, match="assistant bench --json"):
            read_run(tmp_path / "wrong.json")


def test_few_measurements_are_compared_without_an_interval() -> None:
    few = {**RUN, "ms": {"turn": {**RUN["ms"]["turn"], "values": [2.0, 2.0]}}}
    assert next(iter(changes(RUN, few))).change is None


def test_shares_that_are_apart_have_an_interval() -> None:
    apart = difference(share(56, 70), share(48, 80))
    assert astuple(apart) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4), "Newcombe (1998), table II, example (a)"


def test_memory_is_told_by_process_and_its_peak_is_found() -> None:
    before = memory()
    assert before["assistant"] > 10
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", "0", "--bind", "127.0.0.1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None or child.stderr is not None
        found = memory()
        child.terminate()
    assert len(found) == 2
    exact = forget_peaks()
    # From the system, for the heap may have as much to give that is resident already.
    with mmap.mmap(-1, 40_000_000) as block:
        np.frombuffer(block, np.uint8).fill(1)
    assert not exact or memory(peak=True)["assistant"] > memory()["assistant"] + 30


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
    assert "llm" in text
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
    assert "gone.wav does not exist" in run["unreadable"][0]
    assert run["ms"]["turn"]["n"] == 1
    assert run["accuracy"]["clean"]["value"] == 1.0


def test_each_engine_is_measured_alone(tmp_path: Path) -> None:
    command = ["bench", "--turns", "2", "--json", "--set", f"state.folder={tmp_path}"]
    for stage in ("recognize", "speak", "wake"):
        command += ["--stage", stage]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 0, result.output
    run = json.loads(result.stdout)
    assert run["complete"]
    rates = run["throughput"]
    assert {"recognize: hearth", "speech or not", "voice", "waiting, in a quiet room"} < set(rates)
    assert rates["waiting, in a quiet room"]["p50"] < rates["waiting, while people talk"]["p50"], "the gate is shut"
    assert run["memory_mb"]["stages"]["turns"]["assistant"] > 50
    assert [name for name, _, _ in run["memory_mb"]["spans"]] == ["loading", "turns", "recognize", "wake", "speak"]
    assert run["disk_mb"]["Python packages"] > 50


def test_a_failure_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    """A folder where the record of answers belongs, which is read last."""
    (tmp_path / "golden-embedded.json").mkdir()
    report = tmp_path / "report.html"
    command = ["bench", "--turns", "1", "--stage", "speak", "--stage", "golden", "--set", f"state.folder={tmp_path}"]
    result = CliRunner().invoke(cli, [*command, "--report", str(report)])
    assert result.exit_code == 0
    assert "golden-embedded.json cannot be" in result.output
    assert "speak, first sound" in report.read_text()


def running(*arguments: str, **more: Any) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "assistant", "bench", "--json", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def ignoring() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def test_what_was_measured_before_an_interruption_is_kept_and_marked(tmp_path: Path) -> None:
    """Also by a program that was started with the signal ignored; and what is written meanwhile is written whole."""
    report = tmp_path / "report.html"
    os.mkfifo(report)
    settings = ("--set", f"state.folder={tmp_path}", "--report", str(report), "-v")
    with running(*settings, preexec_fn=ignoring) as bench:
        assert bench.stdout is not None
        assert bench.stderr is not None
        heard = (line for line in bench.stderr if "heard a command" in line)
        for _ in range(3):  # the first is not measured, and the last is not written down yet
            next(heard)
        bench.send_signal(signal.SIGINT)
        run = json.loads(bench.stdout.readline())
        for _ in range(3):
            bench.send_signal(signal.SIGINT)
        written = report.read_text()
        bench.communicate()
    assert bench.returncode == 130
    assert run["complete"] is False
    assert run["ms"]["turn"]["n"] >= 1
    assert "interrupted" in written
    assert written.endswith("</html>\n")


def test_an_interruption_before_anything_was_measured_is_told_too(tmp_path: Path) -> None:
    manifest = tmp_path / "said.jsonl"
    os.mkfifo(manifest)
    with running("--set", f"state.folder={tmp_path}", "--manifest", str(manifest)) as bench:
        with manifest.open("w") as lines:  # it is being read now
            bench.send_signal(signal.SIGINT)
            lines.write('{"text": "what time is it", "intent": "clock.time"}')
        output, problems = bench.communicate()
    assert bench.returncode == 130
    assert json.loads(output)["ms"] == {}
    assert "Interrupted" in problems
