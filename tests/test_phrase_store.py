import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from assistant.errors import EngineError
from assistant.messages import Speech
from assistant.speaking.phrase_store import PhraseStore

RATE = 22_050
PHRASES = ("Done.", "Sorry, I did not understand that.", "Good night!")


class Counting:
    """A Synthesizer that makes two pieces of each text and remembers the texts."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def speak(self, text: str, pace: float = 1.0) -> AsyncGenerator[Speech, None]:
        self.asked.append(text)
        if text == "broken":
            raise EngineError("the voice is broken")
        for part in (text[: len(text) // 2], text[len(text) // 2 :]):
            yield Speech(part.encode("utf-16-le") * 100, RATE)


@pytest.fixture
def voice() -> Counting:
    return Counting()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "phrases"


@pytest.fixture
def store(voice: Counting, folder: Path) -> Iterator[PhraseStore]:
    made = PhraseStore(voice, folder, "test voice", PHRASES)
    yield made
    made.close()


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


async def sound(store: PhraseStore, text: str) -> bytes:
    async with aclosing(store.speak(text)) as pieces:
        return b"".join([piece.pcm async for piece in pieces])


async def test_a_phrase_is_made_once_and_sounds_the_same_after_a_restart(
    store: PhraseStore, voice: Counting, folder: Path
) -> None:
    first = await sound(store, "Done.")
    assert await sound(store, "Done.") == first
    again = PhraseStore(voice, folder, "test voice", PHRASES)
    assert await sound(again, "Done.") == first
    again.close()
    assert voice.asked == ["Done."]


async def test_what_is_not_among_the_phrases_never_gets_to_the_disk(
    store: PhraseStore, voice: Counting, folder: Path
) -> None:
    await sound(store, "Your appointment is at the clinic.")
    await sound(store, "Your appointment is at the clinic.")
    assert len(voice.asked) == 2
    assert not files(folder)


async def test_another_voice_has_files_of_its_own(store: PhraseStore, voice: Counting, folder: Path) -> None:
    await sound(store, "Done.")
    other = PhraseStore(voice, folder, "test voice, faster", PHRASES)
    await sound(other, "Done.")
    other.close()
    assert voice.asked == ["Done.", "Done."]
    assert len(files(folder)) == 2


async def test_prepare_makes_what_is_missing(store: PhraseStore, voice: Counting) -> None:
    await sound(store, PHRASES[1])
    await store.prepare()
    assert voice.asked == [PHRASES[1], PHRASES[0], PHRASES[2]]
    await store.prepare()
    assert len(voice.asked) == len(PHRASES)


async def test_a_phrase_broken_off_is_not_kept(store: PhraseStore, folder: Path) -> None:
    async with aclosing(store.speak("Done.")) as pieces:
        await anext(pieces)
    assert not files(folder)


async def test_what_the_voice_raises_is_passed_on_and_not_kept(voice: Counting, folder: Path) -> None:
    store = PhraseStore(voice, folder, "test voice", ["broken"])
    with pytest.raises(EngineError, match="the voice is broken"):
        await sound(store, "broken")
    store.close()
    assert not files(folder)


@pytest.mark.parametrize("left", [0, 20, 43, 44, 100, -2])
async def test_a_damaged_file_is_made_anew(store: PhraseStore, voice: Counting, folder: Path, left: int) -> None:
    whole = await sound(store, "Good night!")
    (file,) = files(folder)
    file.write_bytes(file.read_bytes()[:left])
    assert await sound(store, "Good night!") == whole
    assert await sound(store, "Good night!") == whole
    assert len(voice.asked) == 2


async def test_the_folder_stays_within_its_size(voice: Counting, folder: Path) -> None:
    phrases = [f"Phrase number {number:03}." for number in range(40)]
    store = PhraseStore(voice, folder, "test voice", phrases, size=40_000)
    await store.prepare()
    store.close()
    kept = files(folder)
    assert 0 < sum(file.stat().st_size for file in kept) <= 40_000
    assert all(file.suffix == ".wav" for file in kept)


async def test_a_disk_that_cannot_be_written_costs_only_time(
    voice: Counting, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    store = PhraseStore(voice, tmp_path / "file" / "phrases", "test voice", PHRASES)
    with caplog.at_level(logging.WARNING):
        for phrase in PHRASES:
            assert await sound(store, phrase)
    store.close()
    assert len(caplog.records) == 1
    assert "cannot be kept" in caplog.text
