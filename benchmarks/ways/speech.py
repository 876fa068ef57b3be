"""From the end of a command to what was meant or said: our recognizers, and faster_whisper."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from assistant.messages import RATE, AudioFrame
from benchmarks import standins, text_match
from benchmarks.ways.house import House
from benchmarks.ways.measuring import Measure, Measured, Setup, timed
from tests import sounds
from tests.models import build_whisper
from tests.sounds import Sound

FRAME = 1280
"""Samples that the microphone gives at once: 80 ms."""

SPOKEN = tuple(build_whisper.PHRASES[place] for place in (0, 1, 3, 4))
"""What the house of the defaults understands and the stand-in of Whisper-tiny has learnt."""

LONGER = (
    "what time is it",
    "turn on the kitchen light",
    "set a timer for one hour and twenty five minutes",
    "turn off the kitchen light and set a timer for one hour and twenty five minutes",
)
"""Ever longer commands."""

FEW_SKILLS = ("clock", "light", "stop", "timer")


def spoken(case: int) -> Sound:
    """A command with the silence that ears leave around it."""
    return sounds.in_a_room(0.3, sounds.say(SPOKEN[case]), 0.6)


def longer(case: int) -> Sound:
    """A command of so many parts."""
    return sounds.in_a_room(0.3, sounds.say(LONGER[case]), 0.6)


def command(seconds: float = 3.0) -> Sound:
    """Sound of this length with a phrase in it."""
    said = sounds.say(SPOKEN[2])
    return sounds.in_a_room(0.4, said, seconds - 0.4 - len(said) / RATE)


def phrase_path(
    devices: int | None = None, skills: Sequence[str] | None = None, sound: Callable[[int], Sound] = spoken
) -> Callable[[Setup], Measure]:
    """Our first recognizer and the phrase book, from the last frame to the intent.

    In the house of the defaults, or one of so many devices; with all skills, or these.
    """

    def make(_: Setup) -> Measure:
        disabled = [] if skills is None else sorted(_all_skills() - set(skills))
        settings = [f"skills.disabled=[{', '.join(disabled)}]"]
        house = House(settings, None if devices is None else _house(devices))
        recognizer = house.run(house.assistant.taught.all())[0]
        book = house.assistant.mind.understanders[0]

        async def hear(sound: Sound) -> Measured:
            ended = began = (time.perf_counter(), time.process_time())

            async def frames() -> AsyncIterator[AudioFrame]:
                nonlocal ended
                for at in range(0, len(sound), FRAME):
                    yield AudioFrame(sound[at : at + FRAME].astype("<i2").tobytes(), at / RATE)
                ended = time.perf_counter(), time.process_time()

            transcript = await recognizer.transcribe(frames(), None)
            intent = await book.understand(transcript)
            now = time.perf_counter(), time.process_time()
            more = {"real-time factor": (now[1] - began[1]) / (len(sound) / RATE)}
            return Measured(now[0] - ended[0], now[1] - ended[1], intent.summary if intent else "nothing", more)

        return lambda case: house.run(hear(sound(case)))

    return make


def whisper(sound: Callable[[int], Sound], **settings: Any) -> Callable[[Setup], Measure]:
    """`faster_whisper` with these settings of its `transcribe`."""

    def make(_: Setup) -> Measure:
        from faster_whisper import WhisperModel

        model = WhisperModel(str(standins.whisper_tiny()), device="cpu", compute_type="int8", cpu_threads=1)

        def hear(case: int) -> str:
            segments, _ = model.transcribe(sound(case).astype(np.float32) / 32768, **settings)
            return "".join(segment.text for segment in segments).strip()

        return lambda case: timed(lambda: hear(case))

    return make


def short_whisper(margin: float) -> Callable[[Setup], Measure]:
    """Our Whisper at the length of the speech. A case is the length of the sound in seconds."""

    def make(_: Setup) -> Measure:
        from assistant.engines.whisper import Whisper

        engine = Whisper(standins.whisper_tiny(), threads=1, margin=margin)
        loop = asyncio.new_event_loop()

        async def frames(sound: Sound) -> AsyncIterator[AudioFrame]:
            yield AudioFrame(sound.astype("<i2").tobytes(), 0.0)

        def hear(case: int) -> str:
            return loop.run_until_complete(engine.transcribe(frames(command(case)), None)).text

        return lambda case: timed(lambda: hear(case))

    return make


def orders_accepted(data: Path) -> str:
    """How many of the public recordings of coffee orders are accepted, with the coffee grammar alone."""
    command = [
        sys.executable, "-m", "assistant", "evaluate", str(data / "coffee_dev/manifest.jsonl"), "--json",
        "--skills", str(Path(__file__).parents[1] / "coffee"),
        "--set", f"skills.disabled=[{', '.join(sorted(_all_skills()))}]",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"coffee orders were not heard: {done.stderr.strip()[-200:]}"
    score = json.loads(done.stdout)
    return f"coffee orders accepted: {score['acceptance']:.1%} of {score['n']}"


def _all_skills() -> set[str]:
    import skills

    folder = Path(next(iter(skills.__path__)))
    return {file.stem for file in folder.glob("*.py")} - {"__init__"}


def _house(size: int) -> Path:
    """A configuration with so many devices, 60 % lights and 40 % switches, ten in a room."""
    areas = [wing + area for wing in text_match.WINGS for area in text_match.AREAS][: max(1, size // 10)]
    kinds = [*((name, "light") for name in text_match.LIGHTS), *((name, "switch") for name in text_match.SWITCHES)]
    devices = [{"name": f"{area} {name}", "kind": kind, "area": area} for area, (name, kind) in product(areas, kinds)]
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False) as file:
        yaml.safe_dump({"areas": [{"name": area} for area in areas], "devices": devices}, file)
    return Path(file.name)
