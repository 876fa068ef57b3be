"""What head and hands tell and ask each other, in the order it travels. Plain data, which a Link carries."""

from dataclasses import dataclass

from assistant.messages import Intent, Response, Turn, Vocabulary
from assistant.skill import Announcement


@dataclass(frozen=True, slots=True)
class Sayable:
    """Head to hands: what can be said? Answered by Vocabulary."""


@dataclass(frozen=True, slots=True)
class Do:
    """Head to hands. Answered by Outcome."""

    intent: Intent
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """Head to hands: an answer to a question. Answered by Outcome."""

    question: int
    value: str | int | float | None


@dataclass(frozen=True, slots=True)
class Undo:
    """Head to hands: take this back. Answered by Outcome."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    response: Response


@dataclass(frozen=True, slots=True)
class Over:
    """Head to hands, told: a turn has ended."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class Loudness:
    """Head to hands, told: how loudly and how fast the assistant speaks now."""

    volume: int
    muted: bool
    pace: float


@dataclass(frozen=True, slots=True)
class Closed:
    """Head to hands, told: whether the microphone is closed. Hands to head, told: whether it shall be."""

    closed: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """Hands to head, told: something else can be said now."""


@dataclass(frozen=True, slots=True)
class Announce:
    """Hands to head: say this. Answered by Done once it was heard."""

    announcement: Announcement


@dataclass(frozen=True, slots=True)
class SetVolume:
    """Hands to head. Answered by Loudness."""

    volume: int


@dataclass(frozen=True, slots=True)
class SetPace:
    """Hands to head. Answered by Loudness."""

    pace: float


@dataclass(frozen=True, slots=True)
class SetMute:
    """Hands to head. Answered by Loudness."""

    muted: bool


@dataclass(frozen=True, slots=True)
class Hush:
    """Hands to head: stop what is being said. Answered by Done."""


@dataclass(frozen=True, slots=True)
class Done:
    """It is."""


TO_HANDS = (Sayable, Do, Reply, Undo, Over, Loudness, Closed, Done)
TO_HEAD = (Vocabulary, Outcome, Changed, Announce, SetVolume, SetPace, SetMute, Closed, Hush)
