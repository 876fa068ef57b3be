"""When the first sound of a three-sentence answer is there, sentence by sentence and all at once.

    python -m benchmarks.first_audio [--threads 1] [--rounds 3] [--json]

The voice is a stand-in of a medium Piper voice's shape. "First sentence" is the time of synthesising it by itself.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from assistant.engines.piper import Piper
from assistant.messages import Speech
from assistant.speaking.phrase_store import PhraseStore
from benchmarks import standins

FIRST = "The kitchen light and the bedroom lamp are on."
ANSWER = f"{FIRST} Your pasta timer has five minutes left, and the one for the tea is done. Good night!"


async def timed(spoken: AsyncIterator[Speech]) -> tuple[float, float, float]:
    """Seconds until the first piece and until the last, and seconds of sound."""
    began = time.perf_counter()
    first, sound = 0.0, 0.0
    async for piece in spoken:
        first = first or time.perf_counter() - began
        sound += piece.seconds
    return first, time.perf_counter() - began, sound


async def measure(threads: int, rounds: int) -> dict[str, float]:
    """Medians, in milliseconds but for the real-time factor."""
    piper = Piper(standins.piper_medium(), threads=threads)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        store = PhraseStore(piper, Path(folder), "stand-in", [FIRST])
        await store.prepare()
        for _ in range(rounds):
            _, alone, _ = await timed(piper.speak(FIRST))
            first, whole, sound = await timed(piper.speak(ANSWER))
            kept, _, _ = await timed(store.speak(FIRST))
            rows.append((alone * 1000, first * 1000, whole * 1000, whole / sound, kept * 1000))
        store.close()
    piper.close()
    names = ("first_sentence_ms", "first_audio_ms", "whole_text_ms", "real_time_factor", "kept_phrase_ms")
    return {name: statistics.median(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
    arguments = parser.parse_args()
    report = asyncio.run(measure(arguments.threads, arguments.rounds))
    if arguments.json:
        print(json.dumps(report))
        return
    for name, value in report.items():
        print(f"{name.replace('_', ' '):20}{value:10.2f}")


if __name__ == "__main__":
    main()
