"""`assistant devices`, on simulated devices and on gpiozero's mock pins."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.__main__ import cli
from assistant.devices.gpio import FACTORY

Run = Callable[..., Result]

HOUSE = """
devices:
  - {name: hall lamp, kind: light, area: hall, aliases: [lamp]}
  - {name: front door, kind: lock}
  - {name: cellar, kind: sensor, measures: {temperature: °C}}
  - {name: bell, kind: button, backend: gpio, wiring: {part: button, pin: GPIO4}}
  - {name: heater, kind: switch, backend: gpio, wiring: {part: relay, pin: GPIO17}}
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    file = tmp_path / "house.yaml"
    file.write_text(HOUSE)
    return file


@pytest.fixture
def run(house: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv(FACTORY, "mock")

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["devices", *arguments, "--config", str(house)])

    return invoke


def test_devices_are_listed_with_how_they_are(run: Run) -> None:
    result = run("get", "heater", "front_door", "Hall Lamp")
    assert result.exit_code == 0
    assert [line.split() for line in result.output.splitlines()[1:]] == [
        ["heater", "switch", "on", "false"],
        ["front", "door", "lock", "locked", "true"],
        ["hall", "lamp", "light", "hall", "on", "false,", "brightness", "100%,", "colour", "white"],
    ]


def test_devices_are_listed_for_machines(run: Run) -> None:
    result = run("get", "lamp", "--json")
    lamp = json.loads(result.output)
    assert lamp["state"]["brightness"] == {"value": 100, "reported": True, "age": pytest.approx(0, abs=60), "unit": "%"}
    del lamp["state"]
    assert lamp == {
        "id": "hall_lamp",
        "name": "hall lamp",
        "kind": "light",
        "area": "hall",
        "aliases": ["lamp"],
        "can_set": ["brightness", "colour", "on"],
        "risk": "none",
        "members": [],
        "problem": None,
    }


def test_without_a_command_all_are_listed(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FACTORY, "mock")
    result = CliRunner().invoke(cli, ["devices", "--json", "--config", str(house)])
    names = [json.loads(line)["name"] for line in result.output.splitlines()]
    assert names == ["hall lamp", "front door", "cellar", "bell", "heater"]


def test_a_device_is_set(run: Run) -> None:
    assert run("set", "heater", "on=true").output == "done\n"
    assert json.loads(run("set", "lamp", "on=off", "--json").output) == {"device": "lamp", "outcome": "already so"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("get", "hell lamp"), "There is no device 'hell lamp'. Did you mean hall lamp?"),
        (("get", "zzz"), "There is no device 'zzz'. `assistant devices list` lists them."),
        (("set", "lamp", "on"), "hall lamp cannot set 'on'; it can set brightness, colour, on, as in on=true."),
        (("set", "lamp", "brightness=200"), "The brightness of hall lamp goes from 0 to 100, not '200'."),
        (("set", "lamp", "brightness=nan"), "The brightness of hall lamp goes from 0 to 100, not 'nan'."),
        (
            ("set", "cellar", "temperature=3"),
            "cellar cannot set 'temperature=3'; it only tells, and nothing of it can be set.",
        ),
    ],
)
def test_mistakes_are_explained(run: Run, arguments: tuple[str, ...], says: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in " ".join(result.output.split())


def test_devices_are_switched_over_and_back(run: Run) -> None:
    result = run("test", "lamp", "heater", "front door", "cellar")
    assert result.output == "hall lamp: done\nheater: done\nfront door: done\ncellar: has told nothing yet\n"
    assert result.exit_code == 0


def test_what_moves_is_only_tested_by_its_name(house: Path, run: Run) -> None:
    wiring = "{part: motor, opening: 5, closing: 6, travel_seconds: 1}"
    blind = f"  - {{name: blind, kind: cover, backend: gpio, wiring: {wiring}}}\n"
    house.write_text(house.read_text() + blind)
    assert 'blind: only tested by its name: assistant devices test "blind"' in run("test").output
    assert run("test", "blind").output == "blind: accepted but not confirmed\n"


def test_without_pins_the_devices_on_them_are_lost_and_the_others_work(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FACTORY, "no such library")
    result = run("test", "lamp", "heater")
    assert result.exit_code == 1
    assert "hall lamp: done" in result.output
    assert "heater: The pins cannot be used" in result.output
    assert run("set", "heater", "on=true").output == "unreachable\n"


def test_changes_are_watched_until_interrupted(house: Path, tmp_path: Path) -> None:
    file = tmp_path / "28-0316a4b9c1ff" / "w1_slave"
    file.parent.mkdir()
    house.write_text("devices: [{name: soil, kind: sensor, backend: gpio, wiring: {part: ds18b20, "
                     "serial: 28-0316a4b9c1ff}}]")  # fmt: skip
    command = [sys.executable, "-m", "assistant", "devices", "watch", "--json", "--config", str(house)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={FACTORY: "mock", "PATH": ""}) as process:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        process.terminate()
    assert line["device"] == "soil"
    assert "28-0316a4b9c1ff is not there" in line["problem"]
