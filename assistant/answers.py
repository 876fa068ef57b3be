"""Changing devices, and sentences about them that are made from what they returned."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from assistant.devices.traits import Number
from assistant.errors import SkillError
from assistant.house import Device, Outcome
from assistant.phrases.spoken import duration

Changes = Mapping[str, object]

TROUBLES = {
    Outcome.UNREACHABLE: "I cannot reach {}",
    Outcome.REFUSED: "{} refused",
    Outcome.UNCONFIRMED: "{} has not confirmed it",
}


def the(device: Device) -> str:
    """Its name as it stands in a sentence: "the desk lamp", but "Anna's lamp"."""
    first = device.name.split()[0].casefold()
    return device.name if first.endswith(("'s", "s'")) or first in ("the", "my", "our") else f"the {device.name}"


def is_(device: Device) -> str:
    """The verb after its name: "the desk lamp is", but "the blinds are"."""
    return "are" if re.search(r"[^suia]s$", device.name.casefold()) else "is"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Such as "a, b and c"."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."


OLD = timedelta(hours=6)
"""What a sensor measures it tells again within an hour or so; after this it is told as what it was."""


def told(device: Device, name: str, text: str) -> str:
    """A sentence of what is known of a device, which says so where that is only assumed, or was true once."""
    known = device.known(name)
    if known is not None and device.problem is not None:
        return sentence(f"I cannot reach {the(device)} now, but as far as I know, {text}")
    trait = device.traits[name]
    if known is not None and isinstance(trait, Number) and not trait.settable and known.age > OLD.total_seconds():
        hours = timedelta(hours=round(known.age / 3600))
        ago = timedelta(hours.days) if hours.days > 1 else hours
        return sentence(f"{duration(ago)} ago, {text.replace('it is', 'it was', 1)}")
    return sentence(text if known is None or known.reported else f"as far as I know, {text}")


def asked(device: Device, changes: Changes) -> str:
    """The question whether to do this: "Open the garage door?"."""
    match {key: value for key, value in changes.items() if key != "on"} or dict(changes):
        case {"locked": locked}:
            verb = "Lock {}" if locked else "Unlock {}"
        case {"position": 0} | {"moving": "closing"}:
            verb = "Close {}"
        case {"position": 100} | {"moving": "opening"}:
            verb = "Open {}"
        case {"position": position}:
            verb = f"Move {{}} to {position} percent"
        case {"on": on}:
            verb = "Turn on {}" if on else "Turn off {}"
        case {"active": True} | {"pressed": True}:
            verb = "Activate {}"
        case others:
            verb = "Set " + listed(
                [f"the {name.replace('_', ' ')} of {{}} to {value}" for name, value in others.items()]
            )
    return f"{verb.replace('{}', the(device))}?"


async def change(
    devices: Sequence[Device],
    changes: Changes | Callable[[Device], Changes],
    result: str,
    together: str = "",
) -> str:
    """Change devices, all at once, and say what became of it. A group is all its members.

    `result` completes "the desk lamp is …"; `together` names several devices: "the bedroom lights". Raises SkillError,
    with a sentence to speak, where none of them did it.
    """
    if len(devices) == 1:
        together = the(devices[0])
    one = devices[0] if len(devices) == 1 else None
    devices = [member for device in devices for member in device.members or [device]]
    verb = is_(one) if one is not None and not one.members else "are"
    results = await asyncio.gather(
        *(device.set(**(changes(device) if callable(changes) else changes)) for device in devices),
        return_exceptions=True,
    )
    refusals = [result for result in results if isinstance(result, BaseException)]
    if failures := [each for each in refusals if not isinstance(each, SkillError) or len(refusals) == len(devices)]:
        raise failures[0]
    devices = [device for device, result in zip(devices, results, strict=True) if isinstance(result, Outcome)]
    outcomes = [result for result in results if isinstance(result, Outcome)]
    also = "".join(f" {refusal}" for refusal in refusals)
    troubles = []
    for outcome, trouble in TROUBLES.items():
        many = trouble.replace("{} has", "{} have")
        names = [the(device) for device, got in zip(devices, outcomes, strict=True) if got is outcome]
        if len(names) == len(devices):
            raise SkillError(sentence((trouble if verb == "is" else many).format(together)) + also)
        if names:
            troubles.append((trouble if len(names) == 1 else many).format(listed(names)))
    if all(outcome is Outcome.ALREADY for outcome in outcomes):
        return sentence(f"{together} {'was' if verb == 'is' else 'were'} already {result}") + also
    if not set(outcomes) & {Outcome.DONE, Outcome.ALREADY}:
        raise SkillError(sentence(listed(troubles)) + also)
    return sentence(f"{together} {verb} {result}" + (f", but {listed(troubles)}" if troubles else "")) + also


_STATE = re.compile(r"(?P<what>(?:The|All) [^,.]+?) (?P<verb>is|are|was|were) (?P<how>[^,.]+)\.")
_PLURAL = {"is": "are", "was": "were"}


def combined(answers: Sequence[str]) -> str:
    """One answer of several: what became of several things in the same way is said once."""
    groups: list[list[str]] = []
    states: list[tuple[str, str] | None] = []
    for answer in filter(None, answers):
        match = _STATE.fullmatch(answer)
        state = (_PLURAL.get(match["verb"], match["verb"]), match["how"]) if match else None
        if state is not None and states and states[-1] == state:
            groups[-1].append(answer)
        else:
            groups.append([answer])
            states.append(state)
    return " ".join(_together(group) for group in groups)


def _together(answers: Sequence[str]) -> str:
    matches = [match for match in map(_STATE.fullmatch, answers) if match]
    if len(answers) == 1 or len(matches) < len(answers):
        return " ".join(answers)
    things = [matches[0]["what"], *(match["what"][:1].lower() + match["what"][1:] for match in matches[1:])]
    verb = matches[0]["verb"]
    return f"{', '.join(things[:-1])} and {things[-1]} {_PLURAL.get(verb, verb)} {matches[0]['how']}."
