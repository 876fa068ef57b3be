"""What the recognisers make of speech that nobody trained on, each by itself: commands, what is none, and the cost."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.table import Table

from assistant.app import assemble
from assistant.config import load
from assistant.devices.files import FileSpeaker
from assistant.endpoint import Endpointing
from assistant.engines.openwakeword import OpenWakeWord
from assistant.engines.silero import Silero
from assistant.evaluate import Gold, Score, read_manifest, trials
from assistant.lineup import Lineup
from assistant.listening.noise import Recording, Sound, read_sound
from assistant.listening.silence import without_silence
from assistant.listening.usual import expecting
from assistant.messages import RATE, AudioFrame, Intent, Transcript
from assistant.phrases.book import PhraseBook
from assistant.phrases.words import spelled
from assistant.stages import Recognizer
from models.training import voices
from tests.skills.shipped import NAMES, vocabulary
from tests.skills.test_utterances import CASES, TODAY

SNRS = (24.0, 18.0, 12.0, 6.0)
VOICES = ("flite rms", "festival ked_diphone", "espeak en-gb-x-rp+Michael")
"""None of them was trained on, and each is of another engine."""
BEFORE, AFTER, FLOOR = 0.4, 0.8, 10.0
"""Seconds of quiet around a sentence, and the mean amplitude of its noise."""
COFFEE = Path(__file__).parents[2] / "benchmarks" / "coffee"
LONGEST = 12.0
"""Seconds of a recording without a command that are listened to: what is longer than that is no command."""


async def coffee(data: Path, every: int, engines: Sequence[str]) -> Table:
    """People order coffee in a kitchen: commands of which the intent and all slots are right / and no other slot."""
    folder = data / "coffee_dev"
    lines = read_manifest(folder / "manifest.jsonl")[::every]
    noise = await read_sound(folder / "kitchen.flac")
    table = Table(
        f"{len(lines)} coffee orders by people: right / no slot made up",
        *("clean", *(f"{snr:.0f} dB" for snr in SNRS), "mean"),
    )
    for engine in engines:
        told = [f"skills.disabled=[{','.join(NAMES)}]", f"recognition.engines=[{engine}]"]
        async with assemble(load(None, told), FileSpeaker(None), folders=[COFFEE]) as assistant:
            gold = Gold(await assistant.hands.vocabulary())
            clean = Score([each async for each in trials(assistant, gold, lines)])
            noisy = Score([each async for each in trials(assistant, gold, lines, noise, SNRS)])
        table.add_row(engine, _both(clean), *map(_both, noisy.by_snr.values()), _both(noisy))
    return table


def _both(score: Score) -> str:
    return f"{100 * (score.acceptance or 0):.1f} / {100 * (score.exact or 0):.1f}"


@dataclass(slots=True)
class _Heard:
    """What came of some sentences."""

    said: int = 0
    right: int = 0
    """Whatever the confidence."""
    sure: int = 0
    """Right, and confident enough to be acted upon."""
    wrong: list[str] = field(default_factory=list)
    """Acted upon, and something else was said."""

    def __str__(self) -> str:
        return f"{100 * self.sure / max(self.said, 1):.1f} %" if self.said else "–"


class House:
    """A house of a hundred devices with all shipped skills, and those who listen in it."""

    def __init__(self, engines: Sequence[str]) -> None:
        self._engines = engines
        self._vad = Silero()
        self._book = PhraseBook(today=lambda: TODAY)
        self._threshold = load().recognition.threshold

    async def commands(self, every: int) -> Table:
        """What can be typed, said in voices that are held out. A right sentence is read as if it had been typed."""
        table = Table(
            "house of 100: utterance tables, heard as typed and acted upon",
            *(*VOICES, "all", "without free text", "lost to confidence", "taken for another"),
        )
        said = await self._said(every)
        for name, engine in self._listening():
            await engine.learn(vocabulary())
            found = {voice: _Heard() for voice in (*VOICES, "all", "closed")}
            for sentence, meant, voice, sound in said:
                closed = () if _free(meant) else ("closed",)
                await self._tell(engine, sentence, meant, sound, [found[each] for each in (voice, "all", *closed)])
            every_one = found["all"]
            lost = 100 * (1 - every_one.sure / max(every_one.right, 1))
            columns = [str(found[voice]) for voice in (*VOICES, "all", "closed")]
            table.add_row(name, *columns, f"{lost:.1f} %", f"{len(every_one.wrong)} of {every_one.said}")
        return table

    async def others(self, data: Path, every: int) -> Table:
        """What is no command: sentences of other domains in held-out voices, and recordings."""
        await self._book.learn(vocabulary())
        lines = (data / "text_dev" / "devel_other.jsonl").read_text("utf-8").splitlines()
        texts = [json.loads(line)["sentence"] for line in lines][:: 3 * every]
        texts = [text for text in texts if await self._read(text) is None]
        sounds = {"other sentences": _said(texts, [VOICES[number % 3] for number in range(len(texts))])}
        for folder in sorted(path for path in (data / "background_dev").iterdir() if path.is_dir()):
            files = sorted(folder.rglob("*.flac"))[::every]
            sounds[folder.name] = [(await read_sound(file))[: int(LONGEST * RATE)] for file in files]
        table = Table("house of 100: acted upon, though no command", *sounds)
        for name, engine in self._listening():
            await engine.learn(vocabulary())
            counts = []
            for some in sounds.values():
                acted = [await self._acts(engine, sound) for sound in some]
                counts.append(f"{sum(acted)} of {len(acted)}")
            table.add_row(name, *counts)
        return table

    async def usual(self, every: int) -> Table:
        """Every other sentence is what the household usually says: whether it is heard better, and the rest as well."""
        kinds = ("usual", "others")
        table = Table(
            "house of 100: heard as typed and acted upon, nothing learnt → half of the sentences learnt",
            *kinds,
            *(f"{kind}: taken for another" for kind in kinds),
        )
        said = await self._said(every)
        sentences = list(dict.fromkeys(sentence for sentence, _, _, _ in said))
        learnt = set(sentences[::2])
        for name, engine in self._listening():
            found: list[dict[str, _Heard]] = []
            for known in ((), sentences[::2]):
                await engine.learn(expecting(vocabulary(), known))
                found.append({kind: _Heard() for kind in kinds})
                for sentence, meant, _, sound in said:
                    kind = kinds[sentence not in learnt]
                    await self._tell(engine, sentence, meant, sound, [found[-1][kind]])
            before, after = found
            rates = [f"{before[kind]} → {after[kind]} of {before[kind].said}" for kind in kinds]
            table.add_row(name, *rates, *(f"{len(before[kind].wrong)} → {len(after[kind].wrong)}" for kind in kinds))
        return table

    async def cost(self, every: int) -> Table:
        """Processor time of hearing in seconds for each of sound, from its end to the words, and memory.

        The sentences come as fast as they are spoken, so that what is done while their end is awaited is over.
        """
        table = Table(
            "house of 100: cost on one core",
            *("real-time factor", "end of sound to words, median", "95 %", "worst", "learning", "memory"),
        )
        said = [sound for _, _, _, sound in await self._said(every)]
        ears = OpenWakeWord(["hey_jarvis"])
        ears.hear(AudioFrame(bytes(2560), 0.0))
        for name, engine in self._listening():
            before, begun = _megabytes(), time.process_time()
            await engine.learn(vocabulary())
            learnt = time.process_time() - begun
            spent = sounded = 0.0
            tails = []
            for sound in said:
                took, tail = await _timed(engine, sound)
                spent, sounded = spent + took, sounded + len(sound) / RATE
                tails.append(1000 * tail)
            late = np.percentile(tails, (50, 95, 100))
            memory = f"{_megabytes() - before:.0f} MB"
            table.add_row(
                name, f"{spent / sounded:.4f}", *(f"{each:.0f} ms" for each in late), f"{learnt:.1f} s", memory
            )
        return table

    @contextmanager
    def _made(self, name: str) -> Iterator[Recognizer]:
        lineup = Lineup(load(None, [f"recognition.engines=[{name}]"]))
        (engine,) = lineup.recognizers()
        try:
            yield engine
        finally:
            engine.close()
            lineup.close()

    def _listening(self) -> Iterator[tuple[str, Recognizer]]:
        for name in self._engines:
            with self._made(name) as engine:
                yield name, engine

    async def _said(self, every: int) -> list[tuple[str, Intent, str, Sound]]:
        """Sentences of the tables that mean what they say, each in one voice after the other."""
        await self._book.learn(vocabulary())
        chosen = []
        for number, (intent, sentence, _) in enumerate(case for case in CASES if case[0]):
            if number % every == 0 and (meant := await self._read(sentence)) is not None and meant.name == intent:
                chosen += [(sentence, meant, voice) for voice in VOICES]
        sounds = _said([sentence for sentence, _, _ in chosen], [voice for _, _, voice in chosen])
        return [(*each, sound) for each, sound in zip(chosen, sounds, strict=True)]

    async def _tell(
        self, engine: Recognizer, sentence: str, meant: Intent, sound: Sound, found: Sequence[_Heard]
    ) -> None:
        transcript = await engine.transcribe(without_silence(_frames(sound), self._vad))
        understood = await self._read(transcript.text)
        sure = transcript.confidence >= self._threshold
        right = understood is not None and (understood.name, understood.slots) == (meant.name, meant.slots)
        for each in found:
            each.said += 1
            each.right += right
            each.sure += right and sure
            if sure and understood is not None and not right:
                each.wrong.append(f"{sentence} → {transcript.text}")

    async def _acts(self, engine: Recognizer, sound: Sound) -> bool:
        transcript = await engine.transcribe(without_silence(_frames(sound), self._vad))
        return transcript.confidence >= self._threshold and await self._read(transcript.text) is not None

    async def _read(self, text: str) -> Intent | None:
        return await self._book.understand(Transcript(text, 1.0, "typed")) if text else None


def _free(meant: Intent) -> bool:
    texts = {slot.name for intent in vocabulary().intents if intent.name == meant.name for slot in intent.slots
             if slot.kind == "text"}  # fmt: skip
    return bool(texts & set(meant.slots))


async def _timed(engine: Recognizer, sound: Sound) -> tuple[float, float]:
    """Processor seconds of the whole, and of what came after the last frame."""
    ended = 0.0

    async def frames() -> AsyncIterator[AudioFrame]:
        nonlocal ended
        async for frame in _spoken(engine, sound):
            yield frame
        ended = time.process_time()

    begun = time.process_time()
    await engine.transcribe(frames())
    now = time.process_time()
    return now - begun, now - ended


async def _spoken(engine: Recognizer, sound: Sound) -> AsyncIterator[AudioFrame]:
    """A sentence in AFTER seconds of quiet, while it is spoken, until as much silence as shows its end in a turn."""
    settings, begun, asked = Endpointing(), time.monotonic(), False
    async for frame in _frames(sound):
        heard = frame.at + frame.seconds
        await asyncio.sleep(max(0.0, begun + heard - time.monotonic()))
        yield frame
        silence = heard - (len(sound) / RATE - AFTER)
        if silence >= settings.silence:
            return
        if silence >= settings.brief and not asked:
            asked = True
            if await engine.is_whole():
                return


async def _frames(sound: Sound) -> AsyncIterator[AudioFrame]:
    microphone = Recording(sound)
    while (frame := await microphone.read()) is not None:
        yield frame


def _said(texts: Sequence[str], who: Sequence[str]) -> list[Sound]:
    chance = np.random.default_rng(9)
    sounds = []
    for spoken in voices.say(
        [(spelled(text.lower()), voices.Voice(name)) for text, name in zip(texts, who, strict=True)]
    ):
        padded = np.pad(spoken * 16384, (int(BEFORE * RATE), int(AFTER * RATE)))
        sounds.append(np.rint(padded + chance.normal(0, FLOOR, len(padded))).astype(np.int16))
    return sounds


def _megabytes() -> float:
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def tables(data: Path | None, every: int, only: Sequence[str], engines: Sequence[str]) -> Iterator[Table]:
    """Those asked for; those that need recordings of others only where there are some. Cost first: memory is fresh."""
    house = House(engines)
    if "cost" in only:
        yield asyncio.run(house.cost(10 * every))
    if "commands" in only:
        yield asyncio.run(house.commands(every))
    if "usual" in only:
        yield asyncio.run(house.usual(every))
    if data is not None and "others" in only:
        yield asyncio.run(house.others(data, every))
    if data is not None and "coffee" in only:
        yield asyncio.run(coffee(data, every, engines))
