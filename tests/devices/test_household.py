"""Several backends make one house: their devices in order, groups, one place that tells of changes."""

import asyncio

import pytest

from assistant import testing
from assistant.devices.backend import Host
from assistant.devices.household import Household
from assistant.devices.simulated import SimulatedBackend, SimulatedDevice
from assistant.devices.thing import Facts
from assistant.errors import DeviceError
from assistant.house import Area, Changed, HouseEvent, Listed, Outcome
from skills.light import skill

HALL, ATTIC = Area("hall"), Area("attic")


class Discovering(SimulatedBackend):
    """Finds a device once it is open, by itself."""

    name = "discovering"

    async def open(self, host: Host) -> None:
        await super().open(host)
        self.found = asyncio.Event()
        self._task = host.tasks.create_task(self._discover(host))

    async def _discover(self, host: Host) -> None:
        await self.found.wait()
        self.devices = (*self.devices, SimulatedDevice("attic lamp", "light", ATTIC))
        host.tell(Listed())

    async def close(self) -> None:
        self._task.cancel()


class Broken(SimulatedBackend):
    name = "broken"

    async def open(self, host: Host) -> None:
        await super().open(host)
        raise DeviceError("The broker is away. Start it.")


def lamps(*names: str) -> list[SimulatedDevice]:
    return [SimulatedDevice(name, "light", HALL) for name in names]


async def test_devices_come_in_the_order_of_the_configuration() -> None:
    backends = [SimulatedBackend(lamps("b", "d")), Discovering(lamps("c", "a"))]
    async with Household(backends, order=["a", "b", "c"]) as house:
        assert [device.name for device in house.devices] == ["a", "b", "c", "d"]
        assert house.areas == (HALL,)


async def test_every_change_is_told_in_one_place() -> None:
    told: list[HouseEvent] = []
    discovering = Discovering(lamps("a"))
    async with Household([SimulatedBackend(lamps("b")), discovering]) as house:
        stop = house.watch(told.append)
        for device in house.devices:
            await device.set(on=True)
        assert [(event.device.name, set(event.names)) for event in told if isinstance(event, Changed)] == [
            ("b", {"on"}),
            ("a", {"on"}),
        ]
        listed = asyncio.Event()
        house.watch(lambda event: listed.set())
        discovering.found.set()
        await listed.wait()
        assert "attic lamp" in [device.name for device in house.devices]
        assert house.areas == (HALL, ATTIC)
        stop()
        told.clear()
        await house.devices[0].set(on=False)
        assert told == []


async def test_a_watcher_that_fails_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    told: list[HouseEvent] = []

    def clumsy(event: HouseEvent) -> None:
        raise ZeroDivisionError("oh dear")

    async with Household([SimulatedBackend(lamps("a"))]) as house:
        house.watch(clumsy)
        house.watch(told.append)
        assert await house.devices[0].set(on=True) is Outcome.DONE
    assert len(told) == 1
    assert "oh dear" in caplog.text


async def test_a_backend_that_fails_leaves_the_others_alone() -> None:
    async with Household([Broken(lamps("far")), SimulatedBackend(lamps("near"))]) as house:
        far, near = house.devices
        assert house.problems == {"broken": "The broker is away. Start it."}
        assert await far.set(on=True) is Outcome.UNREACHABLE
        assert await near.set(on=True) is Outcome.DONE


async def test_a_group_is_all_its_members() -> None:
    groups = [(Facts("ceiling lights", "light", HALL), ["a", "b"]), (Facts("gone", "light"), ["x"])]
    async with Household([SimulatedBackend(lamps("a", "b", "c"))], groups=groups) as house:
        *_, c, group = house.devices
        assert group.state == {"on": False, "brightness": 100, "colour": "white"}
        assert await group.set(on=True) is Outcome.DONE
        assert [device.state["on"] for device in house.devices] == [True, True, False, True]
        assert await group.set(on=True) is Outcome.ALREADY
        await group.members[0].set(on=False, brightness=3)
        assert group.state == {"on": True, "colour": "white"}
        assert c.members == ()


async def test_a_group_is_spoken_of_like_a_device_and_named_member_by_member_where_one_fails() -> None:
    near, far = lamps("near lamp", "far lamp")
    groups = [(Facts("ceiling lights", "light", HALL), ["near lamp", "far lamp"])]
    async with Household([SimulatedBackend([near, far])], [HALL], groups) as house:
        assistant = await testing.assistant(skill, house=house)
        assert await assistant.say("turn on the ceiling lights") == "The ceiling lights are on."
        assert await assistant.say("which lights are on") == "All lights are on."
        far.fail("It was unplugged.")
        answer = await assistant.say("turn off the ceiling lights")
        assert answer == "The ceiling lights are off, but I cannot reach the far lamp."
        assert await assistant.say("turn on the lights") == "All lights are on, but I cannot reach the far lamp."
