"""A configured house on a real broker: from a mistake in the file to a sentence that was said and obeyed."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.__main__ import cli
from assistant.app import assemble
from assistant.cli.devices import report
from assistant.config import load
from assistant.devices.files import FileSpeaker
from assistant.devices.furnish import furnish
from assistant.devices.household import Household
from assistant.errors import ConfigError
from tests.mosquitto import SERVER, WHY_NOT, Mosquitto, gadget, until
from tests.skills.shipped import ROOT

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        file = tmp_path / "house.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return written


DEVICE = "mqtt: {host: broker.home}\ndevices: [{name: a, kind: light, backend: mqtt, topics: %s}]"


@pytest.mark.parametrize(
    ("topics", "problem"),
    [
        ("{colr: {state: a}}", 'state is for "colr", which no light has. A light has on, brightness, colour,'),
        ("{on: {}}", "on.state is missing, and so is command. Write one of them or both."),
        ("{on: {state: a/b, command: a/b}}", 'on.command is "a/b", as the state is: what is told there would pass for'),
        ("{on: {command: a/#}}", 'on.command is "a/#". Write a topic without + and #, such as garden/pump/state'),
        ("{on: {command: a, payload: x}}", 'on.payload is "x". Write {value} once, where the value belongs.'),
        ("{on: {state: a, path: 'x..y'}}", 'on.path is "x..y". Write names and [numbers], such as sensor.values[0].'),
        ("{brightness: {state: a, low: 5, high: 5}}", "brightness.high is 5, as low is. Write another."),
        ("{brightness: {state: a, high: .nan}}", "brightness.high is not finite."),
    ],
)
def test_each_mistake_is_explained(write: Write, topics: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(DEVICE % topics))
    assert problem in str(caught.value)


def test_a_device_on_no_broker_and_a_password_said_twice_are_mistakes(write: Write) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write("mqtt: {password: a, password_file: b}\ndevices: [{name: a, kind: fan, backend: mqtt, topics: {}}]"))
    assert 'devices[1].backend is "mqtt", but there is no broker. Set mqtt.host.' in str(caught.value)
    assert "mqtt.password is set, and so is mqtt.password_file. Keep one of them." in str(caught.value)


def test_a_password_file_that_is_not_there_is_named(write: Write) -> None:
    config = load(write("mqtt: {host: broker.home, password_file: secret}"))
    with pytest.raises(ConfigError, match=r"mqtt.password_file is .*secret, which cannot be read: No such file"):
        furnish(config)


def test_examples_load_and_are_explained(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "mqtt.md").read_text(encoding="utf-8")
    password = tmp_path / "password"
    password.write_text("secret\n")
    topics = furnish(load(ROOT / "examples" / "zigbee2mqtt-topics.yaml"))
    assert [device.name for device in topics.devices] == ["garden pump", "porch light", "weather station"]
    found = load(ROOT / "examples" / "zigbee2mqtt.yaml", [f"mqtt.password_file={password}"])
    assert furnish(found).devices == ()
    for name in ("zigbee2mqtt", "zigbee2mqtt-topics"):
        assert f"examples/{name}.yaml" in guide


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path)
    await mosquitto.start()
    yield mosquitto
    await mosquitto.stop()


def plug(name: str, **more: str) -> str:
    return json.dumps({"name": name, "uniq_id": name, "cmd_t": f"{name}/set", "stat_t": f"{name}/state", **more})


@pytest.mark.skipif(SERVER is None, reason=WHY_NOT)
async def test_what_appears_can_be_spoken_to_and_what_is_lost_is_named(
    broker: Mosquitto, write: Write, tmp_path: Path
) -> None:
    config = load(write(f"mqtt: {{host: 127.0.0.1, port: {broker.port}}}\ndevices: []"))
    async with (
        gadget(broker.port, "kettle/set", "hearth/last") as other,
        assemble(config, FileSpeaker(None), state=tmp_path / "state") as assistant,
    ):
        assert assistant.local is not None
        house = assistant.local.house
        assert isinstance(house, Household)
        assert (await assistant.ask("turn on the kettle")).intent is None
        other.answers["kettle/set"] = lambda payload: ("kettle/state", payload)
        await other.says("homeassistant/switch/kettle/config", plug("kettle"), retain=True)
        await until(house, lambda: bool(house.devices))
        while (await assistant.ask("turn on the kettle", dry_run=True)).intent is None:  # noqa: ASYNC110
            await asyncio.sleep(0)  # it is being learnt
        assert (await assistant.ask("turn on the kettle")).answer == "The kettle is on."
        assert json.loads(await other.hears("hearth/last"))["ok"] is False
        await broker.stop()
        await until(house, lambda: house.devices[0].problem is not None)
        assert (await assistant.ask("turn off the kettle")).answer == "I cannot reach the kettle."


@pytest.mark.skipif(SERVER is None, reason=WHY_NOT)
async def test_what_is_found_is_in_the_room_that_its_name_begins_with(broker: Mosquitto, write: Write) -> None:
    areas = "areas: [{name: bedroom, aliases: [master]}, {name: attic}]"
    config = load(write(f"mqtt: {{host: 127.0.0.1, port: {broker.port}}}\n{areas}\ndevices: []"))
    async with gadget(broker.port) as other:
        await other.says("homeassistant/switch/fan/config", plug("master fan"), retain=True)
        async with furnish(config) as house:
            await until(house, lambda: bool(house.devices))
            assert [area.name for area in house.areas] == ["bedroom"]
            assert house.devices[0].area == house.areas[0]


@pytest.mark.skipif(SERVER is None, reason=WHY_NOT)
async def test_only_who_lives_here_leaves_devices_safe_and_tells_of_itself(
    broker: Mosquitto, write: Write, tmp_path: Path
) -> None:
    pump = "{name: pump, kind: switch, backend: mqtt, fail_safe: {'on': false}, topics: {'on': {command: pump/set}}}"
    config = load(write(f"mqtt: {{host: 127.0.0.1, port: {broker.port}}}\ndevices: [{pump}]"))
    async with gadget(broker.port, "pump/set", "hearth/availability") as other:
        async with assemble(config, FileSpeaker(None)) as visitor:
            await visitor.ask("turn on the pump")
        async with assemble(config, FileSpeaker(None), state=tmp_path / "state") as assistant:
            await assistant.ask("turn on the pump")
        assert [await other.hears("pump/set") for _ in range(3)] == ["ON", "ON", "OFF"]
        assert [await other.hears("hearth/availability") for _ in range(2)] == ["online", "offline"]


@pytest.mark.skipif(SERVER is None, reason=WHY_NOT)
async def test_what_is_found_can_be_in_a_group(
    broker: Mosquitto, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    group = "{name: machines, kind: switch, backend: group, members: [Kettle, heater, toaster]}"
    heater = "{name: heater, kind: switch}"
    file = write(f"mqtt: {{host: 127.0.0.1, port: {broker.port}}}\ndevices: [{heater}, {group}]")
    async with gadget(broker.port) as other:
        await other.says("homeassistant/switch/kettle/config", plug("kettle"), retain=True)
        await other.says("homeassistant/lock/toaster/config", plug("toaster"), retain=True)
        async with furnish(load(file)) as house:
            await until(house, lambda: len(house.devices) == 4)
            (machines,) = (device for device in house.devices if device.members)
            assert [member.name for member in machines.members] == ["kettle", "heater"]
            assert not report(house)
    assert (
        "no  Group machines: toaster not found. Names are as in `assistant devices list`.\n" in capsys.readouterr().out
    )


@pytest.mark.skipif(SERVER is None, reason=WHY_NOT)
async def test_the_installer_sees_what_was_found_and_why_it_waits(broker: Mosquitto, write: Write) -> None:
    file = write(
        f"mqtt: {{host: 127.0.0.1, port: {broker.port}, review: true, adopt: [{{id: homeassistant kettle}}]}}\n"
        "devices: []"
    )
    async with gadget(broker.port) as other:
        await other.says("homeassistant/switch/kettle/config", plug("kettle"), retain=True)
        await other.says("homeassistant/switch/door/config", plug("door"), retain=True)
        shown = await asyncio.to_thread(CliRunner().invoke, cli, ["devices", "found", "--config", str(file), "--json"])
    found = {one["id"]: one["problem"] for one in map(json.loads, shown.output.splitlines())}
    assert found == {
        "homeassistant kettle": None,
        "homeassistant door": "waits for review. Add its id to mqtt.adopt to use it.",
    }
