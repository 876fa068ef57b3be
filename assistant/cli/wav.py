"""A speaker that writes what is said into one WAV file."""

import wave
from collections.abc import AsyncIterator
from pathlib import Path

from assistant.errors import DeviceError
from assistant.messages import Speech


class WavFile:
    """A `Speaker`. `file` may be changed between two things that are said."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.last: Speech | None = None
        """What was said last; None if nothing was."""

    async def play(self, speech: AsyncIterator[Speech]) -> None:
        """Write it all. Raises DeviceError if that is impossible."""
        pieces = [piece async for piece in speech]
        if pieces:
            self.write(Speech(b"".join(piece.pcm for piece in pieces), pieces[0].rate))

    def write(self, speech: Speech) -> None:
        """Write it now. Raises DeviceError if that is impossible."""
        self.last = speech
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with wave.open(str(self.file), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(speech.rate)
                file.writeframes(speech.pcm)
        except OSError as error:
            raise DeviceError(f"{self.file} cannot be written: {error.strerror}. Choose another file.") from error
