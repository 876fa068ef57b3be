"""Showing the assistant at work without a microphone: `try`."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import click
import numpy as np

from assistant.app import Assistant, assemble
from assistant.cli.hear import LEAD_IN, LEAD_OUT, Log
from assistant.cli.options import Chosen, configured
from assistant.cli.talk import listen
from assistant.cli.wav import WavFile
from assistant.devices.files import FileMicrophone
from assistant.devices.player import AnySpeaker, configured_speaker
from assistant.errors import DeviceError
from assistant.listening.noise import Sound, mixed, read_sound
from assistant.messages import RATE, Speech

SCENES: tuple[tuple[str, str | None], ...] = (
    ("turn on the kitchen light", "light.on(light=kitchen light)"),
    ("set a timer for ten minutes", "timer.set(length=600)"),
    ("what time is it", "clock.time()"),
    ("order me a pizza with extra cheese", None),
)
"""What is said, and the action that must come of it. None must be refused."""

QUIET = 40.0
"""Signal-to-noise ratio of a quiet room, in dB."""


@click.command("try")
@click.option("--listen", "stay", is_flag=True, help="Afterwards, listen on the microphone.")
@click.option(
    "--answers",
    "folder",
    default=Path("answers"),
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the recordings go. [default: answers]",
)
@configured
def demonstrate(chosen: Chosen, stay: bool, folder: Path) -> None:
    """Show the main job: speech made by the assistant's own voice is heard, understood, done and answered."""
    good = asyncio.run(_demonstrate(chosen, folder))
    if not good:
        click.echo("Something above did not go as it should.", err=True)
        raise SystemExit(1)
    if stay:
        asyncio.run(listen(chosen))


async def _demonstrate(chosen: Chosen, folder: Path) -> bool:
    file, log = WavFile(folder), Log()
    speaker: AnySpeaker | None = configured_speaker(chosen.config.sound.speaker)
    wake = next(iter(chosen.config.wake.thresholds)).replace("_", " ")
    good = True
    async with assemble(chosen.without_chimes, file, folders=chosen.folders, observers=[log]) as assistant:
        for number, (sentence, action) in enumerate(SCENES, 1):
            log.clear()
            said = f"{wake.capitalize()}, {sentence}."
            click.echo(f'{number}. "{said}"')
            command, answer = folder / f"{number}-command.wav", folder / f"{number}-answer.wav"
            await _show(assistant, file, said, command, answer)
            log.print()
            right = [turn.action for turn in log.turns] == [action]
            click.echo("  right\n" if right else f"  WRONG: it should be {action or 'left alone'}\n")
            good = good and right
            speaker = await _play(speaker, file.last)
    click.echo(f"The commands and the spoken answers are in {folder}/.")
    if speaker is None:
        click.echo("There is no speaker here, so they were not played.")
    else:
        speaker.close()
    return good


async def _show(assistant: Assistant, file: WavFile, said: str, command: Path, answer: Path) -> None:
    """Make a recording of somebody who says it, and let the assistant hear that and answer."""
    file.file = command
    await assistant.voice.say(said)
    file.write(Speech(_in_a_room(await read_sound(command)).tobytes(), RATE))
    file.file, file.last = answer, None
    async with FileMicrophone(command, lead_in=LEAD_IN, lead_out=LEAD_OUT) as microphone:
        await assistant.hear(microphone)


def _in_a_room(speech: Sound) -> Sound:
    """With pauses around it and the faint noise that is in every room: no microphone gives perfect silence."""
    hum = np.random.default_rng(0).normal(0, 1000, RATE).astype(np.int16)
    padded = np.pad(speech, (RATE // 2, RATE))
    return mixed(padded, hum, QUIET, 0)


async def _play(speaker: AnySpeaker | None, speech: Speech | None) -> AnySpeaker | None:
    """Play it. Gives the speaker, or None once there turns out to be none."""
    if speaker is None or speech is None:
        return speaker

    async def whole() -> AsyncIterator[Speech]:
        yield speech

    try:
        await speaker.play(whole())
    except DeviceError:
        speaker.close()
        return None
    return speaker
