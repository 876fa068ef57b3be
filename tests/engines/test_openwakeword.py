"""Wake words on real sound, against openWakeWord's own code."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from assistant.engines.features import STEP, shipped
from assistant.engines.openwakeword import THRESHOLDS, OpenWakeWord
from assistant.errors import EngineError
from assistant.messages import RATE, Wake
from tests.sounds import Sound, frames, in_a_room, noise, say, seconds, silence

WORDS = {"alexa": "alexa", "hey_jarvis": "hey jarvis", "hey_marvin": "hey marvin", "hey_mycroft": "hey my croft"}
VOICES = {"alexa": "en-us+f2", "hey_jarvis": "en-us", "hey_marvin": "en-us", "hey_mycroft": "en-us+f2"}


def spoken(word: str) -> Sound:
    return say(WORDS[word], VOICES[word])


def wakes(engine: OpenWakeWord, sound: Sound, *sizes: int) -> list[Wake]:
    return [wake for frame in frames(sound, sizes or (STEP,)) for wake in engine.hear(frame)]


@pytest.fixture(scope="module")
def engine() -> OpenWakeWord:
    return OpenWakeWord(THRESHOLDS)


@pytest.fixture(autouse=True)
def _fresh(engine: OpenWakeWord) -> None:
    engine.reset()
    engine.at_least = 0.0


def test_scores_equal_those_of_the_package(engine: OpenWakeWord) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for CUDA
        from openwakeword import Model

        theirs = Model([str(shipped(f"{word}_v0.1.onnx")) for word in THRESHOLDS])
    sound = in_a_room(0.5, *[part for word in WORDS for part in (spoken(word), 0.63)], say("what time is it"), 0.5)
    compared, highest = 0, 0.0
    for frame in frames(sound)[:-1]:
        expected = theirs.predict(np.frombuffer(frame.pcm, np.int16))
        engine.hear(frame)
        for word, score in engine.scores.items():
            assert score == pytest.approx(expected[f"{word}_v0.1"], abs=1e-4)
            compared, highest = compared + 1, max(highest, score)
    assert compared > 200
    assert highest > 0.9


@pytest.mark.parametrize("word", WORDS)
def test_each_word_wakes_once_and_alone(engine: OpenWakeWord, word: str) -> None:
    sound = spoken(word)
    (wake,) = wakes(engine, in_a_room(2.0, sound, 3.0))
    assert wake.word == word
    assert wake.score > 0.5
    assert wake.at == pytest.approx(2.0 + seconds(sound), abs=0.4)


def test_a_word_said_twice_wakes_twice(engine: OpenWakeWord) -> None:
    heard = wakes(engine, in_a_room(2.0, spoken("hey_jarvis"), 1.2, spoken("hey_jarvis"), 1.0))
    assert [wake.word for wake in heard] == ["hey_jarvis", "hey_jarvis"]


@pytest.mark.parametrize("sizes", [(1,), (160,), (1279, 3), (4000,), (100_000,)])
def test_the_length_of_frames_does_not_matter(engine: OpenWakeWord, sizes: tuple[int, ...]) -> None:
    sound = in_a_room(1.6, spoken("hey_jarvis"), 0.5)
    expected = wakes(engine, sound)
    engine.reset()
    (wake,) = wakes(engine, sound, *sizes)
    assert wake.score == expected[0].score
    assert wake.at == pytest.approx(expected[0].at)


def test_nothing_wakes_in_the_first_seconds_after_a_reset(engine: OpenWakeWord) -> None:
    word = spoken("hey_jarvis")
    assert not wakes(engine, np.concatenate((word, word))[: round(1.28 * RATE)])
    assert wakes(engine, in_a_room(1.3, word, 0.5))
    engine.reset()
    assert not wakes(engine, word)


@pytest.mark.parametrize("sound", [silence(4.0), noise(4.0, 5000.0), np.full(64_000, -32_768, np.int16)])
def test_no_sound_without_the_word_wakes(engine: OpenWakeWord, sound: Sound) -> None:
    assert not wakes(engine, sound)
    assert all(0.0 <= score < 0.1 for score in engine.scores.values())


def test_a_clipped_word_wakes(engine: OpenWakeWord) -> None:
    clipped = np.clip(spoken("hey_jarvis").astype(np.int32) * 10, -32768, 32767).astype(np.int16)
    assert wakes(engine, in_a_room(2.0, clipped, 1.0))


def test_each_word_has_its_threshold() -> None:
    sound = in_a_room(2.0, spoken("hey_jarvis"), 1.0)
    assert wakes(OpenWakeWord({"hey_jarvis": 0.5}), sound)
    assert not wakes(OpenWakeWord({"hey_jarvis": 1.01, "alexa": 0.5}), sound)


def test_more_can_be_demanded_for_a_while(engine: OpenWakeWord) -> None:
    sound = in_a_room(2.0, spoken("hey_jarvis"), 1.0)
    engine.at_least = 1.01
    assert not wakes(engine, sound)
    engine.at_least = 0.0
    assert wakes(engine, sound)


def test_a_model_of_ones_own_is_given_by_its_path(tmp_path: Path) -> None:
    own = tmp_path / "computer.onnx"
    own.write_bytes(shipped("hey_jarvis_v0.1.onnx").read_bytes())
    (wake,) = wakes(OpenWakeWord([str(own)]), in_a_room(2.0, spoken("hey_jarvis"), 1.0))
    assert wake.word == "computer"


@pytest.mark.parametrize(
    ("word", "problem"),
    [("hey_jarvsi", "hey_jarvis"), ("missing.onnx", "cannot be loaded"), ("broken.onnx", "cannot be loaded")],
)
def test_what_is_no_wake_word_is_refused(word: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"not a model")
    with pytest.raises(EngineError, match=problem):
        OpenWakeWord([str(tmp_path / word) if word.endswith(".onnx") else word])


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(shipped("melspectrogram.onnx").read_bytes())
    with pytest.raises(EngineError, match="not an openWakeWord model"):
        OpenWakeWord([str(other)])


def test_the_package_is_never_imported() -> None:
    program = (
        "import sys, assistant.engines.openwakeword as w; w.OpenWakeWord(['alexa']);"
        "print({'openwakeword', 'sklearn', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout == "set()\n"


def test_the_library_leaves_no_trace_and_sends_nothing(tmp_path: Path) -> None:
    # It would make an identity and a queue of events in ~/.cache, and send them where there is a network.
    program = "from assistant.engines.openwakeword import OpenWakeWord; OpenWakeWord(['alexa'])"
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    subprocess.run([sys.executable, "-c", program], check=True, env={**environment, "HOME": str(tmp_path)}, timeout=60)
    assert list(tmp_path.rglob("*")) == []
