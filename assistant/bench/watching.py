"""What the machine does meanwhile: memory of each process, power and heat; and what each stage took at most."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from typing import Any

from assistant.bench.processes import forget_peaks, memory, processor_seconds
from assistant.bench.record import Record
from assistant.bench.sensors import Energy, celsius, energy_meter, thermal
from assistant.models.machine import this_machine
from assistant.models.rates import core_watts

SAMPLED = 0.5
"""Seconds between two looks."""


class Watch:
    """Looks twice a second, and writes into the record."""

    def __init__(self, record: Record, stop: Callable[[], bool]) -> None:
        """`stop` tells when to look no more."""
        self._record = record
        self._stop = stop
        meter = energy_meter()
        self._energy = Energy(meter) if meter else None
        self._how = meter.how if meter else ""
        self._lock = threading.Lock()
        self._highest: dict[str, float] = {}
        self._memory: dict[str, Any] = {"peak": 0.0, "over_time": {}, "processes": {}, "stages": {}, "spans": []}
        record.data["memory_mb"] = self._memory
        self._thermal: dict[str, Any] = {"before": asdict(thermal())}
        record.data["thermal"] = self._thermal

    async def run(self) -> None:
        """Until it is cancelled."""
        while not self._stop():
            await asyncio.to_thread(self._look)
            await asyncio.sleep(SAMPLED)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A part of the run; notes the most memory that each process had in it."""
        exact = forget_peaks()
        self._highest.clear()
        began = self._now()
        try:
            yield
        finally:
            self._look()
            if exact:
                self._note(memory(peak=True))
            self._memory["stages"][name] = dict(self._highest)
            self._memory["spans"].append((name, began, self._now()))

    @contextmanager
    def turns(self) -> Iterator[None]:
        """Energy of the turns in it: measured where there is a meter, else modelled from published watts."""
        began, cpu, joules = time.monotonic(), processor_seconds(), self._joules()
        try:
            yield
        finally:
            series = self._record.times.get("turn")
            turns = max(1, len(series.values) if series else 0)
            spent = processor_seconds() - cpu
            told: dict[str, Any]
            if self._energy:
                told = {"how": self._how, "modelled": False, "joules_per_turn": (self._joules() - joules) / turns}
            elif (watts := core_watts(this_machine())) is not None:
                how = f"modelled: {watts.value:g} W for each busy core, from {watts.source}"
                told = {"how": how, "modelled": True, "joules_per_turn": watts.value * spent / turns}
            else:
                told = {"how": "unavailable: no RAPL, INA219 or PMIC, and no published figure for this machine"}
            if "joules_per_turn" in told:
                told["joules_per_turn"] = round(told["joules_per_turn"], 3)
            self._record.data["energy_of_turns"] = {**told, "seconds": round(time.monotonic() - began, 1)}

    def after(self) -> None:
        """Temperature and throttling at the end."""
        self._thermal["after"] = asdict(thermal())

    def _now(self) -> float:
        return round(time.monotonic() - self._record.began, 2)

    def _joules(self) -> float:
        return self._energy.joules if self._energy else 0.0

    def _look(self) -> None:
        with self._lock:
            now, found = self._now(), memory()
            for name, megabytes in found.items():
                self._memory["over_time"].setdefault(name, []).append((now, megabytes))
            self._note(found)
            self._memory["peak"] = max(self._memory["peak"], round(sum(found.values()), 1))
            if self._energy:
                self._energy.sample()
            warm = celsius()
            if warm is not None:
                self._thermal["hottest"] = max(warm, self._thermal.get("hottest", warm))

    def _note(self, found: dict[str, float]) -> None:
        for name, megabytes in found.items():
            for most in (self._highest, self._memory["processes"]):
                most[name] = max(megabytes, most.get(name, 0.0))
            self._memory["peak"] = max(self._memory["peak"], megabytes)


@asynccontextmanager
async def watched(record: Record, stop: Callable[[], bool]) -> AsyncIterator[Watch]:
    """Somebody who looks, until the end of the block."""
    watch = Watch(record, stop)
    async with asyncio.TaskGroup() as tasks:
        looking = tasks.create_task(watch.run())
        try:
            yield watch
        finally:
            looking.cancel()
            watch.after()
