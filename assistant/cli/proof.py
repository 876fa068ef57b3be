"""Showing a person that what hears cannot reach a network: `check --offline-proof`."""

from pathlib import Path

import click

from assistant.errors import ConfigError
from assistant.service import health, offline

RUNTIME = Path("/run/assistant-head")


def show_proof(runtime: Path = RUNTIME) -> bool:
    """Print it; whether all of it holds."""
    written = health.read(runtime)
    if written is None:
        click.echo(
            "no  The head does not run as a service here, or this needs root: sudo assistant check --offline-proof"
        )
        for attempt in offline.attempts():
            click.echo(f"    This command itself, {attempt.family}: {attempt.how}.")
        return False
    click.echo(f"    The head is process {written['pid']}, listening since {written['since']}.")
    click.echo(f"ok  It tried before it opened the microphone: {written['offline']}")
    try:
        seen = offline.seen_from_outside(int(written["pid"]))
    except ConfigError as error:
        click.echo(f"no  {error}")
        return False
    for good, line in seen:
        click.echo(f"{'ok' if good else 'no'}  {line}")
    return all(good for good, _ in seen)
