"""Plugins found, intents bound: the only road from a guess to something that happens."""

import asyncio
import importlib.util
import inspect
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import cast

from assistant.answers import combined, is_
from assistant.concurrency import in_daemon_thread
from assistant.conversation.calls import Asker
from assistant.conversation.which import Ambiguous
from assistant.errors import BadSlot, SkillError, SkillLoadError, Unanswered
from assistant.house import Area, Device, House, HouseLookedAt
from assistant.memory import lasting
from assistant.messages import Action, Ask, Intent, Response, Vocabulary, When
from assistant.phrases.examples import plain_sentence, sentence
from assistant.phrases.templates import check
from assistant.records.asking import noted
from assistant.safety.guard import Guard, guarded
from assistant.settings.schema import check_record
from assistant.skill import Ability, Context, Handler, Skill
from assistant.slots import bind, options_slot

logger = logging.getLogger(__name__)

ENTRY_POINTS = "assistant.skills"
APOLOGY = "Sorry, something went wrong with that."
TOO_SLOW = "Sorry, that is taking too long."


@dataclass(frozen=True, slots=True)
class Plugin:
    """A skill that was found, and why it is not used if it is not."""

    name: str
    origin: str
    """A path, or the package that brought it."""
    skill: Skill | None = None
    problem: str | None = None


def discover(folders: Iterable[Path], disabled: Iterable[str] = ()) -> list[Plugin]:
    """Every skill in the entry points and then in the folders. Never raises: a broken one is listed as such."""
    with lasting():
        each = [*_from_entry_points(), *_from_folders(folders)]
    plugins: list[Plugin] = []
    taken: dict[str, str] = {}
    for found in each:
        plugin = found
        if plugin.skill is not None and plugin.name in disabled:
            plugin = Plugin(plugin.name, plugin.origin, problem="disabled in the configuration")
        elif plugin.skill is not None and plugin.name in taken:
            plugin = Plugin(
                plugin.name, plugin.origin, problem=f"a skill of this name was already loaded from {taken[plugin.name]}"
            )
        elif plugin.skill is not None:
            taken[plugin.name] = plugin.origin
        plugins.append(plugin)
    return plugins


def _from_entry_points() -> Iterator[Plugin]:
    packages: dict[object, str] = {}  # a package's metadata take a millisecond to read
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        if point.dist is not None and point.dist not in packages:
            packages[point.dist] = f"{point.dist.name} {point.dist.version}"
        origin = packages.get(point.dist, point.value)
        yield from _guarded(point.name, origin, lambda point=point: _loaded(point))  # type: ignore[misc]


def _loaded(point: EntryPoint) -> Iterable[Skill]:
    target = point.load()
    return [target] if isinstance(target, Skill) else _skills_in(target)


def _from_folders(folders: Iterable[Path]) -> Iterator[Plugin]:
    for folder in folders:
        try:
            paths = sorted(folder.iterdir())
        except OSError as error:
            yield Plugin(folder.name, str(folder), problem=f"the folder cannot be read: {error.strerror}")
            continue
        for path in paths:
            if path.name.startswith((".", "_")):
                continue
            if path.suffix == ".py" or (path / "__init__.py").is_file():
                yield from load(path)


def load(path: Path) -> Iterator[Plugin]:
    """The skills in a Python file or a package. Never raises: what is broken is listed as such."""
    source = path / "__init__.py" if path.is_dir() else path
    yield from _guarded(path.stem, str(path), lambda: _skills_in(_imported(path.stem, source)))


