"""Measuring how often commands are understood: `evaluate`."""

import asyncio
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from assistant.app import assemble
from assistant.cli.options import Chosen, configured, print_json
from assistant.devices.files import FileSpeaker
from assistant.evaluate import Gold, Line, Score, Trial, read_manifest, trials
from assistant.listening.noise import read_sound

SNRS = "24,18,12,6"


@click.command()
@click.argument("manifest", metavar="MANIFEST.jsonl", type=click.Path(path_type=Path))
@click.option("--noise", metavar="FILE", type=click.Path(path_type=Path), help="Mix this noise into each recording.")
@click.option("--snr", metavar="DB,DB…", help=f"How loud: signal-to-noise ratios in dB. [default: {SNRS}]")
@click.option("--seed", default=0, help="Chooses the stretches of noise.")
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@configured
def evaluate(chosen: Chosen, manifest: Path, noise: Path | None, snr: str | None, seed: int, as_json: bool) -> None:
    """Tell how many of the commands in a manifest are understood.

    Each of its lines is an object: "audio" (a path relative to the manifest) or "text", "intent" (null for what must
    not be acted upon) and "slots". Nothing is performed. The exit status is 2 if a recording could not be read.
    """
    if snr and not noise:
        raise click.UsageError("--snr needs --noise FILE")
    ratios = _ratios(snr or SNRS) if noise else []
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
