"""What a command asks of devices is noted while it is being done, whoever passes it on: a skill, a group, a scene."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from assistant.messages import Asked

_notes: ContextVar[list[Asked] | None] = ContextVar("notes", default=None)
"""Of the command that this task works on. Tasks that it starts write into the same list."""


@contextmanager
def noted() -> Iterator[list[Asked]]:
    """A list that fills with what is asked of devices within the block."""
    notes: list[Asked] = []
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


def note(asked: Asked) -> None:
    """Add to the list of the command that asks, if there is one."""
    notes = _notes.get()
    if notes is not None:
        notes.append(asked)
