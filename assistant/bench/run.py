"""The measurements of `assistant bench`, one after the other into one record, which is whole or says that it is not."""

import asyncio
import platform
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant import __version__
from assistant.app import Assistant, assemble
from assistant.bench import golden
from assistant.bench.figures import spread
from assistant.bench.quality import Tell, accuracy, drift, in_noise
from assistant.bench.said import Spoken, commands, quiet, readable, spoken
from assistant.bench.sensors import Energy, energy_meter, memory, processor_seconds, thermal
from assistant.config import Config
from assistant.ears import Ears
from assistant.engines.espeak import Espeak
from assistant.evaluate import Gold, Line, Trial
from assistant.listening.noise import Recording
from assistant.messages import Speech, Turn
from assistant.models.machine import this_machine
from assistant.models.model_store import default_folder
from assistant.models.rates import core_watts

STAGES = ("wake", "recognize", "understand", "speak", "accuracy", "golden")
"""What can be measured by itself. `act` and `turn` come with recognizing and understanding."""

QUIET = 10.0
"""Seconds of a quiet room in which a wake word is waited for."""

SAMPLED = 0.5
"""Seconds between two looks at memory and power."""

SAYINGS = (
    "The kitchen light is on.",
    "It is ten past eight.",
    "Your timer for ten minutes has started.",
    "Sorry, I did not understand that.",
)
"""Answers to be spoken; a number is added to each, so that none is kept from the time before."""


@dataclass
class Record:
    """All figures of a run, filled as they come."""

    config: Config
    values: dict[str, list[float]] = field(default_factory=dict)
    """Milliseconds by stage."""
    data: dict[str, Any] = field(default_factory=dict)
    complete: bool = False
    began: float = field(default_factory=time.monotonic)

    def add(self, stage: str, ms: float) -> None:
        """One more measurement."""
        self.values.setdefault(stage, []).append(round(ms, 3))

    def as_json(self) -> dict[str, Any]:
        """For machines, for the report and for `--against`."""
        stages = {name: {**asdict(spread(values)), "values": values} for name, values in self.values.items() if values}
        return {"version": __version__, "complete": self.complete, "ms": stages, **self.data}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure."""

    stages: Sequence[str] = STAGES
    turns: int = 40
    lines: Sequence[Line] | None = None
    """The household's own manifest; without one, what this house can be told."""
    folders: Sequence[Path] = ()
    state: Path = Path()
    """The folder in which the record of golden answers is."""


async def measure(wanted: Wanted, record: Record, tell: Tell) -> None:
    """Fill the record. Cancelled in the middle, it keeps what it has. Raises EngineError and DeviceError."""
    record.data |= _machine(record.config)
    record.data["thermal"] = {"before": asdict(thermal())}
    async with _watched(record), assemble(record.config, Counting(), folders=wanted.folders) as assistant:
        await assistant.mind.ready()
        espeak = assistant.lineup.espeak
        lines, problems = await _lines(wanted, assistant)
        record.data["unreadable"] = problems
        said = await _synthesised(lines, espeak, tell)
        with _metered(record):
            if {"recognize", "understand", "accuracy"} & set(wanted.stages) and said:
                await _turns(assistant, said, record, tell)
        if "understand" in wanted.stages:
            await _typed(assistant, lines, record, tell)
        if "wake" in wanted.stages:
            await _wake(assistant, record, tell)
        if "speak" in wanted.stages:
            await _speak(assistant, record, tell, wanted.turns)
        if "accuracy" in wanted.stages:
            await in_noise(assistant, said, record.data.setdefault("accuracy", {}), tell)
        if "golden" in wanted.stages:
            record.data["drift"] = await drift(assistant, wanted.state, tell)
    record.data["thermal"]["after"] = asdict(thermal())
    record.complete = True


class Counting:
    """A `Speaker` that is at once done, and knows how long it would have taken."""

    def __init__(self) -> None:
        self.seconds = 0.0
        """Of sound so far."""

    async def play(self, speech: AsyncIterator[Speech]) -> None:
        """Take it all."""
        async for piece in speech:
            self.seconds += piece.seconds


def _machine(config: Config) -> dict[str, Any]:
    machine = this_machine()
    models = config.models.folder or default_folder()
    package = Path(__file__).parent.parent
    return {
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "machine": {**asdict(machine), "python": platform.python_version(), "kernel": platform.release()},
        "profile": config.profile,
        "libraries": dict(golden.libraries()),
        "disk_mb": {"hearth": _size(package), "models": _size(models)},
    }


def _size(folder: Path) -> float:
    return round(sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6, 1)


@asynccontextmanager
async def _watched(record: Record) -> AsyncIterator[None]:
    """Sample memory and power meanwhile."""
    meter = energy_meter()
    energy = Energy(meter) if meter else None
    rows: list[tuple[float, float]] = []
    record.data["memory_mb"] = {"over_time": rows, "peak": 0.0}

    async def sample() -> None:
        while True:
            now = memory()
            rows.append((round(time.monotonic() - record.began, 2), round(now, 1)))
            record.data["memory_mb"]["peak"] = max(record.data["memory_mb"]["peak"], round(now, 1))
            if energy:
                energy.sample()
                record.data["energy"] = {"how": meter and meter.how, "joules": energy.joules}
            await asyncio.sleep(SAMPLED)

    async with asyncio.TaskGroup() as tasks:
        sampling = tasks.create_task(sample())
        try:
            yield
        finally:
            sampling.cancel()


