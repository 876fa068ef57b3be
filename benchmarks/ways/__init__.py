"""The ways that `benchmarks.beside` compares: ours as the assistant uses it, others as their documentation shows them.

Each way is made once, in a process of its own, and then measured case by case.
"""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict

from assistant.messages import Vocabulary
from benchmarks import text_match
from benchmarks.ways import speech, voice, wake, words
from benchmarks.ways.measuring import Measure, Setup

Make = Callable[[Setup], Measure]

DEVICES = (10, 30, 100, 300, 1000)
SPOKEN_DEVICES = (10, 100, 300)
INTENTS = (10, 20, 40)


def _intents(count: int) -> Vocabulary:
    return Vocabulary(text_match.house().intents[:count])


def _with_devices(size: int) -> dict[str, Make]:
    return {
        f"phrase book, {size} devices": words.matched(lambda: text_match.book(text_match.house(size))),
        f"hassil, {size} devices": words.matched(lambda: text_match.plain_hassil(text_match.house(size))),
    }


def _with_intents(count: int) -> dict[str, Make]:
    return {
        f"phrase book, {count} intents": words.matched(lambda: text_match.book(_intents(count))),
        f"hassil, {count} intents": words.matched(lambda: text_match.plain_hassil(_intents(count))),
    }


WAYS: Mapping[str, Make] = {
    "phrase path": speech.phrase_path(),
    **{f"phrase path, {size} devices": speech.phrase_path(size) for size in SPOKEN_DEVICES},
    "phrase path, four skills": speech.phrase_path(skills=speech.FEW_SKILLS),
    "phrase path, by length": speech.phrase_path(sound=speech.longer),
    "faster_whisper as documented": speech.whisper(speech.spoken, beam_size=5, language="en"),
    "faster_whisper as wyoming-faster-whisper": speech.whisper(
        speech.spoken, beam_size=5, language="en", initial_prompt=None
    ),
    "short Whisper": speech.short_whisper(2.56),
    "short Whisper, margin 1.28 s": speech.short_whisper(1.28),
    "faster_whisper, by seconds, as documented": speech.whisper(speech.command, beam_size=5, language="en"),
    "faster_whisper, by seconds, language told by itself": speech.whisper(speech.command, beam_size=5),
    "faster_whisper, by seconds, as wyoming-faster-whisper on ARM": speech.whisper(
        speech.command, beam_size=1, language="en"
    ),
    "choices": words.chosen,
    "JSON schema": words.json_schema(afresh=False),
    "JSON schema, first turn": words.json_schema(afresh=True),
    **{name: make for size in DEVICES for name, make in _with_devices(size).items()},
    **{name: make for count in INTENTS for name, make in _with_intents(count).items()},
    "phrase book, by length": words.matched(lambda: text_match.book(text_match.house()), words.long_sentence),
    "hassil, by length": words.matched(lambda: text_match.plain_hassil(text_match.house()), words.long_sentence),
    "ears": wake.ears,
    "openwakeword.Model": wake.openwakeword,
    "pyopen_wakeword": wake.pyopen_wakeword,
    "first audio": voice.first_audio,
    "piper, whole text": voice.whole_text,
}
"""By the names in the table."""


def serve(name: str, setup: Setup) -> None:
    """Make a way, then measure each case whose number comes in a line, answering in a line of JSON."""
    try:
        measure = WAYS[name](setup)
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), flush=True)
        return
    print("{}", flush=True)
    for line in sys.stdin:
        print(json.dumps(asdict(measure(int(line)))), flush=True)
