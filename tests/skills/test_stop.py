from assistant import testing
from skills.stop import skill


async def test_stop_hushes_and_says_nothing() -> None:
    assistant = await testing.assistant(skill)
    assert await assistant.say("be quiet") == ""
    assert assistant.sound.hushed == 1
