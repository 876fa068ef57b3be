"""The sound devices, against a real sound server whose loudspeaker is its own microphone."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from assistant.devices.audio import SoundMicrophone, SoundSpeaker, sound_devices
from assistant.devices.player import AnySpeaker, PlayerSpeaker, configured_speaker
from assistant.errors import DeviceError
from assistant.messages import BYTES_PER_SECOND, RATE, Speech
from tests.sound_server import portaudio, sound_server  # noqa: F401 - a fixture
from tests.sounds import Sound, say, seconds, silence


async def pieces(sound: Sound, rate: int = RATE, count: int = 1) -> AsyncIterator[Speech]:
    for piece in np.array_split(sound, count):
        yield Speech(piece.astype("<i2").tobytes(), rate)


async def record(microphone: SoundMicrophone, length: float) -> Sound:
    sound = b""
    while len(sound) < length * BYTES_PER_SECOND:
        frame = await microphone.read()
        assert frame is not None
        sound += frame.pcm
    return np.frombuffer(sound, "<i2")


def found(sound: Sound, where: Sound) -> tuple[float, float]:
    """How like the best place in `where` is (1: equal but for loudness), and where that is, in seconds."""
    wanted, heard = sound.astype(np.float64), where.astype(np.float64)
    size = len(wanted) + len(heard)
    products = np.fft.irfft(np.fft.rfft(heard, size) * np.fft.rfft(wanted, size).conj(), size)[: len(heard)]
    energy = np.concatenate(([0.0], np.cumsum(heard**2)))
    power = energy[len(wanted) :] - energy[: -len(wanted)]
    likeness = products[: len(power)] / np.sqrt(np.maximum(power, 1e-9) * np.sum(wanted**2))
    best = int(likeness.argmax())
    return float(likeness[best]), best / RATE


SPEAKERS = pytest.mark.parametrize("kind", [SoundSpeaker, PlayerSpeaker])


@SPEAKERS
@pytest.mark.usefixtures("room")
async def test_what_is_played_is_heard(kind: Callable[[], AnySpeaker]) -> None:
    sentence = say("turn on the kitchen light")
    spoken = np.concatenate((silence(0.5), sentence, silence(0.5)))
    speaker = kind()
    likeness = 0.0
    for _ in range(5):  # a busy machine lets the sound server stutter
        async with SoundMicrophone("pulse") as microphone:
            playing = asyncio.create_task(speaker.play(pieces(spoken, count=7)))
            heard = await record(microphone, seconds(spoken) + 2.5)
            await playing
        assert microphone.dropped == 0
        likeness, _ = found(sentence, heard)
        if likeness > 0.98 and microphone.overflows == 0:
            break
    speaker.close()
    assert likeness > 0.98


@pytest.mark.usefixtures("room")
async def test_frames_follow_one_another() -> None:
    async with SoundMicrophone(frame_seconds=0.05) as microphone:
        some = [await microphone.read() for _ in range(5)]
    assert [frame.at for frame in some if frame] == pytest.approx([0.0, 0.05, 0.10, 0.15, 0.20])
    assert {len(frame.pcm) for frame in some if frame} == {1600}


@SPEAKERS
@pytest.mark.usefixtures("room")
async def test_a_cancelled_speaker_is_silent_and_can_play_again(kind: Callable[[], AnySpeaker]) -> None:
    long, short = say("a " * 30 + "this goes on for a very long time"), say("stop")
    speaker = kind()
    async with SoundMicrophone() as microphone:
        playing = asyncio.create_task(speaker.play(pieces(long, count=3)))
        await record(microphone, 1.0)
        playing.cancel()
        await asyncio.wait([playing])
        await record(microphone, 0.5)
        afterwards = await record(microphone, 0.5)
        playing = asyncio.create_task(speaker.play(pieces(short, 22_050)))
        again = await record(microphone, 1.5)
        await playing
    speaker.close()
    assert np.abs(afterwards).max() < 10
    assert np.abs(again).max() > 1000


@pytest.mark.usefixtures("room")
async def test_old_sound_is_dropped_and_counted_when_nobody_reads() -> None:
    async with SoundMicrophone() as clock, SoundMicrophone(frame_seconds=0.02, backlog=0.1) as microphone:
        first = await microphone.read()
        await record(clock, 1.0)
        later = await microphone.read()
        assert microphone.dropped > 0
    assert first is not None
    assert later is not None
    assert later.at > first.at + 0.15


@pytest.mark.usefixtures("room")
def test_devices_are_listed() -> None:
    devices = {device.name: device for device in sound_devices()}
    assert devices["pulse"].inputs > 0
    assert devices["pulse"].outputs > 0
    assert any(device.is_default_input for device in devices.values())


@pytest.mark.usefixtures("room")
async def test_an_unknown_device_is_an_error_that_lists_the_known() -> None:
    with pytest.raises(DeviceError, match=r"'no-such-device'.*pulse"):
        await SoundMicrophone("no-such-device").__aenter__()
    with pytest.raises(DeviceError, match=r"'no-such-device'.*pulse"):
        await SoundSpeaker("no-such-device").play(pieces(say("hello")))
    with pytest.raises(DeviceError, match=r"speaker 'no-such-device' is not there\. Plug it in"):
        await PlayerSpeaker("no-such-device").play(pieces(say("hello"), count=50))


@SPEAKERS
@pytest.mark.usefixtures("room")
async def test_an_answer_without_sound_is_no_error(kind: Callable[[], AnySpeaker]) -> None:
    await kind().play(pieces(np.zeros(0, np.int16)))


async def test_without_alsa_s_tools_it_is_portaudio_that_plays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert isinstance(configured_speaker(3), SoundSpeaker), "PortAudio numbers its devices"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert isinstance(configured_speaker(None), SoundSpeaker)
    with pytest.raises(DeviceError, match="apt install alsa-utils"):
        await PlayerSpeaker().play(pieces(say("hello")))


HARDENED = """
import asyncio, ctypes
from assistant.devices.audio import SoundMicrophone

