"""The hands, put together: configuration in, a house, its skills and its future out. Loads no engine."""

import asyncio
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, closing
from pathlib import Path

from assistant.clock import Clock, SystemClock
from assistant.concurrency import interrupt
from assistant.config import Config
from assistant.devices.furnish import furnish
from assistant.devices.mqtt_presence import HearthPresence, Microphone
from assistant.events import Observers
from assistant.future.ledger import Ledger
from assistant.future.sun import Place
from assistant.hands import LocalHands
from assistant.house import Listed
from assistant.registry import discover
from assistant.safety.pins import PIN_FILE, Pins
from assistant.safety.policy import Policy
from assistant.skill import Announcement, Sound
from assistant.store import Stores

logger = logging.getLogger(__name__)


@asynccontextmanager
async def acting(
    config: Config,
    sound: Sound,
    microphone: Microphone,
    announce: Callable[[Announcement], Awaitable[None]],
    observe: Observers,
    *,
    folders: Iterable[Path] = (),
    clock: Clock | None = None,
    state: Path | None = None,
) -> AsyncIterator[LocalHands]:
    """Hands at work, until the end of the block. `folders` hold skills beside those of the configuration.

    What is planned, and what skills keep, is in the folder `state`; without one it ends with the block, and the house
    is only visited. What the broker is told of the assistant itself, unless this is a visit, comes from `observe`.
    """
    ledger, place = await asyncio.to_thread(_ledger, state), config.place
    stores = Stores(state / "skills" if state else None)
    with closing(ledger), closing(stores):
        async with (
            asyncio.TaskGroup() as tasks,
            furnish(
                config, None if state is None else _presence(config, sound, microphone, tasks, observe), state
            ) as house,
        ):
            hands = LocalHands(
                discover([*config.skills.folders, *folders], config.skills.disabled),
                house,
                sound,
                announce,
                clock or SystemClock(),
                config.skills.settings,
                config.skills.timeout_seconds,
                twelve_hours=config.locale.clock == 12,
                ledger=ledger,
                place=None
                if place.latitude is None or place.longitude is None
                else Place(place.latitude, place.longitude),
                stores=stores,
                policy=Policy(config.policy),
                pins=Pins(state / PIN_FILE if state else None),
            )
            for name in hands.registry.unknown(config.policy.intents):
                logger.error("policy.intents names %s, which no skill has: that rule does nothing.", name)
            house.watch(lambda event: hands.list_changed() if isinstance(event, Listed) else None)
            future = tasks.create_task(hands.schedule.run())
            try:
                yield hands
            finally:
                await interrupt(future)
                await hands.close()


def state_folder(config: Config) -> Path:
    """Where the household's state is kept."""
    given = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    return config.state.folder or (Path(given) if given else Path.home() / ".local" / "state" / "assistant")


def _presence(
    config: Config, sound: Sound, microphone: Microphone, tasks: asyncio.TaskGroup, observe: Observers
) -> HearthPresence | None:
    """What is told of the assistant itself on the MQTT broker."""
    mqtt = config.mqtt
    if mqtt.host is None or mqtt.publish is None:
        return None
    presence = HearthPresence(
        sound, microphone, tasks.create_task, mqtt.publish, prefix=mqtt.homeassistant, transcripts=mqtt.transcripts
    )
    observe.add(presence)
    return presence


def _ledger(state: Path | None) -> Ledger:
    """The one in the state folder. Where that cannot be used, one that ends with the program, and says so."""
    if state is None:
        return Ledger()
    try:
        return Ledger(state / "schedule.sqlite")
    except (OSError, sqlite3.Error) as error:
        ledger = Ledger()
        ledger.problem = f"{state}: {error}. What is planned is lost when the assistant ends; make the folder writable."
        logger.error("%s", ledger.problem)
        return ledger
