"""What opens and closes on the pins: servos, motors with end stops, and garage doors."""

import asyncio
from collections.abc import Mapping

from assistant.concurrency import interrupt
from assistant.devices import wiring
from assistant.devices.gpio import Input, Level, Pins
from assistant.devices.kinds import traits
from assistant.devices.thing import Thing
from assistant.devices.wiring import number
from assistant.house import Outcome

Changes = Mapping[str, object]

REVERSE_PAUSE = 0.3
"""Seconds that a motor rests before it turns the other way: its relays must never both be closed."""
SETTLE = 0.005
"""Seconds until an end stop counts."""
MARGIN = 1.2
"""How much longer than its travel time a cover may take to reach an end stop."""


def wanted(changes: Changes) -> int | None:
    """The position that is asked for, from 0 (closed) to 100; None to stop."""
    ways = {"opening": 100, "closing": 0, "stopped": None}
    if "position" in changes:
        return int(str(changes["position"]))
    return ways[str(changes["moving"])]


class Servo:
    """A servo motor: it goes where it is told, and cannot say whether it is there."""

    def __init__(self, wired: wiring.Servo) -> None:
        self._wired = wired
        self._line: Level | None = None
        self.traits = traits("cover", "position")

    def open(self, pins: Pins, thing: Thing, tasks: asyncio.TaskGroup) -> None:
        """Take its pin; it does not move."""
        pulses = sorted((self._wired.closed_ms / 1000, self._wired.open_ms / 1000))
        self._line = pins.servo(number(self._wired.pin), *pulses)

    async def apply(self, changes: Changes) -> Outcome:
        """Turn."""
        assert self._line is not None
        value = int(str(changes["position"])) / 50 - 1
        self._line.value = value if self._wired.closed_ms <= self._wired.open_ms else -value
        return Outcome.DONE

    async def close(self, last: Changes) -> None:
        """Let its pin go."""
        if self._line is not None:
            self._line.close()


class Motor:
    """A motor behind two relays. Between its ends its position is told from the time it has moved."""

    def __init__(self, wired: wiring.Motor) -> None:
        self._wired = wired
        self._lines: dict[int, Level] = {}
        self._stops: dict[int, Input] = {}
        self._at_stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._heading: int | None = None
        self.traits = traits("cover", "position", "moving")

    def open(self, pins: Pins, thing: Thing, tasks: asyncio.TaskGroup) -> None:
        """Take its pins; it does not move."""
        wired = self._wired
        self._thing, self._tasks = thing, tasks
        for end, pin in ((100, wired.opening), (0, wired.closing)):
            self._lines[end] = pins.output(number(pin), active_low=wired.active_low)
        for end, stop in ((100, wired.open_stop), (0, wired.closed_stop)):
            if stop is not None:

                def changed(active: bool, end: int = end) -> None:
                    self._stop_changed(end, active)

                self._stops[end] = pins.input(number(stop), changed, pull_up=wired.pull_up, settle_seconds=SETTLE)
                if self._stops[end].active:
                    thing.report(position=end)
        thing.report(moving="stopped")

    async def apply(self, changes: Changes) -> Outcome:
        """Begin to move, or stop. Reaching the end is told later."""
        target = wanted(changes)
        was_moving = self._heading is not None
        await interrupt(self._task)
        if target is None or self._is_at(target):
            return Outcome.DONE
        if was_moving:
            await asyncio.sleep(REVERSE_PAUSE)
        self._task = self._tasks.create_task(self._move(target))
        await asyncio.sleep(0)  # it begins, so that the answer can tell that it is on its way
        return Outcome.UNCONFIRMED

    async def close(self, last: Changes) -> None:
        """Stop, and let the pins go."""
        await interrupt(self._task)
        for line in self._lines.values():
            line.value = 0
            line.close()
        for stop in self._stops.values():
            stop.close()

    async def _move(self, target: int) -> None:
        if self._position is None and target not in (0, 100):
            await self._run(0)
        await self._run(target)

    async def _run(self, target: int) -> None:
        """One way, to the end stop or for as long as it takes. An end that is only assumed is made sure of."""
        start = self._position
        end = target if target in (0, 100) else 100 if target > (start or 0) else 0
        if self._is_at(target):
            return
        travel = self._wired.travel_seconds
        seconds = travel * MARGIN if target == end else travel * abs(target - (start or 0)) / 100
        loop = asyncio.get_running_loop()
        began = loop.time()
        self._heading = end
        self._at_stop.clear()
        self._lines[end].value = 1
        self._thing.report(moving="opening" if end else "closing")
        if start is not None:
            self._thing.assume(position=start)
        try:
            async with asyncio.timeout(seconds):
                await self._at_stop.wait()
        except TimeoutError:
            self._thing.assume(position=target)
        except asyncio.CancelledError:
            if start is not None:
                moved = round(100 * (loop.time() - began) / travel)
                self._thing.assume(position=max(0, min(100, start + moved if end else start - moved)))
            raise
        finally:
            self._lines[end].value = 0
            self._heading = None
            self._thing.report(moving="stopped")

    def _is_at(self, target: int) -> bool:
        """An end that is only assumed must be made sure of."""
        known = self._thing.known("position")
        return known is not None and known.value == target and (known.reported or target not in (0, 100))

    @property
    def _position(self) -> int | None:
        position = self._thing.state.get("position")
        return position if isinstance(position, int) else None

    def _stop_changed(self, end: int, active: bool) -> None:
        if active:
            self._thing.report(position=end)
            if self._heading == end:
                self._lines[end].value = 0
                self._at_stop.set()


