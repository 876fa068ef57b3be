"""The devices of the house from the command line: `devices list`, `get`, `set`, `watch` and `test`."""

import asyncio
import contextlib
import difflib
import json
import sys
from collections.abc import Callable, Iterator, Mapping

import click

from assistant.answers import listed
from assistant.cli.options import Chosen, configured, print_json, told_here
from assistant.devices.furnish import furnish
from assistant.devices.household import Household
from assistant.devices.naming import can_be_heard
from assistant.house import Changed, Device, House, HouseEvent, Outcome
from assistant.messages import Risk
from assistant.safety.policy import Policy

SETTLE = 2.0
"""Seconds within which devices that have not yet told their state may do so."""

ARRIVE = 120.0
"""Seconds that a cover which is tested may take from end to end."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print one object for each device or change.")


class _Listing(click.Group):
    """Options and no command mean `list`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        helps = ctx.help_option_names
        return super().parse_args(ctx, args if args and (args[0][0] != "-" or args[0] in helps) else ["list", *args])


@click.group(cls=_Listing)
def devices() -> None:
    """List, ask, set, watch and test the devices of the house."""


@devices.command("list")
@json_option
@configured
def list_devices(chosen: Chosen, as_json: bool) -> None:
    """List all devices and how they are."""
    asyncio.run(_list(chosen, (), as_json))


@devices.command()
@click.argument("names", nargs=-1, required=True, metavar="DEVICE…")
@json_option
@configured
def get(chosen: Chosen, names: tuple[str, ...], as_json: bool) -> None:
    """Tell how devices are, by any of their names or ids."""
    asyncio.run(_list(chosen, names, as_json))


@devices.command("set")
@click.argument("name", metavar="DEVICE")
@click.argument("changes", nargs=-1, required=True, metavar="NAME=VALUE…")
@json_option
@configured
def set_device(chosen: Chosen, name: str, changes: tuple[str, ...], as_json: bool) -> None:
    """Change a device: on=true, brightness=40, position=100. Nobody is asked to confirm."""
    outcome = asyncio.run(_set(chosen, name, changes))
    if as_json:
        print_json({"device": name, "outcome": outcome.value})
    else:
        click.echo(outcome.value)
    if outcome in (Outcome.REFUSED, Outcome.UNREACHABLE):
        raise SystemExit(1)


@devices.command()
@json_option
@configured
def found(chosen: Chosen, as_json: bool) -> None:
    """List the devices that were found on the MQTT broker, with those that are not used and why."""
    asyncio.run(_found(chosen, as_json))


