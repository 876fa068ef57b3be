"""Tasmota's own discovery: what each device says of its relays, its light, its shutters and its sensors."""

import colorsys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.devices.kinds import KINDS, measure
from assistant.devices.mqtt_found import MOST, Found
from assistant.devices.mqtt_thing import Availability, Command, Reading, Wires
from assistant.devices.mqtt_values import (
    CELSIUS_OF_FAHRENHEIT,
    LARGEST,
    SAME,
    Codec,
    Colour,
    Either,
    Line,
    Mired,
    Named,
    Payload,
    is_topic,
)
from assistant.devices.traits import Trait

SWITCH, LIGHT, SHUTTER = 1, 2, 3
"""What `rl` says of a relay; a shutter has two of them."""
WITH_WHITES = frozenset({2, 5})
"""Values of `lt_st`, the sort of light, that have a colour temperature."""
WITH_COLOURS = frozenset({3, 4, 5})
INVERTED = 1
"""In `sho`: the shutter is open at 0."""
MEASURES = {
    "Temperature": ("temperature", "°C"), "Humidity": ("humidity", "%"), "DewPoint": ("dew point", "°C"),
    "Pressure": ("pressure", "hPa"), "Illuminance": ("light", "lx"), "CarbonDioxide": ("carbon dioxide", "ppm"),
    "Distance": ("distance", "cm"), "Power": ("power", "W"), "Voltage": ("voltage", "V"), "Current": ("current", "A"),
    "Total": ("energy", "kWh"),
}  # fmt: skip
"""Its name of what is measured → ours, and the unit."""

Json = Mapping[str, object]


class Tasmota:
    """A `Finder`: hears `tasmota/discovery/<MAC address>/config`, and `sensors` beside it."""

    def __init__(self, prefix: str = "tasmota/discovery") -> None:
        self._prefix = prefix
        self.topics = (f"{prefix}/+/config", f"{prefix}/+/sensors")
        self._told: dict[str, dict[str, Json]] = {}
        """By address, what was told under `config` and `sensors`."""
        self._devices: dict[str, tuple[Found, ...]] = {}

    @property
    def found(self) -> Iterator[Found]:
        """Who came first first."""
        for parts in self._devices.values():
            yield from parts

    def hear(self, topic: str, payload: Payload) -> bool:
        """Whether other devices are there than before. Raises ValueError for a description that cannot be read."""
        address, _, what = topic.removeprefix(f"{self._prefix}/").partition("/")
        if not topic.startswith(f"{self._prefix}/") or what not in ("config", "sensors"):
            return False
        before = self._devices.get(address, ())
        told = self._told.setdefault(address, {}) if len(self._told) < MOST else self._told.get(address)
        if told is None:
            raise ValueError(f"is one of more than {MOST}, which are too many")
        told.pop(what, None)
        try:
            if payload.raw:
                told[what] = _read(payload)
        finally:
            self._devices[address] = tuple(_parts(told, address))
            if not told:
                del self._told[address], self._devices[address]
        return before != self._devices.get(address, ())


def _read(payload: Payload) -> Json:
    if len(payload.raw) > LARGEST:
        raise ValueError(f"has {len(payload.raw)} bytes, more than the {LARGEST} of any description")
    if not isinstance(payload.json, dict):
        raise ValueError("is no description")
    return payload.json


def _parts(told: Mapping[str, Json], address: str) -> Iterator[Found]:
    config = told.get("config", {})
    prefixes = [str(prefix) for prefix in _list(config.get("tp"))]
    if len(prefixes) != 3:
        return
    full = str(config.get("ft", "%prefix%/%topic%/")).replace("%topic%", str(config.get("t", "")))
    command, stat, tele = (full.replace("%prefix%", prefix) for prefix in prefixes)
    if not all(map(is_topic, (command, stat, tele))):
        return
    relays = _list(config.get("rl"))
    known = [number for number, kind in enumerate(relays, 1) if kind in (SWITCH, LIGHT)]
    words = [*map(str, _list(config.get("state"))), "OFF", "ON"][:2]
    reachable = Availability(f"{tele}LWT", str(config.get("onln", "Online")), str(config.get("ofln", "Offline")))
    names = _list(config.get("fn"))
    owner = str(config.get("dn") or address)

    def name(number: int) -> str:
        given = names[number - 1] if number <= len(names) else None
        return given if given and isinstance(given, str) else owner

    for number in known:
        kind = relays[number - 1]
        key = "POWER" if len(known) == 1 else f"POWER{number}"
        values: list[tuple[str, str, Codec]] = [("on", key, Either(words[1], words[0]))]
        if kind == LIGHT:
            values.append(("brightness", "Dimmer", Line(whole=True)))
            if config.get("lt_st") in WITH_WHITES:
                values.append(("colour_temperature", "CT", Mired()))
        ours = "light" if kind == LIGHT else "switch"
        wires = _wires(ours, values, (command, stat, tele), reachable)
        if kind == LIGHT and config.get("lt_st") in WITH_COLOURS:
            wires = _coloured(wires, command)
        yield Found(f"tasmota {address} {number}", name(number), ours, wires, owner if name(number) != owner else "")
    firsts = [number for number, kind in enumerate(relays, 1) if kind == SHUTTER][::2]
    for number, first in enumerate(firsts, 1):
        options = [*_list(config.get("sho")), *[0] * number][number - 1]
        wires = _shutter(number, options, (command, stat, tele), reachable)
        yield Found(
            f"tasmota {address} shutter {number}", name(first), "cover", wires, owner if name(first) != owner else ""
        )
    sensor = _sensor(told.get("sensors", {}).get("sn"), (command, stat, tele), reachable)
    if sensor.readings:
        suffix = " sensor" if known or firsts else ""
        yield Found(f"tasmota {address} sensor", f"{owner}{suffix}", "sensor", sensor)


