"""Speech recognition by PocketSphinx over the word network: precise, light, and deaf to all that cannot be said."""

import math
import os
import tempfile
from collections.abc import AsyncIterable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pocketsphinx

from assistant.concurrency import Worker
from assistant.engines.cepstra import CEPSTRA, FRAMES_PER_SECOND, TYPICAL, Cepstra, Floats
from assistant.errors import EngineError
from assistant.memory import lasting
from assistant.messages import BYTES_PER_SECOND, AudioFrame, Transcript, Vocabulary
from assistant.phrases.network import Network, joined, restrict
from assistant.phrases.pronunciation import PHONES, Pronouncing

LONGEST = 30.0
"""Seconds of sound after which the rest of an utterance is ignored: no command is that long."""

CHUNK = BYTES_PER_SECOND // 2
"""Bytes decoded in one go, so that a transcription can be cancelled inside a long frame."""

LANGUAGE_WEIGHT = 6.5
"""How much the library's own penalties for words and pauses count beside sound: its default."""

NETWORK_WEIGHT = 2.0
"""How much the network's probabilities count beside sound, whose frames are far from independent of each other."""

PAUSE = 0.005
"""Probability of a pause between two words; the library's default."""

BEAM, WORD_BEAM = 1e-84, 1e-64
"""Paths less likely than the best by this factor are given up. The remainder of a wake word before a command costs the
right path about 1e-75: narrower beams lose the command behind it, wider ones cost more and find no more."""

MOST_PHONES = 8000
"""Phones that are followed at once in one frame. With more, beams are narrowed: it bounds the cost of a large house,
and loses sentences long before that (2,500 lost one of three short commands, 8,000 none)."""

PHONE_PRICE = -15.0
"""Logarithm of what each phone of the free path costs."""

PHONE_PRICE_LIKELIEST = -10.0
"""The same where it is given the likeliest of very much: with -15 the free path hardly ever leads."""

EVEN, STEEPNESS = 0.55, 8.0
"""The free path's lead in nats a frame of speech at which the sentence is as likely right as wrong, and the steepness
of confidence there."""

AT_ONCE = 4
"""Frames, 10 ms each, that the library is given at once."""

SHORTEST = 20
"""Frames: words that take less are judged as if they took as long."""

_NETWORK = "network"
"""What a decoder calls the only network it has."""

_UNSPOKEN = ("<sil>", "(NULL)")
"""Pauses, and arcs without a word, in the library's writing."""

_MODEL = Path(pocketsphinx.get_model_path("en-us/en-us"))
_DICTIONARY = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))


class PocketSphinx:
    """Recognizes what a word network allows, in US English.

    Beside the network's sentences it follows a free path of any phones in any order. The more that explains the sound
    better than the best sentence does, the lower is the confidence; where it does by far, there is no text at all.

    Arcs that stand for free text (`network.FREE_TEXT`) are not followed: what is said there is left to a recognizer
    that knows all words.

    What it is told to listen for `among`, it learns for that one time: the decoder, of 7 MB, is made in 13 ms.
    """

    name = "pocketsphinx"

    def __init__(self, compile_network: Callable[[Vocabulary], Network], phonemes: Callable[[str], str]) -> None:
        """`phonemes` gives a word's phonemes in IPA by rule; it is called in the engine's own threads."""
        self._compile = compile_network
        self._pronounce = Pronouncing(_DICTIONARY, phonemes)
        self._worker = Worker("pocketsphinx")
        # Learning takes seconds in a large house, and what is being heard meanwhile must not wait for that.
        self._learner = Worker("pocketsphinx learns")
        self._search: _Search | None = None
        self._mean = _Mean()

    async def is_whole(self) -> bool:
        """It cannot tell."""
        return False

    async def learn(self, vocabulary: Vocabulary) -> None:
        """Compile and load the vocabulary's network. Raises EngineError; the old vocabulary then stays."""
        self._search = await self._learner(self._load, vocabulary, True)

    async def transcribe(self, frames: AsyncIterable[AudioFrame], among: Vocabulary | None = None) -> Transcript:
        """Decode frames as they come. Text is empty when nothing was said or nothing fits. Raises EngineError."""
        search = self._search if among is None else await self._worker(self._load, among, False)
        if search is None:
            raise EngineError("PocketSphinx has no vocabulary: call learn() before transcribe()")
        await self._worker(search.begin)
        left = int(LONGEST * BYTES_PER_SECOND)
        async for frame in frames:
            for start in range(0, min(left, len(frame.pcm)), CHUNK):
                await self._worker(search.hear, frame.pcm[start : min(start + CHUNK, left)])
            left = max(0, left - len(frame.pcm))
        heard = await self._worker(search.end)
        return Transcript(heard.text, heard.confidence, self.name)

    def close(self) -> None:
        """End the threads."""
        self._learner.close()
        self._worker.close()

    def _load(self, vocabulary: Vocabulary, several: bool) -> "_Search":
        """`several`: commands may follow one another; of answers one alone is given."""
        network = self._compile(vocabulary)
        if several:
            network = joined(network)
        spoken = self._pronounce(network.words)
        network = restrict(network, spoken)
        try:
            with lasting():
                price = PHONE_PRICE_LIKELIEST if vocabulary.likeliest else PHONE_PRICE
                return _Search(network, spoken, self._mean, price)
        except (RuntimeError, ValueError) as error:
            raise EngineError(
                f"PocketSphinx cannot load a network of {network.states} states: {error}; check the sentence templates"
            ) from error


