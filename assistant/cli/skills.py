"""Skills: `skills`, `skills new` and `skills check`."""

import asyncio
import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from assistant.app import assemble
from assistant.authoring.lint import Checked, lint
from assistant.authoring.new_skill import write_skill
from assistant.cli.options import Chosen, configured, print_json
from assistant.devices.files import FileSpeaker
from assistant.devices.furnish import furnish
from assistant.phrases.examples import examples
from assistant.registry import Plugin, discover
from assistant.settings.checking import shown
from assistant.settings.schema import members, words
from assistant.skill import Handler


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one array with everything.")
@configured
def skills(chosen: Chosen, as_json: bool) -> None:
    """List the skills, what can be said to them, and why one is left out; or begin and check one."""
    if click.get_current_context().invoked_subcommand is not None:
        return

    async def found() -> tuple[Plugin, ...]:
        async with assemble(chosen.config, FileSpeaker(None), folders=chosen.folders) as assistant:
            return assistant.local.registry.plugins if assistant.local else ()

    plugins = asyncio.run(found())
    if as_json:
        print_json([_plugin(plugin) for plugin in plugins])
    else:
        _print_plugins(plugins)


def _plugin(plugin: Plugin) -> dict[str, object]:
    handlers = plugin.skill.handlers if plugin.skill else []
    return {
        "name": plugin.name,
        "origin": plugin.origin,
        "problem": plugin.problem,
        "intents": [
            {
                "name": handler.intent,
                "summary": handler.summary,
                "templates": list(handler.templates),
                "slots": [{"name": slot.name, "required": slot.required} for slot in handler.slots],
            }
            for handler in handlers
        ],
        "settings": [{"name": name, "write": write, "default": value} for name, write, value in _settings(plugin)],
    }


def _settings(plugin: Plugin) -> Iterator[tuple[str, str, Any]]:
    if plugin.skill and plugin.skill.settings:
        for field, kind in members(plugin.skill.settings):
            default = field.default if field.default is not dataclasses.MISSING else None
            yield field.name, words(kind), default if isinstance(default, str | int | float | None) else str(default)


def _print_plugins(plugins: tuple[Plugin, ...]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("skill", "what it does", "say, for example", box=None, padding=(0, 2, 0, 0))
    for plugin in plugins:
        if plugin.skill is None:
            table.add_row(
                f"[bold]{escape(plugin.name)}", f"[red]left out: {escape(plugin.problem or '')}", plugin.origin
            )
            continue
        for number, handler in enumerate(plugin.skill.handlers):
            name = f"[bold]{escape(plugin.name)}" if number == 0 else ""
            table.add_row(name, escape(handler.summary), escape(_example(handler)))
        for name, write, default in _settings(plugin):
            table.add_row("", escape(f"skills.settings.{plugin.name}.{name}"), escape(f"{write}; {shown(default)}"))
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _example(handler: Handler) -> str:
    return next(iter(examples(handler.templates[:1], 1)), handler.templates[0])


@skills.command()
@click.argument("name")
@click.option("--to", "folder", metavar="DIR", type=click.Path(path_type=Path), help="Write it here instead of ./NAME.")
def new(name: str, folder: Path | None) -> None:
    """Begin a skill: its module, what people say to it, its tests and its package, which work as they are written."""
    for file in write_skill(name, folder or Path(name)):
        click.echo(f"Wrote {file}.")
    click.echo(f"Try it:\n  cd {folder or name} && pip install -e '.[dev]' && pytest\n  assistant skills check .")


@skills.command("check")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@configured
def check_skill(chosen: Chosen, path: Path) -> None:
    """Check the skill in PATH, a file, a package or a project, beside those that are installed.

    The exit status is 1 if there is something to mend.
    """
    checked = asyncio.run(_check(chosen, path.resolve()))
    for note in checked.notes:
        click.echo(f"    {note}")
    for problem in checked.problems:
        click.echo(f"no  {problem}")
    if checked.problems:
        raise SystemExit(1)
    intents = sum(len(skill.handlers) for skill in checked.skills)
    click.echo(f"ok  {', '.join(skill.name for skill in checked.skills)}: {intents} intents, nothing to mend.")


async def _check(chosen: Chosen, path: Path) -> Checked:
    plugins = discover([*chosen.config.skills.folders, *chosen.folders], chosen.config.skills.disabled)
    async with furnish(chosen.config) as house:
        return await lint(path, [plugin.skill for plugin in plugins if plugin.skill], house)
