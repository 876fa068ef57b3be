"""The half of the appliance that acts: `hands`."""

import asyncio
import logging
import signal
from pathlib import Path

import click

from assistant.acting import acting, state_folder
from assistant.cli.options import Chosen, configured, socket_option
from assistant.concurrency import interrupt
from assistant.errors import ConfigError
from assistant.events import Observers
from assistant.service.far_head import FarHead
from assistant.service.notify import Notifier


@click.command()
@socket_option
@configured
def hands(chosen: Chosen, socket: Path) -> None:
    """Act: the devices, the skills and the future, for `assistant head`, another process."""
    logging.getLogger().setLevel(logging.INFO)
    asyncio.run(_act(chosen, socket))


async def _act(chosen: Chosen, socket: Path) -> None:
    head, observe, notifier = FarHead(), Observers(), Notifier()
    acts = acting(
        chosen.config,
        head,
        head.microphone,
        head.announce,
        observe,
        folders=chosen.folders,
        state=state_folder(chosen.config),
    )
    async with acts as hands:
        told = asyncio.Event()
        for end in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(end, told.set)
        try:
            async with head.served(socket, hands, observe):
                skills = sum(plugin.skill is not None for plugin in hands.registry.plugins)
                notifier.ready(f"{skills} skills and {len(hands.house.devices)} devices.")
                beating = asyncio.create_task(notifier.beat(lambda: True))
                await told.wait()
                await interrupt(beating)
        except OSError as error:
            raise ConfigError(f"The socket {socket} cannot be made: {error.strerror}. Choose another path.") from error
