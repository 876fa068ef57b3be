import pytest

from assistant import testing
from skills.units import UNITS, WORDS, skill


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("convert five miles to kilometers", "5 miles are 8.047 kilometers."),
        ("how many ounces are in a pound", "1 pound is 16 ounces."),
        ("what is 70 degrees fahrenheit in celsius", "70 degrees Fahrenheit is 21.11 degrees Celsius."),
        ("what is -40 fahrenheit in celsius", "-40 degrees Fahrenheit is -40 degrees Celsius."),
        ("convert half a cup to milliliters", "0.5 cups are 118.3 milliliters."),
        ("how many teaspoons in three tablespoons", "3 tablespoons are 9 teaspoons."),
        ("convert 1 millimeter to miles", "1 millimeter is 0.0000006214 miles."),
        (
            "convert kilometres to kilograms",
            "Kilometers measure length and kilograms measure weight, so one cannot become the other.",
        ),
        ("what is -300 celsius in fahrenheit", "Nothing is that cold."),
        ("convert minus five miles to kilometers", "There are no -5 miles."),
        ("convert 900 trillion miles to millimeters", "That is more than I can calculate with."),
        ("convert five florins to kilometers", "Sorry, I did not understand that."),
    ],
)
async def test_answers(said: str, answer: str) -> None:
    assert await testing.say(skill, said) == answer


async def test_british_pints() -> None:
    assistant = await testing.assistant(skill, settings={"units": {"imperial": True}})
    assert await assistant.say("convert a pint to milliliters") == "1 pint is 568.3 milliliters."


def test_every_unit_can_be_said() -> None:
    assert set(WORDS.values()) == set(UNITS)