@dataclass(frozen=True, slots=True)
class _Heard:
    text: str
    lead: float
    """How much better the free path is, in nats for each frame of the words."""

    @property
    def confidence(self) -> float:
        return 1 / (1 + math.exp(min(50.0, STEEPNESS * (self.lead - EVEN)))) if self.text else 0.0


class _Search:
    """A decoder with a network, for use in one thread. `mean` is carried from one utterance to the next."""

    def __init__(
        self, network: Network, pronunciations: Mapping[str, tuple[str, ...]], mean: "_Mean", phone_price: float
    ) -> None:
        self._phone_price = phone_price
        self._decoder = _decoder()
        self._cepstra = Cepstra()
        self._mean = mean
        self._hearing = False
        for word, variants in pronunciations.items():
            for number, phones in enumerate(variants, start=1):
                self._decoder.add_word(word if number == 1 else f"{word}({number})", phones, False)
        self._decoder.add_fsg(_NETWORK, self._graph(network, pronunciations))
        self._decoder.activate_search(_NETWORK)

    def begin(self) -> None:
        """Forget an utterance that was broken off and expect a new one."""
        self._break_off()
        self._decoder.start_utt()
        self._hearing = True
        self._cepstra.reset()
        self._mean.begin()

    def _break_off(self) -> None:
        if self._hearing:
            self._decoder.end_utt()
        self._hearing = False

    def hear(self, pcm: bytes) -> None:
        """Decode some more sound, or keep it until the mean is known well enough."""
        self._decode(self._mean.hear(self._cepstra.hear(pcm)))

    def end(self) -> _Heard:
        """What was said, if it fits, and how well."""
        self._decode(self._mean.end())
        free = self._decoder.hyp()
        self._decoder.end_utt()
        self._hearing = False
        fits = self._decoder.hyp()
        if fits is None or free is None or not fits.hypstr:
            return _Heard("", math.inf)
        spoken = sum(
            each.end_frame - each.start_frame + 1 for each in self._decoder.seg() if each.word not in _UNSPOKEN
        )
        return _Heard(fits.hypstr, (_nats(free) - _nats(fits)) / max(SHORTEST, spoken))

    def _decode(self, cepstra: Floats) -> None:
        # In pieces: the library lets no other thread run while it decodes, and needs seconds in a house of 500 devices.
        for start in range(0, len(cepstra), AT_ONCE):
            piece = cepstra[start : start + AT_ONCE]
            self._decoder.process_cep(piece.astype("<f4").tobytes(), False, False)

    def _graph(self, network: Network, known: Mapping[str, object]) -> pocketsphinx.FsgModel:
        free = network.states
        graph = pocketsphinx.FsgModel(_NETWORK, self._decoder.get_logmath(), LANGUAGE_WEIGHT, free + 1)
        unit = math.log(self._decoder.config["logbase"])
        scale = NETWORK_WEIGHT / unit
        for arc in network.each_arc():
            if arc.word in known:
                graph.trans_add(arc.source, arc.target, int(arc.weight * scale), graph.word_add(arc.word))
        for source, target, weight in _skips(network):
            graph.null_trans_add(source, target, int(weight * scale))
        for state in range(network.states):
            graph.add_silence("<sil>", state, PAUSE)
        price = int(self._phone_price / unit)
        for filler in ("<sil>", *map(_filler, PHONES)):
            graph.trans_add(network.start, free, price, graph.word_add(filler))
            graph.trans_add(free, free, price, graph.word_add(filler))
        graph.set_start_state(network.start)
        graph.set_final_state(network.final)
        return graph


