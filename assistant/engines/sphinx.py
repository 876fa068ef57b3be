"""Speech recognition by PocketSphinx over the word network: precise, light, and deaf to all that cannot be said."""

import math
import tempfile
from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pocketsphinx

from assistant.concurrency import Worker
from assistant.errors import EngineError
from assistant.messages import BYTES_PER_SECOND, AudioFrame, Transcript, Vocabulary
from assistant.phrases.network import Network
from assistant.phrases.pronunciation import PHONES, pronounce

LONGEST = 30.0
"""Seconds of sound after which a transcription ignores the rest: no command is that long."""

CHUNK = BYTES_PER_SECOND // 2
"""Bytes decoded in one go, so that a transcription can be cancelled inside a long frame."""

LANGUAGE_WEIGHT = 6.5
SILENCE = 0.005
"""Probability of a pause between two words; PocketSphinx's own default."""

BEAM = 1e-80
WORD_BEAM = 1e-60

LOOP_PHONE = -20.0
"""Natural logarithm of the price of each phone of the free path."""

EVEN = 0.5
STEEPNESS = 8.0
"""The free path's lead, in nats a frame, at which the sentence is as likely right as wrong; how fast that changes."""

_MODEL = Path(pocketsphinx.get_model_path("en-us/en-us"))
_DICTIONARY = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))


class PocketSphinx:
    """Recognizes what the network allows, in US English.

    Beside the network's sentences it follows a free path of any phones in any order. Where that explains the sound
    much better than the best sentence does, the confidence is low.

    `compile_network` makes the network of a vocabulary; `phonemes` gives a word's phonemes in IPA by rule, and is
    called in the engine's own thread.
    """

    name = "pocketsphinx"

    def __init__(self, compile_network: Callable[[Vocabulary], Network], phonemes: Callable[[str], str]) -> None:
        self._compile = compile_network
        self._phonemes = phonemes
        self._worker = Worker("pocketsphinx")
        self._search: _Search | None = None

    async def learn(self, vocabulary: Vocabulary) -> None:
        """Compile and load the vocabulary's network. Raises EngineError; the old vocabulary then stays."""
        self._search = await self._worker(self._load, vocabulary)

    async def transcribe(self, frames: AsyncIterable[AudioFrame]) -> Transcript:
        """Decode frames as they come. Text is empty when nothing was said or nothing fits. Raises EngineError."""
        search = self._search
        if search is None:
            raise EngineError("PocketSphinx has no vocabulary: call learn() before transcribe()")
        await self._worker(search.begin)
        left = int(LONGEST * BYTES_PER_SECOND)
        async for frame in frames:
            for start in range(0, min(left, len(frame.pcm)), CHUNK):
                await self._worker(search.hear, frame.pcm[start : min(start + CHUNK, left)])
            left = max(0, left - len(frame.pcm))
        text, confidence = await self._worker(search.end)
        return Transcript(text, confidence, self.name)

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    def _load(self, vocabulary: Vocabulary) -> "_Search":
        network = self._compile(vocabulary)
        spoken = pronounce(network.words, _DICTIONARY, self._phonemes)
        try:
            return _Search(network, spoken)
        except (RuntimeError, ValueError) as error:
            raise EngineError(
                f"PocketSphinx: a network of {network.states} states cannot be loaded ({error}); check the templates"
            ) from error


class _Search:
    """One decoder with one network. Used in one thread."""

    def __init__(self, network: Network, pronunciations: Mapping[str, tuple[str, ...]]) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".dict") as fillers:
            fillers.writelines(f"{word} SIL\n" for word in ("<s>", "</s>", "<sil>"))
            fillers.writelines(f"{_filler(phone)} {phone}\n" for phone in PHONES)
            fillers.flush()
            self._decoder = pocketsphinx.Decoder(
                hmm=str(_MODEL), lm=None, dict=None, fdict=fillers.name, fsgusefiller=False, bestpath=False,
                beam=BEAM, pbeam=BEAM, wbeam=WORD_BEAM, lw=LANGUAGE_WEIGHT, loglevel="FATAL",
            )  # fmt: skip
        for word, phones in pronunciations.items():
            for number, variant in enumerate(phones, start=1):
                self._decoder.add_word(word if number == 1 else f"{word}({number})", variant, False)
        self._decoder.add_fsg("network", self._graph(network, pronunciations.keys()))
        self._decoder.activate_search("network")
        self._hearing = False

    def _graph(self, network: Network, words: Iterable[str]) -> pocketsphinx.FsgModel:
        loop = network.states
        graph = pocketsphinx.FsgModel("network", self._decoder.get_logmath(), LANGUAGE_WEIGHT, loop + 1)
        unit = math.log(self._decoder.config["logbase"])
        known = set(words)
        for arc in network.arcs:
            if arc.word in known:
                graph.trans_add(arc.source, arc.target, int(arc.weight / unit), graph.word_add(arc.word))
        for source, target, weight in _skips(network):
            graph.null_trans_add(source, target, int(weight / unit))
        for state in range(network.states):
            graph.add_silence("<sil>", state, SILENCE)
        price = int(LOOP_PHONE / unit)
        for filler in ("<sil>", *map(_filler, PHONES)):
            graph.trans_add(network.start, loop, price, graph.word_add(filler))
            graph.trans_add(loop, loop, price, graph.word_add(filler))
        graph.set_start_state(network.start)
        graph.set_final_state(network.final)
        return graph

    def begin(self) -> None:
        """Forget an utterance that was broken off and expect a new one."""
        if self._hearing:
            self._decoder.end_utt()
        self._decoder.start_utt()
        self._hearing = True
        self._frames = 0

    def hear(self, pcm: bytes) -> None:
        """Decode some more sound."""
        pcm = pcm[: len(pcm) // 2 * 2]
        if pcm:
            self._decoder.process_raw(pcm, False, False)

    def end(self) -> tuple[str, float]:
        """What was said, and how sure that is."""
        best = self._decoder.hyp()
        self._decoder.end_utt()
        self._hearing = False
        fits = self._decoder.hyp()
        if fits is None or not fits.hypstr:
            return "", 0.0
        lead = (_nats(best) - _nats(fits)) / max(1, self._decoder.n_frames()) if best is not None else 0.0
        return fits.hypstr, 1 / (1 + math.exp(min(50.0, STEEPNESS * (lead - EVEN))))


def _nats(path: pocketsphinx.Hypothesis) -> float:
    """The logarithm of a path's likelihood, which the library scales down by 2^10 before it takes the exponential."""
    return 1024 * math.log(path.best_score)


def _filler(phone: str) -> str:
    return f"+{phone}+"


def _skips(network: Network) -> Iterator[tuple[int, int, float]]:
    """Every pair of states that arcs without a word connect, directly or not, with the best weight.

    PocketSphinx follows one arc without a word between two words, never two.
    """
    direct: dict[int, dict[int, float]] = {}
    for arc in network.arcs:
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
