"""Devices on an MQTT broker: how soon they can be spoken to, what a burst of their news costs, what a restart loses.

    python -m benchmarks.mqtt                      # all, the burst for 10 s and 10 restarts
    python -m benchmarks.mqtt --burst 60 --restarts 100

A real Mosquitto runs beside it; simulated devices publish from a process of their own.
"""

import argparse
import asyncio
import gc
import json
import multiprocessing
import resource
import signal
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import aiomqtt
import yaml

from assistant.app import Assistant, assemble
from assistant.config import load
from assistant.devices.files import FileSpeaker
from assistant.devices.household import Household
from assistant.devices.kinds import traits
from assistant.devices.mqtt_backend import MqttBackend
from assistant.devices.mqtt_thing import Command, Reading, Wires
from assistant.devices.mqtt_values import Either
from assistant.devices.thing import Facts
from assistant.events import Finished, Woke
from assistant.house import Outcome
from assistant.messages import AudioFrame, Turn
from assistant.testing import ScriptedMicrophone
from tests.mosquitto import Mosquitto, gadget, until
from tests.speech import scene, silence

DEVICES = 500
RATE = 2_000
"""Messages per second of the burst."""
ROOMS = ("kitchen", "bedroom", "office", "hall", "attic", "cellar", "bath", "garden", "garage", "lounge")
THINGS = ("lamp", "heater", "kettle", "fan", "strip", "pump", "plug", "spot", "screen", "charger")
NUMBERS = ("one", "two", "three", "four", "five")


def names() -> list[tuple[str, str]]:
    """Rooms and names of devices, as a household would say them."""
    return [(room, f"{room} {thing} {number}") for room in ROOMS for thing in THINGS for number in NUMBERS]


async def describe(port: int) -> None:
    """Every device describes itself, as Tasmota does, and says how it is."""
    async with aiomqtt.Client("127.0.0.1", port) as client:
        for number, (room, name) in enumerate(names()):
            config = {
                "name": name, "uniq_id": f"bench{number}", "cmd_t": f"b/{number}/set", "stat_t": f"b/{number}",
                "val_tpl": "{{ value_json.POWER }}", "dev": {"name": name, "ids": [str(number)], "sa": room},
            }  # fmt: skip
            await client.publish(f"homeassistant/switch/bench{number}/config", json.dumps(config), qos=1, retain=True)
            await client.publish(f"b/{number}", '{"POWER": "OFF"}', qos=1, retain=True)


def shout(port: int, seconds: float) -> None:
    """The burst, from a process of its own: devices say how they are, evenly over time."""
    asyncio.run(_shout(port, seconds))


