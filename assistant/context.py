"""What a skill is lent for one call: the house, the future, the sound, and words for values."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, TypeVar, cast

from assistant.annotations import Between, OneOf
from assistant.clock import Clock
from assistant.conversation import undoing
from assistant.conversation.calls import Asker
from assistant.errors import Unanswered
from assistant.house import House, HouseLookedAt
from assistant.messages import Response
from assistant.phrases import spoken
from assistant.skill import Ability, Announcement, Names, Schedule, Sound, Store
from assistant.slots import options_slot, slot

T = TypeVar("T")


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
    asker: Asker
    names: Names
    obey: Callable[[str, Asker], Awaitable[Response]]
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

    def undo(self, step: Callable[[], object]) -> None:
        """Say how to take back what this call does."""
        undoing.note(step)

    async def ask(self, text: str, kind: Any, *, seconds: float = 8.0) -> Any:
        """Ask back and wait for the answer. Raises Unanswered, and BadSlot for an answer that does not fit."""
        annotation: object = kind
        match kind:
            case OneOf():
                annotation = Annotated[str, kind]
            case Between():
                annotation = Annotated[int, kind]
        return await self.asker(text, slot("answer", annotation, required=True), seconds)

    async def choose(
        self, text: str, options: Sequence[tuple[str, T]], *, several: bool = False, seconds: float = 8.0
    ) -> list[T]:
        """Ask which; one is chosen, or some. Raises Unanswered."""
        wanted = options_slot("answer", [said for said, _ in options], several=several)
        places = cast(list[int], await self.asker(text, wanted, seconds))
        chosen = [options[place][1] for place in places]
        self.asker.named(chosen)
        return chosen

    async def confirm(self, text: str, *, seconds: float = 10.0) -> bool:
        """Whether the household says yes. No answer is a no."""
        try:
            return bool(await self.ask(text, bool, seconds=seconds))
        except Unanswered:
            return False

    async def do(self, sentence: str) -> Response:
        """Do what the sentence says, as if somebody had said it. A question does nothing."""
        if isinstance(self.house, HouseLookedAt):
            return Response(ok=False, text="I was only asked, so I did nothing.")
        return await self.obey(sentence, self.asker)
