"""Hearth's own recognizer, with the model it ships, on speech that espeak-ng synthesises, and what becomes of doubt."""

import asyncio
import math
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.engines.acoustic import SHIPPED, AcousticModel
from assistant.engines.espeak import Espeak
from assistant.engines.hearth import LONGEST, Hearth
from assistant.engines.sphinx import PocketSphinx
from assistant.errors import EngineError
from assistant.messages import AudioFrame, IntentSpec, SlotSpec, Transcript, Vocabulary
from assistant.phrases.network import Network, compile_network
from tests.engines.test_sphinx import HOUSE, command, feed
from tests.phones import Floats
from tests.sounds import Sound, frames, noise, say, silence

ANSWERS = Vocabulary((IntentSpec("answer.yes", ("yes", "sure")), IntentSpec("answer.no", ("no", "never mind"))))


class Second:
    """A recognizer that is scripted, and remembers what it was asked."""

    name = "second"

    def __init__(self, answer: Transcript) -> None:
        self.answer = answer
        self.asked: list[Vocabulary | None] = []
        self.heard = 0.0
        self.learnt: Vocabulary | None = None
        self.closed = False

    async def transcribe(self, frames: AsyncIterable[AudioFrame], among: Vocabulary | None = None) -> Transcript:
        self.asked.append(among)
        self.heard = sum([frame.seconds async for frame in frames])
        return self.answer

    async def is_whole(self) -> bool:
        return False

    async def learn(self, vocabulary: Vocabulary) -> None:
        self.learnt = vocabulary

    def close(self) -> None:
        self.closed = True


@pytest.fixture(scope="module")
def espeak() -> Iterator[Espeak]:
    engine = Espeak()
    yield engine
    engine.close()


@pytest.fixture
async def hearth(espeak: Espeak) -> AsyncIterator[Hearth]:
    engine = Hearth(AcousticModel(), compile_network, espeak.phonemes)
    await engine.learn(HOUSE)
    yield engine
    engine.close()


@pytest.mark.parametrize(
    "text",
    [
        "turn on the kitchen light",
        "switch the hallway light on",
        "turn on the schlafzimmer lamp",
        "set a timer for ten minutes",
        "what time is it",
    ],
)
async def test_a_sentence_of_the_network_is_recognized(hearth: Hearth, text: str) -> None:
    heard = await hearth.transcribe(feed(command(text)))
    assert heard.text.replace("the ", "") == text.replace("the ", "")
    assert heard.confidence > 0.5
    assert heard.recognizer == "hearth"


@pytest.mark.parametrize(
    "text",
    [
        "the weather in london will be pleasant tomorrow",
        "my grandmother used to bake wonderful apple pies",
        "he walked slowly along the river and thought about his childhood",
    ],
)
async def test_other_speech_is_rejected(hearth: Hearth, text: str) -> None:
    assert (await hearth.transcribe(feed(command(text)))).confidence < 0.5


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
async def test_what_is_no_speech_is_no_command(hearth: Hearth, sound: Sound) -> None:
    assert (await hearth.transcribe(feed(sound))).confidence < 0.5


async def test_speech_in_small_frames_is_heard_as_in_one(hearth: Hearth) -> None:
    sound = command("turn on the kitchen light")
    whole = await hearth.transcribe(feed(sound, (len(sound),)))
    parts = await hearth.transcribe(feed(sound, (160, 1, 1279, 333)))
    assert parts.text == whole.text == "turn on the kitchen light"
    assert parts.confidence == pytest.approx(whole.confidence, abs=0.01)


@pytest.mark.parametrize("text", ["do not turn on the kitchen light", "never switch the hallway light on"])
async def test_what_must_not_be_done_is_not_heard_as_a_command(hearth: Hearth, text: str) -> None:
    assert (await hearth.transcribe(feed(command(text)))).text == text


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("turn on the kitchen light", "en-us+f4"),
        ("turn on the hallway light", "en-gb"),
        ("turn the kitchen light on", "en-us"),
    ],
)
async def test_speech_that_begins_with_the_sound_is_heard_whole(hearth: Hearth, text: str, voice: str) -> None:
    heard = await hearth.transcribe(feed(say(text, voice)))
    assert heard.text.replace(" the", "") == text.replace(" the", ""), "an article may be missing, not the first word"


