"""Written English made fit to be spoken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.speaking.aloud import aloud, sentences


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("It is 7:05.", "It is 7 oh 5."),
        ("It is 7:30 p.m.", "It is 7 30 p.m."),
        ("At 7:00 PM", "At 7 PM"),
        ("12:00", "12 o'clock"),
        ("19:00", "19 hundred"),
        ("0:00", "midnight"),
        ("00:05", "0 oh 5"),
        ("18:30", "18 30"),
        ("a ratio of 1:2, a lap in 1:23:45", "a ratio of 1:2, a lap in 1:23:45"),
        ("21.5 °C", "21.5 degrees Celsius"),
        ("-5°C, −1 °C", "minus 5 degrees Celsius, minus 1 degree Celsius"),
        ("72 °F", "72 degrees Fahrenheit"),
        ("40%", "40 percent"),
        ("20 km/h and 1,500 m", "20 kilometers per hour and 1,500 meters"),
        ("1 kWh, 5 kWh", "1 kilowatt-hour, 5 kilowatt-hours"),
        ("5 min", "5 minutes"),
        ("12 m/s, 6 ft, 1 ft", "12 meters per second, 6 feet, 1 foot"),
        ("1 m², 5 m², 2 1/2 m³", "1 square meter, 5 square meters, 2 and a half cubic meters"),
        ("10 µg/m³ or 10 \u03bcg/m³", "10 micrograms per cubic meter or 10 micrograms per cubic meter"),
        ("412 ppm, 50 Hz, 16 A", "412 parts per million, 50 hertz, 16 amperes"),
        ("7 kWh/day, 12 m/x, 4 Bs", "7 kWh/day, 12 m/x, 4 Bs"),
        ("10–12 °C, 5 — 7", "10 to 12 degrees Celsius, 5 to 7"),
        ("$3.5 million", "3.5 million dollars"),
        ("5 apples, flat 4 B", "5 apples, flat 4 B"),
        ("3/4 of an hour, 1/2", "3 quarters of an hour, one half"),
        ("2 1/2 cups, 2½ cups, ¾ l", "2 and a half cups, 2 and a half cups, 3 quarters of a liter"),
        ("1 1/2 kg and 1/2 kg", "1 and a half kilograms and one half of a kilogram"),
        ("2/3 and 1 5/16", "2 thirds and 1 and 5 sixteenths"),
        ("24/7, 1/2/2026, 5/0, and/or", "24/7, 1/2/2026, 5/0, and/or"),
        ("until 2026-11-03", "until November the third, 2026"),
        ("2026-13-40 and 555-12-34", "2026-13-40 and 555-12-34"),
        ("$5, €1.50, £1", "5 dollars, 1.50 euros, 1 pound"),
        ("2+2 = 4, 3.5 * 4, 5 × 3 m, 9÷3", "2 plus 2 equals 4, 3.5 times 4, 5 times 3 meters, 9 divided by 3"),
        ("C++ 11, 555 *5", "C++ 11, 555 5"),
        ("**Done** 🎉", "Done"),
        ("two\nlines\x00\x07", "two lines"),
        ("naïve Zoë", "naïve Zoë"),
        ("🎉🎉", ""),
        ("...", ""),
        ("", ""),
    ],
)
def test_what_is_written_is_said_well(text: str, spoken: str) -> None:
    assert aloud(text) == spoken


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One.", ["One."]),
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("It is 7.5 km. Go on.", ["It is 7.5 km.", "Go on."]),
        ("At 5 p.m. Then home.", ["At 5 p.m.", "Then home."]),
        ("at 5 p.m. today", ["at 5 p.m. today"]),
        ("Ask Dr. Who. Now.", ["Ask Dr. Who.", "Now."]),
        ('"Yes." He said "no."', ['"Yes."', 'He said "no."']),
        ("Set it. 5 minutes.", ["Set it.", "5 minutes."]),
        ("one line\nanother", ["one line", "another"]),
        ("Hm… Well.", ["Hm…", "Well."]),
        ("...", ["..."]),
        (" \n ", []),
    ],
)
def test_sentences_are_found(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


@given(st.text())
def test_no_word_is_lost_between_sentences(text: str) -> None:
    assert "".join(" ".join(sentences(text)).split()) == "".join(text.split())


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert "\x00" not in aloud(text)
