"""How long the stages of a turn take that can be tried here: a few seconds of measurement."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, closing
from pathlib import Path

import numpy as np
import soxr

from assistant.app import assemble
from assistant.config import Config
from assistant.devices.files import FileSpeaker
from assistant.engines.espeak import Espeak
from assistant.errors import EngineError
from assistant.listening.noise import Recording, Sound
from assistant.messages import RATE, AudioFrame
from assistant.models.model_store import ModelStore
from assistant.models.planner import COMMAND
from assistant.stages import Synthesizer

COMMAND_SAID = "turn on the kitchen light"
"""What is said to the recognizers: their time goes by the house and the length, hardly by the words."""

ANSWER = "The kitchen light is on."
"""What is said back: 1.4 seconds."""


async def measure(config: Config, store: ModelStore, threads: int) -> dict[str, float]:
    """Seconds of each step of a turn that can be tried here, by the names that plans have for them."""
    with closing(Espeak(config.voice.name, config.voice.rate, config.voice.pitch)) as espeak:
        said = await _spoken(espeak, COMMAND_SAID)
        found = await _embedded(config, said) | {"espeak-ng: first sound": await _first_sound(espeak)}
    for model in store.manifest.models:
        try:
            if model.stage == "recognition":
                found[f"{model.name}: words"] = await _words(store.locate(model.name), threads, said)
            elif model.stage == "speech":
                found[f"{model.name}: first sentence"] = await _voice(store.locate(model.name), threads)
        except EngineError:  # it is not here, or does not work here: it is modelled
            continue
    return found


async def _embedded(config: Config, said: Sound) -> dict[str, float]:
    """The phrase recognizer, which works while somebody speaks and is late by its last step alone; the phrase book."""
    async with assemble(config, FileSpeaker(None)) as assistant:
        await assistant.take(Recording(said[:RATE]), dry_run=True)
        began = time.perf_counter()
        turn = await assistant.take(Recording(said), dry_run=True)
        behind = time.perf_counter() - began - len(said) / RATE
    return {
        "phrase recognizer": max(turn.ms["recognize"] / 1000, behind),
        "phrase book": turn.ms["understand"] / 1000,
    }


async def _words(path: Path, threads: int, said: Sound) -> float:
    from assistant.engines.whisper import Whisper

    async def frames() -> AsyncIterator[AudioFrame]:
        yield AudioFrame(said.astype("<i2").tobytes(), 0.0)

    with closing(Whisper(path, threads=threads)) as whisper:
        return await _quickest(lambda: whisper.transcribe(frames()))


async def _voice(path: Path, threads: int) -> float:
    from assistant.engines.piper import Piper

    with closing(Piper(path, threads=threads)) as piper:
        return await _first_sound(piper)


async def _first_sound(voice: Synthesizer) -> float:
    async def first() -> None:
        async with aclosing(voice.speak(ANSWER)) as pieces:
            async for _ in pieces:
                return

    return await _quickest(first)


async def _quickest(work: Callable[[], Awaitable[object]]) -> float:
    """Seconds of the quicker of two."""
    times = []
    for _ in range(2):
        began = time.perf_counter()
        await work()
        times.append(time.perf_counter() - began)
    return min(times)


async def _spoken(espeak: Espeak, text: str) -> Sound:
    """A sentence, with silence around it up to the length of a typical command."""
    pieces = [(np.frombuffer(piece.pcm, "<i2"), piece.rate) async for piece in espeak.speak(text)]
    said = soxr.resample(np.concatenate([pcm for pcm, _ in pieces]).astype(np.float32), pieces[0][1], RATE)
    sound = np.random.default_rng(0).normal(0, 10, round(COMMAND * RATE))
    start = RATE // 4
    said = said[: len(sound) - start]
    sound[start : start + len(said)] += said
    return np.clip(sound, -32768, 32767).astype(np.int16)
