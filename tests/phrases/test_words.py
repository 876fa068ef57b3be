"""One spelling for what is typed and what is heard."""

import pytest

from assistant.phrases.words import spelled, words

SPELLINGS = {
    "Turn ON the light!": "turn on the light",
    "What’s the time?": "what is the time",
    "whats the time": "what is the time",
    "don't, can't, let's": "do not can not let us",
    "7:05": "7 : 05",
    "7:05 a.m.": "7 : 05 am",
    "7.30pm": "7 : 30 pm",
    "7 P.M. tomorrow": "7 pm tomorrow",
    "at 7.": "at 7",
    "21.5 degrees": "21 point 5 degrees",
    "set it to 50%": "set it to 50 percent",
    "21°": "21 degrees",
    "1,000": "1000",
    "minus -5": "minus -5",
    "10-15": "10 15",
    "twenty-one": "twenty one",
    "wi-fi / living_room": "wi fi living room",
    "2½ hours": "2 and a half hours",
    "½ hour": "half hour",
    "5minutes": "5 minutes",
    "the 21st": "the 21 st",
    "rock & roll": "rock and roll",
    "mom's 'old' café": "mom's old cafe",
    "o’clock": "o'clock",
    "  a \t b\n": "a b",
    "ｆｕｌｌ": "full",
    "": "",
}


@pytest.mark.parametrize(("text", "expected"), SPELLINGS.items())
def test_text_is_spelled_one_way(text: str, expected: str) -> None:
    assert spelled(text) == expected


@pytest.mark.parametrize("text", SPELLINGS.values())
def test_what_is_spelled_stays(text: str) -> None:
    assert spelled(text) == text


@pytest.mark.parametrize("text", ["a 💡", "a \x07", "a 光", "a \u200b"])
def test_what_has_no_words_is_kept_so_that_it_matches_nothing(text: str) -> None:
    assert spelled(text) == text


def test_words_know_where_they_stood() -> None:
    found, tidy = words("It's Dinner, 7:30!")
    assert [tidy[word.start : word.end] for word in found] == ["it's", "it's", "dinner", "7", ":", "30"]
