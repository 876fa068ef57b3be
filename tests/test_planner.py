"""Plans for machines that are here and for ones that are not: what is counted, known, measured and recommended."""

import dataclasses
import os
import re
from pathlib import Path

import pytest

from assistant.errors import EngineError
from assistant.models import planner
from assistant.models.machine import Machine, fits, free_memory, require, this_machine
from assistant.models.planner import Plan, encoder_work
from assistant.models.probe import probe
from assistant.models.rates import Probe, Speed, expect, known_rates
from assistant.models.trust import SHIPPED, load

RATES = known_rates()
BOARDS = {
    "Raspberry Pi Zero 2 W Rev 1.0": ("Raspberry Pi Zero 2 W", 512, 1.0),
    "Raspberry Pi 3 Model B Plus Rev 1.3": ("Raspberry Pi 3 B+", 1024, 1.4),
    "Raspberry Pi 4 Model B Rev 1.5": ("Raspberry Pi 4", 4096, 1.8),
    "Raspberry Pi 400 Rev 1.0": ("Raspberry Pi 4", 4096, 1.8),
    "Raspberry Pi Compute Module 4 Rev 1.0": ("Raspberry Pi 4", 2048, 1.5),
    "Raspberry Pi 5 Model B Rev 1.0": ("Raspberry Pi 5", 8192, 2.4),
    "Raspberry Pi 500 Rev 1.0": ("Raspberry Pi 5", 8192, 2.4),
}
"""What the device tree says, whose figures are taken, megabytes, GHz."""

FAST = Probe(matmul=1000.0, copy=1000.0)
"""Faster than any figure: nothing is slowed down."""

MEASURED = {"phrase recognizer": 0.2, "phrase book": 0.01, "espeak-ng: first sound": 0.005}


def board(name: str, free: float = 0.8) -> Machine:
    _, megabytes, clock = BOARDS[name]
    memory = megabytes * 2**20
    return Machine(name, 4, clock, memory, int(memory * free), dot_product="Pi 5" in name)


def planned(machine: Machine, speed: Speed | None = None, **measured: float) -> Plan:
    speed = speed or expect(machine, FAST, RATES, 4, "aarch64")
    return planner.plan(machine, FAST, speed, load(SHIPPED), {**MEASURED, **measured}, 0.65)


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        file = root / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def test_a_raspberry_pi_is_recognised(tmp_path: Path) -> None:
    write(
        tmp_path,
        proc__cpuinfo="processor\t: 0\nFeatures\t: fp asimd crc32 asimdhp asimddp\n\nprocessor\t: 1\n",
        proc__meminfo="MemTotal:        8255232 kB\nMemFree:  100 kB\nMemAvailable:    7400000 kB\n",
    )
    write(tmp_path / "proc" / "device-tree", model="Raspberry Pi 5 Model B Rev 1.0\0")
    write(tmp_path / "sys/devices/system/cpu/cpu0/cpufreq", cpuinfo_max_freq="2400000\n")
    machine = this_machine(tmp_path)
    assert (machine.name, machine.clock, machine.dot_product) == ("Raspberry Pi 5 Model B Rev 1.0", 2.4, True)
    assert (machine.memory, machine.free) == (8255232 * 1024, 7400000 * 1024)


def test_a_machine_without_any_of_the_files_is_only_unknown(tmp_path: Path) -> None:
    machine = this_machine(tmp_path)
    assert (machine.name, machine.memory, machine.free, machine.dot_product) == (os.uname().machine, 0, 0, False)


def test_this_machine_has_memory_and_cores() -> None:
    machine = this_machine()
    assert machine.cores >= 1
    assert 0 < machine.free <= machine.memory


