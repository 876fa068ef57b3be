"""What the status light shows: a mood for each event, and for each mood a colour and a rhythm."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from assistant.events import (
    Deaf,
    Event,
    Failed,
    Finished,
    Heard,
    Hearing,
    Impaired,
    Interrupted,
    Listening,
    Muted,
    NobodySpoke,
    Speaking,
    Waiting,
    Woke,
)

Colour = tuple[float, float, float]
"""Red, green and blue, each from 0 to 1."""

DARK: Colour = (0.0, 0.0, 0.0)


class Mood(Enum):
    """What is going on, as far as somebody across the room cares."""

    WAITING = auto()
    LISTENING = auto()
    THINKING = auto()
    SPEAKING = auto()
    MUTED = auto()
    ERROR = auto()
    DEAF = auto()
    """The assistant cannot hear: its microphone has failed."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Colours and how long each is shown, over and over. Rhythms differ too, for a light that has one colour."""

    steps: tuple[tuple[Colour, float | None], ...]
    """With seconds; None for as long as the mood lasts."""
    whole: bool = False
    """Shown to its end once, even if something else happens meanwhile."""


PATTERNS: Mapping[Mood, Pattern] = {
    Mood.WAITING: Pattern(((DARK, None),)),
    Mood.LISTENING: Pattern((((0.0, 0.2, 1.0), None),)),
    Mood.THINKING: Pattern((((0.0, 0.7, 0.7), 0.15), (DARK, 0.15))),
    Mood.SPEAKING: Pattern((((0.0, 0.8, 0.1), 0.6), ((0.0, 0.3, 0.0), 0.6))),
    Mood.MUTED: Pattern((((0.8, 0.0, 0.0), 0.1), ((0.1, 0.0, 0.0), 2.9))),
    Mood.ERROR: Pattern((((1.0, 0.2, 0.0), 0.1), (DARK, 0.1)) * 4, whole=True),
    Mood.DEAF: Pattern((((1.0, 0.4, 0.0), 1.0), (DARK, 1.0))),
}


AFTER: Mapping[type[Event], Mood] = {
    Waiting: Mood.WAITING,
    NobodySpoke: Mood.WAITING,
    Interrupted: Mood.WAITING,
    Finished: Mood.WAITING,
    Woke: Mood.LISTENING,
    Listening: Mood.LISTENING,
    Heard: Mood.THINKING,
    Speaking: Mood.SPEAKING,
    Failed: Mood.ERROR,
    Deaf: Mood.DEAF,
    Hearing: Mood.WAITING,
    Impaired: Mood.ERROR,
}
"""Event → the mood that it brings; others bring none."""


def mood(event: Event, before: Mood) -> Mood:
    """The mood after an event. What still goes on after muting changes nothing, and an error outlives its turn."""
    if isinstance(event, Muted):
        return Mood.MUTED if event.muted else Mood.WAITING
    if before is Mood.MUTED or (before is Mood.ERROR and isinstance(event, Finished)):
        return before
    return AFTER.get(type(event), before)
