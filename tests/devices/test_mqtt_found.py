"""Devices that describe themselves on a broker: what they become, their names, and what is put aside and why."""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from assistant.devices.household import Household
from assistant.devices.mqtt_backend import Finder, MqttBackend
from assistant.devices.mqtt_discovery import HomeAssistantDiscovery
from assistant.devices.mqtt_found import Adopted, Found, Rules, settle
from assistant.devices.mqtt_thing import Wires, composed
from assistant.devices.mqtt_values import Payload
from assistant.devices.mqtt_words import expanded, path_of, payload_of
from assistant.devices.tasmota import Tasmota
from assistant.devices.traits import YesNo
from assistant.devices.zigbee2mqtt import Zigbee2Mqtt
from assistant.house import Area, HouseEvent, Listed, Outcome
from assistant.messages import Risk
from tests.mosquitto import SERVER, WHY_NOT, Mosquitto, gadget, until

needs_mosquitto = pytest.mark.skipif(SERVER is None, reason=WHY_NOT)

LIGHT = [
    {"name": "state", "property": "state", "type": "binary", "access": 7, "value_on": "ON", "value_off": "OFF"},
    {"name": "brightness", "property": "brightness", "type": "numeric", "access": 7, "value_min": 0, "value_max": 254},
    {"name": "color_temp", "property": "color_temp", "type": "numeric", "access": 7, "unit": "mired"},
    {"name": "color_xy", "property": "color", "type": "composite", "access": 7, "features": []},
]


def zigbee(name: str, address: str, *exposes: Mapping[str, object], **more: object) -> dict[str, object]:
    return {"friendly_name": name, "ieee_address": address, "definition": {"exposes": list(exposes)}, **more}


BULB = zigbee("living_room/ceiling", "0x01", {"type": "light", "features": LIGHT})
CLIMATE_SENSOR = zigbee(
    "bath climate",
    "0x02",
    {"type": "numeric", "name": "temperature", "property": "temperature", "unit": "°C", "access": 1},
    {"type": "binary", "name": "occupancy", "property": "occupancy", "access": 1, "value_on": True, "value_off": False},
    {"type": "binary", "name": "contact", "property": "contact", "access": 1, "value_on": False, "value_off": True},
    {"type": "numeric", "name": "linkquality", "property": "linkquality", "access": 1},
)
BLIND = zigbee(
    "blind",
    "0x03",
    {"type": "cover", "features": [{"name": "state", "property": "state", "access": 3, "values": ["OPEN", "CLOSE"]}]},
)
REMOTE = zigbee("remote", "0x04", {"type": "enum", "name": "action", "property": "action", "access": 1})
GANGS = zigbee(
    "wall",
    "0x05",
    *({"type": "switch", "endpoint": end, "features": [{"name": "state", "property": f"state_{end}", "access": 7}]}
      for end in ("left", "right")),
)  # fmt: skip
BRIDGE = [
    BULB, CLIMATE_SENSOR, BLIND, REMOTE, GANGS,
    {"type": "Coordinator", "friendly_name": "Coordinator", "ieee_address": "0x00"},
    zigbee("bad/+/name", "0x06", {"type": "light", "features": LIGHT}),
    zigbee("off", "0x07", {"type": "light", "features": LIGHT}, disabled=True),
    {"friendly_name": 7}, None, "?",
    {"friendly_name": "x", "ieee_address": "0x08", "definition": {"exposes": {"a": 1}}},
]  # fmt: skip


def found_in(bridge: object) -> dict[str, Found]:
    finder = Zigbee2Mqtt()
    finder.hear("zigbee2mqtt/bridge/devices", Payload(json.dumps(bridge).encode()))
    return {one.name: one for one in finder.found}


def described(topic: str, **config: object) -> list[Found]:
    finder = HomeAssistantDiscovery()
    finder.hear(topic, Payload(json.dumps(config).encode()))
    return list(finder.found)


