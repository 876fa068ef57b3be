"""Model files: `models list`, `fetch`, `verify`, `import`, `remove` and `plan`."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.options import Chosen, configured, print_json
from assistant.cli.plan import as_data, megabytes, show
from assistant.errors import ModelError
from assistant.models import planner
from assistant.models.download import stated
from assistant.models.machine import fits, this_machine
from assistant.models.manifest import Manifest, Model
from assistant.models.model_store import ModelStore, Progress, State, default_folder
from assistant.models.probe import probe
from assistant.models.rates import expect, known_rates
from assistant.models.trust import KEY, Lists, load

if TYPE_CHECKING:
    from rich.progress import TaskID

STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class _Place:
    """What the options of `assistant models` say."""

    folder: Path
    lists: Lists
    given: Manifest | None
    """A list that was named; it is gone by this once."""

    @property
    def store(self) -> ModelStore:
        """Raises ModelError where the list cannot be trusted."""
        return ModelStore(self.folder, self.given or self.lists.current())


@click.group()
@click.option("--folder", metavar="DIR", type=click.Path(path_type=Path), help="Where the models are.")
@click.option("--manifest", metavar="FILE", type=click.Path(path_type=Path), help="Go by this list, this once.")
@click.option(
    "--key",
    metavar="FILE",
    type=click.Path(path_type=Path),
    default=KEY,
    help="The minisign public key of the list, if it is not ours.",
)
@click.pass_context
def models(context: click.Context, folder: Path | None, manifest: Path | None, key: Path) -> None:
    """See which models there are, fetch them, check them, and plan for this machine."""
    folder = folder or default_folder()
    context.obj = _Place(folder, Lists(folder, key=key), load(manifest, key) if manifest else None)


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one array with everything.")
@click.pass_obj
def list_models(place: _Place, as_json: bool) -> None:
    """List the models: size, memory, licence, and whether they are here."""
    store = place.store
    rows = [_row(store, model) for model in store.manifest.models]
    if as_json:
        print_json(rows)
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("model", "for", "disk", "memory", "licence", "digest", "here", box=None, padding=(0, 2, 0, 0))
    for row in rows:
        profiles = f" [dim]({', '.join(row['profiles'])})" if row["profiles"] else ""
        table.add_row(
            f"[bold]{escape(row['name'])}[/]{profiles}",
            row["stage"],
            megabytes(row["bytes"]),
            megabytes(row["memory"]),
            escape(row["licence"]),
            "confirmed" if row["confirmed"] else "by others",
            escape(row["state"]),
        )
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    console.print(
        f"\nThey are kept in {place.folder}. This is version {store.manifest.version} of the list.", soft_wrap=True
    )


def _row(store: ModelStore, model: Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "stage": model.stage,
        "about": model.about,
        "bytes": model.bytes,
        "memory": model.memory,
        "licence": model.licences,
        "confirmed": store.confirmed(model),
        "profiles": [name for name, wanted in store.manifest.profiles.items() if model.name in wanted],
        "state": str(store.state(model)),
    }


@models.command()
@click.argument("names", nargs=-1)
@click.option("--profile", metavar="NAME", help=f"Fetch what this profile needs; {STANDARD} if no model is named.")
@click.pass_obj
def fetch(place: _Place, names: tuple[str, ...], profile: str | None) -> None:
    """Fetch models, or what is missing of them. What was interrupted goes on where it stopped."""
    store = place.store
    chosen = [store.manifest.model(name) for name in names]
    if profile or not names:
        chosen += store.manifest.profile(profile or STANDARD)
    machine = this_machine()
    for model in chosen:
        if not fits(model.memory, machine.memory):
            need = megabytes(model.memory)
            click.echo(f"{model.name} needs {need} of memory, too much for this machine.", err=True)
    with _progress(chosen) as progress:
        fetched = store.fetch(chosen, progress)
    if place.given is None:
        place.lists.adopt()
    for model in chosen:
        done = "Fetched" if model.name in fetched else "Here already:"
        click.echo(f"{done} {model.name} ({megabytes(model.bytes)}, licence: {model.licences}).")
    if not chosen:
        click.echo("This profile needs no model beside those in its packages.")


@models.command()
@click.argument("names", nargs=-1)
@click.option("--upstream", is_flag=True, help="Ask the publishers for size and digest instead, without fetching.")
@click.pass_obj
def verify(place: _Place, names: tuple[str, ...], upstream: bool) -> None:
    """Read every byte of the models that are here and compare digests."""
    store = place.store
    chosen = [store.manifest.model(name) for name in names]
    if upstream:
        good = [_verify_upstream(model) for model in chosen or store.manifest.models]
    else:
        here = chosen or [model for model in store.manifest.models if store.state(model) != State.ABSENT]
        if not here:
            click.echo(f"There are no models in {place.folder}.")
        good = [_verify_here(store, model) for model in here]
    if not all(good):
        raise SystemExit(1)


def _verify_here(store: ModelStore, model: Model) -> bool:
    problems = store.verify(model)
    for problem in problems:
        click.echo(f"no  {problem}")
    click.echo(f"    Mend it with: assistant models fetch {model.name}" if problems else f"ok  {model.name}")
    return not problems


def _verify_upstream(model: Model) -> bool:
    good = True
    for file in model.files:
        try:
            size, sha256 = stated(file.url)
        except ModelError as error:
            click.echo(f"no  {model.name}: {error}")
            good = False
            continue
        if size not in (None, file.bytes) or sha256 not in (None, file.sha256):
            click.echo(f"no  {model.name}: {file.name}: its publisher states {size} bytes, SHA-256 {sha256}")
            good = False
        else:
            click.echo(
                f"{'ok ' if sha256 else '?  '} {model.name}: {file.name}{'' if sha256 else ': no digest is stated'}"
            )
    return good


@models.command("import")
@click.argument("source", metavar="DIR", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--older", is_flag=True, help="Also go back to an older list of models, if that is in DIR.")
@click.pass_obj
def import_models(place: _Place, source: Path, older: bool) -> None:
    """Take models from a folder, such as a USB stick. They are known by their content, not by their names."""
    brought = source / "manifest.yaml"
    if place.given is None and brought.exists():
        before = place.lists.current().version
        adopted = place.lists.adopt(brought, older=older).version
        if adopted != before:
            click.echo(f"The list of models is version {adopted} now, instead of {before}.")
    store = place.store
    with _progress(store.manifest.models) as progress:
        found = store.take(source, progress)
    for name in found.taken:
        model = store.manifest.model(name)
        click.echo(f"Imported {name} ({megabytes(model.bytes)}, licence: {model.licences}).")
    for name, missing in found.incomplete.items():
        click.echo(f"{name} was left out: {', '.join(missing)} not found in {source}.", err=True)
    if not found.taken:
        click.echo(f"Nothing new in {source}.")


@models.command()
@click.argument("names", nargs=-1, required=True)
@click.pass_obj
def remove(place: _Place, names: tuple[str, ...]) -> None:
    """Delete models, and what was fetched of them."""
    store = place.store
    for model in [store.manifest.model(name) for name in names]:
        freed = store.remove(model)
        click.echo(
            f"Removed {model.name}; {megabytes(freed)} are free again." if freed else f"{model.name} is not here."
        )


@models.command("plan")
@click.option("--threads", type=click.IntRange(1, 64), help="Plan for this many threads instead of the best number.")
@click.option("--json", "as_json", is_flag=True, help="Print one object with everything.")
@configured
@click.pass_obj
def plan_models(place: _Place, chosen: Chosen, threads: int | None, as_json: bool) -> None:
    """Tell what each profile needs and how long a turn would take here, after a few seconds of measurement."""
    from assistant.models.calibration import measure

    store, machine, probed = place.store, this_machine(), probe()
    threads = threads or min(machine.cores, planner.THREADS)
    speed = expect(machine, probed, known_rates(), threads, os.uname().machine)
    measured = asyncio.run(measure(chosen.config, store, threads))
    silence = chosen.config.listening.silence_seconds
    plan = planner.plan(machine, probed, speed, store.manifest, measured, silence)
    if as_json:
        print_json(as_data(plan))
    else:
        show(plan)


@contextlib.contextmanager
def _progress(chosen: Iterable[Model]) -> Iterator[Progress]:
    """A bar for each file on stderr, if somebody sees it."""
    from rich import progress as bars_of
    from rich.console import Console

    sizes = {file.name: file.bytes for model in chosen for file in model.files}
    console = Console(stderr=True)
    bars = bars_of.Progress(
        bars_of.TextColumn("{task.description}"),
        bars_of.BarColumn(),
        bars_of.DownloadColumn(),
        bars_of.TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    tasks: dict[str, TaskID] = {}

    def show(name: str, count: int) -> None:
        if name not in tasks:
            tasks[name] = bars.add_task(name, total=sizes.get(name))
        bars.update(tasks[name], completed=count)

    with bars:
        yield show
