"""What a plan models beside what the same steps take here, on one thread, in processor time.

    python -m benchmarks.plan [--llama FILE] [--rounds 5] [--json]

The models are stand-ins of the full shapes; FILE is TinyLlama 1.1B Chat Q4_K_M or its stand-in
(`benchmarks.standin_tinyllama`), and is given the vocabulary of `benchmarks.llama`. Ratios are modelled / measured.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

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
from benchmarks.whisper_speed import command


async def spent(work: Callable[[], Awaitable[object]], rounds: int) -> float:
    """Seconds of processor time, the median."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        await work()
        times.append(time.process_time() - began)
    return statistics.median(times)


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

    times = []
    with tempfile.TemporaryDirectory() as cache:
        async with Llama(file, Path(cache), threads=1, floor=0.0, seconds=600) as engine:
            await engine.learn(vocabulary())
            await engine.ready()
            for text in SAID * rounds:
                began = worked(engine.pid or 0)
                await engine.understand(Transcript(text, 1.0, "typed"))
                times.append(worked(engine.pid or 0) - began)
    return statistics.median(times)


async def measure(file: Path | None, rounds: int) -> dict[str, dict[str, float]]:
    machine, probed = this_machine(), probe()
    speed = expect(machine, probed, known_rates(), 1, os.uname().machine)
    plan = planner.plan(machine, probed, speed, load(SHIPPED), {}, 0.0)
    steps = {step.name: step.seconds for profile in plan.profiles for turn in profile.turns for step in turn.steps}

    def modelled(name: str) -> float:
        return sum(seconds for step, seconds in steps.items() if step.startswith(name))

    found = {"whisper": (modelled("whisper"), await whisper(rounds)), "piper": (modelled("en_US"), await piper(rounds))}
    if file:
        found["llama"] = (modelled("tinyllama"), await llama(file, rounds))
    return {name: {"modelled_s": a, "measured_s": b, "ratio": a / b} for name, (a, b) in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llama", type=Path, metavar="FILE")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
    arguments = parser.parse_args()
    report = asyncio.run(measure(arguments.llama, arguments.rounds))
    if arguments.json:
        print(json.dumps(report))
        return
    for step, row in report.items():
        modelled, measured, ratio = (row[name] for name in ("modelled_s", "measured_s", "ratio"))
        print(f"{step:10} modelled {modelled:.3f} s  measured {measured:.3f} s  ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
