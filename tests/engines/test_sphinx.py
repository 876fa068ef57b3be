"""The real recognizer on speech that espeak-ng synthesises: what fits, what does not, and sound nobody should send."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence

import numpy as np
import pytest

from assistant.engines.cepstra import CEPSTRA, Cepstra
from assistant.engines.espeak import Espeak
from assistant.engines.sphinx import LONGEST, PocketSphinx
from assistant.errors import EngineError
from assistant.messages import AudioFrame, Choice, IntentSpec, SlotSpec, Transcript, Vocabulary
from assistant.phrases.network import Arc, Network, compile_network
from tests.sounds import Sound, frames, in_a_room, noise, say, silence

NAMES = ("kitchen light", "schlafzimmer lamp", "hallway light", "gigi's fan")
HOUSE = Vocabulary(
    (
        IntentSpec(
            "light.on",
            ("(turn|switch) on [the] {name}", "(turn|switch) [the] {name} on"),
            (SlotSpec("name", "choice", choices=tuple(Choice(name, name) for name in NAMES)),),
        ),
        IntentSpec("timer.set", ("set a timer for {length}",), (SlotSpec("length", "duration"),)),
        IntentSpec("clock.time", ("what time is it",)),
        IntentSpec("note.take", ("take a note {words}",), (SlotSpec("words", "text"),)),
    )
)


@pytest.fixture(scope="module")
def espeak() -> Iterator[Espeak]:
    engine = Espeak()
    yield engine
    engine.close()


@pytest.fixture
async def sphinx(espeak: Espeak) -> AsyncIterator[PocketSphinx]:
    engine = PocketSphinx(compile_network, espeak.phonemes)
    await engine.learn(HOUSE)
    yield engine
    engine.close()


async def feed(sound: Sound, sizes: Sequence[int] = (1280,)) -> AsyncIterator[AudioFrame]:
    for frame in frames(sound, sizes):
        yield frame


def command(text: str) -> Sound:
    return in_a_room(0.3, say(text), 0.6)


@pytest.mark.parametrize(
    "text",
    [
        "turn on the kitchen light",
        "switch the hallway light on",
        "turn on the schlafzimmer lamp",
        "turn on gigi's fan",
        "set a timer for ten minutes",
        "what time is it",
    ],
)
async def test_a_sentence_of_the_network_is_recognized(sphinx: PocketSphinx, text: str) -> None:
    heard = await sphinx.transcribe(feed(command(text)))
    assert heard.text.replace("the ", "") == text.replace("the ", "")
    assert heard.confidence > 0.6
    assert heard.recognizer == "pocketsphinx"


@pytest.mark.parametrize(
    "text",
    [
        "the weather in london will be pleasant tomorrow",
        "my grandmother used to bake wonderful apple pies",
        "he walked slowly along the river and thought about his childhood",
    ],
)
async def test_other_speech_is_rejected(sphinx: PocketSphinx, text: str) -> None:
    heard = await sphinx.transcribe(feed(command(text)))
    assert heard.confidence < 0.5


async def test_what_sounds_like_a_choice_is_not_taken_for_it(sphinx: PocketSphinx) -> None:
    choice = Vocabulary((IntentSpec("blind.open", ("open the blind",)),), likeliest=True)
    assert (await sphinx.transcribe(feed(command("open the blind")), choice)).confidence > 0.5
    assert (await sphinx.transcribe(feed(command("open reply")), choice)).confidence < 0.5


async def test_speech_in_small_frames_is_heard_as_in_one(sphinx: PocketSphinx) -> None:
    sound = command("turn on the kitchen light")
    whole = await sphinx.transcribe(feed(sound, (len(sound),)))
    parts = await sphinx.transcribe(feed(sound, (160, 1, 1279, 333)))
    assert parts.text == whole.text == "turn on the kitchen light"
    assert parts.confidence == pytest.approx(whole.confidence, abs=0.1)


async def test_cepstra_do_not_depend_on_how_sound_is_cut() -> None:
    sound = command("what time is it").astype("<i2").tobytes()
    whole, parts = Cepstra(), Cepstra()
    rows = [parts.hear(sound[start : start + 78]) for start in range(0, len(sound), 78)]
    np.testing.assert_allclose(np.concatenate(rows), whole.hear(sound), atol=1e-6)


async def test_what_was_heard_before_changes_nothing_that_matters(sphinx: PocketSphinx) -> None:
    await sphinx.transcribe(feed(noise(2.0, 3000)))
    for _ in range(2):
        assert (await sphinx.transcribe(feed(command("what time is it")))).text == "what time is it"


async def test_it_can_be_cancelled_and_goes_on(sphinx: PocketSphinx) -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[AudioFrame]:
        for frame in frames(command("turn on the kitchen light")):
            yield frame
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(sphinx.transcribe(endless()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await sphinx.transcribe(feed(command("what time is it")))).text == "what time is it"


@pytest.mark.parametrize(
    "sound",
    [
        silence(0),
        silence(0.01),
        silence(2),
        np.full(32000, 32767, np.int16),
        np.tile(np.array([32767, -32768], np.int16), 16000),
        noise(2.0, 30),
        noise(2.0, 8000),
    ],
    ids=["nothing", "a hundredth", "silence", "constant", "square", "quiet noise", "loud noise"],
)
async def test_what_is_no_speech_is_no_command(sphinx: PocketSphinx, sound: Sound) -> None:
    heard = await sphinx.transcribe(feed(sound))
    assert 0.0 <= heard.confidence < 0.5


async def test_clipped_speech_is_still_understood(sphinx: PocketSphinx) -> None:
    loud = np.clip(command("turn on the kitchen light").astype(np.int32) * 8, -32768, 32767).astype(np.int16)
    assert (await sphinx.transcribe(feed(loud))).text == "turn on the kitchen light"


async def test_no_more_than_a_command_is_decoded_of_endless_sound(sphinx: PocketSphinx) -> None:
    taken = 0

    async def hours() -> AsyncIterator[AudioFrame]:
        nonlocal taken
        hour = AudioFrame(bytes(int(10 * LONGEST) * 32000), 0.0)
        for _ in range(12):
            taken += 1
            yield hour

    heard = await sphinx.transcribe(hours())
    assert heard.confidence < 0.5
    assert taken == 12


async def test_half_a_sample_is_no_harm(sphinx: PocketSphinx) -> None:
    async def odd() -> AsyncIterator[AudioFrame]:
        for frame in frames(command("what time is it")):
            yield AudioFrame(frame.pcm[:-1], frame.at)

    assert 0.0 <= (await sphinx.transcribe(odd())).confidence <= 1.0


async def test_a_new_vocabulary_takes_the_old_ones_place(sphinx: PocketSphinx) -> None:
    await sphinx.learn(Vocabulary((IntentSpec("tea.start", ("make some tea",)),)))
    assert (await sphinx.transcribe(feed(command("make some tea")))).text == "make some tea"
    assert (await sphinx.transcribe(feed(command("what time is it")))).confidence < 0.5


async def test_it_says_so_when_it_has_learnt_nothing(espeak: Espeak) -> None:
    engine = PocketSphinx(compile_network, espeak.phonemes)
    with pytest.raises(EngineError, match=r"call learn\(\)"):
        await engine.transcribe(feed(silence(1)))
    engine.close()


async def test_nothing_to_listen_for_is_nothing_heard(sphinx: PocketSphinx) -> None:
    await sphinx.learn(Vocabulary())
    assert await sphinx.transcribe(feed(command("what time is it"))) == Transcript("", 0.0, "pocketsphinx")


async def test_arcs_without_words_may_follow_one_another(espeak: Espeak) -> None:
    arcs = (Arc(0, 1, None), Arc(1, 2, None), Arc(2, 3, "hello"), Arc(3, 4, None), Arc(4, 5, None))
    engine = PocketSphinx(lambda _: Network.of(6, 0, 5, arcs), espeak.phonemes)
    await engine.learn(Vocabulary())
    assert (await engine.transcribe(feed(command("hello")))).text == "hello"
    engine.close()


def test_a_cepstral_row_is_finite_whatever_the_sound() -> None:
    for sound in (silence(1), np.full(16000, -32768, np.int16), noise(1, 20000)):
        rows = Cepstra().hear(sound.astype("<i2").tobytes())
        assert rows.shape[1] == CEPSTRA
        assert np.isfinite(rows).all()
