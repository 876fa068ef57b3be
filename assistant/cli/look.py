"""Looking at the assistant: `skills` and `check`."""

import asyncio
import dataclasses
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import click
import numpy as np

from assistant.acting import state_folder
from assistant.app import Assistant, assemble
from assistant.body import Body
from assistant.checking import shown
from assistant.cli.devices import report
from assistant.cli.options import Chosen, configured, print_json
from assistant.config import schema
from assistant.devices.audio import SoundDevice, sound_devices
from assistant.devices.files import FileSpeaker
from assistant.errors import DeviceError, known_error
from assistant.events import Observers
from assistant.inventory import Body as WiredBody
from assistant.kept import sound_warning
from assistant.messages import RATE
from assistant.mute import Mute
from assistant.noise import Recording
from assistant.phrases.examples import examples
from assistant.registry import Plugin
from assistant.schema import members, words
from assistant.skill import Handler


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one array with everything.")
@configured
def skills(chosen: Chosen, as_json: bool) -> None:
    """List the skills, what can be said to them, and why one is left out."""

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


@click.command()
@click.option("--schema", "as_schema", is_flag=True, help="Print the JSON Schema of the configuration, for editors.")
@configured
def check(chosen: Chosen, as_schema: bool) -> None:
    """Tell whether everything is in order, and what to do if not."""
    if as_schema:
        click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))
        return
    click.echo(f"ok  Configuration: {chosen.file or 'the defaults; there is no file of your own'}.")
    if not asyncio.run(_check(chosen)):
        raise SystemExit(1)


async def _check(chosen: Chosen) -> bool:
    config = chosen.config
    async with assemble(config, FileSpeaker(None), folders=chosen.folders) as assistant:
        lineup, hands = assistant.lineup, assistant.local
        assert hands is not None
        click.echo(f"ok  Profile: {config.profile}.")
        click.echo(f"ok  Voice: {lineup.voice_name if lineup.voice_name not in lineup.problems else 'espeak-ng'}.")
        good = [
            report(hands.house),
            await _check_body(config.body),
            *(_check_skill(plugin) for plugin in hands.registry.plugins),
            await _works("Wake words", ", ".join(config.wake.thresholds), lambda: _hear_silence(assistant)),
            await _works("Recognizer", ", ".join(lineup.recognizer_names), lambda: _take_silence(assistant)),
            _check_sound(config.sound.microphone, config.sound.speaker),
        ]
    if warning := sound_warning(state_folder(config), config.privacy.keep_sound_until):
        click.echo(f"!!  {warning}")
    for name, problem in lineup.problems.items():
        click.echo(f"no  {name} is left out: {problem}")
    return all(good) and not lineup.problems


async def _check_body(wired: WiredBody) -> bool:
    """The appliance's own light, button and mute switch, if it has any."""
    parts = [name for name in ("light", "button", "mute") if getattr(wired, name) is not None]
    async with Body(wired, Mute(Observers())) as body:
        for problem in body.problems:
            click.echo(f"no  Body: {problem}")
    if parts and not body.problems:
        click.echo(f"ok  Body: {', '.join(parts)}.")
    return not body.problems


def _check_skill(plugin: Plugin) -> bool:
    if plugin.problem:
        click.echo(f"no  Skill {plugin.name} ({plugin.origin}): {plugin.problem}.")
    return plugin.problem is None


async def _works(what: str, which: str, attempt: Callable[[], Awaitable[object]]) -> bool:
    try:
        await attempt()
    except Exception as error:
        click.echo(f"no  {what}: {known_error(error)}")
        return False
    click.echo(f"ok  {what}: {which}.")
    return True


async def _hear_silence(assistant: Assistant) -> None:
    await assistant.hear(Recording(np.zeros(RATE // 2, np.int16)))


async def _take_silence(assistant: Assistant) -> None:
    await assistant.take(Recording(np.zeros(RATE // 2, np.int16)), dry_run=True)


def _check_sound(microphone: str | int | None, speaker: str | int | None) -> bool:
    try:
        devices = sound_devices()
    except DeviceError as error:
        click.echo(f"no  Sound: {error}")
        return False
    for device in devices:
        able = [what for what, count in (("microphone", device.inputs), ("speaker", device.outputs)) if count]
        click.echo(f"    Sound device {device.index}: {device.name} ({' and '.join(able)}, {device.rate} Hz).")
    heard = next((d for d in devices if d.inputs and _is_meant(d, microphone, d.is_default_input)), None)
    played = next((d for d in devices if d.outputs and _is_meant(d, speaker, d.is_default_output)), None)
    return all(
        [
            _check_device("Microphone", microphone, heard, len(devices)),
            _check_device("Speaker", speaker, played, len(devices)),
        ]
    )


def _is_meant(device: SoundDevice, wanted: str | int | None, is_default: bool) -> bool:
    match wanted:
        case None:
            return is_default
        case int():
            return device.index == wanted
        case str():
            return wanted.casefold() in device.name.casefold()


def _check_device(what: str, wanted: str | int | None, device: SoundDevice | None, count: int) -> bool:
    if device is not None:
        click.echo(f"ok  {what}: {device.name}.")
        return True
    name = "the default one" if wanted is None else f"{wanted!r}"
    remedy = "Choose one of the devices above in the configuration" if count else "Plug one in"
    click.echo(f"no  {what}: {name} is missing. {remedy}; recordings and typed text work without.")
    return False
