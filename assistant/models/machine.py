"""What this machine is: its name, its processor, and the memory that is left."""

import os
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import EngineError

KEPT = 0.3
"""Of the memory that is free, what is kept for everything else when a model is loaded."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What plans are made for."""

    name: str
    """What the device tree says, such as "Raspberry Pi 5 Model B Rev 1.0"; otherwise the kind of processor."""
    cores: int
    """That this process may use."""
    clock: float
    """Highest of the processor, in GHz; 0 where nothing tells."""
    memory: int
    """Bytes in all."""
    free: int
    """Bytes that could be used now without swapping."""
    dot_product: bool
    """Whether the processor multiplies bytes four at a time: a Raspberry Pi 5 does, a 4 does not."""


def this_machine(root: Path = Path("/")) -> Machine:
    """Read from the kernel's files below `root`."""
    info = _fields(root / "proc/cpuinfo")
    flags = set((info.get("Features") or info.get("flags") or "").split())
    board = _text(root / "proc/device-tree/model").strip("\0\n ")
    khz = _text(root / "sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq").strip()
    memory = _fields(root / "proc/meminfo")
    return Machine(
        name=board or info.get("model name") or os.uname().machine,
        cores=len(os.sched_getaffinity(0)),
        clock=int(khz) / 1e6 if khz.isdecimal() else 0.0,
        memory=_kilobytes(memory.get("MemTotal")),
        free=free_memory(root),
        dot_product=bool(flags & {"asimddp", "avx512_vnni", "avx_vnni"}),
    )


def free_memory(root: Path = Path("/")) -> int:
    """Bytes that this process could use now: what the kernel has left, or less where a control group (systemd's
    `MemoryMax=`, a container) leaves less.
    """
    free = _kilobytes(_fields(root / "proc/meminfo").get("MemAvailable"))
    groups = [line[3:] for line in _text(root / "proc/self/cgroup").splitlines() if line.startswith("0::")]
    below = root / "sys/fs/cgroup"
    folder = below / groups[0].strip().lstrip("/") if groups else below
    while folder.is_relative_to(below):
        most, used = (_text(folder / f"memory.{name}").strip() for name in ("max", "current"))
        if most.isdecimal() and used.isdecimal():
            cache = _fields(folder / "memory.stat", " ").get("inactive_file", "0")
            free = min(free, max(0, int(most) - int(used) + int(cache)))
        folder = folder.parent
    return free


def fits(need: int, free: int) -> bool:
    """Whether `need` bytes can be taken of `free` ones with enough left for everything else."""
    return need <= free * (1 - KEPT)


def require(need: int, what: str, free: int | None = None) -> None:
    """Raises EngineError where `what`, such as a model's name, would take memory that something else needs."""
    free = free_memory() if free is None else free
    if not fits(need, free):
        raise EngineError(
            f"{what} needs {need / 1e6:.0f} MB of memory; {free / 1e6:.0f} MB are free, of which {KEPT:.0%} are kept "
            "for the rest. Choose a smaller model (`assistant models plan` tells what fits) or end other programs."
        )


def _fields(file: Path, separator: str = ":") -> dict[str, str]:
    """The first value of each name in a file of `name: value` lines."""
    found: dict[str, str] = {}
    for line in _text(file).splitlines():
        name, _, value = line.partition(separator)
        found.setdefault(name.strip(), value.strip())
    return found


def _kilobytes(value: str | None) -> int:
    return int(value.split()[0]) * 1024 if value else 0


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
