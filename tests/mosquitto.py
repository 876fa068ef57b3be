"""A real Mosquitto on a free port of this machine, and the other side of it: gadgets that tests play."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import aiomqtt

from assistant.devices.household import Household
from assistant.devices.mqtt import Address

SERVER = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
WHY_NOT = "Debian's package mosquitto is not installed"


class Mosquitto:
    """A broker that can be killed and started again on the same port; what it retains survives that."""

    def __init__(self, folder: Path, settings: Sequence[str] = (), tls: Sequence[str] = ()) -> None:
        """`settings` and `tls` are lines of its configuration, beside `allow_anonymous` if there are none."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._process: asyncio.subprocess.Process | None = None
        self._log: asyncio.Task[None] | None = None
        self._file = folder / "mosquitto.conf"
        lines = [f"listener {self.port} 127.0.0.1", *tls, *(settings or ["allow_anonymous true"]), "log_dest stderr"]
        lines += ["user root", "max_queued_messages 20000", "persistence true", f"persistence_location {folder}/"]
        self._file.write_text("\n".join(lines) + "\n")

    @property
    def address(self) -> Address:
        return Address("127.0.0.1", self.port)

    async def start(self) -> None:
        """Returns once it listens."""
        assert SERVER is not None
        self._process = await asyncio.create_subprocess_exec(
            SERVER, "-v", "-c", str(self._file), stderr=asyncio.subprocess.PIPE
        )
        assert self._process.stderr is not None
        before = b""
        while b"running" not in (line := await self._process.stderr.readline()):
            before += line
            assert line, before.decode()
        self._log = asyncio.create_task(self._drain(self._process.stderr))

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it and wait until it has ended. Only SIGTERM lets it save what it retains."""
        process, log = self._process, self._log
        if process is not None and process.returncode is None:
            process.send_signal(how)
            await process.wait()
        if log is not None:
            await log

    def send(self, how: signal.Signals) -> None:
        """Let it stop or go on."""
        assert self._process is not None
        self._process.send_signal(how)

    @staticmethod
    async def _drain(log: asyncio.StreamReader) -> None:
        while await log.readline():
            pass


class Gadget:
    """Devices as seen from the broker: says what the test wants and answers what it is told."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        self.got: list[tuple[str, str]] = []
        self.messages: list[aiomqtt.Message] = []
        self.answers: dict[str, Callable[[str], tuple[str, str] | None]] = {}
        """Topic → what to say on which topic when told something there."""
        self._heard = asyncio.Event()

    async def says(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        """Publish, and wait until the broker has it."""
        await self._client.publish(topic, payload, qos=1, retain=retain)

    async def listens(self, *topics: str) -> None:
        for topic in topics:
            await self._client.subscribe(topic, qos=1)

    async def hears(self, topic: str) -> str:
        """The next thing it is told there, or was already."""
        while True:
            for number, (where, payload) in enumerate(self.got):
                if where == topic:
                    del self.got[number]
                    return payload
            self._heard.clear()
            await self._heard.wait()

    async def run(self) -> None:
        async for message in self._client.messages:
            assert isinstance(message.payload, bytes)
            where, payload = message.topic.value, message.payload.decode(errors="replace")
            self.got.append((where, payload))
            self.messages.append(message)
            self._heard.set()
            if (answer := self.answers.get(where)) and (said := answer(payload)):
                await self.says(*said)


@contextlib.asynccontextmanager
async def gadget(port: int, *topics: str) -> AsyncIterator[Gadget]:
    """A gadget that listens to these topics."""
    at_once = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    client = aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5, socket_options=at_once)
    async with client:
        one = Gadget(client)
        await one.listens(*topics)
        running = asyncio.create_task(one.run())
        try:
            yield one
        finally:
            running.cancel()
            await asyncio.wait([running])


async def until(house: Household, condition: Callable[[], bool]) -> None:
    """Wait for news of the house that make it so."""
    news = asyncio.Event()
    stop = house.watch(lambda event: news.set())
    try:
        while not condition():
            news.clear()
            await news.wait()
    finally:
        stop()
