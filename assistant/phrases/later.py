"""How people say that a command is for later: "in twenty minutes", "at sunset", "every weekday at seven"."""

from collections.abc import Mapping
from datetime import date

from assistant.messages import Choice, IntentSpec, SlotSpec, Vocabulary, When
from assistant.phrases.whens import PARTS, within

SAID = 0.03
"""How often a command that can wait is said with a time: an estimate."""

EVERY_DAY = "0123456"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = (
    *(Choice(name, str(number)) for number, name in enumerate(_WEEKDAYS)),
    Choice("(day|single day)", EVERY_DAY),
    Choice("(weekday|week day|workday)", "01234"),
    Choice("weekend", "56"),
)
_REGULAR = (
    *(Choice(f"{name}s", str(number)) for number, name in enumerate(_WEEKDAYS)),
    Choice("(weekdays|week days|workdays)", "01234"),
    Choice("weekends", "56"),
)
_PARTS = tuple(Choice(name, name) for name in PARTS)
_SUN = (
    Choice("(sunset|sundown|nightfall|dusk)", "sunset"),
    Choice("(sunrise|sun up|daybreak|dawn)", "sunrise"),
)

_DUSK = (
    Choice("(it gets dark|it is dark|the sun (sets|goes down))", "sunset"),
    Choice("(it gets light|it is light|the sun (rises|comes up))", "sunrise"),
)

SPEC = IntentSpec(
    "when",
    (
        "(in|after) {delay}",
        "{delay} from now",
        "at {time} [{day} [[in the] {part}]]",
        "{day} at {time}",
        "({day} [in the]|this) {part} [at {time}]",
        "({tonight}|at {tonight}) [at {time}]",
        "[{day}] at {sun}",
        "at {sun} {day}",
        "when {dusk}",
        "(every|each) {days} at ({time}|{sun})",
        "at ({time}|{sun}) (every|each) {days}",
        "at ({time}|{sun}) on {regular}",
        "on {regular} at ({time}|{sun})",
        "(every|each) {daily} at ({time}|{sun})",
        "at ({time}|{sun}) (every|each) {daily}",
    ),
    (
        SlotSpec("delay", "duration", required=False),
        SlotSpec("time", "clock", required=False),
        SlotSpec("day", "date", required=False),
        SlotSpec("sun", "choice", required=False, choices=_SUN),
        SlotSpec("dusk", "choice", required=False, choices=_DUSK),
        SlotSpec("days", "choice", required=False, choices=_DAYS),
        SlotSpec("regular", "choice", required=False, choices=_REGULAR),
        SlotSpec("part", "choice", required=False, choices=_PARTS),
        SlotSpec("daily", "choice", required=False, choices=_PARTS),
        SlotSpec("tonight", "choice", required=False, choices=(Choice("tonight", "night"),)),
    ),
)
"""Not an intent: what may follow a command that can wait, or stand before it where it is typed."""

FOR_A_WHILE = IntentSpec(
    "for a while",
    ("for {delay}", "(until|till) ({time}|{sun})"),
    tuple(slot for slot in SPEC.slots if slot.name in ("delay", "time", "sun")),
    weight=0.3,
)
"""What may follow a command that something else ends."""

VOCABULARY = Vocabulary((SPEC, FOR_A_WHILE))


def when(text: str, slots: Mapping[str, object], today: date, *, ends: bool = False) -> When:
    """From the slots of `SPEC`, or of `FOR_A_WHILE` which tells when it `ends`, and the words of the command alone."""
    said = dict(slots)
    for other, field in (("dusk", "sun"), ("regular", "days")):
        if other in said:
            said[field] = said.pop(other)
    daily, on = said.pop("daily", None), said.pop("part", None) or said.pop("tonight", None)
    part = str(daily or on or "")
    if part and "sun" not in said:
        said["time"] = within(part, str(said["time"])) if "time" in said else PARTS[part]
    if daily:
        said["days"] = EVERY_DAY
    elif on:
        said.setdefault("day", today.isoformat())
    return When(text, ends=ends, **said)  # type: ignore[arg-type]  # the kinds of the slots make the types of the fields