async def _shout(port: int, seconds: float) -> None:
    async with aiomqtt.Client("127.0.0.1", port) as client:
        start = time.monotonic()
        for count in range(round(seconds * RATE)):
            payload = '{"POWER": "ON", "n": %d}' if (count // DEVICES) % 2 else '{"POWER": "OFF", "n": %d}'
            await client.publish(f"b/{count % DEVICES}", payload % count, qos=0)
            if count % 20 == 19:
                await asyncio.sleep(max(0.0, start + count / RATE - time.monotonic()))


@asynccontextmanager
async def mosquitto(*tuned: str) -> AsyncIterator[Mosquitto]:
    with tempfile.TemporaryDirectory() as folder:
        broker = Mosquitto(Path(folder), ["allow_anonymous true", *tuned])
        await broker.start()
        try:
            yield broker
        finally:
            await broker.stop()


@asynccontextmanager
async def household(broker: Mosquitto) -> AsyncIterator[Assistant]:
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump({"mqtt": {"host": "127.0.0.1", "port": broker.port}, "devices": [], "areas": []}, file)
        file.flush()
        async with assemble(load(Path(file.name)), FileSpeaker(None)) as assistant:
            yield assistant


def rss() -> float:
    """Megabytes of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def open_files() -> int:
    """How many this process holds now."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def until_there(assistant: Assistant) -> None:
    """Wait for all devices."""
    house = assistant.local and assistant.local.house
    assert isinstance(house, Household)
    await until(house, lambda: len(house.devices) >= DEVICES)


async def discovery() -> None:
    async with mosquitto() as broker:
        await describe(broker.port)
        started, worked = time.perf_counter(), time.process_time()
        async with household(broker) as assistant:
            await until_there(assistant)
            while (await assistant.ask("turn on the garage kettle five", dry_run=True)).intent != "switch.on":  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            typed = time.perf_counter() - started
            cpu = time.process_time() - worked
            print(f"start to {DEVICES} devices that can be typed to: {typed:.2f} s, {cpu:.2f} s of a core")
            again, worked = time.perf_counter(), time.process_time()
            hearth, *_ = await assistant.taught.all()
            took, more = time.perf_counter() - again, time.process_time() - worked
            print(f"  and the recogniser with its grammar, from nothing: {took:.2f} s, {more:.2f} s of a core")
            print(f"  so that they can be spoken to after {typed + took:.2f} s, {cpu + more:.2f} s of a core")
            before = hearth._search  # type: ignore[attr-defined]
            async with aiomqtt.Client("127.0.0.1", broker.port) as client:
                config = {"name": "zebra lamp", "uniq_id": "late", "cmd_t": "late/set", "stat_t": "late"}
                again, worked = time.perf_counter(), time.process_time()
                await client.publish("homeassistant/switch/late/config", json.dumps(config), qos=1)
            house = assistant.local and assistant.local.house
            assert isinstance(house, Household)
            await until(house, lambda: any("zebra" in device.name for device in house.devices))
            known = time.perf_counter() - again
            while (await assistant.ask("turn on the zebra lamp", dry_run=True)).intent != "switch.on":  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            print(f"  one more device: known after {known:.2f} s, typed to after {time.perf_counter() - again:.2f} s")
            while hearth._search is before:  # type: ignore[attr-defined]  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            took, cpu = time.perf_counter() - again, time.process_time() - worked
            print(f"  and spoken to after {took:.2f} s, {cpu:.2f} s of a core")


async def burst(seconds: float) -> None:
    async with mosquitto() as broker:
        await describe(broker.port)
        async with household(broker) as assistant:
            await until_there(assistant)
            await assistant.background.learn()
            quiet = [await _turn(assistant) for _ in range(30)]
            gc.collect()
            before = rss()
            late: list[float] = []
            calm: list[float] = []
            watching = asyncio.create_task(_lateness(calm))
            await asyncio.sleep(seconds / 2)
            watching.cancel()
            process = multiprocessing.get_context("spawn").Process(target=shout, args=(broker.port, seconds))
            process.start()
            watching = asyncio.create_task(_lateness(late))
            turns, memory, cpu = [], before, time.process_time()
            began = time.monotonic()
            while process.is_alive():
                turns.append(await _turn(assistant))
                memory = max(memory, rss())
                await asyncio.sleep(0.1)
            cpu = (time.process_time() - cpu) / (time.monotonic() - began)
            watching.cancel()
            assert assistant.local is not None
            newest = [device.known("on") for device in assistant.local.house.devices]
            stale = sum(known is None or known.age > 2 for known in newest)
            print(f"burst of {RATE} messages/s for {seconds:.0f} s: {cpu:.0%} of a core")
            for when, took in (("when quiet", quiet), ("in the burst", turns)):
                print(f"  a turn {when}: {statistics.median(took):.1f} ms median, {max(took):.1f} worst of {len(took)}")
            for when, lates in (("when quiet", calm), ("in the burst", late)):
                print(f"  the loop was late by {_most(lates)} {when}")
            print(f"  memory {before:.0f} → {memory:.0f} MB")
            print(f"  devices whose last state is older than 2 s at the end: {stale}")


async def _turn(assistant: Assistant) -> float:
    started = time.perf_counter()
    await assistant.ask("turn on the garage kettle five", dry_run=True)
    return (time.perf_counter() - started) * 1000


class Room(ScriptedMicrophone):
    """A microphone that hears as fast as time goes by: what is said, else a quiet room."""

    def __init__(self) -> None:
        super().__init__(live=True)
        self._began = time.monotonic()
        self._heard = 0.0

    async def read(self, together: int = 1) -> AudioFrame | None:
        """The next frame, once it has been spoken."""
        if self._frames.empty():
            self.play(silence(0.08))
        frame = await super().read(together)
        self._heard += frame.seconds if frame else 0.0
        await asyncio.sleep(max(0.0, self._began + self._heard - time.monotonic()))
        return frame


async def learning(turns: int) -> None:
    """Spoken turns, in every other of which a device appears in the middle of the command."""
    said = scene(0.3, "hey jarvis, turn on the garage kettle five", 1.5)
    config = {"uniq_id": "late", "cmd_t": "late/set", "stat_t": "late"}
    took: dict[bool, list[float]] = {False: [], True: []}
    late: dict[bool, list[float]] = {False: [], True: []}
    async with mosquitto() as broker:
        await describe(broker.port)
        async with household(broker) as assistant, aiomqtt.Client("127.0.0.1", broker.port) as client:
            await until_there(assistant)
            ended, began = asyncio.Queue[Turn](), asyncio.Event()
            assistant.observe.add(lambda event: ended.put_nowait(event.record) if isinstance(event, Finished) else None)
            assistant.observe.add(lambda event: began.set() if isinstance(event, Woke) else None)
            room = Room()
            hearing = asyncio.create_task(assistant.hear(room, dry_run=True))
            await asyncio.sleep(8)
            for number in range(2 * turns):
                appears = number % 2 == 1
                began.clear()
                room.play(said)
                watching = asyncio.create_task(_lateness(late[appears]))
                await began.wait()
                if appears:
                    name = {"name": f"zebra {NUMBERS[number % 5]} {THINGS[number % 7]}"}
                    await client.publish("homeassistant/switch/late/config", json.dumps({**config, **name}), qos=1)
                record = await ended.get()
                watching.cancel()
                assert record.intent == "switch.on", record
                took[appears].append(sum(ms for stage, ms in record.ms.items() if stage not in ("silence", "speak")))
                await asyncio.sleep(8 if appears else 1)
            hearing.cancel()
    for appears, when in ((False, "alone"), (True, "in which a device appears")):
        ended_after = f"{statistics.median(took[appears]):.0f} ms median, {max(took[appears]):.0f} worst of {turns}"
        print(f"a spoken turn {when}, end of speech → answer: {ended_after}")
        print(f"  the loop was late by {_most(late[appears])}")


async def _lateness(milliseconds: list[float]) -> None:
    while True:
        started = time.perf_counter()
        await asyncio.sleep(0.005)
        milliseconds.append((time.perf_counter() - started - 0.005) * 1000)


def _most(milliseconds: list[float]) -> str:
    rarely = statistics.quantiles(milliseconds, n=1000)[-1]
    return f"{rarely:.1f} ms in 999 of 1000 moments, {max(milliseconds):.1f} at worst,"


LAMP = Wires(traits("switch", "on"), (Reading("on", "l", Either()),), (Command("on", "l/set", Either()),))

MUTE = Wires(traits("switch", "on"), (), (Command("on", "m/set", Either()),))
"""It confirms nothing: a command is done when the broker has it."""


async def command() -> None:
    await _commands("Mosquitto as it comes")
    await _commands("with set_tcp_nodelay true", "set_tcp_nodelay true")


async def _commands(how: str, *tuned: str, count: int = 300) -> None:
    async with mosquitto(*tuned) as broker, gadget(broker.port, "l/set") as lamp:
        lamp.answers["l/set"] = lambda payload: ("l", payload)
        described = [(Facts("lamp", "switch"), LAMP), (Facts("mute lamp", "switch"), MUTE)]
        async with Household([MqttBackend(broker.address, described)]) as house:
            switch, mute = house.devices
            sent, confirmed = [], []
            for number in range(count):
                started = time.perf_counter()
                setting = asyncio.create_task(switch.set(on=number % 2 == 0))
                await lamp.hears("l/set")
                sent.append((time.perf_counter() - started) * 1000)
                assert await setting is Outcome.DONE
                confirmed.append((time.perf_counter() - started) * 1000)
            taken = []
            for number in range(count):
                started = time.perf_counter()
                assert await mute.set(on=number % 2 == 0) is Outcome.DONE
                taken.append((time.perf_counter() - started) * 1000)
            for what, took in (
                ("taken by the broker", taken),
                ("heard by another client", sent),
                ("confirmed by the device", confirmed),
            ):
                figures = f"{statistics.median(took):.1f} ms median, {max(took):.1f} worst of {count}"
                print(f"{how}: command → {what}: {figures}")


def _all_are(house: Household, on: bool) -> bool:
    return all(device.state.get("on") is on for device in house.devices)


async def restarts(count: int) -> None:
    described = [(Facts(f"lamp {n}", "switch"), Wires(
        LAMP.traits, (Reading("on", f"l/{n}", Either()),), (Command("on", f"l/{n}/set", Either()),)
    )) for n in range(50)]  # fmt: skip
    async with mosquitto() as broker, Household([MqttBackend(broker.address, described)]) as house:
        before: tuple[int, int, float] | None = None
        times = []
        for number in range(count):
            await until(house, lambda: all(device.problem is None for device in house.devices))
            async with gadget(broker.port) as lamps:
                payload = "ON" if number % 2 else "OFF"
                for n in range(50):
                    await lamps.says(f"l/{n}", payload)
                wanted = number % 2 == 1
                await until(house, partial(_all_are, house, wanted))
            await broker.stop(signal.SIGKILL)
            await until(house, lambda: all(device.problem is not None for device in house.devices))
            await broker.start()
            started = time.perf_counter()
            await until(house, lambda: all(device.problem is None for device in house.devices))
            times.append(time.perf_counter() - started)
            gc.collect()
            now = open_files(), len(asyncio.all_tasks()), rss()
            before = before if before and number != 4 else now
        assert before is not None
        print(f"{count} kills and restarts: every state of 50 devices heard after each")
        print(f"  back after {statistics.median(times):.2f} s median, {max(times):.2f} worst")
        print(f"  after the fifth → at the end: files {before[0]} → {now[0]}, tasks {before[1]} → {now[1]}, "
              f"memory {before[2]:.1f} → {now[2]:.1f} MB")  # fmt: skip


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--burst", type=float, default=10, help="seconds of the burst")
    parser.add_argument("--restarts", type=int, default=10, help="how often the broker is killed")
    parser.add_argument("--turns", type=int, default=5, help="spoken turns with a device that appears, and without")
    parser.add_argument("--only", choices=["discovery", "burst", "command", "learning", "restarts"])
    chosen = parser.parse_args()
    parts: dict[str, Callable[[], Awaitable[None]]] = {
        "discovery": discovery,
        "burst": lambda: burst(chosen.burst),
        "command": command,
        "learning": lambda: learning(chosen.turns),
        "restarts": lambda: restarts(chosen.restarts),
    }
    for name, part in parts.items():
        if chosen.only in (None, name):
            await part()


if __name__ == "__main__":
    asyncio.run(main())
