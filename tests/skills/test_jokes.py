from assistant import testing
from skills.jokes import jokes, skill


async def test_no_joke_is_told_twice_before_all_have_been_told() -> None:
    assistant = await testing.assistant(skill)
    told = [await assistant.say("tell me a joke") for _ in range(2 * len(jokes()))]
    assert len(jokes()) >= 20
    assert set(told[: len(jokes())]) == set(told[len(jokes()) :]) == set(jokes())
