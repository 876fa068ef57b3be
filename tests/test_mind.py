"""Which guesses are acted upon, which are asked about, and which are none."""

from collections.abc import AsyncGenerator

import pytest

from assistant import testing
from assistant.conversation.chat import Chat
from assistant.errors import EngineError
from assistant.events import Event, Failed, Observers
from assistant.hands import Hands
from assistant.messages import Intent, Transcript, Vocabulary
from assistant.mind import LEFT, NOT_UNDERSTOOD, Mind
from assistant.phrases.book import PhraseBook
from assistant.stages import Talker
from skills import light, timer


class Guesser:
    """An understander that guesses the same intent whatever is said."""

    name = "guesser"

    def __init__(self, guess: Intent | Exception | None) -> None:
        self.guess = guess
        self.asked = 0

    async def understand(self, transcript: Transcript) -> Intent | None:
        self.asked += 1
        if isinstance(self.guess, Exception):
            raise self.guess
        return self.guess

    async def learn(self, vocabulary: Vocabulary) -> None:
        self.learnt = vocabulary

    async def ready(self) -> None:
        if isinstance(self.guess, EngineError) and self.asked == 0:
            raise self.guess

    async def close(self) -> None:
        self.guess = None


def guess(confidence: float) -> Intent:
    return Intent("light.on", {"light": "lamp"}, confidence, "guesser", "let there be a lamp")


class Chatterbox:
    """Says what it was given, sentence by sentence."""

    def __init__(self, *says: str | EngineError) -> None:
        self.says = says
        self.heard: list[str] = []

    async def talk(self, text: str) -> AsyncGenerator[str, None]:
        self.heard.append(text)
        for sentence in self.says:
            if isinstance(sentence, EngineError):
                raise sentence
            yield sentence


async def mind(
    *guessers: Guesser, events: list[Event] | None = None, talker: Talker | None = None
) -> tuple[Mind, Hands]:
    hands = (await testing.assistant(light.skill, timer.skill, house=testing.house({"": {"lamp": "light"}}))).hands
    made = Mind(
        [PhraseBook(), *guessers],
        hands,
        Observers([events.append] if events is not None else []),
        threshold=0.5,
        ask_threshold=0.35,
        talker=talker,
    )
    await made.learn()
    await made.prepare()
    return made, hands


async def say(mind: Mind, text: str, confidence: float = 1.0) -> str:
    _, response = await mind.answer(Transcript(text, confidence, "test"))
    return response.text


async def test_the_phrase_book_is_asked_first_and_the_next_only_if_it_does_not_know() -> None:
    guesser = Guesser(guess(0.9))
    made, _ = await mind(guesser)
    assert await say(made, "turn on the lamp") == "The lamp is on."
    assert guesser.asked == 0
    assert await say(made, "let there be a lamp") == "The lamp was already on."
    assert guesser.asked == 1


@pytest.mark.parametrize(("answer", "end"), [("yes please", "The lamp is on."), ("no", LEFT), ("never mind", LEFT)])
async def test_a_fair_guess_is_asked_about(answer: str, end: str) -> None:
    guesser = Guesser(guess(0.4))
    made, _ = await mind(guesser)
    record, response = await made.answer(Transcript("some light perhaps", 1.0, "test"))
    assert response.text == "Did you mean: turn on the lamp?"
    assert response.question is not None
    assert record.action is None
    guesser.guess = None
    assert await say(made, answer) == end
    assert await say(made, "yes") == NOT_UNDERSTOOD, "a question is answered once"


async def test_another_command_is_as_good_as_a_no() -> None:
    guesser = Guesser(guess(0.4))
    made, _ = await mind(guesser)
    await say(made, "some light perhaps")
    assert await say(made, "turn off the lamp") == "The lamp was already off."


async def test_a_poor_guess_and_a_poor_transcript_are_none() -> None:
    made, _ = await mind(Guesser(guess(0.1)))
    assert await say(made, "some light perhaps") == NOT_UNDERSTOOD
    assert await say(made, "turn on the lamp", confidence=0.2) == NOT_UNDERSTOOD
    assert await say(made, "") == NOT_UNDERSTOOD


async def test_what_is_asked_names_the_values() -> None:
    ten = Intent("timer.set", {"length": 600}, 0.4, "guesser", "")
    made, _ = await mind(Guesser(ten))
    assert "10 minutes" in await say(made, "something about minutes")


async def test_an_understander_that_fails_costs_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    events: list[Event] = []
    made, _ = await mind(Guesser(EngineError("no memory")), Guesser(guess(0.9)), events=events)
    assert await say(made, "some light perhaps") == "The lamp is on."
    assert [event.error for event in events if isinstance(event, Failed)] == ["no memory"]
    assert "no memory" in caplog.text


async def test_who_chats_is_asked_last_and_does_nothing() -> None:
    talker = Chatterbox("Paris is.", "It lies on the Seine.")
    made, _ = await mind(Guesser(None), talker=talker)
    assert await say(made, "turn on the lamp") == "The lamp is on."
    assert talker.heard == []
    record, response = await made.answer(Transcript("what is the capital of France", 1.0, "test"))
    assert isinstance(response, Chat)
    assert await response.whole() == "Paris is. It lies on the Seine."
    assert (record.intent, record.action, record.answer) == (None, None, "Paris is.")


@pytest.mark.parametrize("talker", [None, Chatterbox(), Chatterbox(EngineError("broken"))])
async def test_where_nobody_has_anything_to_say_it_was_not_understood(talker: Talker | None) -> None:
    made, _ = await mind(Guesser(None), talker=talker)
    assert await say(made, "what is the capital of France") == NOT_UNDERSTOOD


async def test_nobody_chats_about_words_that_may_be_wrong() -> None:
    talker = Chatterbox("Indeed.")
    made, _ = await mind(Guesser(None), talker=talker)
    assert await say(made, "blah from the television", confidence=0.3) == NOT_UNDERSTOOD
    assert talker.heard == []