def test_what_zigbee2mqtt_exposes_becomes_devices() -> None:
    found = found_in(BRIDGE)
    kinds = {name: one.kind for name, one in found.items()}
    assert kinds == {
        "living_room/ceiling": "light",
        "bath climate": "sensor",
        "blind": "cover",
        "remote": "button",
        "wall left": "switch",
        "wall right": "switch",
    }
    bulb = found["living_room/ceiling"].wires
    assert set(bulb.traits) == {"on", "brightness", "colour_temperature", "colour"}
    changes = {"on": True, "brightness": 100, "colour_temperature": 2700, "colour": "red"}
    [(topic, payload)] = composed(bulb.commands, changes)
    assert topic == "zigbee2mqtt/living_room/ceiling/set"
    assert json.loads(payload) == {
        "state": "ON", "brightness": 254, "color_temp": 370, "color": {"r": 255, "g": 0, "b": 0}
    }  # fmt: skip
    assert set(found["bath climate"].wires.traits) == {"temperature", "motion", "contact"}
    assert composed(found["blind"].wires.commands, {"position": 0}) == [("zigbee2mqtt/blind/set", '{"state": "CLOSE"}')]
    with pytest.raises(ValueError, match="position cannot be 40"):
        composed(found["blind"].wires.commands, {"position": 40})


@pytest.mark.parametrize("payload", [b"{}", b"[", b'{"a": 1}', b"\xff", b"[" * 100_000, b"[NaN]"])
def test_a_list_of_devices_that_cannot_be_read_changes_nothing(payload: bytes) -> None:
    finder = Zigbee2Mqtt()
    finder.hear("zigbee2mqtt/bridge/devices", Payload(json.dumps(BRIDGE).encode()))
    before = finder.found
    with pytest.raises(ValueError, match=r"is|holds"):
        finder.hear("zigbee2mqtt/bridge/devices", Payload(payload))
    assert finder.found == before


TASMOTA = {
    "~": "tasmota_1234/", "name": None, "dev": {"name": "Kettle", "ids": ["1234"], "sa": "Kitchen"},
    "uniq_id": "1234_1", "cmd_t": "~cmnd/POWER", "stat_t": "~tele/STATE", "val_tpl": "{{value_json.POWER}}",
    "pl_off": "OFF", "pl_on": "ON", "avty_t": "~tele/LWT", "pl_avail": "Online", "pl_not_avail": "Offline",
    "dev_cla": "outlet",
}  # fmt: skip
ESPHOME_LIGHT = {
    "name": "Desk", "unique_id": "esp-desk", "schema": "json", "state_topic": "esp/light/desk/state",
    "command_topic": "esp/light/desk/command", "brightness": True, "supported_color_modes": ["rgb"],
    "availability_topic": "esp/status",
    "device": {"identifiers": "esp", "name": "esp-office", "suggested_area": "Office"},
}  # fmt: skip


def test_tasmota_and_esphome_appear_by_their_discovery_messages() -> None:
    [kettle] = described("homeassistant/switch/1234_1/config", **TASMOTA)
    assert (kettle.name, kettle.kind, kettle.area) == ("Kettle", "socket", "Kitchen")
    assert composed(kettle.wires.commands, {"on": True}) == [("tasmota_1234/cmnd/POWER", "ON")]
    assert kettle.wires.readings[0].path == ("POWER",)
    assert kettle.wires.availability[0].offline == "Offline"
    [desk] = described("homeassistant/light/esp/desk/config", **ESPHOME_LIGHT)
    assert (desk.name, desk.owner, desk.area) == ("Desk", "esp-office", "Office")
    [(topic, payload)] = composed(desk.wires.commands, {"on": True, "brightness": 50, "colour": "blue"})
    assert topic == "esp/light/desk/command"
    assert json.loads(payload) == {"state": "ON", "brightness": 128, "color": {"r": 0, "g": 0, "b": 255}}


def test_sensors_of_one_device_are_one() -> None:
    finder = HomeAssistantDiscovery()
    for of_class, unit in (("temperature", "°F"), ("humidity", "%"), ("door", None)):
        component = "binary_sensor" if unit is None else "sensor"
        config = {
            "name": of_class, "device_class": of_class, "unit_of_measurement": unit,
            "state_topic": f"cellar/{of_class}",
            "unique_id": of_class, "device": {"identifiers": ["cellar"], "name": "Cellar"},
        }  # fmt: skip
        finder.hear(f"homeassistant/{component}/cellar/{of_class}/config", Payload(json.dumps(config).encode()))
    [cellar] = finder.found
    assert (cellar.name, cellar.kind, set(cellar.wires.traits)) == (
        "Cellar",
        "sensor",
        {"temperature", "humidity", "contact"},
    )
    readings = {reading.name: reading for reading in cellar.wires.readings}
    assert readings["temperature"].codec.read("68") == pytest.approx(20)
    assert readings["contact"].codec.read("ON") is False
    assert finder.hear("homeassistant/sensor/cellar/humidity/config", Payload(b""))
    assert set(next(iter(finder.found)).wires.traits) == {"temperature", "contact"}


