"""How much memory a language model will need, told from its file without loading it."""

import struct
from pathlib import Path
from typing import BinaryIO

from assistant.errors import EngineError

PROCESS = 56 << 20
"""Bytes of the process itself, Python, numpy and the library: 48 measured, and what it knows of the house."""

WORKING = 8 << 20
"""Bytes that one context works with, besides what it has read: measured with TinyLlama at 64 tokens a batch."""

_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_NUMBERS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_TEXT, _LIST = 8, 9

Number = int | float | bool


def memory_needed(model: Path, context: int) -> int:
    """Bytes that will be resident: the weights, two contexts (one is prepared while the other serves), the process.

    Raises EngineError for a file that is no GGUF file.
    """
    facts = _facts(model)
    layers = _number(facts, "block_count")
    heads = _number(facts, "attention.head_count", 1)
    width = _number(facts, "embedding_length")
    head = _number(facts, "attention.key_length", width // heads)
    read = layers * _number(facts, "attention.head_count_kv", heads) * head * 2 * 2 * context
    return model.stat().st_size + 2 * (read + WORKING) + PROCESS


def _number(facts: dict[str, Number | str], name: str, otherwise: int = 0) -> int:
    value = facts.get(f"{facts.get('general.architecture', '')}.{name}", otherwise)
    return int(value) if isinstance(value, int | float) else otherwise


def _facts(model: Path) -> dict[str, Number | str]:
    """The numbers and short texts in a file's header, as llama.cpp's documentation of GGUF lays it out."""
    facts: dict[str, Number | str] = {}
    try:
        with model.open("rb") as file:
            magic, version, _, count = struct.unpack("<4sIQQ", file.read(24))
            if magic != b"GGUF" or version not in (2, 3):
                raise EngineError(f"{model} is no model file in GGUF's format; fetch it again.")
            for _ in range(min(count, 10_000)):
                name = _text(file)
                value = _value(file, _unpack(file, "<I"))
                if value is not None:
                    facts[name] = value
    except (OSError, struct.error, UnicodeDecodeError, KeyError, OverflowError) as error:
        raise EngineError(f"{model} is no whole model file ({error!r}); fetch it again.") from error
    return facts


def _value(file: BinaryIO, kind: int) -> Number | str | None:
    """The next value; None for a list, which is passed over."""
    if kind == _TEXT:
        return _text(file)
    if kind != _LIST:
        number: Number = struct.unpack(_NUMBERS[kind], _whole(file, _SIZES[kind]))[0]
        return number
    inner, count = _unpack(file, "<I"), _unpack(file, "<Q")
    if inner in _SIZES:
        file.seek(_SIZES[inner] * count, 1)
    else:
        for _ in range(count):
            _value(file, inner)
    return None


def _text(file: BinaryIO) -> str:
    return _whole(file, _unpack(file, "<Q")).decode()


def _unpack(file: BinaryIO, layout: str) -> int:
    number: int = struct.unpack(layout, _whole(file, struct.calcsize(layout)))[0]
    return number


def _whole(file: BinaryIO, count: int) -> bytes:
    read = file.read(min(count, 1 << 24))
    if len(read) != count:
        raise struct.error(f"it ends {count - len(read)} bytes early")
    return read