async def test_half_a_sample_is_no_harm(hearth: Hearth) -> None:
    async def odd() -> AsyncIterator[AudioFrame]:
        for frame in frames(command("what time is it")):
            yield AudioFrame(frame.pcm[:-1], frame.at)

    assert 0.0 <= (await hearth.transcribe(odd())).confidence <= 1.0


async def test_it_can_be_cancelled_and_goes_on(hearth: Hearth) -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[AudioFrame]:
        for frame in frames(command("turn on the kitchen light")):
            yield frame
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(hearth.transcribe(endless()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await hearth.transcribe(feed(command("what time is it")))).text == "what time is it"


async def test_no_more_than_a_command_is_heard_of_endless_sound(hearth: Hearth) -> None:
    taken = 0

    async def hours() -> AsyncIterator[AudioFrame]:
        nonlocal taken
        for _ in range(12):
            taken += 1
            yield AudioFrame(bytes(int(10 * LONGEST) * 32000), 0.0)

    assert (await hearth.transcribe(hours())).confidence < 0.5
    assert taken == 12


async def test_answers_are_heard_among_answers(hearth: Hearth) -> None:
    assert (await hearth.transcribe(feed(command("never mind")), ANSWERS)).text == "never mind"
    assert (await hearth.transcribe(feed(command("what time is it")), ANSWERS)).confidence < 0.5
    assert (await hearth.transcribe(feed(command("what time is it")))).text == "what time is it"


async def test_a_new_vocabulary_takes_the_old_ones_place(hearth: Hearth) -> None:
    await hearth.learn(Vocabulary((IntentSpec("tea.start", ("make some tea",)),)))
    assert (await hearth.transcribe(feed(command("make some tea")))).text == "make some tea"
    assert (await hearth.transcribe(feed(command("what time is it")))).confidence < 0.5


async def test_nothing_to_listen_for_is_nothing_heard(hearth: Hearth) -> None:
    await hearth.learn(Vocabulary())
    assert await hearth.transcribe(feed(command("what time is it"))) == Transcript("", 0.0, "hearth")


async def test_it_says_so_when_it_has_learnt_nothing(espeak: Espeak) -> None:
    engine = Hearth(AcousticModel(), compile_network, espeak.phonemes)
    with pytest.raises(EngineError, match=r"call learn\(\)"):
        await engine.transcribe(feed(silence(1)))
    engine.close()


LIGHTS = Vocabulary((IntentSpec("light.on", ("switch on the (porch|torch|perch|bench) light",)),))


def doubtful(espeak: Espeak, second: Second | PocketSphinx) -> Hearth:
    """One to which nothing is ever clear."""
    return Hearth(AcousticModel(), compile_network, espeak.phonemes, second, clear=math.inf, plain=0.0)


async def test_in_doubt_a_second_recognizer_chooses(espeak: Espeak) -> None:
    second = Second(Transcript("switch on the torch light", 0.9, "second"))
    engine = doubtful(espeak, second)
    await engine.learn(LIGHTS)
    sound = command("switch on the porch light")
    heard = await engine.transcribe(feed(sound))
    assert (heard.text, heard.recognizer) == ("switch on the torch light", "hearth")
    assert second.heard == pytest.approx(len(sound) / 16000)
    everything, among = second.asked
    assert everything is None
    assert among is not None
    weights = {intent.templates[0]: intent.weight for intent in among.intents}
    assert weights["switch on the porch light"] == 1.0 > weights["switch on the torch light"] > 0.0
    engine.close()
    assert second.closed


async def test_what_the_second_recognizer_makes_up_is_no_choice(espeak: Espeak) -> None:
    for answer in (Transcript("", 0.0, "second"), Transcript("will it snow in march", 0.1, "second")):
        second = Second(answer)
        engine = doubtful(espeak, second)
        await engine.learn(LIGHTS)
        heard = await engine.transcribe(feed(command("switch on the porch light")))
        assert heard.text == "switch on the porch light"
        assert second.asked
        engine.close()


async def test_where_little_can_be_said_the_second_may_hear_what_ours_did_not(espeak: Espeak) -> None:
    words = "porch|torch|perch|bench|march|birch|finch|coach|beach|couch|peach|lunch|latch|ditch|match|patch"
    some = Vocabulary((IntentSpec("light.on", (f"switch on the ({words}) [(red|blue)] light",)),))
    second = Second(Transcript("switch on the lunch red light", 1.0, "second"))
    engine = doubtful(espeak, second)
    await engine.learn(some)
    assert second.learnt == some
    await engine.transcribe(feed(command("switch on the porch light")))
    everything, among = second.asked
    assert everything is None
    assert among is not None
    assert "switch on the lunch red light" in {intent.templates[0] for intent in among.intents}
    engine.close()


async def test_a_house_that_grows_leaves_the_second_nothing_to_remember(espeak: Espeak) -> None:
    second = Second(Transcript("", 0.0, "second"))
    engine = Hearth(AcousticModel(), compile_network, espeak.phonemes, second)
    when = IntentSpec("day.plan", ("wake me {moment}",), (SlotSpec("moment", "moment"),))
    much = Vocabulary((when, *HOUSE.intents))
    learnt = []
    for vocabulary in (much, LIGHTS, much):
        await engine.learn(vocabulary)
        learnt.append(second.learnt)
    assert learnt == [None, LIGHTS, Vocabulary()]
    engine.close()


async def test_where_little_can_be_said_the_second_has_the_last_word(espeak: Espeak) -> None:
    engine = doubtful(espeak, Second(Transcript("switch on the porch light", 0.8, "second")))
    await engine.learn(LIGHTS)
    heard = await engine.transcribe(feed(command("please may I have some more tea")))
    assert heard == Transcript("switch on the porch light", 0.8, "hearth")
    engine.close()


async def test_who_agrees_makes_it_surer(espeak: Espeak) -> None:
    heard = []
    for confidence in (0.0, 1.0):
        engine = doubtful(espeak, Second(Transcript("switch on the porch light", confidence, "second")))
        await engine.learn(LIGHTS)
        heard.append((await engine.transcribe(feed(command("switch on the porch light")))).confidence)
        engine.close()
    assert heard[0] < heard[1]


async def test_without_doubt_nobody_is_asked(espeak: Espeak) -> None:
    second = Second(Transcript("set a timer for ten minutes", 1.0, "second"))
    engine = Hearth(AcousticModel(), compile_network, espeak.phonemes, second)
    await engine.learn(HOUSE)
    for sound in (command("turn on the kitchen light"), silence(2), noise(2.0, 3000)):
        await engine.transcribe(feed(sound))
    assert not second.asked
    engine.close()


async def test_pocketsphinx_is_a_second_recognizer(espeak: Espeak) -> None:
    engine = doubtful(espeak, PocketSphinx(compile_network, espeak.phonemes))
    await engine.learn(LIGHTS)
    heard = await engine.transcribe(feed(command("switch on the bench light")))
    assert (heard.text, heard.recognizer) == ("switch on the bench light", "hearth")
    assert heard.confidence > 0.5
    engine.close()


class Broken(AcousticModel):
    """Gives what is no number."""

    def __call__(self, inner: Floats) -> Floats:
        return np.full_like(super().__call__(inner), np.nan)


async def test_numbers_that_are_none_are_an_error_not_a_command(espeak: Espeak) -> None:
    engine = Hearth(Broken(), compile_network, espeak.phonemes)
    await engine.learn(HOUSE)
    with pytest.raises(EngineError, match="no number"):
        await engine.transcribe(feed(command("what time is it")))
    engine.close()


@pytest.mark.parametrize("damage", [b"", b"no network", SHIPPED.read_bytes()[:-1000]], ids=["empty", "other", "cut"])
def test_a_damaged_model_is_an_error(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "ears.onnx"
    file.write_bytes(damage)
    with pytest.raises(EngineError, match="acoustic model"):
        AcousticModel(file)


def too_much(vocabulary: Vocabulary) -> Network:
    """A compiler that cannot do anything with the whole house."""
    if vocabulary == HOUSE:
        raise EngineError("a graph of 99999999 states is too large")
    return compile_network(vocabulary)


async def test_what_cannot_be_searched_is_heard_by_the_second(espeak: Espeak, caplog: pytest.LogCaptureFixture) -> None:
    sphinx = PocketSphinx(compile_network, espeak.phonemes)
    engine = Hearth(AcousticModel(), too_much, espeak.phonemes, sphinx)
    await engine.learn(HOUSE)
    assert "pocketsphinx listens in the place of hearth: a graph of 99999999 states" in caplog.text
    heard = await engine.transcribe(feed(command("what time is it")))
    assert (heard.text, heard.recognizer) == ("what time is it", "pocketsphinx")
    await engine.learn(LIGHTS)
    assert (await engine.transcribe(feed(command("switch on the bench light")))).recognizer == "hearth"
    engine.close()


async def test_alone_it_says_that_it_cannot_and_keeps_what_it_knew(espeak: Espeak) -> None:
    engine = Hearth(AcousticModel(), too_much, espeak.phonemes)
    await engine.learn(LIGHTS)
    with pytest.raises(EngineError, match="99999999"):
        await engine.learn(HOUSE)
    assert (await engine.transcribe(feed(command("switch on the bench light")))).text == "switch on the bench light"
    engine.close()


async def test_words_that_cannot_be_spoken_are_left_out_of_what_is_heard(espeak: Espeak) -> None:
    engine = Hearth(AcousticModel(), compile_network, lambda word: "")
    await engine.learn(Vocabulary((IntentSpec("light.on", ("turn on the (xqzzt|kitchen) light",)),)))
    assert (await engine.transcribe(feed(command("turn on the kitchen light")))).text == "turn on the kitchen light"
    await engine.learn(Vocabulary((IntentSpec("light.on", ("xqzzt",)),)))
    assert (await engine.transcribe(feed(command("turn on the kitchen light")))).text == ""
    engine.close()


async def test_ten_thousand_phrases_are_searched(hearth: Hearth) -> None:
    verbs = ("turn on", "turn off", "dim", "open", "close", "find", "start", "stop", "move", "mute")
    colours = ("red", "green", "blue", "black", "white", "brown", "yellow", "silver", "golden", "purple")
    things = ("lamp", "fan", "radio", "door", "window", "heater", "kettle", "blind", "printer", "mirror")
    rooms = ("kitchen", "bedroom", "hallway", "garage", "cellar", "attic", "garden", "office", "nursery", "study")
    phrases = tuple(f"{v} the {c} {t} in the {r}" for v in verbs for c in colours for t in things for r in rooms)
    await hearth.learn(Vocabulary(tuple(IntentSpec(f"any.of{n}", (p,)) for n, p in enumerate(phrases))))
    heard = await hearth.transcribe(feed(command("open the purple window in the garage")))
    assert heard.text == "open the purple window in the garage"


TIMED = Vocabulary(
    (
        IntentSpec("light.on", ("turn on the kitchen light",)),
        IntentSpec(
            "timer.set", ("set a timer", "set a timer for ten minutes", "set a timer for ten minutes called tea")
        ),
    )
)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("turn on the kitchen light", True),
        ("set a timer for ten minutes called tea", True),
        ("set a timer", False),
        ("set a timer for", False),
        ("set a timer for ten minutes", False),
        ("my grandmother used to bake wonderful apple pies", False),
    ],
)
async def test_a_command_is_whole_where_nothing_more_is_to_be_expected(hearth: Hearth, text: str, whole: bool) -> None:
    await hearth.learn(TIMED)
    answers = []

    async def paused() -> AsyncIterator[AudioFrame]:
        async for frame in feed(command(text)):
            yield frame
        answers.append(await hearth.is_whole())

    assert not await hearth.is_whole(), "nothing was said yet"
    await hearth.transcribe(paused())
    assert answers == [whole]
    assert not await hearth.is_whole(), "it is over"


