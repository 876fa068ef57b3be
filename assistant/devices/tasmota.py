"""Tasmota's own discovery: what each device says of its relays and its light. Its sensors are not read."""

from collections.abc import Iterator, Mapping, Sequence

from assistant.devices.kinds import KINDS
from assistant.devices.mqtt_found import MOST, Found
from assistant.devices.mqtt_thing import Availability, Command, Reading, Wires
from assistant.devices.mqtt_values import LARGEST, Codec, Either, Line, Mired, Payload, is_topic

SWITCH, LIGHT = 1, 2
"""What `rl` says of a relay."""
WITH_WHITES = frozenset({2, 5})
"""Values of `lt_st`, the sort of light, that have a colour temperature."""

Json = Mapping[str, object]


class Tasmota:
    """A `Finder`: hears `tasmota/discovery/<MAC address>/config`."""

    def __init__(self, prefix: str = "tasmota/discovery") -> None:
        self._prefix = prefix
        self.topics = (f"{prefix}/+/config",)
        self._devices: dict[str, tuple[Found, ...]] = {}

    @property
    def found(self) -> Iterator[Found]:
        """Who came first first."""
        for parts in self._devices.values():
            yield from parts

    def hear(self, topic: str, payload: Payload) -> bool:
        """Whether other devices are there than before. Raises ValueError for a description that cannot be read."""
        if not topic.startswith(f"{self._prefix}/") or not topic.endswith("/config"):
            return False
        before = self._devices.get(topic, ())
        if not payload.raw:
            self._devices.pop(topic, None)
            return bool(before)
        if len(payload.raw) > LARGEST:
            raise ValueError(f"has {len(payload.raw)} bytes, more than the {LARGEST} of any description")
        config = payload.json
        if not isinstance(config, dict):
            raise ValueError("is no description")
        if topic not in self._devices and len(self._devices) >= MOST:
            raise ValueError(f"is one of more than {MOST}, which are too many")
        self._devices[topic] = tuple(_parts(config, topic.split("/")[-2]))
        return before != self._devices[topic]


def _parts(config: Json, address: str) -> Iterator[Found]:
    relays = [kind for kind in _list(config.get("rl")) if kind in (SWITCH, LIGHT)]
    prefixes = [str(prefix) for prefix in _list(config.get("tp"))]
    if len(prefixes) != 3 or not relays:
        return
    full = str(config.get("ft", "%prefix%/%topic%/")).replace("%topic%", str(config.get("t", "")))
    command, stat, tele = (full.replace("%prefix%", prefix) for prefix in prefixes)
    if not all(map(is_topic, (command, stat, tele))):
        return
    words = [*map(str, _list(config.get("state"))), "OFF", "ON"][:2]
    reachable = Availability(f"{tele}LWT", str(config.get("onln", "Online")), str(config.get("ofln", "Offline")))
    names = _list(config.get("fn"))
    for number, kind in enumerate(relays, 1):
        key = "POWER" if len(relays) == 1 else f"POWER{number}"
        name = names[number - 1] if number <= len(names) and isinstance(names[number - 1], str) else None
        values: list[tuple[str, str, Codec]] = [("on", key, Either(words[1], words[0]))]
        if kind == LIGHT:
            values.append(("brightness", "Dimmer", Line(whole=True)))
            if config.get("lt_st") in WITH_WHITES:
                values.append(("colour_temperature", "CT", Mired()))
        ours = "light" if kind == LIGHT else "switch"
        owner = str(config.get("dn") or address)
        wires = _wires(ours, values, (command, stat, tele), reachable)
        yield Found(f"tasmota {address} {number}", str(name or owner), ours, wires, owner if name != owner else "")


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
