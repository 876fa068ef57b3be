"""What the record of a turn costs: its time beside that of the turn, and the memory of fifty.

    python -m benchmarks.turn_records

Turns are typed, which is the shortest way a turn can go; a spoken one takes a hundred times as long.
"""

import asyncio
import json
import statistics
import time
import tracemalloc

from assistant.app import assemble
from assistant.config import load
from assistant.devices.files import FileSpeaker
from assistant.events import Finished
from assistant.messages import Asked, Turn
from assistant.records.asking import note, noted
from assistant.records.stopwatch import Stopwatch
from assistant.records.turns import MOST, TurnBook, dump
from assistant.records.turns import load as loaded

TURNS = 200


def recording(record: Turn) -> float:
    """Seconds of processor time to write down one turn like this."""
    book = TurnBook()
    began = time.thread_time()
    for number in range(TURNS):
        watch = Stopwatch()
        for attempt in record.attempts:
            watch.attempt(
                attempt.stage, attempt.engine, attempt.guess, attempt.score, attempt.threshold, attempt.verdict
            )
        with noted() as asked:
            for each in record.asked:
                note(Asked(each.device, each.changes, each.outcome, each.ms))
        watch.lap("act")
        book(
            Finished(number, Turn(record.transcript, 1.0, "typed", attempts=tuple(watch.attempts), asked=tuple(asked)))
        )
    return (time.thread_time() - began) / TURNS


async def measure() -> dict[str, float]:
    async with assemble(load(), FileSpeaker(None)) as assistant:
        record = await assistant.ask("turn on the kitchen light")
        turns = []
        for number in range(TURNS):
            began = time.thread_time()
            await assistant.ask(f"turn {'on' if number % 2 else 'off'} the kitchen light")
            turns.append(time.thread_time() - began)
    cost, turn = recording(record), statistics.median(turns)
    tracemalloc.start()
    book = TurnBook()
    for number in range(MOST):
        book(Finished(number, loaded(dump(record))))
    size, _ = tracemalloc.get_traced_memory()
    return {
        "record_us": round(cost * 1e6, 1),
        "typed_turn_us": round(turn * 1e6, 1),
        "of_typed_turn": round(cost / turn, 4),
        "of_spoken_turn_of_150_ms": round(cost / 0.15, 6),
        "fifty_kb": round(size / 1000, 1),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure())))
