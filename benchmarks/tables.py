"""The sentences of the utterance tables as a manifest for `assistant evaluate`: typed, and spoken by espeak-ng.

    python -m benchmarks.tables FOLDER [--every N] [--from N] [--voices VOICE,…] [--rate N]
    assistant --config tests/houses/hundred.yaml evaluate FOLDER/spoken.jsonl

FOLDER gets `typed.jsonl`, `spoken.jsonl` and the recordings. What the tables say of days was written for their own
day; here it is what the sentence means today. Sentences that only follow from others are left out.
"""

import argparse
import asyncio
import json
import wave
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import soxr

from assistant.engines.espeak import Espeak
from assistant.messages import RATE, Transcript
from assistant.phrases.book import PhraseBook
from assistant.speaking.aloud import aloud
from tests.skills.shipped import vocabulary
from tests.skills.test_utterances import CASES

VOICES = "en-us,en-gb,en-us+f3"
WORDS_PER_MINUTE = 150
BEFORE, AFTER = 0.4, 0.8
"""Seconds of a quiet room around each sentence."""
QUIET = 30.0
"""Standard deviation of its noise."""
DAYS = ("date", "moment")
"""Kinds of slots whose value depends on the day."""


def spoken(espeak: Espeak, sentence: str) -> bytes:
    """A sentence, its signs and figures read out, at half of full scale in a quiet room, 16 kHz."""
    speech = espeak.synthesize(aloud(sentence))
    sound = soxr.resample(np.frombuffer(speech.pcm, "<i2").astype(np.float32), speech.rate, RATE)
    sound *= 16_000 / np.abs(sound).max()
    whole = np.concatenate((np.zeros(round(BEFORE * RATE)), sound, np.zeros(round(AFTER * RATE))))
    whole += np.random.default_rng(0).normal(0.0, QUIET, len(whole))
    return bytes(np.clip(whole, -32768, 32767).astype("<i2").tobytes())


async def meanings() -> list[Mapping[str, object]]:
    """What each sentence of the tables means today, in their order, as a manifest says it."""
    book, known = PhraseBook(), vocabulary()
    await book.learn(known)
    days = {(spec.name, slot.name) for spec in known.intents for slot in spec.slots if slot.kind in DAYS}
    found: list[Mapping[str, object]] = []
    for intent, sentence, slots in CASES:
        read = await book.understand(Transcript(sentence, 1.0, "typed"))
        today = read.slots if read is not None else {}
        meant = {name: today.get(name, value) if (intent, name) in days else value for name, value in slots.items()}
        found.append({"text": sentence, "intent": intent, "slots": meant})
    return found


def write(path: Path, pcm: bytes) -> None:
    """A WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, help="only every so many-th sentence")
    parser.add_argument("--from", dest="first", type=int, default=0, help="beginning with this one")
    parser.add_argument("--voices", default=VOICES)
    parser.add_argument("--rate", type=int, default=WORDS_PER_MINUTE, help="words a minute")
    options = parser.parse_args()
    lines = asyncio.run(meanings())[options.first :: options.every]
    options.folder.mkdir(parents=True, exist_ok=True)
    said = []
    for voice in options.voices.split(","):
        espeak = Espeak(voice, options.rate)
        for number, line in enumerate(lines):
            path = options.folder / f"{voice}-{number:04}.wav"
            write(path, spoken(espeak, str(line["text"])))
            said.append({"audio": path.name, **{key: value for key, value in line.items() if key != "text"}})
        espeak.close()
    for name, several in (("typed", lines), ("spoken", said)):
        text = "".join(json.dumps(line) + "\n" for line in several)
        (options.folder / f"{name}.jsonl").write_text(text, "utf-8")
    print(f"{len(lines)} sentences, {len(said)} recordings in {options.folder}")


if __name__ == "__main__":
    main()
