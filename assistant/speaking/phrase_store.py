"""Keeps the sound of fixed answers as files, so that a slow voice says them at once after a restart, too."""

import hashlib
import logging
import os
import tempfile
import wave
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing, suppress
from pathlib import Path

from assistant.concurrency import Worker
from assistant.messages import Speech
from assistant.ownership import as_around, make_folder
from assistant.stages import Synthesizer

logger = logging.getLogger(__name__)


class PhraseStore:
    """A Synthesizer that asks another one for everything but the phrases it keeps.

    Only `phrases` are ever written: what a household says and is told is not to be found on the disk.

    folder: where the files are; made when first needed. It is a cache, which anybody may empty at any time.
    voice: everything that the sound depends on, such as the voice's digest and its speed; another voice, other files.
    phrases: what is worth keeping, just as it is given to `speak`: one sentence, written out.
    size: bytes that all files may have; those written longest ago go first.

    A disk that is full, read-only or damaged is logged once and costs only time.
    """

    def __init__(
        self, synthesizer: Synthesizer, folder: Path, voice: str, phrases: Iterable[str], size: int = 16 << 20
    ) -> None:
        self._synthesizer = synthesizer
        self._folder = folder
        self._names = {phrase: _name(voice, phrase) for phrase in phrases}
        self._size = size
        self._worker = Worker("phrases")
        self._works = True

    async def speak(self, text: str, pace: float = 1.0) -> AsyncGenerator[Speech, None]:
        """Sound, piece by piece; that of a kept phrase in one piece. Raises what the other synthesizer raises."""
        name = self._names.get(text) if pace == 1 else None
        kept = await self._worker(self._read, name) if name else None
        if kept is not None:
            yield kept
            return
        pieces: list[Speech] = []
        async with aclosing(self._synthesizer.speak(text, pace)) as spoken:
            async for piece in spoken:
                if name:
                    pieces.append(piece)
                yield piece
        if name and pieces:
            await self._worker(self._write, name, pieces)

    async def prepare(self) -> None:
        """Make the phrases that are not there yet, one after the other. For idle times; cancelling loses one phrase."""
        for phrase in self._names:
            async with aclosing(self.speak(phrase)) as pieces:
                async for _ in pieces:
                    pass

    def close(self) -> None:
        """End the thread. The other synthesizer stays open."""
        self._worker.close()

    def _read(self, name: str) -> Speech | None:
        """The sound of a file; None where there is none, or none that is whole."""
        path = self._folder / name
        try:
            with wave.open(str(path), "rb") as file:
                shape, count = (file.getnchannels(), file.getsampwidth()), file.getnframes()
                pcm, rate = file.readframes(count), file.getframerate()
        except FileNotFoundError:
            return None
        except (OSError, EOFError, wave.Error) as error:
            self._complain(error)
            return None
        return Speech(pcm, rate) if shape == (1, 2) and len(pcm) == 2 * count > 0 else None

    def _write(self, name: str, pieces: list[Speech]) -> None:
        """Write a file that is there whole or not at all, and remove what is too much."""
        if len({piece.rate for piece in pieces}) > 1:
            return
        part = None
        try:
            make_folder(self._folder)
            with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as unfinished:
                part = Path(unfinished.name)
                with wave.open(unfinished, "wb") as file:
                    file.setparams((1, 2, pieces[0].rate, 0, "NONE", ""))
                    file.writeframes(b"".join(piece.pcm for piece in pieces))
            as_around(part)
            part.replace(self._folder / name)
            self._shrink()
        except OSError as error:
            self._complain(error)
            if part is not None:
                with suppress(OSError):
                    part.unlink(missing_ok=True)
        else:
            self._works = True

    def _shrink(self) -> None:
        with os.scandir(self._folder) as entries:
            files = sorted((entry.stat().st_mtime_ns, entry.stat().st_size, entry.path) for entry in entries)
        total = sum(size for _, size, _ in files)
        for _, size, path in files:
            if total <= self._size:
                break
            Path(path).unlink(missing_ok=True)
            total -= size

    def _complain(self, error: Exception) -> None:
        if self._works:
            logger.warning("The phrases in %s cannot be kept (%s); they are made anew each time.", self._folder, error)
        self._works = False


def _name(voice: str, phrase: str) -> str:
    return hashlib.sha256(f"{voice}\n{phrase}".encode()).hexdigest()[:32] + ".wav"
