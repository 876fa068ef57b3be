"""Checking a skill before anybody uses it: what loading does not refuse, and its author would regret."""

import ast
import re
import tomllib
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from assistant.errors import SkillLoadError
from assistant.house import House
from assistant.messages import IntentSpec, Transcript, Vocabulary
from assistant.phrases.book import PhraseBook
from assistant.phrases.examples import plain_sentence, with_values
from assistant.phrases.pruning import slot_names
from assistant.registry import ENTRY_POINTS, NO_HOUSE, load
from assistant.skill import Handler, Skill

ENOUGH = 12
"""Sentences that a table of utterances should have for each intent."""
MOST_EXAMPLES = 12
"""Sentences drawn from each template."""
LONG_SUMMARY = 100
"""Letters of a docstring's first line."""

_ASKING = re.compile(r"^[(\[]*(is|are|was|were|did|does|what|which|who|when|where|how (many|much|long|far))\b")
_OWN_CLOCK = {"now", "today", "utcnow"}


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found."""

    skills: tuple[Skill, ...]
    problems: tuple[str, ...]
    """A sentence each, with the remedy."""
    notes: tuple[str, ...]
    """What is only so in this house."""


async def lint(path: Path, others: Sequence[Skill], house: House) -> Checked:
    """Check the skills of a file, a package or a project. `others` are installed; those of the same names are ignored.

    Raises SkillLoadError where there is nothing to check.
    """
    problems: list[str] = []
    notes: list[str] = []
    skills: list[Skill] = []
    for source in _sources(path):
        plugins = list(load(source))
        problems += [f"{source.name}: {plugin.problem}." for plugin in plugins if plugin.problem]
        skills += [plugin.skill for plugin in plugins if plugin.skill]
        problems += [f"{source.name}:{line}" for line in _read(source)]
    names = {skill.name for skill in skills}
    book = _Book([*skills, *(skill for skill in others if skill.name not in names)], house)
    await book.learn()
    for skill in skills:
        for handler in skill.handlers:
            problems += _signature(handler)
            problems += [line async for line in _phrases(handler, book)]
            notes += _unsayable(handler, house)
    problems += [line async for line in _stolen(skills, book)]
    for table in sorted({source.parent / "utterances.yaml" for source in _sources(path)}):
        if table.is_file():
            problems += [line async for line in misread(table, book.book)]
            problems += _few(table, skills)
    return Checked(tuple(skills), tuple(problems), tuple(notes))


async def clashes(skills: Sequence[Skill], house: House) -> list[str]:
    """Sentences that two of these skills answer: which one it is. Only the plainest of each intent are tried."""
    book = _Book(skills, house)
    await book.learn()
    found = []
    for spec in book.specs.values():
        said = plain_sentence(spec)
        answers, *others = await book.meanings(said) or [spec.name]
        if rivals := [each for each in (answers, *others) if _skill(each) != _skill(spec.name)]:
            found.append(f'"{said}" of {spec.name} is claimed by {rivals[0]}, too; {answers} answers it')
    return found


def _skill(intent: str) -> str:
    return intent.partition(".")[0]


class _Book:
    """What sentences mean among all these skills."""

    def __init__(self, skills: Iterable[Skill], house: House) -> None:
        specs = [handler.spec(house) for skill in skills for handler in skill.handlers]
        self.specs: Mapping[str, IntentSpec] = {spec.name: spec for spec in specs if spec.templates}
        self.book = PhraseBook()

    async def learn(self) -> None:
        """Read them all."""
        await self.book.learn(Vocabulary(tuple(self.specs.values())))

    async def meanings(self, sentence: str) -> list[str]:
        """The intents that can be meant by it; the first answers. One that would take any words claims none."""
        intent = await self.book.understand(Transcript(sentence, 1.0, "typed"))
        if intent is None:
            return []
        others = dict.fromkeys(other.partition("(")[0] for other in intent.others)
        return [intent.name, *(name for name in others if not self._takes_any_words(name))]

    def _takes_any_words(self, name: str) -> bool:
        return any(slot.kind == "text" for slot in self.specs[name].slots)


def _sources(path: Path) -> list[Path]:
    """The Python files and packages to load. Raises SkillLoadError."""
    project = path / "pyproject.toml"
    if project.is_file():
        try:
            points = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["entry-points"][ENTRY_POINTS]
        except (KeyError, TypeError, ValueError) as error:
            raise SkillLoadError(
                f'{project} names no skill: add [project.entry-points."{ENTRY_POINTS}"] with name = "module".'
            ) from error
        return [_module(path, str(point).partition(":")[0]) for point in points.values()]
    if path.suffix == ".py" and path.is_file():
        return [path]
    if (path / "__init__.py").is_file():
        return [path]
    if path.is_dir() and (found := [each for each in sorted(path.glob("*.py")) if _is_skill(each)]):
        return found
    raise SkillLoadError(f"{path} is no skill: name a Python file, a package, or the folder of a pyproject.toml.")


def _is_skill(file: Path) -> bool:
    return not file.name.startswith((".", "_", "test_")) and file.name != "conftest.py"


def _module(project: Path, name: str) -> Path:
    for root in (project, project / "src"):
        path = root.joinpath(*name.split("."))
        for source in (path.with_suffix(".py"), path):
            if source.exists():
                return source
    raise SkillLoadError(f"{project}: there is no module {name}, which its entry point names.")


def _read(source: Path) -> Iterator[str]:
    """What can be told from the source alone."""
    file = source / "__init__.py" if source.is_dir() else source
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return  # loading has told it
    if not ast.get_docstring(tree):
        yield "1: add a docstring at the top that says what can be said to it."
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), lineno=line):
                yield from _imports([module], line)
            case ast.Import(names=names, lineno=line):
                yield from _imports([alias.name for alias in names], line)
            case ast.AsyncFunctionDef():
                yield from _blocking(node)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="datetime" | "date"), attr=attr), lineno=line):
                if attr in _OWN_CLOCK:
                    yield f"{line}: ask ctx.now() for the time, which a test can move."


def _imports(modules: Iterable[str], line: int) -> Iterator[str]:
    for module in modules:
        if module.split(".")[0] == "assistant" and module != "assistant.skill":
            yield f"{line}: import assistant.skill only: {module} may change without notice."


def _blocking(function: ast.AsyncFunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="time"), attr="sleep"), lineno=line):
                yield f"{line}: time.sleep stops the whole assistant in an async function: use asyncio.sleep."


def _signature(handler: Handler) -> Iterator[str]:
    if len(handler.summary) > LONG_SUMMARY:
        yield f"{handler.intent}: the first line of its docstring is long; say in one sentence what it does."
    doubles = {template for template in handler.templates if handler.templates.count(template) > 1}
    for template in sorted(doubles):
        yield f'{handler.intent}: "{template}" is there twice.'
    for template in handler.templates:
        if not handler.question and _ASKING.match(template):
            yield f'{handler.intent}: "{template}" asks: make it a @skill.question, which can change nothing.'
        if re.fullmatch(r"\W*\{(\w+)\}\W*", template) and _is_free(handler, template):
            yield f'{handler.intent}: "{template}" takes every sentence: put words around the slot.'


def _is_free(handler: Handler, template: str) -> bool:
    kinds = {slot.name: slot.spec(NO_HOUSE).kind for slot in handler.slots}
    return any(kinds.get(name) == "text" for name in slot_names(template))


def _unsayable(handler: Handler, house: House) -> Iterator[str]:
    slots = {slot.name: slot.spec(house) for slot in handler.slots}
    for name, spec in slots.items():
        if spec.kind == "choice" and not spec.choices:
            yield f"{handler.intent}: this house has nothing for {{{name}}}, so what needs it is left out."


async def _phrases(handler: Handler, book: _Book) -> AsyncIterator[str]:
    """Templates of which every sentence means something else."""
    spec = book.specs.get(handler.intent)
    if spec is None:
        return
    for template in spec.templates:
        said = with_values(replace(spec, templates=(template,)), MOST_EXAMPLES)
        meanings = {sentence: await book.meanings(sentence) for sentence in said}
        if meanings and all(handler.intent not in means[:1] for means in meanings.values()):
            sentence, means = next(iter(meanings.items()))
            why = f"means {means[0]}" if means else "is not understood"
            yield f'{handler.intent}: "{template}" is never reached: "{sentence}" {why}.'
            continue
        for sentence, means in meanings.items():
            if rivals := [each for each in means if _skill(each) != handler.skill]:
                yield f'{handler.intent}: "{sentence}" is a phrase of {rivals[0]}; {means[0]} answers it.'
                break


async def _stolen(skills: Sequence[Skill], book: _Book) -> AsyncIterator[str]:
    """Sentences of others that these skills answer now."""
    own = {skill.name for skill in skills}
    for spec in book.specs.values():
        if _skill(spec.name) in own:
            continue
        for sentence in with_values(spec, MOST_EXAMPLES):
            means = await book.meanings(sentence)
            if means and _skill(means[0]) in own:
                yield f'{means[0]}: it takes "{sentence}" from {spec.name}.'
                break


async def misread(table: Path, book: PhraseBook) -> AsyncIterator[str]:
    """The sentences of a table of utterances that mean something else than it says. Raises SkillLoadError."""
    for intent, sentence, slots in read_table(table):
        understood = await book.understand(Transcript(sentence, 1.0, "typed"))
        means = f"{understood.name} {dict(understood.slots)}" if understood else "nothing"
        wanted = f"{intent} {dict(slots)}"
        if means != wanted:
            yield f'{table.name}: "{sentence}" means {means}, not {wanted}.'


def read_table(table: Path) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    """Intent, sentence and slots, line by line. Raises SkillLoadError for what is no table."""
    try:
        content = yaml.safe_load(table.read_text(encoding="utf-8"))
        for intent, sentences in content.items():
            for line in sentences:
                sentence, slots = next(iter(line.items())) if isinstance(line, dict) else (line, {})
                if not isinstance(sentence, str):
                    raise SkillLoadError(f"{table.name}: put {sentence!r} in quotes.")
                yield intent, sentence, slots
    except (AttributeError, TypeError, StopIteration, yaml.YAMLError, UnicodeDecodeError) as error:
        raise SkillLoadError(f"{table.name} is no table of utterances: intent → list of sentences.") from error


def _few(table: Path, skills: Sequence[Skill]) -> Iterator[str]:
    said = [intent for intent, _, _ in read_table(table)]
    for handler in (handler for skill in skills for handler in skill.handlers):
        if said.count(handler.intent) < ENOUGH:
            yield f"{table.name}: {handler.intent} has {said.count(handler.intent)} sentences; write {ENOUGH}."
