"""One page about this installation, and a file for whoever helps: `doctor`."""

import asyncio
import io
import platform
import re
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click

from assistant import __version__
from assistant.acting import state_folder
from assistant.app import assemble
from assistant.cli.options import Chosen, configured
from assistant.cli.proof import RUNTIME, show_proof
from assistant.cli.sound import loop_back
from assistant.config import Config
from assistant.devices.cards import captures
from assistant.devices.files import FileSpeaker
from assistant.errors import AssistantError, DeviceError
from assistant.models.machine import this_machine
from assistant.service import governor, health
from assistant.service.pi import condition

UNITS = ("assistant", "assistant-hands")
_NUMBERS = re.compile(r"\b(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{2}(?::[0-9a-f]{2}){5})\b", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|“[^”]*”")


@click.command()
@click.option("--bundle", metavar="FILE", type=click.Path(path_type=Path), help="Also write a file for whoever helps.")
@configured
def doctor(chosen: Chosen, bundle: Path | None) -> None:
    """Tell everything about this installation on one page.

    The file of --bundle holds no sound, nothing that was said, no names and no secrets.
    """
    page = "\n".join(_page(chosen))
    click.echo(page)
    show_proof()
    if bundle is not None:
        _write(bundle, page, _names(chosen.config))
        click.echo(f"Written: {bundle}. Look into it before you give it away: tar -tvf {bundle}")


def _page(chosen: Chosen) -> Iterator[str]:
    for name, tell in SECTIONS.items():
        yield f"{name}"
        try:
            yield from (f"    {line}" for line in tell(chosen))
        except (OSError, AssistantError, subprocess.SubprocessError) as error:
            yield f"    cannot be told: {error}"


def _program(chosen: Chosen) -> Iterator[str]:
    yield f"Hearth {__version__}, Python {platform.python_version()}, profile {chosen.config.profile}"
    yield f"settings: {chosen.file or 'the defaults'}"


def _machine(chosen: Chosen) -> Iterator[str]:
    machine, now = this_machine(), condition()
    yield f"{machine.name}, {machine.cores} cores, Linux {platform.release()}"
    yield f"memory: {machine.free / 1e6:.0f} of {machine.memory / 1e6:.0f} MB free"
    yield f"limits of memory: {'hold' if now.memory_limited else 'do not hold; run install.sh and restart the machine'}"
    if now.celsius is not None:
        yield f"temperature: {now.celsius:.0f} °C"
    yield from now.troubles or ("power and heat: nothing is known against them",)
    if now_chosen := sorted(set(governor.governors().values())):
        turns = "; performance in turns" if chosen.config.power.performance_in_turns else ""
        yield f"governor: {', '.join(now_chosen)}{turns}"
    folder = state_folder(chosen.config)
    disk = shutil.disk_usage(next(each for each in (folder, *folder.parents) if each.exists()))
    yield f"disk: {disk.free / 1e6:.0f} of {disk.total / 1e6:.0f} MB free"
    yield f"clock: {time.strftime('%Y-%m-%d %H:%M %Z')}"


def _services(chosen: Chosen) -> Iterator[str]:
    for unit in UNITS:
        shown = _output("systemctl", "show", unit, "-p", "ActiveState,NRestarts,Result,StatusText,MemoryCurrent")
        told = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
        state = told.get("ActiveState", "unknown")
        restarts = told.get("NRestarts", "0")
        yield f"{unit}: {state}, {told.get('Result')}, started again {restarts} times. {told.get('StatusText', '')}"


def _hearing(chosen: Chosen) -> Iterator[str]:
    for capture in captures():
        yield f"microphone {capture.card}: {capture.name}, {capture.rate} Hz"
    written = health.read(RUNTIME)
    if written is not None:
        yield f"{written['wakes']} wakes, {written['turns']} turns, {written['failed']} failed since {written['since']}"
        yield from (f"{trouble['at']}  {trouble['problem']}" for trouble in written["troubles"])
        if written["listening"]:
            yield "levels: the service has the microphone; stop it to measure: sudo systemctl stop assistant"
            return
    lines: list[str] = []
    try:
        asyncio.run(loop_back(chosen.config, lines.append))
    except DeviceError as error:
        lines.append(str(error))
    yield from lines


def _assistant(chosen: Chosen) -> Iterator[str]:
    return iter(asyncio.run(_parts(chosen)))


async def _parts(chosen: Chosen) -> list[str]:
    """Engines, skills and devices, without any name that the household has given."""
    async with assemble(chosen.config, FileSpeaker(None), folders=chosen.folders) as assistant:
        lineup, hands = assistant.lineup, assistant.local
        assert hands is not None
        lost = sum(device.problem is not None for device in hands.house.devices)
        loaded = [plugin.name for plugin in hands.registry.plugins if plugin.skill is not None]
        return [
            f"recognizers: {', '.join(lineup.recognizer_names)}",
            f"understanders: {', '.join(lineup.understander_names)}",
            f"voice: {lineup.voice_name}",
            *(f"left out: {name}: {problem}" for name, problem in lineup.problems.items()),
            f"skills: {', '.join(loaded)}",
            *(f"not loaded: {each.name}: {each.problem}" for each in hands.registry.plugins if each.problem),
            f"devices: {len(hands.house.devices)} in {len(hands.house.areas)} rooms, {lost} out of reach",
        ]


SECTIONS: dict[str, Callable[[Chosen], Iterator[str]]] = {
    "Program": _program,
    "Machine": _machine,
    "Services": _services,
    "Hearing": _hearing,
    "Assistant": _assistant,
}


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout


def _names(config: Config) -> list[str]:
    """Every name that the household has given to something."""
    return [name for each in (*config.areas, *config.devices) for name in (each.name, *each.aliases)]


def _write(bundle: Path, page: str, names: Sequence[str]) -> None:
    journal = ""
    if shutil.which("journalctl"):
        units = [argument for unit in UNITS for argument in ("--unit", unit)]
        journal = _output("journalctl", *units, "--lines", "500", "--output", "short-iso", "--no-hostname")
    with tarfile.open(bundle, "w:gz") as archive:
        for name, text in (("doctor.txt", redacted(page, names)), ("journal.txt", redacted(journal, names))):
            data = text.encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


def redacted(text: str, names: Sequence[str] = ()) -> str:
    """The text without what was said, `names`, addresses and secrets: what stands in quotes, or in a turn's line."""
    lines = []
    if names:
        longest = sorted(names, key=len, reverse=True)
        text = re.sub(rf"\b({'|'.join(map(re.escape, longest))})\b", "[name]", text, flags=re.IGNORECASE)
    for line in text.splitlines():
        kept, heard, turn = line.partition(" heard ")
        if heard and "→" in turn:
            lines.append(f"{kept} heard [removed]")
        else:
            lines.append(_NUMBERS.sub("[address]", _QUOTED.sub("[removed]", line)))
    home = str(Path.home())
    return "\n".join(lines).replace(home, "~") + "\n"