@dataclass(frozen=True, slots=True)
class _Hue:
    """A colour: told as `240,100,50`, hue, saturation and brightness, and taken as red, green and blue."""

    def read(self, raw: object) -> object:
        """Its name. Raises ValueError."""
        try:
            hue, saturation, _ = (float(part) for part in str(raw).split(","))
        except ValueError:
            raise ValueError("is no colour") from None
        parts = colorsys.hsv_to_rgb(hue / 360, saturation / 100, 1.0)
        return Colour().read(dict(zip("rgb", (255 * part for part in parts), strict=True)))

    def write(self, value: object) -> object:
        """Red, green and blue. Raises ValueError."""
        return Colour(text=True).write(value)


def _coloured(wires: Wires, command: str) -> Wires:
    """`Color2` keeps the brightness."""
    told = tuple(
        Reading("colour", one.topic, _Hue(), ("HSBColor",)) for one in wires.readings if one.name == "brightness"
    )
    taken = Command("colour", f"{command}Color2", _Hue())
    traits = {**wires.traits, "colour": KINDS["light"]["colour"]}
    return Wires(traits, wires.readings + told, (*wires.commands, taken), wires.availability, wires.ask)


def _shutter(number: int, options: object, topics: tuple[str, str, str], reachable: Availability) -> Wires:
    command, stat, tele = topics
    key = f"Shutter{number}"
    inverted = isinstance(options, int) and options & INVERTED
    scale = Line(100, 0, whole=True) if inverted else Line(whole=True)
    up, down = ("closing", "opening") if inverted else ("opening", "closing")
    moves = Named({up: 1, down: -1, "stopped": 0})
    where = [(f"{stat}RESULT", (key,)), (f"{tele}SENSOR", (key,)), (f"{stat}STATUS10", ("StatusSNS", key))]
    return Wires(
        {name: KINDS["cover"][name] for name in ("position", "moving")},
        tuple(
            Reading(name, topic, codec, (*path, theirs))
            for name, theirs, codec in (("position", "Position", scale), ("moving", "Direction", moves))
            for topic, path in where
        ),
        (
            Command("position", f"{command}ShutterPosition{number}", scale),
            Command("moving", f"{command}ShutterStop{number}", Named({"stopped": ""})),
        ),
        (reachable,),
        ((f"{command}STATUS", "10"),),
    )


def _sensor(told: object, topics: tuple[str, str, str], reachable: Availability) -> Wires:
    """Everything measured, of which the first of several alike."""
    command, stat, tele = topics
    told = told if isinstance(told, dict) else {}
    traits: dict[str, Trait] = {}
    readings: list[Reading] = []
    for key, values in told.items():
        for theirs in values if isinstance(values, dict) else ():
            name, unit = MEASURES.get(theirs, ("", ""))
            if not name or name in traits:
                continue
            codec = CELSIUS_OF_FAHRENHEIT if unit == "°C" and told.get("TempUnit") == "F" else SAME
            traits[name] = measure(name, unit)
            readings.append(Reading(name, f"{tele}SENSOR", codec, (str(key), theirs)))
            readings.append(Reading(name, f"{stat}STATUS10", codec, ("StatusSNS", str(key), theirs)))
    return Wires(traits, tuple(readings), (), (reachable,), ((f"{command}STATUS", "10"),))


def _wires(
    kind: str, values: Sequence[tuple[str, str, Codec]], topics: tuple[str, str, str], reachable: Availability
) -> Wires:
    command, stat, tele = topics
    return Wires(
        {name: KINDS[kind][name] for name, _, _ in values},
        tuple(
            Reading(name, where, codec, (key,))
            for name, key, codec in values
            for where in (f"{stat}RESULT", f"{tele}STATE")
        ),
        tuple(Command(name, f"{command}{key}", codec) for name, key, codec in values),
        (reachable,),
        # It then tells all of this on its RESULT topic.
        ((f"{command}STATE", ""),),
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
