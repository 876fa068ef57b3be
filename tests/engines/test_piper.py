"""Piper sings with a voice of one tone for each phoneme; its texts go through the real espeak-ng."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("piper", reason="needs the extra `standard`")

from assistant.engines.features import shipped
from assistant.engines.piper import PAUSE, Piper
from assistant.errors import EngineError
from assistant.messages import Speech

VOICE = Path(__file__).parent.parent / "models" / "voice.onnx"
RATE = 22_050
LIST = (
    "The kitchen light, the bedroom lamp, the office lamp, the hallway light and the light in the garden are all on now"
)


@pytest.fixture(scope="module")
def piper() -> Iterator[Piper]:
    engine = Piper(VOICE)
    yield engine
    engine.close()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A voice that may be changed."""
    for file in (VOICE, VOICE.with_name("voice.onnx.json")):
        shutil.copy(file, tmp_path)
    return tmp_path / "voice.onnx"


async def pieces(spoken: AsyncIterator[Speech]) -> list[Speech]:
    return [piece async for piece in spoken]


def loudness(piece: Speech) -> int:
    return int(np.abs(np.frombuffer(piece.pcm, "<i2").astype(np.int32)).max())


async def test_a_sentence_is_one_piece_at_the_voices_own_rate(piper: Piper) -> None:
    (piece,) = await pieces(piper.speak("The kitchen light is on."))
    assert piece.rate == piper.rate == RATE
    assert 0.5 < piece.seconds < 4
    assert loudness(piece) > 20_000
    pause = np.frombuffer(piece.pcm, "<i2")[-round(PAUSE * RATE) :]
    assert not pause.any()


async def test_sentences_come_one_after_the_other(piper: Piper) -> None:
    told = await pieces(piper.speak("The light is on. It is 21.5 degrees. Good night!"))
    assert len(told) == 3
    alone = [(await pieces(piper.speak(text)))[0] for text in ("The light is on.", "Good night!")]
    assert [told[0].seconds, told[2].seconds] == [piece.seconds for piece in alone]


async def test_a_long_sentence_is_parted_after_clauses(piper: Piper) -> None:
    told = await pieces(piper.speak(LIST + "."))
    assert len(told) > 1
    assert sum(piece.seconds for piece in told) == pytest.approx(sum(len(p.pcm) for p in told) / 2 / RATE)
    short = await pieces(piper.speak("One, two, three."))
    assert len(short) == 1


async def test_text_without_clauses_is_bounded_too(piper: Piper) -> None:
    endless = await pieces(piper.speak("word " * 400))
    unbroken = await pieces(piper.speak("x" * 3000))
    assert max(piece.seconds for piece in [*endless, *unbroken]) < 20
    assert len(endless) > 10


@pytest.mark.parametrize("text", ["", " ", "...", "\n", "\x00"])
async def test_nothing_to_say_is_no_sound(piper: Piper, text: str) -> None:
    assert sum(piece.seconds for piece in await pieces(piper.speak(text))) < 1.5


@pytest.mark.parametrize("text", ["Ünïcödé 東京 ☃", "[[", "]] [[x]]", "<speak>", "a" * 500, "\ud800", "🙂", "a\x00b"])
async def test_odd_text_is_spoken_somehow(piper: Piper, text: str) -> None:
    assert all(piece.rate == RATE for piece in await pieces(piper.speak(text)))
    assert await pieces(piper.speak("Still here."))


async def test_speed_changes_the_length() -> None:
    lengths = []
    for speed in (0.5, 1.0, 2.0):
        engine = Piper(VOICE, speed=speed)
        lengths.append((await pieces(engine.speak("The light is on.")))[0].seconds - PAUSE)
        engine.close()
    assert lengths[0] == pytest.approx(2 * lengths[1], rel=0.01)
    assert lengths[2] == pytest.approx(lengths[1] / 2, rel=0.01)


async def test_closing_early_leaves_the_voice_usable(piper: Piper) -> None:
    spoken = piper.speak(LIST + ". " + LIST + ".")
    assert (await anext(spoken)).pcm
    await spoken.aclose()
    assert len(await pieces(piper.speak("Good night!"))) == 1


async def test_cancelling_breaks_off_a_piece(copied: Path) -> None:
    engine = Piper(copied, speed=0.25)
    long = asyncio.create_task(pieces(engine.speak("word " * 400)))
    await asyncio.sleep(0)
    long.cancel()
    with pytest.raises(asyncio.CancelledError):
        await long
    assert await pieces(engine.speak("Good night!"))
    engine.close()


async def test_the_level_is_the_voices_not_each_pieces(piper: Piper) -> None:
    """A short answer is no louder than a long one: the gain is common."""
    first, second = await pieces(piper.speak("The light is on. Yes."))
    assert loudness(first) == pytest.approx(loudness(second), rel=0.1)


# Bad voices


def settings(change: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    def apply(voice: Path) -> None:
        file = voice.with_name("voice.onnx.json")
        config = json.loads(file.read_text())
        change(config)
        file.write_text(json.dumps(config))

    return apply


def text(content: str) -> Callable[[Path], object]:
    return lambda voice: voice.with_name("voice.onnx.json").write_text(content)


def network(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda voice: voice.write_bytes(change(voice.read_bytes()))


RUINS: Mapping[str, Callable[[Path], object]] = {
    "no network": lambda voice: voice.unlink(),
    "no settings": lambda voice: voice.with_name("voice.onnx.json").unlink(),
    "empty network": network(lambda _: b""),
    "half a network": network(lambda data: data[: len(data) // 2]),
    "a text": network(lambda _: b"404: not found"),
    "another network": lambda voice: shutil.copy(shipped("melspectrogram.onnx"), voice),
    "a flipped bit": network(lambda data: data.replace(b"Reshape", b"Reshap\xe5", 1)),
    "empty settings": text(""),
    "half the settings": text('{"audio": {"sample_rate": 22050'),
    "settings that are a list": text("[]"),
    "settings of something else": text('{"model": "llama"}'),
    "no rate": settings(lambda config: config.pop("audio")),
    "an absurd rate": settings(lambda config: config.update(audio={"sample_rate": "fast"})),
    "phonemes that are fetched": settings(lambda config: config.update(phoneme_type="pinyin")),
    "an unknown language": settings(lambda config: config.update(espeak={"voice": "qqq"})),
}


@pytest.mark.parametrize("kind", RUINS)
def test_a_bad_voice_is_named_with_a_remedy(copied: Path, kind: str) -> None:
    RUINS[kind](copied)
    with pytest.raises(EngineError, match=r"Piper: .*voice.*[Cc]hoose another"):
        Piper(copied)


def test_a_speaker_that_is_not_there_is_named(copied: Path) -> None:
    settings(lambda config: config.update(num_speakers=2, speaker_id_map={"anna": 0, "ben": 1}))(copied)
    with pytest.raises(EngineError, match=r"no speaker 'carl'. Choose from anna, ben"):
        Piper(copied, speaker="carl")


@pytest.mark.parametrize("speed", [0.0, -1.0, 10.0])
def test_an_absurd_speed_is_refused(speed: float) -> None:
    with pytest.raises(EngineError, match="speed"):
        Piper(VOICE, speed=speed)
