"""Text to words: one spelling for what is typed, what is heard and what templates say."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

CONTRACTIONS = {
    "what's": "what is",
    "where's": "where is",
    "when's": "when is",
    "who's": "who is",
    "how's": "how is",
    "that's": "that is",
    "there's": "there is",
    "it's": "it is",
    "i'm": "i am",
    "i'd": "i would",
    "i'll": "i will",
    "i've": "i have",
    "let's": "let us",
    "you're": "you are",
    "we're": "we are",
    "they're": "they are",
    "we've": "we have",
    "we'll": "we will",
    "you'll": "you will",
    "don't": "do not",
    "doesn't": "does not",
    "didn't": "did not",
    "isn't": "is not",
    "aren't": "are not",
    "won't": "will not",
    "can't": "can not",
    "mustn't": "must not",
}
"""Contracted → full. Templates and transcripts are read in the full form; the network holds both."""

_TYPED = {full.replace("'", ""): words for full, words in CONTRACTIONS.items()} | {
    "cannot": "can not",
    "goodnight": "good night",
}
_AMBIGUOUS = ("id", "ill", "wont", "its", "were", "well")
"""Without their apostrophe these are other words."""

_SIGNS = {"%": " percent ", "&": " and ", "°": " degrees ", "½": " ½ "}
_MINUTES = re.compile(r"(?<=\d)[:.](?=[0-5]\d\s*(?:[ap]\.?\s?m\b|o'?clock))|(?<=\d):(?=\d)")
_HALF = re.compile(r"(?<=\d)\s*½")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WORD = re.compile(
    r"(?<![\w.])-\d+"  # a negative number
    r"|\d+"
    r"|(?<=\d)[:.](?=\d)"  # inside a clock time or a decimal fraction
    r"|[ap]\.\s?m\b\.?"
    r"|[^\W\d_]+(?:'[^\W\d_]+)*"
    r"|[^\w\s!-/;-@\[-`{-~¡¿«»‐-―„…、。]"  # a sign we have no word for stays, so that it matches nothing
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word in the spelling of templates and networks, and where it stood."""

    text: str
    start: int
    end: int
    """Characters of the tidied text that `words` returns beside it."""


def words(text: str) -> tuple[tuple[Word, ...], str]:
    """The words of a text, and the tidied text that they were cut from.

    Words are lower case without accents or punctuation. Numbers stay digits; "7:05" becomes `7 : 05`, "21.5"
    `21 point 5`, "50%" `50 percent`; contractions are written in full.
    """
    tidy = _tidy(text)
    found: list[Word] = []
    for match in _WORD.finditer(tidy):
        for word in _spell(match[0]).split():
            found.append(Word(word, match.start(), match.end()))
    return tuple(found), tidy


@lru_cache(maxsize=2048)
def spelled(text: str) -> str:
    """The words of a text with single spaces between them."""
    return " ".join(word.text for word in words(text)[0])


def speakable(word: str) -> bool:
    """Whether a pronouncing dictionary might list the word: letters a to z, apostrophes inside."""
    return word.isascii() and word.replace("'", "").isalpha()


def _tidy(text: str) -> str:
    text = _HALF.sub(" and a ½", text)
    text = "".join(_SIGNS.get(character, character) for character in text)
    text = unicodedata.normalize("NFKD", text.replace("½", "half").translate(_QUOTES))
    text = "".join(character for character in text if not unicodedata.combining(character)).lower()
    text = _THOUSANDS.sub("", text)
    return " ".join(_MINUTES.sub(":", text).split())


_QUOTES = str.maketrans(dict.fromkeys("‘’ʼ＇`´", "'"))


def _spell(token: str) -> str:
    if token == ".":
        return "point"
    if token[0] in "ap" and "." in token:
        return token[0] + "m"
    full = CONTRACTIONS.get(token)
    if full is None and token not in _AMBIGUOUS:
        full = _TYPED.get(token)
    return full or token
