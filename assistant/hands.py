"""The protocol between the head, which hears and speaks, and the hands, which act."""

import asyncio
import dataclasses
import itertools
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from assistant import later
from assistant.calls import Asker, Call
from assistant.clock import Clock
from assistant.config import fill
from assistant.context import Lent
from assistant.errors import BadSlot, ConfigError, SkillError
from assistant.house import House
from assistant.ledger import Ledger
from assistant.messages import Action, Intent, Response, Vocabulary
from assistant.phrases import spoken
from assistant.registry import Plugin, Registry
from assistant.schedule import Scheduler
from assistant.skill import Announcement, Context, Skill, Sound
from assistant.store import Stores
from assistant.sun import Place

logger = logging.getLogger(__name__)

TOO_LATE = "That took too long, so I left it."


class Hands(Protocol):
    """What the head asks of the hands."""

    async def vocabulary(self) -> Vocabulary:
        """What can be said now."""
        ...

    async def changed(self) -> None:
        """Wait until something else can be said than when `vocabulary` was last asked."""
        ...

    async def perform(self, intent: Intent, *, dry_run: bool = False) -> Response:
        """Check the guess, and do it unless this is a dry run. Never raises: a refusal is a response.

        A response with a question waits for `reply`.
        """
        ...

    async def reply(self, question: int, value: str | int | None) -> Response:
        """Go on with what asked this question, by its id, given the plain value of the answer; None if there was none.

        Gives what comes of it, or the next question. Never raises: that it is too late is a response.
        """
        ...


class LocalHands:
    """Hands in the same process as the head."""

    def __init__(
        self,
        plugins: Iterable[Plugin],
        house: House,
        sound: Sound,
        announce: Callable[[Announcement], Awaitable[None]],
        clock: Clock,
        settings: Mapping[str, object],
        timeout: float = 10.0,
        *,
        twelve_hours: bool = True,
        ledger: Ledger | None = None,
        place: Place | None = None,
        stores: Stores | None = None,
    ) -> None:
        """`settings` holds each skill's own, raw; `timeout` is what one call of a skill may take, in seconds.

        `ledger` keeps the future; without one it ends with the program. `place` is where the sun rises and sets.
        `stores` holds what skills keep.
        """
        self.house = house
        self.schedule = Scheduler(clock, announce, self.perform, ledger, place, twelve_hours=twelve_hours)
        self._sound = sound
        self._stores = stores or Stores()
        self._clock = clock
        self._twelve_hours = twelve_hours
        self._settings: dict[str, object] = {}
        self._changed = asyncio.Event()
        self._open: dict[int, tuple[Call, str]] = {}
        """What waits for an answer, by its question, and its summary."""
        self._numbers = itertools.count(1)
        self.registry = Registry([self._settled(plugin, settings) for plugin in plugins], house, self._lend, timeout)

    def _settled(self, plugin: Plugin, settings: Mapping[str, object]) -> Plugin:
        """The plugin with its settings in place, or as broken if they are wrong."""
        if plugin.skill is None or plugin.skill.settings is None:
            return plugin
        try:
            self._settings[plugin.name] = fill(
                plugin.skill.settings, settings.get(plugin.name, {}), f"skills.settings.{plugin.name}"
            )
        except ConfigError as error:
            return dataclasses.replace(plugin, skill=None, problem=str(error))
        return plugin

    def _lend(self, skill: Skill, house: House, asker: Asker) -> Context:
        return Lent(
            house=house,
            schedule=self.schedule,
            sound=self._sound,
            open_store=lambda: self._stores.of(skill.name, skill.tables),
            list_abilities=lambda: self.registry.abilities,
            settings=self._settings.get(skill.name),
            clock=self._clock,
            asker=asker,
            twelve_hours=self._twelve_hours,
        )

    async def vocabulary(self) -> Vocabulary:
        """What can be said now."""
        self._changed.clear()
        return self.registry.vocabulary()

    async def changed(self) -> None:
        """Wait until `list_changed` was called after the last `vocabulary`."""
        await self._changed.wait()

    def list_changed(self) -> None:
        """Let it be known that devices have come or gone."""
        self._changed.set()

    async def perform(self, intent: Intent, *, dry_run: bool = False) -> Response:
        """Check the guess, and do it unless this is a dry run."""
        try:
            action = self.registry.resolve(intent)
            if intent.when is not None:
                return self._plan(intent, action, dry_run=dry_run)
        except (BadSlot, SkillError) as error:
            return Response(str(error), ok=False, error=str(error))
        if dry_run:
            return Response(action=action.summary)
        call = Call(action.perform, lambda: next(self._numbers))
        return self._noted(await call.begin(), call, action.summary)

    async def reply(self, question: int, value: str | int | None) -> Response:
        """Go on with what asked this question."""
        call, summary = self._open.pop(question, (None, ""))
        if call is None or not call.waits:
            return Response(TOO_LATE, ok=False, error=f"question {question} is no longer open")
        return self._noted(await call.reply(value), call, summary)

    async def close(self) -> None:
        """Break off what waits for an answer."""
        while self._open:
            await self._open.popitem()[1][0].end()

    def _noted(self, response: Response, call: Call, summary: str) -> Response:
        self._open = {number: each for number, each in self._open.items() if each[0].waits}
        if response.question is not None:
            self._open[response.question.id] = (call, summary)
        return dataclasses.replace(response, action=summary)

    def _plan(self, intent: Intent, action: Action, *, dry_run: bool) -> Response:
        """Do it later. Raises BadSlot and SkillError."""
        summary = f"{action.summary} {intent.when}"
        if dry_run:
            return Response(action=summary)

        def say(value: timedelta | datetime) -> str:
            return spoken.spoken(value, twelve_hours=self._twelve_hours, today=self._clock.now().date())

        return Response(later.plan(intent, self.schedule, self._clock.now(), say), action=summary)
