"""What takes a command back, noted while it is being done, whoever does it: a skill, a group, a routine."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Step = Callable[[], object]
"""Takes one thing back; what it returns is awaited if it can be. Raises SkillError where it cannot."""

_steps: ContextVar[list[Step] | None] = ContextVar("steps", default=None)
"""Of the command that this task works on. Tasks that it starts write into the same list."""


@contextmanager
def noted(steps: list[Step]) -> Iterator[None]:
    """Let what is done within the block add to this list how to take it back."""
    token = _steps.set(steps)
    try:
        yield
    finally:
        _steps.reset(token)


def note(step: Step) -> None:
    """Add to what takes back the command that is being done, if one is."""
    steps = _steps.get()
    if steps is not None:
        steps.append(step)


async def take_back(steps: list[Step]) -> None:
    """Take it all back, the last first. Raises SkillError where something cannot be."""
    while steps:
        done = steps.pop()()
        if inspect.isawaitable(done):
            await done
