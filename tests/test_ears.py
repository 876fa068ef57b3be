"""Wake words and commands on synthesised speech, through the real wake word and voice activity detectors."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import closing

import numpy as np
import pytest

from assistant.ears import Command, Ears
from assistant.endpoint import Endpointing
from assistant.engines.openwakeword import OpenWakeWord
from assistant.engines.silero import Silero
from assistant.messages import AudioFrame, Wake
from tests.sounds import Sound, Tape, in_a_room, say, seconds, silence

JARVIS = say("hey jarvis")
MARVIN = say("hey marvin")
LIGHT = say("turn on the kitchen light")

Listen = Callable[..., Ears]


@pytest.fixture(scope="module")
def wake_word() -> OpenWakeWord:
    return OpenWakeWord(["hey_jarvis", "hey_marvin"])


@pytest.fixture(scope="module")
def vad() -> Silero:
    return Silero()


@pytest.fixture
def listen(wake_word: OpenWakeWord, vad: Silero) -> Iterator[Listen]:
    """Give ears that hear a sound, in frames of the given sizes."""
    opened: list[Ears] = []
    wake_word.reset()

    def hear(sound: Sound, *sizes: int, endpointing: Endpointing | None = None) -> Ears:
        opened.append(Ears(Tape(sound, sizes or (1280,)), wake_word, vad, endpointing))
        return opened[-1]

    yield hear
    for ears in opened:
        ears.close()


async def whole(command: AsyncIterator[AudioFrame]) -> list[AudioFrame]:
    return [frame async for frame in command]


def begin(frames: Sequence[AudioFrame]) -> float:
    return frames[0].at


def end(frames: Sequence[AudioFrame]) -> float:
    return frames[-1].at + frames[-1].seconds


def assert_unbroken(frames: Sequence[AudioFrame]) -> None:
    for one, next_one in itertools.pairwise(frames):
        assert next_one.at == pytest.approx(one.at + one.seconds)


@pytest.mark.parametrize("pause", [0.03, 0.3, 1.0, 3.0])
async def test_a_command_may_follow_in_one_breath_or_after_a_pause(listen: Listen, pause: float) -> None:
    ears = listen(in_a_room(2.0, JARVIS, pause, LIGHT, 3.0))
    wake = await ears.wake()
    assert wake is not None
    assert wake.word == "hey_jarvis"
    frames = await whole(ears.command(wake))
    assert_unbroken(frames)
    spoken = 2.0 + seconds(JARVIS) + pause
    assert spoken - 1.0 < begin(frames) <= spoken
    assert begin(frames) > 2.0 + seconds(JARVIS) / 2, "most of the wake word is left out"
    assert spoken + seconds(LIGHT) < end(frames) < spoken + seconds(LIGHT) + 1.2
    assert ears.last.started == pytest.approx(spoken, abs=0.8)
    assert ears.last.ended == pytest.approx(spoken + seconds(LIGHT), abs=0.25)
    assert not ears.last.cut
    assert await ears.wake() is None


async def test_a_short_command_in_one_breath_is_heard(listen: Listen) -> None:
    ears = listen(in_a_room(2.0, MARVIN, 0.03, say("lights off"), 3.0))
    assert await whole(ears.command(await ears.wake()))


@pytest.mark.parametrize("word", [JARVIS, MARVIN])
async def test_nobody_speaks_after_the_wake_word(listen: Listen, word: Sound) -> None:
    ears = listen(in_a_room(2.0, word, 8.0), endpointing=Endpointing(wait=2.0))
    wake = await ears.wake()
    assert wake is not None
    assert await whole(ears.command(wake)) == []
    assert ears.last == Command()
    assert ears.now == pytest.approx(wake.at + 2.3, abs=0.2)


async def test_digital_silence_after_the_wake_word_is_nobody(listen: Listen) -> None:
    ears = listen(np.concatenate((in_a_room(2.0, JARVIS), silence(8.0))))
    assert await whole(ears.command(await ears.wake())) == []


async def test_speech_that_never_ends_is_cut(listen: Listen) -> None:
    ears = listen(in_a_room(2.0, JARVIS, 0.2, *[LIGHT] * 6), endpointing=Endpointing(longest=3.0))
    frames = await whole(ears.command(await ears.wake()))
    assert ears.last.cut
    assert end(frames) - begin(frames) == pytest.approx(3.0, abs=0.5)


async def test_frames_are_passed_on_while_the_person_is_speaking(listen: Listen) -> None:
    ears = listen(in_a_room(2.0, JARVIS, 0.5, LIGHT, 3.0))
    spoken = 2.0 + seconds(JARVIS) + 0.5
    async for frame in ears.command(await ears.wake()):
        assert ears.now < spoken + 0.6, "the first frame comes soon after the first syllable"
        assert frame.at <= spoken
        break


async def test_a_command_that_is_whole_ends_after_a_brief_silence(listen: Listen) -> None:
    ears = listen(in_a_room(2.0, JARVIS, 0.3, LIGHT, 3.0))
    passed_on = 0.0
    asked = []

    async def is_whole() -> bool:
        asked.append((ears.now, passed_on))
        return True

    async for frame in ears.command(await ears.wake(), is_whole=is_whole):
        passed_on = frame.at + frame.seconds
    spoken = 2.3 + seconds(JARVIS) + seconds(LIGHT)
    assert ears.now == pytest.approx(spoken + Endpointing().brief, abs=0.2)
    assert asked == [(ears.now, passed_on)], "it is asked of all that was heard"
    assert ears.last.ended == pytest.approx(spoken, abs=0.2)


async def test_in_each_pause_it_is_asked_once_whether_the_command_is_whole(listen: Listen) -> None:
    settings = Endpointing(silence=0.9)
    ears = listen(in_a_room(2.0, JARVIS, 0.3, LIGHT, 0.65, LIGHT, 3.0), endpointing=settings)
    asked = []

    async def is_whole() -> bool:
        asked.append(ears.now)
        return False

    await whole(ears.command(await ears.wake(), is_whole=is_whole))
    first = 2.3 + seconds(JARVIS) + seconds(LIGHT)
    second = first + 0.65 + seconds(LIGHT)
    assert asked == pytest.approx([first + settings.brief, second + settings.brief], abs=0.2)
    assert ears.now == pytest.approx(second + settings.silence, abs=0.2)


async def test_a_follow_up_needs_no_wake_word(listen: Listen) -> None:
    ears = listen(in_a_room(1.0, LIGHT, 3.0))
    frames = await whole(ears.command())
    assert 0.5 < begin(frames) <= 1.0
    assert end(frames) > 1.0 + seconds(LIGHT)


async def test_a_follow_up_that_never_comes(listen: Listen) -> None:
    assert await whole(listen(in_a_room(6.0)).command()) == []


async def test_the_sound_may_end_in_the_command(listen: Listen) -> None:
    ears = listen(in_a_room(2.0, JARVIS, 0.3, LIGHT))
    frames = await whole(ears.command(await ears.wake()))
    assert end(frames) == pytest.approx(2.3 + seconds(JARVIS) + seconds(LIGHT), abs=0.001)
    assert await whole(ears.command()) == []
    assert await ears.wake() is None


async def test_two_wake_words_begin_two_commands(listen: Listen) -> None:
    ears = listen(in_a_room(2.0, JARVIS, 0.3, LIGHT, 1.5, MARVIN, 0.3, LIGHT, 1.5))
    heard = []
    while wake := await ears.wake():
        frames = await whole(ears.command(wake))
        heard.append(wake.word)
        assert end(frames) - begin(frames) == pytest.approx(seconds(LIGHT) + 1.2, abs=0.5)
    assert heard == ["hey_jarvis", "hey_marvin"]


async def test_a_wake_word_in_the_command_voids_it_and_begins_another(listen: Listen) -> None:
    ears = listen(in_a_room(2.0, JARVIS, 0.3, say("turn on the"), 0.3, MARVIN, 0.3, LIGHT, 3.0))
    await whole(ears.command(await ears.wake()))
    void = ears.last.wake
    assert void is not None
    assert void.word == "hey_marvin"
    assert await ears.wake() == void
    frames = await whole(ears.command(void))
    assert ears.last.wake is None
    assert end(frames) - begin(frames) < seconds(LIGHT) + 1.5


@pytest.mark.parametrize("sizes", [(100,), (1, 2559), (480,), (8000,)])
async def test_frames_of_odd_sizes(listen: Listen, sizes: tuple[int, ...]) -> None:
    ears = listen(in_a_room(2.0, JARVIS, 0.3, LIGHT, 3.0), *sizes)
    frames = await whole(ears.command(await ears.wake()))
    assert_unbroken(frames)
    spoken = 2.3 + seconds(JARVIS)
    assert spoken - 1.5 < begin(frames) <= spoken
    assert spoken + seconds(LIGHT) < end(frames) < spoken + seconds(LIGHT) + 2.0


async def test_clipped_speech(listen: Listen) -> None:
    loud = np.clip(in_a_room(2.0, JARVIS, 0.3, LIGHT, 3.0).astype(np.int32) * 8, -32768, 32767).astype(np.int16)
    ears = listen(loud)
    frames = await whole(ears.command(await ears.wake()))
    assert end(frames) - begin(frames) == pytest.approx(seconds(LIGHT) + 1.2, abs=0.5)


async def test_no_sound_at_all(listen: Listen) -> None:
    ears = listen(silence(0.0))
    assert await ears.wake() is None
    assert await whole(ears.command()) == []


async def test_the_end_of_a_quiet_recording_is_read_once(wake_word: OpenWakeWord, vad: Silero) -> None:
    wake_word.reset()
    tape = Tape(silence(0.08 * 6))
    with closing(Ears(tape, wake_word, vad, asleep=lambda: True)) as ears:
        assert await ears.wake() is None
        assert await ears.wake() is None
        assert await whole(ears.command()) == []
        assert ears.now == pytest.approx(0.48)
    assert tape.ends == 1


async def test_sound_is_taken_only_while_somebody_listens(listen: Listen) -> None:
    ears = listen(in_a_room(2.0, JARVIS, 0.3, LIGHT, 3.0))
    await ears.wake()
    heard = ears.now
    for _ in range(100):
        await asyncio.sleep(0)
    assert ears.now == heard


async def test_cancelling_loses_neither_frames_nor_wake_words(listen: Listen) -> None:
    sound = in_a_room(2.0, JARVIS, 1.0, MARVIN, 1.0)
    ears = listen(sound)
    wakes: list[Wake] = []
    ended = False
    for turns in itertools.cycle(range(1, 12)):
        waiting = asyncio.create_task(ears.wake())
        for _ in range(turns):
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        if not waiting.cancelled():
            wake = waiting.result()
            if wake is None:
                ended = True
                break
            wakes.append(wake)
    assert ended
    assert [wake.word for wake in wakes] == ["hey_jarvis", "hey_marvin"]
    assert ears.now == pytest.approx(seconds(sound))


async def test_leaving_a_command_loses_nothing(listen: Listen) -> None:
    ears = listen(in_a_room(2.0, JARVIS, 0.3, LIGHT, 0.1, MARVIN, 2.0))
    async for _ in ears.command(await ears.wake()):
        break
    wake = await ears.wake()
    assert wake is not None
    assert wake.word == "hey_marvin"
