"""The button begins and ends turns; mute closes the microphone, on a real sound server, and outlasts a restart."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from assistant.app import Assistant, assemble
from assistant.concurrency import interrupt
from assistant.config import load
from assistant.devices.files import FileSpeaker
from assistant.devices.gpio import Pins
from assistant.events import (
    Acted,
    Event,
    Finished,
    Heard,
    Interrupted,
    Listening,
    Muted,
    Speaking,
    Understood,
    Waiting,
    Woke,
)
from assistant.messages import BUTTON, STOP
from assistant.service.appliance import Appliance
from assistant.stages import Speaker
from assistant.testing import RecordingSpeaker, ScriptedMicrophone
from tests.sound_server import sound_server  # noqa: F401 - a fixture
from tests.sounds import in_a_room, say

QUIET = ["sound.chimes.wake=false"]


class Log:
    """Events, which can be awaited."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    @property
    def order(self) -> list[type[Event]]:
        return [type(event) for event in self.events]

    async def until(self, holds: Callable[[list[type[Event]]], bool]) -> None:
        async with asyncio.timeout(100):
            while not holds(self.order):
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def hearing(speaker: Speaker) -> AsyncIterator[tuple[Assistant, ScriptedMicrophone, Log]]:
    """An assistant that listens to what is played to it, after it has heard two seconds of a quiet room."""
    log, microphone = Log(), ScriptedMicrophone(live=True)
    async with assemble(load(None, QUIET), speaker, observers=[log]) as assistant:
        listening = asyncio.create_task(assistant.hear(microphone))
        microphone.play(in_a_room(2.0).tobytes())
        await log.until(lambda order: order == [Waiting])
        try:
            yield assistant, microphone, log
        finally:
            await interrupt(listening)
    assert assistant.ears is None


async def test_a_press_is_as_good_as_a_wake_word(tmp_path: Path) -> None:
    async with hearing(RecordingSpeaker()) as (assistant, microphone, log):
        assert assistant.ears is not None
        assistant.ears.call(BUTTON)
        microphone.play(in_a_room(0.5, say("turn on the kitchen light"), 3.0).tobytes())
        await log.until(lambda order: order.count(Waiting) == 2)
    assert log.order == [Waiting, Woke, Listening, Heard, Understood, Acted, Speaking, Finished, Waiting]
    assert isinstance(woke := log.events[1], Woke)
    assert woke.wake.word == "button"
    assert isinstance(finished := log.events[7], Finished)
    assert finished.record.intent == "light.on"


async def test_a_press_while_it_speaks_ends_the_turn_and_begins_no_other(tmp_path: Path) -> None:
    async with hearing(RecordingSpeaker(endless=True)) as (assistant, microphone, log):
        assert assistant.ears is not None
        assistant.ears.call(BUTTON)
        microphone.play(in_a_room(0.5, say("what time is it"), 3.0).tobytes())
        await log.until(lambda order: Speaking in order)
        assistant.ears.call(STOP)
        microphone.play(in_a_room(1.0).tobytes())
        await log.until(lambda order: order.count(Waiting) == 2)
        assert not assistant.voice.busy
    assert log.order[-3:] == [Finished, Interrupted, Waiting]
    assert log.order.count(Woke) == 1


async def test_a_press_while_it_listens_ends_that(tmp_path: Path) -> None:
    async with hearing(RecordingSpeaker()) as (assistant, microphone, log):
        assert assistant.ears is not None
        assistant.ears.call(BUTTON)
        microphone.play(in_a_room(0.5).tobytes())
        await log.until(lambda order: Listening in order)
        assistant.ears.call(STOP)
        microphone.play(in_a_room(1.0).tobytes())
        await log.until(lambda order: order.count(Waiting) == 2)
    assert log.order == [Waiting, Woke, Listening, Interrupted, Waiting]


async def test_a_press_while_nothing_goes_on_but_a_stop_does_nothing(tmp_path: Path) -> None:
    async with hearing(RecordingSpeaker()) as (assistant, microphone, log):
        assert assistant.ears is not None
        assistant.ears.call(STOP)
        microphone.play(in_a_room(1.0).tobytes())
        await log.until(lambda order: order.count(Waiting) == 2)
    assert log.order == [Waiting, Waiting]


async def test_the_button_says_the_last_answer_again() -> None:
    speaker = RecordingSpeaker()
    async with assemble(load(None, QUIET), speaker) as assistant:
        appliance = Appliance(assistant)
        appliance.press()
        await assistant.voice.say("The kitchen light is on.")
        before = len(speaker.played)
        appliance.repeat()
        appliance.repeat()
        assert appliance._repeating is not None
        await appliance._repeating
        assert speaker.played[before:] == speaker.played[:before]


def captures() -> int:
    """How many programs record from the sound server."""
    listed = subprocess.run(["pactl", "list", "short", "source-outputs"], check=True, capture_output=True, text=True)
    return len(listed.stdout.splitlines())


@asynccontextmanager
async def running(appliance: Appliance) -> AsyncIterator[None]:
    task = asyncio.create_task(appliance.run())
    try:
        yield
    finally:
        await interrupt(task)


async def captured(count: int) -> None:
    """Wait until that many programs record."""
    async with asyncio.timeout(60):
        while await asyncio.to_thread(captures) != count:  # noqa: ASYNC110 - the sound server tells nobody
            await asyncio.sleep(0.02)


async def test_mute_closes_the_capture_device_and_outlasts_a_restart(
    room: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, factory = Log(), MockFactory()
    # A microphone that gives nothing but zeros counts as one that has failed.
    hum = ["pactl", "load-module", "module-sine", "sink=room", "frequency=90"]
    await asyncio.to_thread(subprocess.run, hum, check=True, capture_output=True)
    others = captures()
    settings = [*QUIET, "body.mute={pin: 22, pull_up: true}", "sound.microphone=pulse"]
    config = load(None, settings)
    async with assemble(config, FileSpeaker(None), observers=[log], state=tmp_path) as assistant:
        first = Appliance(assistant, Pins(factory))
        async with running(first):
            await log.until(lambda order: Waiting in order)
            await captured(others + 1)
            first.mute.want(True)
            await captured(others)
            first.press()
    async with assemble(config, FileSpeaker(None), observers=[log], state=tmp_path) as assistant:
        second = Appliance(assistant, Pins(factory))
        async with running(second):
            assert second.mute.muted
            await asyncio.to_thread(factory.pin(22).drive_high)
            assert captures() == others
            seen = log.order.count(Waiting)
            second.mute.want(False)
            await log.until(lambda order: order.count(Waiting) > seen)
            await captured(others + 1)
            await asyncio.to_thread(factory.pin(22).drive_low)
            await captured(others)
    assert [event.muted for event in log.events if isinstance(event, Muted)] == [True, False, True]
