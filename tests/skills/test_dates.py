from datetime import date

import pytest

from assistant import testing
from assistant.phrases.moments import easter
from skills.clock import skill as clock
from skills.dates import skill


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("how many days until christmas", "It is 235 days until Friday, December the twenty fifth."),
        ("how many weeks until the first of june", "It is 4 weeks until Monday, June the first."),
        ("how many months until christmas", "It is 7 months and 21 days until Friday, December the twenty fifth."),
        ("how long until tomorrow", "It is one day until Tuesday, May the fifth."),
        ("how many days until today", "That is today, Monday, May the fourth."),
        ("how many days until february 30th", "There is no February 30 then."),
        ("how many days since christmas", "It has been 130 days since Thursday, December the twenty fifth."),
        (
            "how many days between christmas and new year",
            "From Friday, December the twenty fifth to Friday, January the first it is 7 days.",
        ),
        ("what week is it", "It is week 19."),
        ("what day is christmas", "That is a Friday."),
        ("when is halloween", "That is Saturday, October the thirty first."),
    ],
)
async def test_answers(said: str, answer: str) -> None:
    assistant = await testing.assistant(skill, clock)
    assert await assistant.say(said) == answer


@pytest.mark.parametrize(
    "sunday", [date(2000, 4, 23), date(2024, 3, 31), date(2025, 4, 20), date(2027, 3, 28), date(2038, 4, 25)]
)
def test_easter(sunday: date) -> None:
    assert easter(sunday.year) == sunday
