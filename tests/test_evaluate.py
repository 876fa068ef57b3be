"""Scoring: what counts as understood, and how noise is mixed in."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import DeviceError, ManifestError
from assistant.evaluate import Gold, Line, Score, Trial, read_manifest, trials
from assistant.listening.noise import LOUDNESS_FRAME, Recording, mixed, read_sound
from assistant.messages import Attempt, Choice, IntentSpec, SlotSpec, Turn, Vocabulary
from assistant.stages import Microphone
from tests.sounds import noise, silence

VOCABULARY = Vocabulary(
    (
        IntentSpec("timer.set", ("set a timer for {length}",), (SlotSpec("length", "duration"),)),
        IntentSpec(
            "light.on",
            ("turn on {light}",),
            (SlotSpec("light", "choice", choices=(Choice("[the] (desk|office) lamp", "desk lamp"),)),),
        ),
        IntentSpec("note.take", ("note {words} [at {time}]",), (SlotSpec("words", "text"), SlotSpec("time", "time"))),
    )
)


def turn(intent: str | None, slots: Mapping[str, object] | None = None, *, refused: bool = False) -> Turn:
    action = None if intent is None or refused else f"{intent}()"
    return Turn("words", 1.0, "typed", intent, slots or {}, action=action)


TAKEN = Attempt("understand", "phrases", "timer.set(length=0)", 1.0, 0.5, "taken", 1.0)


def answered_with_why_not(intent: str, slots: Mapping[str, object]) -> Turn:
    return replace(turn(intent, slots, refused=True), error="Zero is too little.", attempts=(TAKEN,))


def line(intent: str | None, **slots: object) -> Line:
    return Line("words", None, intent, slots)


@pytest.mark.parametrize(
    ("meant", "got", "right", "exact"),
    [
        (line("timer.set", length=600), turn("timer.set", {"length": 600}), True, True),
        (line("set", length=600), turn("timer.set", {"length": 600}), True, True),
        (line("set", length="ten minutes"), turn("timer.set", {"length": 600}), True, True),
        (line("set", length="600"), turn("timer.set", {"length": 600}), True, True),
        (line("set", length="nine minutes"), turn("timer.set", {"length": 600}), False, False),
        (line("set", length="gibberish"), turn("timer.set", {"length": 600}), False, False),
        (line("set"), turn("timer.set", {"length": 600}), True, False),
        (line("set", length=600, name="tea"), turn("timer.set", {"length": 600}), False, False),
        (line("on", light="The Office Lamp"), turn("light.on", {"light": "desk lamp"}), True, True),
        (line("on", light="desk LAMP"), turn("light.on", {"light": "desk lamp"}), True, True),
        (line("take", words="Buy  milk", time="half past seven"),
         turn("note.take", {"words": "buy milk", "time": "07:30"}), True, True),
        (line("set", length=600), turn("light.on", {"length": 600}), False, False),
        (line("set", length=600), turn("timer.set", {"length": 600}, refused=True), False, False),
        (line("set", length=0), answered_with_why_not("timer.set", {"length": 0}), True, True),
        (line("set", length=1), answered_with_why_not("timer.set", {"length": 0}), False, False),
        (line(None), answered_with_why_not("timer.set", {"length": 0}), True, True),
        (line("set", length=600), turn(None), False, False),
        (line(None), turn(None), True, True),
        (line(None), turn("timer.set", refused=True), True, True),
        (line(None), turn("timer.set", {"length": 1}), False, False),
    ],
)  # fmt: skip
async def test_what_counts_as_understood(meant: Line, got: Turn, right: bool, exact: bool) -> None:
    trial = await Gold(VOCABULARY).judge(meant, None, got)
    assert (trial.right, trial.exact) == (right, exact)


def tried(intent: str | None, got: str | None, snr: float | None = None, *, exact: bool = True) -> Trial:
    right = intent == got
    return Trial(line(intent), snr, got, {}, "words", right, right and exact)


def test_the_score_counts_commands_and_other_things_apart() -> None:
    score = Score([tried("a", "a"), tried("a", "b"), tried("b", "b", exact=False), tried(None, None), tried(None, "a")])
    assert score.as_json() == {
        "n": 5,
        "acceptance": 0.6667,
        "exact": 0.3333,
        "false_acceptance": 0.5,
        "by_intent": {"a": 0.5, "b": 1.0},
        "by_snr": {},
        "failures": [
            {
                "audio": None,
                "text": "words",
                "expected": {"intent": intent, "slots": {}},
                "got": {"intent": got, "slots": {}},
                "transcript": "words",
            }
            for intent, got in [("a", "b"), (None, "a")]
        ],
    }
    assert score.confusions == {("a", "b"): 1, ("nothing", "a"): 1}


def test_the_score_goes_by_ratio() -> None:
    score = Score([tried("a", "a", 24.0), tried("a", None, 6.0), tried("a", "a", 6.0), tried("a", "a", 1.5)])
    assert score.as_json()["by_snr"] == {"24": 1.0, "6": 0.5, "1.5": 1.0}
    assert list(score.by_snr) == ["24", "6", "1.5"]


def test_nothing_to_count_is_no_rate() -> None:
    assert Score([]).as_json() == {
        "n": 0, "acceptance": None, "exact": None, "false_acceptance": None, "by_intent": {}, "by_snr": {},
        "failures": [],
    }  # fmt: skip


async def test_confusions_name_the_values_of_slots() -> None:
    gold = Gold(VOCABULARY)
    meant = line("take", words="milk", time="half past seven")
    trial = await gold.judge(meant, None, turn("note.take", {"words": "silk", "time": "07:30"}))
    assert Score([trial]).confusions == {("take: words milk", "words silk"): 1}


async def test_free_text_is_compared_by_its_words() -> None:
    gold = Gold(VOCABULARY)
    meant = line("take", words="Milk, eggs and bread")
    for words, right in {"milk eggs and bread": True, "milk and bread": False}.items():
        assert (await gold.judge(meant, None, turn("note.take", {"words": words}))).right == right


class Listener:
    """A subject that understands everything as one intent and remembers what it was given."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.asked: list[str] = []

    async def ask(self, text: str, *, dry_run: bool = False) -> Turn:
        assert dry_run
        self.asked.append(text)
        return turn("timer.set")

    async def take(self, microphone: Microphone, *, dry_run: bool = False) -> Turn:
        assert dry_run
        sound = b""
        while (frame := await microphone.read()) is not None:
            assert frame.at == len(sound) / 32_000
            sound += frame.pcm
        self.heard.append(sound)
        return turn("timer.set")


