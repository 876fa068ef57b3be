from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from assistant import testing
from skills.places import WHERE, skill


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("what time is it in tokyo", "In Tokyo it is 2:15 AM tomorrow."),
        ("what time is it in new york", "In New York it is 1:15 PM."),
        ("what is the time difference to california", "California is 9 hours behind."),
        ("what is the time difference to india", "India is 3 hours and 30 minutes ahead."),
        ("what is the time difference to paris", "In Paris it is as late as here."),
        ("what time is it on the moon", "Sorry, I did not understand that."),
    ],
)
async def test_answers(said: str, answer: str) -> None:
    now = datetime(2026, 5, 4, 19, 15, tzinfo=ZoneInfo("Europe/Berlin"))
    assert (await (await testing.assistant(skill, now=now)).say(said)).startswith(answer)


@pytest.mark.parametrize("zone", sorted(set(WHERE.values())))
def test_every_place_has_a_zone(zone: str) -> None:
    assert ZoneInfo(zone).key == zone
