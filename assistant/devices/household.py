"""The whole house: devices of several backends, groups of them, and one place that tells of every change."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from assistant.devices.backend import Backend, Finding, Host, Review
from assistant.devices.group import Group
from assistant.devices.naming import folded
from assistant.devices.thing import Facts
from assistant.errors import DeviceError
from assistant.house import Area, Device, HouseEvent, Listed, Watcher

logger = logging.getLogger(__name__)


class Household:
    """A `House`. Open it with `async with`; a backend that fails leaves the others alone."""

    def __init__(
        self,
        backends: Sequence[Backend],
        areas: Sequence[Area] = (),
        groups: Sequence[tuple[Facts, Sequence[str]]] = (),
        order: Sequence[str] = (),
    ) -> None:
        """Groups name their members. `order` names devices in the order to list them; others come after them."""
        self.backends = tuple(backends)
        self._failed: dict[str, str] = {}
        self._areas = tuple(areas)
        self._groups = tuple(groups)
        self._order = {name: number for number, name in enumerate(order)}
        self.lacking: Mapping[str, Sequence[str]] = {}
        """Groups, and those of their members that are not there, or are of another kind."""
        self._watchers: list[Watcher] = []
        self._stack = AsyncExitStack()
        self._list()

    @property
    def devices(self) -> tuple[Device, ...]:
        """All there are now, groups included."""
        return self._devices

    @property
    def areas(self) -> tuple[Area, ...]:
        """Those of the configuration, then any others that a device is in."""
        return self._all_areas

    @property
    def problems(self) -> Mapping[str, str]:
        """Backend → why nothing of it works."""
        away = {backend.name: backend.problem for backend in self.backends if isinstance(backend, Finding)}
        return self._failed | {name: problem for name, problem in away.items() if problem is not None}

    @property
    def reviewed(self) -> Sequence[Review]:
        """Every device that backends have found, used or not."""
        return [one for backend in self.backends if isinstance(backend, Finding) for one in backend.reviewed]

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Tell it of every change from now on. Gives what ends that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    async def __aenter__(self) -> Self:
        """Open all backends at once."""
        tasks = await self._stack.enter_async_context(asyncio.TaskGroup())
        host = Host(self._tell, tasks)
        for backend in self.backends:
            self._stack.push_async_callback(backend.close)
        await asyncio.gather(*(self._open(backend, host) for backend in self.backends))
        self._list()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close them."""
        await self._stack.__aexit__(kind, error, traceback)

    async def _open(self, backend: Backend, host: Host) -> None:
        try:
            await backend.open(host)
        except DeviceError as error:
            self._failed[backend.name] = str(error)
            logger.warning("%s", error)
            for device in backend.devices:
                device.fail(str(error))

    def _tell(self, event: HouseEvent) -> None:
        if isinstance(event, Listed):
            self._list()
        for watcher in tuple(self._watchers):
            try:
                watcher(event)
            except Exception:
                logger.exception("Watcher %r failed at %r", watcher, event)

    def _list(self) -> None:
        own: list[Device] = [device for backend in self.backends for device in backend.devices]
        known = {(folded(device.name), device.kind): device for device in own}
        lacking = {}
        for facts, names in self._groups:
            found = {name: known.get((folded(name), facts.kind)) for name in names}
            if members := [device for device in found.values() if device is not None]:
                own.append(Group(facts, members))
            if absent := [name for name, device in found.items() if device is None]:
                lacking[facts.name] = absent
        self.lacking = lacking
        self._devices = tuple(sorted(own, key=lambda device: self._order.get(device.name, len(self._order))))
        areas: dict[str, Area] = {}
        for area in [*self._areas, *(device.area for device in self._devices if device.area is not None)]:
            areas.setdefault(area.name, area)
        self._all_areas = tuple(areas.values())
