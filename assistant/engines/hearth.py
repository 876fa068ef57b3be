"""Hearth's own speech recognition: phones from a small neural network, and the likeliest sentence of the word network.

The network hears through the features of the wake word (engines/features.py); its phones (engines/acoustic.py) are
searched for the sentences that this house can be told (engines/kaldi.py). Where the best is not far ahead of the
others, a second recognizer, made in another way, chooses among them: the scores of both count (engines/doubt.py).
"""

import importlib.util
import logging
from collections.abc import AsyncIterable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.concurrency import Worker
from assistant.engines.acoustic import AcousticModel
from assistant.engines.doubt import (
    ALONE,
    DISTINCT,
    SUPPORT,
    Choice,
    again,
    any_phones,
    confidence,
    distinctness,
    limit,
    second_opinion,
)
from assistant.engines.features import Features, Networks
from assistant.engines.free_text import PHONE_PRICE, FreeText
from assistant.engines.kaldi import Path as Sentence
from assistant.engines.kaldi import PhoneSearch
from assistant.engines.telling import Telling
from assistant.errors import EngineError
from assistant.memory import lasting, release
from assistant.messages import BYTES_PER_SECOND, AudioFrame, IntentSpec, Transcript, Vocabulary
from assistant.phrases.graph import FREE_TEXT
from assistant.phrases.network import ANY_PHONE, Network, joined, opened, restrict
from assistant.phrases.phone_graph import PhoneGraph, spell
from assistant.phrases.pronunciation import PHONES, Pronouncing
from assistant.stages import Recognizer

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]

LONGEST = 30.0
"""Seconds of sound after which the rest of an utterance is ignored: no command is that long."""

NETWORK_WEIGHT = 0.5
"""How much the word network's probabilities count beside sound."""

FILLER_PRICE = 4.0
"""Nats for each phone before and after the sentence that belongs to no word of it."""

JOINT_PRICE = 12.0
"""Nats, weighed as the network's, that a second command costs: in noise the end of a first is easily taken for one."""

EVEN = 0.5
"""The confidence of what is as likely right as wrong."""

CLEAR = 5.0
"""Nats by which the best sentence is ahead of the next where nobody else need be asked."""

PLAIN = 0.9
"""The lead below which nobody else is asked, nor any other sentence looked for: of 244 synthetic recordings in a house
of a hundred devices, quiet and at 12 dB, no second opinion below it was a better one."""

CHOICES = 32
"""Sentences that the second recognizer chooses among."""

SPREAD = 9.0
"""Nats by which alternatives in a large network, and the paths to them, may be less likely than the best. All that is
like a sneeze there took 9 s to find with the beam of the search, half a second with this."""

SMALL = 6_000
"""States of a phone graph up to which the second recognizer knows all of it, and what it hears is a choice, too. A
large one would cost it a fifth of the time that the sentence takes, and memory."""


