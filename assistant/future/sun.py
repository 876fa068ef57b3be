"""When the sun rises and sets."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from astral import Observer
from astral.sun import sunrise, sunset

from assistant.errors import SkillError

Sun = Literal["sunrise", "sunset"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the house is, in degrees: north and east are positive."""

    latitude: float
    longitude: float


def sun_at(event: Sun, day: date, place: Place | None) -> datetime:
    """When it rises or sets on that day, in UTC. Raises SkillError where it does not, or the place is not known."""
    if place is None:
        raise SkillError(
            f"I do not know when {event} is here. Set place.latitude and place.longitude in the configuration."
        )
    find = sunrise if event == "sunrise" else sunset
    try:
        return find(Observer(place.latitude, place.longitude), day, tzinfo=UTC)
    except ValueError:
        raise SkillError(f"There is no {event} here on that day.") from None