async def heard_with_pauses(engine: Hearth, *parts: Sound) -> Transcript:
    """What is heard of these parts, after each of which it is asked whether that is whole."""

    async def paused() -> AsyncIterator[AudioFrame]:
        for part in parts:
            for frame in frames(part):
                yield frame
            await engine.is_whole()

    return await engine.transcribe(paused())


async def test_in_a_pause_it_is_decided_ahead_and_silence_changes_nothing(espeak: Espeak) -> None:
    second = Second(Transcript("switch on the torch light", 0.9, "second"))
    engine = doubtful(espeak, second)
    await engine.learn(LIGHTS)
    sound = command("switch on the porch light")
    at_the_end = await engine.transcribe(feed(np.concatenate((sound, noise(0.4)))))
    second.asked.clear()
    heard = await heard_with_pauses(engine, sound, noise(0.4))
    assert heard.text == at_the_end.text == "switch on the torch light"
    assert heard.confidence == pytest.approx(at_the_end.confidence, abs=0.01)
    assert len(second.asked) == 2, "once what it hears by itself, once to choose"
    assert second.heard == pytest.approx(len(sound) / 16000, abs=0.1), "not again, with the silence after it"
    engine.close()


async def test_what_follows_a_pause_is_heard(espeak: Espeak) -> None:
    engine = doubtful(espeak, PocketSphinx(compile_network, espeak.phonemes))
    await engine.learn(TIMED)
    heard = await heard_with_pauses(engine, command("set a timer"), command("for ten minutes"), noise(0.4))
    assert heard.text == "set a timer for ten minutes"
    assert heard.confidence > 0.5
    engine.close()


