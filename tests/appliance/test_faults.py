"""Seven faults of the microphone: each is noticed, shown and over without a restart, and the next command is heard.

Each takes some ten seconds, for the sound is heard at its own pace.
"""

import asyncio
import os
from pathlib import Path

import pytest

from assistant.app import assemble
from assistant.concurrency import interrupt
from assistant.config import load
from assistant.events import Deaf, Event, Finished, Hearing, Impaired
from assistant.service.appliance import Appliance
from assistant.testing import RecordingSpeaker
from tests import fake_arecord
from tests.sounds import in_a_room, say

FAULTS = ("exits", "stops", "one-byte", "odd", "fast", "floods", "zeros")


class Log:
    """Events, which can be awaited."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, kind: type[Event]) -> Event:
        while True:
            for event in self.events:
                if isinstance(event, kind):
                    return event
            self._news.clear()
            await self._news.wait()


@pytest.mark.parametrize("fault", [FAULTS[0], *(pytest.param(each, marks=pytest.mark.slow) for each in FAULTS[1:])])
async def test_after_a_fault_the_next_command_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    sound = tmp_path / "command.raw"
    command = in_a_room(1.6, say("hey jarvis, turn on the kitchen light"), 2.0)
    sound.write_bytes(command.astype("<i2").tobytes())
    folder = fake_arecord.install(tmp_path / "bin", *[fault] * (5 if fault == "exits" else 1), str(sound))
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    log = Log()
    async with assemble(load(None, ["sound.chimes.wake=false"]), RecordingSpeaker(), observers=[log]) as assistant:
        appliance = Appliance(assistant, patient=True)
        running = asyncio.create_task(appliance.run())
        finished = await log.until(Finished)
        await interrupt(running)
        assert appliance.alive()
    assert isinstance(finished, Finished)
    assert finished.record.action == "light.on(light=kitchen light)"
    kinds = [type(event) for event in log.events]
    assert Deaf in kinds
    assert kinds.index(Deaf) < kinds.index(Hearing) < kinds.index(Finished)
    assert kinds.count(Impaired) <= 1
    assert fake_arecord.starts(folder) == (6 if fault == "exits" else 2)
