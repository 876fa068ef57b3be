"""Several commands in one sentence: "turn off the lights and set a timer", "turn on the lamp and the radio"."""

import re
from collections.abc import Awaitable, Callable, Sequence

from assistant.messages import Intent

MOST_PARTS = 6
"""More than this are not taken apart, which bounds the time: what is tried grows with its square."""

LONGEST_END = 3
"""Words that may be said once, at the end, for several commands: "the lamp and the fan off"."""

_NEXT = re.compile(r"\s+(?=(?:the|my|our)\s)", re.IGNORECASE)
"""Where the next of several things may begin. Nobody says commas: "the lamp the fan and the radio"."""

_JOINT = re.compile(r"(?:\s*[,;]\s*|\s+)(?:and\s+then|and\s+also|and|then|also)\s+|\s*[,;]\s+", re.IGNORECASE)

Read = Callable[[str], Awaitable[Intent | None]]
Instead = Callable[[Intent, str], Awaitable[Intent | None]]


async def commands(text: str, read: Read, instead: Instead) -> Sequence[Intent]:
    """The commands that a sentence is made of, in order; none where it cannot be taken apart without a rest.

    `read` understands a whole command, `instead` what is left of one that says only what is different: "the fan".
    """
    joints = list(_JOINT.finditer(text))
    if not joints:
        return ()
    if found := await _apart(text, joints, read, instead):
        return found
    unsaid = [place for place in _NEXT.finditer(text) if not any(place.end() == joint.end() for joint in joints)]
    return await _apart(text, sorted((*joints, *unsaid), key=re.Match.start), read, instead) if unsaid else ()


async def _apart(text: str, joints: Sequence[re.Match[str]], read: Read, instead: Instead) -> Sequence[Intent]:
    """The commands, where the sentence may be parted at these places."""
    if len(joints) >= MOST_PARTS:
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
