"""The PIN: `pin set`, `pin remove` and `pin status`."""

import click

from assistant.acting import state_folder
from assistant.cli.options import Chosen, configured
from assistant.errors import SkillError
from assistant.safety.pins import PIN_FILE, PinError, Pins


@click.group()
def pin() -> None:
    """The PIN that what is risky needs: docs/policy.md tells what that is."""


@pin.command("set")
@configured
def set_pin(chosen: Chosen) -> None:
    """Set the PIN, 4 to 12 digits, and forget wrong tries. It is asked for twice and not shown."""
    given = click.prompt("PIN", hide_input=True, confirmation_prompt=True)
    _pins(chosen).set(given.strip())
    click.echo("The PIN is set. It is valid at once.")


@pin.command()
@configured
def remove(chosen: Chosen) -> None:
    """Remove the PIN: what needs one is then not done."""
    _pins(chosen).remove()
    click.echo("There is no PIN now.")


@pin.command()
@configured
def status(chosen: Chosen) -> None:
    """Tell whether a PIN is set."""
    click.echo("A PIN is set." if _pins(chosen).is_set else "There is no PIN. Set one with: assistant pin set.")


def _pins(chosen: Chosen) -> Pins:
    folder = state_folder(chosen.config)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        pins = Pins(folder / PIN_FILE)
        _ = pins.is_set
    except (OSError, SkillError) as error:
        raise PinError(
            f"{folder} cannot be used: {error}. Run this as the user of the service, or set state.folder."
        ) from error
    return pins
