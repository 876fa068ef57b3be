"""What each component of Home Assistant's MQTT discovery is to us: which topics tell and take which values, and how."""

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from assistant.devices.kinds import KINDS, YES_NO_MEASURES
from assistant.devices.mqtt_thing import Availability, Command, Reading, Wires
from assistant.devices.mqtt_values import (
    CELSIUS_OF_FAHRENHEIT,
    SAME,
    Codec,
    Colour,
    Either,
    Line,
    Mired,
    Named,
    Press,
    is_topic,
)
from assistant.devices.mqtt_words import path_of, payload_of
from assistant.devices.traits import Number, Trait, Word, YesNo

UNUSED = frozenset({
    "camera", "device_automation", "device_tracker", "image", "notify", "number", "select", "tag", "text", "update",
})  # fmt: skip
"""Components that are no devices but settings, files and trackers of them."""
OURS = {"event": "button", "humidifier": "switch", "valve": "cover", "water_heater": "climate"}
"""Components that are called otherwise here. Of a humidifier only the switch is used."""
MEASURES = {
    "door": "contact", "window": "contact", "opening": "contact", "garage_door": "contact",
    "occupancy": "occupied", "presence": "occupied", "moisture": "water", "illuminance": "light",
}  # fmt: skip
"""Its class of sensor → what we call what is measured, where that differs."""
OPEN_IS_ON = frozenset({"door", "window", "opening", "garage_door"})
"""Classes of sensor that say ON where the two parts of a contact are apart."""

Json = Mapping[str, object]
T = TypeVar("T")


class Unfit(ValueError):
    """An entity cannot be used. The message says why and what to do, to follow its name."""


class Builder:
    """Wires as they are put together from an entity's settings."""

    def __init__(self, entity: Json) -> None:
        self.entity = entity
        self.traits: dict[str, Trait] = {}
        self.readings: list[Reading] = []
        self.commands: list[Command] = []

    def add(
        self, name: str, trait: Trait, codec: Codec, state: str, command: str, *, write: Codec | None = None
    ) -> None:
        """A value, by the names of the settings that hold its topics; none of them need be there."""
        told, takes = self.topic(f"{state}_topic"), self.topic(f"{command}_topic")
        # On a topic that says what it is told, the device confirms nothing.
        if told and told != takes:
            template = self.entity.get(_template(state))
            if template is None and state == "state":
                template = self.entity.get("value_template")
            self.readings.append(Reading(name, told, codec, _fit(path_of, template)))
            self.traits[name] = trait
        if takes:
            template = _fit(payload_of, self.entity.get(f"{command}_template"))
            self.commands.append(Command(name, takes, write or codec, template=template))
            self.traits[name] = trait

    def add_json(self, name: str, trait: Trait, codec: Codec, key: str, beside: Json | None = None) -> None:
        """A value in the JSON objects that tell and take all of them."""
        told, takes = self.topic("state_topic"), self.topic("command_topic")
        if told and told != takes:
            self.readings.append(Reading(name, told, codec, (key,)))
        if takes:
            self.commands.append(Command(name, takes, codec, key, beside=beside or {}))
        self.traits[name] = trait

    def topic(self, name: str) -> str | None:
        """The topic in a setting. Raises Unfit for what is none."""
        value = self.entity.get(name)
        if value in (None, ""):
            return None
        if not is_topic(value):
            raise Unfit(f"has a {name} that is no topic. Mend it in the device.")
        return str(value)

    def word(self, name: str, usual: str) -> str:
        """A payload."""
        value = self.entity.get(name)
        return value if isinstance(value, str) else usual

    def number(self, name: str, usual: float) -> float:
        """A bound."""
        try:
            return cast(float, Number().check(self.entity.get(name)))
        except ValueError:
            return usual

    @property
    def wires(self) -> Wires:
        """Everything."""
        return Wires(self.traits, tuple(self.readings), tuple(self.commands), tuple(availability(self.entity)))


def wires_of(entity: Json, kind: str) -> Wires:
    """How it is reached, as our kind of device. Raises Unfit where it cannot be used."""
    make = _KINDS.get(kind)
    if make is None:
        raise Unfit(f"is of the sort {kind[:40]}, which is not supported.")
    builder = Builder(entity)
    make(builder)
    if not builder.traits:
        raise Unfit("names no topic that could be used.")
    return builder.wires


