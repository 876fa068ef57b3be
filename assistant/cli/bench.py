"""Measuring this assistant on this machine: `bench`."""

import asyncio
import dataclasses
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import click

from assistant.acting import state_folder
from assistant.bench.compare import Change, changes, differences, read_run
from assistant.bench.plots import short
from assistant.bench.quality import Tell
from assistant.bench.report import page
from assistant.bench.run import STAGES, Record, Wanted, measure
from assistant.cli.options import Chosen, configured, print_json
from assistant.evaluate import read_manifest

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


@click.command()
@click.option(
    "--stage", "stages", multiple=True, type=click.Choice(STAGES), help="Measure only this; more than one will do."
)
@click.option(
    "--profile", type=click.Choice(("embedded", "standard")), help="Measure this profile, not the chosen one."
)
@click.option("--turns", type=click.IntRange(1, 10_000), default=40, show_default=True, help="Commands that are said.")
@click.option(
    "--manifest",
    metavar="FILE.jsonl",
    type=click.Path(path_type=Path),
    help="Say these instead of what this house can be told.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one object, for --against.")
@click.option("--report", metavar="FILE.html", type=click.Path(path_type=Path), help="Write a page with plots.")
@click.option("--against", metavar="OLD.json", type=click.Path(path_type=Path), help="Compare with an earlier run.")
@configured
def bench(
    chosen: Chosen,
    stages: tuple[str, ...],
    profile: Literal["embedded", "standard"] | None,
    turns: int,
    manifest: Path | None,
    as_json: bool,
    report: Path | None,
    against: Path | None,
) -> None:
    """Tell how fast, how large and how accurate the assistant is on this machine.

    Commands that this house can be told are synthesised and heard, as fast as the machine can; nothing is performed.
    Ctrl-C ends early: what was measured until then is shown, and marked. The exit status is then 130; it is 2 if a
    recording could not be read, and 1 if the report could not be written.
    """
    if report is not None and (report.is_dir() or not report.absolute().parent.is_dir()):
        raise click.UsageError(f"--report {report}: give the name of a file in a folder that exists")
    before = read_run(against) if against else None
    lines = read_manifest(manifest) if manifest else None
    config = dataclasses.replace(chosen.config, profile=profile) if profile else chosen.config
    wanted = Wanted(stages or STAGES, turns, lines, chosen.folders, state_folder(config))
    record = Record(config)
    with _Bar() as tell:
        try:
            asyncio.run(measure(wanted, record, tell))
        except KeyboardInterrupt:
            click.echo("\nInterrupted: what follows is what was measured until then.", err=True)
    run = record.as_json()
    compared = changes(before, run) if before else []
    differ = differences(before, run) if before else []
    if as_json:
        print_json({**run, "against": [dataclasses.asdict(each) for each in compared]})
    else:
        _print(run, compared, differ)
    written = _write(report, page(run, compared, differ)) if report else True
    raise SystemExit(INTERRUPTED if not run["complete"] else 2 if run.get("unreadable") else 0 if written else 1)


class _Bar:
    """A progress bar on stderr, where somebody sees it."""

    def __enter__(self) -> Tell:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        columns = TextColumn("{task.description:28}"), BarColumn(), TextColumn("{task.completed}/{task.total}")
        self._progress = Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal)
        self._progress.start()
        task = self._progress.add_task("loading", total=None)
        return lambda what, done, total: self._progress.update(task, description=what, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


def _write(report: Path, text: str) -> bool:
    """Beside a file, then in its place, so that a full disk leaves no half of a page; what is no file is written to."""
    special = report.exists() and not report.is_file()
    partial = report if special else report.with_name(f"{report.name}.part")
    try:
        partial.write_text(text, "utf-8")
        if not special:
            partial.replace(report)
    except OSError as error:
        if not special:
            partial.unlink(missing_ok=True)
        click.echo(f"{report} cannot be written: {error.strerror}. Give --report another place.", err=True)
        return False
    click.echo(f"{report}: open it in a browser.", err=True)
    return True


def _print(run: Mapping[str, Any], compared: Sequence[Change], differ: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 120)
    table = Table("milliseconds", "n", "p50", "p90", "p99", "max", box=None, padding=(0, 2, 0, 0))
    for name, row in run["ms"].items():
        table.add_row(name, str(row["n"]), *(short(row[each]) for each in ("p50", "p90", "p99", "max")))
    console.print(table)
    for line in summary(run):
        console.print(line, highlight=False, markup=False)
    if compared:
        then = Table("", "before", "now", "now / before (95 %)", "", box=None, padding=(0, 2, 0, 0))
        for each in compared:
            then.add_row(each.stage, short(each.before), short(each.now), str(each.times), each.verdict)
        console.print(then)
    if differ:
        console.print(f"Also different: {'; '.join(differ)}.", highlight=False, markup=False)


def summary(run: Mapping[str, Any]) -> list[str]:
    """What is not a time, a line each."""
    lines = []
    if "real_time_factor" in run:
        lines.append(f"Processor time of a turn: {run['real_time_factor']:.3f} of the speech.")
    if peak := run.get("memory_mb", {}).get("peak"):
        lines.append(f"Memory: {peak:.0f} MB at its peak. Disk: {run['disk_mb']['models']:.0f} MB of models.")
    if "idle_cpu_s_per_hour" in run:
        lines.append(f"An idle hour: {run['idle_cpu_s_per_hour']:.0f} s of processor time.")
    energy = run.get("energy_of_turns", {})
    if "joules_per_turn" in energy:
        lines.append(f"Energy: {energy['joules_per_turn']} J for a turn ({energy['how']}).")
    elif energy:
        lines.append(f"Energy: {energy['how']}.")
    for when, state in run.get("thermal", {}).items():
        warm = "no sensor" if state["celsius"] is None else f"{state['celsius']:.1f} °C"
        slowed = (
            "nothing tells of throttling"
            if state["throttled"] is None
            else ", ".join(state["throttled"]) or "not throttled"
        )
        lines.append(f"Temperature {when}: {warm}; {slowed}.")
    for name, row in run.get("accuracy", {}).items():
        what = "Falsely accepted" if name == "false_acceptance" else f"Accepted, {name}"
        f1 = f", slot F1 {row['slot_f1']:.3f}" if row.get("slot_f1") is not None else ""
        lines.append(f"{what}: {row['value']:.1%} of {row['n']} (95 %: {row['low']:.1%} to {row['high']:.1%}){f1}.")
    drift = run.get("drift")
    if drift and "problem" in drift:
        lines.append(f"Answers on record: {drift['problem']}.")
    elif drift and drift["first"]:
        lines.append("Answers on record: none before; these are.")
    elif drift:
        since = f" since {drift['since']}" if drift["since"] else ""
        lines.append(f"Answers on record: {len(drift['changed'])} of {drift['compared']} differ{since}.")
    lines += [f"Left out: {problem}" for problem in run.get("unreadable", ())]
    return lines