def test_one_message_can_describe_a_whole_device() -> None:
    config = {
        "dev": {"ids": "9", "name": "Gate"}, "o": {"name": "maker"},
        "cmps": {
            "a": {"p": "cover", "name": "Gate", "dev_cla": "gate",
                  "uniq_id": "9a", "cmd_t": "g/set", "stat_t": "g/state"},
            "b": {"p": "button", "name": "Bell", "uniq_id": "9b", "cmd_t": "g/bell"},
            "c": {"p": "sensor"}, "d": 5,
        },
    }  # fmt: skip
    used, _ = settle(described("homeassistant/device/9/config", **config), Rules())
    assert [(facts.name, facts.kind, facts.risk_class) for facts, _ in used] == [
        ("Gate", "cover", "door"),
        ("Bell", "button", None),
    ]
    gate = used[0][1].wires
    assert composed(gate.commands, {"position": 100}) == [("g/set", "OPEN")]


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"cmd_t": "a/b", "stat_t": "a/c", "val_tpl": "{{ 'ON' if value_json.x > 1 else 'OFF' }}"}, "needs code"),
        ({"cmd_t": "a/#"}, "no topic"),
        ({"cmd_t": ["a"]}, "no topic"),
        ({}, "names no topic"),
    ],
)
def test_what_cannot_be_used_is_put_aside_with_a_reason(config: dict[str, object], problem: str) -> None:
    used, reviewed = settle(described("homeassistant/switch/x/config", name="Pump", uniq_id="x", **config), Rules())
    assert used == []
    assert problem in reviewed[0].problem


def test_a_sensor_of_which_nothing_can_be_read_is_put_aside_with_a_reason() -> None:
    code = {"stat_t": "a/b", "val_tpl": "{{ value_json.t | float + 3 }}", "dev_cla": "temperature"}
    used, reviewed = settle(described("homeassistant/sensor/x/config", name="Attic", uniq_id="x", **code), Rules())
    assert used == []
    assert [(one.name, one.kind) for one in reviewed] == [("Attic", "sensor")]
    assert "needs code" in reviewed[0].problem


@pytest.mark.parametrize(
    "payload", [b"?", b"[]", b"[" * 60_000, b'{"a":' * 20 + b"1" + b"}" * 20, b"x" * 10_000_000, b"\xff"]
)
def test_descriptions_that_cannot_be_read_are_refused(payload: bytes) -> None:
    finder = HomeAssistantDiscovery()
    with pytest.raises(ValueError, match=r"is|has"):
        finder.hear("homeassistant/light/x/config", Payload(payload))
    assert list(finder.found) == []


def test_a_hearth_is_no_device_and_zigbee2mqtt_is_not_taken_twice() -> None:
    common = {"name": "x", "cmd_t": "a", "uniq_id": "x"}
    assert described("homeassistant/switch/x/config", **common, o={"name": "Hearth"}) == []
    assert described("homeassistant/switch/x/config", **common, o={"name": "Zigbee2MQTT"}) == []


def test_templates_without_code_are_understood() -> None:
    assert path_of("{{ value_json.SENSOR['AM 2301'].list[0] | float(0) | round(1) }}") == (
        "SENSOR",
        "AM 2301",
        "list",
        0,
    )
    assert path_of("{{ value }}") == ()
    assert payload_of('{"t": {{ value | int }}}') == '{"t": {value}}'
    for template in ("{{ value_json.x + 1 }}", "{% for x in y %}", "{{ value_json.__class__() }}", "{{ value.x }}", 5):
        with pytest.raises(ValueError, match="needs code"):
            path_of(template)
    assert expanded({"~": "a/b", "stat_t": "~/c", "dev": {"sa": "x"}}) == {
        "state_topic": "a/b/c",
        "device": {"suggested_area": "x"},
    }