@pytest.mark.parametrize(
    ("most", "used", "cache", "free"),
    [("max", "900", "0", 4096), ("3000", "900", "0", 2100), ("3000", "900", "500", 2600), ("100", "900", "0", 0)],
)
def test_a_limit_of_the_service_is_a_limit_of_the_memory(
    tmp_path: Path, most: str, used: str, cache: str, free: int
) -> None:
    write(tmp_path, proc__meminfo="MemAvailable: 4 kB\n", proc__self__cgroup="0::/system.slice/assistant.service\n")
    group = tmp_path / "sys/fs/cgroup/system.slice"
    stat = f"anon 1\ninactive_file {cache}\n"
    write(group, **{"memory.max": most, "memory.current": used, "memory.stat": stat})
    write(group / "assistant.service", **{"memory.max": "max\n", "memory.current": "5\n"})
    assert free_memory(tmp_path) == free


def test_a_third_of_the_memory_is_kept() -> None:
    assert fits(700, 1000)
    assert not fits(701, 1000)
    require(700, "whisper-tiny.en", 1000)
    with pytest.raises(EngineError) as raised:
        require(800_000_000, "tinyllama-q4_k_m", 300_000_000)
    sentence = "tinyllama-q4_k_m needs 800 MB of memory; 300 MB are free, of which 30% are kept for the rest."
    assert str(raised.value).startswith(sentence)
    with pytest.raises(EngineError):
        require(2**60, "a planet")


def test_every_figure_says_why_to_believe_it() -> None:
    figures = ("matmul", "copy", "encoder", "decoder", "prefill", "decode", "voice")
    for machine in RATES:
        for name in figures:
            figure = getattr(machine, name)
            assert len(figure.source) > 5
            assert (figure.kind == "measured") == (machine.matches == "x86_64"), (
                "nothing was measured on a Raspberry Pi"
            )


@pytest.mark.parametrize("name", BOARDS)
def test_boards_are_known_by_their_own_figures(name: str) -> None:
    speed = expect(board(name), FAST, RATES, 4, "aarch64")
    assert (speed.basis, speed.known) == (BOARDS[name][0], True)
    (rates,) = (each for each in RATES if each.name == speed.basis)
    for rate in ("encoder", "decoder", "prefill", "decode", "voice"):
        assert getattr(speed, rate) == pytest.approx(getattr(rates, rate).value)


def test_a_board_that_measures_slower_is_expected_to_be_slower() -> None:
    machine = board("Raspberry Pi 4 Model B Rev 1.5")
    speed = expect(machine, Probe(matmul=5.9 * 1.25 / 1.8, copy=2.5), RATES, 4, "aarch64")
    usual = expect(machine, FAST, RATES, 4, "aarch64")
    assert speed.prefill == pytest.approx(usual.prefill * 1.25 / 1.8)
    assert speed.voice == pytest.approx(usual.voice * 1.8 / 1.25)
    assert speed.decode == pytest.approx(usual.decode)


@pytest.mark.parametrize(
    ("instructions", "dot", "basis"),
    [
        ("aarch64", True, "Raspberry Pi 5"),
        ("aarch64", False, "Raspberry Pi 4"),
        ("x86_64", False, "an x86-64 core with AVX2"),
    ],
)
def test_an_unknown_machine_goes_by_the_nearest_and_what_it_measures(instructions: str, dot: bool, basis: str) -> None:
    (near,) = (each for each in RATES if each.name == basis)
    twice = Probe(2 * near.matmul.value, 0.5 * near.copy.value)
    machine = Machine("Orange Pi 5", 8, 2.4, 2**33, 2**33, dot)
    speed = expect(machine, twice, RATES, near.cores, instructions)
    assert (speed.basis, speed.known) == (basis, False)
    assert speed.prefill == pytest.approx(2 * near.prefill.value)
    assert speed.decode == pytest.approx(near.decode.value / 2)
    assert speed.decoder == pytest.approx(near.decoder.value * 2)


def test_more_threads_help_and_copying_least() -> None:
    machine = board("Raspberry Pi 4 Model B Rev 1.5")
    one, four = (expect(machine, FAST, RATES, threads, "aarch64") for threads in (1, 4))
    assert one.voice == pytest.approx(0.79, rel=0.05)
    assert 1 < four.decode / one.decode < four.prefill / one.prefill < 4


