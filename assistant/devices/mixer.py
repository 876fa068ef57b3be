"""The recording level of a sound card, through ALSA's `amixer`."""

import re
import subprocess
from dataclasses import dataclass

from assistant.errors import DeviceError

_NAMES = ("mic", "capture", "adc", "input")
"""Controls that are the microphone's, in the order in which they are wanted: cards name them as they like."""


@dataclass(frozen=True, slots=True)
class RecordingLevel:
    """A control that says how much of the sound is recorded."""

    card: str
    """ALSA's id of the card."""
    control: str
    percent: int


def recording_level(card: str) -> RecordingLevel | None:
    """The card's own; None where it has none, as many USB microphones. Raises DeviceError."""
    found = []
    for part in _amixer(card, "scontents").split("Simple mixer control ")[1:]:
        name = re.match(r"'(.*)',\d+", part)
        percent = re.search(r"Capture \d+ \[(\d+)%\]", part)
        if name and percent:
            found.append(RecordingLevel(card, name[1], int(percent[1])))
    return min(found, key=_wanted, default=None)


def set_recording_level(level: RecordingLevel) -> None:
    """Set it, and switch the input on. It lasts until the next start unless it is stored. Raises DeviceError."""
    _amixer(level.card, "sset", level.control, f"{level.percent}%", "cap")


def store_levels() -> None:
    """Keep the levels of all cards for the next start. Needs root. Raises DeviceError."""
    _run("alsactl", "store")


def _wanted(level: RecordingLevel) -> int:
    name = level.control.casefold()
    return next((place for place, part in enumerate(_NAMES) if part in name), len(_NAMES))


def _amixer(card: str, *command: str) -> str:
    return _run("amixer", "-c", card, *command)


def _run(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DeviceError(
            f"{command[0]} cannot be run: {error}. Install it with: sudo apt install alsa-utils"
        ) from error
    if done.returncode:
        said = " ".join(done.stderr.split()) or "without a reason"
        raise DeviceError(f"{' '.join(command)} failed: {said}. Set the level by hand with alsamixer.")
    return done.stdout
