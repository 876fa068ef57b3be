"""How long Whisper takes for a command of 3 seconds, beside faster-whisper's own `transcribe` on the same model.

    python -m benchmarks.whisper_speed [--threads 1] [--rounds 5] [--json]

The model has Whisper-tiny's shape and has learnt the command, so that all of them end with the same words. Turns are
taken in every round. "Times" compares processor time, which other programs disturb least. Memory is the peak of a
process which loads one of them and hears one command.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the assistant has it; for all ways

import numpy as np

from assistant.messages import RATE, AudioFrame
from benchmarks import standins
from tests import sounds
from tests.models import build_whisper

Hear = Callable[[sounds.Sound], str]

TUNED = {
    "beam_size": 1,
    "best_of": 1,
    "temperature": 0.0,
    "without_timestamps": True,
    "condition_on_previous_text": False,
}


def ours(path: Path, threads: int, margin: float) -> Hear:
    """Our engine as the pipeline asks it."""
    from assistant.engines.whisper import Whisper

    whisper = Whisper(path, threads=threads, margin=margin)
    loop = asyncio.new_event_loop()

    async def frames(sound: sounds.Sound) -> AsyncIterator[AudioFrame]:
        for frame in sounds.frames(sound):
            yield frame

    return lambda sound: loop.run_until_complete(whisper.transcribe(frames(sound))).text


def stock(path: Path, threads: int, **settings: object) -> Hear:
    """faster-whisper's own way."""
    from faster_whisper import WhisperModel

    model = WhisperModel(str(path), device="cpu", compute_type="int8", cpu_threads=threads)

    def hear(sound: sounds.Sound) -> str:
        segments, _ = model.transcribe(sound.astype(np.float32) / 32768, language="en", **settings)
        return "".join(segment.text for segment in segments).strip()

    return hear


WAYS: dict[str, Callable[[Path, int], Hear]] = {
    "stock": stock,
    "stock, tuned": lambda path, threads: stock(path, threads, **TUNED),
    "ours, full length": lambda path, threads: ours(path, threads, margin=30.0),
    "ours": lambda path, threads: ours(path, threads, margin=2.56),
    "ours, margin 1.28": lambda path, threads: ours(path, threads, margin=1.28),
}


def command() -> sounds.Sound:
    """3 seconds with a phrase in them."""
    said = sounds.say(build_whisper.PHRASES[3])
    return sounds.in_a_room(0.4, said, 2.6 - len(said) / RATE)


def memory(way: str, threads: int) -> float:
    """Peak MB of a process of its own, the benchmark's own imports included."""
    code = f"""
import re
from pathlib import Path
from benchmarks import whisper_speed as it
hear = it.WAYS[{way!r}](it.standins.whisper_tiny(), {threads})
hear(it.command())
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    arguments = parser.parse_args()
    path, sound = standins.whisper_tiny(), command()
    hears = {way: make(path, arguments.threads) for way, make in WAYS.items()}
    words = {way: hear(sound) for way, hear in hears.items()}
    seconds: dict[str, list[float]] = {way: [] for way in hears}
    work: dict[str, list[float]] = {way: [] for way in hears}
    for _ in range(arguments.rounds):
        for way, hear in hears.items():
            began = time.perf_counter(), time.process_time()
            hear(sound)
            seconds[way].append(time.perf_counter() - began[0])
            work[way].append(time.process_time() - began[1])
    report = {
        way: {
            "median_ms": statistics.median(figures) * 1000,
            "processor_ms": statistics.median(work[way]) * 1000,
            "times_faster": statistics.median(work["stock"]) / statistics.median(work[way]),
            "words": words[way],
            "peak_mb": memory(way, arguments.threads) if way in ("stock", "ours") else None,
        }
        for way, figures in seconds.items()
    }
    if arguments.json:
        print(json.dumps({"threads": arguments.threads, "rounds": arguments.rounds, "ways": report}))
        return
    for way, row in report.items():
        peak = f"{row['peak_mb']:6.0f} MB" if row["peak_mb"] else " " * 9
        times = f"{row['median_ms']:8.0f} ms{row['processor_ms']:8.0f} ms of processor{row['times_faster']:6.1f} times"
        print(f"{way:20}{times} {peak}  {row['words']}")


if __name__ == "__main__":
    main()
