"""A sample of the tables, spoken by espeak-ng, through the real recognizer in a house of a hundred devices."""

from collections.abc import AsyncIterator

from assistant.engines.acoustic import AcousticModel
from assistant.engines.espeak import Espeak
from assistant.engines.hearth import Hearth
from assistant.messages import AudioFrame
from assistant.phrases.book import PhraseBook
from assistant.phrases.network import compile_network
from tests import sounds
from tests.skills.shipped import vocabulary
from tests.skills.test_utterances import CASES, TODAY

SAMPLE = [case for case in CASES if case[0]][::36]
RIGHT = 0.8
"""A single synthetic voice, in noise, among everything that this house can be told."""


async def test_what_is_typed_can_be_said() -> None:
    espeak = Espeak()
    recognizer = Hearth(AcousticModel(), compile_network, espeak.phonemes)
    book = PhraseBook(today=lambda: TODAY)
    await recognizer.learn(vocabulary())
    await book.learn(vocabulary())

    async def heard(sentence: str) -> AsyncIterator[AudioFrame]:
        for frame in sounds.frames(sounds.in_a_room(0.3, sounds.say(sentence), 0.3)):
            yield frame

    wrong = []
    for intent, sentence, slots in SAMPLE:
        transcript = await recognizer.transcribe(heard(sentence))
        understood = await book.understand(transcript)
        if understood is None or (understood.name, dict(understood.slots)) != (intent, slots):
            wrong.append((sentence, transcript.text))
    recognizer.close()
    espeak.close()
    assert len(wrong) <= (1 - RIGHT) * len(SAMPLE), wrong