NATIVE = {
    "dn": "Hall box", "fn": ["Hall", "Stairs", None], "t": "tasmota_AB", "ft": "%prefix%/%topic%/", "mac": "AB",
    "tp": ["cmnd", "stat", "tele"], "rl": [1, 2, 0, 0], "state": ["OFF", "ON", "TOGGLE", "HOLD"], "lt_st": 2,
    "onln": "Online", "ofln": "Offline",
}  # fmt: skip


def test_tasmota_is_found_by_its_own_discovery() -> None:
    finder = Tasmota()
    assert finder.hear("tasmota/discovery/AB/config", Payload(json.dumps(NATIVE).encode()))
    hall, stairs = finder.found
    assert (hall.name, hall.kind, stairs.name, stairs.kind) == ("Hall", "switch", "Stairs", "light")
    assert composed(hall.wires.commands, {"on": True}) == [("cmnd/tasmota_AB/POWER1", "ON")]
    assert composed(stairs.wires.commands, {"brightness": 40, "colour_temperature": 4000}) == [
        ("cmnd/tasmota_AB/Dimmer", "40"),
        ("cmnd/tasmota_AB/CT", "250"),
    ]
    assert hall.wires.topics == {"stat/tasmota_AB/RESULT", "tele/tasmota_AB/STATE", "tele/tasmota_AB/LWT"}
    for nonsense in ({**NATIVE, "tp": 5}, {**NATIVE, "ft": "#/%topic%"}, {**NATIVE, "rl": None}, {}):
        finder.hear("tasmota/discovery/AB/config", Payload(json.dumps(nonsense).encode()))
        assert list(finder.found) == []
    with pytest.raises(ValueError, match="nested"):
        finder.hear("tasmota/discovery/AB/config", Payload(b"[" * 50_000))


def test_tasmota_tells_of_its_sensors_shutters_and_colours() -> None:
    finder = Tasmota()
    sensors = {"sn": {"Time": "x", "DS18B20": {"Id": "3C", "Temperature": 70.7}, "ENERGY": {"Power": 5, "Total": 1},
                      "AM2301": {"Temperature": 1, "Humidity": 40}, "TempUnit": "F"}, "ver": 1}  # fmt: skip
    assert not finder.hear("tasmota/discovery/AB/sensors", Payload(json.dumps(sensors).encode()))
    config = {**NATIVE, "fn": ["Blind", None, "Strip"], "rl": [3, 3, 2], "sho": [1], "lt_st": 4}
    assert finder.hear("tasmota/discovery/AB/config", Payload(json.dumps(config).encode()))
    light, blind, sensor = finder.found
    assert [(one.name, one.kind) for one in finder.found] == [
        ("Strip", "light"), ("Blind", "cover"), ("Hall box sensor", "sensor"),
    ]  # fmt: skip
    assert composed(light.wires.commands, {"colour": "blue"}) == [("cmnd/tasmota_AB/Color2", "0,0,255")]
    [told] = [one for one in light.wires.readings if one.name == "colour" and one.topic.startswith("stat")]
    assert told.codec.read("0,100,40") == "red"
    assert composed(blind.wires.commands, {"position": 30}) == [("cmnd/tasmota_AB/ShutterPosition1", "70")]
    assert composed(blind.wires.commands, {"moving": "stopped"}) == [("cmnd/tasmota_AB/ShutterStop1", "")]
    says = Payload(b'{"Shutter1": {"Position": 70, "Direction": -1, "Target": 100}}')
    heard = {one.name: one.codec.read(says.at(one.path)) for one in blind.wires.readings if "RESULT" in one.topic}
    assert heard == {"position": 30, "moving": "opening"}
    assert set(sensor.wires.traits) == {"temperature", "power", "energy", "humidity"}
    [degrees] = [one for one in sensor.wires.readings if one.name == "temperature" and one.topic.endswith("/STATUS10")]
    status = Payload(b'{"StatusSNS": {"DS18B20": {"Temperature": 70.7}}}')
    assert degrees.codec.read(status.at(degrees.path)) == pytest.approx(21.5)
    assert finder.hear("tasmota/discovery/AB/sensors", Payload(b""))
    assert len(list(finder.found)) == 2
    assert finder.hear("tasmota/discovery/AB/config", Payload(b""))
    assert not list(finder.found)


