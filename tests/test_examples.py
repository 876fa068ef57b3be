"""The ready configurations load and open on mock pins, and the guide to devices says what is so."""

import re
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from assistant.config import load
from assistant.devices.furnish import furnish
from assistant.devices.gpio import FACTORY, Pins
from assistant.devices.wiring import PART_KINDS
from assistant.events import Observers
from assistant.listening.mute import Mute
from assistant.messages import Risk
from assistant.service.body import Body
from tests.skills.shipped import ROOT

GUIDE = (ROOT / "docs" / "devices.md").read_text(encoding="utf-8")
WIRED = ["lamp-on-relay", "garage-door", "thermostat"]
WORN = ["respeaker-2mic", "respeaker-4mic"]


class Nothing:
    """`Controls` of nothing."""

    def press(self) -> None:
        pass

    def repeat(self) -> None:
        pass


@pytest.mark.parametrize("name", WIRED)
async def test_wired_examples_open_on_mock_pins(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FACTORY, "mock")
    config = load(ROOT / "examples" / f"{name}.yaml")
    async with furnish(config) as house:
        assert house.problems == {}
        assert [device.name for device in house.devices] == [device.name for device in config.devices]
    assert f"examples/{name}.yaml" in GUIDE


def test_the_garage_door_asks_first() -> None:
    (door,) = furnish(load(ROOT / "examples" / "garage-door.yaml")).devices
    assert door.risk is Risk.CONFIRM


@pytest.mark.parametrize("name", WORN)
async def test_boards_open_on_mock_pins(name: str) -> None:
    config = load(ROOT / "examples" / f"{name}.yaml")
    factory = MockFactory(pin_class=MockPin)
    async with Body(config.body, Mute(Observers()), Nothing(), Pins(factory)) as body:
        assert body.problems == []
    assert f"examples/{name}.yaml" in GUIDE


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL))
def test_what_the_guide_shows_can_be_written(text: str, tmp_path: Path) -> None:
    file = tmp_path / "house.yaml"
    file.write_text(text)
    load(file)


def test_the_guide_tells_every_part() -> None:
    table = re.findall(r"^\| (`[^|]*) \|", GUIDE.partition("## Pins")[2].partition("**Installing.**")[0], re.MULTILINE)
    assert {part for row in table for part in re.findall(r"`(\w+)`", row)} == set(PART_KINDS)
