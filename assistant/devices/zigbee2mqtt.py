"""Zigbee2MQTT's own description of its devices: `bridge/devices`, and what each exposes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import cast

from assistant.devices.kinds import KINDS, YES_NO_MEASURES, measure
from assistant.devices.mqtt_found import Found
from assistant.devices.mqtt_thing import Availability, Command, Reading, Wires
from assistant.devices.mqtt_values import SAME, Codec, Colour, Either, Line, Mired, Named, Payload, Press, is_topic
from assistant.devices.traits import Number, Trait, Word, YesNo

MEASURES = {
    "occupancy": "motion",
    "presence": "occupied",
    "water_leak": "water",
    "illuminance": "light",
    "illuminance_lux": "light",
}
"""Its name of what is measured → ours, where they differ."""

PUBLISHED, SET, GET = 1, 2, 4
"""Bits of `access`."""

Json = Mapping[str, object]


class Zigbee2Mqtt:
    """A `Finder`: hears the bridge and knows its devices."""

    def __init__(self, base: str = "zigbee2mqtt") -> None:
        """`base` is its base topic."""
        self._base = base
        self._devices, self._groups = f"{base}/bridge/devices", f"{base}/bridge/groups"
        self.topics = (self._devices, self._groups)
        self._told: dict[str, list[object]] = {}
        self.found: tuple[Found, ...] = ()

    def hear(self, topic: str, payload: Payload) -> bool:
        """Whether other devices are there than before. Raises ValueError for a list that cannot be read."""
        if topic not in self.topics:
            return False
        entries = payload.json if payload.raw else []
        if not isinstance(entries, list):
            raise ValueError("is no list")
        self._told[topic] = entries
        devices = self._told.get(self._devices, [])
        parts = [*(one for entry in devices for one in self._parts(entry)), *self._grouped(devices)]
        before, self.found = self.found, tuple(parts)
        return before != self.found

    def _grouped(self, devices: list[object]) -> Iterator[Found]:
        """Groups of devices of one kind, and the scenes of groups."""
        exposed = {
            str(device.get("ieee_address")): [
                _mapping(one) for one in _list(_mapping(device.get("definition")).get("exposes"))
            ]
            for device in map(_mapping, devices)
        }
        for group in map(_mapping, self._told.get(self._groups, [])):
            name, number = group.get("friendly_name"), group.get("id")
            if not isinstance(name, str) or not isinstance(number, int) or not is_topic(name):
                continue
            topic = f"{self._base}/{name}"
            bridge = (Availability(f"{self._base}/bridge/state"),)
            members = [str(_mapping(member).get("ieee_address")) for member in _list(group.get("members"))]
            actors = [one for member in members for one in exposed.get(member, ()) if one.get("type") in _ACTORS]
            if len(kinds := {str(one["type"]) for one in actors}) == 1:
                features = [_mapping(feature) for feature in _list(actors[0].get("features"))]
                if (wires := _actor(_ACTORS[kinds.pop()], topic, features, bridge)) is not None:
                    yield Found(f"zigbee2mqtt group {number}", name, _ACTORS[str(actors[0]["type"])], wires)
            for scene in map(_mapping, _list(group.get("scenes"))):
                called, recalled = scene.get("name"), scene.get("id")
                if isinstance(called, str) and isinstance(recalled, int):
                    told = (Command("active", f"{topic}/set", Press(recalled), "scene_recall"),)
                    scenes = Wires({"active": KINDS["scene"]["active"]}, (), told, bridge)
                    yield Found(f"zigbee2mqtt group {number} scene {recalled}", called, "scene", scenes, owner=name)

    def _parts(self, entry: object) -> Iterator[Found]:
        """A device; several where it has several lights or switches in one case."""
        device = _mapping(entry)
        definition = _mapping(device.get("definition"))
        name, address = device.get("friendly_name"), device.get("ieee_address")
        if not isinstance(name, str) or not isinstance(address, str) or not is_topic(name):
            return
        if device.get("disabled") is True or device.get("type") == "Coordinator":
            return
        topic = f"{self._base}/{name}"
        availability = (Availability(f"{topic}/availability"), Availability(f"{self._base}/bridge/state"))
        exposes = [_mapping(one) for one in _list(definition.get("exposes"))]
        parts = [(one, _ACTORS[str(one.get("type"))]) for one in exposes if one.get("type") in _ACTORS]
        for one, kind in parts:
            endpoint = str(one.get("endpoint") or "")
            wires = _actor(kind, topic, [_mapping(feature) for feature in _list(one.get("features"))], availability)
            if wires is not None:
                suffix = f" {endpoint}" if endpoint else ""
                yield Found(f"zigbee2mqtt {address}{suffix}", f"{name}{suffix}", kind, wires)
        sensor = _sensor(topic, exposes, availability)
        if sensor.readings:
            suffix = " sensor" if parts else ""
            yield Found(f"zigbee2mqtt {address}{suffix}", f"{name}{suffix}", "sensor", sensor)
        if any(one.get("name") == "action" for one in exposes):
            suffix = " button" if parts or sensor.readings else ""
            yield Found(f"zigbee2mqtt {address} button", f"{name}{suffix}", "button", _button(topic, availability))


_ACTORS = {"light": "light", "switch": "switch", "fan": "fan", "cover": "cover", "climate": "climate", "lock": "lock"}
"""Its type of what can be commanded → our kind."""


def _actor(kind: str, topic: str, features: Iterable[Json], availability: tuple[Availability, ...]) -> Wires | None:
    traits: dict[str, Trait] = {}
    readings: list[Reading] = []
    commands: list[Command] = []
    ask: dict[str, str] = {}
    spare: tuple[Reading, Command] | None = None
    """How a cover without a position is opened and closed."""
    for feature in features:
        key = feature.get("property")
        make = _VALUES.get((kind, str(feature.get("name"))))
        if make is None or not isinstance(key, str):
            continue
        access = feature.get("access")
        access = access if isinstance(access, int) else PUBLISHED | SET
        name, codec, trait = make(feature)
        # What a cover is told, OPEN, CLOSE or STOP, is not what it says of its movement.
        readable = access & PUBLISHED and name != "moving"
        if name in traits or not (readable or access & SET):
            continue
        traits[name] = trait
        if readable:
            readings.append(Reading(name, topic, codec, (key,)))
        if access & SET and trait.settable:
            commands.append(Command(name, f"{topic}/set", codec, key))
        if access & GET:
            ask[key] = ""
        if name == "moving":
            ends = Named({100: "OPEN", 0: "CLOSE"})
            spare = Reading("position", topic, ends, (key,)), Command("position", f"{topic}/set", ends, key)
    if spare is not None and "position" not in traits:
        traits["position"] = KINDS["cover"]["position"]
        readings.append(spare[0])
        commands.append(spare[1])
    if not commands:
        return None
    asked = ((f"{topic}/get", "{" + ", ".join(f'"{key}": ""' for key in ask) + "}"),) if ask else ()
    return Wires(traits, tuple(readings), tuple(commands), availability, asked)


def _button(topic: str, availability: tuple[Availability, ...]) -> Wires:
    pressed: Mapping[str, Trait] = {"pressed": YesNo(settable=False, momentary=True)}
    return Wires(pressed, (Reading("pressed", topic, Press(), ("action",)),), (), availability)


Value = tuple[str, Codec, Trait]
"""What a feature is to us."""


def _on(kind: str) -> Callable[[Json], Value]:
    return lambda feature: ("on", _either(feature, "ON", "OFF"), KINDS[kind]["on"])


def _share(kind: str, name: str, full: float) -> Callable[[Json], Value]:
    return lambda feature: (name, _percent(feature, full), KINDS[kind][name])


def _target(feature: Json) -> Value:
    low, high = _bound(feature, "value_min", 5), _bound(feature, "value_max", 30)
    return "target", SAME, Number(min(low, high), max(low, high), "°C")


def _mode(feature: Json) -> Value:
    modes = tuple(mode for mode in ("off", "heat", "cool", "auto") if mode in _list(feature.get("values")))
    return "mode", Named({mode: mode for mode in modes}), Word(modes)


_MOVES = Named({"opening": "OPEN", "closing": "CLOSE", "stopped": "STOP"})

_VALUES: Mapping[tuple[str, str], Callable[[Json], Value]] = {
    ("light", "state"): _on("light"),
    ("light", "brightness"): _share("light", "brightness", 254),
    ("light", "color_temp"): lambda _: ("colour_temperature", Mired(), KINDS["light"]["colour_temperature"]),
    ("light", "color_xy"): lambda _: ("colour", Colour(), KINDS["light"]["colour"]),
    ("light", "color_hs"): lambda _: ("colour", Colour(), KINDS["light"]["colour"]),
    ("switch", "state"): _on("switch"),
    ("fan", "state"): _on("fan"),
    ("fan", "speed"): _share("fan", "speed", 254),
    ("cover", "position"): _share("cover", "position", 100),
    ("cover", "state"): lambda _: ("moving", _MOVES, KINDS["cover"]["moving"]),
    ("climate", "occupied_heating_setpoint"): _target,
    ("climate", "current_heating_setpoint"): _target,
    ("climate", "local_temperature"): lambda _: ("current", SAME, KINDS["climate"]["current"]),
    ("climate", "system_mode"): _mode,
    ("lock", "state"): lambda one: ("locked", _either(one, "LOCK", "UNLOCK"), KINDS["lock"]["locked"]),
}
"""Our kind and its name of a feature → what it is to us."""


def _either(feature: Json, on: str, off: str) -> Either:
    return Either(feature.get("value_on", on), feature.get("value_off", off))


def _sensor(topic: str, exposes: Iterable[Json], availability: tuple[Availability, ...]) -> Wires:
    traits: dict[str, Trait] = {}
    readings: list[Reading] = []
    for one in exposes:
        key, access, called = one.get("property"), one.get("access"), one.get("name")
        if not isinstance(key, str) or not isinstance(called, str) or key == "linkquality":
            continue
        if not isinstance(access, int) or access & SET or not access & PUBLISHED:
            continue
        name = MEASURES.get(called, called)
        if one.get("type") == "binary" and name in YES_NO_MEASURES:
            on = True if name == "contact" else one.get("value_on", True)
            codec: Codec = Either(on, False if name == "contact" else one.get("value_off", False))
        elif one.get("type") == "numeric" and name not in YES_NO_MEASURES:
            codec = SAME
        else:
            continue
        if name not in traits and len(name) <= 40:
            unit = one.get("unit")
            traits[name] = measure(name, unit[:10] if isinstance(unit, str) else "")
            readings.append(Reading(name, topic, codec, (key,)))
    return Wires(traits, tuple(readings), (), availability)


def _percent(feature: Json, usual: float) -> Line:
    low, high = _bound(feature, "value_min", 0), _bound(feature, "value_max", usual)
    return Line(low, high, whole=True) if low < high else Line(0, usual, whole=True)


def _bound(feature: Json, name: str, usual: float) -> float:
    value = feature.get(name)
    try:
        return cast(float, Number().check(value))
    except ValueError:
        return usual


def _mapping(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