class Door:
    """A garage door whose drive has one button; its contacts tell whether it is closed and open."""

    def __init__(self, wired: wiring.Door) -> None:
        self._wired = wired
        self._line: Level | None = None
        self._contacts: dict[int, Input] = {}
        self._task: asyncio.Task[None] | None = None
        self._arrived = asyncio.Event()
        self.traits = traits("cover", "position", "moving")

    def open(self, pins: Pins, thing: Thing, tasks: asyncio.TaskGroup) -> None:
        """Take its pins; it does not move."""
        wired = self._wired
        self._thing, self._tasks = thing, tasks
        self._line = pins.output(number(wired.pin), active_low=wired.active_low)
        for end, pin in ((0, wired.closed_contact), (100, wired.open_contact)):
            if pin is not None:
                self._contacts[end] = pins.input(
                    number(pin), lambda active: self._look(), pull_up=wired.pull_up, settle_seconds=SETTLE
                )
        thing.report(moving="stopped")
        self._look()

    async def apply(self, changes: Changes) -> Outcome:
        """Push the drive's button. Refused for half-open, and for turning round while it moves."""
        assert self._line is not None
        target = wanted(changes)
        moving = self._thing.state["moving"]
        if target is None and moving == "stopped":
            return Outcome.DONE
        if target is not None:
            way = "opening" if target else "closing"
            if moving == way:
                return Outcome.UNCONFIRMED
            if target not in (0, 100) or moving != "stopped":
                return Outcome.REFUSED
        try:
            self._line.value = 1
            await asyncio.sleep(self._wired.pulse_seconds)
        finally:
            self._line.value = 0
        if target is None:
            await interrupt(self._task)
            return Outcome.DONE
        self._task = self._tasks.create_task(self._travel(target))
        await asyncio.sleep(0)  # it begins, so that the answer can tell that it is on its way
        return Outcome.UNCONFIRMED

    async def close(self, last: Changes) -> None:
        """Let the pins go."""
        await interrupt(self._task)
        if self._line is not None:
            self._line.value = 0
            self._line.close()
        for contact in self._contacts.values():
            contact.close()

    async def _travel(self, target: int) -> None:
        self._arrived.clear()
        self._thing.report(moving="opening" if target else "closing")
        self._thing.assume(position=target)
        try:
            async with asyncio.timeout(self._wired.travel_seconds * MARGIN):
                while not (target in self._contacts and self._contacts[target].active):
                    await self._arrived.wait()
                    self._arrived.clear()
        except TimeoutError:
            pass
        finally:
            self._thing.report(moving="stopped")
            self._look()

    def _look(self) -> None:
        """Where both contacts are open, the door is neither: as far as is known, it is open."""
        for end, contact in self._contacts.items():
            if contact.active:
                self._thing.report(position=end)
                break
        else:
            self._thing.assume(position=100)
        self._arrived.set()
