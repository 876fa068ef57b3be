"""The frames that tell something are the same however sound comes in, and about those of the whole sound at once."""

from collections.abc import Sequence

import numpy as np
import pytest

from assistant.engines.acoustic import AcousticModel
from assistant.engines.features import STEP, Features
from assistant.engines.rows import Rows, rows_of
from assistant.engines.senones import Senones
from assistant.engines.telling import BLANK_PRICE, CERTAIN, Telling
from assistant.errors import EngineError
from tests.engines.test_sphinx import command
from tests.phones import Floats
from tests.sounds import Sound, noise


def taken(telling: Telling, sound: Sound, sizes: Sequence[int]) -> Floats:
    """The frames of sound that comes in pieces of so many bytes, again and again."""
    pcm, found, at, number = sound.astype("<i2").tobytes(), [], 0, 0
    while at < len(pcm):
        size = sizes[number % len(sizes)]
        found.append(telling.hear(pcm[at : at + size]))
        at, number = at + size, number + 1
    whole = np.concatenate((*found, telling.end()))
    assert np.array_equal(whole, telling.frames)
    return whole


def rows() -> Rows:
    return Rows(Features(), Senones())


def numbered(heard: Floats) -> Floats:
    """Frames without blanks, of which each tells its row."""
    frames = np.full((2 * len(heard), 40), -9.0, np.float32)
    frames[:, 1] = np.repeat(heard[:, 0], 2)
    return frames


def test_every_row_is_heard_once_and_in_order() -> None:
    sound = noise(4.0, 3000)[: 50 * STEP]
    found = taken(Telling(rows(), numbered), sound, (2560, 2, 31_234))
    padded = np.concatenate((sound, np.zeros(4 * STEP, np.int16)))
    assert np.array_equal(found[:, 1], np.repeat(Features()(padded).inner[:, 0], 2))


def test_it_is_the_same_however_sound_comes_in() -> None:
    sound = command("turn on the kitchen light")
    whole, parts = (taken(Telling(rows(), AcousticModel()), sound, sizes) for sizes in ((10**6,), (2560,)))
    assert whole.shape == parts.shape
    assert whole == pytest.approx(parts, abs=1e-2)


def test_a_piece_at_a_time_is_about_what_the_whole_is() -> None:
    model, sound = AcousticModel(), command("switch the hallway light on")
    found = taken(Telling(rows(), model), sound, (2560,))
    whole = model(rows_of(Features(), Senones(), np.pad(sound, (0, 4 * STEP))))
    whole[:, 0] -= BLANK_PRICE
    assert len(found) == pytest.approx(np.sum(whole[:, 0] - whole[:, 1:].max(axis=1) < CERTAIN), abs=6)


def test_what_is_known_after_a_pause_is_most_of_it() -> None:
    telling = Telling(rows(), AcousticModel())
    assert len(telling.so_far()) == 0
    pcm = np.concatenate((command("what time is it"), np.zeros(8000, np.int16))).astype("<i2").tobytes()
    telling.hear(pcm)
    before = telling.so_far()
    after = np.concatenate((telling.frames, telling.end()))
    assert 0.9 * len(after) <= len(before) <= len(after)


def test_nothing_is_nothing() -> None:
    assert Telling(rows(), AcousticModel()).end().shape == (0, 40)


def test_numbers_that_are_none_are_an_error() -> None:
    telling = Telling(rows(), lambda heard: np.full((2 * len(heard), 40), np.nan, np.float32))
    telling.hear(bytes(32_000))
    with pytest.raises(EngineError, match="no number"):
        telling.end()
