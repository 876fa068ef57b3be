"""Turns in the log: one line each."""

import logging

from assistant.events import Event, Finished, NobodySpoke
from assistant.messages import Turn

logger = logging.getLogger(__name__)


class TurnLog:
    """One line a turn in the log; what was said only where the household allows it."""

    def __init__(self, *, transcripts: bool) -> None:
        self._transcripts = transcripts

    def __call__(self, event: Event) -> None:
        """Log what is worth a line."""
        match event:
            case Finished(_, record):
                logger.info("%s", self._line(record))
            case NobodySpoke():
                logger.info("nobody spoke")
            case _:
                logger.debug("%s", event)

    def _line(self, record: Turn) -> str:
        seconds = record.seconds
        if not self._transcripts:
            return f"heard a command → {record.intent or 'not understood'} in {seconds:.2f} s"
        return f'heard "{record.transcript}" → {record.action or record.intent} → "{record.answer}" in {seconds:.2f} s'
