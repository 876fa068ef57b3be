"""Keeps the sound of short phrases that are said again and again, so that they are heard at once."""

from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import aclosing

from assistant.messages import Speech
from assistant.stages import Synthesizer


class PhraseCache:
    """A Synthesizer that asks another one only for what it did not say lately.

    size: bytes of sound kept; what was said longest ago goes first. A phrase of more than an eighth of it is not kept.
    """

    def __init__(self, synthesizer: Synthesizer, size: int) -> None:
        self._synthesizer = synthesizer
        self._size = size
        self._kept: OrderedDict[tuple[str, float], list[Speech]] = OrderedDict()
        self._bytes = 0

    async def speak(self, text: str, pace: float = 1.0) -> AsyncGenerator[Speech, None]:
        """Sound, piece by piece. Raises what the other synthesizer raises."""
        said = (text, pace)
        if said in self._kept:
            self._kept.move_to_end(said)
            for piece in self._kept[said]:
                yield piece
            return
        pieces: list[Speech] = []
        made = 0
        async with aclosing(self._synthesizer.speak(text, pace)) as spoken:
            async for piece in spoken:
                made += len(piece.pcm)
                if made <= self._size // 8:
                    pieces.append(piece)
                yield piece
        if made <= self._size // 8:
            self._keep(said, pieces)

    def _keep(self, said: tuple[str, float], pieces: list[Speech]) -> None:
        self._bytes += _bytes(pieces) - _bytes(self._kept.pop(said, []))
        self._kept[said] = pieces
        while self._bytes > self._size:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= _bytes(oldest)


def _bytes(pieces: list[Speech]) -> int:
    return sum(len(piece.pcm) for piece in pieces)
