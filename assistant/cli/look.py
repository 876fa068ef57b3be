"""Looking at the assistant: `skills` and `check`."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click
import numpy as np

from assistant.acting import state_folder
from assistant.app import Assistant, assemble
from assistant.authoring.lint import clashes
from assistant.cli.devices import report
from assistant.cli.options import Chosen, configured, told_here
from assistant.cli.proof import RUNTIME, show_proof
from assistant.config import Power, Sound, schema
from assistant.devices.audio import SoundDevice, sound_devices
from assistant.devices.files import FileSpeaker
from assistant.devices.inventory import Body as WiredBody
from assistant.errors import DeviceError, known_error
from assistant.events import Observers
from assistant.hands import LocalHands
from assistant.listening.mute import Mute
from assistant.listening.noise import Recording
from assistant.messages import RATE
from assistant.records.kept import sound_warning
from assistant.registry import Plugin
from assistant.safety.policy import Rules
from assistant.service import governor, health
from assistant.service.body import Body


@click.command()
@click.option("--schema", "as_schema", is_flag=True, help="Print the JSON Schema of the configuration, for editors.")
@click.option("--offline-proof", is_flag=True, help="Show that what hears cannot reach a network.")
@configured
def check(chosen: Chosen, as_schema: bool, offline_proof: bool) -> None:
    """Tell whether everything is in order, and what to do if not."""
    if offline_proof:
        if not show_proof():
            raise SystemExit(1)
        return
    if as_schema:
        click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))
        return
    click.echo(f"ok  Configuration: {chosen.file or 'the defaults; there is no file of your own'}.")
    if not asyncio.run(_check(chosen)):
        raise SystemExit(1)


async def _check(chosen: Chosen) -> bool:
    told_here()
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
            await _check_phrases(hands),
            _check_policy(config.policy, hands),
            await _works("Wake words", lambda: _hear_silence(assistant)),
            await _works("Recognizer", lambda: _take_silence(assistant)),
            _check_service(written := health.read(RUNTIME)),
            _check_power(config.power, written),
            _check_sound(config.sound, hears=written is not None and written["listening"]),
        ]
        problems = {**lineup.problems, **assistant.mind.problems}
    if warning := sound_warning(state_folder(config), config.privacy.keep_sound_until):
        click.echo(f"!!  {warning}")
    for name, problem in problems.items():
        click.echo(f"no  {name} is left out: {problem}")
    return all(good) and not problems


async def _check_body(wired: WiredBody) -> bool:
    """The appliance's own light, button and mute switch, if it has any."""
    parts = [name for name in ("light", "button", "mute") if getattr(wired, name) is not None]
    async with Body(wired, Mute(Observers())) as body:
        for problem in body.problems:
            click.echo(f"no  Body: {problem}")
    if parts and not body.problems:
        click.echo(f"ok  Body: {', '.join(parts)}.")
    return not body.problems


def _check_service(written: Mapping[str, Any] | None) -> bool:
    """How the service hears, where it runs here and this user may know."""
    if written is None:
        return True
    if written["problem"]:
        click.echo(f"no  Service: it cannot hear. {written['problem']}")
    else:
        click.echo(f"ok  Service: {'muted' if written['muted'] else 'listening'} since {written['since']}.")
    return written["problem"] is None


def _check_power(power: Power, written: Mapping[str, Any] | None) -> bool:
    """Whether the service, or else this user, may do with the processor what is wanted."""
    if not power.performance_in_turns:
        return True
    try:
        user = os.geteuid() if written is None else Path(f"/proc/{written['pid']}").stat().st_uid
    except OSError:
        user = os.geteuid()  # it has just ended
    trouble = governor.problem(user)
    click.echo(f"no  Power: {trouble}" if trouble else "ok  Power: the processor at its highest speed in turns.")
    return trouble is None


def _check_skill(plugin: Plugin) -> bool:
    if plugin.problem:
        click.echo(f"no  Skill {plugin.name} ({plugin.origin}): {plugin.problem.rstrip('.')}.")
    return plugin.problem is None


def _check_policy(rules: Rules, hands: LocalHands) -> bool:
    """Whether the rules are about intents that there are."""
    for name in (unknown := hands.registry.unknown(rules.intents)):
        click.echo(
            f"no  Policy: policy.intents names {name}, which no skill has. `assistant skills --json` lists them."
        )
    return not unknown


async def _check_phrases(hands: LocalHands) -> bool:
    """Whether each phrase is claimed by one skill alone."""
    found = await clashes([plugin.skill for plugin in hands.registry.plugins if plugin.skill], hands.house)
    for clash in found:
        click.echo(f"no  Phrases: {clash}.")
    return not found


async def _works(what: str, attempt: Callable[[], Awaitable[Iterable[str]]]) -> bool:
    """Whether an attempt succeeds, which tells what worked."""
    try:
        which = ", ".join(await attempt())
    except Exception as error:
        click.echo(f"no  {what}: {known_error(error)}")
        return False
    click.echo(f"ok  {what}: {which}.")
    return True


async def _hear_silence(assistant: Assistant) -> Iterable[str]:
    await assistant.hear(Recording(np.zeros(RATE // 2, np.int16)))
    return assistant.config.wake.thresholds


async def _take_silence(assistant: Assistant) -> Iterable[str]:
    await assistant.take(Recording(np.zeros(RATE // 2, np.int16)), dry_run=True)
    left_out = assistant.lineup.problems
    return [name for name in assistant.lineup.recognizer_names if name not in left_out] or ["pocketsphinx"]


def _check_sound(sound: Sound, hears: bool) -> bool:
    """`hears`: the service does, by the microphone, which then needs no look."""
    try:
        devices = sound_devices()
    except DeviceError as error:
        click.echo(f"no  Sound: {error}")
        return False
    for device in devices:
        able = [what for what, count in (("microphone", device.inputs), ("speaker", device.outputs)) if count]
        click.echo(f"    Sound device {device.index}: {device.name} ({' and '.join(able)}, {device.rate} Hz).")
    heard = next((d for d in devices if d.inputs and _is_meant(d, sound.microphone, d.is_default_input)), None)
    played = next((d for d in devices if d.outputs and _is_meant(d, sound.speaker, d.is_default_output)), None)
    return all(
        [
            hears or _check_device("Microphone", sound.microphone, heard, len(devices)),
            _check_device("Speaker", sound.speaker, played, len(devices)),
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