def test_groups_and_scenes_of_zigbee2mqtt() -> None:
    finder = Zigbee2Mqtt()
    bulb = {"type": "light", "features": [{"name": "state", "property": "state", "access": 7}]}
    devices = [
        {"ieee_address": f"0x{n}", "friendly_name": f"bulb {n}", "definition": {"exposes": [bulb]}} for n in "ab"
    ]
    groups = [
        {"id": 1, "friendly_name": "all bulbs", "members": [{"ieee_address": "0xa"}, {"ieee_address": "0xb"}],
         "scenes": [{"id": 4, "name": "cosy"}, {"id": "x"}]},
        {"id": 2, "friendly_name": "empty", "members": []},
        5,
    ]  # fmt: skip
    assert finder.hear("zigbee2mqtt/bridge/devices", Payload(json.dumps(devices).encode()))
    assert finder.hear("zigbee2mqtt/bridge/groups", Payload(json.dumps(groups).encode()))
    *_, bulbs, cosy = finder.found
    assert [(one.name, one.kind) for one in (bulbs, cosy)] == [("all bulbs", "light"), ("cosy", "scene")]
    assert composed(bulbs.wires.commands, {"on": True}) == [("zigbee2mqtt/all bulbs/set", '{"state": "ON"}')]
    assert composed(cosy.wires.commands, {"active": True}) == [("zigbee2mqtt/all bulbs/set", '{"scene_recall": 4}')]
    assert len(finder.found) == 4


def test_components_that_are_called_otherwise_here() -> None:
    finder = HomeAssistantDiscovery()
    for component, config in {
        "valve": {"name": "garden tap", "stat_t": "v", "cmd_t": "v/set", "reports_position": True},
        "event": {"name": "bell", "stat_t": "b", "event_types": ["press"]},
        "humidifier": {"name": "humidifier", "stat_t": "h", "cmd_t": "h/set"},
        "water_heater": {"name": "boiler", "temp_cmd_t": "w/set", "temp_stat_t": "w"},
        "vacuum": {"name": "robot", "cmd_t": "r/set"},
    }.items():
        finder.hear(f"homeassistant/{component}/x/config", Payload(json.dumps(config).encode()))
    tap, bell, humidifier, boiler, robot = finder.found
    assert [one.kind for one in (tap, bell, humidifier, boiler)] == ["cover", "button", "switch", "climate"]
    assert composed(tap.wires.commands, {"position": 40}) == [("v/set", "40")]
    assert bell.wires.readings[0].codec.read(Payload(b'{"event_type": "press"}').at(("event_type",))) is True
    assert composed(boiler.wires.commands, {"target": 55}) == [("w/set", "55")]
    assert robot.problem == "is of the sort vacuum, which is not supported."


def lamp(number: int, name: str, **more: str) -> Found:
    return Found(f"test {number}", name, "light", Wires({}), **more)


KITCHEN = Area("kitchen", ("galley",))


@pytest.mark.parametrize(
    ("given", "name", "problem"),
    [
        ("kitchen_light/2", "kitchen light 2", ""),
        ("7", "light 7", ""),
        ("Lämpchen (alt)", "Lämpchen alt", ""),
        ("灯", "灯", ""),
        ("0x00158d0001a2b3c4", "0x00158d0001a2b3c4", "has no name that can be said. Give it one in mqtt.adopt."),
        ("☃", "☃", "has no name that can be said. Give it one in mqtt.adopt."),
        ("x" * 200, "x" * 200, "has a name of 200 letters. Give it a shorter one in mqtt.adopt."),
        ("Desk-Lamp", "Desk-Lamp", "sounds like desk lamp. Give it another name in mqtt.adopt."),
    ],
)
def test_names_are_made_sayable_or_put_aside(given: str, name: str, problem: str) -> None:
    _, [reviewed] = settle([lamp(1, given)], Rules(taken=["desk lamp"]))
    assert (reviewed.name, reviewed.problem) == (name, problem)


def test_who_came_first_keeps_a_name_and_a_room_tells_others_apart() -> None:
    found = [lamp(1, "spot"), lamp(2, "Spot", area="galley"), lamp(3, "SPOT"), lamp(4, "kitchen strip")]
    used, reviewed = settle(found, Rules([KITCHEN]))
    assert [(facts.name, facts.area) for facts, _ in used] == [
        ("spot", None),
        ("kitchen Spot", KITCHEN),
        ("kitchen strip", KITCHEN),
    ]
    assert reviewed[2].problem == "sounds like spot. Give it another name in mqtt.adopt."


