"""Hearth's own speech recognition: phones from a small neural network, and the likeliest sentence of the word network.

The network hears through the features of the wake word (engines/features.py); its phones (engines/acoustic.py) are
searched for the sentences that this house can be told (engines/kaldi.py). Where the best is not far ahead of the
others, a second recognizer, made in another way, chooses among them: the scores of both count (engines/choosing.py).
"""

import logging
from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass, field

from assistant.concurrency import Worker
from assistant.engines.acoustic import AcousticModel
from assistant.engines.ahead import Ahead
from assistant.engines.choosing import CLEAR, PLAIN, SMALL, Choosing, Taken
from assistant.engines.features import Features, Networks
from assistant.engines.free_text import PHONE_PRICE, FreeText
from assistant.engines.installed import pocketsphinx
from assistant.engines.kaldi import PhoneSearch
from assistant.engines.rows import Rows
from assistant.engines.senones import Senones
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

LONGEST = 30.0
"""Seconds of sound after which the rest of an utterance is ignored: no command is that long."""

FIRST_SECONDS = 0.5
"""What begins so soon after all sound did was not waited for: nothing lies before it."""

NETWORK_WEIGHT = 0.5
"""How much the word network's probabilities count beside sound."""

FILLER_PRICE = 4.0
"""Nats for each phone before and after the sentence that belongs to no word of it."""

JOINT_PRICE = 12.0
"""Nats, weighed as the network's, that a second command costs: in noise the end of a first is easily taken for one."""


class Hearth:
    """Recognizes what a word network allows, in US English.

    In a pause it decides ahead what was said before: where only silence follows, it is known when that is certain.
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
        self._phones = acoustic_model
        self._compile = compile_network
        self._pronounce = Pronouncing(pocketsphinx("cmudict-en-us.dict"), phonemes)
        self._features, self._senones = Features(networks), Senones()
        self._worker = Worker("hearth")
        # Learning takes seconds in a large house, and what is being heard meanwhile must not wait for that.
        self._learner = Worker("hearth learns")
        self._choosing = Choosing(self.name, self._worker, second, self._searched, clear, plain)
        self._free_text = free_text
        self._texts: FreeText | None = None
        self._search: PhoneSearch | None = None
        self._replaced = self._taught = False
        self._among: tuple[Vocabulary, PhoneSearch] | None = None
        self._hearing: _Utterance | None = None

    async def learn(self, vocabulary: Vocabulary) -> None:
        """Compile and load the vocabulary's network. Raises EngineError; the old vocabulary then stays."""
        search: PhoneSearch | None = None
        try:
            search = await self._learner(self._load, vocabulary)
        except EngineError as error:
            if self._second is None:
                raise
            logger.warning("%s listens in the place of %s: %s", self._second.name, self.name, error)
        if self._second is not None:
            await self._teach(self._second, vocabulary, whole=search is None or search.states <= SMALL)
        self._search, self._replaced, self._among = search, search is None, None

    async def transcribe(self, frames: AsyncIterable[AudioFrame], among: Vocabulary | None = None) -> Transcript:
        """Listen to frames as they come. Text is empty when nothing was said or nothing fits. Raises EngineError."""
        self._hearing = None
        if self._replaced and self._second is not None:
            return await self._second.transcribe(frames, among)
        search = self._search if among is None else await self._worker(self._narrow, among)
        if search is None:
            raise EngineError("Hearth's recognizer has no vocabulary: call learn() before transcribe()")
        hearing = await self._worker(self._begin, search, among)
        self._hearing = hearing
        left = int(LONGEST * BYTES_PER_SECOND)
        try:
            async for frame in frames:
                if left > 0:
                    await self._worker(self._follow, hearing, frame, left)
                    hearing.frames.append(frame)
                left -= len(frame.pcm)
            self._hearing = None
            return await hearing.ahead.decided(await self._worker(self._whole, hearing))
        finally:
            await hearing.ahead.drop()

    async def is_whole(self) -> bool:
        """Whether what it has taken so far is surely a whole command, after which nothing more is to be expected."""
        hearing = self._hearing
        if hearing is None:
            return False
        taken = await self._worker(self._so_far, hearing)
        if taken.best is not None and taken.best.ends and self._choosing.plain(taken):
            return True
        await hearing.ahead.begin(taken)
        return False

    def close(self) -> None:
        """End the threads."""
        self._learner.close()
        self._worker.close()
        if self._second is not None:
            self._second.close()

    async def _teach(self, second: Recognizer, vocabulary: Vocabulary, *, whole: bool) -> None:
        """What the second need not know by itself it shall not keep in memory."""
        if whole or self._taught:
            await second.learn(vocabulary if whole else Vocabulary())
        self._taught = whole

    def _begin(self, search: PhoneSearch, among: Vocabulary | None) -> "_Utterance":
        search.begin()
        sound = Telling(Rows(self._features, self._senones), self._phones)
        return _Utterance(search, among, sound, Ahead(self._choosing))

    def _follow(self, hearing: "_Utterance", frame: AudioFrame, most: int) -> None:
        if not hearing.frames and frame.at < FIRST_SECONDS:
            hearing.sound.lead_in()
        hearing.search.hear(hearing.sound.hear(frame.pcm[:most]))

    def _so_far(self, hearing: "_Utterance") -> Taken:
        telling = hearing.sound.so_far()
        best = hearing.search.likeliest(telling)
        return Taken(hearing.search, self._texts, hearing.among, tuple(hearing.frames), telling, best)

    def _whole(self, hearing: "_Utterance") -> Taken:
        hearing.search.hear(hearing.sound.end())
        telling, best = hearing.sound.frames, hearing.search.best()
        return Taken(hearing.search, self._texts, hearing.among, tuple(hearing.frames), telling, best)

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

    def _searched(self, text: str) -> PhoneSearch:
        return PhoneSearch(self._spelled(self._compile(Vocabulary((IntentSpec("any.of", (text,)),)))))


@dataclass(slots=True)
class _Utterance:
    """What is being heard."""

    search: PhoneSearch
    among: Vocabulary | None
    sound: Telling
    ahead: Ahead
    frames: list[AudioFrame] = field(default_factory=list)
