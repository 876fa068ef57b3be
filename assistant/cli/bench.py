"""Measuring this assistant on this machine: `bench`.

What it measures with is loaded inside the command, which is then ready for Ctrl-C from its first moment on.
"""

import dataclasses
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from assistant.bench.interruption import Interruption
from assistant.bench.record import STAGES, Record, Tell
from assistant.cli.options import Chosen, configured, print_json
from assistant.errors import known_error

if TYPE_CHECKING:
    from assistant.bench.compare import Change


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
    recording could not be read, and 1 if something failed or the report could not be written.
    """
    if report is not None and (report.is_dir() or not report.absolute().parent.is_dir()):
        raise click.UsageError(f"--report {report}: give the name of a file in a folder that exists")
    config = dataclasses.replace(chosen.config, profile=profile) if profile else chosen.config
    record = Record(config)
    with Interruption() as interruption:
        from assistant.acting import state_folder
        from assistant.bench.compare import changes, differences, read_run
        from assistant.bench.report import page
        from assistant.bench.run import Wanted, measure
        from assistant.evaluate import read_manifest

        before = read_run(against) if against else None
        lines = read_manifest(manifest) if manifest else None
        wanted = Wanted(stages or STAGES, turns, lines, chosen.folders, state_folder(config))
        with _Bar(interruption.heed) as tell:
            try:
                interruption.run(lambda: measure(wanted, record, tell, lambda: interruption.asked))
            except Exception as error:
                record.problem = _sentence(error)
                click.echo(f"{record.problem}\nWhat follows is what was measured until then.", err=True)
        run = record.as_json()
        if not run["complete"] and interruption.asked:
            click.echo("\nInterrupted: what follows is what was measured until then.", err=True)
        compared = changes(before, run) if before else []
        differ = differences(before, run) if before else []
        if as_json:
            print_json({**run, "against": [{**dataclasses.asdict(each), "verdict": each.verdict} for each in compared]})
        else:
            _print(run, compared, differ)
        written = _write(report, page(run, compared, differ)) if report else True
        status = 0 if written and not record.problem else 1
        if run.get("unreadable"):
            status = 2
        if not run["complete"] and interruption.signal is not None:
            status = 128 + interruption.signal
        if interruption.asked:  # not through the end of the interpreter, which another Ctrl-C would break
            sys.stdout.flush()
            os._exit(status)
    raise SystemExit(status)


def _sentence(error: Exception) -> str:
    """What went wrong; of what nobody foresaw, the log has the rest."""
    try:
        return str(known_error(error))
    except Exception:
        logging.getLogger(__name__).exception("The measurement failed")
        return f"{type(error).__name__}: {error}"


class _Bar:
    """A progress bar on stderr, where somebody sees it."""

    def __init__(self, heed: Callable[[], None]) -> None:
        """`heed` raises where the work is to end."""
        self._heed = heed

    def __enter__(self) -> Tell:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        columns = TextColumn("{task.description:28}"), BarColumn(), TextColumn("{task.completed}/{task.total}")
        self._progress = Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal)
        self._progress.start()
        task = self._progress.add_task("loading", total=None)

        def tell(what: str, done: int, total: int) -> None:
            self._heed()
            self._progress.update(task, description=what, completed=done, total=total)

        return tell

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


def _print(run: Mapping[str, Any], compared: "Sequence[Change]", differ: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Table

    from assistant.bench.plots import short
    from assistant.bench.told import lines, throughput

    console = Console(width=None if sys.stdout.isatty() else 120)
    table = Table("milliseconds", "n", "p50", "p90", "p99", "max", box=None, padding=(0, 2, 0, 0))
    for name, row in run["ms"].items():
        table.add_row(name, str(row["n"]), *(short(row[each]) for each in ("p50", "p90", "p99", "max")))
    console.print(table)
    if rates := throughput(run):
        done = Table("how much gets done", "n", "median", "worst", "", box=None, padding=(0, 2, 0, 0))
        for row in rates:
            done.add_row(*row)
        console.print(done)
    for line in lines(run):
        console.print(line, highlight=False, markup=False)
    if compared:
        then = Table("", "before", "now", "change (95 %)", "", box=None, padding=(0, 2, 0, 0))
        for each in compared:
            then.add_row(f"{each.what}, {each.unit}", short(each.before), short(each.now), each.told, each.verdict)
        console.print(then)
    if differ:
        console.print(f"Also different: {'; '.join(differ)}.", highlight=False, markup=False)
