"""Sound cards by names that stay: from the kernel's own list, /proc/asound."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from assistant.errors import DeviceError
from assistant.messages import RATE

ASOUND = Path("/proc/asound")

PREFERRED = (RATE, 48_000, 32_000, 96_000, 44_100)
"""Rates to record at, in Hz, best first: those of which 16 kHz is a part are cheapest to convert."""

MEANINGS = {
    "Device or resource busy": "is used by another program. End that program, or let both go through PipeWire",
    "No such file or directory": "is not there. Plug it in, or choose one of those here",
    "No such device": "is not there. Plug it in",
    "Permission denied": "may not be used by this user. Add the user to the group `audio`",
}
"""What arecord and aplay write → what that means and what to do."""


@dataclass(frozen=True, slots=True)
class Card:
    """An input or output of a sound card."""

    card: str
    """ALSA's id, such as `Device`: it stays when cards are numbered anew."""
    device: int
    name: str
    number: int
    """The card's number, until it is plugged in again."""

    @property
    def pcm(self) -> str:
        """As ALSA wants it."""
        return f"plughw:CARD={self.card},DEV={self.device}"


@dataclass(frozen=True, slots=True)
class Capture(Card):
    """A microphone input of a sound card."""

    rate: int = RATE
    """The best rate that it has, in Hz."""


Either = TypeVar("Either", bound=Card)


def captures(root: Path = ASOUND) -> list[Capture]:
    """Every microphone input there is now."""
    return [
        Capture(each.card, each.device, each.name, each.number, _rate(_stream(root, each)))
        for each in _cards(root, "capture")
    ]


def playbacks(root: Path = ASOUND) -> list[Card]:
    """Every speaker output there is now."""
    return list(_cards(root, "playback"))


def _cards(root: Path, way: str) -> Iterator[Card]:
    for line in _text(root / "pcm").splitlines():
        match = re.match(r"(\d+)-(\d+): (.*?) : (.*?)(?: : .*)?$", line)
        if match and f": {way}" in line:
            number = int(match[1])
            card = _text(root / f"card{number}" / "id").strip() or str(number)
            yield Card(card, int(match[2]), _name(root, number) or match[4], number)


def _stream(root: Path, card: Card) -> Path:
    return root / f"card{card.number}" / f"stream{card.device}"


def chosen(wanted: str | int | None, found: Sequence[Either], what: str = "microphone") -> Either | str:
    """The input or output that is meant by a card's id or a part of its name; anything else is a name for ALSA itself.

    Raises DeviceError where several cards fit.
    """
    if wanted is None:
        return "default"
    if isinstance(wanted, int):
        return next((each for each in found if each.number == wanted), f"plughw:{wanted}")
    if exact := [each for each in found if wanted.casefold() == each.card.casefold()]:
        return exact[0]
    fitting = [each for each in found if wanted.casefold() in each.name.casefold()]
    if len({each.card for each in fitting}) > 1:
        names = ", ".join(f"{each.card} ({each.name})" for each in fitting)
        raise DeviceError(f"The {what} {wanted!r} could be any of {names}. Name one of them by the word in front.")
    return fitting[0] if fitting else wanted


def meaning(said: str) -> str | None:
    """What ALSA's programs complained of, and the remedy, to follow a device's name; None for what is not known."""
    return next((meaning for mark, meaning in MEANINGS.items() if mark in said), None)


def _name(root: Path, number: int) -> str:
    """Such as `USB PnP Sound Device`."""
    match = re.search(rf"^ *{number} \[.*?\]: .*? - (.*)$", _text(root / "cards"), re.MULTILINE)
    return match[1].strip() if match else ""


def _rate(stream: Path) -> int:
    """The best of what a USB device says of its inputs; ours where nothing is said."""
    _, _, capture = _text(stream).partition("Capture:")
    rates: set[int] = set()
    for line in re.findall(r"Rates: (.*)", capture):
        if low_high := re.match(r"(\d+) - (\d+) \(continuous\)", line):
            rates |= {rate for rate in PREFERRED if int(low_high[1]) <= rate <= int(low_high[2])}
        else:
            rates |= {int(rate) for rate in re.findall(r"\d+", line)}
    return next((rate for rate in PREFERRED if rate in rates), max(rates, default=RATE))


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
