"""Playing recordings to the assistant: `hear`."""

import asyncio
import dataclasses
from pathlib import Path

import click

from assistant.app import Assistant, assemble
from assistant.cli.options import Chosen, configured, print_json, print_turn
from assistant.devices.files import FileMicrophone, FileSpeaker
from assistant.errors import known_error
from assistant.events import Event, Finished, NobodySpoke, Woke
from assistant.messages import Turn, Wake

LEAD_IN = 1.5
"""Seconds of silence before a recording, which may begin with a wake word: nothing is heard in the first 1.28 s."""
LEAD_OUT = 1.0
"""Seconds of silence after it, for a wake word at its very end."""


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--no-wake", is_flag=True, help="Take each file as one command, without a wake word.")
@click.option("--dry-run", is_flag=True, help="Tell what would be done, but do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one object for each file.")
@click.option(
    "--answer", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="Write spoken answers here."
)
@configured
def hear(
    chosen: Chosen, files: tuple[Path, ...], no_wake: bool, dry_run: bool, as_json: bool, answer: Path | None
) -> None:
    """Hear recordings as if somebody spoke, as fast as this machine can.

    Any WAV or FLAC file will do. The exit status is 2 if one could not be read; the others are heard all the same.
    """
    if not asyncio.run(_hear(chosen, files, no_wake, dry_run, as_json, answer)):
        raise SystemExit(2)


async def _hear(
    chosen: Chosen, files: tuple[Path, ...], no_wake: bool, dry_run: bool, as_json: bool, answer: Path | None
) -> bool:
    speaker = FileSpeaker(answer)
    log = Log()
    good = True
    async with assemble(chosen.without_chimes, speaker, folders=chosen.folders, observers=[log]) as assistant:
        for file in files:
            log.clear()
            try:
                seconds = await (_command if no_wake else _wake_and_command)(assistant, speaker, file, dry_run)
            except Exception as error:
                problem = str(known_error(error))
                good = False
                if as_json:
                    print_json({"file": str(file), "error": problem})
                else:
                    click.echo(problem, err=True)
                continue
            if as_json:
                print_json({"file": str(file), "seconds": round(seconds, 3), **log.as_json()})
            else:
                click.echo(f"{file}  ({seconds:.1f} s)")
                log.print()
    return good


async def _command(assistant: Assistant, speaker: FileSpeaker, file: Path, dry_run: bool) -> float:
    speaker.clock = None
    async with FileMicrophone(file) as microphone:
        turn = await assistant.take(microphone, dry_run=dry_run)
        seconds = microphone.now
    if turn.answer:
        await assistant.voice.say(turn.answer)
    return seconds


async def _wake_and_command(assistant: Assistant, speaker: FileSpeaker, file: Path, dry_run: bool) -> float:
    async with FileMicrophone(file, lead_in=LEAD_IN, lead_out=LEAD_OUT) as microphone:
        speaker.clock = microphone
        await assistant.hear(microphone, dry_run=dry_run)
        return microphone.now - LEAD_OUT


class Log:
    """An observer that keeps what a recording set off."""

    def __init__(self) -> None:
        self.wakes: list[Wake] = []
        self.turns: list[Turn] = []
        self._lines: list[Wake | Turn | None] = []

    def __call__(self, event: Event) -> None:
        """Keep wake words and turns, in order."""
        match event:
            case Woke(_, wake):
                self.wakes.append(wake)
                self._lines.append(wake)
            case Finished(_, turn):
                self.turns.append(turn)
                self._lines.append(turn)
            case NobodySpoke():
                self._lines.append(None)

    def clear(self) -> None:
        """Forget all of it, for the next recording."""
        for kept in (self.wakes, self.turns, self._lines):
            kept.clear()

    def as_json(self) -> dict[str, object]:
        """For machines."""
        return {
            "wakes": [{"word": w.word, "score": round(w.score, 4), "at": round(w.at, 3)} for w in self.wakes],
            "turns": [dataclasses.asdict(turn) for turn in self.turns],
        }

    def print(self) -> None:
        """For people."""
        for line in self._lines:
            match line:
                case Wake(word, score, at):
                    click.echo(f"  woke        {word.replace('_', ' ')}  ({score:.2f}, at {at:.1f} s)")
                case Turn():
                    print_turn(line)
                case None:
                    click.echo("  nobody spoke")
