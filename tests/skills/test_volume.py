import pytest

from assistant import testing
from skills.volume import skill


@pytest.mark.parametrize(
    ("sentence", "answer", "volume"),
    [
        ("set the volume to forty percent", "Volume 40 percent.", 40),
        ("volume 7", "Volume 70 percent.", 70),
        ("set the volume to 7 percent", "Volume 7 percent.", 7),
        ("set the volume to zero", "Volume 0 percent.", 0),
        ("maximum volume", "Volume 100 percent.", 100),
        ("louder", "Volume 60 percent.", 60),
        ("turn it down", "Volume 40 percent.", 40),
        ("turn the volume up by thirty percent", "Volume 80 percent.", 80),
        ("how loud are you", "The volume is 50 percent.", 50),
    ],
)
async def test_answers(sentence: str, answer: str, volume: int) -> None:
    assistant = await testing.assistant(skill)
    assert await assistant.say(sentence) == answer
    assert assistant.sound.volume == volume


async def test_it_ends_at_both_ends() -> None:
    assistant = await testing.assistant(skill)
    await assistant.say("set the volume to 95 percent")
    assert await assistant.say("louder") == "Volume 100 percent."
    assert await assistant.say("louder") == "I cannot be any louder."
    await assistant.say("set the volume to zero percent")
    assert await assistant.say("quieter") == "I cannot be any quieter."


async def test_mute_says_nothing_and_unmute_does() -> None:
    assistant = await testing.assistant(skill)
    assert await assistant.say("mute") == ""
    assert assistant.sound.muted
    assert await assistant.say("how loud are you") == "The volume is 50 percent, but I am muted."
    assert await assistant.say("unmute") == "I am back."
    assert not assistant.sound.muted


async def test_the_step_is_a_setting() -> None:
    assistant = await testing.assistant(skill, settings={"volume": {"step": 25}})
    assert await assistant.say("louder") == "Volume 75 percent."