class Hearth:
    """Recognizes what a word network allows, in US English.

    Whatever explains the sound best, without regard to words, is compared with the best sentence: the more it leads,
    the lower is the confidence.
    """

    name = "hearth"

    def __init__(
        self,
        acoustic_model: AcousticModel,
        compile_network: Callable[[Vocabulary], Network],
        phonemes: Callable[[str], str],
        second: Recognizer | None = None,
        *,
        clear: float = CLEAR,
        plain: float = PLAIN,
        networks: Networks | None = None,
        free_text: Callable[[], Network] | None = None,
    ) -> None:
        """`phonemes` gives a word's phonemes in IPA by rule; it is called in the engine's own thread.

        `second` is asked in doubt, and does all the work for a vocabulary that cannot be searched. There is no doubt
        where the best sentence is ahead of the next by `clear` nats, or has a lead below `plain`, or is far from what
        was heard. `networks` are those of the wake word, which saves memory. `free_text` gives what is listened for
        where anything may be said; without it, what has free text is left to a recognizer that knows all words.
        Raises EngineError where the features or the dictionary are missing.
        """
        self._second = second
        self._clear = clear
        self._plain = plain
        self._phones = acoustic_model
        self._compile = compile_network
        self._pronounce = Pronouncing(_dictionary(), phonemes)
        self._features = Features(networks)
        self._worker = Worker("hearth")
        # Learning takes seconds in a large house, and what is being heard meanwhile must not wait for that.
        self._learner = Worker("hearth learns")
        self._free_text = free_text
        self._texts: FreeText | None = None
        self._search: PhoneSearch | None = None
        self._replaced = False
        self._among: tuple[Vocabulary, PhoneSearch] | None = None
        self._hearing: tuple[PhoneSearch, Telling] | None = None

    async def learn(self, vocabulary: Vocabulary) -> None:
        """Compile and load the vocabulary's network. Raises EngineError; the old vocabulary then stays."""
        search: PhoneSearch | None = None
        try:
            search = await self._learner(self._load, vocabulary)
        except EngineError as error:
            if self._second is None:
                raise
            logger.warning("%s listens in the place of %s: %s", self._second.name, self.name, error)
        if self._second is not None and (search is None or search.states <= SMALL):
            await self._second.learn(vocabulary)
        self._search, self._replaced, self._among = search, search is None, None

    async def transcribe(self, frames: AsyncIterable[AudioFrame], among: Vocabulary | None = None) -> Transcript:
        """Listen to frames as they come. Text is empty when nothing was said or nothing fits. Raises EngineError."""
        self._hearing = None
        if self._replaced and self._second is not None:
            return await self._second.transcribe(frames, among)
        search = self._search if among is None else await self._worker(self._narrow, among)
        if search is None:
            raise EngineError("Hearth's recognizer has no vocabulary: call learn() before transcribe()")
        sound = await self._worker(self._begin, search)
        self._hearing = search, sound
        left = int(LONGEST * BYTES_PER_SECOND)
        kept: list[AudioFrame] = []
        async for frame in frames:
            if left > 0:
                await self._worker(self._follow, search, sound, frame.pcm[:left])
                kept.append(frame)
            left -= len(frame.pcm)
        self._hearing = None
        return await self._decided(search, await self._worker(self._heard, search, sound), kept, among)

    async def is_whole(self) -> bool:
        """Whether what it has taken so far is surely a whole command, after which nothing more is to be expected."""
        return self._hearing is not None and await self._worker(self._is_whole, *self._hearing)

    def close(self) -> None:
        """End the threads."""
        self._learner.close()
        self._worker.close()
        if self._second is not None:
            self._second.close()

    def _begin(self, search: PhoneSearch) -> Telling:
        search.begin()
        return Telling(self._features, self._phones)

    def _follow(self, search: PhoneSearch, sound: Telling, pcm: bytes) -> None:
        search.hear(sound.hear(pcm))

    def _load(self, vocabulary: Vocabulary) -> PhoneSearch:
        with lasting():
            if self._free_text is not None and self._texts is None:
                texts = self._free_text()
                release()
                self._texts = FreeText(self._spelled(texts))
            network = joined(self._compile(vocabulary), JOINT_PRICE)
            release()
            return PhoneSearch(self._spelled(network))

    def _spelled(self, network: Network) -> PhoneGraph:
        spoken = self._pronounce(network.words)
        if self._free_text is None:
            heard = restrict(network, spoken)
        else:
            heard = opened(restrict(network, {*spoken, FREE_TEXT}), PHONE_PRICE / NETWORK_WEIGHT)
            spoken = {**spoken, FREE_TEXT: PHONES, ANY_PHONE: PHONES}
        return spell(heard, spoken, NETWORK_WEIGHT, FILLER_PRICE)

    def _narrow(self, among: Vocabulary) -> PhoneSearch:
        if self._among is None or self._among[0] != among:
            self._among = among, PhoneSearch(self._spelled(self._compile(among)))
        return self._among[1]

    async def _decided(
        self, search: PhoneSearch, heard: "_Heard", frames: list[AudioFrame], among: Vocabulary | None
    ) -> Transcript:
        """What was said, with the second recognizer's help where that is in doubt."""
        bound, choices = limit(search.states), heard.choices
        if self._second is None:
            return self._transcript(choices, bound + ALONE)
        # In small networks the second one costs little, and is asked wherever it is not plain.
        enough = bound if search.states > SMALL else self._plain
        clear = len(choices) == 1 or (choices and choices[1].cost - choices[0].cost > self._clear)
        if clear and heard.distinct and choices[0].lead < enough:
            return self._transcript(choices, bound)
        hopeless = not choices or choices[0].lead > bound + SUPPORT
        if hopeless and (search.states > SMALL or not heard.distinct):
            return self._transcript(choices, bound)
        if search.states > SMALL:
            return await self._by_both(self._second, frames, choices, bound)
        own = replace(await self._second.transcribe(again(frames), among), recognizer=self.name)
        return own if hopeless else await self._by_all(self._second, frames, own, heard, bound)

    async def _by_all(
        self, second: Recognizer, frames: list[AudioFrame], own: Transcript, heard: "_Heard", bound: float
    ) -> Transcript:
        """What both choose; where that is more likely wrong, what the second heard by itself, if it is surer."""
        if own.text == heard.choices[0].text:
            return self._transcript(heard.choices, bound + SUPPORT * own.confidence)
        joined = await self._worker(self._joined, own.text, heard)
        if not joined:
            return Transcript("", 0.0, self.name)
        both = await self._by_both(second, frames, joined, bound)
        return own if own.confidence > both.confidence and both.confidence < EVEN else both

    async def _by_both(
        self, second: Recognizer, frames: list[AudioFrame], choices: list[Choice], bound: float
    ) -> Transcript:
        chosen, support = await second_opinion(second, frames, choices)
        return self._transcript([chosen], bound + SUPPORT * support)

    def _joined(self, text: str, heard: "_Heard") -> list[Choice]:
        """The choices and what the second recognizer heard; none where it heard nothing and it is hardly a voice."""
        if not text:
            return heard.choices if heard.distinct else []
        if text in (each.text for each in heard.choices):
            return heard.choices
        search = PhoneSearch(self._spelled(self._compile(Vocabulary((IntentSpec("any.of", (text,)),)))))
        search.hear(heard.telling)
        path = search.best()
        forced = [Choice.of(path, heard.free)] if path is not None and path.text else []
        return sorted((*heard.choices, *forced), key=lambda each: each.cost)

    def _transcript(self, choices: Sequence[Choice], bound: float) -> Transcript:
        if not choices:
            return Transcript("", 0.0, self.name)
        return Transcript(choices[0].text, confidence(bound - choices[0].lead), self.name)

    def _is_whole(self, search: PhoneSearch, sound: Telling) -> bool:
        telling = sound.so_far()
        best = search.likeliest(telling)
        return best is not None and best.ends and Choice.of(best, any_phones(telling)).lead < self._plain

    def _heard(self, search: PhoneSearch, sound: Telling) -> "_Heard":
        """The likeliest sentences: one where that is plain, or none can be meant."""
        search.hear(sound.end())
        telling = sound.frames
        free = any_phones(telling)
        distinct = distinctness(telling) > DISTINCT
        if not distinct and (self._second is None or search.states > SMALL):
            return _Heard(telling, free, distinct, [])
        best = search.best()
        found = [] if best is None or not best.text else self._chosen(search, [best], telling, free)
        if not found:
            return _Heard(telling, free, distinct, [])
        first = found[0]
        hopeless = first.lead > limit(search.states) + SUPPORT
        if self._second is None or first.lead < self._plain or hopeless:
            return _Heard(telling, free, distinct, [first])
        wide = search.states <= SMALL
        several = (
            search.alternatives(telling, CHOICES) if wide else search.alternatives(telling, CHOICES, SPREAD, SPREAD)
        )
        paths = [path for path in several if path.text]
        return _Heard(telling, free, distinct, self._chosen(search, paths, telling, free)[:CHOICES] or [first])

    def _chosen(self, search: PhoneSearch, paths: list[Sentence], rows: Floats, free: float) -> list[Choice]:
        """The sentences with words for free text, the best first: as sure as if these words were in the graph."""
        if self._texts is None:
            return [Choice.of(path, free) for path in paths]
        doubt = limit(search.states) - limit(search.states + self._texts.states)
        worded = self._texts.worded(paths, rows)
        return [Choice.of(path, free, doubt if path.free_text else 0.0) for path in worded]


@dataclass(frozen=True, slots=True)
class _Heard:
    telling: Floats
    """The frames in which something is decided."""
    free: float
    """What any phones cost in them."""
    distinct: bool
    """Whether a voice may have said them."""
    choices: list[Choice]
    """The best first."""


def _dictionary() -> Path:
    """The CMU pronouncing dictionary that comes with PocketSphinx, whose library is not loaded for it."""
    spec = importlib.util.find_spec("pocketsphinx")
    if spec is not None and spec.submodule_search_locations:
        path = Path(spec.submodule_search_locations[0], "model", "en-us", "cmudict-en-us.dict")
        if path.is_file():
            return path
    raise EngineError(
        "The pronouncing dictionary of PocketSphinx is missing. Install it with: pip install pocketsphinx"
    )
