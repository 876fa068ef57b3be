"""What the running assistant did and why: `last` and `trace`."""

import asyncio
import dataclasses
import sys
from collections.abc import Sequence

import click

from assistant.acting import state_folder
from assistant.cli.options import Chosen, configured, print_json
from assistant.conversation.explain import passed_over, why
from assistant.errors import DeviceError
from assistant.messages import Attempt, Turn
from assistant.records.kept import kept_turns, sound_warning
from assistant.records.turn_socket import ask

BAR = 40
"""Characters of the longest waterfall."""


@click.command()
@click.argument("count", metavar="[N]", type=click.IntRange(1, 10_000), default=1)
@click.option("--json", "as_json", is_flag=True, help="Print one array.")
@configured
def last(chosen: Chosen, count: int, as_json: bool) -> None:
    """Tell what became of the last N turns, and why.

    The running assistant is asked, which remembers 50; where none runs, what it kept on disk is read.
    """
    turns = _turns(chosen, count)
    if as_json:
        print_json([dataclasses.asdict(turn) for turn in turns])
        return
    _warn(chosen)
    for turn in turns:
        print_waterfall(turn)
    if not turns:
        click.echo("Nothing was said to it yet.")
    elif any(turn.secret for turn in turns):
        click.echo("Words are left out: privacy.log_transcripts is false, or they were secret.", err=True)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one object for each turn.")
@configured
def trace(chosen: Chosen, as_json: bool) -> None:
    """Follow the running assistant: what it hears, and each turn as a waterfall. Ctrl-C ends."""
    if not as_json:
        _warn(chosen)
    try:
        asyncio.run(_trace(as_json))
    except KeyboardInterrupt:
        click.echo(err=True)


async def _trace(as_json: bool) -> None:
    async for told in ask("follow"):
        if isinstance(told, Turn) and as_json:
            print_json(dataclasses.asdict(told))
        elif isinstance(told, Turn):
            print_waterfall(told)
        elif not as_json:
            click.echo(f"… {told}", err=True)
        sys.stdout.flush()


def _turns(chosen: Chosen, count: int) -> Sequence[Turn]:
    async def asked() -> list[Turn]:
        return [told async for told in ask(f"last {count}") if isinstance(told, Turn)]

    try:
        return asyncio.run(asked())
    except DeviceError as error:
        state = state_folder(chosen.config)
        try:
            kept = kept_turns(state, count)
        except OSError as refused:
            raise DeviceError(f"{error} What was kept cannot be read: {refused}") from None
        if not kept:
            more = f"Nothing is kept in {state} either; privacy.keep_turns_days would allow it."
            raise DeviceError(f"{error}. {more}") from None
        return kept


def _warn(chosen: Chosen) -> None:
    if warning := sound_warning(state_folder(chosen.config), chosen.config.privacy.keep_sound_until):
        click.secho(warning, fg="red", err=True)


def print_waterfall(turn: Turn) -> None:
    """The record for people: when what took how long, which engines were asked and why, what devices said."""
    woke = f', woken by "{turn.wake.word.replace("_", " ")}" ({turn.wake.score:.2f})' if turn.wake else ""
    click.echo(f"{turn.id}  {turn.at[:19].replace('T', ' ')}{woke}")
    whole = sum(turn.ms.values()) or 1.0
    at = 0.0
    for stage, ms in turn.ms.items():
        start, end = round(BAR * at / whole), round(BAR * (at + ms) / whole)
        bar = " " * start + "█" * max(1, end - start)
        click.echo(f"  {stage:<10} {bar[:BAR]:<{BAR}} {ms:8.1f} ms")
        for attempt in turn.attempts:
            if attempt.stage == stage:
                click.echo(f"    {_attempt(attempt)}")
        at += ms
    for asked in turn.asked:
        changes = ", ".join(f"{name}={value}" for name, value in asked.changes.items())
        click.echo(f"  device     {asked.device}({changes}) → {asked.outcome}  {asked.ms:.1f} ms")
    if turn.answer:
        click.echo(f'  answer     "{turn.answer}"')
    click.echo(f"  why        {why(turn)}")


def _attempt(attempt: Attempt) -> str:
    guess = f" {attempt.guess!r}" if attempt.guess and attempt.verdict != "failed" else ""
    others = f"; or {', '.join(attempt.others)}" if attempt.others else ""
    reason = passed_over(attempt) or f"{attempt.score:.0%} sure, {attempt.threshold:.0%} needed: taken"
    return f"{attempt.engine}:{guess} {reason}{others}  ({attempt.ms:.1f} ms)"
