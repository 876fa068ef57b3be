"""One mouth: everything in turn, interruptible, with the real synthesizer and a speaker that only listens."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.engines.espeak import Espeak
from assistant.errors import DeviceError, EngineError
from assistant.messages import Speech
from assistant.voice import AHEAD, Voice
from tests.speech import silence, write_wav

FAR = AHEAD + 2
"""Pieces made while the first is played: one is played, AHEAD wait, one is in its maker's hand."""

QUIET: dict[str, bool | Path] = dict.fromkeys(("wake", "done", "not_understood", "nobody", "timer"), False)


class Listener:
    """A Speaker that keeps what it plays, one list of pieces for each time; `hold` makes it stop there and wait."""

    def __init__(self) -> None:
        self.heard: list[list[Speech]] = []
        self.silenced = 0
        self.error: DeviceError | None = None
        self.hold = False
        self.holding = asyncio.Event()
        self.release = asyncio.Event()

    async def play(self, speech: AsyncIterator[Speech]) -> None:
        if self.error:
            raise self.error
        self.heard.append([])
        try:
            async for piece in speech:
                self.heard[-1].append(piece)
                if self.hold:
                    self.holding.set()
                    await self.release.wait()
        except asyncio.CancelledError:
            self.silenced += 1
            raise

    @property
    def seconds(self) -> list[float]:
        """How long each was."""
        return [sum(piece.seconds for piece in pieces) for pieces in self.heard]


