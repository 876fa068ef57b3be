"""What Hearth tells of itself on the broker: that it is there, what it did last, how loud it is, whether it hears."""

import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Protocol

from assistant.devices.mqtt_values import Payload
from assistant.errors import DeviceError
from assistant.events import Event, Finished, Muted

logger = logging.getLogger(__name__)


class Sound(Protocol):
    """What others may change of what is heard from the assistant."""

    @property
    def volume(self) -> int:
        """0 to 100."""
        ...

    async def set_volume(self, volume: int) -> None:
        """Also ends a mute."""
        ...


class Microphone(Protocol):
    """What others may change of what the assistant hears."""

    @property
    def muted(self) -> bool:
        """Whether it is closed."""
        ...

    def want(self, muted: bool) -> None:
        """Close it, or open it unless a switch keeps it closed."""
        ...


class Outlet(Protocol):
    """Where messages go."""

    async def publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Raises DeviceError."""
        ...


Spawn = Callable[[Coroutine[object, object, None]], object]


class HearthPresence:
    """A `Presence`, and an observer of events."""

    def __init__(
        self,
        sound: Sound,
        microphone: Microphone,
        spawn: Spawn,
        base: str = "hearth",
        *,
        prefix: str | None = None,
        transcripts: bool = False,
    ) -> None:
        """`spawn` starts a task. `prefix` is where Home Assistant looks for devices; None to describe nothing there.

        `transcripts`: tell also what was heard and answered.
        """
        self._sound = sound
        self._microphone = microphone
        self._spawn = spawn
        self._base = base
        self._prefix = prefix
        self._transcripts = transcripts
        self._outlet: Outlet | None = None
        self._volume, self._mute = f"{base}/volume/set", f"{base}/mute/set"
        self._told: Mapping[str, str] = {}
        self.topics = (self._volume, self._mute)
        self.will = f"{base}/availability", "offline"

    async def greet(self, outlet: Outlet) -> None:
        """Say everything, after a connect. Raises DeviceError."""
        self._outlet = outlet
        for topic, config in self._descriptions():
            await outlet.publish(topic, json.dumps(config), retain=True)
        self._told = {}
        await self._tell_sound(outlet)
        await outlet.publish(self.will[0], "online", retain=True)

    def hear(self, topic: str, payload: Payload) -> None:
        """Become as loud, or as silent, as somebody wants. What makes no sense is logged."""
        try:
            wanted = payload.text
            if topic == self._volume and wanted.isascii() and wanted.isdigit() and int(wanted[:4]) <= 100:
                self._start(self._change(self._sound.set_volume(int(wanted))))
            elif topic == self._mute and wanted in ("ON", "OFF"):
                before = self._microphone.muted
                self._microphone.want(wanted == "ON")
                if self._microphone.muted == before and self._outlet is not None:
                    # Whoever told it must hear that a switch keeps it closed.
                    self._told = {}
                    self._start(self._quietly(self._tell_sound(self._outlet)))
            else:
                raise ValueError(f"is {wanted!r:.60}")
        except ValueError as error:
            logger.warning("What was told on %s %s. Tell a volume from 0 to 100, or ON or OFF.", topic, error)

    def __call__(self, event: Event) -> None:
        """Tell of a turn that is over and of what it changed, and of a microphone that was closed or opened."""
        if isinstance(event, Muted) and self._outlet is not None:
            self._start(self._quietly(self._tell_sound(self._outlet)))
        if isinstance(event, Finished) and self._outlet is not None:
            record = event.record
            last: dict[str, object] = {
                "intent": record.intent,
                "ok": record.intent is not None and record.error is None,
                "seconds": round(record.seconds, 3),
            }
            if self._transcripts:
                last |= {"heard": record.transcript, "answered": record.answer}
            self._start(self._tell_turn(self._outlet, json.dumps(last)))

    def _start(self, work: Coroutine[object, object, None]) -> None:
        self._spawn(work)

    async def _change(self, change: Awaitable[None]) -> None:
        await change
        if self._outlet is not None:
            await self._quietly(self._tell_sound(self._outlet))

    async def _tell_turn(self, outlet: Outlet, payload: str) -> None:
        await self._quietly(outlet.publish(f"{self._base}/last", payload))
        await self._quietly(self._tell_sound(outlet))

    async def _tell_sound(self, outlet: Outlet) -> None:
        now = {"volume": str(self._sound.volume), "mute": "ON" if self._microphone.muted else "OFF"}
        news = {name: payload for name, payload in now.items() if self._told.get(name) != payload}
        self._told = now  # at once: what changes while this is on its way is news again
        try:
            for name, payload in news.items():
                await outlet.publish(f"{self._base}/{name}", payload, retain=True)
        except DeviceError:
            self._told = {}
            raise

    @staticmethod
    async def _quietly(work: Awaitable[None]) -> None:
        """What cannot be told now is told after the next connect, or not at all."""
        try:
            await work
        except DeviceError as error:
            logger.debug("%s", error)

    def _descriptions(self) -> list[tuple[str, Mapping[str, object]]]:
        if self._prefix is None:
            return []
        node = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in self._base)
        shared = {
            "availability_topic": self.will[0],
            "device": {"identifiers": [node], "name": "Hearth"},
            "origin": {"name": "Hearth"},
        }
        own: Mapping[str, Mapping[str, object]] = {
            "number/volume": {"name": "Volume", "min": 0, "max": 100, "unit_of_measurement": "%"},
            "switch/mute": {"name": "Microphone mute"},
        }
        return [
            (
                f"{self._prefix}/{part.replace('/', f'/{node}/')}/config",
                {
                    **shared,
                    **config,
                    "unique_id": f"{node}_{part.partition('/')[2]}",
                    "state_topic": f"{self._base}/{part.partition('/')[2]}",
                    "command_topic": f"{self._base}/{part.partition('/')[2]}/set",
                },
            )
            for part, config in own.items()
        ]
