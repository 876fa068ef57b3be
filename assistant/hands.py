"""The protocol between the head, which hears and speaks, and the hands, which act."""

import asyncio
import dataclasses
import functools
import itertools
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Protocol

from assistant.clock import Clock
from assistant.config import fill
from assistant.context import Lent
from assistant.conversation import undoing
from assistant.conversation.aliases import Aliases
from assistant.conversation.calls import Asker, Call
from assistant.conversation.undoing import Step
from assistant.errors import BadSlot, ConfigError, SkillError, Unanswered
from assistant.future import later
from assistant.future.ledger import Ledger
from assistant.future.sun import Place
from assistant.house import House
from assistant.messages import Action, Ask, Intent, Question, Response, Transcript, Vocabulary, When
from assistant.phrases import spoken
from assistant.phrases.book import PhraseBook
from assistant.registry import Plugin, Registry
from assistant.safety.guard import NOBODY, Guard
from assistant.safety.pins import Pins
from assistant.safety.policy import SCHEDULE, Policy
from assistant.schedule import Scheduler
from assistant.skill import Announcement, Command, Context, Skill, Sound
from assistant.store import Stores

logger = logging.getLogger(__name__)

UNDONE = "All right, that is undone."
CANNOT_UNDO = "There is nothing that I can undo."
NOT_THAT = "I cannot undo that."
MOST_UNDONE = 20
"""Commands that can be taken back; older ones stay done."""

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

    async def reply(self, question: int, value: str | int | float | None) -> Response:
        """Go on with what asked this question, by its id, given the plain value of the answer; None if there was none.

        Gives what comes of it, or the next question. Never raises: that it is too late is a response.
        """
        ...

    async def undo(self, numbers: Sequence[int]) -> Response:
        """Take back what was done, by the numbers in `Response.undo`. Never raises: that it cannot be is a response."""
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
        policy: Policy | None = None,
        pins: Pins | None = None,
    ) -> None:
        """`settings` holds each skill's own, raw; `timeout` is what one call of a skill may take, in seconds.

        `ledger` keeps the future; without one it ends with the program. `place` is where the sun rises and sets.
        `stores` holds what skills keep. `policy` is the usual one unless it is given; `pins` holds the PIN, if any.
        """
        policy, pins = policy or Policy(), pins or Pins()

        def guard(intent: Intent, promised: bool) -> Guard:
            return Guard(policy, pins, clock, intent, promised=promised)

        self.house = house
        self.schedule = Scheduler(clock, announce, self._perform_due, ledger, place, twelve_hours=twelve_hours)
        self._sound = sound
        self._stores = stores or Stores()
        self._clock = clock
        self._twelve_hours = twelve_hours
        self._settings: dict[str, object] = {}
        self._changed = asyncio.Event()
        self.aliases = Aliases(self._stores, self._changed.set)
        self._open: dict[int, tuple[Call, str]] = {}
        """What waits for an answer, by its question, and its summary."""
        self._numbers = itertools.count(1)
        self._book = PhraseBook(today=lambda: clock.now().date())
        self._learnt: Vocabulary | None = None
        self.registry = Registry(
            [self._settled(plugin, settings) for plugin in plugins], house, self._lend, guard, timeout
        )
        self._undo: dict[int, list[Step]] = {}
        """How to take back what was done last, by the number that the head was given."""

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
        except Exception as error:  # somebody else's code, which may refuse a value in its own way
            problem = f"skills.settings.{plugin.name}: {type(error).__name__}: {error}"
            return dataclasses.replace(plugin, skill=None, problem=problem)
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
            names=self.aliases,
            obey=self._obey,
            twelve_hours=self._twelve_hours,
        )

    async def vocabulary(self) -> Vocabulary:
        """What can be said now."""
        self._changed.clear()
        vocabulary = self.registry.vocabulary()
        try:
            return self.aliases.applied(vocabulary, [device.name for device in self.house.devices])
        except SkillError as error:
            logger.error("Other names of devices are not known: %s", error)
            return vocabulary

    async def changed(self) -> None:
        """Wait until `list_changed` was called after the last `vocabulary`."""
        await self._changed.wait()

    @property
    def is_changed(self) -> bool:
        """Whether something else can be said than when `vocabulary` was last asked."""
        return self._changed.is_set()

    def list_changed(self) -> None:
        """Let it be known that devices have come or gone."""
        self._changed.set()

    async def perform(self, intent: Intent, *, dry_run: bool = False) -> Response:
        """Check the guess, and do it unless this is a dry run."""
        try:
            action, work = self._promised(intent)
        except (BadSlot, SkillError) as error:
            return Response(str(error), ok=False, error=str(error))
        summary = action.summary if intent.when is None else f"{action.summary} {intent.when}"
        if dry_run:
            return Response(action=summary)
        steps: list[Step] = []

        async def perform(ask: Ask) -> Response:
            with undoing.noted(steps):
                return self._undoable(action, await work(ask), steps)

        call = Call(perform, lambda: next(self._numbers))
        return self._noted(await call.begin(), call, summary)

    async def reply(self, question: int, value: str | int | float | None) -> Response:
        """Go on with what asked this question."""
        call, summary = self._open.pop(question, (None, ""))
        if call is None or not call.waits:
            return Response(TOO_LATE, ok=False, error=f"question {question} is no longer open")
        return self._noted(await call.reply(value), call, summary)

    async def undo(self, numbers: Sequence[int]) -> Response:
        """Take back what has these numbers, the last first."""
        known = [self._undo.pop(number) for number in reversed(numbers) if number in self._undo]
        if not known:
            return Response(CANNOT_UNDO, ok=False, error="nothing is known that could be taken back")
        if not any(known):
            return Response(NOT_THAT, ok=False, error="what was done last has no way back")
        try:
            for steps in known:
                await undoing.take_back(steps)
        except SkillError as error:
            return Response(str(error), ok=False, error=str(error))
        return Response(UNDONE)

    async def close(self) -> None:
        """Break off what waits for an answer."""
        while self._open:
            await self._open.popitem()[1][0].end()

    def _noted(self, response: Response, call: Call, summary: str) -> Response:
        self._open = {number: each for number, each in self._open.items() if each[0].waits}
        if response.question is not None:
            self._open[response.question.id] = (call, summary)
        return dataclasses.replace(response, action=summary)

    async def _obey(self, sentence: str, asker: Asker) -> Response:
        """Do what a sentence says that an action needs done. Never raises: a refusal is a response.

        It is no surer than the action: what a model guessed, and what nobody can be asked about, stays so.
        """
        intent = await self._read(sentence)
        try:
            if intent is None:
                raise BadSlot(f"I do not understand: {sentence}.")
            sure = min(intent.confidence, asker.intent.confidence)
            intent = dataclasses.replace(intent, source=asker.intent.source, confidence=sure)
            _, work = self._promised(intent)
        except (BadSlot, SkillError) as error:
            return Response(str(error), ok=False, error=str(error))
        return await work(asker.pass_on)

    def _promised(self, intent: Intent) -> tuple[Action, Callable[[Ask], Awaitable[Response]]]:
        """The action, and what is done now: it, or planning it. Raises BadSlot and SkillError."""
        when = intent.when
        if when is None:
            action = self.registry.resolve(intent)
            return action, action.perform
        if not when.ends:
            action = self.registry.resolve(intent)
            return action, functools.partial(self._plan, action, when)
        self.registry.ending(intent, when)
        action = self.registry.resolve(dataclasses.replace(intent, when=None))
        return action, functools.partial(self._for_a_while, action, when)

    async def _read(self, sentence: str) -> Intent | None:
        """What a sentence means, by the phrases alone: the hands have no model."""
        vocabulary = self.registry.vocabulary()
        if vocabulary != self._learnt:
            await self._book.learn(vocabulary)
            self._learnt = vocabulary
        return await self._book.understand(Transcript(sentence, 1.0, "routine"))

    async def _plan(self, action: Action, when: When, ask: Ask) -> Response:
        """Do it later, once the household has agreed where that is needed."""
        now = self._clock.now()

        def say(value: timedelta | datetime | date | time) -> str:
            return spoken.spoken(value, twelve_hours=self._twelve_hours, today=now.date())

        try:
            promised = await action.allow_later(ask, later.when_words(when, now, say))
            entry, text = later.plan(action.intent, self.schedule, self._clock.now(), say, promised=promised)
            undoing.note(lambda: self.schedule.cancel(entry))
            return Response(text)
        except Unanswered as error:
            return Response(str(error))
        except (BadSlot, SkillError) as error:
            return Response(str(error), ok=False, error=str(error))

    async def _for_a_while(self, action: Action, when: When, ask: Ask) -> Response:
        """Do it now, and plan what ends it, in the place of what would have ended it sooner."""
        begun = await action.perform(ask)
        if not begun.ok or not begun.text:
            return begun
        try:
            meant = {**action.intent.slots, **begun.meant}
            intent, then = self.registry.ending(dataclasses.replace(action.intent, slots=meant), when)
            ended = await self._plan(self.registry.resolve(intent), then, ask)
            if ended.ok:
                sooner = later.sooner(self.schedule.pending(later.KIND), intent)
                self.schedule.cancel_all(sooner)
                undoing.note(lambda: self.schedule.put_back(sooner))
        except (BadSlot, SkillError) as error:
            ended = Response(str(error), ok=False, error=str(error))
        return dataclasses.replace(begun, text=f"{begun.text} {ended.text}", ok=ended.ok, error=ended.error)

    async def _perform_due(self, command: Command) -> Response:
        """Do what was planned. Nobody can be asked then."""
        intent = Intent(command.intent, command.slots, 1.0, SCHEDULE, command.text)

        async def nobody(_: Question) -> object:
            raise SkillError(NOBODY)

        try:
            return await self.registry.resolve(intent, promised=isinstance(command, later.Promised)).perform(nobody)
        except (BadSlot, SkillError) as error:
            return Response(str(error), ok=False, error=str(error))

    def _undoable(self, action: Action, response: Response, steps: list[Step]) -> Response:
        """With a number by which it is taken back. What cannot be has one, too: no earlier command is in its place."""
        if not steps and (action.asks or not response.ok):
            return response
        number = next(self._numbers)
        self._undo[number] = steps
        while len(self._undo) > MOST_UNDONE:
            del self._undo[next(iter(self._undo))]
        return dataclasses.replace(response, undo=(number,))
