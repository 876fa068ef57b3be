"""Recordings in memory, and noise mixed into them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.devices.files import FileMicrophone
from assistant.messages import BYTES_PER_SECOND, RATE, AudioFrame

Sound = NDArray[np.int16]
"""16 kHz mono."""

LOUDNESS_FRAME = 2048
"""Samples. The signal-to-noise ratio is that of the loudest frames of this size, as in Picovoice's
speech-to-intent-benchmark: a mean over the whole recording would depend on the silence around the speech."""


class Recording:
    """A `Microphone` that plays sound from memory."""

    live = False

    def __init__(self, sound: Sound, frame_seconds: float = 0.08) -> None:
        self._pcm = sound.astype("<i2").tobytes()
        self._bytes = int(frame_seconds * RATE) * 2
        self._at = 0

    async def read(self, together: int = 1) -> AudioFrame | None:
        """The next frame."""
        if self._at >= len(self._pcm):
            return None
        frame = AudioFrame(self._pcm[self._at : self._at + self._bytes], self._at / BYTES_PER_SECOND)
        self._at += self._bytes
        return frame


async def read_sound(file: Path) -> Sound:
    """All of a recording. Raises DeviceError where it cannot be read."""
    async with FileMicrophone(file) as microphone:
        pcm = bytearray()
        while (frame := await microphone.read()) is not None:
            pcm += frame.pcm
    return np.frombuffer(bytes(pcm), np.dtype("<i2")).astype(np.int16)


def mixed(speech: Sound, noise: Sound, snr: float, start: int) -> Sound:
    """Speech with the noise from sample `start` on, round and round, at `snr` dB; softer if it would be clipped."""
    stretch = np.take(noise, np.arange(start, start + len(speech)), mode="wrap").astype(np.float64)
    wanted = _loudest(speech.astype(np.float64)) / 10 ** (snr / 10)
    energy = _loudest(stretch)
    together = speech + stretch * np.sqrt(wanted / energy if energy else 0.0)
    peak = np.abs(together).max(initial=0.0)
    whole: Sound = np.rint(together * min(1.0, 32767 / max(peak, 1.0))).astype(np.int16)
    return whole


def _loudest(sound: NDArray[np.float64]) -> float:
    """Energy of the loudest frame; what is left over at the end counts only if there is nothing else."""
    whole = len(sound) // LOUDNESS_FRAME * LOUDNESS_FRAME
    frames = sound[:whole].reshape(-1, LOUDNESS_FRAME) if whole else sound.reshape(1, -1)
    return float((frames**2).sum(axis=1).max())
