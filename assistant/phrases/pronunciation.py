"""How words sound, in the phones of the CMU pronouncing dictionary: looked up, or by rule where it has no entry."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

PHONES: tuple[str, ...] = (
    "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY", "JH", "K",
    "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH",
)  # fmt: skip
"""ARPAbet without stress, as http://www.speech.cs.cmu.edu/cgi-bin/cmudict lists it."""

_ARPABET = {
    # vowels before r, where English has fewer than elsewhere
    "aɪɚ": "AY ER", "aʊɚ": "AW ER", "ɛɹ": "EH R", "ɪɹ": "IH R", "iːɹ": "IH R", "ʊɹ": "UH R", "ɔːɹ": "AO R",
    "oːɹ": "AO R", "oɹ": "AO R", "ɑːɹ": "AA R", "əɹ": "ER", "ɜːɹ": "ER",
    # diphthongs
    "eɪ": "EY", "aɪ": "AY", "ɔɪ": "OY", "aʊ": "AW", "oʊ": "OW", "əʊ": "OW", "iə": "IY AH",
    # vowels; those English lacks become the nearest it has
    "æ": "AE", "ɑ": "AA", "ɒ": "AA", "a": "AA", "ɐ": "AH", "ʌ": "AH", "ə": "AH", "ɔ": "AO", "ɛ": "EH", "ɜ": "ER",
    "ɚ": "ER", "ɝ": "ER", "e": "EY", "ɪ": "IH", "ᵻ": "IH", "i": "IY", "o": "OW", "ʊ": "UH", "u": "UW", "y": "UW",
    "ø": "ER", "œ": "ER", "ɨ": "IH", "ʉ": "UW", "ɯ": "UW",
    # consonants
    "tʃ": "CH", "dʒ": "JH", "b": "B", "d": "D", "ð": "DH", "f": "F", "ɡ": "G", "g": "G", "h": "HH", "k": "K",
    "l": "L", "m": "M", "n": "N", "ŋ": "NG", "p": "P", "ɹ": "R", "r": "R", "s": "S", "ʃ": "SH", "t": "T", "ɾ": "T",
    "ʔ": "T", "θ": "TH", "v": "V", "w": "W", "j": "Y", "z": "Z", "ʒ": "ZH", "x": "K", "ç": "HH", "ɲ": "N Y",
    "ɬ": "L", "ʎ": "L Y", "β": "V", "ɣ": "G", "ʁ": "R", "ts": "T S",
    # syllables without a vowel
    "n̩": "AH N", "l̩": "AH L", "m̩": "AH M",
}  # fmt: skip
"""The International Phonetic Alphabet, as espeak-ng's English voices write it, in ARPAbet."""

_VOICELESS = frozenset({"F", "K", "P", "T", "TH"})
_SIBILANTS = frozenset({"CH", "JH", "S", "SH", "Z", "ZH"})
SHORTEST_STEM = 2
"""Phones: what is as short as "is" and "as" is rarely a plural."""

BRITISH = Path(__file__).with_name("british.dict")
"""What is said otherwise in Britain than any rule would make of the American: "garage", "schedule", "half past"."""

_SYMBOL = re.compile("|".join(sorted(map(re.escape, _ARPABET), key=len, reverse=True)))
_MARKS = re.compile(r"\([a-z-]+\)|[ˈˌ͡‿\u200d\s]")
"""Stress, ties and the language switches, `(fr)`, that espeak-ng writes."""


def arpabet(ipa: str) -> str:
    """Phones in ARPAbet, separated by spaces, for phonemes in IPA. Signs it does not know are left out."""
    return " ".join(_ARPABET[match[0]] for match in _SYMBOL.finditer(_MARKS.sub("", ipa)))


def look_up(words: Iterable[str], *dictionaries: Path) -> dict[str, tuple[str, ...]]:
    """Every pronunciation that files in the form of the CMU dictionary list, for those of the words they have.

    A file is read line by line and not kept: 130,000 entries would take 30 MB.
    """
    wanted = {word.encode() for word in words}
    found: dict[str, list[str]] = {}
    for dictionary in dictionaries:
        with dictionary.open("rb") as entries:
            for entry in entries:
                spelling, _, phones = entry.partition(b" ")
                word = spelling.partition(b"(")[0]
                if word in wanted:
                    found.setdefault(word.decode(), []).append(phones.decode().strip())
    return {word: tuple(dict.fromkeys(phones)) for word, phones in found.items()}


def _inflected(word: str, listed: Iterable[str], related: Iterable[str]) -> Iterator[str]:
    """The pronunciations of a plural made of those of its singular, or the other way round.

    They end as those listed do, and are about as long: "his" is no plural of "hi".
    """
    for phones in related:
        if word.endswith("s"):
            made = phones.split()
            if made[-1] in _SIBILANTS:
                continue
            made.append("S" if made[-1] in _VOICELESS else "Z")
        else:
            *made, last = phones.split()
            if last not in ("S", "Z") or not made or made[-1] in _SIBILANTS:
                continue
        if len(made) > SHORTEST_STEM and any(
            made[-2:] == each[-2:] and abs(len(made) - len(each)) <= 1 for each in map(str.split, listed)
        ):
            yield " ".join(made)


class Pronouncing:
    """`pronounce`, which remembers: reading through the dictionary takes longer than choosing among a few sentences."""

    def __init__(self, dictionary: Path, phonemes: Callable[[str], str]) -> None:
        self._dictionary = dictionary
        self._phonemes = phonemes
        self._known: dict[str, tuple[str, ...]] = {}

    def __call__(self, words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """At least one pronunciation for each word that can be spoken. Any thread may ask."""
        words = set(words)
        if new := words - self._known.keys():
            found = pronounce(new, self._dictionary, self._phonemes)
            self._known |= {word: found.get(word, ()) for word in new}
        return {word: self._known[word] for word in words if self._known[word]}


def pronounce(words: Iterable[str], dictionary: Path, phonemes: Callable[[str], str]) -> Mapping[str, tuple[str, ...]]:
    """At least one pronunciation for each word, the British ones too; words that cannot be spoken are left out.

    `phonemes` gives a word's phonemes in IPA, by rule; it is asked about words the dictionary lacks. A noun's plural is
    listed by itself, and often with other pronunciations ("almond" and "almonds"): each has those of the other, too.
    """
    words = set(words)
    related = {word: word.removesuffix("s") if word.endswith("s") else f"{word}s" for word in words}
    found = look_up(words | set(related.values()), dictionary, BRITISH)
    known = {
        word: tuple(dict.fromkeys((*found[word], *_inflected(word, found[word], found.get(related[word], ())))))
        for word in words & found.keys()
    }
    ruled = {word: arpabet(phonemes(word)) for word in sorted(words - known.keys())}
    return known | {word: (phones,) for word, phones in ruled.items() if phones}