def test_the_encoder_is_counted_as_its_layers_are() -> None:
    positions, width = 1500, 384
    multiplied = 4 * (4 * width**2 * positions + 2 * width * positions**2 + 2 * 4 * width**2 * positions)
    convolved = 3 * 80 * width * 2 * positions + 3 * width * width * positions
    assert encoder_work(30) == pytest.approx(2 * (multiplied + convolved) / 1e9)
    assert encoder_work(30) == pytest.approx(36.9, rel=0.01)


def test_half_a_gigabyte_is_told_no_with_the_reason() -> None:
    plan = planned(board("Raspberry Pi Zero 2 W Rev 1.0", 0.6))
    assert plan.profile == "embedded"
    assert re.match(r"standard needs 1410 MB of memory, too much of the 322 MB that are free", plan.reason)
    assert [profile.fits for profile in plan.profiles] == [True, False]


def test_two_gigabytes_hold_the_standard_profile() -> None:
    plan = planned(board("Raspberry Pi Compute Module 4 Rev 1.0", 0.85))
    assert [profile.fits for profile in plan.profiles] == [True, True]


def test_a_raspberry_pi_5_has_the_standard_profile_and_answers_soon() -> None:
    plan = planned(board("Raspberry Pi 5 Model B Rev 1.0"))
    assert plan.profile == "standard"
    standard = plan.profiles[1]
    assert standard.disk == 810_415_041
    phrase, other = standard.turns
    assert phrase.seconds < 1.3
    assert phrase.seconds < other.seconds < 4
    assert {step.how for step in other.steps} == {"setting", "measured", "modelled"}
    assert 100 < standard.prepare < 300
    assert plan.profiles[0].prepare == 0
    assert plan.instead["smollm2-360m-q4_k_m"] < other.seconds


def test_a_slow_machine_with_memory_is_told_why_not() -> None:
    machine = dataclasses.replace(board("Raspberry Pi 3 Model B Plus Rev 1.3"), free=2**33)
    plan = planned(machine)
    assert plan.profile == "embedded"
    assert re.match(r"standard would take \d+ s for words that are no phrase", plan.reason)


def test_what_was_measured_here_takes_the_place_of_the_model() -> None:
    machine = board("Raspberry Pi 5 Model B Rev 1.0")
    measured = {"whisper-tiny.en: words": 0.123, "en_US-ljspeech-medium: first sentence": 0.456}
    _, other = planned(machine, None, **measured).profiles[1].turns
    by_name = {step.name: (step.seconds, step.how) for step in other.steps}
    for name, seconds in measured.items():
        assert by_name[name] == (seconds, "measured")
    assert [how for name, (_, how) in by_name.items() if "tinyllama" in name] == ["modelled"] * 2


def test_the_probe_measures_something() -> None:
    found = probe()
    assert 0.1 < found.matmul < 10_000
    assert 0.1 < found.copy < 1_000


@pytest.mark.parametrize(("name", "least", "most"), [("Raspberry Pi 5 Model B Rev 1.0", 5, 30)])
def test_the_energy_of_a_turn_goes_by_its_busy_cores(name: str, least: float, most: float) -> None:
    phrase, *others = (turn for profile in planned(board(name)).profiles for turn in profile.turns)
    assert phrase.joules == pytest.approx(1.6 * sum(MEASURED.values()))
    assert any(least < (turn.joules or 0) < most for turn in others)


def test_a_machine_whose_power_nobody_published_has_no_energy() -> None:
    machine = dataclasses.replace(board("Raspberry Pi 5 Model B Rev 1.0"), name="AMD EPYC")
    speed = expect(machine, FAST, RATES, 4, "x86_64")
    assert {turn.joules for profile in planned(machine, speed).profiles for turn in profile.turns} == {None}
