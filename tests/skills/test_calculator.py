import pytest

from assistant import testing
from skills.calculator import skill


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("what is fifteen percent of eighty", "15 percent of 80 is 12."),
        ("two plus three times four", "2 plus 3 times 4 is 14."),
        ("how much is one hundred and five minus twenty", "105 minus 20 is 85."),
        ("three point one four times two", "3.14 times 2 is 6.28."),
        ("what is ten divided by three", "10 divided by 3 is about 3.3333."),
        ("50 minus 20 percent", "50 minus 20 percent is 40."),
        ("what is two and a half plus three quarters", "2.5 plus three quarters is 3.25."),
        ("subtract 18 from 50", "50 minus 18 is 32."),
        ("minus five plus three", "Minus 5 plus 3 is -2."),
        ("two to the power of ten", "2 to the power of 10 is 1024."),
        ("half a dozen times 7", "6 times 7 is 42."),
        ("what is one divided by a million", "1 divided by 1000000 is almost 0."),
        ("divide by zero", "Sorry, I did not understand that."),
        ("divide seven by zero", "Nothing can be divided by zero."),
        ("zero to the power of minus one", "Nothing can be divided by zero."),
        ("the square root of minus four", "Nothing below zero has such a root."),
        ("two to the power of a million", "That is more than I can calculate with."),
        ("nine hundred trillion times nine hundred trillion", "That is more than I can calculate with."),
        (f"what is {'9' * 400} plus 1", "Sorry, I did not understand that."),
        ("what is the capital of peru", "Sorry, I did not understand that."),
        ("what is two plus", "Sorry, I did not understand that."),
        ("what is ٣ plus ٤", "3 plus 4 is 7."),
    ],
)
async def test_answers(said: str, answer: str) -> None:
    assert await testing.say(skill, said) == answer
