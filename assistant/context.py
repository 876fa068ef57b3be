"""What a skill is lent for one call: the house, the future, the sound, and words for values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from assistant.clock import Clock
from assistant.house import House
from assistant.phrases import spoken
from assistant.skill import Ability, Announcement, Schedule, Sound, Store


@dataclass(frozen=True, slots=True)
class Lent:
    """The `Context` of one call."""

    house: House
    schedule: Schedule
    sound: Sound
    open_store: Callable[[], Store]
    list_abilities: Callable[[], Sequence[Ability]]
    settings: Any
    clock: Clock
    twelve_hours: bool = True

    @property
    def store(self) -> Store:
        """What the skill keeps. Raises SkillError where it cannot be opened."""
        return self.open_store()

    @property
    def abilities(self) -> Sequence[Ability]:
        """Everything that is installed, a line per intent."""
        return self.list_abilities()

    def now(self) -> datetime:
        """The wall clock, with its time zone."""
        return self.clock.now()

    def spoken(self, value: timedelta | time | datetime | date | int | float | Sequence[str]) -> str:
        """A value in words that sound natural."""
        today = self.now().date() if isinstance(value, datetime) else None
        return spoken.spoken(value, twelve_hours=self.twelve_hours, today=today)

    def announce(self, text: str, chime: str | None = None, rings: int = 1) -> Announcement:
        """Something to say later, for `schedule`; more than one `rings` go on until somebody says "stop"."""
        return Announcement(text, chime, rings)
