"""Home Assistant's MQTT discovery: the messages by which ESPHome, Tasmota and many others describe their devices."""

import json
from collections.abc import Iterator, Mapping

from assistant.devices.kinds import YES_NO_MEASURES, measure
from assistant.devices.mqtt_entities import MEASURES, OURS, UNUSED, Unfit, wires_of
from assistant.devices.mqtt_found import MOST, Found
from assistant.devices.mqtt_thing import Availability, Reading, Wires
from assistant.devices.mqtt_values import LARGEST, Payload
from assistant.devices.mqtt_words import expanded
from assistant.devices.traits import Trait

ORIGIN = "Hearth"
"""The name in our own messages: no Hearth takes another for a device."""
PARTS = 200
"""Entities that one device may have."""

Json = Mapping[str, object]


class HomeAssistantDiscovery:
    """A `Finder`: hears `<prefix>/<component>/[<node>/]<object>/config` and the same for whole devices."""

    def __init__(self, prefix: str = "homeassistant", *, without_zigbee2mqtt: bool = True) -> None:
        """`without_zigbee2mqtt`: leave out what Zigbee2MQTT describes this way, for it is known by its bridge."""
        self._prefix = prefix
        self._without_zigbee2mqtt = without_zigbee2mqtt
        self.topics = (f"{prefix}/+/+/config", f"{prefix}/+/+/+/config")
        self._entities: dict[str, list[Json]] = {}

    @property
    def found(self) -> Iterator[Found]:
        """Everything but sensors one by one; of sensors, those of one device together."""
        sensors: dict[str, list[Json]] = {}
        for topic, entities in self._entities.items():
            for number, entity in enumerate(entities):
                if not _is_for_people(entity):
                    continue
                if entity["component"] in ("sensor", "binary_sensor"):
                    sensors.setdefault(_owner(entity) or topic, []).append(entity)
                elif entity["component"] not in UNUSED:
                    yield _one(entity, f"{topic} {number}")
        for owner, several in sensors.items():
            one = _sensor(several, owner)
            if one.wires.readings or one.problem:
                yield one

    def hear(self, topic: str, payload: Payload) -> bool:
        """Whether other devices are there than before. Raises ValueError for a description that cannot be read."""
        parts = topic.split("/")
        if not topic.startswith(f"{self._prefix}/") or parts[-1] != "config":
            return False
        before = self._entities.get(topic)
        try:
            entities = self._read(parts[len(self._prefix.split("/"))], payload) if payload.raw else []
        except ValueError:
            self._entities.pop(topic, None)
            raise
        if not entities:
            return self._entities.pop(topic, None) is not None
        if before is None and len(self._entities) >= MOST:
            raise ValueError(f"is one of more than {MOST}, which are too many")
        self._entities[topic] = entities
        return before != entities

    def _read(self, component: str, payload: Payload) -> list[Json]:
        if len(payload.raw) > LARGEST:
            raise ValueError(f"has {len(payload.raw)} bytes, more than the {LARGEST} of any description")
        whole = expanded(payload.json)
        if not isinstance(whole, dict):
            raise ValueError("is no description")
        if self._is_foreign(whole):
            return []
        if component != "device":
            return [{**whole, "component": component}]
        shared = {name: value for name, value in whole.items() if name != "components"}
        components = whole.get("components")
        several = list(components.values())[:PARTS] if isinstance(components, dict) else []
        return [
            {**shared, **one, "component": str(one.get("platform"))}
            for one in several
            if isinstance(one, dict) and len(one) > 1
        ]

    def _is_foreign(self, whole: Json) -> bool:
        origin, device = _mapping(whole.get("origin")), _mapping(whole.get("device"))
        via = str(device.get("via_device") or "")
        is_zigbee2mqtt = origin.get("name") == "Zigbee2MQTT" or via.startswith("zigbee2mqtt_bridge")
        return origin.get("name") == ORIGIN or (self._without_zigbee2mqtt and is_zigbee2mqtt)


def _one(entity: Json, spare: str) -> Found:
    device = _mapping(entity.get("device"))
    owner = _text(device.get("name"))
    unique = _text(entity.get("unique_id")) or spare
    component = str(entity["component"])
    kind = OURS.get(component, component)
    if component == "switch" and entity.get("device_class") == "outlet":
        kind = "socket"
    name = _text(entity.get("name")) or owner or _text(entity.get("object_id")) or unique
    problem = ""
    try:
        wires = wires_of(entity, component)
    except Unfit as unfit:
        wires, problem = Wires({}), str(unfit)
    return Found(
        f"homeassistant {unique}",
        name,
        kind,
        wires,
        owner if owner != name else "",
        _text(device.get("suggested_area")) or None,
        _text(entity.get("device_class")),
        problem,
    )


def _sensor(entities: list[Json], owner: str) -> Found:
    """What several entities of a device measure; where nothing of it can be read, the reason."""
    traits: dict[str, Trait] = {}
    problem = ""
    readings: list[Reading] = []
    reachable: list[Availability] = []
    for entity in entities:
        measured = _text(entity.get("device_class"))
        name = MEASURES.get(measured, measured) or _text(entity.get("name")).casefold()
        is_yes_no = entity["component"] == "binary_sensor"
        if not name or name in traits or len(name) > 40 or is_yes_no != (name in YES_NO_MEASURES):
            continue
        try:
            wires = wires_of({**entity, "measure": name}, "sensor")
        except Unfit as unfit:
            problem = problem or str(unfit)
            continue
        unit = _text(entity.get("unit_of_measurement"))[:10]
        traits[name] = measure(name, "°C" if unit == "°F" else unit)
        readings += wires.readings
        reachable += wires.availability
    device = _mapping(entities[0].get("device"))
    name = _text(device.get("name")) or _text(entities[0].get("name")) or owner
    wires = Wires(traits, tuple(readings), (), tuple(dict.fromkeys(reachable)))
    return Found(
        f"homeassistant {owner} sensor",
        name,
        "sensor",
        wires,
        area=_text(device.get("suggested_area")) or None,
        problem="" if readings else problem,
    )


def _is_for_people(entity: Json) -> bool:
    """Not for whoever maintains the device, and not switched off."""
    return not entity.get("entity_category") and entity.get("enabled_by_default") is not False


def _owner(entity: Json) -> str:
    identifiers = _mapping(entity.get("device")).get("identifiers")
    return json.dumps(identifiers)[:200] if identifiers else ""


def _mapping(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
