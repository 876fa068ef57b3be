"""What is left of a recording without its silences."""

from collections.abc import AsyncIterator

from assistant.engines.silero import Silero
from assistant.listening.silence import MARGIN, without_silence
from assistant.messages import AudioFrame
from tests.sounds import Sound, frames, in_a_room, noise, say, seconds


async def left(sound: Sound) -> list[AudioFrame]:
    async def played() -> AsyncIterator[AudioFrame]:
        for frame in frames(sound):
            yield frame

    return [frame async for frame in without_silence(played(), Silero())]


async def test_speech_is_kept_with_a_margin() -> None:
    words = say("turn on the kitchen light")
    kept = await left(in_a_room(4.0, words, 5.0))
    assert kept[0].at < 4.0
    assert kept[0].at > 4.0 - MARGIN - 0.3
    assert seconds(words) + MARGIN < sum(frame.seconds for frame in kept) < seconds(words) + 2 * MARGIN + 0.6


async def test_frames_keep_their_order_and_are_not_repeated() -> None:
    kept = await left(in_a_room(2.0, say("turn on"), 3.0, say("the light"), 2.0))
    assert [frame.at for frame in kept] == sorted({frame.at for frame in kept})


async def test_nothing_is_left_where_nobody_speaks() -> None:
    assert await left(noise(5.0, 30)) == []
    assert await left(noise(0.0)) == []
