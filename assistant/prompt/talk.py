"""Free chat: a persona, and sentences as soon as they are whole. It never leads to an action."""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from assistant.prompt.choices import Scores

PERSONA = "You are Hearth, a voice at home. Answer truthfully in one or two short sentences. You cannot act."

_SENTENCE = re.compile(r"(.+?[.!?…])(?=\s)", re.DOTALL)


class Speller(Protocol):
    """A model's tokens as text."""

    def ends(self, token: int) -> bool:
        """Whether the token ends what the model has to say."""
        ...

    def piece_bytes(self, token: int) -> bytes:
        """The bytes of a token."""
        ...


class Listener(Protocol):
    """A model that reads on."""

    def read(self, tokens: Sequence[int]) -> Scores:
        """Read tokens, and give the scores of the one that comes next."""
        ...


def sentences(model: Speller, reader: Listener, prompt: Sequence[int], most: int) -> Iterator[str]:
    """What the likeliest `most` tokens after the prompt say, sentence by sentence.

    A half sentence at the end is left out unless it is all there is.
    """
    spoken = b""
    said = 0
    scores = reader.read(prompt)
    for _ in range(most):
        token = int(np.argmax(scores))
        if model.ends(token):
            break
        spoken += model.piece_bytes(token)
        text = spoken.decode(errors="ignore")
        while match := _SENTENCE.match(text, said):
            said = match.end()
            yield match[1].strip()
        scores = reader.read([token])
    rest = spoken.decode(errors="ignore")[said:].strip()
    if rest and (said == 0 or rest[-1] in ".!?…"):
        yield rest
