"""What can be said is learnt between turns, never in the middle of one."""

import asyncio

from assistant.app import assemble
from assistant.config import load
from assistant.devices.files import FileSpeaker
from assistant.events import Deaf, Event, Listening, Muted, Waiting, Woke
from assistant.listening.lull import Lull
from assistant.messages import Wake

WOKE = Woke(1, Wake("hey_jarvis", 0.9, 0.0))


async def test_a_turn_lasts_until_the_next_is_awaited() -> None:
    ends: list[Event] = [Waiting(), Muted(True), Deaf("gone")]
    for end in ends:
        lull = Lull()
        await lull.wait()
        lull(WOKE)
        lull(Listening(1))
        waiting = asyncio.create_task(lull.wait())
        await asyncio.sleep(0)
        assert not waiting.done()
        lull(end)
        await waiting


async def test_nothing_is_learnt_in_a_turn() -> None:
    async with assemble(load(None), FileSpeaker(None)) as assistant:
        assistant.observe(WOKE)
        learning = asyncio.create_task(assistant.background.learn())
        for _ in range(100):
            await asyncio.sleep(0)
        assert not learning.done()
        assistant.observe(Waiting())
        await learning