async def test_each_recording_is_tried_at_each_ratio_with_the_same_noise(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "word.wav", noise(1.0, 3000.0), 16_000, subtype="PCM_16")
    lines = [
        Line("word.wav", tmp_path / "word.wav", "set", {}),
        Line("stop", None, "set", {}),
        Line("none.wav", tmp_path / "none.wav", "set", {}),
    ]

    async def all_trials(seed: int) -> tuple[list[Trial], Listener]:
        listener = Listener()
        found = [
            t async for t in trials(listener, Gold(VOCABULARY), lines, noise(10.0, 500.0, seed=7), [20.0, 6.0], seed)
        ]
        return found, listener

    found, listener = await all_trials(1)
    assert [(trial.line.said, trial.snr, trial.right) for trial in found] == [
        ("word.wav", 20.0, True),
        ("word.wav", 6.0, True),
        ("stop", None, True),
        ("none.wav", None, False),
    ]
    assert listener.asked == ["stop"]
    assert "none.wav" in str(found[-1].error)
    loud, quiet = (np.frombuffer(pcm, "<i2").astype(float) for pcm in reversed(listener.heard))
    speech = noise(1.0, 3000.0).astype(float)
    assert np.corrcoef(loud - speech, quiet - speech)[0, 1] > 0.99
    assert (await all_trials(1))[1].heard == listener.heard
    assert (await all_trials(2))[1].heard != listener.heard


async def test_without_noise_a_recording_is_heard_as_it_is(tmp_path: Path) -> None:
    sound = noise(0.33, 3000.0)
    soundfile.write(tmp_path / "word.flac", sound, 16_000, subtype="PCM_16")
    listener = Listener()
    lines = [Line("word.flac", tmp_path / "word.flac", None, {})]
    (trial,) = [t async for t in trials(listener, Gold(VOCABULARY), lines)]
    assert trial.snr is None
    assert not trial.right
    assert listener.heard == [sound.astype("<i2").tobytes()]


