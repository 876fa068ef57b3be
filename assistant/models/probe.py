"""A short measurement of one core: how fast it multiplies matrices and copies memory. Run as a program, it prints both.

It is a program of its own because the number of threads that numpy multiplies with is settled when numpy is loaded.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable

from assistant.errors import EngineError
from assistant.models.rates import Probe

_SIDE = 512
_BYTES = 32 * 2**20
"""More than any cache here holds twice."""

_ROUNDS, _SECONDS = 6, 0.15
"""How many rounds, and how long each is at least."""


def probe() -> Probe:
    """What one core does. Takes two seconds. Raises EngineError where numpy does not run."""
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    command = [sys.executable, "-m", "assistant.models.probe"]
    done = subprocess.run(command, env={**os.environ, **threads}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EngineError(f"The speed of this machine cannot be measured: {done.stderr.strip().splitlines()[-1:]}.")
    return Probe(**json.loads(done.stdout))


def _measure() -> Probe:
    import numpy as np

    matrix = np.random.default_rng(0).random((_SIDE, _SIDE), np.float32)
    product = np.empty_like(matrix)
    here = np.ones(_BYTES // 4, np.float32)
    there = np.ones_like(here)
    multiply = _quickest(lambda: np.matmul(matrix, matrix, out=product))
    copy = _quickest(lambda: np.copyto(there, here))
    return Probe(matmul=2 * _SIDE**3 / multiply / 1e9, copy=_BYTES / copy / 1e9)


def _quickest(work: Callable[[], object]) -> float:
    """Seconds of processor time for doing it once, in the quickest of several rounds."""
    work()
    times = []
    for _ in range(_ROUNDS):
        began, done = time.process_time(), 0
        while (spent := time.process_time() - began) < _SECONDS:
            work()
            done += 1
        times.append(spent / done)
    return min(times)


if __name__ == "__main__":
    measured = _measure()
    sys.stdout.write(json.dumps({"matmul": measured.matmul, "copy": measured.copy}))
