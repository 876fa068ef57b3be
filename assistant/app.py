"""The composition root: a configuration in, a running assistant out."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import asdict, replace
from pathlib import Path

from assistant import memory
from assistant.acting import acting
from assistant.clock import Clock, SystemClock
from assistant.concurrency import interrupt
from assistant.config import Config
from assistant.conversation.chat import Chat
from assistant.ears import Ears
from assistant.endpoint import Endpointing
from assistant.errors import EngineError
from assistant.events import Finished, Heard, Observer, Observers, Speaking
from assistant.hands import Hands, LocalHands
from assistant.lineup import Lineup
from assistant.listening import usual
from assistant.listening.gate import Gated
from assistant.listening.hearing import Hearing
from assistant.listening.lull import Lull
from assistant.listening.mute import Mute
from assistant.listening.silence import without_silence
from assistant.messages import AudioFrame, Response, Transcript, Turn, Vocabulary
from assistant.mind import Mind
from assistant.pipeline import Pipeline
from assistant.records.kept import Kept, sound_warning
from assistant.records.turn_log import TurnLog
from assistant.records.turns import TurnBook
from assistant.service.far_hands import FarHands
from assistant.skill import Announcement
from assistant.speaking.quiet import QuietHours, Softly
from assistant.stages import Microphone, Recognizer, Speaker, Vad
from assistant.voice import Voice

logger = logging.getLogger(__name__)


class Assistant:
    """Everything wired together. Made by `assemble`; the engines for sound are loaded when sound is first heard."""

    def __init__(
        self,
        config: Config,
        lineup: Lineup,
        hands: Hands,
        mind: Mind,
        voice: Voice,
        observe: Observers,
        turns: TurnBook,
        local: LocalHands | None,
        kept: Kept | None,
        mute: Mute,
        quiet: QuietHours,
        usually: Sequence[str] = (),
    ) -> None:
        """`kept` writes what the household allows to the disk. `usually` is said often."""
        self.config = config
        self.hands = hands
        self.local = local
        """The hands with all that is in them, where they are in this process."""
        self.mind = mind
        self.voice = voice
        self.observe = observe
        self.lineup = lineup
        self.turns = turns
        """The last turns, and why they went as they did."""
        self.kept = kept
        self.quiet = quiet
        self.lull = Lull()
        """When no turn goes on."""
        observe.add(self.lull)
        self.mute = mute
        """Whether the microphone is closed."""
        self.ears: Ears | None = None
        """Those that listen now."""
        self.can_hear = asyncio.Event()
        """Set once commands can be recognized."""
        self._recognizers: Sequence[Recognizer] = ()
        self._made: asyncio.Task[Sequence[Recognizer]] | None = None
        self._usually = tuple(usually)
        self._hears: tuple[Gated, Vad] | None = None

    async def ask(self, text: str, *, dry_run: bool = False) -> Turn:
        """One turn on typed words."""
        await self.mind.ready()
        record = await self._whole(*await self.mind.answer(Transcript(text, 1.0, "typed"), dry_run=dry_run))
        self.observe(Finished(0, record))
        return record

    async def take(self, microphone: Microphone, *, dry_run: bool = False) -> Turn:
        """One turn on all the sound there is, which is known to be a command. Raises DeviceError and EngineError."""
        from assistant.engines.silero import Silero

        async def frames() -> AsyncIterator[AudioFrame]:
            while (frame := await microphone.read()) is not None:
                yield frame

        spoken = without_silence(frames(), await asyncio.to_thread(Silero))
        await self.mind.ready()
        heard = await self._hearing(self._learning()).transcribe(spoken)
        self.observe(Heard(0, heard.transcript))
        record = await self._whole(*await self.mind.answer(heard.transcript, dry_run=dry_run, watch=heard.watch))
        self.observe(Finished(0, record))
        return record

    async def _whole(self, record: Turn, response: Response) -> Turn:
        """The record with all of the answer."""
        if not isinstance(response, Chat):
            return record
        try:
            return replace(record, answer=await response.whole())
        except EngineError as error:
            return replace(record, error=str(error))

    async def hear(self, microphone: Microphone, *, dry_run: bool = False) -> None:
        """Turn after turn, each begun by a wake word, until the sound ends. Raises DeviceError and EngineError.

        A live microphone is listened to while what can be said is still being learnt: that is over before a command is.
        """
        with closing(await self.listen(microphone)) as ears:
            learning = self._learning()
            if not microphone.live:
                await self.recognizers()
                await self.mind.ready()
            pipeline = Pipeline(
                ears,
                self._hearing(learning),
                self.mind,
                self.voice,
                self.observe,
                live=microphone.live,
                dry_run=dry_run,
                follow_up=self.config.listening.follow_up_seconds,
            )
            self.ears = ears
            running = asyncio.create_task(pipeline.run())
            try:
                await asyncio.wait([running, learning], return_when=asyncio.FIRST_COMPLETED)
                if learning.done():
                    learning.result()
                await running
            finally:
                await interrupt(running)
                self.ears = None
                self.lull.begin()

    async def listen(self, microphone: Microphone) -> Ears:
        """Ears behind their gate, to be closed; one at a time. Raises EngineError."""
        listening = self.config.listening
        endpointing = Endpointing(
            wait=listening.wait_seconds,
            minimum=listening.min_speech_seconds,
            silence=listening.silence_seconds,
            brief=listening.brief_silence_seconds,
            longest=listening.max_seconds,
            pre_roll=listening.preroll_seconds,
            threshold=listening.speech_threshold,
        )
        if self._hears is None:
            self._hears = await asyncio.to_thread(self._load_ears)
        wake_word, vad = self._hears
        wake_word.reset()
        return Ears(microphone, wake_word, vad, endpointing, lambda: wake_word.asleep)

    async def learn(self) -> None:
        """Learn what can be said now, between turns. What cannot be learnt is logged, and the old stays."""
        try:
            await self.lull.wait()
            await self.mind.learn()
            for recognizer in self._recognizers:
                await self.lull.wait()
                await recognizer.learn(usual.expecting(self.mind.vocabulary, self._usually))
        except EngineError as error:
            logger.error("What can be said now was not learnt: %s", error)
        await self.mind.prepare()
        await self.lull.wait()
        await self.mind.foresee()
        await self.lull.wait()
        memory.settle()

    async def expect(self, sentences: Sequence[str]) -> None:
        """Hear these more readily than others, instead of those that were told before. Raises EngineError."""
        self._usually = tuple(sentences)
        vocabulary = usual.expecting(self.mind.vocabulary, self._usually)
        for recognizer in self._recognizers:
            await recognizer.learn(vocabulary)

    async def recognizers(self) -> Sequence[Recognizer]:
        """Those that hear commands, cheapest first, loaded and taught. Raises EngineError."""
        return await asyncio.shield(self._learning())

    def _learning(self) -> asyncio.Task[Sequence[Recognizer]]:
        """What makes the recognizers, once for all who hear with them."""
        if self._made is None or (self._made.done() and (self._made.cancelled() or self._made.exception())):
            self._made = asyncio.create_task(self._make_recognizers())
        return self._made

    async def _make_recognizers(self) -> Sequence[Recognizer]:
        recognizers = await asyncio.to_thread(self.lineup.recognizers)
        try:
            learnt: Vocabulary | None = None
            while learnt is not self.mind.vocabulary:
                learnt = self.mind.vocabulary
                for recognizer in recognizers:
                    await recognizer.learn(usual.expecting(learnt, self._usually))
        except BaseException:
            for recognizer in recognizers:
                recognizer.close()
            raise
        self._recognizers = recognizers
        memory.settle()
        self.can_hear.set()
        return recognizers

    def _hearing(self, recognizers: asyncio.Task[Sequence[Recognizer]]) -> Hearing:
        keep = self.kept.hear if self.kept is not None else None
        return Hearing(recognizers, self.config.recognition.threshold, self.observe, keep)

    async def close(self) -> None:
        """End the threads of what hears."""
        await interrupt(self._made)
        for recognizer in self._recognizers:
            recognizer.close()

    def _load_ears(self) -> tuple[Gated, Vad]:
        from assistant.engines.openwakeword import OpenWakeWord
        from assistant.engines.silero import Silero

        wake_word = OpenWakeWord(self.config.wake.thresholds, networks=self.lineup.networks)
        return Gated(wake_word, Silero()), Silero()


@asynccontextmanager
async def assemble(
    config: Config,
    speaker: Speaker,
    *,
    folders: Iterable[Path] = (),
    observers: Iterable[Observer] = (),
    clock: Clock | None = None,
    state: Path | None = None,
    socket: Path | None = None,
) -> AsyncIterator[Assistant]:
    """A working assistant, until the end of the block. `folders` hold skills beside those of the configuration.

    What is planned, and what skills keep, is in the folder `state`; without one it ends with the block. With a `socket`
    the hands are another process, which listens there and has all these to itself. Raises EngineError without a voice.
    """
    turns, kept = TurnBook(), _kept(config, state)
    own: list[Observer] = [turns, kept] if kept is not None else [turns]
    observe = Observers([TurnLog(transcripts=config.privacy.log_transcripts), *own, *observers])
    lineup = await asyncio.to_thread(Lineup, config)
    synthesizer = await asyncio.to_thread(lineup.synthesizer)
    understanders = await asyncio.to_thread(lineup.understanders)
    quiet = _quiet_hours(config, clock or SystemClock())
    voice = Voice(synthesizer, speaker, chimes=asdict(config.sound.chimes), volume=config.sound.volume, quiet=quiet)

    mute = Mute(observe, state and state / "muted")

    async def announce(announcement: Announcement) -> None:
        observe(Speaking(0, announcement.text))
        await voice.announce(announcement.text, announcement.chime, announcement.loudness)

    async with asyncio.TaskGroup() as tasks, AsyncExitStack() as stack:
        local: LocalHands | None = None
        hands: Hands
        if socket is None:
            near = acting(config, voice, mute, announce, observe, folders=folders, clock=clock, state=state)
            hands = local = await stack.enter_async_context(near)
        else:
            hands = far = FarHands(socket, voice, mute, announce)
            observe.add(far.note)
            stack.push_async_callback(interrupt, tasks.create_task(far.run()))
        understanding = config.understanding
        mind = Mind(
            understanders,
            hands,
            observe,
            threshold=understanding.threshold,
            ask_threshold=understanding.ask_threshold,
            remember=understanding.remember_seconds,
            talker=lineup.talker,
        )
        assistant = Assistant(
            config, lineup, hands, mind, voice, observe, turns, local, kept, mute, quiet, usual.read(state)
        )
        await mind.learn()
        preparing = tasks.create_task(_prepare(mind, lineup))
        foreseeing = tasks.create_task(_foresee_when_hearing(assistant))
        trimming = tasks.create_task(_trim_after_turns(assistant))
        keeping = tasks.create_task(kept.run()) if kept is not None else None
        learning = tasks.create_task(_learn_when_changed(hands, preparing, assistant))
        try:
            yield assistant
        finally:
            await interrupt(learning)
            await interrupt(preparing)
            await interrupt(foreseeing)
            await interrupt(trimming)
            if kept is not None:
                await kept.settled()
            await interrupt(keeping)
            await assistant.close()
            await mind.close()
            lineup.close()
            gc.unfreeze()


def _quiet_hours(config: Config, clock: Clock) -> QuietHours:
    rules = config.quiet
    return QuietHours(rules.hours, Softly(rules.volume / 100, rules.chimes, rules.light / 100), clock)


async def _prepare(mind: Mind, lineup: Lineup) -> None:
    """What takes long and need not be there when the first words are spoken."""
    await mind.prepare()
    await lineup.prepare()


async def _foresee_when_hearing(assistant: Assistant) -> None:
    """Not before: what is typed is over sooner."""
    await assistant.can_hear.wait()
    await assistant.lull.wait()
    await assistant.mind.foresee()
    await assistant.lull.wait()
    memory.settle()


async def _trim_after_turns(assistant: Assistant) -> None:
    """A sentence in doubt takes megabytes for as long as all its readings are compared."""
    while True:
        await assistant.lull.turn()
        await assistant.lull.wait()
        await asyncio.to_thread(memory.trim)


async def _learn_when_changed(hands: Hands, prepared: "asyncio.Task[None]", assistant: Assistant) -> None:
    """Learn anew whenever something else can be said, once what was learnt first is ready."""
    await asyncio.wait([prepared])
    while True:
        await hands.changed()
        await assistant.learn()


def _kept(config: Config, state: Path | None) -> Kept | None:
    """What is kept of turns in the state folder. That sound is kept is told loudly."""
    if state is None:
        return None
    privacy, until = config.privacy, config.privacy.keep_sound_until
    if warning := sound_warning(state, until):
        logger.warning("%s", warning)
    return Kept(state, days=privacy.keep_turns_days, words=privacy.log_transcripts, sound_until=until)
