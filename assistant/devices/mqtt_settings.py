"""The broker, and the devices on it, as the configuration says them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from assistant.devices import mqtt_thing
from assistant.devices.kinds import KINDS, measure
from assistant.devices.mqtt_values import Codec, Colour, Either, Line, Named, Press, path
from assistant.devices.traits import Number, Trait, Word
from assistant.settings.checking import Mistake, shown
from assistant.settings.schema import Matching, Range

TopicName = Annotated[str, Matching(r"[^+#\x00-\x1f\x7f]{1,500}", "a topic without + and #, such as garden/pump/state")]
Name = Annotated[
    str,
    Matching(
        r"[^\s\x00-\x1f()\[\]{}<>|:\\][^\x00-\x1f()\[\]{}<>|:\\]{0,59}", "a name that can be said, of up to 60 letters"
    ),
]


@dataclass(frozen=True, slots=True)
class Tls:
    """How the connection is encrypted."""

    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopt:
    """What is to be made of a device that was found."""

    id: str
    name: Name | None = None
    area: Name | None = None
    aliases: tuple[Name, ...] = ()
    risk: Literal["none", "confirm", "pin", "forbidden"] | None = None
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Mqtt:
    """The broker."""

    host: Annotated[str, Matching(r"\S{1,253}", "a host's name or IP address")] | None
    port: Annotated[int, Range(1, 65535)] | None
    user: str | None
    password: str | None
    password_file: Path | None
    version: Literal[3, 5]
    tls: Tls | None
    zigbee2mqtt: TopicName | None
    tasmota: TopicName | None
    homeassistant: TopicName | None
    review: bool
    adopt: tuple[Adopt, ...]
    publish: TopicName | None
    transcripts: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """How one value of a device is told and taken."""

    state: TopicName | None = None
    path: str = ""
    command: TopicName | None = None
    payload: str = "{value}"
    on_is: str = "ON"
    off_is: str = "OFF"
    low: float | None = None
    high: float | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Availability:
    """Where it is told whether a device can be reached."""

    topic: TopicName
    online: str = "online"
    offline: str = "offline"


SCALE = 10
"""A device whose numbers go over fewer steps writes fractions."""


def passwords_are_said_once(mqtt: Mqtt) -> Iterator[Mistake]:
    """The password is in the configuration or in a file of its own."""
    if mqtt.password is not None and mqtt.password_file is not None:
        yield Mistake(mqtt, "password", "is set, and so is mqtt.password_file. Keep one of them.")


def topics_make_sense(kind: str, topics: Mapping[str, Topic]) -> Iterator[Mistake]:
    """Every topic belongs to something the device has, and can be read and written."""
    for name, topic in topics.items():
        setting = "command" if topic.command else "state"
        if kind != "sensor" and name not in KINDS[kind]:
            able = ", ".join(KINDS[kind])
            yield Mistake(topic, setting, f"is for {shown(name)}, which no {kind} has. A {kind} has {able}.")
        elif not topic.state and not topic.command:
            yield Mistake(topic, "state", "is missing, and so is command. Write one of them or both.")
        elif topic.state and topic.state == topic.command:
            says = f"is {shown(topic.command)}, as the state is: what is told there would pass for the answer."
            yield Mistake(topic, "command", f"{says} Leave out state, or write another topic.")
        elif topic.command and (kind == "sensor" or not KINDS[kind][name].settable):
            yield Mistake(topic, "command", f"is for {shown(name)}, which can only be read. Leave it out.")
        elif topic.low is not None and topic.low == topic.high:
            yield Mistake(topic, "high", f"is {topic.high:g}, as low is. Write another.")
        elif topic.command and topic.payload.count("{value}") != 1 and not _is_press(kind, name):
            yield Mistake(
                topic, "payload", f"is {shown(topic.payload)}. Write {{value}} once, where the value belongs."
            )
        try:
            path(topic.path)
        except ValueError:
            yield Mistake(
                topic, "path", f"is {shown(topic.path)}. Write names and [numbers], such as sensor.values[0]."
            )


def _is_press(kind: str, name: str) -> bool:
    return kind != "sensor" and KINDS[kind][name].momentary


def wires(kind: str, topics: Mapping[str, Topic], availability: Availability | None) -> mqtt_thing.Wires:
    """What a device of the configuration is reached by."""
    traits: dict[str, Trait] = {}
    readings, commands = [], []
    for name, topic in topics.items():
        trait = traits[name] = measure(name, topic.unit) if kind == "sensor" else KINDS[kind][name]
        codec = _codec(trait, topic)
        if topic.state:
            readings.append(mqtt_thing.Reading(name, topic.state, codec, path(topic.path)))
        if topic.command:
            commands.append(mqtt_thing.Command(name, topic.command, codec, template=topic.payload))
    reachable = [mqtt_thing.Availability(one.topic, one.online, one.offline) for one in [availability] if one]
    return mqtt_thing.Wires(traits, tuple(readings), tuple(commands), tuple(reachable))


def _codec(trait: Trait, topic: Topic) -> Codec:
    match trait:
        case Number(low, high):
            zero, full = (0.0, 100.0) if high - low == float("inf") else (low, high)
            theirs = zero if topic.low is None else topic.low, full if topic.high is None else topic.high
            # On a scale such as 0 to 1 there is something between the whole numbers.
            return Line(theirs[0], theirs[1], zero, full, trait.whole and abs(theirs[1] - theirs[0]) >= SCALE)
        case Word(words=()):
            return Colour()
        case Word(words=words):
            return Named({word: topic.words.get(word, word) for word in words})
    return Press(topic.on_is) if trait.momentary else Either(topic.on_is, topic.off_is)
