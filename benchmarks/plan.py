"""What a plan models beside what the same steps take here, on one thread, in processor time; and its memory.

    python -m benchmarks.plan [--llama FILE] [--rounds 5] [--json]

The models are stand-ins of the full shapes; FILE is TinyLlama 1.1B Chat Q4_K_M or its stand-in
(`benchmarks.standin_tinyllama`), and is given the vocabulary of `benchmarks.llama`. Ratios are modelled / measured.
Times are the quickest of the rounds, as those of the probes are that the model starts from, on one core: on two, a
library's idle thread spins. Memory is what all processes have at most after some turns, as `assistant bench` tells it.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from assistant.engines.piper import Piper
from assistant.engines.whisper import Whisper
from assistant.messages import AudioFrame, Transcript
from assistant.models import planner
from assistant.models.calibration import ANSWER
from assistant.models.machine import this_machine
from assistant.models.probe import probe
from assistant.models.rates import expect, known_rates
from assistant.models.trust import SHIPPED, load
from benchmarks import standins
from benchmarks.ways.measuring import on_one_core
from benchmarks.ways.speech import command


async def spent(work: Callable[[], Awaitable[object]], rounds: int) -> float:
    """Seconds of processor time, the least."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        await work()
        times.append(time.process_time() - began)
    return min(times)


async def whisper(rounds: int) -> float:
    engine = Whisper(standins.whisper_tiny(), threads=1)
    pcm = command().astype("<i2").tobytes()

    async def frames() -> AsyncIterator[AudioFrame]:
        yield AudioFrame(pcm, 0.0)

    try:
        return await spent(lambda: engine.transcribe(frames()), rounds)
    finally:
        engine.close()


async def piper(rounds: int) -> float:
    """For the sound that a plan counts; the stand-in hums the sentence at another length."""
    engine = Piper(standins.piper_medium(), threads=1)
    seconds = 0.0

    async def speak() -> None:
        nonlocal seconds
        seconds = sum([piece.seconds async for piece in engine.speak(ANSWER)])

    try:
        took = await spent(speak, rounds)
    finally:
        engine.close()
    return took * planner.SPOKEN / (seconds - 0.2)  # the pause at the end costs nothing


async def llama(file: Path, rounds: int) -> float:
    from assistant.engines.llama import Llama
    from benchmarks.llama import SAID, vocabulary, worked

    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as cache:
        async with Llama(file, Path(cache), threads=1, floor=0.0, seconds=600) as engine:
            await engine.learn(vocabulary())
            await engine.ready()
            for text in SAID * rounds:
                began = worked(engine.pid or 0)
                await engine.understand(Transcript(text, 1.0, "typed"))
                times.setdefault(text, []).append(worked(engine.pid or 0) - began)
    return statistics.median(map(min, times.values()))


def memory(profile: str, file: Path | None) -> float:
    """Megabytes."""
    settings = [f"state.folder={tempfile.gettempdir()}"]
    if file:
        settings += [
            f"recognition.whisper.model={standins.whisper_tiny()}/", "recognition.threshold=1.0",
            f"understanding.llama.model={file.resolve()}", f"voice.piper.model={standins.piper_medium()}",
        ]  # fmt: skip
    command = [sys.executable, "-m", "assistant", "bench", "--json", "--profile", profile, "--turns", "3"]
    command += [part for stage in ("speak", "understand") for part in ("--stage", stage)]
    command += [part for setting in settings for part in ("--set", setting)]
    run = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return float(max(sum(most.values()) for most in run["memory_mb"]["stages"].values()))


async def measure(file: Path | None, rounds: int) -> dict[str, dict[str, Any]]:
    machine, probed = this_machine(), probe()
    speed = expect(machine, probed, known_rates(), 1, os.uname().machine)
    plan = planner.plan(machine, probed, speed, load(SHIPPED), {}, 0.0)
    steps = {step.name: step.seconds for profile in plan.profiles for turn in profile.turns for step in turn.steps}

    def modelled(name: str) -> float:
        return sum(seconds for step, seconds in steps.items() if step.startswith(name))

    found = {"whisper": (modelled("whisper"), await whisper(rounds)), "piper": (modelled("en_US"), await piper(rounds))}
    if file:
        found["llama"] = (modelled("tinyllama"), await llama(file, rounds))
    report = {name: {"modelled": a, "measured": b, "ratio": a / b, "unit": "s"} for name, (a, b) in found.items()}
    for profile in plan.profiles:
        if profile.name == "embedded" or file:
            a, b = profile.memory / 1e6, memory(profile.name, file if profile.name != "embedded" else None)
            report[f"memory, {profile.name}"] = {"modelled": a, "measured": b, "ratio": a / b, "unit": "MB"}
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llama", type=Path, metavar="FILE")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
    arguments = parser.parse_args()
    on_one_core()
    report = asyncio.run(measure(arguments.llama, arguments.rounds))
    if arguments.json:
        print(json.dumps(report))
        return
    for step, row in report.items():
        modelled, measured, ratio, unit = row.values()
        print(f"{step:20} modelled {modelled:.4g} {unit}  measured {measured:.4g} {unit}  ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
