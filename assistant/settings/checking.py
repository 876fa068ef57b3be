"""Settings given as plain data become typed dataclasses, with every mistake explained at once."""

import difflib
import inspect
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING
from pathlib import Path
from typing import Any, Literal, NamedTuple, Union

from assistant.settings.given import Given, Problem
from assistant.settings.schema import fits, is_required, join, known, members, outline, tagged, words

_FAILED = object()
"""Stands for a value whose problem is known."""


class Mistake(NamedTuple):
    """What a function in a dataclass's `CHECKS` yields. Its parameters are named for the fields that it compares."""

    owner: object
    """The dataclass instance that holds the wrong field."""
    field: str
    says: str
    """The value and the remedy, to follow the field's name."""


class Checker:
    """Fills dataclasses; what is wrong is added to `problems` and the rest is checked all the same."""

    def __init__(self, every_key: Iterable[str] = ()) -> None:
        """`every_key` lists all settings there are, to suggest one that belongs in another section."""
        self.problems: list[Problem] = []
        self._every_key = tuple(every_key)
        self._origins: dict[int, tuple[object, str, Given]] = {}

    def fill(self, kind: Any, given: Given, key: str) -> Any:
        """The value as its type. Where `problems` grew, it is incomplete or a placeholder."""
        origin, arguments, rules = outline(kind)
        if not fits(kind, given.value):
            return self._wrong(kind, given, key)
        match given.value:
            case _ if origin is Given:
                return given
            case dict() if origin is Union and (tags := tagged(kind)):
                filled = self._tagged(*tags, given, given.value, key)
            case value if origin is Union:
                member = next(member for member in arguments if fits(member, value))
                if isinstance(value, dict | list):
                    return self.fill(member, given, key)
                trial = Checker()
                filled = trial.fill(member, given, key)
                return self._wrong(kind, given, key) if trial.problems else filled
            case dict() if len(arguments) == 1:
                filled = self._record(arguments[0], given, given.value, key)
            case dict():
                filled = self._mapping(arguments, given.value, key)
            case list():
                items = [self.fill(arguments[0], item, f"{key}[{n}]") for n, item in enumerate(given.value, 1)]
                filled = tuple(item for item in items if item is not _FAILED)
            case int() if origin is float:
                filled = float(given.value)
            case str() if origin is Path:
                filled = given.folder / at_home(given.value)
            case value:
                filled = value
        if filled is not _FAILED and not all(rule.allows(filled) for rule in rules):
            return self._wrong(kind, given, key)
        return filled

    def _tagged(self, tag: str, records: Mapping[object, Any], given: Given, entries: Any, key: str) -> Any:
        """The one of several dataclasses that the entry `tag` names, or the one that needs no naming."""
        choice: Any = Literal[tuple(records)]
        if tag in entries:
            named = self.fill(choice, entries[tag], join(key, tag))
            return _FAILED if named is _FAILED else self.fill(records[named], given, key)
        for record in records.values():
            if any(field.name == tag and not is_required(field) for field, _ in members(record)):
                return self.fill(record, given, key)
        self._problem(given, f"{join(key, tag)} is missing. Write {words(choice)}.")
        return _FAILED

    def _mapping(self, kinds: tuple[Any, ...], entries: Mapping[str, Given], key: str) -> object:
        filled = {}
        for name, item in entries.items():
            checked = self.fill(kinds[0], Given(name, item.source, item.line, item.folder), key)
            value = self.fill(kinds[1], item, join(key, name))
            if checked is not _FAILED and value is not _FAILED:
                filled[checked] = value
        return filled

    def _record(self, record: Any, given: Given, entries: Mapping[str, Given], key: str) -> object:
        good: dict[str, object] = {}
        names = [field.name for field, _ in members(record)]
        for name in entries:
            if name not in names:
                self._unknown(entries[name], name, names, key)
        for field, kind in members(record):
            if field.name in entries:
                value = self.fill(kind, entries[field.name], join(key, field.name))
                if value is not _FAILED:
                    good[field.name] = value
            elif is_required(field):
                self._problem(given, f"{join(key, field.name)} is missing. Write {words(kind)}.")
            elif field.default is not MISSING:
                good[field.name] = field.default
            elif field.default_factory is not MISSING:
                good[field.name] = field.default_factory()
        self._compare(getattr(record, "CHECKS", ()), good)
        if len(good) < len(names):
            return _FAILED
        made = record(**good)
        self._origins[id(made)] = made, key, given
        return made

    def _compare(self, checks: Iterable[Callable[..., Iterator[Mistake]]], values: Mapping[str, object]) -> None:
        for check in checks:
            needed = inspect.signature(check).parameters
            if needed.keys() <= values.keys():
                for mistake in check(**{name: values[name] for name in needed}):
                    _, key, given = self._origins[id(mistake.owner)]
                    entry = given.value.get(mistake.field, given) if isinstance(given.value, dict) else given
                    self._problem(entry, f"{join(key, mistake.field)} {mistake.says}")

    def _wrong(self, kind: Any, given: Given, key: str) -> object:
        value = given.value
        sentence = f"{key or 'the file'} is {shown(value)}. Write {words(kind)}."
        if isinstance(value, str | bool | int | float):
            near = difflib.get_close_matches(str(value), known(kind), 1)
            if near and len(known(kind)) > 1:
                sentence += f" Did you mean {near[0]}?"
            elif fits(kind, []):
                sentence += f" Perhaps [{shown(value)}]?"
            elif fits(kind, "text") and isinstance(value, bool):
                sentence += " Words like on, off, yes and no need quotes."
            elif fits(kind, "text") and not isinstance(value, str):
                sentence += f' Perhaps "{value}", with the quotes?'
        self._problem(given, sentence)
        return _FAILED

    def _unknown(self, given: Given, name: str, names: list[str], section: str) -> None:
        near = [join(section, match) for match in difflib.get_close_matches(name, names, 1)]
        if not near:
            elsewhere = {key.rsplit(".", 1)[-1]: key for key in self._every_key}
            near = [elsewhere[match] for match in difflib.get_close_matches(name, elsewhere, 1)]
        remedy = f"Did you mean {near[0]}?" if near else f"Write one of {', '.join(names)}."
        self._problem(given, f"{join(section, shown(name)[1:-1])} is not a setting. {remedy}")

    def _problem(self, given: Given, sentence: str) -> None:
        self.problems.append(Problem(given.source, given.line, sentence))


def merge(kind: Any, low: Given, high: Given) -> Given:
    """`high` over `low`: dataclasses field by field, all else whole. A section left empty changes nothing."""
    origin, arguments, _ = outline(kind)
    if origin is not Mapping or len(arguments) != 1 or not isinstance(low.value, dict):
        return high
    if high.value is None:
        return low
    if not isinstance(high.value, dict):
        return high
    merged = {**low.value, **high.value}
    for field, inner in members(arguments[0]):
        if field.name in low.value and field.name in high.value:
            merged[field.name] = merge(inner, low.value[field.name], high.value[field.name])
    return Given(merged, high.source, high.line, high.folder)


def shown(value: object) -> str:
    """A value in a message: recognisable, harmless and short."""
    match value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case float() if not math.isfinite(value):
            return "not finite"
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(letter if letter.isprintable() else "�" for letter in text)
    return text if len(text) <= 60 else f"{text[:50]}…{text[-1]}"


def at_home(path: str | Path) -> Path:
    """The path, with a leading `~` replaced where the user has a home."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)
