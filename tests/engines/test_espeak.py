"""espeak-ng as a library: speech in pieces, cancelling, pronunciations, and text nobody would say."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.engines.espeak import PIECE_MS, STRETCH, Espeak, Library
from assistant.errors import EngineError
from assistant.messages import Speech

SENTENCE = "The kitchen light is on."


@pytest.fixture
def espeak() -> Iterator[Espeak]:
    engine = Espeak()
    yield engine
    engine.close()


async def spoken(engine: Espeak, text: str) -> list[Speech]:
    return [piece async for piece in engine.speak(text)]


def seconds(pieces: list[Speech]) -> float:
    return sum(piece.seconds for piece in pieces)


async def test_speech_comes_in_short_pieces(espeak: Espeak) -> None:
    pieces = await spoken(espeak, SENTENCE)
    assert 1.0 < seconds(pieces) < 3.0
    assert all(0 < piece.seconds <= PIECE_MS / 1000 + 0.01 for piece in pieces)
    assert {piece.rate for piece in pieces} == {22050}


async def test_the_whole_is_as_long_as_its_pieces(espeak: Espeak) -> None:
    assert espeak.synthesize(SENTENCE).seconds == pytest.approx(seconds(await spoken(espeak, SENTENCE)), abs=0.02)


async def test_a_slower_voice_takes_longer() -> None:
    slow, fast = Espeak(rate=100), Espeak(rate=250)
    assert slow.synthesize(SENTENCE).seconds > 1.5 * fast.synthesize(SENTENCE).seconds
    slow.close()
    fast.close()


async def test_several_voices_speak_at_once_without_mixing() -> None:
    voices = [Espeak("en-us"), Espeak("en-gb"), Espeak("en-us+f3", rate=120, pitch=80)]
    texts = ["one", "The bath is warm now.", SENTENCE] * 3
    engines = voices * 3
    alone = [engine.synthesize(text).seconds for engine, text in zip(engines, texts, strict=True)]
    together = await asyncio.gather(*(spoken(e, text) for e, text in zip(engines, texts, strict=True)))
    assert [seconds(pieces) for pieces in together] == pytest.approx(alone, abs=0.05)
    for engine in voices:
        engine.close()


async def test_closing_in_mid_sentence_stops_the_library_and_leaves_nothing_behind(espeak: Espeak) -> None:
    whole = espeak.synthesize(SENTENCE).seconds
    for _ in range(5):
        async with aclosing(espeak.speak("Ten thousand " * 500)) as pieces:
            assert (await anext(pieces)).pcm
        assert espeak.phonemes("kitchen") == "kˈɪtʃən"
        assert seconds(await spoken(espeak, SENTENCE)) == pytest.approx(whole, abs=0.05)


async def test_cancelling_stops_it(espeak: Espeak) -> None:
    begun = asyncio.Event()

    async def listen() -> None:
        async with aclosing(espeak.speak("word " * 10_000)) as pieces:
            async for _ in pieces:
                begun.set()

    listening = asyncio.create_task(listen())
    await begun.wait()
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    assert espeak.phonemes("lamp") == "lˈæmp"


async def test_nobody_waits_for_a_slow_listener(espeak: Espeak) -> None:
    other = Espeak("en-gb")
    async with aclosing(espeak.speak("word " * 1000)) as pieces:
        await anext(pieces)
        assert await spoken(other, SENTENCE)
        assert seconds([await anext(pieces) for _ in range(20)]) > 1
    other.close()


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "\x00", "\x00\x07\x1b", "\ud800"])
async def test_what_has_no_words_is_silent(espeak: Espeak, text: str) -> None:
    assert await spoken(espeak, text) == []
    assert espeak.phonemes(text) == ""


@pytest.mark.parametrize(
    "text",
    ["🎉🎉", "naïve Zoë said 你好", "<speak>no</speak>", "[[h@l'oU]]", "a" * 5000, "\u202eمرحبا", "%s %n %d", "!?…—"],
)
async def test_odd_text_is_survived(espeak: Espeak, text: str) -> None:
    await spoken(espeak, text)
    espeak.phonemes(text)
    assert espeak.phonemes("lamp") == "lˈæmp"


async def test_ten_thousand_words_begin_at_once_and_go_on(espeak: Espeak) -> None:
    async with aclosing(espeak.speak("word " * 10_000)) as pieces:
        beyond_one_stretch = int(STRETCH / 5 * 1000 / PIECE_MS)
        for _ in range(beyond_one_stretch):
            await anext(pieces)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300))
def test_no_text_does_harm(espeak: Espeak, text: str) -> None:
    assert len(espeak.synthesize(text).pcm) % 2 == 0
    espeak.phonemes(text)
    assert espeak.phonemes("lamp") == "lˈæmp"


@pytest.mark.parametrize(
    ("word", "ipa"),
    [("kitchen", "kˈɪtʃən"), ("lamp", "lˈæmp"), ("Siobhan", "ʃɪvˈɔːn"), ("office light", "ˈɑːfɪs lˈaɪt")],
)
def test_pronunciations_are_ipa(espeak: Espeak, word: str, ipa: str) -> None:
    assert espeak.phonemes(word) == ipa


def test_sounds_can_be_parted(espeak: Espeak) -> None:
    assert espeak.phonemes("jigsaw", "_") == "dʒ_ˈɪ_ɡ_s_ɔː"


def test_pronunciations_follow_the_voice() -> None:
    british, american = Espeak("en-gb"), Espeak("en-us")
    assert british.phonemes("tomato") != american.phonemes("tomato")
    british.close()
    american.close()


@pytest.mark.parametrize("voice", ["atlantean", "../../etc/passwd"])
def test_a_missing_voice_is_named_with_the_remedy(voice: str) -> None:
    with pytest.raises(EngineError, match=r"there is no voice .* Try en-us"):
        Espeak(voice)


@pytest.mark.parametrize(("rate", "pitch"), [(10, 50), (1000, 50), (165, -1), (165, 101)])
def test_rate_and_pitch_have_limits(rate: int, pitch: int) -> None:
    with pytest.raises(EngineError, match="is not between"):
        Espeak(rate=rate, pitch=pitch)


def test_a_missing_library_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"libnone.so cannot be loaded .* Reinstall"):
        Library(str(tmp_path / "libnone.so"))


def in_a_fresh_process(code: str, *arguments: str) -> str:
    """What it prints: the library keeps its data for as long as the process lives."""
    heading = "import sys; from pathlib import Path; from assistant.engines.espeak import Library; "
    done = subprocess.run(
        [sys.executable, "-c", heading + code, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_missing_data_is_named_with_the_remedy() -> None:
    code = """
import espeakng_loader
try:
    Library(espeakng_loader.get_library_path(), Path(sys.argv[1]))
except RuntimeError as error:
    print(error)
"""
    assert "no data in /dev/null. Reinstall" in in_a_fresh_process(code, "/dev/null")
    assert "is a longer path than it can use. Install Hearth in another" in in_a_fresh_process(code, "/" + "x" * 150)


def test_the_systems_library_will_do() -> None:
    code = """
try:
    library = Library("libespeak-ng.so.1")
except RuntimeError:
    print("missing")
    sys.exit()
sound = []
def take(pcm):
    sound.append(pcm)
    return True
library.synthesize(sys.argv[1], (library.find("en-gb"), 165, 50), take)
print(len(b"".join(sound)) / 2 / library.rate)
"""
    printed = in_a_fresh_process(code, SENTENCE)
    if printed == "missing\n":
        pytest.skip("needs the Debian package libespeak-ng1")
    assert 1.0 < float(printed) < 3.0
