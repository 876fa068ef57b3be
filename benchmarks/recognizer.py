"""What phrase recognition costs in a large house, and what it takes for a command that is none.

    python benchmarks/recognizer.py [--engine NAME] [--reject FOLDER]… [--json]

Engines are named as in recognition.engines. The house has 100 devices and all shipped skills. Times are processor
seconds of all threads, on one core. `--reject` takes folders of recordings that hold no command (their first 8 seconds)
and counts those that would be acted upon.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import numpy as np
import soxr
import yaml

import skills
from assistant.config import load
from assistant.devices.simulated import SimulatedDevice, SimulatedHouse
from assistant.engines.acoustic import AcousticModel
from assistant.engines.espeak import Espeak
from assistant.engines.hearth import Hearth
from assistant.engines.sphinx import PocketSphinx
from assistant.house import Area
from assistant.listening.noise import read_sound
from assistant.messages import BYTES_PER_SECOND, RATE, AudioFrame, Transcript, Vocabulary
from assistant.phrases.book import PhraseBook
from assistant.phrases.everyday import everyday
from assistant.phrases.network import compile_network
from assistant.registry import discover
from assistant.stages import Recognizer
from assistant.testing import assistant

HOUSE = Path(__file__).parent.parent / "tests/houses/hundred.yaml"
ENGINES = ("hearth+pocketsphinx", "hearth", "pocketsphinx")
FRAME = 2560
"""Bytes: 80 ms, as the ears pass on."""
SENTENCES = (
    "turn on the kitchen light",
    "set a timer for twenty five minutes",
    "what time is it",
    "turn off all the lights in the bedroom",
    "turn up the volume",
    "turn the volume down",
)


async def vocabulary(folders: Iterable[Path] = ()) -> Vocabulary:
    """Of a house with 100 devices and all shipped skills."""
    plan = yaml.safe_load(HOUSE.read_text("utf-8"))
    areas = {area["name"]: Area(area["name"], tuple(area.get("aliases", ()))) for area in plan["areas"]}
    devices = (
        SimulatedDevice(each["name"], each["kind"], areas.get(each.get("area")), tuple(each.get("aliases", ())))
        for each in plan["devices"]
    )
    plugins = discover([*map(Path, skills.__path__), *folders])
    found = {plugin.name: plugin.skill for plugin in plugins if plugin.skill is not None}
    built = await assistant(*found.values(), house=SimulatedHouse(tuple(devices), tuple(areas.values())))
    return await built.hands.vocabulary()


def rss() -> float:
    """Megabytes of this process."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def spoken(espeak: Espeak, text: str) -> bytes:
    """A sentence with the silence that ears leave around it."""
    speech = espeak.synthesize(text)
    sound = soxr.resample(np.frombuffer(speech.pcm, "<i2").astype(np.float32), speech.rate, RATE)
    whole = np.concatenate((np.zeros(RATE * 3 // 10), sound, np.zeros(RATE * 6 // 10)))
    whole += np.random.default_rng(0).normal(0, 30, len(whole))
    return bytes(np.clip(whole, -32768, 32767).astype("<i2").tobytes())


async def transcribe(recognizer: Recognizer, pcm: bytes) -> tuple[Transcript, float, float]:
    """The transcript; processor seconds in all; seconds from the last frame to the transcript."""
    ended = 0.0

    async def frames() -> AsyncIterator[AudioFrame]:
        nonlocal ended
        for start in range(0, len(pcm), FRAME):
            yield AudioFrame(pcm[start : start + FRAME], start / BYTES_PER_SECOND)
        ended = time.process_time()

    begun = time.process_time()
    transcript = await recognizer.transcribe(frames())
    now = time.process_time()
    return transcript, now - begun, now - ended


def engine(name: str, espeak: Espeak) -> Recognizer:
    """A recognizer by its name."""
    sphinx = PocketSphinx(compile_network, espeak.phonemes)
    if name == "pocketsphinx":
        return sphinx
    second = sphinx if name == "hearth+pocketsphinx" else None
    return Hearth(AcousticModel(), compile_network, espeak.phonemes, second, free_text=everyday)


async def measure(name: str, folders: list[Path]) -> dict[str, object]:
    """All figures."""
    words = await vocabulary()
    espeak = Espeak()
    before = rss()
    recognizer = engine(name, espeak)
    begun = time.process_time()
    await recognizer.learn(words)
    network = compile_network(words)
    figures: dict[str, object] = {
        "learn_s": round(time.process_time() - begun, 2),
        "rss_mb": round(rss() - before, 1),
        "states": network.states,
        "arcs": len(network.arcs),
        "words": len(network.words),
    }
    factors, tails, right = [], [], 0
    for sentence in SENTENCES:
        pcm = spoken(espeak, sentence)
        transcript, spent, tail = await transcribe(recognizer, pcm)
        factors.append(spent / (len(pcm) / BYTES_PER_SECOND))
        tails.append(1000 * tail)
        right += transcript.text == sentence
    figures |= {
        "real_time_factor": round(statistics.mean(factors), 3),
        "tail_ms": round(statistics.median(tails)),
        "worst_tail_ms": round(max(tails)),
        "right": f"{right} of {len(SENTENCES)}",
        "rss_after_mb": round(rss() - before, 1),
    }
    book = PhraseBook()
    await book.learn(words)
    for folder in folders:
        figures[folder.name] = await reject(recognizer, book, sorted(folder.glob("**/*.flac")))
    recognizer.close()
    espeak.close()
    return figures


async def reject(recognizer: Recognizer, book: PhraseBook, files: list[Path]) -> dict[str, object]:
    """How many recordings without a command would be acted upon, and at what cost."""
    threshold = load().recognition.threshold
    acted, spent, seconds = [], 0.0, 0.0
    for file in files:
        pcm = (await read_sound(file))[: 8 * RATE].astype("<i2").tobytes()
        transcript, cost, _ = await transcribe(recognizer, pcm)
        spent, seconds = spent + cost, seconds + len(pcm) / BYTES_PER_SECOND
        if transcript.confidence >= threshold and await book.understand(transcript):
            acted.append(f"{transcript.text} ({transcript.confidence:.2f})")
    return {"files": len(files), "acted": acted, "real_time_factor": round(spent / max(seconds, 1e-9), 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="hearth+pocketsphinx", choices=ENGINES)
    parser.add_argument("--reject", type=Path, action="append", default=[], metavar="FOLDER")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = asyncio.run(measure(options.engine, options.reject))
    if options.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:20} {value}")


if __name__ == "__main__":
    main()
