"""The measurements of `assistant bench`, one after the other into one record, which is whole or says that it is not."""

import asyncio
import platform
import sysconfig
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.app import Assistant, assemble
from assistant.bench import engines, golden, stages
from assistant.bench.quality import drift, in_noise
from assistant.bench.record import STAGES, Record, Tell
from assistant.bench.said import Spoken, commands, readable, spoken
from assistant.bench.watching import watched
from assistant.config import Config
from assistant.errors import EngineError
from assistant.evaluate import Line
from assistant.models.machine import this_machine
from assistant.models.model_store import default_folder

MOST_SPOKEN = 20
"""Answers that are spoken, at most."""


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


async def measure(wanted: Wanted, record: Record, tell: Tell, stop: Callable[[], bool] = lambda: False) -> None:
    """Fill the record. Cancelled in the middle, it keeps what it has. Raises EngineError and DeviceError.

    `stop` tells that it is about to be cancelled.
    """
    speaker = stages.Counting()
    chosen = set(wanted.stages)
    async with AsyncExitStack() as stack:
        watch = await stack.enter_async_context(watched(record, stop))
        record.data |= await asyncio.to_thread(_machine, record.config)
        with watch.stage("loading"):
            house = assemble(record.config, speaker, folders=wanted.folders)
            assistant = await stack.enter_async_context(house)
            await _settled(assistant, tell)
            lines, record.data["unreadable"] = await _lines(wanted, assistant)
            said = await _synthesised(lines, assistant, tell)
        record.data["left_out"] = assistant.lineup.problems  # recognizers join when they are loaded
        if chosen & {"recognize", "understand", "accuracy"} and said:
            with watch.stage("turns"), watch.turns():
                await stages.turns(assistant, said, record, tell)
        if "recognize" in chosen:
            with watch.stage("recognize"):
                await engines.hearing(assistant, said, record, tell)
        if "understand" in chosen:
            with watch.stage("understand"):
                await stages.typed(assistant, lines, record, tell)
                if (model := assistant.lineup.language_model) is not None:
                    await engines.understanding(model, [line.said for line in lines if not line.audio], record, tell)
        if "wake" in chosen:
            with watch.stage("wake"):
                await stages.wake(assistant, said, record, tell)
        if "speak" in chosen:
            with watch.stage("speak"):
                await stages.speak(assistant, speaker, record, tell, min(wanted.turns, MOST_SPOKEN))
        if "accuracy" in chosen:
            with watch.stage("accuracy"):
                await in_noise(assistant, said, record.data.setdefault("accuracy", {}), tell)
        if "golden" in chosen:
            with watch.stage("golden"):
                record.data["drift"] = await drift(assistant, wanted.state, tell)
        tell("ending", 1, 1)
        record.complete = True


async def _settled(assistant: Assistant, tell: Tell) -> None:
    """What is prepared in the background is done, and takes no processor time from what is measured."""
    tell("preparing what can be said", 0, 1)
    await assistant.mind.ready()
    if (model := assistant.lineup.language_model) is not None:
        with suppress(EngineError):  # every turn would tell
            await model.ready(whole=True)
    await assistant.lineup.prepare()


def _machine(config: Config) -> dict[str, Any]:
    machine = this_machine()
    models = config.models.folder or default_folder()
    package = Path(__file__).parent.parent
    return {
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "machine": {**asdict(machine), "python": platform.python_version(), "kernel": platform.release()},
        "profile": config.profile,
        "silence_s": (config.listening.brief_silence_seconds, config.listening.silence_seconds),
        "libraries": dict(golden.libraries()),
        "disk_mb": {
            "Hearth": _size(package),
            "Python packages": _size(Path(sysconfig.get_path("purelib"))),
            "models": _size(models),
        },
    }


def _size(folder: Path) -> float:
    return round(sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6, 1)


async def _lines(wanted: Wanted, assistant: Assistant) -> tuple[list[Line], list[str]]:
    if wanted.lines is None:
        return await commands(assistant.mind.vocabulary, wanted.turns), []
    good, problems = await readable(wanted.lines)
    return good[: wanted.turns], problems


async def _synthesised(lines: Sequence[Line], assistant: Assistant, tell: Tell) -> list[Spoken]:
    said = []
    for number, line in enumerate(lines):
        tell("synthesising what is said", number, len(lines))
        said += await spoken([line], assistant.lineup.espeak)
    return said
