"""The chimes: short, soft, replaceable, and made by the script beside them."""

import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from assistant.chimes import NAMES, load_chimes
from assistant.errors import ConfigError
from tests.speech import silence, write_wav

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", NAMES)
def test_ours_are_short_and_neither_loud_nor_clicking(name: str) -> None:
    chime = load_chimes({})[name]
    samples = np.frombuffer(chime.pcm, "<i2").astype(int)
    assert chime.seconds <= 0.3
    assert 2000 < np.abs(samples).max() < 16_000
    assert abs(samples[0]) < 100
    assert abs(samples[-1]) < 100


def test_nobody_is_the_softest() -> None:
    loudness = {name: np.abs(np.frombuffer(chime.pcm, "<i2")).max() for name, chime in load_chimes({}).items()}
    assert min(loudness, key=lambda name: loudness[name]) == "nobody"


def test_the_script_makes_what_is_committed(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "scripts" / "make_chimes.py", tmp_path], check=True)
    for name in NAMES:
        with wave.open(str(tmp_path / f"{name}.wav")) as made:
            sound = np.frombuffer(made.readframes(made.getnframes()), "<i2").astype(int)
        committed = np.frombuffer(load_chimes({})[name].pcm, "<i2")
        # Processors differ in the last digit of a sine.
        assert np.abs(sound - committed).max() <= 1


def test_each_can_be_replaced_or_left_out(tmp_path: Path) -> None:
    bell = write_wav(tmp_path / "bell.wav", silence(0.5), rate=16_000)
    chimes = load_chimes({"wake": bell, "done": False, "timer": True})
    assert chimes["wake"].seconds == pytest.approx(0.5)
    assert "done" not in chimes
    assert {"timer", "nobody", "not_understood"} <= set(chimes)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    text = tmp_path / "text.wav"
    text.write_text("not sound")
    stereo = tmp_path / "stereo.wav"
    with wave.open(str(stereo), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(16_000)
    with pytest.raises(ConfigError) as raised:
        load_chimes({"wake": text, "done": tmp_path / "none.wav", "nobody": stereo, "bell": True})
    problems = "\n".join(raised.value.problems)
    assert len(raised.value.problems) == 4
    assert "'bell': there is none. Choose from wake, done" in problems
    assert f"{text} cannot be used: file does not start with RIFF id. Give a 16-bit mono WAV file." in problems
    assert "none.wav cannot be used: No such file or directory" in problems
    assert "it has 2 channels of 16 bits" in problems
