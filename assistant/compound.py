"""Several commands in one sentence: "turn off the lights and set a timer", "turn on the lamp and the radio"."""

import re
from collections.abc import Awaitable, Callable, Sequence

from assistant.messages import Intent

MOST_PARTS = 6
"""More than this are not taken apart, which bounds the time: what is tried grows with its square."""

LONGEST_END = 3
"""Words that may be said once, at the end, for several commands: "the lamp and the fan off"."""

_JOINT = re.compile(r"(?:\s*[,;]\s*|\s+)(?:and\s+then|and\s+also|and|then|also)\s+|\s*[,;]\s+", re.IGNORECASE)

Read = Callable[[str], Awaitable[Intent | None]]
Instead = Callable[[Intent, str], Awaitable[Intent | None]]


async def commands(text: str, read: Read, instead: Instead) -> Sequence[Intent]:
    """The commands that a sentence is made of, in order; none where it cannot be taken apart without a rest.

    `read` understands a whole command, `instead` what is left of one that says only what is different: "the fan".
    """
    joints = list(_JOINT.finditer(text))
    if not 0 < len(joints) < MOST_PARTS:
        return ()
    bounds = [0, *(joint.start() for joint in joints), len(text)]
    starts = [0, *(joint.end() for joint in joints)]
    known: dict[tuple[int, int], Intent | None] = {}

    async def part(first: int, last: int) -> Intent | None:
        if (first, last) not in known:
            known[first, last] = await read(text[starts[first] : bounds[last + 1]])
        return known[first, last]

    async def rest(first: int, before: Intent | None) -> Sequence[Intent] | None:
        if first == len(starts):
            return ()
        for last in reversed(range(first, len(starts))):
            if first == 0 and last == len(starts) - 1:
                continue  # the whole is no command: that is why it is taken apart
            found = await part(first, last)
            if found is None and before is not None and first == last:
                found = await instead(before, text[starts[first] : bounds[first + 1]])
            if found is not None and (more := await rest(last + 1, found)) is not None:
                return (found, *more)
        return None

    if found := await rest(0, None):
        return found
    return await _ended_once([text[start:end] for start, end in zip(starts, bounds[1:], strict=True)], read, instead)


async def _ended_once(parts: Sequence[str], read: Read, instead: Instead) -> Sequence[Intent]:
    """Of "turn the lamp", "the fan off": the first with the end of the last, the others like it."""
    words = parts[-1].split()
    for count in range(1, min(LONGEST_END, len(words) - 1) + 1):
        end = " ".join(words[-count:])
        first = await read(f"{parts[0]} {end}")
        if first is None:
            continue
        others = [await instead(first, each) for each in [*parts[1:-1], " ".join(words[:-count])]]
        if all(others):
            return [first, *(each for each in others if each is not None)]
    return ()


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
