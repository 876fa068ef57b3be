"""How people say that a command is for later: "in twenty minutes", "at sunset", "every weekday at seven"."""

from collections.abc import Mapping

from assistant.messages import Choice, IntentSpec, SlotSpec, Vocabulary, When

SAID = 0.03
"""How often a command that can wait is said with a time: an estimate."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = (
    *(Choice(name, str(number)) for number, name in enumerate(_WEEKDAYS)),
    Choice("(day|morning|evening|night)", "0123456"),
    Choice("(weekday|week day|workday)", "01234"),
    Choice("weekend", "56"),
)
_SUN = (
    Choice("(sunset|sundown|nightfall)", "sunset"),
    Choice("(sunrise|sun up|daybreak)", "sunrise"),
)

SPEC = IntentSpec(
    "when",
    (
        "(in|after) {delay}",
        "at {time} [{day}]",
        "{day} at {time}",
        "[{day}] at {sun}",
        "at {sun} {day}",
        "(every|each) {days} at ({time}|{sun})",
        "at ({time}|{sun}) (every|each) {days}",
    ),
    (
        SlotSpec("delay", "duration", required=False),
        SlotSpec("time", "clock", required=False),
        SlotSpec("day", "date", required=False),
        SlotSpec("sun", "choice", required=False, choices=_SUN),
        SlotSpec("days", "choice", required=False, choices=_DAYS),
    ),
)
"""Not an intent: what may follow a command that can wait, or stand before it where it is typed."""

VOCABULARY = Vocabulary((SPEC,))


def when(text: str, slots: Mapping[str, object]) -> When:
    """From the slots of `SPEC`, and the words of the command alone."""
    return When(text, **slots)  # type: ignore[arg-type]  # the kinds of the slots make the types of the fields
