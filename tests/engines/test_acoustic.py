"""The acoustic model that comes with Hearth: whole, of the right phones, deaf to silence, and not to speech."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from assistant.engines.acoustic import SHIPPED, AcousticModel
from assistant.engines.features import Features
from assistant.engines.rows import WIDTH, rows_of
from assistant.engines.senones import Senones
from assistant.errors import EngineError
from assistant.phrases.pronunciation import PHONES
from models.training import labels
from models.training.measure import compared, greedy
from models.training.speech import DICTIONARY
from tests.sounds import Sound, in_a_room, noise, say, silence


@pytest.fixture(scope="module")
def model() -> AcousticModel:
    return AcousticModel()


def heard(model: AcousticModel, sound: Sound) -> list[str]:
    rows = rows_of(Features(), Senones(), sound)
    return [PHONES[label - 1] for label in greedy(model(rows))]


def test_it_is_the_one_of_its_card() -> None:
    card = SHIPPED.with_suffix(".md").read_text("utf-8")
    assert hashlib.sha256(SHIPPED.read_bytes()).hexdigest() in re.findall("[0-9a-f]{64}", card)
    assert SHIPPED.stat().st_size <= 3_000_000


def test_its_phones_are_those_of_the_dictionary() -> None:
    spoken = labels.read(DICTIONARY.read_text("utf-8").splitlines()).values()
    assert {phone for variants in spoken for variant in variants for phone in variant} == set(PHONES)


@pytest.mark.parametrize("rows", [0, 1, 2, 75])
def test_it_gives_two_frames_of_probabilities_for_each_row(model: AcousticModel, rows: int) -> None:
    frames = model(np.zeros((rows, WIDTH), np.float32))
    assert frames.shape == (2 * rows, 1 + len(PHONES))
    assert np.exp(frames).sum(axis=1) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("turn on the kitchen light", "T ER N AA N DH AH K IH CH AH N L AY T"),
        ("set a timer for ten minutes", "S EH T AH T AY M ER F AO R T EH N M IH N AH T S"),
    ],
)
def test_it_hears_most_of_what_is_said(model: AcousticModel, text: str, phones: str) -> None:
    said = heard(model, in_a_room(0.4, say(text), 0.6))
    wrong = compared([PHONES.index(phone) for phone in said], [PHONES.index(phone) for phone in phones.split()])
    assert wrong.rate < 0.35


@pytest.mark.parametrize("sound", [silence(3), noise(3, 30), noise(3, 1500)], ids=["nothing", "quiet", "loud"])
def test_it_hears_nothing_where_nobody_speaks(model: AcousticModel, sound: Sound) -> None:
    assert heard(model, sound) == []


def test_it_hears_long_sound(model: AcousticModel) -> None:
    minutes = 10 * 60 * 25
    assert np.isfinite(model(np.zeros((minutes, WIDTH), np.float32))).all()


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    for name, content in (("cut", SHIPPED.read_bytes()[:100_000]), ("empty", b""), ("other", b"RIFF" * 1000)):
        file = tmp_path / f"{name}.onnx"
        file.write_bytes(content)
        with pytest.raises(EngineError, match=rf"acoustic model .*{name}\.onnx"):
            AcousticModel(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"none\.onnx is missing"):
        AcousticModel(tmp_path / "none.onnx")


@pytest.mark.parametrize(
    ("was", "becomes"),
    [(b'"AA"', b'"XX"'), (b"format\x12\x011", b"format\x12\x010"), (b"blank\x12\x010", b"blank\x12\x019")],
)
def test_a_model_for_another_version_is_refused(tmp_path: Path, was: bytes, becomes: bytes) -> None:
    content = SHIPPED.read_bytes()
    assert content.count(was) == 1
    file = tmp_path / "other.onnx"
    file.write_bytes(content.replace(was, becomes))
    with pytest.raises(EngineError, match=r"has (phones|format|blank) .* is needed"):
        AcousticModel(file)
