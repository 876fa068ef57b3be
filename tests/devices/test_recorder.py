"""The microphone apart: seven faults of a capture program, each noticed, named, and over once the program behaves."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.concurrency import interrupt
from assistant.devices.cards import Capture, captures, chosen, playbacks
from assistant.devices.recorder import RecorderMicrophone
from assistant.errors import DeviceError
from assistant.messages import BYTES_PER_SECOND
from tests import fake_arecord

Plan = Callable[..., Path]


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Put a capture program that misbehaves in arecord's place."""

    def make(*faults: str) -> Path:
        folder = fake_arecord.install(tmp_path / "bin", *faults)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return folder

    return make


async def reads(microphone: RecorderMicrophone, seconds: float) -> int:
    """How many bytes it gives in that much sound."""
    count = 0
    while count < seconds * BYTES_PER_SECOND:
        frame = await microphone.read()
        assert frame is not None
        assert frame.at == pytest.approx(count / BYTES_PER_SECOND)
        count += len(frame.pcm)
    return count


async def test_frames_are_whole_and_follow_one_another(plan: Plan) -> None:
    plan("odd")
    async with RecorderMicrophone() as microphone:
        assert await reads(microphone, 1.0) % 2560 == 0
        assert microphone.dropped == 0


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("stops", "given no sound for 2 seconds"),
        ("one-byte", "has stopped"),
        ("fast", "more sound than there is time: its sample rate is wrong"),
        ("exits", "used by another program"),
        ("floods", "does nothing but complain"),
        ("zeros", "nothing but zeros"),
    ],
)
async def test_a_fault_is_named(plan: Plan, fault: str, says: str) -> None:
    plan(fault)
    with pytest.raises(DeviceError, match=says):
        async with RecorderMicrophone(note=lambda problem: None) as microphone:
            await reads(microphone, 60.0)


async def test_what_is_bad_but_goes_on_is_told(plan: Plan) -> None:
    plan("loud")
    told: list[str] = []
    async with RecorderMicrophone(note=told.append) as microphone:
        await reads(microphone, 0.5)
    assert len(told) == 1
    assert "clipped" in told[0]


async def test_sound_that_is_lost_is_told_once_somebody_listens(plan: Plan) -> None:
    plan("good")
    told: list[str] = []
    news = asyncio.Event()

    def note(problem: str) -> None:
        told.append(problem)
        news.set()

    async with RecorderMicrophone(note=note, backlog=0.16) as microphone:
        before = await anew(microphone)
        assert told == []
        await news.wait()
        assert await anew(microphone) > before + 0.1
    assert microphone.dropped >= 1
    assert told[0].startswith("Sound was not heard in time: 0.08 s of it lost so far.")


class Woken(RecorderMicrophone):
    """Counts how often sound wakes the loop."""

    pieces = 0

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.pieces += fd == 1
        super().pipe_data_received(fd, data)


async def test_what_is_read_together_wakes_the_loop_once(plan: Plan) -> None:
    plan("good")
    async with Woken() as microphone:
        assert microphone.live
        at = []
        for number in range(24):
            frame = await microphone.read(4 - number % 4)
            assert frame is not None
            at.append(frame.at)
        assert at == pytest.approx([0.08 * number for number in range(24)])
        assert microphone.pieces <= 24 / 4 + 2
        assert microphone.dropped == 0


async def test_who_stops_waiting_for_several_frames_may_read_single_ones(plan: Plan) -> None:
    plan("good")
    async with RecorderMicrophone() as microphone:
        while microphone._frames:
            await microphone.read()
        waiting = asyncio.create_task(microphone.read(20))
        await asyncio.sleep(0)
        await interrupt(waiting)
        before = await anew(microphone)
        assert await anew(microphone) == pytest.approx(before + 0.08)


async def test_a_recorder_that_ends_while_nobody_looks_is_noticed(plan: Plan) -> None:
    plan("good")
    async with RecorderMicrophone() as microphone:
        await microphone.read()
        waiting = asyncio.create_task(microphone.read(100))
        await asyncio.sleep(0)
        assert microphone._transport is not None
        microphone._transport.kill()
        await asyncio.wait([waiting])
        with pytest.raises(DeviceError, match="has stopped"):
            await reads(microphone, 60.0)


async def anew(microphone: RecorderMicrophone) -> float:
    frame = await microphone.read()
    assert frame is not None
    return frame.at


async def test_a_frozen_recorder_is_killed(plan: Plan) -> None:
    plan("good")
    async with RecorderMicrophone() as microphone:
        await reads(microphone, 0.2)
        assert microphone._transport is not None
        pid = microphone._transport.get_pid()
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(DeviceError, match="no sound"):
            await reads(microphone, 60.0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def sound_cards(root: Path) -> Path:
    """Two cards as the kernel lists them: HDMI, which only plays, and a USB microphone that only knows 48 kHz."""
    (root / "card1").mkdir(parents=True)
    (root / "cards").write_text(
        " 0 [vc4hdmi        ]: vc4-hdmi - vc4-hdmi\n                      vc4-hdmi\n"
        " 1 [Device         ]: USB-Audio - USB PnP Sound Device\n                      C-Media at usb-1.3\n"
    )
    (root / "pcm").write_text(
        "00-00: MAI PCM i2s-hifi-0 : MAI PCM i2s-hifi-0 : playback 1\n"
        "01-00: USB Audio : USB Audio : playback 1 : capture 1\n"
    )
    (root / "card1" / "id").write_text("Device\n")
    (root / "card1" / "stream0").write_text(
        "Playback:\n    Rates: 16000\nCapture:\n  Interface 2\n    Rates: 44100, 48000\n"
    )
    return root


def test_microphones_have_names_that_stay(tmp_path: Path) -> None:
    found = captures(sound_cards(tmp_path))
    assert found == [Capture("Device", 0, "USB PnP Sound Device", 1, 48_000)]
    assert found[0].pcm == "plughw:CARD=Device,DEV=0"
    assert chosen(None, found) == "default"
    assert chosen("usb pnp", found) == chosen("device", found) == chosen(1, found) == found[0]
    assert chosen("hw:CARD=Other", found) == "hw:CARD=Other"


def test_a_name_that_could_be_several_is_refused(tmp_path: Path) -> None:
    two = [*captures(sound_cards(tmp_path)), Capture("Device_1", 0, "USB PnP Sound Device", 2)]
    with pytest.raises(DeviceError, match=r"could be any of Device \(.*\), Device_1"):
        chosen("USB PnP", two)
    assert chosen("Device", two) == two[0]


def test_outputs_are_found_too(tmp_path: Path) -> None:
    found = playbacks(sound_cards(tmp_path))
    assert [each.pcm for each in found] == ["plughw:CARD=0,DEV=0", "plughw:CARD=Device,DEV=0"]
    assert chosen("HDMI", found) == found[0]
