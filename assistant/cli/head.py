"""The half of the appliance that hears and speaks: `head`."""

import asyncio
import logging
from pathlib import Path

import click

from assistant.cli.options import Chosen, configured, socket_option
from assistant.cli.talk import listen


@click.command()
@socket_option
@configured
def head(chosen: Chosen, socket: Path) -> None:
    """Hear, understand and speak; what acts is `assistant hands`, another process."""
    logging.getLogger().setLevel(logging.INFO)
    asyncio.run(listen(chosen, socket))
