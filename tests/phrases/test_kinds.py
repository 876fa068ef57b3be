"""How values are said: tables of words → value for every kind of slot, typed and spoken."""

import pytest

from assistant.messages import SlotSpec
from assistant.phrases.book import PhraseBook
from assistant.phrases.lists import Said, spoken
from tests.phrases.house import book, choices, slots_of, vocabulary


def reading(kind: str, low: int = 0, high: int = 100) -> PhraseBook:
    return book(vocabulary("say {x}", slots=(SlotSpec("x", kind, low=low, high=high),)))


DURATIONS = {
    "ten minutes": 600,
    "10 minutes": 600,
    "a minute": 60,
    "an hour": 3600,
    "one hour": 3600,
    "ninety seconds": 90,
    "90s": 90,
    "two and a half minutes": 150,
    "2.5 minutes": 150,
    "two point five minutes": 150,
    "2½ minutes": 150,
    "an hour and a half": 5400,
    "one and a half hours": 5400,
    "an hour and a quarter": 4500,
    "half an hour": 1800,
    "a half hour": 1800,
    "half a minute": 30,
    "three quarters of an hour": 2700,
    "a quarter of an hour": 900,
    "1 hour 30 minutes": 5400,
    "1h 30min": 5400,
    "one hour and thirty minutes": 5400,
    "an hour ten minutes and five seconds": 4205,
    "a couple of minutes": 120,
    "a hundred and twenty seconds": 120,
    "three days": 259_200,
    "two weeks and a day": 1_296_000,
    "a day, 2 hours, 3 minutes and 4 seconds": 93_784,
    "five minutes and two hours": None,
    "0 minutes": 0,
    "minus five minutes": -300,
    "-5 minutes": -300,
    "a million years": 31_536_000_000_000,
    "minutes": None,
    "ten": None,
    "half": None,
}

TIMES = {
    "seven": "07:00",
    "7": "07:00",
    "seven o'clock": "07:00",
    "seven o’clock in the morning": "07:00",
    "seven in the evening": "19:00",
    "seven thirty": "07:30",
    "7:30": "07:30",
    "7:30 pm": "19:30",
    "7.30 pm": "19:30",
    "7 30 p.m.": "19:30",
    "seven thirty p m": "19:30",
    "seven oh five": "07:05",
    "7:05": "07:05",
    "7 a.m.": "07:00",
    "7am": "07:00",
    "twelve": "12:00",
    "12:15 pm": "12:15",
    "12:15 am": "00:15",
    "twelve at night": "00:00",
    "ten at night": "22:00",
    "two at night": "02:00",
    "nineteen forty five": "19:45",
    "19:45": "19:45",
    "noon": "12:00",
    "twelve noon": "12:00",
    "midnight": "00:00",
    "quarter past seven": "07:15",
    "a quarter past seven in the evening": "19:15",
    "half past six": "06:30",
    "ten to eight": "07:50",
    "ten minutes before eight": "07:50",
    "10 to 8": "07:50",
    "quarter to midnight": "23:45",
    "twenty past noon": "12:20",
    "twenty five minutes past five p m": "17:25",
    "five to one": "00:55",
    "25:00": "25:00",
    "25 o'clock": "25:00",
    "twenty five o'clock": "25:00",
    "7:60": None,
    "half past": None,
}

EITHER_HALF = {
    "seven": "07:00?",
    "half past eleven": "11:30?",
    "seven am": "07:00",
    "seven in the evening": "19:00",
    "twelve": "12:00",
    "noon": "12:00",
    "19:45": "19:45",
    "midnight": "00:00",
}

DATES = {
    "today": "2026-03-04",
    "tomorrow": "2026-03-05",
    "the day after tomorrow": "2026-03-06",
    "yesterday": "2026-03-03",
    "friday": "2026-03-06",
    "on Friday": "2026-03-06",
    "wednesday": "2026-03-11",
    "this wednesday": "2026-03-04",
    "next wednesday": "2026-03-11",
    "next Tuesday": "2026-03-10",
    "next saturday": "2026-03-14",
    "the twenty first of march": "2026-03-21",
    "the 21st of March": "2026-03-21",
    "21 march": "2026-03-21",
    "March 3rd": "2027-03-03",
    "march fourth": "2026-03-04",
    "march the fifth": "2026-03-05",
    "march five": "2026-03-05",
    "Mar 5": "2026-03-05",
    "friday the thirteenth of march": "2026-03-13",
    "the first": "2026-04-01",
    "the thirty first": "2026-03-31",
    "february twenty ninth": "2028-02-29",
    "may first twenty twenty seven": "2027-05-01",
    "May 1st, 2027": "2027-05-01",
    "in three days": "2026-03-07",
    "in a week": "2026-03-11",
    "2 weeks from today": "2026-03-18",
    "february 30": "2026-02-30",
    "february 29 2027": "2027-02-29",
    "the thirty second": None,
    "someday": None,
}

