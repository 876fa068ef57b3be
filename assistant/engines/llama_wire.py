"""What the language model and its process say to each other: one JSON object a line, never code.

The process reads model files that nobody here wrote, with a library in C++. So it is trusted with nothing: it gets text
and gives text, and what it gives is checked like any other guess.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from assistant.errors import EngineError
from assistant.messages import Vocabulary


@dataclass(frozen=True, slots=True)
class Open:
    """Load the model. Answered by Opened."""

    id: int
    model: str
    cache: str
    """Folder for what was made of prompts."""
    context: int
    """Tokens."""
    threads: int
    mmap: bool
    chat: str | None
    lora: str | None


@dataclass(frozen=True, slots=True)
class Learn:
    """Prepare for this vocabulary; serve the old one until then. Answered by Accepted."""

    id: int
    vocabulary: Vocabulary


@dataclass(frozen=True, slots=True)
class Wait:
    """Answered by Prepared when the newest vocabulary is served."""

    id: int
    whole: bool
    """Only once all of it was read: before, some of its commands may not be understood yet."""


@dataclass(frozen=True, slots=True)
class Understand:
    """Answered by Understood, or by Unready where no vocabulary was ever prepared."""

    id: int
    text: str
    today: str
    """`YYYY-MM-DD`."""
    seconds: float
    """What the answer may take."""
    tokens: int
    """What the answer may have."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Chat. Answered by Sentences, the last of which is empty."""

    id: int
    text: str
    seconds: float
    tokens: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop working on that request, which is then answered by Trouble. Not answered itself."""

    id: int


@dataclass(frozen=True, slots=True)
class Opened:
    """The model is loaded."""

    id: int
    chat: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """It is being prepared."""

    id: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """The newest vocabulary is served."""

    id: int
    tokens: tuple[int, ...]
    """In each static prompt that was read so far; several are the pages of a house too large for one."""
    restored: bool
    """All that was read so far came from the cache."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Understood:
    """What was meant, and what it took to find out."""

    id: int
    intent: str | None
    slots: Mapping[str, str | int | float] = field(default_factory=dict)
    confidence: float = 0.0
    read: int = 0
    """Tokens of the words spoken and the layout around them."""
    written: int = 0
    """Tokens of the answer."""
    choices: int = 0
    """Real choices in the answer."""
    steps: int = 0
    """Calls of the model after the one that read the words."""
    seconds: float = 0.0
    reading: float = 0.0
    """Seconds of them until the words were read."""


@dataclass(frozen=True, slots=True)
class Unready:
    """The first vocabulary is still being prepared."""

    id: int
    done: float
    """Share of the prompt that was read, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A part of what the model says in a chat."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """The request failed."""

    id: int
    reason: str
    """Sentences for the log."""


Request = Open | Learn | Wait | Understand | Talk | Cancel
Reply = Opened | Accepted | Prepared | Understood | Unready | Sentence | Trouble

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (*get_args(Request), *get_args(Reply))}


def pack(message: Request | Reply) -> bytes:
    """One line."""
    return json.dumps({"kind": type(message).__name__, **asdict(message)}).encode() + b"\n"


def unpack(line: bytes) -> Request | Reply:
    """The message of a line. Raises EngineError."""
    try:
        data = json.loads(line)
        message: Request | Reply = _revive(_KINDS[data["kind"]], data)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineError(
            f"The language model's process wrote {line[:80]!r}, which is nothing; update Hearth."
        ) from error
    return message


def _revive(kind: Any, data: Any) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{each.name: _revive(hints[each.name], data[each.name]) for each in fields(kind)})
    if get_origin(kind) is tuple:
        return tuple(_revive(get_args(kind)[0], each) for each in data)
    return data


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