@contextmanager
def _metered(record: Record) -> Iterator[None]:
    """Energy of the turns: measured where there is a meter, else modelled from processor time and published watts."""
    meter = energy_meter()
    energy = Energy(meter) if meter else None
    began, cpu = time.monotonic(), processor_seconds()
    try:
        yield
    finally:
        turns = max(1, len(record.values.get("turn", ())))
        spent = processor_seconds() - cpu
        record.data["cpu_s_per_turn"] = round(spent / turns, 3)
        if energy and meter:
            told = {"how": meter.how, "modelled": False, "joules_per_turn": round(energy.joules / turns, 2)}
        elif (watts := core_watts(this_machine())) is not None:
            joules = round(watts.value * spent / turns, 2)
            how = f"modelled: {watts.value:g} W for each busy core, from {watts.source}"
            told = {"how": how, "modelled": True, "joules_per_turn": joules}
        else:
            told = {"how": "unavailable: no RAPL, INA219 or PMIC, and no published figure for this machine"}
        record.data["energy_of_turns"] = {**told, "seconds": round(time.monotonic() - began, 1)}


async def _lines(wanted: Wanted, assistant: Assistant) -> tuple[list[Line], list[str]]:
    if wanted.lines is None:
        return await commands(assistant.mind.vocabulary, wanted.turns), []
    good, problems = await readable(wanted.lines)
    return good[: wanted.turns], problems


async def _synthesised(lines: Sequence[Line], espeak: Espeak, tell: Tell) -> list[Spoken]:
    said = []
    for number, line in enumerate(lines):
        tell("synthesising what is said", number, len(lines))
        said += await spoken([line], espeak)
    return said


async def _turns(assistant: Assistant, said: Sequence[Spoken], record: Record, tell: Tell) -> None:
    """Whole turns on sound. Nothing is performed."""
    gold = Gold(assistant.mind.vocabulary)
    await assistant.take(Recording(said[0].sound), dry_run=True)
    seconds, spent, trials = 0.0, processor_seconds(), list[Trial]()
    record.data["turns"] = waterfalls = list[dict[str, Any]]()
    for number, one in enumerate(said):
        tell("turns, spoken", number, len(said))
        turn = await assistant.take(Recording(one.sound), dry_run=True)
        _note(turn, record)
        waterfalls.append({"said": one.line.said, "right": None, "ms": dict(turn.ms), "seconds": turn.seconds})
        trials.append(await gold.judge(one.line, None, turn))
        waterfalls[-1]["right"] = trials[-1].right
        seconds += turn.speech
        record.data["real_time_factor"] = round((processor_seconds() - spent) / max(seconds, 1e-9), 4)
        record.data["accuracy"] = {"clean": accuracy(trials)}


def _note(turn: Turn, record: Record) -> None:
    for stage in ("recognize", "understand", "act"):
        if stage in turn.ms:
            record.add(stage, turn.ms[stage])
    record.add("turn", turn.seconds * 1000)
    for attempt in turn.attempts:
        record.add(f"{attempt.stage}: {attempt.engine}", attempt.ms)


async def _typed(assistant: Assistant, lines: Sequence[Line], record: Record, tell: Tell) -> None:
    """The same words typed."""
    words = [line.said for line in lines if line.audio is None]
    for number, text in enumerate(words):
        tell("turns, typed", number, len(words))
        turn = await assistant.ask(text, dry_run=True)
        record.add("understand, typed", turn.ms["understand"])


async def _wake(assistant: Assistant, record: Record, tell: Tell) -> None:
    """Waiting for a wake word in a quiet room: what the appliance does all day."""
    from assistant.engines.openwakeword import OpenWakeWord
    from assistant.engines.silero import Silero

    wake_word, vad = await asyncio.to_thread(OpenWakeWord, assistant.config.wake.thresholds), Silero()
    rounds = 3
    for number in range(rounds):
        tell("waiting for a wake word", number, rounds)
        ears = Ears(Recording(quiet(QUIET)), wake_word, vad)
        spent = processor_seconds()
        try:
            while await ears.wake() is not None:
                pass
        finally:
            ears.close()
        share_of_core = (processor_seconds() - spent) / QUIET
        record.add("wake, per 80 ms", share_of_core * 80)
        record.data["idle_cpu_s_per_hour"] = round(share_of_core * 3600, 1)


async def _speak(assistant: Assistant, record: Record, tell: Tell, turns: int) -> None:
    speaker = Counting()
    voice = assistant.lineup.espeak if assistant.lineup.voice_name == "espeak-ng" else None
    for number in range(min(turns, 20)):
        tell("speaking", number, min(turns, 20))
        text = f"{SAYINGS[number % len(SAYINGS)]} {number + 1}."
        began = time.perf_counter()
        first: float | None = None

        def begun(began: float = began) -> None:
            nonlocal first
            first = time.perf_counter() - began

        if voice is None:
            await assistant.voice.say(text, begun=begun)
        else:
            async with aclosing(voice.speak(text)) as pieces:
                async for piece in pieces:
                    first = time.perf_counter() - began if first is None else first
                    speaker.seconds += piece.seconds
        record.add("speak, first sound", 1000 * (first or 0.0))
        record.add("speak, all of it", 1000 * (time.perf_counter() - began))
