"""Values in words, which the phrase book reads back."""

from datetime import date, datetime, time, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.messages import IntentSpec, SlotSpec, Vocabulary
from assistant.phrases import spoken
from assistant.phrases.book import PhraseBook
from tests.phrases.house import TODAY, book, slots_of

DURATIONS = {
    timedelta(0): "0 seconds",
    timedelta(seconds=1): "a second",
    timedelta(seconds=90): "a minute and 30 seconds",
    timedelta(minutes=10): "10 minutes",
    timedelta(minutes=65): "an hour and 5 minutes",
    timedelta(seconds=93_784): "a day, 2 hours, 3 minutes and 4 seconds",
    timedelta(milliseconds=400): "0 seconds",
    timedelta(milliseconds=59_800): "a minute",
    timedelta(minutes=-5): "minus 5 minutes",
}

TIMES = {
    time(0): ("midnight", "0:00", "midnight"),
    time(0, 5): ("12:05 AM", "0:05", "five past midnight"),
    time(7): ("7 AM", "7:00", "seven o'clock"),
    time(7, 5): ("7:05 AM", "7:05", "five past seven"),
    time(7, 15): ("7:15 AM", "7:15", "quarter past seven"),
    time(7, 22, 59): ("7:22 AM", "7:22", "twenty two minutes past seven"),
    time(7, 30): ("7:30 AM", "7:30", "half past seven"),
    time(7, 59): ("7:59 AM", "7:59", "one minute to eight"),
    time(11, 45): ("11:45 AM", "11:45", "quarter to noon"),
    time(12): ("noon", "12:00", "noon"),
    time(19, 5): ("7:05 PM", "19:05", "five past seven"),
    time(23, 55): ("11:55 PM", "23:55", "five to midnight"),
}


@pytest.mark.parametrize(("value", "words"), DURATIONS.items())
def test_durations(value: timedelta, words: str) -> None:
    assert spoken.spoken(value) == words


@pytest.mark.parametrize(("value", "words"), TIMES.items())
def test_times_in_each_style(value: time, words: tuple[str, str, str]) -> None:
    assert (spoken.clock(value, "12"), spoken.clock(value, "24"), spoken.clock(value, "words")) == words


def test_the_rest() -> None:
    assert spoken.spoken(time(19, 5), twelve_hours=False) == "19:05"
    assert spoken.spoken(datetime(2026, 3, 3, 7, 5)) == "Tuesday, March the third at 7:05 AM"
    assert spoken.spoken(datetime(2026, 3, 5, 7), today=TODAY) == "tomorrow at 7 AM"
    assert spoken.spoken(date(2026, 3, 21), today=TODAY) == "Saturday, March the twenty first"
    assert spoken.spoken(date(2027, 3, 21), today=TODAY) == "Sunday, March the twenty first, 2027"
    assert [spoken.spoken(value) for value in (5, -5, 21.5, 21.0, 0.126, 1200)] == [
        "5",
        "-5",
        "21.5",
        "21",
        "0.13",
        "1200",
    ]
    assert [spoken.spoken(items) for items in ([], ["a"], ["a", "b"], ("a", "b", "c"))] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert spoken.spoken("as it is") == "as it is"


@cache
def reader() -> PhraseBook:
    kinds = (("length", "duration"), ("at", "time"), ("day", "date"))
    return book(Vocabulary(tuple(IntentSpec(n, (f"{n} {{{n}}}",), (SlotSpec(n, kind),)) for n, kind in kinds)))


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 10 * 86_400))
def test_a_spoken_duration_is_read_back(seconds: int) -> None:
    words = spoken.duration(timedelta(seconds=seconds))
    assert slots_of(reader(), f"length {words}") == {"length": seconds}


@settings(max_examples=100, deadline=None)
@given(st.times())
def test_a_spoken_time_is_read_back(value: time) -> None:
    styles: tuple[spoken.Clock, ...] = ("12", "24", "words")
    for style in styles[: 3 if value.hour < 11 else 2]:  # in words, morning and evening are the same
        assert slots_of(reader(), f"at {spoken.clock(value, style)}") == {"at": f"{value:%H:%M}"}


@settings(max_examples=100, deadline=None)
@given(st.dates(date(2020, 1, 1), date(2059, 12, 31)))
def test_a_spoken_date_is_read_back(value: date) -> None:
    words = spoken.day(value, TODAY)
    assert slots_of(reader(), f"day {words}") in ({"day": value.isoformat()}, {"day": _coming(value)})


def _coming(value: date) -> str:
    """A date of this year that has passed is read as next year's."""
    return value.replace(year=value.year + 1).isoformat() if value.year == TODAY.year and value < TODAY else ""
