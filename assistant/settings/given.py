"""Values as somebody wrote them: YAML in which every value remembers its line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

LARGEST = 256 * 1024
"""Bytes. A house with 1,000 devices needs a third of it; more is a mistake or an attack."""

DEEPEST = 16
"""Levels of lists and mappings; settings need five."""

_UNREADABLE = object()
"""Stands for a value that was reported already, until it is left out."""

_Loader: type[yaml.CSafeLoader | yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Given:
    """A value: None, bool, int, float, str, date, `list[Given]` or `dict[str, Given]`; and who gave it."""

    value: object
    source: str
    """A file's name, or the option of the command line."""
    line: int = 0
    """In the file, from 1; 0 where there are no lines."""
    folder: Path = field(default_factory=Path)
    """What relative paths are relative to."""

    @property
    def plain(self) -> object:
        """The value alone, all the way down."""
        match self.value:
            case dict():
                return {key: item.plain for key, item in self.value.items()}
            case list():
                return [item.plain for item in self.value]
            case value:
                return value


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A mistake in what was given. Sorted as somebody would go through the file to mend it."""

    source: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return (
            f"{self.source}:{self.line}: {self.sentence}"
            if self.line
            else f"{self.source}: {self.sentence}".lstrip(": ")
        )


def wrap(raw: object, source: str) -> Given:
    """Plain data as Given, for values that come from no file."""
    match raw:
        case Given():
            return raw
        case dict():
            return Given({str(key): wrap(value, source) for key, value in raw.items()}, source)
        case list() | tuple():
            return Given([wrap(value, source) for value in raw], source)
        case _:
            return Given(raw, source)


def read_file(file: Path, problems: list[Problem]) -> Given:
    """What a YAML file holds; None where it cannot be read, with the reason in `problems`."""
    nothing = Given(None, str(file), 0, file.parent)
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise ValueError(f"it is larger than {LARGEST // 1024} KiB, which no configuration needs")
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(Problem(str(file), 0, "is not a text file. Save it as UTF-8."))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        problems.append(Problem(str(file), 0, f"cannot be read: {reason}. Name another file."))
    else:
        return read_text(text, str(file), file.parent, problems)
    return nothing


def read_text(text: str, source: str, folder: Path, problems: list[Problem]) -> Given:
    """What a YAML text holds; None where it is not YAML, with the reason in `problems`."""
    try:
        return _Reader(text, source, folder, problems).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        lines = text.splitlines()
        line = min(mark.line + 1, len(lines)) if mark else 0
        if line and "\t" in lines[line - 1]:
            remedy = "indents with a tab. Use spaces."
        else:
            reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
            if "nesting depth" in reason:  # libyaml's own limit, which it meets before ours where it reads ahead
                reason = TOO_DEEP
            remedy = f"is not YAML: {reason}. Mend this line or the one before it."
        problems.append(Problem(source, line, remedy))
    return Given(None, source, 0, folder)


def comments(text: str) -> dict[str, str]:
    """What the comment lines directly above each key say, by dotted key. For list items, those of the first one.

    A line that begins with `#|` is part of an example that is commented out, and read as if it were not.
    """
    found: dict[str, str] = {}
    parents: list[tuple[int, str]] = []
    above: list[str] = []
    for line in text.replace("#|", "").splitlines():
        if comment := re.fullmatch(r" *# ?(.*)", line):
            above.append(comment[1])
            continue
        if entry := re.match(r"([ -]*)(\w+):", line):
            indent, name = len(entry[1]), entry[2]
            parents = [parent for parent in parents if parent[0] < indent] + [(indent, name)]
            if above:
                found.setdefault(".".join(parent for _, parent in parents), " ".join(above))
        above = []
    return found


class _Reader:
    """Builds values from the parser's events: aliases are refused before they can multiply, depth is bounded."""

    def __init__(self, text: str, source: str, folder: Path, problems: list[Problem]) -> None:
        self._loader = _Loader(text)
        self._source = source
        self._folder = folder
        self._problems = problems

    def document(self) -> Given:
        self._next()
        root = self._given(None, 1)
        if isinstance(self._next(), yaml.DocumentStartEvent):
            root = self._value(self._next(), 0)
            self._next()
            if not isinstance(last := self._next(), yaml.StreamEndEvent):
                self._problem(last, "begins a second document. Keep one.")
        return root

    def _next(self) -> yaml.Event:
        event = self._loader.get_event()
        assert event is not None
        return event

    def _value(self, event: yaml.Event, depth: int, line: int | None = None) -> Given:
        """`line` is that of the key, so that a long value is reported where somebody looks for it."""
        if depth > DEEPEST:
            raise yaml.MarkedYAMLError(
                problem=TOO_DEEP,
                problem_mark=event.start_mark,  # type: ignore[arg-type]  # the C parser has marks of its own
            )
        value: object = _UNREADABLE
        match event:
            case yaml.ScalarEvent():
                value = self._scalar(event)
            case yaml.SequenceStartEvent():
                items = [self._value(item, depth + 1) for item in self._inside()]
                value = [item for item in items if item.value is not _UNREADABLE]
            case yaml.MappingStartEvent():
                value = self._mapping(depth)
            case _:
                self._problem(event, "uses an alias (*name). Write the value out.")
        return self._given(value, line or _line(event))

    def _mapping(self, depth: int) -> dict[str, Given]:
        entries: dict[str, Given] = {}
        for event in self._inside():
            key = event.value if isinstance(event, yaml.ScalarEvent) else ""
            if not isinstance(event, yaml.ScalarEvent):
                self._value(event, depth + 1)
                self._problem(event, "has a key that is not a word. Write `name: value`.")
            value = self._value(self._next(), depth + 1, _line(event))
            if key in entries:
                self._problem(event, f"{key} is written twice (first on line {entries[key].line}). Keep one.")
            elif key and value.value is not _UNREADABLE:
                entries[key] = value
        return entries

    def _inside(self) -> Iterator[yaml.Event]:
        while not isinstance(event := self._next(), yaml.CollectionEndEvent):
            yield event

    def _scalar(self, event: yaml.ScalarEvent) -> object:
        tag = event.tag
        if tag is None or tag == "!":
            tag = self._loader.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
        try:
            value = self._loader.construct_object(yaml.ScalarNode(tag, event.value))
            if isinstance(value, int) and value.bit_length() > 64:
                raise ValueError(event.value)
            return value
        except (yaml.YAMLError, ValueError):
            self._problem(event, f"{event.value[:40]!r} cannot be read as {tag}. Put it in quotes if it is text.")
            return _UNREADABLE

    def _given(self, value: object, line: int) -> Given:
        return Given(value, self._source, line, self._folder)

    def _problem(self, event: yaml.Event, sentence: str) -> None:
        self._problems.append(Problem(self._source, _line(event), sentence))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


TOO_DEEP = f"nested more than {DEEPEST} levels deep"
