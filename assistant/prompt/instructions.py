"""The static prompt: what the model is told once and then remembers while it is asked again and again.

It is drawn from the vocabulary alone, and the same vocabulary always gives the same prompt, so that what the model made
of it can be kept.
"""

from collections.abc import Iterator, Mapping, Sequence

from assistant.messages import IntentSpec, SlotSpec, Vocabulary
from assistant.phrases.examples import examples
from assistant.phrases.numbers import cardinal
from assistant.prompt.answers import NONE, written
from assistant.prompt.values import WIDEST_LIST, Form, forms

TASK = (
    "Turn what a person says at home into one command from the list, and write nothing else. "
    f'If no command fits, write "{NONE}".'
)

NOT_FOR_US = (
    "what is the capital of france",
    "tell me a story",
    "order a pizza",
    "how do i tie a tie",
    "i love you",
)
"""Sentences that no house obeys, shown with `none`."""

_SHOWN = {
    "duration": ("10 minutes", "2 hours", "30 seconds", "1 hour 30 minutes"),
    "time": ("7:15 pm", "6:00 am", "12:30 pm"),
    "clock": ("7:15 pm", "6:00 am", "12:30 pm"),
    "date": ("tomorrow", "friday", "3 march"),
    "moment": ("tomorrow", "friday", "7:15 pm"),
    "number": ("5", "two and a half", "20.5"),
    "calculation": ("20 percent of 50", "seven times eight", "3 + 4"),
    "goods": ("milk", "eggs and bread", "paper towels"),
}
_TEXTS = ("buy milk", "call anna", "water the plants")
_HINTS = {
    "duration": "a length such as 10 minutes or 1 hour 30 minutes",
    "time": "a time such as 7:15 pm",
    "clock": "a time such as 7:15 pm",
    "date": "a day such as today, tomorrow, next friday or 3 march",
    "moment": "a day such as tomorrow, or a time such as 7:15 pm",
    "number": "a number copied from what the person says",
    "calculation": "a sum copied from what the person says",
    "goods": "goods copied from what the person says",
    "text": "words copied from what the person says",
}

MOST_SHOWN = 12
"""Values that are shown of a longer list, unless they are the house's own names: what a model can answer it need not
be told, only what people here may mean."""

RICHNESS = ((3, True), (2, True), (1, True), (1, False), (0, False))
"""Examples for each intent, and whether its summary is told: from the richest prompt to the barest."""


def prompts(vocabulary: Vocabulary) -> Iterator[str]:
    """Prompts for the same vocabulary, each shorter than the one before it."""
    return (_prompt(vocabulary, most, told) for most, told in RICHNESS)


def taught(vocabulary: Vocabulary) -> str:
    """The prompt that shows each intent by one example."""
    return _prompt(vocabulary, 1, True)


def _prompt(vocabulary: Vocabulary, most: int, told: bool) -> str:
    shown = {spec.name: examples(spec.templates, RICHNESS[0][0])[:most] for spec in vocabulary.intents}
    return "\n".join(
        [TASK, "", "Commands:"]
        + [_command(spec, told) for spec in vocabulary.intents]
        + ["", "Values:"]
        + list(_values(vocabulary))
        + ["", "Examples:"]
        + list(_examples(vocabulary, shown))
    )


def _command(spec: IntentSpec, told: bool) -> str:
    slots = ", ".join(slot.name if slot.required else f"[{slot.name}]" for slot in spec.slots)
    return f"{spec.name}{' ' if slots else ''}{slots}{f' - {spec.summary}' if told and spec.summary else ''}"


def _values(vocabulary: Vocabulary) -> Iterator[str]:
    """What each slot can hold, once for all intents whose slots of that name are the same."""
    hints: dict[tuple[str, str], list[str]] = {}
    for spec in vocabulary.intents:
        for slot in spec.slots:
            hints.setdefault((slot.name, _hint(slot)), []).append(spec.name)
    names = [name for name, _ in hints]
    for (name, hint), intents in hints.items():
        whose = f" of {', '.join(intents)}" if names.count(name) > 1 else ""
        yield f"{name}{whose}: {hint}"


def _hint(slot: SlotSpec) -> str:
    match slot.kind:
        case "choice":
            listed = [form.text for form in forms(slot) or ()]
            if slot.names is None and len(listed) > MOST_SHOWN:
                return f"{', '.join(listed[:MOST_SHOWN])} or another"
            return ", ".join(listed)
        case "integer" | "percentage":
            return f"a number from {slot.low} to {slot.high}"
    return _HINTS.get(slot.kind, slot.kind)


def _examples(vocabulary: Vocabulary, shown: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for sentence in NOT_FOR_US:
        yield f"{sentence} -> {NONE}"
    for number, spec in enumerate(vocabulary.intents):
        for place, sentence in enumerate(shown[spec.name]):
            said, values = _fill(sentence, spec, 3 * number + place)
            yield f"{said} -> {written(spec.name, values)}"


def _fill(sentence: str, spec: IntentSpec, turn: int) -> tuple[str, Mapping[str, str]]:
    """The sentence with values in its slots, other ones at every turn, and those values as they are written."""
    values: dict[str, str] = {}
    for slot in spec.slots:
        reference = f"{{{slot.name}}}"
        if reference in sentence:
            spoken, values[slot.name] = _value(slot, turn)
            sentence = sentence.replace(reference, spoken)
    return sentence, values


def _value(slot: SlotSpec, turn: int) -> tuple[str, str]:
    """A value as it is said and as it is written."""
    shown = _SHOWN.get(slot.kind) or _listed(slot)
    text = shown[turn % len(shown)]
    if slot.kind in ("integer", "percentage"):
        said = cardinal(int(text))[0] if turn % 2 else text
        return f"{said} percent" if slot.kind == "percentage" else said, text
    return text, text


def _listed(slot: SlotSpec) -> tuple[str, ...]:
    if slot.kind == "text":
        return _TEXTS
    if slot.kind in ("integer", "percentage"):
        low, width = slot.low, min(slot.high - slot.low, WIDEST_LIST)
        return tuple(str(low + width * share // 100) for share in (40, 75, 20, 10, 50))
    listed: tuple[Form, ...] = forms(slot) or ()
    return tuple(form.text for form in listed) or (NONE,)
