"""Setting the sound up, with somebody beside it or without: `sound`."""

import asyncio
import contextlib
import sys
from collections.abc import Callable

import click

from assistant.cli.options import Chosen, configured
from assistant.config import Config
from assistant.devices.audio import sound_devices
from assistant.devices.cards import Capture, captures, chosen
from assistant.devices.microphone import microphone
from assistant.devices.mixer import recording_level, set_recording_level, store_levels
from assistant.devices.player import configured_speaker
from assistant.errors import DeviceError
from assistant.lineup import Lineup
from assistant.service.sound_check import better, in_words, levels, listen, rise

SENTENCE = "Hello. I am Hearth. If you can hear this, the speaker works."
LISTENED = 2.0
"""Seconds."""
ATTEMPTS = 5


@click.command()
@click.option("--set-levels", is_flag=True, help="Set the recording level by what is heard meanwhile.")
@click.option("--ask", is_flag=True, help="Ask whether the sentence was heard.")
@configured
def sound(chosen: Chosen, set_levels: bool, ask: bool) -> None:
    """Listen to the room, say a sentence, and tell whether the microphone hears it.

    Ends with status 1 where the microphone or the speaker does not work. The service must not have the microphone.
    """
    if not asyncio.run(_sound(chosen.config, set_levels, ask)):
        raise SystemExit(1)


async def _sound(config: Config, set_levels: bool, ask: bool) -> bool:
    try:
        if set_levels:
            await _set_level(config.sound.microphone)
        await loop_back(config, lambda line: click.echo(f"    {line}"))
    except DeviceError as error:
        click.echo(f"no  {error}")
        return False
    if ask and sys.stdin.isatty() and not click.confirm("    Did you hear me?", default=True):
        others = ", ".join(device.name for device in sound_devices() if device.outputs)
        click.echo(f"no  Choose another speaker: sound.speaker in the configuration. Here are: {others or 'none'}.")
        return False
    return True


async def loop_back(config: Config, tell: Callable[[str], None]) -> None:
    """Listen to the room, say a sentence, and tell whether it was heard, in lines. Raises DeviceError."""
    voice, speaker = Lineup(config).synthesizer(), configured_speaker(config.sound.speaker)

    async def say() -> None:
        async with contextlib.aclosing(voice.speak(SENTENCE)) as speech:
            await speaker.play(speech)

    try:
        async with microphone(config.sound.microphone, tell) as opened:
            tell(f"levels: {levels(await listen(opened, LISTENED))}")
            tell(in_words(await rise(opened, say)))
    finally:
        speaker.close()


async def _set_level(device: str | int | None) -> None:
    """Raises DeviceError."""
    found = captures()
    capture = chosen(device, found)
    card = capture.card if isinstance(capture, Capture) else next((each.card for each in found), None)
    level = recording_level(card) if card else None
    if level is None:
        click.echo("    The microphone has no level that could be set.")
        return
    before = level.percent
    for _ in range(ATTEMPTS):
        async with microphone(device, lambda problem: None) as opened:
            heard = levels(await listen(opened, LISTENED))
        if (tried := better(level, heard)) is None:
            break
        level = tried
        set_recording_level(level)
    if level.percent != before:
        store_levels()
    click.echo(f"ok  Recording level ({level.control}): {level.percent} %, it was {before} %.")
