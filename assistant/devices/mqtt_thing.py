"""A device on a broker: topics that say how it is, topics that tell it how to be, and whether it did."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.devices.mqtt_values import Codec, Path, Payload, written
from assistant.devices.thing import Facts, Thing
from assistant.devices.traits import Number, Trait, Word
from assistant.house import Outcome

logger = logging.getLogger(__name__)

PATIENCE = 0.9
"""The part of a command's limit in which the broker must take it and the device confirm it."""
ROUNDING = 0.01
"""The part of its range by which a number may differ from what was asked for: devices have steps of their own."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a device says what one of its values is."""

    name: str
    topic: str
    codec: Codec
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Command:
    """Where a device is told what one of its values shall be."""

    name: str
    topic: str
    codec: Codec
    key: str = ""
    """Where the payload is a JSON object: the value's name in it. Values for one topic go in one message."""
    template: str = "{value}"
    """Where there is no key: the payload."""
    beside: Mapping[str, object] = field(default_factory=dict)
    """What else the JSON object must hold."""


@dataclass(frozen=True, slots=True)
class Availability:
    """Where it is said whether a device can be reached: as text, or as `state` of a JSON object."""

    topic: str
    online: str = "online"
    offline: str = "offline"
    path: Path = ()

    def read(self, payload: Payload) -> bool | None:
        """Whether it can be reached; None for a payload that says neither."""
        try:
            path = self.path or (("state",) if payload.text.startswith("{") else ())
            return {self.online: True, self.offline: False}.get(str(payload.at(path)))
        except (ValueError, LookupError):
            return None


@dataclass(frozen=True, slots=True)
class Wires:
    """Everything about a device that is the broker's business."""

    traits: Mapping[str, Trait]
    readings: tuple[Reading, ...] = ()
    commands: tuple[Command, ...] = ()
    availability: tuple[Availability, ...] = ()
    """It can be reached unless one of these says otherwise."""
    ask: tuple[tuple[str, str], ...] = ()
    """Topics and payloads that make it say how it is, for one whose state is not retained."""

    @property
    def topics(self) -> set[str]:
        """What to listen to."""
        return {one.topic for one in self.readings} | {one.topic for one in self.availability}


Publish = Callable[[str, str, float], Awaitable[None]]
"""Topic, payload, and the seconds after which it must have no effect any more. Raises DeviceError."""


class MqttThing(Thing):
    """A `Device` on a broker."""

    def __init__(self, facts: Facts, wires: Wires, publish: Publish) -> None:
        super().__init__(facts, wires.traits, self._order)
        self.facts = facts
        self.wires = wires
        self._publish = publish
        self._limit_of_order = facts.limit * PATIENCE
        self._readings = {topic: [one for one in wires.readings if one.topic == topic] for topic in wires.topics}
        self._offline: set[str] = set()
        self._waiting: list[_Confirmation] = []
        self._complained: set[tuple[str, str]] = set()

    def hear(self, topic: str, payload: Payload, *, retained: bool) -> None:
        """A message on one of its topics. What makes no sense in it is logged once and dropped."""
        for one in self.wires.availability:
            if one.topic == topic:
                self._attend(topic, one.read(payload))
        values = {}
        for reading in self._readings[topic]:
            value = self._read(reading, payload)
            if value is not None and not (retained and self.traits[reading.name].momentary):
                values[reading.name] = value
        if values:
            self.report(**values)
            if self._offline:
                self.fail(self._unavailable)
            if not retained:
                for confirmation in self._waiting:
                    confirmation.hear(values)

    def connected(self) -> None:
        """The broker is there again, and so is what it says of this device's availability."""
        self._offline.clear()
        if self.problem is not None:
            self.report()

    @property
    def _unavailable(self) -> str:
        return f"The {self.name} is offline."

    def _attend(self, topic: str, available: bool | None) -> None:
        if available is False:
            self._offline.add(topic)
            self.fail(self._unavailable)
        elif available and topic in self._offline:
            self._offline.discard(topic)
            if not self._offline:
                self.report()

    def _read(self, reading: Reading, payload: Payload) -> object:
        try:
            raw = payload.at(reading.path)
            if raw is None:
                return None
            value = self.traits[reading.name].check(reading.codec.read(raw))
        except LookupError:
            return None
        except ValueError as error:
            if (complaint := (reading.topic, reading.name)) not in self._complained:
                self._complained.add(complaint)
                logger.warning("%s of %s on %.100s %.200s", reading.name, self.name, reading.topic, error)
            return None
        self._complained.discard((reading.topic, reading.name))
        return value

    async def _order(self, changes: Mapping[str, object]) -> Outcome:
        """Publish it, then wait for the device to say so. Where it never says anything, taken is done."""
        try:
            messages = composed(self.wires.commands, changes)
        except ValueError as error:
            logger.warning("%s %s", self.name, error)
            return Outcome.REFUSED
        told = {reading.name for reading in self.wires.readings}
        expected = {name: value for name, value in changes.items() if name in told and not self.traits[name].momentary}
        confirmation = _Confirmation(self, expected)
        self._waiting.append(confirmation)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._limit_of_order
        try:
            for topic, payload in messages:
                await self._publish(topic, payload, deadline - loop.time())
            async with asyncio.timeout_at(deadline):
                await confirmation.done.wait()
        except TimeoutError:
            return Outcome.UNCONFIRMED
        finally:
            self._waiting.remove(confirmation)
        return Outcome.DONE


class _Confirmation:
    """Whether a device has said that it is as it was told to be."""

    def __init__(self, thing: Thing, expected: Mapping[str, object]) -> None:
        self.done = asyncio.Event()
        self._thing = thing
        self._missing = dict(expected)
        self._before = dict(thing.state)
        self._settle()

    def hear(self, values: Mapping[str, object]) -> None:
        """It said this."""
        for name, value in values.items():
            if name in self._missing and self._agrees(name, value):
                del self._missing[name]
        if "position" in self._missing and self._is_moving(values):
            del self._missing["position"]
        self._settle()

    def _agrees(self, name: str, value: object) -> bool:
        wanted = self._missing[name]
        match self._thing.traits[name]:
            case Number(low, high) if isinstance(wanted, int | float) and isinstance(value, int | float):
                span = high - low if high - low < float("inf") else abs(wanted)
                return abs(value - wanted) <= max(ROUNDING * span, 1e-6)
            case Word(words=()):
                # A colour comes back as the nearest that has a name, which can be another.
                return True
        return value == wanted

    def _is_moving(self, values: Mapping[str, object]) -> bool:
        """What takes its time has obeyed once it is on its way."""
        position = values.get("position")
        return values.get("moving") in ("opening", "closing") or (
            position is not None and "position" in self._before and position != self._before["position"]
        )

    def _settle(self) -> None:
        if not self._missing:
            self.done.set()


def composed(commands: Sequence[Command], changes: Mapping[str, object]) -> list[tuple[str, str]]:
    """Topics and payloads for these changes. Raises ValueError where one cannot be written."""
    objects: dict[str, dict[str, object]] = {}
    messages: list[tuple[str, str]] = []
    for command in commands:
        if command.name not in changes:
            continue
        try:
            raw = command.codec.write(changes[command.name])
        except ValueError as error:
            raise ValueError(f"{command.name} {error}") from None
        if command.key:
            message = objects.setdefault(command.topic, {})
            for key, value in command.beside.items():
                message.setdefault(key, value)
            message[command.key] = raw
        else:
            messages.append((command.topic, written(command.template, raw)))
    return [*((topic, json.dumps(message)) for topic, message in objects.items()), *messages]