def availability(entity: Json) -> list[Availability]:
    """Where it is said whether it can be reached."""
    given = entity.get("availability")
    several = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    if "availability_topic" in entity:
        several.append(
            {**entity, "topic": entity["availability_topic"], "value_template": entity.get("availability_template")}
        )
    found = []
    for one in several[:10]:
        online, offline = one.get("payload_available", "online"), one.get("payload_not_available", "offline")
        if is_topic(one.get("topic")):
            try:
                found.append(
                    Availability(str(one["topic"]), str(online), str(offline), path_of(one.get("value_template")))
                )
            except ValueError:
                continue
    return found


def _template(state: str) -> str:
    """The setting that says where in the payload of a state topic the value is."""
    if state in ("mode_state", "temperature_state", "current_temperature", "position"):
        return f"{state}_template"
    return f"{state.removesuffix('_state')}_value_template" if state != "state" else "state_value_template"


def _fit(read: Callable[[object], T], template: object) -> T:
    try:
        return read(template)
    except ValueError as error:
        raise Unfit(f"{error}. Describe it under devices, with backend mqtt.") from None


def _on_off(builder: Builder, kind: str) -> None:
    on, off = builder.word("payload_on", "ON"), builder.word("payload_off", "OFF")
    told = Either(builder.word("state_on", on), builder.word("state_off", off))
    builder.add("on", KINDS[kind]["on"], told, "state", "command", write=Either(on, off))


def _light(builder: Builder) -> None:
    light = KINDS["light"]
    entity = builder.entity
    scale = Line(0, max(1, builder.number("brightness_scale", 255)), whole=True)
    kelvin = SAME if entity.get("color_temp_kelvin") is True else Mired()
    if entity.get("schema") == "template":
        raise Unfit("is a light with templates, which need code. Describe it under devices, with backend mqtt.")
    if entity.get("schema") != "json":
        _on_off(builder, "light")
        builder.add("brightness", light["brightness"], scale, "brightness_state", "brightness_command")
        builder.add("colour_temperature", light["colour_temperature"], kelvin, "color_temp_state", "color_temp_command")
        if entity.get("rgb_command_template") in (None, ""):
            builder.add("colour", light["colour"], Colour(text=True), "rgb_state", "rgb_command")
        return
    modes = entity.get("supported_color_modes")
    modes = modes if isinstance(modes, list) else []
    beside = {"state": "ON"}
    builder.add_json("on", light["on"], Either(), "state")
    if entity.get("brightness") is True or [mode for mode in modes if mode != "onoff"]:
        builder.add_json("brightness", light["brightness"], scale, "brightness", beside)
    if "color_temp" in modes or entity.get("color_temp") is True:
        builder.add_json("colour_temperature", light["colour_temperature"], kelvin, "color_temp", beside)
    if {"rgb", "rgbw", "rgbww", "xy", "hs"} & {mode for mode in modes if isinstance(mode, str)}:
        builder.add_json("colour", light["colour"], Colour(), "color", beside)


def _fan(builder: Builder) -> None:
    _on_off(builder, "fan")
    low, high = builder.number("speed_range_min", 1), builder.number("speed_range_max", 100)
    # The lowest speed is one step above standing still.
    scale = Line(low - 1, high, whole=True) if low - 1 < high else Line(whole=True)
    builder.add("speed", KINDS["fan"]["speed"], scale, "percentage_state", "percentage_command")


