"""Using the assistant: `run`, `say` and `ask`."""

import asyncio
import contextlib
import dataclasses
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import click

from assistant.acting import state_folder
from assistant.app import assemble
from assistant.cli.options import Chosen, configured, print_json, print_turn
from assistant.cli.wav import WavFile
from assistant.concurrency import interrupt
from assistant.devices.files import FileSpeaker
from assistant.devices.player import configured_speaker
from assistant.errors import DeviceError
from assistant.events import Deaf, Event, Hearing, Impaired, Muted, Waiting
from assistant.messages import Speech
from assistant.records.turn_socket import TurnSocket
from assistant.service.appliance import Appliance
from assistant.service.governor import quicken
from assistant.service.health import Health
from assistant.service.notify import Notifier
from assistant.service.pi import watch_power
from assistant.stages import Speaker


@click.command()
@configured
def run(chosen: Chosen) -> None:
    """Listen on the microphone until told to end."""
    logging.getLogger().setLevel(logging.INFO)
    asyncio.run(listen(chosen))


async def listen(chosen: Chosen, socket: Path | None = None, offline: str = "") -> None:
    """Listen on the configured microphone until Ctrl-C or a signal to end. Raises DeviceError where there is none.

    With a `socket` the hands are another process, which listens there, and a missing microphone is waited for.
    `offline` is what the proof said.
    """
    speaker, notifier = configured_speaker(chosen.config.sound.speaker), Notifier()
    words = " or ".join(f'"{Path(word).stem.replace("_", " ")}"' for word in chosen.config.wake.thresholds)
    runtime = os.environ.get("RUNTIME_DIRECTORY")
    health = Health(Path(runtime) if runtime else None, os.getpid(), offline)
    told = False

    def tell(event: Event) -> None:
        nonlocal told
        status = {Waiting: f"Listening for {words}.", Hearing: f"Listening for {words}.", Muted: "Muted."}
        if isinstance(event, Deaf):
            notifier.ready(f"Deaf: {event.error}")
        elif type(event) in status and not (isinstance(event, Waiting) and told):
            notifier.ready(status[type(event)])
        if isinstance(event, Waiting) and not told:
            told = True
            click.echo(f"Listening for {words}. Ctrl-C ends.", err=True)

    try:
        state = state_folder(chosen.config)
        whole = assemble(
            chosen.config, speaker, folders=chosen.folders, observers=[tell, health], state=state, socket=socket
        )
        shown = chosen.config.privacy.log_transcripts
        async with whole as assistant, TurnSocket(assistant.turns, assistant.observe, words=shown):
            appliance = Appliance(assistant, patient=socket is not None)
            beating = asyncio.create_task(notifier.beat(appliance.alive))

            async def tell_power(trouble: str) -> None:
                logging.getLogger(__name__).warning("%s", trouble)
                assistant.observe(Impaired(trouble))
                await assistant.voice.announce(trouble)

            power = asyncio.create_task(watch_power(tell_power))
            speed = asyncio.create_task(quicken(assistant.lull)) if chosen.config.power.performance_in_turns else None
            try:
                await _until_told(appliance)
            finally:
                await interrupt(speed)
                await interrupt(power)
                await interrupt(beating)
    finally:
        speaker.close()


async def _until_told(appliance: Appliance) -> None:
    listening = asyncio.create_task(appliance.run())
    for end in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(end, listening.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await listening


@click.command()
@click.argument("text")
@click.option("--to", "file", metavar="FILE", type=click.Path(path_type=Path), help="Write a WAV file instead.")
@configured
def say(chosen: Chosen, text: str, file: Path | None) -> None:
    """Say TEXT aloud."""
    asyncio.run(_say(chosen, printable(text), file))


async def _say(chosen: Chosen, text: str, file: Path | None) -> None:
    sound = configured_speaker(chosen.config.sound.speaker) if file is None else None
    speaker = _Watched(sound or WavFile(file or Path()))
    loud = dataclasses.replace(chosen.config.sound, volume=chosen.config.sound.volume if sound else 100)
    try:
        async with assemble(dataclasses.replace(chosen.config, sound=loud), speaker) as assistant:
            await assistant.voice.say(text)
    finally:
        if sound:
            sound.close()
    if speaker.failure:
        raise speaker.failure
    if not speaker.played:
        raise click.UsageError(f'there is nothing to say in "{text}"')


class _Watched:
    """A speaker of which is known afterwards how it went; the voice itself goes on after a failure."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self.failure: DeviceError | None = None
        self.played = False

    async def play(self, speech: AsyncIterator[Speech]) -> None:
        """Play as the speaker does."""

        async def counted() -> AsyncIterator[Speech]:
            async for piece in speech:
                self.played = True
                yield piece

        try:
            await self._speaker.play(counted())
        except DeviceError as error:
            self.failure = error


@click.command()
@click.argument("text", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Tell what would be done, but do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one object for each sentence.")
@configured
def ask(chosen: Chosen, text: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Type commands instead of saying them.

    Each TEXT in quotes is a sentence; words without quotes are one sentence together. Without TEXT, each line of the
    standard input is one.
    """
    asyncio.run(_ask(chosen, text, dry_run, as_json))


async def _ask(chosen: Chosen, text: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    async with assemble(chosen.config, FileSpeaker(None), folders=chosen.folders) as assistant:
        async for sentence in _sentences(text):
            turn = await assistant.ask(sentence, dry_run=dry_run)
            if as_json:
                print_json(dataclasses.asdict(turn))
            else:
                print_turn(turn)


async def _sentences(text: tuple[str, ...]) -> AsyncIterator[str]:
    if len(text) > 1 and not any(" " in each for each in text):
        text = (" ".join(text),)
    for sentence in text:
        yield printable(sentence)
    if not text:
        while line := await asyncio.to_thread(sys.stdin.buffer.readline):
            yield line.decode("utf-8", "replace").rstrip("\r\n")


def printable(argument: str) -> str:
    """An argument of the command line without the bytes that are not text."""
    return argument.encode("utf-8", "replace").decode("utf-8")
