"""The areas and devices of a house as the configuration names them, and what makes no sense among them."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, get_args

from assistant.answers import listed
from assistant.devices.kinds import KINDS, DeviceKind
from assistant.devices.mqtt_settings import Availability, Mqtt, Topic, topics_make_sense
from assistant.devices.naming import folded
from assistant.devices.thing import LIMIT
from assistant.devices.traits import Trait
from assistant.devices.wiring import (
    PART_KINDS,
    Claim,
    Dimmed,
    MuteSwitch,
    PushButton,
    StatusLight,
    Switched,
    Wiring,
    claims,
)
from assistant.safety.policy import RiskName, Rules
from assistant.settings.checking import Mistake, shown
from assistant.settings.schema import Matching, Range

Spoken = Annotated[
    str,
    # What has a meaning in sentence templates cannot be said.
    Matching(
        r"(?=.*[^\W_])[^\s\x00-\x1f()\[\]{}<>|:\\][^\x00-\x1f()\[\]{}<>|:\\]{0,59}",
        "a name that can be said, of up to 60 letters",
    ),
]
Property = Annotated[str, Matching(r"[a-z][a-z0-9_ ]{0,39}", "a word such as temperature")]

Sentence = Annotated[str, Matching(r"(?=.*\w)[^\x00-\x1f]{1,200}", "a command, as it is said")]


@dataclass(frozen=True, slots=True)
class Area:
    """A room."""

    name: Spoken
    aliases: tuple[Spoken, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What every device has, whatever it is reached by."""

    name: Spoken
    kind: DeviceKind
    area: Spoken | None = None
    aliases: tuple[Spoken, ...] = ()
    risk: RiskName | None = None
    fail_safe: Mapping[Property, bool | float | str] = field(default_factory=dict)
    limit_seconds: Annotated[float, Range(0.1, 9, "seconds")] = LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated(Described):
    """A device that exists only in memory."""

    backend: Literal["simulated"] = "simulated"
    measures: Mapping[Property, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOfDevices(Described):
    """Several devices of a kind under one name."""

    backend: Literal["group"]
    members: tuple[Spoken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine(Described):
    """Commands that are done one after the other under one name."""

    backend: Literal["routine"]
    kind: Literal["scene"] = "scene"
    steps: tuple[Sentence, ...]


def _parts_can_be_that(kind: str, wiring: Wiring) -> Iterator[Mistake]:
    if kind not in PART_KINDS[wiring.part]:
        able = [part for part, kinds in PART_KINDS.items() if kind in kinds]
        remedy = f"one of {', '.join(able)}" if able else "another backend"
        yield Mistake(wiring, "part", f"is {shown(wiring.part)}, which cannot be a {kind}. Write {remedy}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wired(Described):
    """A device on the pins of this Raspberry Pi."""

    backend: Literal["gpio"]
    wiring: Wiring

    CHECKS: ClassVar = (_parts_can_be_that,)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnBroker(Described):
    """A device on the MQTT broker that is described topic by topic."""

    backend: Literal["mqtt"]
    topics: Mapping[Property, Topic]
    availability: Availability | None = None

    CHECKS: ClassVar = (topics_make_sense,)


Device = Simulated | GroupOfDevices | Routine | Wired | OnBroker


@dataclass(frozen=True, slots=True)
class Body:
    """The appliance's own light, button and mute switch."""

    light: StatusLight | None
    button: PushButton | None
    mute: MuteSwitch | None


def areas_are_distinct(areas: tuple[Area, ...]) -> Iterator[Mistake]:
    """No two areas sound alike."""
    return _repeated(areas)


def devices_are_distinct(devices: tuple[Device, ...]) -> Iterator[Mistake]:
    """No two devices sound alike."""
    return _repeated(devices)


def _repeated(things: Sequence[Area | Device]) -> Iterator[Mistake]:
    """Names that somebody could not tell apart by ear."""
    taken: dict[str, str] = {}
    for thing in things:
        for name_field, name in [("name", thing.name), *(("aliases", alias) for alias in thing.aliases)]:
            if owner := taken.get(folded(name)):
                says = f"holds {shown(name)}, a name of {shown(owner)} already. Choose another."
                yield Mistake(thing, name_field, says)
            taken.setdefault(folded(name), thing.name)


def areas_are_known(areas: tuple[Area, ...], devices: tuple[Device, ...]) -> Iterator[Mistake]:
    """A room that is written almost like another is taken for a slip; one that is not is a new room."""
    rooms = [area.name for area in areas]
    for device in devices:
        if device.area is None or device.area in rooms:
            continue
        near = next((room for room in rooms if _is_slip(device.area, room)), None)
        if near:
            says = f"is {shown(device.area)}. Did you mean {near}? If it is another room, add it to areas."
            yield Mistake(device, "area", says)
        else:
            rooms.append(device.area)


def members_are_devices(mqtt: Mqtt, devices: tuple[Device, ...]) -> Iterator[Mistake]:
    """The members of a group are single devices of its kind. What is found on a broker is not known here."""
    single = {device.name: device for device in devices if not isinstance(device, GroupOfDevices)}
    for group in devices:
        if not isinstance(group, GroupOfDevices):
            continue
        if not group.members:
            yield Mistake(group, "members", "is empty. Name the devices that belong to it.")
        for name in group.members:
            if name not in single and mqtt.host is None:
                near = difflib.get_close_matches(name, single, 1)
                hint = f" Did you mean {near[0]}?" if near else " Write the name of a device that is no group."
                yield Mistake(group, "members", f"holds {shown(name)}, which is no device.{hint}")
            elif name in single and single[name].kind != group.kind:
                says = f"holds {shown(name)}, a {single[name].kind}. Name only devices of kind {group.kind}."
                yield Mistake(group, "members", says)


def fail_safes_fit(devices: tuple[Device, ...]) -> Iterator[Mistake]:
    """What a device shall be when the assistant ends is something that it can then be told."""
    for device in devices:
        able = _told_at_the_end(device)
        for name, value in device.fail_safe.items():
            if name not in able:
                remedy = f"It can be told {listed(list(able))}" if able else "Leave it out"
                says = f"sets {shown(name)}, which {device.name} cannot be told when the assistant ends. {remedy}."
                yield Mistake(device, "fail_safe", says)
                continue
            try:
                able[name].check(value)
            except ValueError as error:
                yield Mistake(device, "fail_safe", f"sets {name} to {shown(value)}. That {error}.")


def _told_at_the_end(device: Device) -> Mapping[str, Trait]:
    traits = {name: trait for name, trait in KINDS[device.kind].items() if trait.settable and not trait.momentary}
    match device:
        case Simulated():
            return traits
        case OnBroker():
            return {
                name: trait for name, trait in traits.items() if name in device.topics and device.topics[name].command
            }
        case Wired(wiring=Switched() | Dimmed()):
            return {"on": traits["on"]} if "on" in traits else {}
    return {}


def pins_are_free(body: Body, devices: tuple[Device, ...]) -> Iterator[Mistake]:
    """No pin is wired to two things."""
    wired: list[tuple[str, object]] = [
        ("the status light", body.light), ("the push-button", body.button), ("the mute switch", body.mute)
    ]  # fmt: skip
    wired += [(device.name, device.wiring) for device in devices if isinstance(device, Wired)]
    taken: dict[int, tuple[str, Claim]] = {}
    for owner, thing in wired:
        for claim in claims(thing):
            other, before = taken.setdefault(claim.pin, (owner, claim))
            if before is claim or (before.bus and claim.bus):
                continue
            bus = " for the SPI bus" if claim.bus else ""
            says = f"takes GPIO{claim.pin}{bus}, which {shown(other)} takes already. Choose another pin."
            yield Mistake(claim.wired, claim.field, says)


def brokers_are_named(mqtt: Mqtt, devices: tuple[Device, ...]) -> Iterator[Mistake]:
    """Devices on a broker need one."""
    for device in devices:
        if isinstance(device, OnBroker) and mqtt.host is None:
            yield Mistake(device, "backend", 'is "mqtt", but there is no broker. Set mqtt.host.')


def limits_are_of_something(policy: Rules, mqtt: Mqtt, devices: tuple[Device, ...]) -> Iterator[Mistake]:
    """A limit of what there is not would limit nothing. What is found on a broker has names that are not known here."""
    names = [*get_args(DeviceKind), *(device.name for device in devices)]
    for limit in policy.limits:
        if limit.of not in names and mqtt.host is None:
            near = difflib.get_close_matches(limit.of, names, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            yield Mistake(limit, "of", f"is {shown(limit.of)}, which is no kind and no device.{hint}")


def _is_slip(name: str, other: str) -> bool:
    numbered = re.search(r"\d", name + other)
    name, other = folded(name), folded(other)
    if numbered or name.count(" ") != other.count(" "):
        return name == other
    return bool(difflib.get_close_matches(name, [other], 1, 0.85))
