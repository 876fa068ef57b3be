"""An open question: what can be said in answer to it, and what an answer means."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, cast

from assistant.messages import YES_NO, IntentSpec, Question, Response, SlotSpec, Transcript, Vocabulary
from assistant.phrases.book import PhraseBook
from assistant.phrases.lists import Value

VALUE, PHRASED, CANCEL, REPEAT = "answer.value", "answer.phrased", "answer.cancel", "answer.repeat"

_CANCEL = IntentSpec(
    CANCEL,
    (
        "(cancel|(never mind|nevermind|forget|leave|drop|stop) [it|that|about it]|forget about (it|that))",
        "(stop|no (thanks|thank you)|nothing|none [of (them|these|those)]|neither [of them]|not at all|quit|abort)",
        "[oh|no|oh no|sorry|wait] (never mind|nevermind|cancel that|forget it)",
    ),
    weight=0.3,
)
_REPEAT = IntentSpec(
    REPEAT,
    (
        "(what|pardon|sorry|excuse me|what was that|what did you say|come again|what do you mean|I did not hear you)",
        "(repeat|say) ([that|it|the question] [again|once more]|again|once more)",
        "[what was] the question [again]",
    ),
    weight=0.2,
)

_AROUND = "(it is|make it|make that|let us say|for|at|in|to|on|about|of) …"
"""What may stand before a value where it is an answer."""


@lru_cache(maxsize=16)
def vocabulary(slot: SlotSpec) -> Vocabulary:
    """What can be said in answer to a question: values of this slot, that it does not matter, or to ask it again."""
    value = IntentSpec(VALUE, (f"{{{slot.name}}}",), (slot,))
    if slot.kind == "text" or slot.choices == YES_NO.choices:
        return Vocabulary((value, _CANCEL, _REPEAT))
    around = "[it is|I mean|I meant] [the|my|our] … [one]" if slot.kind == "choice" else _AROUND
    phrased = IntentSpec(PHRASED, (around.replace("…", f"{{{slot.name}}}"),), (slot,), weight=0.2)
    return Vocabulary((value, phrased, _CANCEL, _REPEAT))


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said to a question."""

    meaning: Literal["value", "cancel", "repeat"]
    value: Value | None = None
    """Plain, as `SlotSpec.kind` tells; where that is what was meant."""


class Answers:
    """Reads transcripts as answers."""

    def __init__(self, book: PhraseBook | None = None) -> None:
        """`book` is for this alone."""
        self._book = book or PhraseBook()
        self._slot: SlotSpec | None = None

    async def read(self, question: Question, transcript: Transcript) -> Answer | None:
        """What it says in answer to the question; None where it is no answer."""
        if self._slot != question.slot:
            await self._book.learn(vocabulary(question.slot))
            self._slot = question.slot
        if question.slot.kind == "digits":
            transcript = replace(transcript, text=re.sub(r"(?<=[0-9])(?=[0-9])", " ", transcript.text))
        intent = await self._book.understand(transcript)
        if intent is None:
            return None
        if intent.name in (VALUE, PHRASED):
            return Answer("value", cast(Value, intent.slots[question.slot.name]))
        return Answer("cancel" if intent.name == CANCEL else "repeat")


_PIN = re.compile(r"\W*((oh|zero|one|two|three|four|five|six|seven|eight|nine|[0-9])\W*){4,}", re.IGNORECASE)


def is_secret(question: Question | None, text: str) -> bool:
    """Whether these words are to be neither logged nor kept: an answer that is secret, or what looks like a PIN.

    A PIN that is said too late, or once more, answers no question.
    """
    return (question is not None and question.secret) or _PIN.fullmatch(text) is not None


Resume = Callable[[Value | None], Awaitable[Response]]
"""Goes on with the plain value of the answer, None for none."""


@dataclass
class Open:
    """A question that waits for its answer."""

    question: Question
    resume: Resume
    about: str | None
    """The intent that it is about."""
    until: float
    """When it is too late to answer, by the clock of the `Mind`."""
    failed: bool = False
    """An answer was not understood, and the question put again."""
