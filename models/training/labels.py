"""The phones of a sentence: of each word's pronunciations in the dictionary, the one nearest to what is said."""

from collections.abc import Mapping, Sequence

from assistant.phrases.pronunciation import PHONES

_Path = tuple[float, tuple[str, ...]]


def read(dictionary: Sequence[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Word → pronunciations, from the lines of a file in the form of the CMU dictionary."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for line in dictionary:
        spelling, _, phones = line.partition(" ")
        found.setdefault(spelling.partition("(")[0], []).append(tuple(phones.split()))
    return {word: tuple(variants) for word, variants in found.items()}


def nearest(words: Sequence[str], dictionary: Mapping[str, Sequence[tuple[str, ...]]], said: Sequence[str]) -> _Path:
    """The phones of the words by the dictionary that differ least from those said, and by how many edits.

    Raises KeyError for a word that the dictionary lacks.
    """
    row: list[_Path] = [(float(position), ()) for position in range(len(said) + 1)]
    for word in words:
        spoken = [_through(row, variant, said) for variant in dictionary[word]]
        row = [min(column, key=lambda path: path[0]) for column in zip(*spoken, strict=True)]
    return row[-1]


def _through(row: list[_Path], phones: Sequence[str], said: Sequence[str]) -> list[_Path]:
    """One row of Levenshtein's table for each of the phones; the last of them."""
    for phone in phones:
        following: list[_Path] = [(row[0][0] + 1, (*row[0][1], phone))]
        for position, heard in enumerate(said, start=1):
            kept = row[position - 1][0] + (phone != heard), row[position - 1][1]
            left_out = row[position][0] + 1, row[position][1]
            cost, path = min(kept, left_out, key=lambda each: each[0])
            before, earlier = following[-1]
            following.append((before + 1, earlier) if before + 1 < cost else (cost, (*path, phone)))
        row = following
    return row


NUMBERS: Mapping[str, int] = {phone: number for number, phone in enumerate(PHONES, start=1)}
"""What the model calls the phones; 0 is the blank."""
