"""How people say when something shall happen: "tomorrow at nine", "in two hours", "this evening", "on Friday"."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

from assistant.phrases.lists import Kind, Part, Said, spoken
from assistant.phrases.moments import day, duration, either_half

PARTS = {"morning": "09:00", "noon": "12:00", "afternoon": "15:00", "evening": "18:00", "night": "21:00"}
"""The time that a part of the day stands for where none is said."""

_REFERENCE = re.compile(r"\{([^:{}]+)(?::([^{}]+))?\}")


@cache
def moment() -> Kind:
    """`+SECONDS`, or `YYYY-MM-DD` and `HH:MM` as the kind `clock` writes it, or either of them alone."""
    delay, on, at = (_apart(kind(), tag) for kind, tag in ((duration, "delay"), (day, "on"), (either_half, "at")))
    parts = spoken(
        "part of day",
        [Said(name, (name, f"at {name}", f"in the {name}")) for name in PARTS],
    )
    today = spoken(
        "part of today",
        [Said(name, (f"this {name}",)) for name in ("morning", "afternoon", "evening")]
        + [Said("noon", ("at noon", "at lunchtime")), Said("night", ("tonight", "at night"))],
    )
    template = (
        f"(in|after) ({delay})|({delay}) from now"
        f"|[for] ({on}) [{{part of day:part}}] [[at] ({at})]"
        f"|[for|at|by|around] ({at}) [[on] ({on})]"
        f"|{{part of today:today}} [[at] ({at})]"
    )
    lists = {**duration().lists, **day().lists, **either_half().lists, "part of day": parts, "part of today": today}
    return Kind(template, lists, _moment)


def _apart(kind: Kind, tag: str) -> str:
    """The template of a kind with its parts tagged as those of one of several."""
    return _REFERENCE.sub(lambda found: f"{{{found[1]}:{tag} {found[2] or found[1]}}}", kind.template)


def _moment(parts: Sequence[Part], today: date) -> str | None:
    said: dict[str, list[Part]] = {"delay": [], "on": [], "at": [], "part": [], "today": []}
    for tag, value in parts:
        of, _, rest = tag.partition(" ")
        said[of].append((rest, value))
    if said["delay"]:
        return f"+{duration().compose(said['delay'], today)}"
    on = day().compose(said["on"], today) if said["on"] else None
    at = either_half().compose(said["at"], today) if said["at"] else None
    if (said["on"] and on is None) or (said["at"] and at is None):
        return None
    part = next((str(value) for _, value in said["part"] + said["today"]), None)
    if said["today"]:
        on = today.isoformat()
    if part is not None:
        at = within(part, str(at)) if at is not None else PARTS[part]
    return " ".join(str(each) for each in (on, at) if each is not None)


def within(part: str, at: str) -> str:
    """A time of which the part of the day was said: "seven" in the evening is 19:00."""
    if not at.endswith("?"):
        return at
    hour, minute = map(int, at[:-1].split(":"))
    later = part in ("afternoon", "evening") or (part == "night" and hour >= 5)
    return f"{timedelta(hours=hour + 12 * later, minutes=minute)}".zfill(8)[:5]
