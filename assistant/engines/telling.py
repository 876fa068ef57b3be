"""The frames of an utterance in which something is decided, found while sound comes in.

The acoustic model looks both ways, so it is shown a piece at a time, with what is around it.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.engines.features import LAG_SECONDS, STEP
from assistant.engines.rows import Rows
from assistant.errors import EngineError
from assistant.messages import RATE
from assistant.phrases.pronunciation import PHONES

Floats = NDArray[np.float32]

BLANK_PRICE = 3.75
"""Nats that a blank costs more than the network says. Trained on synthetic voices it is too sure that nothing new is
heard of a human one: these are heard best with 3, people in a large house with 4."""

CERTAIN = 7.0
"""Nats by which a blank leads in frames that are passed over: nothing is decided in them."""

LEAD_SECONDS = 0.32
"""Silence that is heard first where sound begins with speech: 0.16 to 0.8 s do as well."""

PIECE, BEFORE, AFTER = 16, 25, 25
"""Rows of 40 ms that the acoustic model is asked about at a time, and those on either side that it is shown with them.
It then hears as well as when it is shown the whole: with half a second after them instead of one, lists lost a word at
the end of a piece ("milk, eggs and bread")."""


class Telling:
    """Sound of one utterance → frames: logarithms of probabilities, the blank first. For use in one thread.

    Of all frames, those in which a blank leads by far are left out. Raises EngineError where the model gives what is no
    number.
    """

    def __init__(self, rows: Rows, acoustic_model: Callable[[Floats], Floats]) -> None:
        """`rows` are those of this utterance; `acoustic_model` makes (2 * rows, labels) of (rows, WIDTH)."""
        self._rows = rows
        self._model = acoustic_model
        self._pending = b""
        self._asked = 0
        self._found: list[Floats] = []

    def lead_in(self) -> None:
        """Hear silence first. Features begin with nothing, and the first word of a recording would be lost.

        Before a command in one breath with a wake word there must be none: it makes the rest of that word as clear.
        """
        self._rows.lead_in(LEAD_SECONDS)
        self._asked = len(self._rows)

    def hear(self, pcm: bytes) -> Floats:
        """Take more sound. Gives the frames that are known since the last time."""
        sound = self._pending + pcm
        whole = len(sound) - len(sound) % (2 * STEP)
        self._pending = sound[whole:]
        if whole:
            self._rows.hear(sound[:whole])
        return self._keep(*self._pieces())

    def end(self) -> Floats:
        """The frames that are left. Features lag behind: silence follows, so that the last phones are seen."""
        if self._asked == len(self._rows) and not self._pending:
            return self._keep()
        samples = len(self._pending) // 2 + round(LAG_SECONDS * RATE)
        known = self.hear(bytes(2 * (samples + -samples % STEP) - len(self._pending)))
        rest = self._keep(self._rest())
        self._asked = len(self._rows)
        return np.concatenate((known, rest))

    def so_far(self) -> Floats:
        """All frames of the sound there is. The last phones are among them only after a pause."""
        return np.concatenate((self.frames, self._rest()))

    @property
    def frames(self) -> Floats:
        """All that were given."""
        return _joined(self._found)

    def _keep(self, *frames: Floats) -> Floats:
        self._found += frames
        return _joined(frames)

    def _pieces(self) -> Iterator[Floats]:
        while len(self._rows) - self._asked >= PIECE + AFTER:
            yield self._ask(self._asked + PIECE)
            self._asked += PIECE

    def _rest(self) -> Floats:
        return self._ask(len(self._rows))

    def _ask(self, end: int) -> Floats:
        """The telling frames from the last row asked about to `end`."""
        first = max(0, self._asked - BEFORE)
        frames = self._model(self._rows.between(first, end + AFTER))[2 * (self._asked - first) : 2 * (end - first)]
        if not np.isfinite(frames).all():
            raise EngineError("The acoustic model gives what is no number. Install Hearth again")
        frames[:, 0] -= BLANK_PRICE
        telling: Floats = frames[frames[:, 0] - frames[:, 1:].max(axis=1) < CERTAIN]
        return telling


def _joined(frames: Sequence[Floats]) -> Floats:
    return np.concatenate(frames) if frames else np.zeros((0, 1 + len(PHONES)), np.float32)