PERCENTAGES = {
    "fifty percent": 50,
    "fifty per cent": 50,
    "fifty": 50,
    "50%": 50,
    "50 %": 50,
    "half": 50,
    "a quarter": 25,
    "three quarters": 75,
    "full": 100,
    "maximum": 100,
    "zero": 0,
    "a hundred percent": 100,
    "one hundred": 100,
    "101": None,
    "a hundred and one": None,
    "-1": None,
    "50.5": None,
}

INTEGERS = {
    "five": 5,
    "5": 5,
    "05": 5,
    "-5": -5,
    "minus five": -5,
    "twenty-five": 25,
    "twenty five": 25,
    "a hundred and five": 105,
    "one hundred five": 105,
    "two hundred": 200,
    "201": None,
    "two hundred and one": None,
    "minus eleven": None,
    "five five": None,
    "fiveteen": None,
}

WIDE = {
    "seven": 7,
    "nine hundred and ninety nine": 999,
    "a thousand": 1000,
    "twelve thousand three hundred and forty five": 12_345,
    "two thousand and one": 2001,
    "12,345": 12_345,
    "ninety nine thousand": 99_000,
    "100000": None,
    "one hundred thousand": None,
}


@pytest.mark.parametrize(
    ("kind", "low", "high", "table"),
    [
        ("duration", 0, 100, DURATIONS),
        ("time", 0, 100, TIMES),
        ("clock", 0, 100, EITHER_HALF),
        ("date", 0, 100, DATES),
        ("percentage", 0, 100, PERCENTAGES),
        ("integer", -10, 200, INTEGERS),
        ("integer", 0, 99_999, WIDE),
    ],
)
def test_words_make_values(kind: str, low: int, high: int, table: dict[str, object]) -> None:
    phrases = reading(kind, low, high)
    found = {words: (slots_of(phrases, f"say {words}") or {}).get("x") for words in table}
    assert found == table


def test_values_have_the_plain_types() -> None:
    for kind, words, of_type in (("integer", "5", int), ("percentage", "5%", int), ("duration", "1.5 hours", int)):
        slots = slots_of(reading(kind), f"say {words}")
        assert slots is not None
        assert type(slots["x"]) is of_type


def test_choices_are_said_as_their_templates_say() -> None:
    lamps = choices("desk lamp", big="[the] big (lamp|light)", second="lamp 2")
    phrases = book(vocabulary("on {x}", slots=(SlotSpec("x", "choice", choices=lamps),)))
    found = {text: slots_of(phrases, text) for text in ("on the big light", "on Lamp two", "on lamp 2", "on desk-lamp")}
    assert found == {
        "on the big light": {"x": "big"},
        "on Lamp two": {"x": "second"},
        "on lamp 2": {"x": "second"},
        "on desk-lamp": {"x": "desk lamp"},
    }
    assert slots_of(phrases, "on the desk lamp") is None


def test_free_text_keeps_its_punctuation() -> None:
    phrases = book(vocabulary("remember [that] {x}", slots=(SlotSpec("x", "text"),)))
    assert slots_of(phrases, "Remember that it's Dinner at 7:30, 50% off!") == {
        "x": "it's dinner at 7:30, 50 percent off"
    }


def test_a_range_may_stand_in_the_template() -> None:
    phrases = book(vocabulary("dim to {10..30:x}%", slots=(SlotSpec("x", "percentage"),)))
    assert slots_of(phrases, "dim to thirty percent") == {"x": 30}
    assert slots_of(phrases, "dim to forty percent") is None


def test_words_of_a_list_are_found_where_a_text_begins_with_them() -> None:
    values = spoken("x", (Said("tv", ("tv", "tv set")), Said("lamp", ("lamp two",)), Said("all", ("tv",))))
    found = {
        text: [value.value_out for value in values.get_candidates(text)] for text in ("tv set on ", "tvs ", "lamp ")
    }
    assert found == {"tv set on ": ["tv", "all", "tv"], "tvs ": [], "lamp ": []}
    assert spoken("x", ()).get_candidates("tv ") == []
