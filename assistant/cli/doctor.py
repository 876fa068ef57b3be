"""One page about this installation, and a file for whoever helps: `doctor`."""

import asyncio
import io
import platform
import re
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import numpy as np

from assistant import __version__
from assistant.acting import state_folder
from assistant.cli.options import Chosen, configured
from assistant.cli.proof import RUNTIME, show_proof
from assistant.devices.cards import captures
from assistant.devices.microphone import microphone
from assistant.errors import DeviceError
from assistant.messages import BYTES_PER_SECOND
from assistant.models.machine import this_machine
from assistant.service import health
from assistant.service.pi import condition

UNITS = ("assistant", "assistant-hands")
LISTENED = 3.0
"""Seconds for which the microphone is measured."""
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
        _write(bundle, page)
        click.echo(f"Written: {bundle}. Look into it before you give it away: tar -tvf {bundle}")


def _page(chosen: Chosen) -> Iterator[str]:
    for name, tell in SECTIONS.items():
        yield f"{name}"
        try:
            yield from (f"    {line}" for line in tell(chosen))
        except (OSError, DeviceError, subprocess.SubprocessError) as error:
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
    yield asyncio.run(_levels(chosen.config.sound.microphone))


async def _levels(device: str | int | None) -> str:
    """What the microphone gives in a few seconds, in dB of full scale. Raises DeviceError."""
    sound = b""
    async with microphone(device, lambda problem: None) as opened:
        while len(sound) < LISTENED * BYTES_PER_SECOND:
            frame = await opened.read()
            if frame is None:
                break
            sound += frame.pcm
    samples = np.frombuffer(sound, "<i2").astype(np.float64) / 32768
    blocks = samples[: len(samples) // 1600 * 1600].reshape(-1, 1600)
    levels = 20 * np.log10(np.maximum(1e-6, np.sqrt((blocks**2).mean(axis=1))))
    peak = 20 * np.log10(max(1e-6, float(np.abs(samples).max())))
    return f"levels: noise floor {np.percentile(levels, 10):.0f} dB, loudest {peak:.0f} dB of full scale"


SECTIONS: dict[str, Callable[[Chosen], Iterator[str]]] = {
    "Program": _program,
    "Machine": _machine,
    "Services": _services,
    "Hearing": _hearing,
}


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout


def _write(bundle: Path, page: str) -> None:
    journal = ""
    if shutil.which("journalctl"):
        units = [argument for unit in UNITS for argument in ("--unit", unit)]
        journal = _output("journalctl", *units, "--lines", "500", "--output", "short-iso", "--no-hostname")
    with tarfile.open(bundle, "w:gz") as archive:
        for name, text in (("doctor.txt", redacted(page)), ("journal.txt", redacted(journal))):
            data = text.encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


def redacted(text: str) -> str:
    """The text without what was said, names, addresses and secrets: whatever stands in quotes, or in a turn's line."""
    lines = []
    for line in text.splitlines():
        kept, heard, turn = line.partition(" heard ")
        if heard and "→" in turn:
            lines.append(f"{kept} heard [removed]")
        else:
            lines.append(_NUMBERS.sub("[address]", _QUOTED.sub("[removed]", line)))
    home = str(Path.home())
    return "\n".join(lines).replace(home, "~") + "\n"