def loudest(sound: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """As Picovoice's speech-to-intent-benchmark measures it."""
    whole = sound[: len(sound) // LOUDNESS_FRAME * LOUDNESS_FRAME].reshape(-1, LOUDNESS_FRAME)
    return float((whole**2).sum(axis=1).max())


@given(snr=st.floats(-6, 30), start=st.integers(0, 79_999), seconds=st.floats(0.2, 2.0))
def test_the_ratio_is_that_of_the_loudest_frames(snr: float, start: int, seconds: float) -> None:
    speech = np.concatenate((silence(0.3), noise(seconds, 4000.0), silence(0.3)))
    hum = noise(5.0, 900.0, seed=3)
    together = mixed(speech, hum, snr, start).astype(np.float64)
    scale = np.dot(together[:4000], np.resize(np.roll(hum, -start), len(speech))[:4000].astype(float))
    assert scale > 0
    gain = min(1.0, 32767 / np.abs(together).max()) if np.abs(together).max() >= 32767 else None
    if gain is None:
        rest = together - speech
        assert 10 * np.log10(loudest(speech.astype(np.float64)) / loudest(rest)) == pytest.approx(snr, abs=0.1)


@pytest.mark.parametrize(
    ("speech", "hum"),
    [(silence(1.0), noise(1.0)), (noise(1.0), silence(1.0)), (noise(0.01), noise(0.01)), (silence(0.0), noise(1.0))],
)
def test_silence_and_scraps_are_mixed_without_nonsense(speech: np.ndarray, hum: np.ndarray) -> None:
    together = mixed(speech, hum, 6.0, 5)
    assert together.dtype == np.int16
    assert len(together) == len(speech)


def test_loud_mixtures_are_made_softer_instead_of_clipped() -> None:
    speech, hum = noise(1.0, 12_000.0), noise(1.0, 12_000.0, seed=2)
    together = mixed(speech, hum, -10.0, 0)
    assert np.abs(together.astype(int)).max() == 32767
    assert (np.abs(together.astype(int)) == 32767).sum() == 1


async def test_recordings_of_any_format_become_16_khz_mono(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "stereo.wav", np.zeros((48_000, 2)), 48_000, subtype="PCM_U8")
    assert abs(len(await read_sound(tmp_path / "stereo.wav")) - 16_000) < 40
    with pytest.raises(DeviceError):
        await read_sound(tmp_path)


async def test_a_recording_ends() -> None:
    microphone = Recording(noise(0.1), frame_seconds=0.08)
    frames = [await microphone.read() for _ in range(3)]
    assert [frame and round(frame.seconds, 3) for frame in frames] == [0.08, 0.02, None]


def test_a_manifest_is_read(tmp_path: Path) -> None:
    file = tmp_path / "manifest.jsonl"
    entries = [
        {"audio": "clean/a.flac", "intent": "orderDrink", "slots": {"size": "large"}},
        {"text": "stop", "intent": "stop.stop"},
        {"text": "order a pizza", "intent": None, "slots": None, "note": "ignored"},
    ]
    file.write_text("\n\n".join(json.dumps(entry) for entry in entries))
    assert read_manifest(file) == [
        Line("clean/a.flac", tmp_path / "clean/a.flac", "orderDrink", {"size": "large"}),
        Line("stop", None, "stop.stop", {}),
        Line("order a pizza", None, None, {}),
    ]


def test_every_wrong_line_of_a_manifest_is_named(tmp_path: Path) -> None:
    file = tmp_path / "manifest.jsonl"
    wrong = ['{"text": "stop"', "[1]", '{"intent": "x"}', '{"text": "a", "audio": "b"}', '{"text": "a", "slots": [1]}',
             '{"text": "a", "intent": 1}', '{"text": 1}', "[" * 100_000]  # fmt: skip
    file.write_text("\n".join([*wrong, '{"text": "good"}']))
    with pytest.raises(ManifestError) as caught:
        read_manifest(file)
    problems = str(caught.value).splitlines()
    assert [problem.removeprefix(f"{file}:").split(":")[0] for problem in problems] == list("12345678")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00"])
def test_a_manifest_that_holds_nothing_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "manifest.jsonl"
    file.write_bytes(content)
    with pytest.raises(ManifestError, match=r"manifest\.jsonl"):
        read_manifest(file)
    with pytest.raises(ManifestError, match=r"none\.jsonl"):
        read_manifest(tmp_path / "none.jsonl")
