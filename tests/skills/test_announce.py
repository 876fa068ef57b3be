from assistant import testing
from skills.announce import skill


async def test_it_is_said_to_everyone_after_a_chime() -> None:
    assistant = await testing.assistant(skill)
    assert await assistant.say("announce that dinner is ready") == ""
    assert await assistant.wait(seconds=2) == ["Dinner is ready."]
    assert assistant.announcements[0].chime == "announcement"
    await assistant.say("tell everyone to come down")
    assert await assistant.wait(seconds=2) == ["Please come down."]


async def test_it_can_wait() -> None:
    assistant = await testing.assistant(skill)
    assert await assistant.say("in ten minutes announce that dinner is ready") == (
        "I will announce that dinner is ready in 10 minutes."
    )
    assert await assistant.wait(minutes=9) == []
    assert await assistant.wait(minutes=1, seconds=2) == ["Dinner is ready."]
