"""Text to sound: one mouth, everything in turn, interruptible, sentence by sentence."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from pathlib import Path

import numpy as np

from assistant.chimes import load_chimes
from assistant.concurrency import interrupt
from assistant.errors import DeviceError
from assistant.messages import Speech
from assistant.speaking.aloud import aloud, sentences
from assistant.speaking.phrase_cache import PhraseCache
from assistant.speaking.quiet import Softly, never
from assistant.stages import Speaker, Synthesizer

logger = logging.getLogger(__name__)

PACES = (0.5, 2.0)
"""The slowest and the fastest speech, relative to the voice's own speed: what can still be understood."""

AHEAD = 8
"""Pieces of speech made before they are needed: with espeak-ng most of a second, with one that makes sentences, 8."""


class Voice:
    """Says things, one at a time, each after those that were asked for before it.

    chimes: by name, True for the one that comes with Hearth, False for none, or a WAV file.
    volume: 0 to 100; the sound's amplitude goes with its square, as loudness is heard.
    cache: bytes of sound kept of what was said lately.
    quiet: how softly to be now, if softly.

    A speaker that fails is logged, once until it works again, and nothing else suffers. Raises ConfigError for a chime
    that cannot be used. All methods are for the event loop's thread.
    """

    def __init__(
        self,
        synthesizer: Synthesizer,
        speaker: Speaker,
        *,
        chimes: Mapping[str, bool | Path] | None = None,
        volume: int = 100,
        cache: int = 4 << 20,
        quiet: Callable[[], Softly | None] = never,
    ) -> None:
        self._synthesizer = PhraseCache(synthesizer, cache)
        self._speaker = speaker
        self._chimes = load_chimes(chimes or {})
        self._volume = volume
        self._quiet = quiet
        self._pace = 1.0
        self._muted = False
        self._mouth = asyncio.Lock()
        self._sounds: set[asyncio.Task[None]] = set()
        self._speaker_works = True
        self.last = ""
        """The text said last, for who did not hear it."""

    @property
    def volume(self) -> int:
        """0 to 100."""
        return self._volume

    @property
    def muted(self) -> bool:
        """Whether nothing is heard at all."""
        return self._muted

    @property
    def pace(self) -> float:
        """How fast, relative to the voice's own speed."""
        return self._pace

    @property
    def busy(self) -> bool:
        """Whether something is being said or rung, or waits to be."""
        return bool(self._sounds)

    async def set_volume(self, volume: int) -> None:
        """Also ends a mute. Values outside 0 to 100 become the nearest. What is being said changes at once."""
        self._volume = max(0, min(100, volume))
        self._muted = False

    async def set_pace(self, pace: float) -> None:
        """Values outside PACES become the nearest. From the next sentence on."""
        self._pace = max(PACES[0], min(PACES[1], pace))

    async def mute(self, muted: bool) -> None:
        """Be silent, or no longer."""
        self._muted = muted
        if muted:
            await self.hush()

    async def say(
        self, text: str, rest: AsyncGenerator[str, None] | None = None, begun: Callable[[], None] = lambda: None
    ) -> None:
        """Say it and wait until it has been heard or hushed. Cancelling silences it at once. Raises EngineError.

        `rest` goes on sentence by sentence; the next is asked for while the one before it is heard. `begun` is called
        when the speaker is given the first of it.
        """
        self.last = text
        softly = self._quiet()
        await self._in_turn(self._sound(text, rest=rest), softly.volume if softly else 1.0, begun)

    async def announce(self, text: str, chime: str | None = None, loudness: float = 1.0) -> None:
        """Say it as `say` does, after a chime that nothing parts from it; `loudness` is relative to the volume.

        What rings, with the chime `timer`, does so in quiet hours too: somebody wanted it then.
        """
        self.last = text
        softly = None if chime == "timer" else self._quiet()
        if softly is not None:
            chime, loudness = chime if softly.chimes else None, loudness * softly.volume
        await self._in_turn(self._sound(text, chime), loudness)

    async def chime(self, name: str) -> None:
        """Sound a chime and wait until it has been heard: wake, done, not_understood, nobody or timer."""
        softly = self._quiet()
        if softly is None or softly.chimes:
            await self._in_turn(self._sound("", name), softly.volume if softly else 1.0)

    async def hush(self) -> None:
        """Silence what is being said and forget what waits. Whoever asked for it goes on as if it had been heard."""
        sounds = list(self._sounds)
        for sound in sounds:
            sound.cancel()
        if sounds:
            await asyncio.wait(sounds)

    async def _in_turn(
        self, sound: AsyncGenerator[Speech, None], loudness: float = 1.0, begun: Callable[[], None] = lambda: None
    ) -> None:
        async with aclosing(sound):
            playing = asyncio.create_task(self._play(sound, loudness, begun))
            self._sounds.add(playing)
            try:
                await asyncio.wait([playing])
            finally:
                await interrupt(playing)
                self._sounds.discard(playing)
        if not playing.cancelled():
            playing.result()

    async def _play(self, sound: AsyncGenerator[Speech, None], loudness: float, begun: Callable[[], None]) -> None:
        async with self._mouth:
            if self._muted:
                return
            try:
                async with aclosing(_ahead(sound)) as made, aclosing(self._softened(made, loudness, begun)) as heard:
                    await self._speaker.play(heard)
            except DeviceError as error:
                if self._speaker_works:
                    logger.warning("%s Answers are not heard until it works again.", error)
                self._speaker_works = False
            else:
                self._speaker_works = True

    async def _sound(
        self, text: str, chime: str | None = None, rest: AsyncGenerator[str, None] | None = None
    ) -> AsyncGenerator[Speech, None]:
        if chime in self._chimes:
            yield self._chimes[chime]
        async with aclosing(self._words(text)) as pieces:
            async for piece in pieces:
                yield piece
        if rest is not None:
            async with aclosing(rest) as sentences_to_come:
                async for more in sentences_to_come:
                    self.last = f"{self.last} {more}"
                    async with aclosing(self._words(more)) as pieces:
                        async for piece in pieces:
                            yield piece

    async def _words(self, text: str) -> AsyncGenerator[Speech, None]:
        for sentence in sentences(text):
            if words := aloud(sentence):
                async with aclosing(self._synthesizer.speak(words, self._pace)) as pieces:
                    async for piece in pieces:
                        yield piece

    async def _softened(
        self, sound: AsyncGenerator[Speech, None], loudness: float, begun: Callable[[], None]
    ) -> AsyncGenerator[Speech, None]:
        first = True
        async for piece in sound:
            if first:
                begun()
                first = False
            gain = 0.0 if self._muted else (self._volume / 100 * loudness) ** 2
            quieter = np.frombuffer(piece.pcm, "<i2") * np.float32(gain)
            yield piece if gain == 1 else Speech(quieter.astype("<i2").tobytes(), piece.rate)


async def _ahead(sound: AsyncIterator[Speech]) -> AsyncGenerator[Speech, None]:
    """The same pieces, made while those before them are played: up to AHEAD of them wait, then their maker does."""
    made: asyncio.Queue[Speech | Exception | None] = asyncio.Queue(AHEAD)

    async def make() -> None:
        end: Exception | None = None
        try:
            async for piece in sound:
                await made.put(piece)
        except Exception as error:
            end = error
        await made.put(end)

    making = asyncio.create_task(make())
    try:
        while isinstance(piece := await made.get(), Speech):
            yield piece
        if piece is not None:
            raise piece
    finally:
        await interrupt(making)
