"""Free text that is spoken: any phones while the sentence is looked for, then words of what households talk about."""

from collections.abc import AsyncIterator, Iterator

import pytest

from assistant.engines.acoustic import AcousticModel
from assistant.engines.espeak import Espeak
from assistant.engines.hearth import Hearth
from assistant.messages import IntentSpec, SlotSpec, Transcript, Vocabulary
from assistant.phrases.everyday import everyday
from assistant.phrases.network import compile_network
from tests.engines.test_hearth import Second
from tests.engines.test_sphinx import command, feed

TEXT = SlotSpec("words", "text")
HOUSE = Vocabulary(
    (
        IntentSpec("list.add", ("add {words} to the shopping list",), (TEXT,)),
        IntentSpec("reminder.at", ("remind me to {words} at (noon|midnight)",), (TEXT,)),
        IntentSpec("note.take", ("take a note {words}",), (TEXT,)),
        IntentSpec("light.on", ("turn on the light", "lights on")),
    )
)


@pytest.fixture(scope="module")
def espeak() -> Iterator[Espeak]:
    engine = Espeak()
    yield engine
    engine.close()


@pytest.fixture
async def hearth(espeak: Espeak) -> AsyncIterator[Hearth]:
    engine = Hearth(AcousticModel(), compile_network, espeak.phonemes, free_text=everyday)
    await engine.learn(HOUSE)
    yield engine
    engine.close()


@pytest.mark.parametrize(
    "text",
    [
        "add oat milk and paper towels to the shopping list",
        "remind me to call the plumber at noon",
        "take a note the keys are in the top drawer",
        "turn on the light",
    ],
)
async def test_what_households_talk_about_is_heard(hearth: Hearth, text: str) -> None:
    heard = await hearth.transcribe(feed(command(text)))
    assert heard.text == text
    assert heard.confidence > 0.5


@pytest.mark.parametrize(
    "text",
    [
        "add electromagnetic interference mitigation strategies to the shopping list",
        "the weather in london will be pleasant tomorrow",
        "he walked slowly along the river and thought about his childhood",
    ],
)
async def test_other_words_are_not_made_up(hearth: Hearth, text: str) -> None:
    assert (await hearth.transcribe(feed(command(text)))).confidence < 0.5


async def test_an_answer_may_be_free_text(hearth: Hearth) -> None:
    answer = Vocabulary((IntentSpec("answer.value", ("{words}",), (TEXT,)),))
    heard = await hearth.transcribe(feed(command("feed the cat")), answer)
    assert heard.text == "feed the cat"
    assert heard.confidence > 0.5


async def test_about_free_text_the_second_is_asked_unless_it_is_plain(espeak: Espeak) -> None:
    second = Second(Transcript("", 0.0, "second"))
    engine = Hearth(
        AcousticModel(), compile_network, espeak.phonemes, second, clear=0.0, plain=0.0, free_text=everyday
    )  # all is clear, and nothing plain
    when = IntentSpec("day.plan", ("wake me {moment}",), (SlotSpec("moment", "moment"),))
    await engine.learn(Vocabulary((when, *HOUSE.intents)))
    await engine.transcribe(feed(command("turn on the light")))
    assert not second.asked
    heard = await engine.transcribe(feed(command("remind me to call the plumber at noon")))
    (among,) = second.asked
    assert among is not None
    assert among.likeliest
    assert heard.text == "remind me to call the plumber at noon"
    engine.close()


async def test_without_it_free_text_is_left_to_others(espeak: Espeak) -> None:
    engine = Hearth(AcousticModel(), compile_network, espeak.phonemes)
    await engine.learn(HOUSE)
    heard = await engine.transcribe(feed(command("remind me to call the plumber at noon")))
    assert heard.confidence < 0.5
    engine.close()
