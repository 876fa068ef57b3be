"""What a comparison may use, and what a measurement of one case gives."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Setup:
    """What a comparison may use."""

    llama: Path | None = None
    """TinyLlama 1.1B Chat Q4_K_M, or its stand-in."""
    data: Path | None = None
    """The folder with public recordings; synthesised sound serves without one."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One case, measured once."""

    wall: float
    """Seconds by the clock."""
    cpu: float
    """Seconds of processor time of all threads, which other programs disturb least."""
    result: str
    more: Mapping[str, float] = field(default_factory=dict)


ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "CT2_INTER_THREADS", "ORT_NUM_THREADS"), "1"
)
"""In the environment of what is to have one thread; libraries read it when they are loaded."""

Measure = Callable[[int], Measured]
"""Of the case with this number."""


def on_one_core() -> None:
    """Begin this program anew with one thread on one core, unless it is so already."""
    if ONE_THREAD.items() <= os.environ.items() and len(os.sched_getaffinity(0)) == 1:
        return
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **ONE_THREAD})


def timed(work: Callable[[], object]) -> Measured:
    """Do it, and take the time."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return Measured(time.perf_counter() - wall, time.process_time() - cpu, str(result))
