"""Which way to the microphone: apart, through `arecord`, where there is one; otherwise through PortAudio."""

import shutil
from collections.abc import Callable

from assistant.devices.audio import SoundMicrophone
from assistant.devices.recorder import RecorderMicrophone


def microphone(device: str | int | None, note: Callable[[str], None]) -> RecorderMicrophone | SoundMicrophone:
    """The configured microphone, not yet open. `note` is told of what is bad but goes on."""
    if shutil.which("arecord") is None:
        return SoundMicrophone(device)
    return RecorderMicrophone(device, note=note)