class _Mean:
    """Takes from each row the mean of the utterance so far, as the acoustic model wants it.

    A row waits until AHEAD more have come: the mean of a first second alone, much of it silence, is far from that of
    the whole. All but the loudness is also what microphone, room and voice have in common from one utterance to the
    next: the mean of earlier ones counts like CARRIED rows.
    """

    AHEAD = FRAMES_PER_SECOND * 3 // 2
    CARRIED = 100

    def __init__(self) -> None:
        self._carried = np.array(TYPICAL)
        self._weight = np.full(CEPSTRA, float(self.CARRIED))
        self._weight[0] = 0.0
        self.begin()

    def begin(self) -> None:
        self._sum = np.zeros(CEPSTRA)
        self._rows = 0
        self._waiting = np.zeros((0, CEPSTRA))

    def hear(self, rows: Floats) -> Floats:
        self._sum += rows.sum(axis=0)
        self._rows += len(rows)
        self._waiting = np.concatenate((self._waiting, rows))
        return self._release(len(self._waiting) - self.AHEAD)

    def end(self) -> Floats:
        rows = self._release(len(self._waiting))
        if self._rows:
            self._carried = self._now()
        return rows

    def _release(self, count: int) -> Floats:
        if count <= 0:
            return self._waiting[:0]
        rows, self._waiting = self._waiting[:count] - self._now(), self._waiting[count:]
        return rows

    def _now(self) -> Floats:
        mean: Floats = (self._sum + self._weight * self._carried) / (self._rows + self._weight)
        return mean


def _decoder() -> pocketsphinx.Decoder:
    """A decoder that takes cepstra as they are, with an empty dictionary and each phone as a filler word."""
    with tempfile.NamedTemporaryFile("w", suffix=".dict") as fillers:
        fillers.writelines(f"{word} SIL\n" for word in ("<s>", "</s>", "<sil>"))
        fillers.writelines(f"{_filler(phone)} {phone}\n" for phone in PHONES)
        fillers.flush()
        return pocketsphinx.Decoder(
            hmm=str(_MODEL),
            # The model's own feat.params would win over these and have the library normalize the mean.
            featparams=os.devnull, feat="1s_c_d_dd", svspec="0-12/13-25/26-38", cmn="none", agc="none",
            lm=None, dict=None, fdict=fillers.name, fsgusefiller=False,
            lw=LANGUAGE_WEIGHT, beam=BEAM, pbeam=BEAM, wbeam=WORD_BEAM, maxhmmpf=MOST_PHONES, bestpath=False,
            loglevel="FATAL",
        )  # fmt: skip


def _filler(phone: str) -> str:
    return f"+{phone}+"


def _nats(path: pocketsphinx.Hypothesis) -> float:
    """The logarithm of a path's likelihood, which the library divides by 2^10 before it takes the exponential."""
    return 1024 * math.log(path.best_score)


def _skips(network: Network) -> Iterator[tuple[int, int, float]]:
    """Every pair of states that arcs without a word connect, directly or not, with the best weight.

    PocketSphinx follows one arc without a word between two words, never two.
    """
    direct: dict[int, dict[int, float]] = {}
    for arc in network.each_arc():
        if arc.word is None:
            onward = direct.setdefault(arc.source, {})
            onward[arc.target] = max(arc.weight, onward.get(arc.target, -math.inf))
    for source in direct:
        best: dict[int, float] = {}
        todo = [(source, 0.0)]
        while todo:
            state, weight = todo.pop()
            for target, step in direct.get(state, {}).items():
                if weight + step > best.get(target, -math.inf):
                    best[target] = weight + step
                    todo.append((target, weight + step))
        yield from ((source, target, weight) for target, weight in best.items())
