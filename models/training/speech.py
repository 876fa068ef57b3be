"""Clean synthetic speech with its phones, in files that are made once: `speech/00000.npz` and so on."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pocketsphinx
from numpy.typing import NDArray

from assistant.engines.espeak import Espeak
from assistant.phrases.pronunciation import PHONES, arpabet
from models.training import labels, voices
from models.training.files import replace
from models.training.sentences import Sentences, plain

PER_FILE = 200
"""Sentences in a file."""
VOCABULARY = 20_000
"""Words drawn from the dictionary, of which those stay that espeak-ng says nearly as it does."""
PAUSES = 0.05
"""How often a word is followed by a pause."""

DICTIONARY = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence."""

    text: str
    voice: str
    phones: NDArray[np.uint8]
    """Numbers of phones, as `labels.NUMBERS` has them."""
    sound: NDArray[np.int16]
    """At 16 kHz."""


class Speaker:
    """Speaks sentences and tells their phones."""

    def __init__(self) -> None:
        self._dictionary = labels.read(DICTIONARY.read_text("utf-8").splitlines())
        self._espeak = Espeak()

    def words(self, seed: int, drawn_from: int = VOCABULARY) -> list[str]:
        """Words for coverage, whose spelling says how they sound."""
        chance = random.Random(seed)
        drawn = chance.sample(plain(sorted(self._dictionary)), drawn_from)
        return [word for word in drawn if 2 < len(word) < 12 and self._nearest([word])[0] <= 1]

    def speak(
        self, sentences: Sequence[Sequence[str]], who: Sequence[voices.Voice], chance: random.Random
    ) -> Iterator[Spoken]:
        """Those of the sentences that can be spoken and whose phones are known. Some words are followed by a pause."""
        known = [all(word in self._dictionary for word in sentence) for sentence in sentences]
        chosen = [pair for pair, every in zip(zip(sentences, who, strict=True), known, strict=True) if every]
        pauses = [[word + "," * (chance.random() < PAUSES) for word in sentence] for sentence, _ in chosen]
        sounds = voices.say([(" ".join(said), voice) for said, (_, voice) in zip(pauses, chosen, strict=True)])
        for (sentence, voice), sound in zip(chosen, sounds, strict=True):
            if len(sound):
                phones = np.array([labels.NUMBERS[phone] for phone in self._nearest(sentence)[1]], np.uint8)
                yield Spoken(" ".join(sentence), voice.name, phones, (sound * 32767).astype(np.int16))

    def _nearest(self, words: Sequence[str]) -> tuple[float, tuple[str, ...]]:
        said = arpabet(self._espeak.phonemes(" ".join(words))).split()
        return labels.nearest(words, self._dictionary, [phone for phone in said if phone in PHONES])


def sentences(folder: Path, seed: int, count: int, houses: int) -> list[tuple[str, ...]]:
    """The first sentences of this seed, kept in a file."""
    file = folder / f"sentences-{seed}-{houses}-{count}.txt"
    if not file.exists():
        words = Speaker().words(seed, min(VOCABULARY, 10 * count))
        drawn = islice(Sentences(seed, words, houses), count)
        replace(file, lambda to: to.write_text("\n".join(map(" ".join, drawn)), "utf-8"))
    return [tuple(line.split()) for line in file.read_text("utf-8").splitlines()]


def make(folder: Path, number: int, said: Sequence[tuple[str, ...]], seed: int, held_out: bool = False) -> Path:
    """Speak the sentences of one file, unless it exists."""
    file = folder / f"{number:05}.npz"
    if not file.exists():
        chance = random.Random(f"{seed} {number}")
        if held_out:
            who = [voices.varied(chance.choice(voices.HELD_OUT), chance) for _ in said]
        else:
            who = [voices.draw(chance) for _ in said]
        spoken = list(Speaker().speak(said, who, chance))
        replace(file, lambda to: save(to, spoken))
    return file


def save(file: Path, spoken: Sequence[Spoken]) -> None:
    """Write one file."""
    with file.open("wb") as to:
        np.savez(
            to,
            texts=[each.text for each in spoken],
            voices=[each.voice for each in spoken],
            phones=np.concatenate([each.phones for each in spoken]),
            phone_ends=np.cumsum([len(each.phones) for each in spoken]),
            sound=np.concatenate([each.sound for each in spoken]),
            sound_ends=np.cumsum([len(each.sound) for each in spoken]),
        )


def load(file: Path) -> list[Spoken]:
    """Read one file."""
    with np.load(file) as kept:
        phones = np.split(kept["phones"], kept["phone_ends"][:-1])
        sounds = np.split(kept["sound"], kept["sound_ends"][:-1])
        return [
            Spoken(str(text), str(voice), spelt, sound)
            for text, voice, spelt, sound in zip(kept["texts"], kept["voices"], phones, sounds, strict=True)
        ]
