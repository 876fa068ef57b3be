"""How understanding and waiting grow: with devices, intents, the length of a sentence, and minutes of sound.

    python -m benchmarks.growth [--minutes 10] [--json]

Milliseconds of one thread's own time; the phrase book beside plain hassil with the same templates. Megabytes and
processor time of waiting for a wake word, a minute of quiet and speech after the other.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np

from assistant.bench.processes import memory
from assistant.ears import Ears
from assistant.engines.openwakeword import OpenWakeWord
from assistant.engines.silero import Silero
from assistant.listening.noise import Recording
from assistant.messages import RATE, Transcript, Vocabulary
from assistant.phrases.book import PhraseBook
from benchmarks import text_match
from tests import sounds

DEVICES = (10, 30, 100, 300, 1000)
INTENTS = (10, 20, 40)
WORDS = (4, 8, 16, 32, 60)
ROUNDS = 3


def typical(match: Callable[[str], object], sentences: Sequence[str]) -> float:
    """Milliseconds, the median, warm."""
    times = []
    for number in range(ROUNDS + 1):
        for sentence in sentences:
            began = time.thread_time()
            match(sentence)
            if number:
                times.append(time.thread_time() - began)
    return round(statistics.median(times) * 1000, 3)


def book(vocabulary: Vocabulary) -> tuple[Callable[[str], object], float]:
    """A matcher, and seconds of learning."""
    loop, phrases = asyncio.new_event_loop(), PhraseBook()
    began = time.thread_time()
    loop.run_until_complete(phrases.learn(vocabulary))
    learnt = round(time.thread_time() - began, 3)
    return lambda text: loop.run_until_complete(phrases.understand(Transcript(text, 1.0, "text"))), learnt


def devices() -> dict[str, dict[str, float]]:
    found = {}
    for size in DEVICES:
        ours, learnt = book(text_match.house(size))
        said = (*text_match.HITS, *text_match.MISSES[:-2])
        theirs = typical(text_match.plain_hassil(size), said)
        found[str(size)] = {"ours_ms": typical(ours, said), "hassil_ms": theirs, "learnt_s": learnt}
    return found


def intents() -> dict[str, dict[str, float]]:
    found = {}
    for count in INTENTS:
        ours, learnt = book(Vocabulary(text_match.house().intents[:count]))
        found[str(count)] = {"ours_ms": typical(ours, text_match.HITS), "learnt_s": learnt}
    return found


def lengths() -> dict[str, dict[str, float]]:
    """Words that begin like a command and are none, which is the slow case."""
    ours, _ = book(text_match.house())
    hassil = text_match.plain_hassil()
    found = {}
    for count in WORDS:
        text = " ".join(("remind me to call the dentist about the kitchen light tomorrow and " * 6).split()[:count])
        found[str(count)] = {"ours_ms": typical(ours, [text]), "hassil_ms": typical(hassil, [text])}
    return found


def minutes(count: int) -> dict[str, dict[str, float]]:
    """Every other minute is quiet; in the others somebody talks on and on."""
    wake_word, vad, loop = OpenWakeWord(["hey_jarvis"]), Silero(), asyncio.new_event_loop()
    said = sounds.in_a_room(sounds.say("I wonder whether we should paint the kitchen or the hallway first"), 1.0)
    found = {}

    async def wait(sound: sounds.Sound) -> None:
        ears = Ears(Recording(sound), wake_word, vad)
        try:
            while await ears.wake() is not None:
                pass
        finally:
            ears.close()

    for minute in range(1, count + 1):
        talked = np.resize(said, 60 * RATE).astype(np.int16)
        began = time.process_time()
        loop.run_until_complete(wait(talked if minute % 2 == 0 else sounds.in_a_room(60.0)))
        found[str(minute)] = {"cpu_s": round(time.process_time() - began, 2), "rss_mb": sum(memory().values())}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
    arguments = parser.parse_args()
    report = {
        "devices": devices(), "intents": intents(), "words": lengths(), "minutes": minutes(arguments.minutes)
    }  # fmt: skip
    if arguments.json:
        print(json.dumps(report))
        return
    for what, rows in report.items():
        for size, row in rows.items():
            print(f"{what:8} {size:>5}  " + "  ".join(f"{name} {value:9.3f}" for name, value in row.items()))


if __name__ == "__main__":
    main()
