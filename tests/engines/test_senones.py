"""What PocketSphinx's model makes of sound, a row each 40 ms: the same as the library, however sound comes in."""

import shutil
from pathlib import Path

import numpy as np
import pocketsphinx
import pytest

from assistant.engines import installed, senones
from assistant.engines.features import LAG_SECONDS, ROW_SECONDS, STEP
from assistant.engines.senones import SENONES, STATES, Senones
from assistant.errors import EngineError
from assistant.messages import RATE
from assistant.phrases import pronunciation
from tests.engines.test_sphinx import command
from tests.phones import Floats
from tests.sounds import Sound, in_a_room, say, silence

PHONES = sorted((*pronunciation.PHONES, "+NSN+", "+SPN+", "SIL"))
"""As the model's file `mdef` has them."""


def taken(listen: Senones, sound: Sound, size: int, before: int = 0) -> Floats:
    """All rows, asked for as soon as they are known, 41 at a time as the recogniser does."""
    listen.reset(before)
    found: list[Floats] = []
    asked = known = before
    for start in range(0, len(sound), size):
        listen.hear(sound[start : start + size].astype("<i2").tobytes())
        known = before + (start + size) // (STEP // 2)
        while known - asked >= 41:
            found.append(listen.rows(asked, asked + 41)[:16])
            asked += 16
    return np.concatenate((listen.rows(0, before), *found, listen.rows(asked, known)))


def phones(rows: Floats) -> list[str]:
    """The likeliest of each 20 ms."""
    likely = np.exp(rows.reshape(-1, STATES)).reshape(-1, len(PHONES), 3).sum(axis=2)
    return [PHONES[each] for each in likely.argmax(axis=1)]


def test_probabilities_add_up_to_one() -> None:
    rows = taken(Senones(), command("turn on the kitchen light"), STEP)
    assert rows.shape[1] == SENONES
    assert np.exp(rows.reshape(-1, STATES)).sum(axis=1) == pytest.approx(1, abs=STATES * senones.FLOOR + 1e-3)


@pytest.mark.parametrize("seconds", [1.0, 4.0])
def test_it_is_the_same_however_sound_comes_in(seconds: float) -> None:
    sound = in_a_room(0.3, say("set a timer for ten minutes"), 2.0)[: int(seconds * RATE)]
    sound = sound[: len(sound) // (4 * STEP) * 4 * STEP]
    listen = Senones()
    whole, parts = (taken(listen, sound, size) for size in (len(sound), 2 * STEP))
    assert whole == pytest.approx(parts, abs=1e-3)
    assert np.array_equal(taken(listen, sound, 2 * STEP), parts), "nothing is left of what was heard before"


def test_rows_are_about_the_sound_that_features_know_best() -> None:
    sound = np.concatenate((silence(1.0), say("eight"), silence(1.0)))
    heard = phones(taken(Senones(), sound[: len(sound) // STEP * STEP], STEP))
    first = next(place for place, phone in enumerate(heard) if phone in ("EH", "EY", "AE", "IH", "IY"))
    assert first * ROW_SECONDS / 2 == pytest.approx(1.0 + LAG_SECONDS, abs=0.1)


def test_silence_before_all_sound_moves_the_rows() -> None:
    listen, sound = Senones(), command("what time is it")
    sound = sound[: len(sound) // STEP * STEP]
    alone, later = taken(listen, sound, STEP), taken(listen, sound, STEP, before=8)
    assert later[8:] == pytest.approx(alone, abs=1e-3)
    assert later[:8] == pytest.approx(np.log(1 / STATES + senones.FLOOR), abs=1e-3)


@pytest.mark.parametrize(("text", "said"), [("ice", "AY S"), ("show", "SH OW")])
def test_it_hears_the_phones_of_what_is_said(text: str, said: str) -> None:
    sound = np.concatenate((silence(0.5), say(text), silence(0.8)))
    rows = taken(Senones(), sound[: len(sound) // STEP * STEP], STEP)
    likely = np.exp(rows.reshape(-1, STATES)).reshape(-1, len(PHONES), 3).sum(axis=(0, 2))
    words = {phone: mass for phone, mass in zip(PHONES, likely, strict=True) if phone[0] != "+" and phone != "SIL"}
    assert {*said.split()} <= {*sorted(words, key=words.__getitem__)[-8:]}


def test_no_sound_is_no_rows() -> None:
    listen = Senones()
    listen.hear(b"")
    assert listen.rows(0, 0).shape == (0, SENONES)
    assert listen.rows(0, 3) == pytest.approx(np.log(1 / STATES + senones.FLOOR), abs=1e-3)


@pytest.mark.parametrize("file", ["means", "variances", "sendump"])
def test_another_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    folder = Path(shutil.copytree(pocketsphinx.get_model_path("en-us/en-us"), tmp_path / "en-us"))
    monkeypatch.setattr(senones, "pocketsphinx", lambda name: folder.parent / name)
    Senones()
    whole = (folder / file).read_bytes()
    for content in (b"", whole[: len(whole) // 2], whole[:-100]):
        (folder / file).write_bytes(content)
        with pytest.raises(EngineError, match=rf"{file} is not of the acoustic model"):
            Senones()


def test_a_missing_model_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "package", lambda name: None)
    with pytest.raises(EngineError, match=r"en-us/means of PocketSphinx is missing. Install it with: pip install"):
        Senones()
