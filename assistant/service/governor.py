"""The processor's governor: at its highest speed while a turn goes on, and otherwise as the system wants it.

Linux has a file for each group of cores that share a clock (kernel.org, admin-guide/pm/cpufreq). As an appliance, the
head may write them only where install.sh has let it: `systemd/performance.conf`.
"""

import asyncio
import logging
import os
from collections.abc import Mapping
from pathlib import Path

from assistant.listening.lull import Lull

logger = logging.getLogger(__name__)

CPUFREQ = "sys/devices/system/cpu/cpufreq"
PERFORMANCE = "performance"


def governors(root: Path = Path("/")) -> Mapping[Path, str]:
    """The files below `root` that tell a governor, and which it is now."""
    found = {}
    for file in sorted((root / CPUFREQ).glob("policy*/scaling_governor")):
        try:
            found[file] = file.read_text("ascii", "replace").strip()
        except OSError as error:
            logger.warning("%s cannot be read: %s.", file, error.strerror)
    return found


def problem(user: int, root: Path = Path("/")) -> str | None:
    """Why a process of this user cannot quicken the processor, a sentence with the remedy; None where it can."""
    found = governors(root)
    if not found:
        return "The speed of this processor cannot be chosen here. Set power.performance_in_turns to false."
    for file in found:
        try:
            if PERFORMANCE not in (file.parent / "scaling_available_governors").read_text("ascii", "replace").split():
                return f"This processor has no governor {PERFORMANCE}. Set power.performance_in_turns to false."
            owner = file.stat().st_uid
        except OSError as error:
            return f"{file} cannot be looked at: {error.strerror}. Set power.performance_in_turns to false."
        if user not in (0, owner):
            remedy = "Run install.sh, which lets the service do it, or set power.performance_in_turns to false"
            return f"{file} may not be written by user {user}. {remedy}."
    return None


async def quicken(lull: Lull, root: Path = Path("/")) -> None:
    """In each turn let the processor run at its highest speed, until cancelled. What does not work is logged, once."""
    if (trouble := problem(os.geteuid(), root)) is not None:
        logger.warning("%s", trouble)
        return
    while True:
        await lull.turn()
        before = {file: governor for file, governor in governors(root).items() if governor != PERFORMANCE}
        try:
            await asyncio.to_thread(_choose, dict.fromkeys(before, PERFORMANCE))
            await lull.wait()
        finally:
            await asyncio.to_thread(_choose, before)


def _choose(wanted: Mapping[Path, str]) -> None:
    for file, governor in wanted.items():
        try:
            file.write_text(governor, "ascii")
        except OSError as error:
            logger.warning("%s cannot be made %s: %s.", file, governor, error.strerror)