class Script:
    """A Synthesizer that writes down what it is asked for and says each word in a second of sound."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.made = 0
        self.far = asyncio.Event()
        self.closed = 0
        self.error: EngineError | None = None

    async def speak(self, text: str, pace: float = 1.0) -> AsyncGenerator[Speech, None]:
        self.asked.append(text)
        try:
            for _ in text.split():
                if self.error:
                    raise self.error
                self.made += 1
                if self.made == FAR:
                    self.far.set()
                yield Speech(b"\x00\x10" * 16_000, 16_000)
        finally:
            self.closed += 1


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def espeak() -> Iterator[Espeak]:
    engine = Espeak()
    yield engine
    engine.close()


async def test_speech_is_heard_sentence_after_sentence(espeak: Espeak, listener: Listener) -> None:
    voice = Voice(espeak, listener)
    await voice.say("The kitchen light is on. The time is 7:05!")
    expected = sum(espeak.synthesize(text).seconds for text in ("The kitchen light is on.", "The time is 7 oh 5!"))
    assert listener.seconds == [pytest.approx(expected, abs=0.05)]
    assert voice.last == "The kitchen light is on. The time is 7:05!"


async def test_sentences_are_made_while_others_are_played(listener: Listener) -> None:
    script = Script()
    voice = Voice(script, listener)
    listener.hold = True
    saying = asyncio.create_task(voice.say(" ".join(f"Sentence {n}." for n in range(100))))
    await listener.holding.wait()
    await script.far.wait()
    assert len(listener.heard[0]) == 1
    await voice.hush()
    await saying
    assert script.made == FAR
    assert script.asked == [f"Sentence {n}." for n in range(FAR // 2)]


async def test_what_is_still_being_made_is_said_as_it_comes(listener: Listener) -> None:
    script = Script()
    voice = Voice(script, listener)
    closed = False

    async def rest() -> AsyncGenerator[str, None]:
        nonlocal closed
        try:
            yield "Two two."
            yield "Three three three."
        finally:
            closed = True

    await voice.say("One.", rest())
    assert script.asked == ["One.", "Two two.", "Three three three."]
    assert listener.seconds == [6.0]
    assert voice.last == "One. Two two. Three three three."
    listener.hold = True
    closed = False
    saying = asyncio.create_task(voice.say("One.", rest()))
    await listener.holding.wait()
    await voice.hush()
    await saying
    assert closed, "who makes it is told that nobody listens"


async def test_everything_has_its_turn(listener: Listener) -> None:
    script = Script()
    voice = Voice(script, listener)
    async with asyncio.TaskGroup() as tasks:
        for words in ("one", "two two", "three three three"):
            tasks.create_task(voice.say(words))
        tasks.create_task(voice.announce("ring ring", "timer"))
    assert script.asked == ["one", "two two", "three three three", "ring ring"]
    assert listener.seconds == [1.0, 2.0, 3.0, pytest.approx(2.3)]


async def test_hush_silences_what_is_said_and_what_waits(listener: Listener) -> None:
    script = Script()
    voice = Voice(script, listener)
    listener.hold = True
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(voice.say("one two three"))
        tasks.create_task(voice.say("four"))
        tasks.create_task(voice.chime("done"))
        await listener.holding.wait()
        await voice.hush()
    assert listener.seconds == [1.0]
    assert listener.silenced == 1
    assert script.asked == ["one two three"]
    assert script.closed == 1
    listener.hold = False
    await voice.say("five")
    assert listener.seconds == [1.0, 1.0]


async def test_hush_when_nothing_is_said_is_nothing(listener: Listener) -> None:
    await Voice(Script(), listener).hush()


async def test_cancelling_silences_only_what_was_cancelled(espeak: Espeak, listener: Listener) -> None:
    voice = Voice(espeak, listener, chimes=QUIET)
    listener.hold = True
    first = asyncio.create_task(voice.say("This sentence is cut off in the middle of it."))
    await listener.holding.wait()
    second = asyncio.create_task(voice.say("This is not."))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    listener.release.set()
    await second
    assert listener.silenced == 1
    assert listener.seconds == [pytest.approx(0.1, abs=0.02), pytest.approx(1.0, abs=0.4)]


async def test_what_was_said_lately_is_not_made_again(listener: Listener) -> None:
    script = Script()
    voice = Voice(script, listener)
    for _ in range(3):
        await voice.say("Done.")
    assert script.asked == ["Done."]
    assert listener.seconds == [1.0, 1.0, 1.0]


async def test_the_cache_is_bounded(listener: Listener) -> None:
    script = Script()
    second = 32_000
    voice = Voice(script, listener, cache=8 * second)
    for number in range(9):
        await voice.say(f"{number}")
    await voice.say("8")
    assert len(script.asked) == 9
    await voice.say("0")
    assert script.asked[9:] == ["0"]
    await voice.say("too long")
    await voice.say("too long")
    assert script.asked[10:] == ["too long"] * 2


async def test_a_sentence_that_was_cut_off_is_not_kept(listener: Listener) -> None:
    script = Script()
    voice = Voice(script, listener)
    listener.hold = True
    saying = asyncio.create_task(voice.say(" ".join(["word"] * 20)))
    await listener.holding.wait()
    await voice.hush()
    await saying
    listener.hold = False
    await voice.say(" ".join(["word"] * 20))
    assert listener.seconds[-1] == 20.0


@pytest.mark.parametrize(("volume", "peak"), [(100, 4096), (50, 1024), (10, 40), (0, 0)])
async def test_volume_is_applied(listener: Listener, volume: int, peak: int) -> None:
    voice = Voice(Script(), listener, volume=volume)
    await voice.say("word")
    assert np.abs(np.frombuffer(listener.heard[0][0].pcm, "<i2")).max() == peak


async def test_volume_has_limits_and_ends_a_mute(listener: Listener) -> None:
    voice = Voice(Script(), listener)
    await voice.mute(True)
    await voice.set_volume(150)
    assert (voice.volume, voice.muted) == (100, False)
    await voice.set_volume(-5)
    assert voice.volume == 0


async def test_mute_is_silent_at_once_and_remembers_what_was_not_heard(listener: Listener) -> None:
    script = Script()
    voice = Voice(script, listener)
    listener.hold = True
    saying = asyncio.create_task(voice.say("one two"))
    await listener.holding.wait()
    await voice.mute(True)
    await saying
    await voice.say("three")
    await voice.chime("done")
    assert voice.muted
    assert (listener.seconds, voice.last) == ([1.0], "three")
    listener.hold = False
    await voice.mute(False)
    await voice.say(voice.last)
    assert listener.seconds == [1.0, 1.0]


async def test_chimes_sound_unless_switched_off(listener: Listener, tmp_path: Path) -> None:
    bell = write_wav(tmp_path / "bell.wav", silence(0.5))
    voice = Voice(Script(), listener, chimes={"wake": bell, "done": False})
    for name in ("wake", "done", "nobody"):
        await voice.chime(name)
    assert listener.seconds == [0.5, 0.0, pytest.approx(0.2, abs=0.01)]


async def test_a_broken_speaker_is_logged_once_and_ends_nothing(
    listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    voice = Voice(Script(), listener)
    listener.error = DeviceError("The speaker cannot be opened. Plug it in.")
    with caplog.at_level(logging.WARNING):
        await voice.say("one")
        await voice.chime("done")
    assert [record.message for record in caplog.records] == [
        "The speaker cannot be opened. Plug it in. Answers are not heard until it works again."
    ]
    listener.error = None
    await voice.say("two")
    assert listener.seconds == [1.0]
    listener.error = DeviceError("It is gone again.")
    await voice.say("three")
    assert len(caplog.records) == 2


async def test_a_failing_engine_is_told_to_who_asked_and_the_next_can_speak(listener: Listener) -> None:
    script = Script()
    voice = Voice(script, listener)
    script.error = EngineError("The voice is broken.")
    with pytest.raises(EngineError, match="broken"):
        await voice.say("one two")
    script.error = None
    await voice.say("three")
    assert listener.seconds[-1] == 1.0


@pytest.mark.parametrize("text", ["", "🎉", "\x00\n\x07", "..."])
async def test_text_without_words_is_silent(espeak: Espeak, listener: Listener, text: str) -> None:
    await Voice(espeak, listener).say(text)
    assert sum(listener.seconds) == 0