@devices.command()
@json_option
@configured
def watch(chosen: Chosen, as_json: bool) -> None:
    """Print every change until Ctrl-C."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_watch(chosen, as_json))


@devices.command()
@click.argument("names", nargs=-1, metavar="[DEVICE…]")
@json_option
@configured
def test(chosen: Chosen, names: tuple[str, ...], as_json: bool) -> None:
    """Change devices and change them back, and tell which did it; sensors tell what they measure.

    What moves, locks, heats or has a risk is only tested by its name.
    """
    if not asyncio.run(_test(chosen, names, as_json)):
        raise SystemExit(1)


async def _list(chosen: Chosen, names: tuple[str, ...], as_json: bool) -> None:
    told_here()
    policy = Policy(chosen.config.policy)
    async with furnish(chosen.config) as house:
        found = [_find(house, name) for name in names] or list(house.devices)
        await _settled(house, found)
        if as_json:
            for device in found:
                print_json(_plain(device, policy))
        else:
            _print(found)


async def _found(chosen: Chosen, as_json: bool) -> None:
    async with furnish(chosen.config) as house:
        for backend, problem in house.problems.items():
            click.echo(f"{backend}: {problem}", err=True)
        for one in house.reviewed:
            area = one.area.name if one.area else None
            if as_json:
                plain = {"id": one.id, "name": one.name, "kind": one.kind, "area": area, "problem": one.problem or None}
                print_json(plain)
            else:
                where = f" in the {area}" if area else ""
                click.echo(f"{one.id}\n    {one.name}, {one.kind}{where}{one.problem and f': {one.problem}'}")


async def _settled(house: Household, devices: list[Device]) -> None:
    """Wait until each device has told something of itself, but not for long."""
    await _until(
        house,
        lambda: all(device.state or device.problem or not _lasting(device) for device in devices),
        SETTLE,
    )


async def _until(house: Household, holds: Callable[[], bool], seconds: float) -> None:
    told = asyncio.Event()
    unwatch = house.watch(lambda event: told.set())
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not holds():
                await told.wait()
                told.clear()
    unwatch()


def _lasting(device: Device) -> bool:
    return any(not trait.momentary for trait in device.traits.values())


async def _set(chosen: Chosen, name: str, assignments: tuple[str, ...]) -> Outcome:
    async with furnish(chosen.config) as house:
        device = _find(house, name)
        await _settled(house, [device])
        changes: dict[str, object] = {}
        for assignment in assignments:
            key, equals, text = assignment.partition("=")
            if not equals or key not in device.capabilities:
                able = ", ".join(sorted(device.capabilities))
                remedy = f"it can set {able}, as in on=true" if able else "it only tells, and nothing of it can be set"
                raise click.UsageError(f"{device.name} cannot set {assignment!r}; {remedy}.")
            try:
                changes[key] = device.traits[key].read(text)
            except ValueError as error:
                raise click.UsageError(f"The {key} of {device.name} {error}, not {text!r}.") from None
        return await device.set(**changes)


async def _watch(chosen: Chosen, as_json: bool) -> None:
    def tell(event: HouseEvent) -> None:
        if isinstance(event, Changed):
            changed = {name: event.device.state.get(name, True) for name in sorted(event.names)}
            if as_json:
                print_json({"device": event.device.name, "changed": changed, "problem": event.device.problem})
            else:
                what = event.device.problem or ", ".join(_values(changed)) or "is back"
                click.echo(f"{event.device.name}: {what}")
            sys.stdout.flush()

    async with furnish(chosen.config) as house:
        house.watch(tell)
        await asyncio.Event().wait()


async def _test(chosen: Chosen, names: tuple[str, ...], as_json: bool) -> bool:
    told_here()
    good = True
    policy = Policy(chosen.config.policy)
    async with furnish(chosen.config) as house:
        found = [_find(house, name) for name in names] or [
            device for device in house.devices if policy.usual(device) is Risk.NONE and not device.members
        ]
        await _settled(house, found)
        for device in found:
            outcome, text = await _try(house, device, named=bool(names))
            good = good and outcome is not Outcome.UNREACHABLE and outcome is not Outcome.REFUSED
            if as_json:
                print_json({"device": device.name, "outcome": outcome and outcome.value, "text": text})
            else:
                click.echo(f"{device.name}: {text}")
    return good


async def _try(house: Household, device: Device, *, named: bool) -> tuple[Outcome | None, str]:
    """Change it and change it back. Gives what became of the worse of the two, None where nothing was changed."""
    if device.problem:
        return Outcome.UNREACHABLE, device.problem
    tried = _trial(device)
    if tried is None:
        return None, ", ".join(_states(device)) or "has told nothing yet"
    if not named and "on" not in tried:
        return None, f"only tested by its name: assistant devices test {json.dumps(device.name)}"
    back = {name: device.state.get(name, False if value is True else value) for name, value in tried.items()}
    outcomes = [await device.set(**tried)]
    await _arrived(house, device)
    if not any(device.traits[name].momentary for name in tried):
        outcomes.append(await device.set(**back))
        await _arrived(house, device)
    worse = next((outcome for outcome in outcomes if outcome is not Outcome.DONE), Outcome.DONE)
    return worse, device.problem or worse.value


def _trial(device: Device) -> dict[str, object] | None:
    """What to change it to; None for what only tells."""
    state, able = device.state, device.capabilities
    for name in ("on", "locked"):
        if name in able:
            return {name: not state.get(name)}
    match state.get("position"), state.get("target"):
        case int() | float() as position, _ if "position" in able:
            return {"position": 0 if position > 0 else 100}
        case _, int() | float() as target if "target" in able:
            return {"target": target - 1}
    if "position" in able:
        return {"position": 0}
    return {name: True for name in ("active", "pressed") if name in able} or None


async def _arrived(house: Household, device: Device) -> None:
    """Wait until it no longer moves, but not for ever."""
    await _until(house, lambda: device.state.get("moving") not in ("opening", "closing"), ARRIVE)


def _find(house: House, name: str) -> Device:
    wanted = name.casefold()
    for device in house.devices:
        if wanted in {each.casefold() for each in (device.id, device.name, *device.aliases)}:
            return device
    known = {each.casefold(): each for device in house.devices for each in (device.name, *device.aliases)}
    near = difflib.get_close_matches(wanted, known, 1)
    remedy = f"Did you mean {known[near[0]]}?" if near else "`assistant devices list` lists them."
    raise click.UsageError(f"There is no device {name!r}. {remedy}")


def _plain(device: Device, policy: Policy) -> Mapping[str, object]:
    """For machines."""
    state = {}
    for name in device.traits:
        if (known := device.known(name)) is not None:
            unit = getattr(device.traits[name], "unit", "")
            state[name] = {"value": known.value, "reported": known.reported, "age": round(known.age, 3), "unit": unit}
    return {
        "id": device.id,
        "name": device.name,
        "kind": device.kind,
        "area": device.area.name if device.area else None,
        "aliases": list(device.aliases),
        "can_set": sorted(device.capabilities),
        "risk": policy.usual(device).name.lower(),
        "members": [member.name for member in device.members],
        "state": state,
        "problem": device.problem,
    }


def _print(found: list[Device]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("device", "kind", "area", "how it is", box=None, padding=(0, 2, 0, 0))
    for device in found:
        how = ", ".join(_states(device)) or "unknown"
        how = f"[red]{escape(device.problem)}" if device.problem else escape(how)
        area = escape(device.area.name if device.area else "")
        table.add_row(f"[bold]{escape(device.name)}", device.kind, area, how)
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _states(device: Device) -> Iterator[str]:
    for name in device.traits:
        if (known := device.known(name)) is not None:
            text = next(_values({name: known.value})) + getattr(device.traits[name], "unit", "")
            yield text if known.reported else f"{text} (assumed)"


def _values(values: Mapping[str, object]) -> Iterator[str]:
    for name, value in values.items():
        yield f"{name} {value if isinstance(value, str) else json.dumps(value)}"


def report(house: House) -> bool:
    """Print a line of `assistant check` for the devices, and one for each that cannot be reached."""
    problems = house.problems if isinstance(house, Household) else {}
    for backend, problem in problems.items():
        click.echo(f"no  Devices ({backend}): {problem}")
    lost = [device for device in house.devices if device.problem and not device.members]
    for device in lost:
        if device.problem not in problems.values():
            click.echo(f"no  Device {device.name}: {device.problem}")
    silent = [device for device in house.devices if not can_be_heard((device.name, *device.aliases))]
    for device in silent:
        click.echo(f"no  Device {device.name}: that can be typed but not said. Give it an alias of English words.")
    lacking = house.lacking if isinstance(house, Household) else {}
    for group, absent in lacking.items():
        click.echo(f"no  Group {group}: {listed(absent)} not found. Names are as in `assistant devices list`.")
    good = not lost and not problems and not silent and not lacking
    if good:
        click.echo(f"ok  Devices: {len(house.devices)} in {len(house.areas)} rooms.")
    return good