def _imported(name: str, source: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"assistant_skill_{name}", source)
    if spec is None or spec.loader is None:
        raise SkillLoadError("not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[spec.name]
        raise
    return module


def _skills_in(module: ModuleType) -> list[Skill]:
    skills = [value for value in vars(module).values() if isinstance(value, Skill)]
    if not skills:
        raise SkillLoadError("it holds no skill: add skill = Skill('name')")
    return skills


def _guarded(name: str, origin: str, load: Callable[[], Iterable[Skill]]) -> Iterator[Plugin]:
    """The skills that `load` gives; whatever goes wrong in somebody else's code becomes a line in the list."""
    try:
        for skill in load():
            if not skill.handlers:
                raise SkillLoadError(f"skill '{skill.name}' has no handler: add one with @skill.intent")
            _check_settings(skill)
            _check_endings(skill)
            for handler in skill.handlers:
                check(replace(handler.spec(NO_HOUSE), templates=handler.templates + handler.after + handler.written))
            yield Plugin(skill.name, origin, skill)
    except KeyboardInterrupt:
        raise
    except SkillLoadError as error:
        yield Plugin(name, origin, problem=str(error))
    except BaseException as error:
        logger.warning("Skill %s (%s) cannot be loaded", name, origin, exc_info=True)
        yield Plugin(name, origin, problem=f"{type(error).__name__}: {error}")


def _check_endings(skill: Skill) -> None:
    by_name = {handler.name: handler for handler in skill.handlers}
    for handler in skill.handlers:
        if handler.ended_by is None:
            continue
        where, ending = f"skill '{skill.name}', handler '{handler.name}'", by_name.get(handler.ended_by)
        if ending is None:
            raise SkillLoadError(f"{where}: ended_by names '{handler.ended_by}', which is no handler of it; correct it")
        if lacking := {slot.name for slot in handler.slots} - {slot.name for slot in ending.slots}:
            raise SkillLoadError(f"{where}: '{ending.name}', which ends it, needs the parameter '{min(lacking)}', too")


def _check_settings(skill: Skill) -> None:
    if skill.settings is not None:
        try:
            check_record(skill.settings)
        except TypeError as error:
            raise SkillLoadError(f"skill '{skill.name}': {error}") from error


@dataclass(frozen=True, slots=True)
class _NoHouse:
    devices: tuple[()] = ()
    areas: tuple[()] = ()


NO_HOUSE = _NoHouse()


class Registry:
    """The handlers of all loaded skills by intent."""

    def __init__(
        self,
        plugins: Iterable[Plugin],
        house: House,
        lend: Callable[[Skill, House, Asker], Context],
        guard: Callable[[Intent, bool], Guard],
        timeout: float = 10.0,
    ) -> None:
        """`lend` makes the context of one call, `guard` what stands before its house; `timeout` is in seconds."""
        self._guard = guard
        self.plugins = tuple(plugins)
        self._house = house
        self._lend = lend
        self._timeout = timeout
        self._handlers: Mapping[str, tuple[Skill, Handler]] = {
            handler.intent: (plugin.skill, handler)
            for plugin in self.plugins
            if plugin.skill is not None
            for handler in plugin.skill.handlers
        }

    def unknown(self, intents: Iterable[str]) -> list[str]:
        """Those of these names that no skill has."""
        return [name for name in intents if name not in self._handlers]

    def vocabulary(self) -> Vocabulary:
        """What can be said now, with the devices there are now."""
        specs = [handler.spec(self._house) for _, handler in self._handlers.values()]
        return Vocabulary(tuple(spec for spec in specs if spec.templates))

    @property
    def abilities(self) -> tuple[Ability, ...]:
        """What can be done, a line per intent that can be said in this house."""
        specs = {spec.name: spec for spec in self.vocabulary().intents}
        return tuple(
            Ability(skill.name, handler.summary, plain_sentence(specs[name]))
            for name, (skill, handler) in self._handlers.items()
            if name in specs
        )

    def ending(self, intent: Intent, when: When) -> tuple[Intent, When]:
        """What ends an intent, and when, in its own words. Raises BadSlot for what nothing ends."""
        skill, handler = self._handlers.get(intent.name, (None, None))
        if skill is None or handler is None or handler.ended_by is None:
            raise BadSlot("I cannot do that for a while.")
        name = f"{skill.name}.{handler.ended_by}"
        text = sentence(self._handlers[name][1].spec(self._house), intent.slots)
        then = replace(when, text=text, ends=False)
        return replace(intent, name=name, when=then), then

    def resolve(self, intent: Intent, *, promised: bool = False) -> Action:
        """Make a promise of a guess. Raises BadSlot, with a sentence to speak, for what does not exist or is forbidden.

        `promised`: the household agreed to it when it asked for it, to be done now.
        """
        if intent.name not in self._handlers:
            raise BadSlot(f"I do not know how to do {intent.name}.")
        skill, handler = self._handlers[intent.name]
        guard = self._guard(intent, promised)
        if not handler.question:
            guard.check_command()
        house = HouseLookedAt(self._house) if handler.question else guarded(self._house, guard)
        arguments, unclear = bind(handler.slots, intent.slots, house)
        _narrow(arguments, unclear, [slot.name for slot in handler.slots if slot.spec(house).names == "devices"])
        guard.named(arguments.values())
        missing = [slot for slot in handler.slots if slot.required and slot.name not in {*arguments, *unclear}]
        if intent.when is not None:
            for several in unclear.values():
                raise several
        if missing and intent.when is not None:
            raise BadSlot(f"You did not say the {missing[0].name.replace('_', ' ')}.")
        guard.check_allowed(handler.risk)

        def question(when: str = "") -> str:
            said = sentence(handler.spec(self._house), intent.slots)
            return f"{said[:1].upper()}{said[1:]}{when}?"

        async def allow_later(ask: Ask, when: str) -> bool:
            async with asyncio.timeout(None) as limit:
                with guard.asking(Asker(intent, ask, house, limit, guard.named)):
                    return await guard.allow_later(handler.risk, question(f" {when}"))

        seconds = handler.seconds or self._timeout

        async def attempt(ask: Ask) -> Response:
            try:
                async with asyncio.timeout(seconds) as limit:
                    asker = Asker(intent, ask, house, limit, guard.named)
                    with guard.asking(asker):
                        chosen = {name: await _chosen(asker, several) for name, several in unclear.items()}
                        await guard.allow_intent(handler.risk, question)
                        for slot in missing:
                            arguments[slot.name] = await asker(slot.asked, slot)
                        if handler.context is not None:
                            arguments[handler.context] = self._lend(skill, house, asker)
                        return await self._call_each(handler, arguments, chosen)
            except Unanswered as error:
                return Response(str(error))
            except (SkillError, BadSlot) as error:
                return Response(str(error), ok=False, error=str(error))
            except TimeoutError:
                logger.error("%s did not finish within %s s", handler.intent, seconds)
                return Response(TOO_SLOW, ok=False, error=f"{handler.intent} did not finish within {seconds} s")

        async def perform(ask: Ask) -> Response:
            with noted() as asked:
                response = await attempt(ask)
            return replace(response, asked=tuple(asked))

        return Action(intent, guard.standing(handler.risk).risk, perform, allow_later, handler.question)

    async def _call_each(
        self, handler: Handler, arguments: Mapping[str, object], chosen: Mapping[str, Sequence[Device]]
    ) -> Response:
        """Once for each device that was chosen where a name fitted several; one answer. Raises as `_call`."""
        calls = [{**arguments, **dict(zip(chosen, devices, strict=True))} for devices in product(*chosen.values())]
        if len(calls) == 1:
            meant = {name: devices[0].name for name, devices in chosen.items()}
            return replace(await self._call(handler, calls[0]), meant=meant)
        responses = []
        for call in calls:
            try:
                responses.append(await self._call(handler, call))
            except (SkillError, BadSlot) as error:
                responses.append(Response(str(error), ok=False, error=str(error)))
        errors = [each.error for each in responses if each.error]
        return Response(combined([each.text for each in responses]), ok=not errors, error="; ".join(errors) or None)

    async def _call(self, handler: Handler, arguments: Mapping[str, object]) -> Response:
        """Raises SkillError, BadSlot, and TimeoutError where the time is up."""
        try:
            if inspect.iscoroutinefunction(handler.function):
                result = await handler.function(**arguments)
            else:
                result = await in_daemon_thread(lambda: handler.function(**arguments))
                if isinstance(result, Awaitable):
                    result = await result
        except (SkillError, BadSlot):
            raise
        except Exception as error:
            logger.exception("%s failed", handler.intent)
            return Response(APOLOGY, ok=False, error=f"{handler.intent}: {type(error).__name__}: {error}")
        return _response(handler, result)


def _narrow(arguments: dict[str, object], unclear: dict[str, Ambiguous], named: Sequence[str]) -> None:
    """Where a room was named beside a device, take the one that is there. Raises BadSlot where it is elsewhere."""
    area = next((value for value in arguments.values() if isinstance(value, Area)), None)
    if area is None:
        return
    for name, several in [*unclear.items()]:
        there = [device for device in several.devices if device.area == area]
        if not there:
            raise BadSlot(f"There is no {several.word} in the {area.name}.")
        if len(there) == 1:
            arguments[name] = there[0]
            del unclear[name]
        else:
            unclear[name] = Ambiguous(several.word, there)
    for device in (cast(Device, arguments[name]) for name in named if name in arguments):
        if device.area not in (area, None):
            raise BadSlot(f"The {device.name} {is_(device)} not in the {area.name}.")


async def _chosen(asker: Asker, several: Ambiguous) -> Sequence[Device]:
    """The devices that the household means. Raises Unanswered."""
    if several.all:
        return several.devices
    places = await asker(several.question, options_slot("answer", several.options, several=True))
    devices = [several.devices[place] for place in cast(list[int], places)]
    asker.named(devices)
    return devices


def _response(handler: Handler, result: object) -> Response:
    match result:
        case None:
            return Response()
        case str():
            return Response(result)
        case Response():
            return result
    problem = f"{handler.intent} returned {type(result).__name__}; return a str, a Response or None"
    logger.error("%s", problem)
    return Response(APOLOGY, ok=False, error=problem)
