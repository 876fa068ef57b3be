"""From a configuration to a house that can be commanded; and every mistake in a device, in a sentence."""

from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml

from assistant.config import load, schema
from assistant.devices.furnish import furnish
from assistant.errors import ConfigError
from assistant.house import Area, Outcome
from assistant.messages import Risk

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        file = tmp_path / "house.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return written


def problems(file: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(file)
    return [problem.partition("house.yaml:")[2] for problem in caught.value.problems]


EVERYTHING = """
areas: [{name: hall, aliases: [entry]}]
devices:
  - {name: both lamps, kind: light, backend: group, members: [lamp, other lamp], area: hall}
  - {name: lamp, kind: light, area: hall, aliases: [hall lamp], fail_safe: {"on": true}}
  - {name: other lamp, kind: light, limit_seconds: 0.5}
  - {name: blind, kind: cover}
  - {name: heating, kind: climate}
  - {name: front door, kind: lock}
  - {name: garage, kind: cover, risk: pin}
  - {name: cellar, kind: sensor, measures: {temperature: °C, contact: ""}, area: cellar}
  - {name: good night, kind: scene}
  - {name: bell, kind: button}
"""


async def test_a_house_with_one_of_everything(write: Write, tmp_path: Path) -> None:
    async with furnish(load(write(EVERYTHING)), state=tmp_path) as house:
        devices = {device.name: device for device in house.devices}
        assert list(devices)[:3] == ["both lamps", "lamp", "other lamp"]
        assert house.areas == (Area("hall", ("entry",)), Area("cellar"))
        assert await devices["both lamps"].set(on=True, brightness=20) is Outcome.DONE
        assert devices["lamp"].state["brightness"] == 20
        assert devices["lamp"].fail_safe == {"on": True}
        assert await devices["blind"].set(position=40) is Outcome.DONE
        assert await devices["heating"].set(target=21.5) is Outcome.DONE
        assert await devices["good night"].set(active=True) is Outcome.DONE
        assert devices["front door"].risk is None
        assert devices["garage"].risk is Risk.PIN
        assert devices["blind"].risk is None
        assert devices["cellar"].capabilities == set()


@pytest.mark.parametrize(
    ("device", "problem"),
    [
        ("{name: a, kind: light, backend: gpoi}",
         '1: devices[1].backend is "gpoi". Write one of simulated, group, routine, gpio, mqtt. Did you mean gpio?'),
        ("{name: a, kind: light, backend: gpio}", "1: devices[1].wiring is missing. Write a mapping."),
        ("{name: a, kind: light, backend: gpio, wiring: {pin: 4}}",
         "1: devices[1].wiring.part is missing. Write one of relay, led, pwm_led, rgb_led, servo, motor, door, button,"
         " contact, motion, distance, mcp3008, ds18b20, thermostat."),
        ("{name: a, kind: light, backend: gpio, wiring: {part: relais, pin: 4}}",
         '1: devices[1].wiring.part is "relais". Write one of relay, led, pwm_led, rgb_led, servo, motor, door, button,'
         " contact, motion, distance, mcp3008, ds18b20, thermostat. Did you mean relay?"),
        ("{name: a, kind: light, backend: gpio, wiring: {part: relay, pin: 40}}",
         "1: devices[1].wiring.pin is 40. Write a whole number from 0 to 27 or a pin from GPIO0 to GPIO27."
         " Perhaps \"40\", with the quotes?"),
        ("{name: a, kind: light, backend: gpio, wiring: {part: relay, pin: GPIO28}}",
         '1: devices[1].wiring.pin is "GPIO28". Write a whole number from 0 to 27 or a pin from GPIO0 to GPIO27.'
         " Did you mean GPIO8?"),
        ("{name: a, kind: light, backend: gpio, wiring: {part: relay, pin: GPIO4, pins: 3}}",
         "1: devices[1].wiring.pins is not a setting. Did you mean devices[1].wiring.pin?"),
        ("{name: a, kind: lock, backend: gpio, wiring: {part: servo, pin: 4}}",
         '1: devices[1].wiring.part is "servo", which cannot be a lock. Write another backend.'),
        ("{name: a, kind: cover, backend: gpio, wiring: {part: relay, pin: 4}}",
         '1: devices[1].wiring.part is "relay", which cannot be a cover. Write one of servo, motor, door.'),
        ("{name: a, kind: light, pin: 4}", "1: devices[1].pin is not a setting. Did you mean devices.wiring.pin?"),
        ("{name: a, kind: light, backend: group, members: []}",
         "1: devices[1].members is empty. Name the devices that belong to it."),
        ("{name: a, kind: light, backend: group, members: [b]}, {name: bb, kind: light}",
         '1: devices[1].members holds "b", which is no device. Did you mean bb?'),
        ("{name: a, kind: light, backend: group, members: [fan]}, {name: fan, kind: fan}",
         '1: devices[1].members holds "fan", a fan. Name only devices of kind light.'),
        ("{name: a, kind: light, limit_seconds: .nan}",
         "1: devices[1].limit_seconds is not finite. Write a number from 0.1 to 9 seconds."),
        ("{name: a, kind: light, risk: high}",
         '1: devices[1].risk is "high". Write one of none, confirm, pin, forbidden or null.'),
        ("{name: lamp-one, kind: light}, {name: Lamp  One, kind: light}",
         '1: devices[2].name holds "Lamp  One", a name of "lamp-one" already. Choose another.'),
        ("{name: %s, kind: light}" % ("x" * 200),
         '1: devices[1].name is "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…". Write a name that can be said, '
         "of up to 60 letters."),
        ('{name: a, kind: light, fail_safe: {"on": off-ish}}',
         '1: devices[1].fail_safe sets on to "off-ish". That can be true or false.'),
        ("{name: a, kind: light, fail_safe: {brightness: 300}}",
         "1: devices[1].fail_safe sets brightness to 300.0. That goes from 0 to 100."),
        ("{name: a, kind: sensor, fail_safe: {temperature: 20}}",
         '1: devices[1].fail_safe sets "temperature", which a cannot be told when the assistant ends. Leave it out.'),
        ("{name: a, kind: cover, backend: gpio, fail_safe: {position: 0}, wiring: {part: servo, pin: 4}}",
         '1: devices[1].fail_safe sets "position", which a cannot be told when the assistant ends. Leave it out.'),
        ("{name: a, kind: switch, backend: mqtt, fail_safe: {speed: 1}, topics: {\"on\": {command: b}}}",
         '1: devices[1].fail_safe sets "speed", which a cannot be told when the assistant ends. It can be told on.'),
        ("{name: a, kind: light, backend: routine, steps: [lights off]}",
         '1: devices[1].kind is "light". Write scene.'),
        ("{name: 7, kind: light}",
         '1: devices[1].name is 7. Write a name that can be said, of up to 60 letters. Perhaps "7", with the quotes?'),
    ],
)  # fmt: skip
def test_each_mistake_is_explained(write: Write, device: str, problem: str) -> None:
    file = write(f"devices: [{device}]")
    assert problem in problems(file)
    if not any(word in problem for word in ("holds", "cannot be", "is empty", "finite", "fail_safe")):
        assert not jsonschema.Draft202012Validator(schema()).is_valid(yaml.safe_load(file.read_text()))


def test_a_pin_is_wired_to_one_thing(write: Write) -> None:
    file = write(
        """
body:
  light: {part: rgb_led, red: GPIO5, green: 6, blue: GPIO5}
  button: {pin: GPIO17}
  mute: null
devices:
  - {name: lamp, kind: light, backend: gpio, wiring: {part: relay, pin: 17}}
  - {name: blind, kind: cover, backend: gpio, wiring: {part: motor, opening: 20, closing: 21, travel_seconds: 9}}
  - {name: vent, kind: cover, backend: gpio, wiring: {part: servo, pin: GPIO21}}
  - {name: sun, kind: sensor, backend: gpio, wiring: {part: mcp3008, channel: 0}}
  - {name: soil, kind: sensor, backend: gpio, wiring: {part: mcp3008, channel: 1, select: 1}}
  - {name: bell, kind: button, backend: gpio, wiring: {part: button, pin: GPIO10}}
"""
    )
    assert problems(file) == [
        '3: body.light.blue takes GPIO5, which "the status light" takes already. Choose another pin.',
        '7: devices[1].wiring.pin takes GPIO17, which "the push-button" takes already. Choose another pin.',
        '9: devices[3].wiring.pin takes GPIO21, which "blind" takes already. Choose another pin.',
        '12: devices[6].wiring.pin takes GPIO10, which "sun" takes already. Choose another pin.',
    ]


def test_the_schema_knows_every_part(write: Write) -> None:
    validator = jsonschema.Draft202012Validator(schema())
    validator.validate(yaml.safe_load(EVERYTHING))
    wiring = schema()["properties"]["devices"]["items"]["anyOf"][3]["properties"]["wiring"]
    relay = next(part for part in wiring["anyOf"] if "relay" in part["properties"]["part"]["enum"])
    assert relay["properties"]["active_low"]["description"].startswith("Whether it is on while the pin is low")
