"""Setting the sound up: the level of the recording, and whether the microphone hears the speaker."""

import asyncio
import os
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from assistant.__main__ import cli
from assistant.devices.audio import SoundMicrophone, SoundSpeaker
from assistant.devices.mixer import RecordingLevel, recording_level, set_recording_level
from assistant.engines.espeak import Espeak
from assistant.errors import DeviceError
from assistant.listening.noise import Recording
from assistant.service.sound_check import Levels, better, in_words, levels, listen, rise
from tests import fake_arecord
from tests.sound_server import sound_server  # noqa: F401 - a fixture

MIXER = """#!/bin/sh
# amixer of a card with a microphone: -c CARD scontents | -c CARD sset NAME N% cap. The level is in the file `level`.
cd "$(dirname "$0")"
case $3 in
  scontents)
    echo "Simple mixer control 'Speaker',0"
    echo "  Playback channels: Front Left - Front Right"
    echo "  Front Left: Playback 9 [24%] [-28.00dB] [on]"
    echo "Simple mixer control 'Auto Gain Control',0"
    echo "  Mono: Playback [on]"
    echo "Simple mixer control 'Mic',0"
    echo "  Limits: Playback 0 - 31 Capture 0 - 16"
    echo "  Mono: Playback 0 [0%] [off] Capture 7 [$(cat level)%] [10.00dB] [on]"
    ;;
  sset) echo "${5%\\%}" >level ;;
  *) echo "amixer: Invalid command!" >&2; exit 1 ;;
esac
"""


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs that stand for a sound card."""
    folder = fake_arecord.install(tmp_path / "bin", "good")
    (folder / "level").write_text("40\n")
    (folder / "amixer").write_text(MIXER)
    (folder / "alsactl").write_text('#!/bin/sh\necho stored >"$(dirname "$0")/stored"\n')
    for program in ("amixer", "alsactl"):
        (folder / program).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def test_the_level_of_the_microphone_is_read_and_set(card: Path) -> None:
    level = recording_level("Device")
    assert level == RecordingLevel("Device", "Mic", 40)
    set_recording_level(RecordingLevel("Device", "Mic", 55))
    assert recording_level("Device") == RecordingLevel("Device", "Mic", 55)


def test_a_mixer_that_fails_is_named(card: Path) -> None:
    (card / "amixer").write_text("#!/bin/sh\necho 'amixer: Mixer attach hw:9 error' >&2\nexit 1\n")
    with pytest.raises(DeviceError, match="Mixer attach hw:9 error"):
        recording_level("9")


@pytest.mark.parametrize(
    ("heard", "percent"),
    [
        (Levels(-60, -50, -30), None),
        (Levels(-60, -50, 0), 25),
        (Levels(-30, -25, -10), 25),
        (Levels(-90, -85, -70), 55),
    ],
    ids=["good", "clips", "noisy", "faint"],
)
def test_the_level_follows_the_room(heard: Levels, percent: int | None) -> None:
    found = better(RecordingLevel("Device", "Mic", 40), heard)
    assert (found.percent if found else None) == percent


def test_at_its_end_the_level_stays() -> None:
    assert better(RecordingLevel("Device", "Mic", 100), Levels(-90, -85, -70)) is None
    assert better(RecordingLevel("Device", "Mic", 15), Levels(-20, -10, 0)) is None


async def test_levels_are_those_of_the_sound() -> None:
    full = np.tile(np.array([32767, -32768], np.int16), 16000)
    assert levels(full.tobytes()).loudest == pytest.approx(0, abs=0.01)
    quiet = levels(await listen(Recording((full // 100).astype(np.int16)), 1.0))
    assert quiet.floor == pytest.approx(-40, abs=0.5)


@pytest.mark.usefixtures("room")
async def test_the_microphone_hears_the_speaker_or_not() -> None:
    voice, speaker = Espeak(), SoundSpeaker()
    async with SoundMicrophone("pulse") as microphone:
        heard = await rise(microphone, lambda: speaker.play(voice.speak("Hello. I am Hearth.")))
        unheard = await rise(microphone, lambda: asyncio.sleep(0.5))
    speaker.close()
    assert "hears the speaker" in in_words(heard)
    assert "does not hear" in in_words(unheard)


def test_without_a_speaker_it_says_so(card: Path) -> None:
    result = CliRunner().invoke(cli, ["sound", "--set", "sound.speaker=no such thing"])
    assert result.exit_code == 1
    assert "The speaker 'no such thing' is not there. Plug it in" in result.output
