"""What a household usually says: kept, forgotten, expected, and learnt only where it helps."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.engines.acoustic import AcousticModel
from assistant.engines.espeak import Espeak
from assistant.engines.hearth import Hearth
from assistant.errors import StoreError
from assistant.evaluate import Gold, Line
from assistant.learning import Lesson, study
from assistant.listening import usual
from assistant.messages import IntentSpec, Turn, Vocabulary
from assistant.phrases.network import compile_network
from assistant.stages import Microphone
from tests.engines.test_sphinx import feed
from tests.sounds import in_a_room, noise, say

ALIKE = Vocabulary(
    (IntentSpec("lamp.on", ("turn on the (hall|wall|tall|small) lamp",)), IntentSpec("time.tell", ("what time is it",)))
)


def test_what_is_kept_is_read_again_and_can_be_forgotten(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    assert usual.read(folder) == ()
    file = usual.keep(folder, ["What time is it?", "what time is it", "lights  on", "wake me at 7"])
    assert usual.read(folder) == ("what time is it", "lights on")
    assert file.stat().st_mode & 0o077 == 0
    assert usual.forget(folder)
    assert not usual.forget(folder)
    assert usual.read(folder) == ()


def test_no_more_is_kept_than_habits() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    assert len(usual.plain(f"{first} {second}" for first in letters for second in letters)) == usual.MOST


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"a": 1}', "[" * 100_000, "\xff"])
def test_a_damaged_file_is_named_and_changes_nothing(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / usual.FILE).write_text(content, "latin-1")
    assert usual.read(tmp_path) == ()
    assert str(tmp_path / usual.FILE) in caplog.text


def test_what_cannot_be_kept_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written"):
        usual.keep(tmp_path / "file", ["lights on"])


def test_nothing_usual_changes_nothing() -> None:
    assert usual.expecting(ALIKE, ()) is ALIKE
    assert usual.expecting(Vocabulary(), ["lights on"]) == Vocabulary()


def test_all_else_stays_possible_and_nothing_else_becomes_so() -> None:
    before, after = compile_network(ALIKE), compile_network(usual.expecting(ALIKE, ["what time is it"]))
    assert after.words == before.words
    assert sum(arc.word == "hall" for arc in after.each_arc()) == sum(arc.word == "hall" for arc in before.each_arc())


async def test_what_is_usual_is_heard_with_more_confidence_and_the_rest_still_is() -> None:
    espeak = Espeak()
    hearth = Hearth(AcousticModel(), compile_network, espeak.phonemes)
    usually, seldom = (in_a_room(0.4, say(f"turn on the {which} lamp", "en-gb"), 0.6) for which in ("tall", "small"))
    usually = usually + noise(len(usually) / 16_000, 400.0)[: len(usually)]
    await hearth.learn(ALIKE)
    before = await hearth.transcribe(feed(usually))
    await hearth.learn(usual.expecting(ALIKE, ["turn on the tall lamp"]))
    after, other = await hearth.transcribe(feed(usually)), await hearth.transcribe(feed(seldom))
    hearth.close()
    espeak.close()
    assert after.text == "turn on the tall lamp"
    assert before.text != after.text or after.confidence > before.confidence
    assert other.text == "turn on the small lamp"


class Household:
    """Hears what the manifest's sound says it is, unless it is mumbled and nobody expects it."""

    def __init__(self) -> None:
        self.expected: tuple[str, ...] = ()

    async def expect(self, sentences: Sequence[str]) -> None:
        self.expected = tuple(sentences)

    async def ask(self, text: str, *, dry_run: bool = False) -> Turn:
        raise AssertionError("only recordings are learnt from")

    async def take(self, microphone: Microphone, *, dry_run: bool = False) -> Turn:
        loud = 0
        while (frame := await microphone.read()) is not None:
            loud = max(loud, int(np.abs(np.frombuffer(frame.pcm, "<i2")).max()))
        heard = loud > 1000 or "what time is it" in self.expected
        if not heard:
            return Turn("", 0.0, "scripted", None, {})
        return Turn("what time is it", 1.0, "scripted", "time.tell", {}, action="time.tell()")


def recorded(folder: Path, *levels: int, intent: str | None = "time.tell") -> list[Line]:
    lines = []
    for number, level in enumerate(levels):
        file = folder / f"{number}-{level}-{intent}.wav"
        soundfile.write(file, np.full(1600, level, np.int16), 16_000)
        lines.append(Line(file.name, file, intent, {}))
    return lines


async def lesson(household: Household, lines: list[Line]) -> Lesson:
    *done, last = [each async for each in study(household, Gold(ALIKE), lines)]
    assert len(done) == 2 * len(lines)
    assert household.expected == ()
    assert isinstance(last, Lesson)
    return last


async def test_what_one_half_teaches_helps_to_hear_the_other(tmp_path: Path) -> None:
    found = await lesson(Household(), recorded(tmp_path, 9000, 500, 500, 9000))
    assert (found.before.acceptance, found.after.acceptance) == (0.5, 1.0)
    assert found.sentences == ("what time is it",)
    assert found.helps


async def test_what_makes_nothing_better_is_not_kept(tmp_path: Path) -> None:
    assert not (await lesson(Household(), recorded(tmp_path, 9000, 9000))).helps
    assert not (await lesson(Household(), recorded(tmp_path, 500, 500))).helps


async def test_what_makes_others_speech_a_command_is_not_kept(tmp_path: Path) -> None:
    lines = recorded(tmp_path, 9000, 9000, 500, 500) + recorded(tmp_path, 500, 500, intent=None)
    found = await lesson(Household(), lines)
    assert found.after.acceptance == 1.0
    assert not found.helps
