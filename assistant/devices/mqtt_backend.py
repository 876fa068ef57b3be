"""The devices on an MQTT broker: those of the configuration, and those that are found there."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol

from assistant.concurrency import interrupt
from assistant.devices.backend import Host
from assistant.devices.mqtt import Address, Broker
from assistant.devices.mqtt_found import Found, Reviewed, Rules, settle
from assistant.devices.mqtt_thing import MqttThing, Wires
from assistant.devices.mqtt_values import Payload
from assistant.devices.thing import Facts
from assistant.errors import DeviceError
from assistant.house import Listed

logger = logging.getLogger(__name__)

GATHER = 0.2
"""Seconds for which news of devices is gathered before they are listed anew: they come in crowds."""
START = 2.0
"""Seconds for which a start waits for the broker."""
ASK_TOGETHER = 20
"""Devices that are asked how they are before the next ones are: a Zigbee network carries few messages at a time."""


class Finder(Protocol):
    """Knows one way in which devices tell of themselves."""

    @property
    def topics(self) -> Sequence[str]:
        """What to subscribe to, wildcards allowed."""
        ...

    @property
    def found(self) -> Iterable[Found]:
        """The devices it knows of, who came first first."""
        ...

    def hear(self, topic: str, payload: Payload) -> bool:
        """Whether a message changed `found`; False for topics that are none of its own. Raises ValueError."""
        ...


class Presence(Protocol):
    """What Hearth says of itself on the broker."""

    @property
    def topics(self) -> Sequence[str]:
        """Where others tell it something."""
        ...

    @property
    def will(self) -> tuple[str, str]:
        """Topic, and what the broker shall retain there once we are gone."""
        ...

    async def greet(self, broker: Broker) -> None:
        """Say everything, after a connect. Raises DeviceError."""
        ...

    def hear(self, topic: str, payload: Payload) -> None:
        """Be told."""
        ...


class MqttBackend:
    """A `Backend`."""

    name = "mqtt"

    def __init__(
        self,
        address: Address,
        described: Sequence[tuple[Facts, Wires]] = (),
        finders: Sequence[Finder] = (),
        rules: Rules | None = None,
        presence: Presence | None = None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`described` are devices of the configuration. `sleep` waits between attempts to connect."""
        self.presence = presence
        self.reviewed: Sequence[Reviewed] = ()
        """Every device that was found, used or not, and why not."""
        self._described = [MqttThing(facts, wires, self._publish) for facts, wires in described]
        self._finders = tuple(finders)
        self._rules = rules or Rules()
        self._found: dict[str, MqttThing] = {}
        self._by_topic: dict[str, list[MqttThing]] = {}
        self._heard: set[str] = set()
        """Topics of devices that we are subscribed to."""
        self._complained: set[str] = set()
        self._news = asyncio.Event()
        self._settled = asyncio.Event()
        """Set once the broker has told what is there, or is known to be away."""
        self._host: Host | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.broker = Broker(
            address,
            self._hear,
            will=presence.will if presence else None,
            greet=self._greet,
            lost=self._lost,
            sleep=sleep,
        )
        self._index()
        self._lost(self.broker.problem or "")

    @property
    def devices(self) -> tuple[MqttThing, ...]:
        """Those of the configuration, then those found."""
        return (*self._described, *self._found.values())

    @property
    def problem(self) -> str | None:
        """Why the broker cannot be reached."""
        return self.broker.problem

    async def open(self, host: Host) -> None:
        """Begin to connect. That the broker is away is no error, for it may come; one that is there is waited for."""
        self._host = host
        self._settled.clear()
        for thing in self._described:
            thing.tell = host.tell
        self._tasks = [host.tasks.create_task(self.broker.run()), host.tasks.create_task(self._list_news())]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START):
                await self._settled.wait()

    async def close(self) -> None:
        """Bring devices into their fail-safe state, say goodbye, disconnect."""
        safe = [thing.set(**thing.fail_safe) for thing in self.devices if thing.fail_safe]
        for result in await asyncio.gather(*safe, return_exceptions=True):
            if isinstance(result, Exception):
                logger.warning("A device could not be brought into its fail-safe state: %s", result)
        if self.presence and self.problem is None:
            try:
                topic, payload = self.presence.will
                await self.broker.publish(topic, payload, retain=True, within=1.0)
            except DeviceError as error:
                logger.warning("%s", error)
        for task in self._tasks:
            await interrupt(task)

    async def _publish(self, topic: str, payload: str, within: float) -> None:
        await self.broker.publish(topic, payload, within=within, expires=True)

    async def _greet(self) -> None:
        """After a connect: hear everything, then ask those devices that do not retain how they are."""
        self._heard.clear()
        for thing in self.devices:
            thing.connected()
        presence = self.presence.topics if self.presence else ()
        await self.broker.subscribe([*presence, *(topic for finder in self._finders for topic in finder.topics)])
        await self._subscribe()
        if self.presence:
            await self.presence.greet(self.broker)
        self._news.set()
        await self._ask(self.devices)

    def _lost(self, problem: str) -> None:
        self._settled.set()
        for thing in self.devices:
            thing.fail(problem)

    def _hear(self, topic: str, raw: bytes, retained: bool) -> None:
        payload = Payload(raw)
        for thing in self._by_topic.get(topic, ()):
            thing.hear(topic, payload, retained=retained)
        if self.presence and topic in self.presence.topics:
            if not retained:
                self.presence.hear(topic, payload)
            return
        for finder in self._finders:
            try:
                if finder.hear(topic, payload):
                    self._news.set()
                self._complained.discard(topic)
            except ValueError as error:
                if topic not in self._complained and len(self._complained) < 1000:
                    self._complained.add(topic)
                    logger.warning("What is told of a device on %.100s %.200s", topic, error)

    async def _list_news(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(GATHER)
            self._news.clear()
            fresh = self._take_in()
            if self.problem is None:
                try:
                    await self._subscribe()
                    await self._ask(fresh)
                    self._settled.set()
                except DeviceError as error:
                    logger.info("%s", error)

    def _take_in(self) -> list[MqttThing]:
        """Make what was found into devices; those that stayed the same are kept, with what is known of them."""
        used, self.reviewed = settle((one for finder in self._finders for one in finder.found), self._rules)
        before, self._found, fresh = self._found, {}, []
        for facts, found in used:
            thing = before.get(found.id)
            if thing is None or thing.facts != facts or thing.wires != found.wires:
                thing = MqttThing(facts, found.wires, self._publish)
                thing.tell = self._host.tell if self._host else None
                if self.problem is not None:
                    thing.fail(self.problem)
                fresh.append(thing)
            self._found[found.id] = thing
        for key, thing in before.items():
            if self._found.get(key) is not thing:
                thing.tell = None
                thing.fail(f"The {thing.name} is no longer known to the broker.")
        self._index()
        if self._host and (fresh or len(before) != len(self._found)):
            self._host.tell(Listed())
        return fresh

    def _index(self) -> None:
        self._by_topic = {}
        for thing in self.devices:
            for topic in thing.wires.topics:
                self._by_topic.setdefault(topic, []).append(thing)

    async def _subscribe(self) -> None:
        """Hear the topics of all devices, and no others."""
        needed = set(self._by_topic)
        gone, fresh = self._heard - needed, needed - self._heard
        self._heard = needed
        await self.broker.unsubscribe(sorted(gone))
        await self.broker.subscribe(sorted(fresh))

    async def _ask(self, things: Sequence[MqttThing]) -> None:
        asked = [question for thing in things for question in thing.wires.ask]
        for start in range(0, len(asked), ASK_TOGETHER):
            some = asked[start : start + ASK_TOGETHER]
            await asyncio.gather(*(self.broker.publish(*question, expires=True) for question in some))
