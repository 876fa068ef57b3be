"""The fakes keep the contracts that they stand in for."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from assistant import testing
from assistant.concurrency import interrupt
from assistant.errors import SkillLoadError
from assistant.messages import BYTES_PER_SECOND, Speech
from assistant.skill import Context, Skill
from assistant.stages import Microphone, Speaker


def knock_knock() -> Skill:
    skill = Skill("door")

    @skill.intent("knock {times}")
    def knock(times: int) -> str:
        """Knock."""
        return "knock " * times

    return skill


async def test_say_goes_through_the_real_phrase_book() -> None:
    assert await testing.say(knock_knock(), "Please, knock TWO times!") == "Sorry, I did not understand that."
    assert await testing.say(knock_knock(), "Please, knock TWO!") == "knock knock "


async def test_a_skill_that_would_not_load_is_an_error() -> None:
    skill = Skill("bad")

    @skill.intent("open (the door")
    def broken() -> str:
        """Open."""
        return ""

    with pytest.raises(SkillLoadError, match="never closed"):
        await testing.assistant(skill)


async def test_wait_announces_in_order_and_at_the_right_time() -> None:
    skill, heard = Skill("bell"), []

    @skill.intent("ring")
    async def ring(ctx: Context) -> None:
        """Ring."""
        heard.append(ctx.now())
        for minutes in (5, 1):
            ctx.schedule.after(timedelta(minutes=minutes), ctx.announce(f"{minutes}"))

    assistant = await testing.assistant(skill)
    await assistant.say("ring")
    assert await assistant.wait(minutes=5) == ["1", "5"]
    await assistant.say("ring")
    assert (heard[1] - heard[0]).total_seconds() == 300


async def test_the_microphone_plays_a_sound_and_ends() -> None:
    microphone: Microphone = testing.ScriptedMicrophone(b"\1\0" * 16_000, frame_seconds=0.4)
    frames = [await microphone.read() for _ in range(4)]
    assert [frame and (frame.at, frame.seconds) for frame in frames] == [(0.0, 0.4), (0.4, 0.4), (0.8, 0.2), None]


async def test_the_microphone_waits_for_the_test_and_loses_nothing_when_cancelled() -> None:
    async with testing.ScriptedMicrophone(live=True) as microphone:
        reading = asyncio.create_task(microphone.read())
        await asyncio.sleep(0)
        assert not reading.done()
        await interrupt(reading)
        microphone.play(bytes(BYTES_PER_SECOND // 100))
        frame = await microphone.read()
        assert frame is not None
        assert frame.seconds == 0.01


async def test_the_speaker_records_and_can_be_interrupted() -> None:
    async def speech() -> AsyncIterator[Speech]:
        yield Speech(b"\0\0", 22_050)

    recorder = testing.RecordingSpeaker(endless=True)
    speaker: Speaker = recorder
    playing = asyncio.create_task(speaker.play(speech()))
    await recorder.playing.wait()
    await interrupt(playing)
    assert recorder.played == [Speech(b"\0\0", 22_050)]
    assert (recorder.interrupted, recorder.playing.is_set()) == (1, False)


async def test_state_names_a_device() -> None:
    assistant = await testing.assistant(knock_knock(), house=testing.house({"hall": {"lamp": "light"}}))
    assert assistant.state("lamp")["on"] is False
    with pytest.raises(KeyError):
        assistant.state("moon")
