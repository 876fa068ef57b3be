"""The half of the appliance that hears and speaks: `head`."""

import asyncio
import logging
from pathlib import Path

import click

from assistant.cli.options import Chosen, configured, socket_option
from assistant.cli.talk import listen
from assistant.service.offline import prove


@click.command()
@socket_option
@configured
def head(chosen: Chosen, socket: Path) -> None:
    """Hear, understand and speak; what acts is `assistant hands`, another process.

    It only starts where it can reach no network, which its service sees to.
    """
    logging.getLogger().setLevel(logging.INFO)
    offline = prove()
    logging.getLogger(__name__).info("Offline: %s", offline)
    asyncio.run(listen(chosen, socket, offline))
