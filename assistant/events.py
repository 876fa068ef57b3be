"""What observers (light, log, metrics, web page) may see: one frozen class each, in the order of a turn.

An observer is a plain function of an event. It must return at once; what it raises is logged and goes no further.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assistant.messages import Intent, Response, Transcript, Turn, Wake

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing is going on: the microphone is open and the wake word is awaited."""


@dataclass(frozen=True, slots=True)
class Woke:
    """A wake word was heard; turn `turn` begins."""

    turn: int
    wake: Wake


@dataclass(frozen=True, slots=True)
class Listening:
    """A command is being listened for."""

    turn: int


@dataclass(frozen=True, slots=True)
class NobodySpoke:
    """The wake word was heard, then nothing."""

    turn: int


@dataclass(frozen=True, slots=True)
class Heard:
    """The speech ended and was turned into text."""

    turn: int
    transcript: Transcript


@dataclass(frozen=True, slots=True)
class Understood:
    """The text was understood."""

    turn: int
    intent: Intent


@dataclass(frozen=True, slots=True)
class Acted:
    """The hands did it, or refused."""

    turn: int
    response: Response


@dataclass(frozen=True, slots=True)
class Speaking:
    """The answer or an announcement is about to be spoken; `turn` is 0 for an announcement."""

    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A wake word, "stop" or a button ended turn `turn` early."""

    turn: int


@dataclass(frozen=True, slots=True)
class Failed:
    """Something of ours went wrong; the next turn begins afresh."""

    turn: int
    error: str


@dataclass(frozen=True, slots=True)
class Muted:
    """The microphone was closed by the household, or opened again."""

    muted: bool


@dataclass(frozen=True, slots=True)
class Deaf:
    """The microphone has failed; it is opened again and again until it is back."""

    error: str


@dataclass(frozen=True, slots=True)
class Hearing:
    """The microphone gives sound again, after it had failed."""


@dataclass(frozen=True, slots=True)
class Impaired:
    """Something goes on, but badly, such as a microphone that is too loud."""

    problem: str


@dataclass(frozen=True, slots=True)
class Finished:
    """A turn is over; everything worth knowing about it is in `record`."""

    turn: int
    record: Turn


Event = (
    Waiting
    | Woke
    | Listening
    | NobodySpoke
    | Heard
    | Understood
    | Acted
    | Speaking
    | Interrupted
    | Failed
    | Muted
    | Deaf
    | Hearing
    | Impaired
    | Finished
)

Observer = Callable[[Event], None]


class Observers:
    """Tells everybody who watches. Call from the event loop's thread."""

    def __init__(self, observers: Iterable[Observer] = ()) -> None:
        self._observers = list(observers)

    def add(self, observer: Observer) -> None:
        """Tell this one too, from now on."""
        self._observers.append(observer)

    def __call__(self, event: Event) -> None:
        """Tell each; never raises."""
        for observer in self._observers:
            try:
                observer(event)
            except Exception:
                logger.exception("Observer %r failed at %r", observer, event)
