"""Pronunciations: looked up with all variants, and by rule from espeak-ng's phonemes."""

from collections.abc import Iterator
from pathlib import Path

import pocketsphinx
import pytest

from assistant.engines.espeak import Espeak
from assistant.phrases.pronunciation import PHONES, arpabet, look_up, pronounce

DICTIONARY = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))


@pytest.fixture(scope="module")
def espeak() -> Iterator[Espeak]:
    engine = Espeak()
    yield engine
    engine.close()


@pytest.mark.parametrize(
    ("ipa", "phones"),
    [
        ("həlˈoʊ", "HH AH L OW"),
        ("tʃˈɜːtʃ", "CH ER CH"),
        ("dʒˈʌdʒ", "JH AH JH"),
        ("nˈɪɹ", "N IH R"),
        ("fˈɔːɹ", "F AO R"),
        ("bˈʌʔn̩", "B AH T AH N"),
        ("wˈɔːɾɚ", "W AO T ER"),
        ("t͡ʃ", "CH"),
        ("(fr)ɡɑʁsˈɔ̃(en)", "G AA R S AO"),
        ("", ""),
        ("✂", ""),
    ],
)
def test_ipa_becomes_arpabet(ipa: str, phones: str) -> None:
    assert arpabet(ipa) == phones


def test_all_variants_of_a_listed_word_are_found_and_nothing_else() -> None:
    found = look_up(["the", "kitchen", "schlafzimmer"], DICTIONARY)
    assert found["kitchen"] == ("K IH CH AH N",)
    assert len(found["the"]) > 1
    assert len(set(found["the"])) == len(found["the"])
    assert set(found) == {"the", "kitchen"}


def test_a_word_the_dictionary_lacks_is_pronounced_by_rule(espeak: Espeak) -> None:
    known = pronounce(["schlafzimmer", "hygge", "lamp"], DICTIONARY, espeak.phonemes)
    assert known["schlafzimmer"] == ("SH L AE F Z IH M ER",)
    assert set(known) == {"schlafzimmer", "hygge", "lamp"}


def test_words_that_britain_says_otherwise_are_heard_so_too() -> None:
    known = pronounce(["garage", "schedule", "half"], DICTIONARY, str)
    assert known["garage"] == ("G ER AA ZH", "G AE R AA ZH", "G AE R IH JH")
    assert known["schedule"][-1] == "SH EH D Y UW L"
    assert known["half"] == ("HH AE F", "HH AA F")


def test_singular_and_plural_sound_alike() -> None:
    known = pronounce(["almond", "almonds", "kilo", "herbs", "lights", "his", "dress", "round"], DICTIONARY, str)
    assert known["almond"] == ("AA M AH N D", "AA L M AH N D")
    assert known["almonds"] == ("AA L M AH N D Z", "AA M AH N D Z")
    assert known["kilo"] == ("K IH L OW", "K IY L OW")
    assert known["herbs"] == ("ER B Z", "HH ER B Z")
    assert known["lights"] == ("L AY T S",)
    assert (known["his"], known["dress"], known["round"]) == (("HH IH Z",), ("D R EH S",), ("R AW N D",))


def test_a_word_that_cannot_be_spoken_is_left_out() -> None:
    assert pronounce(["qqq"], DICTIONARY, lambda word: "") == {}


def test_rules_agree_with_the_dictionary_on_most_sounds_of_common_words(espeak: Espeak) -> None:
    listed = look_up(
        ["kitchen", "bedroom", "hallway", "office", "garden", "lamp", "light", "fan", "window"], DICTIONARY
    )
    same = sum(arpabet(espeak.phonemes(word)) in phones for word, phones in listed.items())
    assert same >= 6


def test_rules_give_only_phones_the_model_knows(espeak: Espeak) -> None:
    for name in ("zoë", "jürgen", "wohnzimmer", "chihuahua", "tsunami", "llewellyn", "nguyen", "ikea", "sriracha"):
        phones = arpabet(espeak.phonemes(name)).split()
        assert phones, name
        assert set(phones) <= set(PHONES), name
