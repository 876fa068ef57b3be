"""The speaker as a process of its own, ALSA's `aplay`, for as long as an answer lasts.

PortAudio would bring 25 MB of sound libraries into ours for good, and a process that hangs can be killed.
"""

import asyncio
import contextlib
import shutil
import subprocess
from collections.abc import AsyncIterator
from typing import TypeAlias

import numpy as np
import soxr

from assistant.devices.audio import SoundSpeaker
from assistant.devices.cards import chosen, meaning, playbacks
from assistant.errors import DeviceError
from assistant.messages import Speech

_FORMAT = ("-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "--buffer-time=200000")
"""Mono, and a fifth of a second in the sound card's buffer: with less, a busy machine stutters."""


class PlayerSpeaker:
    """A speaker by a card's id, a part of its name, or a name of ALSA's; None for ALSA's default."""

    def __init__(self, device: str | None = None) -> None:
        self._device = device

    async def play(self, speech: AsyncIterator[Speech]) -> None:
        """Play the pieces without a gap until the end has been heard. Cancelled, it is silent at once.

        Raises DeviceError, with the remedy, where there is no speaker or it fails.
        """
        player: asyncio.subprocess.Process | None = None
        rate = 0
        try:
            async for piece in speech:
                if not piece.pcm:
                    continue
                if player is None:
                    player, rate = await self._start(piece.rate), piece.rate
                assert player.stdin is not None
                player.stdin.write(_at(rate, piece))
                await player.stdin.drain()
            if player is not None:
                assert player.stdin is not None
                player.stdin.close()
                _, said = await player.communicate()
                if player.returncode:
                    raise self._failed(said)
        except ConnectionError as error:
            assert player is not None
            assert player.stderr is not None
            raise self._failed(await player.stderr.read()) from error
        finally:
            if player is not None and player.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    player.kill()
                await player.wait()

    def close(self) -> None:
        """Nothing is open between two answers."""

    async def _start(self, rate: int) -> asyncio.subprocess.Process:
        output = chosen(self._device, await asyncio.to_thread(playbacks), "speaker")
        pcm = output if isinstance(output, str) else output.pcm
        pipe = subprocess.PIPE
        try:
            return await asyncio.create_subprocess_exec(
                "aplay", *_FORMAT, "-r", str(rate), "-D", pcm, stdin=pipe, stderr=pipe, start_new_session=True
            )
        except OSError as error:
            remedy = "Install it with: sudo apt install alsa-utils"
            raise DeviceError(f"The speaker cannot be used: aplay: {error.strerror}. {remedy}") from error

    def _failed(self, said: bytes) -> DeviceError:
        name = "(default)" if self._device is None else repr(self._device)
        text = said.decode("utf-8", "replace").strip()
        last = text.rpartition("\n")[2] or "aplay ended without a reason"
        why = meaning(text) or f"cannot be used: {last}. Plug it in, or choose one of those here"
        known = ", ".join(f"{each.card} ({each.name})" for each in playbacks()) or "none"
        return DeviceError(f"The speaker {name} {why}. Sound cards here: {known}.")


AnySpeaker: TypeAlias = PlayerSpeaker | SoundSpeaker


def configured_speaker(device: str | int | None) -> AnySpeaker:
    """The configured speaker: through `aplay` where there is one; by a number, or without, through PortAudio."""
    if isinstance(device, int) or shutil.which("aplay") is None:
        return SoundSpeaker(device)
    return PlayerSpeaker(device)


def _at(rate: int, piece: Speech) -> bytes:
    """Its sound at that rate."""
    if piece.rate == rate:
        return piece.pcm
    sound = soxr.resample(np.frombuffer(piece.pcm, "<i2"), piece.rate, rate)
    return bytes(sound.astype("<i2").tobytes())
