"""What a type accepts: as a test of shape, in words for people, and as JSON Schema for their editors.

The types that a setting can have: bool, int, float, str, Path, None, Literal, `X | Y`, `tuple[X, ...]`,
`Mapping[str, X]`, a dataclass of such, Given (anything at all), and any of them Annotated with rules.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Protocol, Union, get_args, get_origin, get_type_hints

from assistant.settings.given import Given


class Rule(Protocol):
    """What a value must be, beyond its type."""

    @property
    def known(self) -> tuple[str, ...]:
        """Right values, to suggest the nearest of."""
        ...

    def allows(self, value: Any) -> bool:
        """Whether the value is right."""
        ...

    def words(self, kind: str) -> str:
        """What to write, given the words for the type."""
        ...

    def schema(self) -> dict[str, object]:
        """The same for JSON Schema."""
        ...


@dataclass(frozen=True, slots=True)
class Range:
    """A number between two others, both included."""

    low: float
    high: float
    unit: str = ""
    known: tuple[str, ...] = ()

    def allows(self, value: Any) -> bool:
        """Whether it lies between them."""
        return bool(self.low <= value <= self.high)

    def words(self, kind: str) -> str:
        """Such as "a number from 1 to 30 seconds"."""
        return f"{kind} from {self.low:g} to {self.high:g} {self.unit}".rstrip()

    def schema(self) -> dict[str, object]:
        """The two ends."""
        return {"minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Matching:
    """Text that matches a regular expression, whole."""

    pattern: str
    description: str
    """What to write."""
    known: tuple[str, ...] = ()

    def allows(self, value: Any) -> bool:
        """Whether it matches."""
        return re.fullmatch(self.pattern, str(value)) is not None

    def words(self, kind: str) -> str:
        """The description."""
        return self.description

    def schema(self) -> dict[str, object]:
        """The expression, anchored."""
        return {"pattern": f"^({self.pattern})$"}


class _Kind(NamedTuple):
    accepts: Callable[[object], bool]
    words: str
    json: str | None


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _is_number(value: object) -> bool:
    return _is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def _is_path(value: object) -> bool:
    return isinstance(value, str) and value.strip() != "" and "\0" not in value


_KINDS: Mapping[object, _Kind] = {
    bool: _Kind(lambda value: isinstance(value, bool), "true or false", "boolean"),
    int: _Kind(_is_whole, "a whole number", "integer"),
    float: _Kind(_is_number, "a number", "number"),
    str: _Kind(lambda value: isinstance(value, str), "text", "string"),
    date: _Kind(lambda value: type(value) is date, "a date such as 2026-11-28", "string"),
    Path: _Kind(_is_path, "a path", "string"),
    NoneType: _Kind(lambda value: value is None, "null", "null"),
    tuple: _Kind(lambda value: isinstance(value, list), "a list", "array"),
    Mapping: _Kind(lambda value: isinstance(value, dict), "a mapping", "object"),
    Given: _Kind(lambda value: True, "anything", None),
}


def outline(kind: Any) -> tuple[Any, tuple[Any, ...], tuple[Rule, ...]]:
    """What a type is made of: Union, Literal or a key of the kinds; its arguments (a dataclass: itself); its rules."""
    if get_origin(kind) is Annotated:
        inner, *rules = get_args(kind)
        origin, arguments, _ = outline(inner)
        return origin, arguments, tuple(rules)
    origin = get_origin(kind) or kind
    if origin is UnionType:
        return Union, get_args(kind), ()
    if is_dataclass(origin) and origin is not Given:
        return Mapping, (origin,), ()
    if origin not in _KINDS and origin not in (Union, Literal):
        raise TypeError(f"{kind} is not a type that a setting can have. Use one in assistant/settings/schema.py.")
    return origin, get_args(kind), ()


def members(record: Any) -> Iterator[tuple["Field[Any]", Any]]:
    """The fields of a dataclass with their types, rules included."""
    kinds = get_type_hints(record, include_extras=True)
    return ((field, kinds[field.name]) for field in fields(record))


def check_record(record: object) -> None:
    """Raises TypeError, with what to write instead, for what cannot be the settings of anything."""
    if not (isinstance(record, type) and is_dataclass(record)):
        raise TypeError(f"settings are {record!r}. Write a frozen dataclass with a default for every field")
    try:
        for _, kind in members(record):
            words(kind)
    except NameError as error:
        raise TypeError(f"the settings' types are wrong: {error}") from error


def is_required(field: "Field[Any]") -> bool:
    """Whether a field has no default."""
    return field.default is MISSING and field.default_factory is MISSING


def tagged(kind: Any) -> tuple[str, Mapping[object, Any]] | None:
    """How the dataclasses of a union are told apart: a field that is a Literal in each, and whose value means which.

    None where there are not several, or nothing tells them apart.
    """
    records = {one: {field.name: inner for field, inner in members(one)} for one in _records(kind)}
    for name in next(iter(records.values())) if len(records) > 1 else ():
        tags = [(outline(fields[name]), one) for one, fields in records.items() if name in fields]
        owners = [(value, one) for (origin, values, _), one in tags if origin is Literal for value in values]
        if {one for _, one in owners} == set(records) and len(dict(owners)) == len(owners):
            return name, dict(owners)
    return None


def _records(kind: Any) -> list[Any]:
    """The dataclasses in a union."""
    origin, arguments, _ = outline(kind)
    outlines = [outline(member) for member in arguments] if origin is Union else []
    return [inner[0] for inner_origin, inner, _ in outlines if inner_origin is Mapping and len(inner) == 1]


def fits(kind: Any, value: object) -> bool:
    """Whether a value has the outer shape of a type; what it contains and the rules are not looked at."""
    origin, arguments, _ = outline(kind)
    if origin is Union:
        return any(fits(member, value) for member in arguments)
    if origin is Literal:
        return any(type(choice) is type(value) and choice == value for choice in arguments)
    return _KINDS[origin].accepts(value)


def words(kind: Any) -> str:
    """What to write for a type."""
    origin, arguments, rules = outline(kind)
    if origin is Union:
        *others, last = dict.fromkeys(words(member) for member in arguments)
        text = f"{', '.join(others)} or {last}" if others else last
    elif origin is Literal:
        text = ("one of " if len(arguments) > 1 else "") + ", ".join(str(choice) for choice in arguments)
    else:
        text = _KINDS[origin].words
    for rule in rules:
        text = rule.words(text)
    return text


def known(kind: Any) -> list[str]:
    """Right values for a type, as far as they can be listed."""
    origin, arguments, rules = outline(kind)
    names = [name for rule in rules for name in rule.known]
    if origin is Union:
        names += [name for member in arguments for name in known(member)]
    elif origin is Literal:
        names += [str(choice) for choice in arguments]
    return names


def join(key: str, name: str) -> str:
    """A dotted key."""
    return f"{key}.{name}" if key else name


def keys(kind: Any, key: str = "") -> Iterator[str]:
    """The dotted key of every setting in a dataclass, once; sections and the fields of list items included."""
    origin, arguments, _ = outline(kind)
    if origin is tuple:
        yield from keys(arguments[0], key)
    elif origin is Union:
        yield from dict.fromkeys(name for record in _records(kind) for name in keys(record, key))
    elif len(arguments) == 1 and is_dataclass(arguments[0]):
        for field, inner in members(arguments[0]):
            yield join(key, field.name)
            yield from keys(inner, join(key, field.name))
    elif origin is Mapping:
        # Its names are the household's own.
        yield from keys(arguments[1], key)


def json_schema(
    kind: Any, descriptions: Mapping[str, str], defaults: Given | None = None, key: str = ""
) -> dict[str, Any]:
    """JSON Schema (draft 2020-12). `descriptions` are by key; whatever `defaults` holds is optional."""
    origin, arguments, rules = outline(kind)
    result: dict[str, Any] = {}
    if key in descriptions:
        result["description"] = descriptions[key]
    if origin is Union:
        result["anyOf"] = [json_schema(member, descriptions, None, key) for member in arguments]
        for member in result["anyOf"]:
            member.pop("description", None)
    elif origin is Literal:
        result["enum"] = list(arguments)
    elif json := _KINDS[origin].json:
        result["type"] = json
    if origin is tuple:
        result["items"] = json_schema(arguments[0], descriptions, None, key)
        result["items"].pop("description", None)
    elif origin is Mapping and len(arguments) == 1:
        below = defaults.value if defaults and isinstance(defaults.value, dict) else {}
        result["properties"] = {
            field.name: json_schema(inner, descriptions, below.get(field.name), join(key, field.name))
            for field, inner in members(arguments[0])
        }
        result["additionalProperties"] = False
        result["required"] = [
            field.name for field, _ in members(arguments[0]) if is_required(field) and field.name not in below
        ]
    elif origin is Mapping:
        result["propertyNames"] = json_schema(arguments[0], {})
        result["additionalProperties"] = json_schema(arguments[1], {})
    for rule in rules:
        result |= rule.schema()
    if defaults is not None and not (origin is Mapping and len(arguments) == 1):
        result["default"] = defaults.plain
    return result