def test_a_contact_is_asked_about_by_what_it_watches() -> None:
    def contact(number: int, name: str) -> Found:
        return Found(f"test {number}", name, "sensor", Wires({"contact": YesNo(settable=False)}))

    parts = [contact(1, "front door sensor"), contact(2, "kitchen contact"), contact(3, "shed contact sensor")]
    used, _ = settle([*parts, lamp(4, "shed")], Rules([KITCHEN]))
    assert {facts.name: facts.aliases for facts, _ in used} == {
        "front door sensor": ("front door",), "kitchen contact": (), "shed contact sensor": (), "shed": (),
    }  # fmt: skip


def test_the_installer_can_review_rename_and_ignore() -> None:
    adopted = {
        "test 1": Adopted("big lamp", KITCHEN, ("bigger lamp",), Risk.PIN),
        "test 2": Adopted(ignored=True),
    }
    used, reviewed = settle([lamp(1, "a"), lamp(2, "b"), lamp(3, "c")], Rules(adopted=adopted, review=True))
    assert [(facts.name, facts.area, facts.aliases, facts.risk) for facts, _ in used] == [
        ("big lamp", KITCHEN, ("bigger lamp",), Risk.PIN)
    ]
    assert [one.problem for one in reviewed] == [
        "",
        "is set to ignored in mqtt.adopt.",
        "waits for review. Add its id to mqtt.adopt to use it.",
    ]


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path)
    await mosquitto.start()
    yield mosquitto
    await mosquitto.stop()


@needs_mosquitto
async def test_found_devices_come_go_and_obey(broker: Mosquitto) -> None:
    told: list[HouseEvent] = []
    finders: list[Finder] = [Zigbee2Mqtt(), HomeAssistantDiscovery()]
    rules = Rules([Area("living room")])
    async with gadget(
        broker.port, "zigbee2mqtt/living_room/ceiling/set", "zigbee2mqtt/living_room/ceiling/get"
    ) as bulb:
        await bulb.says("zigbee2mqtt/bridge/devices", json.dumps(BRIDGE), retain=True)
        async with Household([MqttBackend(broker.address, finders=finders, rules=rules)]) as house:
            # They are there when the house is open: what can be said is learnt once.
            ceiling = next(device for device in house.devices if device.name == "living room ceiling")
            assert ceiling.area == Area("living room")
            assert json.loads(await bulb.hears("zigbee2mqtt/living_room/ceiling/get")).keys() >= {"state", "brightness"}
            bulb.answers["zigbee2mqtt/living_room/ceiling/set"] = lambda got: ("zigbee2mqtt/living_room/ceiling", got)
            assert await ceiling.set(on=True, colour="red") is Outcome.DONE
            assert ceiling.state["colour"] == "red"

            house.watch(told.append)
            await bulb.says("homeassistant/switch/1234_1/config", json.dumps(TASMOTA), retain=True)
            await until(house, lambda: any(device.name == "Kettle" for device in house.devices))
            assert Area("Kitchen") in house.areas
            await bulb.says("homeassistant/switch/1234_1/config", b"", retain=True)
            await until(house, lambda: not any(device.name == "Kettle" for device in house.devices))
            # What did not change stayed the same device, with what is known of it.
            assert ceiling in house.devices
            assert ceiling.state["on"] is True
            await bulb.says("zigbee2mqtt/bridge/devices", "[]", retain=True)
            await until(house, lambda: not house.devices)
            assert sum(isinstance(event, Listed) for event in told) == 3
            assert await ceiling.set(on=False) is Outcome.UNREACHABLE


@needs_mosquitto
async def test_a_description_of_ten_megabytes_and_a_bomb_leave_the_others_alone(broker: Mosquitto) -> None:
    async with gadget(broker.port) as bad:
        await bad.says("homeassistant/light/huge/config", b"x" * 10_000_000, retain=True)
        await bad.says("homeassistant/light/bomb/config", b"[" * 50_000, retain=True)
        await bad.says("homeassistant/switch/good/config", json.dumps(TASMOTA), retain=True)
        async with Household([MqttBackend(broker.address, finders=[HomeAssistantDiscovery()])]) as house:
            await until(house, lambda: [device.name for device in house.devices] == ["Kettle"])