class Pondering(Second):
    """Does not answer what it is asked first, and counts how often that is given up."""

    given_up = 0

    def __init__(self) -> None:
        super().__init__(Transcript("", 0.0, "second"))
        self.ponders = asyncio.Event()

    async def transcribe(self, frames: AsyncIterable[AudioFrame], among: Vocabulary | None = None) -> Transcript:
        if self.ponders.is_set():
            return self.answer
        self.ponders.set()
        try:
            return await asyncio.Future()
        finally:
            self.given_up += 1


@pytest.fixture
async def pondering(espeak: Espeak) -> AsyncIterator[tuple[Hearth, Pondering]]:
    second = Pondering()
    engine = doubtful(espeak, second)
    await engine.learn(TIMED)
    yield engine, second
    engine.close()


async def test_a_decision_ahead_ends_with_the_turn(pondering: tuple[Hearth, Pondering]) -> None:
    engine, second = pondering

    async def unfinished() -> AsyncIterator[AudioFrame]:
        for frame in frames(command("set a timer")):
            yield frame
        await engine.is_whole()
        await asyncio.Event().wait()

    turn = asyncio.create_task(engine.transcribe(unfinished()))
    await second.ponders.wait()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert second.given_up == 1


async def test_a_decision_ahead_is_given_up_where_more_is_said(pondering: tuple[Hearth, Pondering]) -> None:
    engine, second = pondering

    async def more() -> AsyncIterator[AudioFrame]:
        for frame in frames(command("set a timer")):
            yield frame
        await engine.is_whole()
        await second.ponders.wait()
        for frame in frames(command("for ten minutes")):
            yield frame

    assert (await engine.transcribe(more())).text == "set a timer for ten minutes"
    assert second.given_up == 1


class Failing(Second):
    """Cannot hear the first time."""

    async def transcribe(self, frames: AsyncIterable[AudioFrame], among: Vocabulary | None = None) -> Transcript:
        if not self.asked:
            self.asked.append(among)
            raise EngineError("no memory")
        return await super().transcribe(frames, among)


async def test_what_cannot_be_decided_ahead_is_decided_at_the_end(espeak: Espeak) -> None:
    engine = doubtful(espeak, Failing(Transcript("switch on the torch light", 0.9, "second")))
    await engine.learn(LIGHTS)
    heard = await heard_with_pauses(engine, command("switch on the porch light"), noise(0.4))
    assert heard.text == "switch on the torch light"
    engine.close()
