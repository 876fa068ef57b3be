"""How an appointment recurs: on which days, and at what time of day or by the sun."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from assistant.errors import SkillError
from assistant.future.sun import Sun

FAR = 400
"""Days after which a rule is given up: the sun of a polar summer comes back sooner."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Every one of these weekdays, at this time."""

    at: time | Sun
    days: frozenset[int]
    """0 is Monday. Never empty."""

    def after(self, moment: datetime, sun: Callable[[Sun, date], datetime]) -> datetime:
        """The first occurrence after a local time. Both are local, without a zone. Raises SkillError for none."""
        return next(self._all(moment, sun))

    def _all(self, moment: datetime, sun: Callable[[Sun, date], datetime]) -> Iterator[datetime]:
        for ahead in range(FAR):
            day = moment.date() + timedelta(days=ahead)
            if day.weekday() not in self.days:
                continue
            try:
                found = datetime.combine(day, self.at) if isinstance(self.at, time) else sun(self.at, day)
            except SkillError:
                continue
            if found > moment:
                yield found
        if isinstance(self.at, str):
            sun(self.at, moment.date())
        raise SkillError("I cannot tell when that is next.")

    def write(self) -> str:
        """As it is kept."""
        return json.dumps([self.at if isinstance(self.at, str) else self.at.isoformat("minutes"), sorted(self.days)])


def read(text: str) -> Rule:
    """What `write` gave."""
    at, days = json.loads(text)
    return Rule(at if at in ("sunrise", "sunset") else time.fromisoformat(at), frozenset(days))
