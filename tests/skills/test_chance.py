import re

from assistant import testing
from skills.chance import skill


async def test_everything_is_in_its_range() -> None:
    assistant = await testing.assistant(skill)
    for _ in range(30):
        rolled = re.fullmatch(r"You rolled an? (\d+)\.", await assistant.say("roll a dice"))
        assert rolled
        assert 1 <= int(rolled[1]) <= 6
        assert 3 <= int((await assistant.say("pick a number between 7 and 3")).rstrip(".")) <= 7
        assert await assistant.say("flip a coin") in ("Heads.", "Tails.")
    several = re.fullmatch(r"You rolled (.*): (\d+) in all\.", await assistant.say("roll three dice"))
    assert several
    assert sum(map(int, re.findall(r"\d+", several[1]))) == int(several[2])


async def test_too_many_dice_are_none() -> None:
    assert (await testing.say(skill, "roll a million dice")).startswith("Sorry, I did not understand that.")
