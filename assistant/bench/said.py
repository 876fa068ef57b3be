"""What is said while measuring: what this house can be told, synthesised, or the household's own manifest."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
import soxr

from assistant.engines.espeak import Espeak
from assistant.errors import DeviceError
from assistant.evaluate import Line
from assistant.listening.noise import Sound, read_sound
from assistant.messages import RATE, IntentSpec, Transcript, Vocabulary
from assistant.phrases.book import PhraseBook
from assistant.phrases.examples import SAID, examples

FOR_NOBODY = (
    "did you remember to post the letter this morning",
    "she said the train was late again because of the snow",
    "i think we should paint the fence before winter comes",
    "the neighbours are having a party on saturday",
    "my sister bought a bicycle from her friend",
    "there was a good film about penguins last week",
    "nobody knows where the cat sleeps at night",
    "the recipe needs two eggs and a little flour",
    "we could walk along the river if it stays dry",
    "he never answers his letters before lunch",
    "the doctor told him to drink more water",
    "our team lost the match by a single goal",
)
"""What must not be acted upon."""

SENTENCES_EACH = 8
"""Sentences of an intent, at most."""

BEFORE, AFTER, ROOM = 0.4, 0.6, 20.0
"""Seconds of silence around a sentence, and the standard deviation of a quiet room's noise in it."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line, and its sound."""

    line: Line
    sound: Sound


async def commands(vocabulary: Vocabulary, most: int) -> list[Line]:
    """Sentences that this house understands when they are typed, a round of all intents after the other."""
    book = PhraseBook()
    await book.learn(vocabulary)
    shelves: list[list[Line]] = []
    for spec in vocabulary.intents:
        lines = []
        for number, sentence in enumerate(examples(spec.templates, SENTENCES_EACH)):
            text = _filled(sentence, spec, number)
            intent = await book.understand(Transcript(text, 1.0, "typed"))
            if intent is not None and intent.name == spec.name and intent.when is None:
                lines.append(Line(text, None, intent.name, dict(intent.slots)))
        shelves.append(lines)
    return [line for row in zip_longest(*shelves) for line in row if line is not None][:most]


async def spoken(lines: Sequence[Line], espeak: Espeak) -> list[Spoken]:
    """With their sound: recordings as they are, words synthesised. Raises DeviceError for a recording that is wrong."""
    return [
        Spoken(line, await read_sound(line.audio) if line.audio else await synthesised(line.said, espeak))
        for line in lines
    ]


async def readable(lines: Sequence[Line]) -> tuple[list[Line], list[str]]:
    """Those whose recordings can be read, and why the others cannot."""
    good, problems = [], []
    for line in lines:
        try:
            if line.audio is not None:
                await read_sound(line.audio)
            good.append(line)
        except DeviceError as error:
            problems.append(str(error))
    return good, problems


async def synthesised(text: str, espeak: Espeak) -> Sound:
    """A sentence in a quiet room. The same sentence always sounds the same."""
    pieces = [(np.frombuffer(piece.pcm, "<i2"), piece.rate) async for piece in espeak.speak(text)]
    rate = pieces[0][1] if pieces else RATE
    said = np.concatenate([pcm for pcm, _ in pieces]) if pieces else np.zeros(0, np.int16)
    words = soxr.resample(said.astype(np.float32), rate, RATE)
    whole = np.concatenate((np.zeros(round(BEFORE * RATE)), words, np.zeros(round(AFTER * RATE))))
    whole += np.random.default_rng(0).normal(0, ROOM, len(whole))
    sound: Sound = np.clip(whole, -32768, 32767).astype(np.int16)
    return sound


def quiet(seconds: float) -> Sound:
    """A quiet room in which nobody speaks."""
    sound: Sound = np.random.default_rng(1).normal(0, ROOM, round(seconds * RATE)).astype(np.int16)
    return sound


def _filled(sentence: str, spec: IntentSpec, number: int) -> str:
    for slot in spec.slots:
        if slot.kind == "choice" and slot.choices:
            choice = slot.choices[number * 7 % len(slot.choices)]
            value = next(iter(examples((choice.spoken,), 1)), choice.value)
        else:
            value = SAID.get(slot.kind, "something")
        sentence = sentence.replace(f"{{{slot.name}}}", value)
    return sentence
