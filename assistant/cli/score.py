"""Measuring how often commands are understood, and learning from that: `evaluate`."""

import asyncio
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from assistant.acting import state_folder
from assistant.app import assemble
from assistant.cli.options import Chosen, configured, print_json
from assistant.devices.files import FileSpeaker
from assistant.evaluate import Gold, Line, Score, Trial, read_manifest, trials
from assistant.learning import Lesson, study
from assistant.listening import usual
from assistant.listening.noise import read_sound

SNRS = "24,18,12,6"


@click.command()
@click.argument("manifest", metavar="MANIFEST.jsonl", type=click.Path(path_type=Path), required=False)
@click.option("--noise", metavar="FILE", type=click.Path(path_type=Path), help="Mix this noise into each recording.")
@click.option("--snr", metavar="DB,DB…", help=f"How loud: signal-to-noise ratios in dB. [default: {SNRS}]")
@click.option("--seed", default=0, help="Chooses the stretches of noise.")
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@click.option("--learn", is_flag=True, help="Learn what this house says from its recordings, if that helps.")
@click.option("--yes", is_flag=True, help="Keep what was learnt without asking.")
@click.option("--forget", is_flag=True, help="Forget what was learnt.")
@configured
def evaluate(
    chosen: Chosen,
    manifest: Path | None,
    noise: Path | None,
    snr: str | None,
    seed: int,
    as_json: bool,
    learn: bool,
    yes: bool,
    forget: bool,
) -> None:
    """Tell how many of the commands in a manifest are understood.

    Each of its lines is an object: "audio" (a path relative to the manifest) or "text", "intent" (null for what must
    not be acted upon) and "slots". Nothing is performed. The exit status is 2 if a recording could not be read.

    With --learn, the commands in recordings that were heard as they were meant are expected more than others from then
    on, provided that those of each half of the recordings help to hear the other half. You are asked before the words
    are kept in the state folder; no sound is.
    """
    if forget:
        if manifest or learn:
            raise click.UsageError("--forget stands alone")
        gone = usual.forget(state_folder(chosen.config))
        click.echo("What was learnt is forgotten. Start Hearth again." if gone else "Nothing was learnt.")
        return
    if manifest is None:
        raise click.UsageError("give a MANIFEST.jsonl")
    if learn and (as_json or (not yes and not sys.stdin.isatty())):
        raise click.UsageError("--learn asks before it keeps anything: use a terminal, or --yes; it prints no --json")
    if snr and not noise:
        raise click.UsageError("--snr needs --noise FILE")
    ratios = _ratios(snr or SNRS) if noise else []
    if learn:
        _learn(chosen, asyncio.run(_study(chosen, read_manifest(manifest), noise, ratios)), yes)
        return
    score = asyncio.run(_evaluate(chosen, read_manifest(manifest), noise, ratios, seed))
    if as_json:
        print_json(score.as_json())
    else:
        _print(score)
    if any(trial.error for trial in score.trials):
        raise SystemExit(2)


def _ratios(text: str) -> list[float]:
    try:
        ratios = [float(each) for each in text.split(",")]
    except ValueError:
        ratios = [math.nan]
    if not all(-60 <= ratio <= 100 for ratio in ratios):
        raise click.UsageError(f"--snr {text}: write numbers of dB from -60 to 100 with commas between, such as {SNRS}")
    return ratios


async def _evaluate(
    chosen: Chosen, lines: Sequence[Line], noise: Path | None, ratios: Sequence[float], seed: int
) -> Score:
    from rich.console import Console
    from rich.progress import track

    sound = await read_sound(noise) if noise else None
    count = sum(len(ratios) if sound is not None and line.audio else 1 for line in lines)
    done: list[Trial] = []
    async with assemble(chosen.config, FileSpeaker(None), folders=chosen.folders) as assistant:
        gold = Gold(await assistant.hands.vocabulary())
        console = Console(stderr=True)
        bar = iter(track(range(count), "Evaluating", console=console, transient=True, disable=not console.is_terminal))
        async for trial in trials(assistant, gold, lines, sound, ratios, seed):
            next(bar, None)
            done.append(trial)
    return Score(done)


async def _study(chosen: Chosen, lines: Sequence[Line], noise: Path | None, ratios: Sequence[float]) -> Lesson:
    from rich.console import Console
    from rich.progress import track

    sound = await read_sound(noise) if noise else None
    count = 2 * (len(ratios) or 1) * sum(line.audio is not None for line in lines)
    async with assemble(chosen.config, FileSpeaker(None), folders=chosen.folders) as assistant:
        gold = Gold(await assistant.hands.vocabulary())
        console = Console(stderr=True)
        bar = iter(track(range(count), "Learning", console=console, transient=True, disable=not console.is_terminal))
        async for each in study(assistant, gold, lines, sound, ratios):
            if isinstance(each, Lesson):
                return each
            next(bar, None)
    raise AssertionError("there is always a lesson")


def _learn(chosen: Chosen, lesson: Lesson, yes: bool) -> None:
    """Tell what it was worth, and keep it if it helps and is wanted."""
    commands = sum(trial.line.intent is not None for trial in lesson.before.trials)
    others = len(lesson.before.trials) - commands
    before, after = lesson.before, lesson.after
    click.echo(
        f"Of {commands} commands, each half heard with what was learnt from the other: {_percent(before.acceptance)} "
        f"right before, {_percent(after.acceptance)} after. Falsely accepted of {others} others: "
        f"{_percent(before.false_acceptance)} before, {_percent(after.false_acceptance)} after."
    )
    if not lesson.helps:
        click.echo("That does not help: nothing is kept. What helps is to record what you say often more than once.")
    elif yes or click.confirm(f"Keep these {len(lesson.sentences)} sentences in {state_folder(chosen.config)}?"):
        file = usual.keep(state_folder(chosen.config), lesson.sentences)
        click.echo(f"Kept in {file}. Start Hearth again. `assistant evaluate --forget` undoes it.")


def _print(score: Score) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 160)
    table = Table("", "n", "accepted", "exact", box=None, padding=(0, 2, 0, 0))
    rows = [("all commands", score), *score.by_intent.items(), *((f"{s} dB", of) for s, of in score.by_snr.items())]
    for name, part in rows:
        commands = sum(trial.line.intent is not None for trial in part.trials)
        table.add_row(escape(name), str(commands), _percent(part.acceptance), _percent(part.exact))
    console.print(table)
    others = sum(trial.line.intent is None for trial in score.trials)
    console.print(f"falsely accepted: {_percent(score.false_acceptance)} of {others} that are no commands")
    if score.confusions:
        console.print("\nmeant → understood")
    for (meant, got), times in score.confusions.most_common(15):
        console.print(f"  {times:4}  {escape(meant)} → {escape(got)}")
    for trial in score.failures:
        if trial.error:
            console.print(f"[red]{escape(trial.error)}")


def _percent(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:.1%}"
