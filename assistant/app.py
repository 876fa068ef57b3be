"""The composition root: a configuration in, a running assistant out."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import asdict, replace
from pathlib import Path

from assistant.acting import acting
from assistant.background import Background
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
from assistant.listening.taught import Taught
from assistant.messages import AudioFrame, Response, Transcript, Turn
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
        taught: Taught,
        background: Background,
    ) -> None:
        """`kept` writes what the household allows to the disk."""
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
        self.lull = background.lull
        """When no turn goes on."""
        self.background = background
        self.mute = mute
        """Whether the microphone is closed."""
        self.ears: Ears | None = None
        """Those that listen now."""
        self.taught = taught
        """The recognizers."""
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
        heard = await self._hearing(self.taught.learning()).transcribe(spoken)
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
            learning = self.taught.learning()
            if not microphone.live:
                await self.taught.all()
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

    async def expect(self, sentences: Sequence[str]) -> None:
        """Hear these more readily than others, instead of those that were told before. Raises EngineError."""
        await self.taught.expect(sentences)

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

    def _hearing(self, recognizers: asyncio.Task[Sequence[Recognizer]]) -> Hearing:
        keep = self.kept.hear if self.kept is not None else None
        return Hearing(recognizers, self.config.recognition.threshold, self.observe, keep)

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
        taught, lull = Taught(lineup.recognizers, lambda: mind.vocabulary, usual.read(state)), Lull()
        observe.add(lull)
        await mind.learn()
        keeping = tasks.create_task(kept.run()) if kept is not None else None
        background = Background(mind, taught, lull)
        going_on = tasks.create_task(background.run(lineup.prepare, hands.changed))
        try:
            yield Assistant(
                config, lineup, hands, mind, voice, observe, turns, local, kept, mute, quiet, taught, background
            )
        finally:
            await interrupt(going_on)
            if kept is not None:
                await kept.settled()
            await interrupt(keeping)
            await taught.close()
            await mind.close()
            lineup.close()
            gc.unfreeze()


def _quiet_hours(config: Config, clock: Clock) -> QuietHours:
    rules = config.quiet
    return QuietHours(rules.hours, Softly(rules.volume / 100, rules.chimes, rules.light / 100), clock)


def _kept(config: Config, state: Path | None) -> Kept | None:
    """What is kept of turns in the state folder. That sound is kept is told loudly."""
    if state is None:
        return None
    privacy, until = config.privacy, config.privacy.keep_sound_until
    if warning := sound_warning(state, until):
        logger.warning("%s", warning)
    return Kept(state, days=privacy.keep_turns_days, words=privacy.log_transcripts, sound_until=until)
