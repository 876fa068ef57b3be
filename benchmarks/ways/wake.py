"""Waiting for a wake word: our ears behind their gate, openWakeWord's own Model, and pyopen-wakeword."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from assistant.bench.processes import memory
from assistant.listening.noise import Recording, read_sound
from assistant.messages import RATE
from benchmarks.ways.house import House
from benchmarks.ways.measuring import Measure, Measured, Setup, timed
from tests import sounds
from tests.models import build_whisper
from tests.sounds import Sound

FRAME = 1280
"""Samples that the microphone gives at once: 80 ms."""

STRETCH = 20.0
"""Seconds of sound in a case."""

WAKES = ("hey jarvis", "hey jarvis what time is it", "hey jarvis turn on the kitchen light", "turn on the light")
"""The last is none."""

MINUTES = 10
"""Of sound in the cases from 100 on, which are heard one after the other: every other minute somebody talks."""


def stretch(setup: Setup, case: int) -> Sound:
    """Cases 0 to 3 are quiet, 4 to 7 speech, those from 8 wake words, those from 100 a piece of the day."""
    if case >= 100:
        return minutes(case)
    if case < 4:
        return sounds.in_a_room(STRETCH)
    if case >= 8:
        return sounds.in_a_room(2.0, sounds.say(WAKES[case - 8]), 2.0)
    files = sorted((setup.data / "background_dev/speech_librispeech").glob("**/*.flac")) if setup.data else []
    if not files:
        return sounds.in_a_room(*(sounds.say(each) for each in build_whisper.PHRASES), 1.0)
    found: list[Sound] = []
    for file in files[(case - 4) * 2 :]:
        found.append(asyncio.run(read_sound(file)))
        if sum(map(len, found)) >= STRETCH * RATE:
            break
    return np.concatenate(found)[: int(STRETCH * RATE)]


def minutes(case: int) -> Sound:
    """Every other minute is quiet; in the others somebody talks on and on."""
    said = sounds.in_a_room(sounds.say("I wonder whether we should paint the kitchen or the hallway first"), 1.0)
    talk, quiet = np.resize(said, 60 * RATE).astype(np.int16), sounds.in_a_room(60.0, seed=case)
    return np.concatenate([talk if minute % 2 else quiet for minute in range(MINUTES)])


def waiting() -> Callable[[Sound], int]:
    """Our ears, which wait for a wake word behind their gate as they do all day. Gives how often they heard it."""
    house = House(["wake.words=[hey_jarvis]"])

    async def wait(sound: Sound) -> int:
        wakes = 0
        with closing(await house.assistant.listen(Recording(sound))) as ears:
            while await ears.wake() is not None:
                wakes += 1
        return wakes

    return lambda sound: house.run(wait(sound))


def ears(setup: Setup) -> Measure:
    """Our ears: what the appliance does all day."""
    wait = waiting()

    def measure(case: int) -> Measured:
        sound = stretch(setup, case)
        return _with_memory(timed(lambda: wait(sound)))

    return measure


def openwakeword(setup: Setup) -> Measure:
    """`openwakeword.Model` fed as its readme shows, with the one word."""
    import openwakeword as package
    from openwakeword.model import Model

    folder = Path(package.__file__ or "").parent / "resources/models"
    model = Model(wakeword_model_paths=[str(folder / "hey_jarvis_v0.1.onnx")])

    def hear(sound: Sound) -> int:
        model.reset()
        return _risen(
            max(model.predict(sound[at : at + FRAME]).values()) for at in range(0, len(sound) - FRAME + 1, FRAME)
        )

    def measure(case: int) -> Measured:
        sound = stretch(setup, case).astype(np.int16)
        return _with_memory(timed(lambda: hear(sound)))

    return measure


def pyopen_wakeword(setup: Setup) -> Measure:
    """`pyopen_wakeword` fed as its readme shows, 10 ms at a time, one sound after the other."""
    from pyopen_wakeword import Model, OpenWakeWord, OpenWakeWordFeatures

    word, features = OpenWakeWord.from_builtin(Model.HEY_JARVIS), OpenWakeWordFeatures.from_builtin()

    def hear(pcm: bytes) -> int:
        return _risen(
            score
            for at in range(0, len(pcm), 320)
            for made in features.process_streaming(pcm[at : at + 320])
            for score in word.process_streaming(made)
        )

    def measure(case: int) -> Measured:
        pcm = stretch(setup, case).astype("<i2").tobytes()
        return timed(lambda: hear(pcm))

    return measure


def _with_memory(measured: Measured) -> Measured:
    return Measured(measured.wall, measured.cpu, measured.result, {"MB": sum(memory().values())})


def _risen(scores: Iterator[float]) -> int:
    """How often the score rose above one half, after the first 1.28 s, which mean nothing; a second apart."""
    count, until = 0, 16
    for place, score in enumerate(scores):
        if place >= until and score > 0.5:
            count, until = count + 1, place + 13
    return count