def _cover(builder: Builder) -> None:
    cover = KINDS["cover"]
    opens, closes = builder.word("payload_open", "OPEN"), builder.word("payload_close", "CLOSE")
    orders = Named({"opening": opens, "closing": closes, "stopped": builder.word("payload_stop", "STOP")})
    ends = Named({100: opens, 0: closes})
    said = Named({100: builder.word("state_open", "open"), 0: builder.word("state_closed", "closed")}, partial=True)
    moves = Named(
        {
            "opening": builder.word("state_opening", "opening"),
            "closing": builder.word("state_closing", "closing"),
            "stopped": builder.word("state_stopped", "stopped"),
        },
        partial=True,
    )
    closed, opened = builder.number("position_closed", 0), builder.number("position_open", 100)
    scale = Line(closed, opened, whole=True) if closed != opened else Line(whole=True)
    if builder.topic("position_topic"):
        builder.add("position", cover["position"], scale, "position", "")
    else:
        builder.add("position", cover["position"], said, "state", "")
    if builder.topic("set_position_topic"):
        builder.add("position", cover["position"], scale, "", "set_position")
    else:
        builder.add("position", cover["position"], ends, "", "command")
    builder.add("moving", cover["moving"], moves, "state", "command", write=orders)


def _valve(builder: Builder) -> None:
    cover = KINDS["cover"]
    if builder.entity.get("reports_position") is True:
        closed, opened = builder.number("position_closed", 0), builder.number("position_open", 100)
        scale = Line(closed, opened, whole=True) if closed != opened else Line(whole=True)
        builder.add("position", cover["position"], scale, "state", "command")
        return
    ends = Named({100: builder.word("payload_open", "OPEN"), 0: builder.word("payload_close", "CLOSE")})
    said = Named({100: builder.word("state_open", "open"), 0: builder.word("state_closed", "closed")}, partial=True)
    builder.add("position", cover["position"], said, "state", "command", write=ends)


def _event(builder: Builder) -> None:
    topic = builder.topic("state_topic")
    if topic:
        builder.traits["pressed"] = YesNo(settable=False, momentary=True)
        builder.readings.append(Reading("pressed", topic, Press(), ("event_type",)))


def _climate(builder: Builder) -> None:
    climate = KINDS["climate"]
    codec = CELSIUS_OF_FAHRENHEIT if builder.entity.get("temperature_unit") == "F" else SAME
    low, high = builder.number("min_temp", 4), builder.number("max_temp", 65)
    target = Number(low, high, "°C") if codec is SAME and low < high else climate["target"]
    builder.add("target", target, codec, "temperature_state", "temperature_command")
    builder.add("current", climate["current"], codec, "current_temperature", "")
    given = builder.entity.get("modes")
    modes = tuple(mode for mode in ("off", "heat", "cool", "auto") if not isinstance(given, list) or mode in given)
    builder.add("mode", Word(modes), Named({mode: mode for mode in modes}), "mode_state", "mode_command")


def _lock(builder: Builder) -> None:
    orders = Either(builder.word("payload_lock", "LOCK"), builder.word("payload_unlock", "UNLOCK"))
    told = Either(builder.word("state_locked", "LOCKED"), builder.word("state_unlocked", "UNLOCKED"))
    builder.add("locked", KINDS["lock"]["locked"], told, "state", "command", write=orders)


def _press(name: str, setting: str, usual: str) -> Callable[[Builder], None]:
    kind = "button" if name == "pressed" else "scene"

    def make(builder: Builder) -> None:
        builder.add(name, KINDS[kind][name], Press(builder.word(setting, usual)), "", "command")

    return make


def _sensor(builder: Builder) -> None:
    """One measure, whose name is in `measure`."""
    entity = builder.entity
    name = str(entity["measure"])
    codec: Codec = SAME
    if name in YES_NO_MEASURES:
        on, off = builder.word("payload_on", "ON"), builder.word("payload_off", "OFF")
        codec = Either(off, on) if entity.get("device_class") in OPEN_IS_ON else Either(on, off)
    elif entity.get("unit_of_measurement") == "°F":
        codec = CELSIUS_OF_FAHRENHEIT
    builder.add(name, Number(settable=False), codec, "state", "")


_KINDS: Mapping[str, Callable[[Builder], None]] = {
    "light": _light,
    "event": _event,
    "humidifier": lambda builder: _on_off(builder, "switch"),
    "valve": _valve,
    "water_heater": _climate,
    "switch": lambda builder: _on_off(builder, "switch"),
    "fan": _fan,
    "cover": _cover,
    "climate": _climate,
    "lock": _lock,
    "scene": _press("active", "payload_on", "ON"),
    "button": _press("pressed", "payload_press", "PRESS"),
    "sensor": _sensor,
}
