"""What a Raspberry Pi says of itself: its temperature, its power supply, and whether its limits of memory hold."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.concurrency import doze

THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"
MEANINGS = {
    0: "the voltage is too low now: use the power supply made for it",
    1: "the processor is slowed down now",
    2: "the processor is slowed down now, because it is hot or its voltage is low",
    3: "it is too hot now",
    16: "the voltage was too low since the start: use the power supply made for it",
    17: "the processor was slowed down since the start",
    18: "the processor was slowed down since the start, because it was hot or its voltage low",
    19: "it was too hot since the start",
}
"""Bit → what it means (raspberrypi.com, documentation of vcgencmd get_throttled)."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How the machine is."""

    celsius: float | None
    troubles: tuple[str, ...]
    """Of its power and heat, a clause each."""
    memory_limited: bool
    """Whether `MemoryMax=` of a service holds: the firmware of a Pi switches that off."""


def condition(root: Path = Path("/")) -> Condition:
    """Read from the kernel's files below `root`; what a machine does not tell is left out."""
    heat = _text(root / "sys/class/thermal/thermal_zone0/temp")
    throttled = _text(root / THROTTLED)
    bits = int(throttled, 16) if throttled else 0
    controllers = _text(root / "sys/fs/cgroup/cgroup.controllers").split()
    return Condition(
        int(heat) / 1000 if heat.lstrip("-").isdecimal() else None,
        tuple(meaning for bit, meaning in MEANINGS.items() if bits >> bit & 1),
        "memory" in controllers or (root / "sys/fs/cgroup/memory").is_dir(),
    )


EVERY = 600.0
"""Seconds between looks at the power supply: the kernel tells nobody, but remembers what was between."""


async def watch_power(tell: Callable[[str], Awaitable[None]], root: Path = Path("/"), every: float = EVERY) -> None:
    """Tell of a power supply that is too weak, or of too much heat, once; until cancelled."""
    while not (troubles := condition(root).troubles):
        await doze(every)
    await tell(f"This machine is not well: {troubles[0]}.")


def _text(file: Path) -> str:
    try:
        return file.read_text("ascii", "replace").strip()
    except OSError:
        return ""
