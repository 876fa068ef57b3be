"""What several commands have in common: where the configuration comes from, and how results are printed."""

import dataclasses
import functools
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from assistant.config import Chimes, Config, find, load
from assistant.messages import Turn

T = TypeVar("T")

SOCKET = Path("/run/assistant/hands.sock")

socket_option = click.option(
    "--socket",
    default=SOCKET,
    metavar="PATH",
    type=click.Path(path_type=Path),
    help=f"Where head and hands meet. [default: {SOCKET}]",
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the common options say."""

    config: Config
    file: Path | None
    """Where the configuration was read from, if not only from the defaults."""
    folders: tuple[Path, ...]
    """More folders with skills."""

    @property
    def without_chimes(self) -> Config:
        """The configuration for when what is said goes into files."""
        silent = Chimes(**dict.fromkeys((field.name for field in dataclasses.fields(Chimes)), False))
        return dataclasses.replace(self.config, sound=dataclasses.replace(self.config.sound, chimes=silent))


def configured(command: Callable[..., T]) -> Callable[..., T]:
    """Give a command `--config`, `--set`, `--skills` and `--verbose`; it gets what they say as `chosen`."""

    @click.option(
        "--config",
        "own",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Read this configuration instead of the usual one.",
    )
    @click.option(
        "--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Change a setting: wake.words=[alexa]."
    )
    @click.option(
        "--skills",
        "folders",
        multiple=True,
        metavar="DIR",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        help="Also load the skills in this folder.",
    )
    @click.option("-v", "--verbose", is_flag=True, help="Tell on stderr what is going on.")
    @functools.wraps(command)
    def wrapped(
        own: Path | None, assignments: tuple[str, ...], folders: tuple[Path, ...], verbose: bool, **more: Any
    ) -> T:
        logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(message)s")
        file = own or find()
        return command(Chosen(load(file, assignments), file, folders), **more)

    return wrapped


def told_here() -> None:
    """Leave what is wrong with devices out of the log, for a command that prints it; with `--verbose` it is logged."""
    if logging.getLogger().level > logging.INFO:
        logging.getLogger("assistant.devices").setLevel(logging.ERROR)


def print_json(value: object) -> None:
    """One line, ASCII, strictly JSON."""
    click.echo(json.dumps(value, allow_nan=False))


def print_turn(turn: Turn) -> None:
    """The record of a turn for people: what was heard, understood and done, how surely and how fast."""
    click.echo(f'  heard       "{turn.transcript}"  ({turn.recognizer}, {turn.confidence:.0%} sure)')
    if turn.intent is None:
        click.echo("  understood  nothing")
    else:
        click.echo(f"  understood  {turn.intent}  ({turn.source}, {turn.intent_confidence:.0%} sure)")
    if turn.action is not None:
        click.echo(f"  did         {turn.action}")
    if turn.error and turn.error != turn.answer:
        click.echo(f"  failed      {turn.error}")
    if turn.answer:
        click.echo(f'  answered    "{turn.answer}"')
    click.echo("  took        " + ", ".join(f"{stage} {ms:.1f} ms" for stage, ms in turn.ms.items()))
