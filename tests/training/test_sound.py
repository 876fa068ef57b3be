"""What is spoken to the acoustic model while it learns: sentences, their phones, rooms and noises."""

import random
from itertools import islice

import numpy as np
import pytest

from assistant.phrases.pronunciation import PHONES
from models.training import augment, labels, noises, voices
from models.training.measure import compared, greedy
from models.training.sentences import Sentences
from tests.sounds import say

DICTIONARY = labels.read(["the DH AH", "the(2) DH IY", "end EH N D", "apple AE P AH L"])


@pytest.mark.parametrize(
    ("said", "expected"),
    [("DH IY EH N D", "DH IY EH N D"), ("DH AH AE P AH L", "DH AH AE P AH L"), ("DH IH AE P L", "DH AH AE P AH L")],
)
def test_the_pronunciation_nearest_to_what_is_said_is_the_label(said: str, expected: str) -> None:
    words = ["the", "end" if "EH" in said else "apple"]
    edits, phones = labels.nearest(words, DICTIONARY, said.split())
    assert " ".join(phones) == expected
    assert edits == (2 if said == "DH IH AE P L" else 0)


def test_the_labels_are_the_phones_of_the_dictionary_after_the_blank() -> None:
    assert [PHONES[number - 1] for number in labels.NUMBERS.values()] == list(labels.NUMBERS) == list(PHONES)


def test_sentences_are_the_same_for_the_same_seed_and_of_many_sorts() -> None:
    words = ["zebra", "violin", "cactus"]
    first, second = (list(islice(Sentences(3, words, houses=1), 200)) for _ in range(2))
    assert first == second
    assert len(set(first)) > 150
    assert any(set(sentence) <= set(words) for sentence in first)
    assert any("timer" in sentence for sentence in first)


def test_no_voice_to_train_on_is_held_out() -> None:
    chance = random.Random(1)
    drawn = {voices.draw(chance).name for _ in range(20_000)}
    assert len(drawn) > 300
    assert not drawn & set(voices.HELD_OUT)


def test_voices_differ_in_pace_and_resonances() -> None:
    plain, slow, small = voices.say(
        [
            ("turn on the light", voices.Voice("espeak en-us+m3")),
            ("turn on the light", voices.Voice("espeak en-us+m3", pace=0.7)),
            ("turn on the light", voices.Voice("espeak en-us+m3", formants=1.2)),
        ]
    )
    assert len(slow) > 1.2 * len(plain)
    assert len(small) == pytest.approx(len(plain), rel=0.1)

    def middle(sound: np.ndarray[tuple[int], np.dtype[np.float32]]) -> float:
        power = np.abs(np.fft.rfft(sound)) ** 2
        return float(np.sum(power * np.arange(len(power))) / np.sum(power) / len(power))

    assert middle(small) > 1.05 * middle(plain)


def test_a_recording_is_the_same_for_the_same_seed_and_as_loud_as_its_noise_says() -> None:
    said = (say("turn on the kitchen light") / 32768).astype(np.float32)
    recorded = []
    for _ in range(2):
        chance = np.random.default_rng(4)
        bank = noises.Bank(chance, [said], each=4, seconds=2.0)
        recorded.append([augment.record(said, chance, [said], bank) for _ in range(12)])
    for (first, spoken), (second, too) in zip(*recorded, strict=True):
        assert spoken == too
        assert np.array_equal(first, second)
        assert len(first) > len(said)
        assert first.dtype == np.int16


@pytest.mark.parametrize("sort", [sort for _, sort in noises.SORTS], ids=lambda sort: str(sort.__name__))
def test_noises_are_as_long_as_asked_and_never_the_same(sort: noises.Sort) -> None:
    chance = np.random.default_rng(2)
    first, second = (noises.level(sort(20_000, chance)) for _ in range(2))
    assert len(first) == 20_000
    assert np.isfinite(first).all()
    assert np.mean(first**2) == pytest.approx(1, rel=1e-3)
    assert not np.array_equal(first, second)


def test_phone_errors_are_edits() -> None:
    frames = np.log(np.eye(4, dtype=np.float32)[[0, 1, 1, 0, 1, 2, 3, 3, 0]] + 1e-3)
    assert greedy(frames) == [1, 1, 2, 3]
    assert compared([1, 1, 2, 3], [1, 2, 3, 3]).wrong == 2
    assert compared([], [1, 2]).rate == 1
