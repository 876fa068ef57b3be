"""Devices on a real broker: commands, confirmation, a broker that goes and comes, and messages that make no sense."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiomqtt import Message

from assistant.devices.household import Household
from assistant.devices.kinds import measure, traits
from assistant.devices.mqtt import BACKLOG_BYTES, Backlog
from assistant.devices.mqtt_backend import MqttBackend
from assistant.devices.mqtt_thing import Availability, Command, Reading, Wires
from assistant.devices.mqtt_values import SAME, Either, Line
from assistant.devices.thing import Facts
from assistant.house import Outcome
from tests.mosquitto import SERVER, WHY_NOT, Mosquitto, gadget, until

pytestmark = pytest.mark.skipif(SERVER is None, reason=WHY_NOT)

LAMP = Wires(
    traits("light", "on", "brightness"),
    (
        Reading("on", "lamp/state", Either(), ("state",)),
        Reading("brightness", "lamp/state", Line(0, 254, whole=True), ("brightness",)),
    ),
    (
        Command("on", "lamp/set", Either(), "state"),
        Command("brightness", "lamp/set", Line(0, 254, whole=True), "brightness"),
    ),
    (Availability("lamp/available"),),
)
PUMP = Wires(traits("switch", "on"), (), (Command("on", "pump/set", Either("1", "0")),))
METER = Wires(
    {"temperature": measure("temperature", "°C"), "power": measure("power", "W")},
    (Reading("temperature", "meter", SAME, ("t",)), Reading("power", "meter/power", SAME)),
)


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path)
    await mosquitto.start()
    yield mosquitto
    await mosquitto.stop()


def backend(broker: Mosquitto, *, limit: float = 5.0) -> MqttBackend:
    described = [
        (Facts("lamp", "light", limit=limit), LAMP),
        (Facts("pump", "switch", limit=limit), PUMP),
        (Facts("meter", "sensor"), METER),
    ]
    return MqttBackend(broker.address, described)


async def test_a_command_is_done_once_the_device_says_so(broker: Mosquitto) -> None:
    async with gadget(broker.port, "lamp/set") as lamp, Household([backend(broker)]) as house:
        light = house.devices[0]
        await until(house, lambda: light.problem is None)
        lamp.answers["lamp/set"] = lambda payload: ("lamp/state", payload)
        assert await light.set(on=True, brightness=50) is Outcome.DONE
        assert json.loads(await lamp.hears("lamp/set")) == {"state": "ON", "brightness": 127}
        known = light.known("brightness")
        assert known is not None
        assert (known.value, known.reported) == (50, True)
        assert await light.set(on=True) is Outcome.ALREADY


async def test_a_command_without_an_answer_is_not_confirmed(broker: Mosquitto) -> None:
    async with gadget(broker.port, "lamp/set") as lamp, Household([backend(broker, limit=0.5)]) as house:
        light = house.devices[0]
        await until(house, lambda: light.problem is None)
        lamp.answers["lamp/set"] = lambda payload: ("lamp/state", '{"state": "OFF"}')
        assert await light.set(on=True) is Outcome.UNCONFIRMED
        assert light.state == {"on": False}


async def test_what_cannot_answer_is_assumed_to_obey_and_its_command_expires(broker: Mosquitto) -> None:
    async with gadget(broker.port, "pump/set") as pump, Household([backend(broker, limit=2)]) as house:
        switch = house.devices[1]
        await until(house, lambda: switch.problem is None)
        assert await switch.set(on=True) is Outcome.DONE
        assert await pump.hears("pump/set") == "1"
        known = switch.known("on")
        assert known is not None
        assert not known.reported
        message = pump.messages[0]
        assert not message.retain
        assert message.properties is not None
        assert vars(message.properties)["MessageExpiryInterval"] <= 2


async def test_what_is_retained_is_known_at_the_start(broker: Mosquitto) -> None:
    async with gadget(broker.port) as lamp:
        await lamp.says("lamp/state", '{"state": "ON", "brightness": 254}', retain=True)
        async with Household([backend(broker)]) as house:
            light = house.devices[0]
            await until(house, lambda: light.state == {"on": True, "brightness": 100})


async def test_offline_is_said_of_a_device_that_says_so(broker: Mosquitto) -> None:
    async with gadget(broker.port) as lamp:
        await lamp.says("lamp/available", "offline", retain=True)
        async with Household([backend(broker)]) as house:
            light = house.devices[0]
            await until(house, lambda: light.problem == "The lamp is offline.")
            assert await light.set(on=True) is Outcome.UNREACHABLE
            await lamp.says("lamp/available", '{"state": "online"}')
            await until(house, lambda: light.problem is None)


async def test_killed_in_the_middle_of_a_command_nothing_is_sent_later(broker: Mosquitto) -> None:
    async with Household([backend(broker, limit=9)]) as house:
        light, switch, _ = house.devices
        await until(house, lambda: light.problem is None)
        broker.send(signal.SIGSTOP)
        commands = [asyncio.create_task(device.set(on=True)) for device in (light, switch)]
        await asyncio.sleep(0)
        await broker.stop(signal.SIGKILL)
        assert [await command for command in commands] == [Outcome.UNREACHABLE, Outcome.UNREACHABLE]
        assert light.problem is not None
        assert await switch.set(on=True) is Outcome.UNREACHABLE
        await broker.start()
        async with gadget(broker.port, "lamp/set", "pump/set") as other:
            await until(house, lambda: light.problem is None and switch.problem is None)
            assert await switch.set(on=False) is Outcome.DONE
            assert await other.hears("pump/set") == "0"
            assert other.got == []


async def test_a_broker_that_takes_nothing_costs_the_limit_and_is_not_trusted_with_it_later(broker: Mosquitto) -> None:
    async with Household([backend(broker, limit=0.3)]) as house:
        switch = house.devices[1]
        await until(house, lambda: switch.problem is None)
        broker.send(signal.SIGSTOP)
        assert await switch.set(on=True) is Outcome.UNREACHABLE
        broker.send(signal.SIGCONT)
        await until(house, lambda: switch.problem is not None)
        await until(house, lambda: switch.problem is None)


async def test_states_are_heard_again_after_a_restart(broker: Mosquitto) -> None:
    async with Household([backend(broker)]) as house:
        light = house.devices[0]
        for brightness in (100, 0):
            async with gadget(broker.port) as lamp:
                await until(house, lambda: light.problem is None)
                await lamp.says("lamp/state", json.dumps({"brightness": brightness * 2.54}), retain=True)
                await until(house, lambda brightness=brightness: light.state.get("brightness") == brightness)  # type: ignore[misc]
            await broker.stop()
            await until(house, lambda: light.problem is not None)
            await broker.start()
        await until(house, lambda: light.problem is None)


async def test_an_old_broker_is_spoken_to_in_its_own_version(broker: Mosquitto) -> None:
    described = [(Facts("lamp", "light", limit=5.0), LAMP), (Facts("pump", "switch", limit=5.0), PUMP)]
    old = MqttBackend(replace(broker.address, version=3), described)
    async with gadget(broker.port, "lamp/set", "pump/set") as other, Household([old]) as house:
        light, switch = house.devices
        await other.says("lamp/state", '{"state": "OFF"}', retain=True)
        await until(house, lambda: light.state == {"on": False})
        other.answers["lamp/set"] = lambda payload: ("lamp/state", payload)
        assert await light.set(on=True) is Outcome.DONE
        assert await switch.set(on=True) is Outcome.DONE
        assert [await other.hears("lamp/set"), await other.hears("pump/set")] == ['{"state": "ON"}', "1"]
        assert {message.qos for message in other.messages} == {0}, "a broker could keep what is confirmed, for later"
        await broker.stop()
        await until(house, lambda: light.problem is not None)
        assert await light.set(on=False) is Outcome.UNREACHABLE
        await broker.start()
        await until(house, lambda: light.problem is None)


NONSENSE = [
    b"", b"\xff\xfe\x00", b"{", b'{"t": NaN}', b'{"t": 1e999}', b'{"t": "warm"}', b'{"t": true}', b'{"t": {}}', b"null",
    b'"t"', b'{"T": 20}', b'{"t": null}', b"[" * 50_000, b'{"a":' * 30_000 + b"1" + b"}" * 30_000, b"9" * 60_000,
    b'{"t": ' + b"9" * 5_000 + b"}", b'{"t": 21}' + b" " * 70_000, b'{"t": "1' + b"0" * 400 + b'"}',
]  # fmt: skip


async def test_nonsense_is_dropped_and_nothing_else_suffers(
    broker: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    async with gadget(broker.port) as meter:
        await meter.says("meter/power", b"\x00\x01 garbage", retain=True)
        async with Household([backend(broker)]) as house:
            sensor = house.devices[2]
            await until(house, lambda: sensor.problem is None)
            for payload in NONSENSE:
                await meter.says("meter", payload)
            await meter.says("meter", '{"t": 20.5, "more": [1, 2]}')
            await until(house, lambda: sensor.state == {"temperature": 20.5})
            await meter.says("meter", NONSENSE[2])
            await meter.says("meter/power", " 7 ")
            await until(house, lambda: sensor.state.get("power") == 7)
    # Each series of nonsense is worth a line.
    assert sum("of meter" in record.getMessage() for record in caplog.records) == 3


async def test_ten_megabytes_do_not_get_here(broker: Mosquitto) -> None:
    async with gadget(broker.port) as meter, Household([backend(broker)]) as house:
        sensor = house.devices[2]
        await until(house, lambda: sensor.problem is None)
        await meter.says("meter", b'{"t": 3, "x": "' + b"x" * 10_000_000 + b'"}')
        await meter.says("meter", '{"t": 4}')
        await until(house, lambda: sensor.state == {"temperature": 4})


async def test_our_own_words_are_not_taken_for_an_answer(broker: Mosquitto) -> None:
    loop = Wires(
        traits("switch", "on"), (Reading("on", "loop", Either()),), (Command("on", "loop", Either()),)
    )  # fmt: skip
    looping = MqttBackend(broker.address, [(Facts("pump", "switch", limit=0.3), loop)])
    async with Household([looping]) as house:
        switch = house.devices[0]
        await until(house, lambda: switch.problem is None)
        assert await switch.set(on=True) is Outcome.UNCONFIRMED


async def test_devices_are_brought_into_their_fail_safe_state_at_the_end(broker: Mosquitto) -> None:
    async with gadget(broker.port, "pump/set") as pump:
        facts = Facts("pump", "switch", fail_safe={"on": False})
        async with Household([MqttBackend(broker.address, [(facts, PUMP)])]) as house:
            await until(house, lambda: house.devices[0].problem is None)
        assert await pump.hears("pump/set") == "0"


async def test_a_broker_that_never_comes_is_no_error_but_said(tmp_path: Path) -> None:
    absent = Mosquitto(tmp_path)
    async with Household([backend(absent)]) as house:
        light = house.devices[0]
        await until(house, lambda: "refused" in str(light.problem))
        assert light.problem == (
            f"The MQTT broker at 127.0.0.1:{absent.port} is not there: the connection was refused. "
            "Start it, or mend mqtt.host and mqtt.port."
        )
        assert await light.set(on=True) is Outcome.UNREACHABLE


async def test_an_hour_without_a_broker(tmp_path: Path, broker: Mosquitto) -> None:
    """On a clock of the test's own: it is tried all the time, and then all is as it should be."""
    waited = [0.0]
    hour = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waited[0] += seconds
        if waited[0] >= 3600:
            hour.set()
            await back.wait()
        await asyncio.sleep(0)

    back = asyncio.Event()
    described = [(Facts("lamp", "light"), LAMP), (Facts("pump", "switch"), PUMP)]
    async with Household([MqttBackend(broker.address, described, sleep=sleep)]) as house:
        light, switch = house.devices
        async with gadget(broker.port) as lamp:
            await lamp.says("lamp/state", '{"state": "ON"}', retain=True)
            await until(house, lambda: light.state == {"on": True})
        await broker.stop()
        await hour.wait()
        assert await switch.set(on=True) is Outcome.UNREACHABLE
        await broker.start()
        async with gadget(broker.port, "pump/set") as pump:
            await pump.says("lamp/state", '{"state": "OFF"}', retain=True)
            back.set()
            await until(house, lambda: light.state == {"on": False} and light.problem is None)
            assert await switch.set(on=False) is Outcome.DONE
            assert await pump.hears("pump/set") == "0"


async def test_the_backlog_keeps_the_newest_of_each_topic_and_no_more_than_fits() -> None:
    backlog = Backlog()
    for number in range(100):
        for topic, size in (("same", number), (f"other {number}", 1 << 20)):
            backlog.put_nowait(Message(topic, b"x" * size, 0, False, number, None))
    kept = [backlog.get_nowait() for _ in range(backlog.qsize())]
    assert sum(len(bytes(message.payload)) for message in kept) <= BACKLOG_BYTES
    assert {message.mid for message in kept if message.topic.value == "same"} == {99}
    assert [message.mid for message in kept if message.topic.value != "same"] == list(range(85, 100))