async def main():
    refused = ctypes.CDLL(None).prctl(65, 1, 0, 0, 0)  # PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN
    async with SoundMicrophone() as microphone:
        frame = await microphone.read()
    print("old kernel" if refused else frame.seconds)

asyncio.run(main())
"""


@pytest.mark.usefixtures("room")
def test_the_microphone_works_where_memory_is_never_writable_and_executable() -> None:
    done = subprocess.run([sys.executable, "-c", HARDENED], check=True, capture_output=True, text=True, timeout=60)
    if done.stdout == "old kernel\n":
        pytest.skip("needs Linux 6.3, which can refuse such memory")
    assert done.stdout == "0.08\n"


ALONE = """
import asyncio
from assistant.devices.audio import SoundMicrophone, SoundSpeaker, sound_devices
from assistant.errors import DeviceError
from assistant.messages import Speech

async def hello():
    yield Speech(bytes(3200), 16000)

async def listed():
    for device in sound_devices():
        print(device.name)

async def main():
    for attempt in SoundMicrophone().__aenter__(), SoundSpeaker().play(hello()), listed():
        try:
            await attempt
        except DeviceError as error:
            print(error)

asyncio.run(main())
"""


def alone(**environment: str) -> str:
    """What a program says that has no sound devices."""
    environment = {**os.environ, "PULSE_SERVER": "unix:/nowhere", **environment}
    done = subprocess.run(
        [sys.executable, "-c", ALONE], check=True, capture_output=True, text=True, env=environment, timeout=60
    )
    return done.stdout


def test_without_devices_the_remedy_is_said() -> None:
    portaudio()
    microphone, speaker, *devices = alone().splitlines()
    if devices:
        pytest.skip(f"needs a machine without sound devices, and this one has {devices}")
    assert "microphone (default) cannot be used" in microphone
    assert "speaker (default) cannot be used" in speaker
    assert "Plug one in" in microphone


def test_without_portaudio_the_remedy_is_said(tmp_path_factory: pytest.TempPathFactory) -> None:
    # What sounddevice itself does where the library is missing, at the moment it is imported.
    folder = tmp_path_factory.mktemp("library")
    (folder / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    said = alone(PYTHONPATH=f"{folder}{os.pathsep}{Path.cwd()}")
    assert said.count("sudo apt install libportaudio2") == 3
