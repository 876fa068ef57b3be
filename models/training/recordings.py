"""Features of augmented speech, in files that are made when they are needed: `features/000-00000.npz` and so on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.engines.features import Features
from assistant.engines.rows import rows_of
from assistant.engines.senones import Senones
from models.training import augment, noises, speech
from models.training.files import replace


@dataclass(frozen=True, slots=True)
class Recordings:
    """Some recordings."""

    features: list[NDArray[np.float16]]
    """(rows, WIDTH) each."""
    phones: list[NDArray[np.uint8]]


def made(folder: Path, spoken: Path, turn: int, seed: int) -> Path:
    """Recordings of all sentences of a file of speech, anew in each turn, unless they exist."""
    file = folder / f"{turn:03}-{spoken.stem}.npz"
    if not file.exists():
        replace(
            file,
            lambda to: _save(to, recorded(speech.load(spoken), np.random.default_rng([seed, turn, int(spoken.stem)]))),
        )
    return file


def recorded(said: Sequence[speech.Spoken], chance: np.random.Generator) -> Recordings:
    """Each of them in a room and a noise of its own."""
    listen = Features(), Senones()
    sounds = [(each.sound / 32768).astype(np.float32) for each in said]
    bank = noises.Bank(chance, sounds)
    features, phones = [], []
    for each, sound in zip(said, sounds, strict=True):
        heard, spoken = augment.record(sound, chance, sounds, bank)
        features.append(rows_of(*listen, heard).astype(np.float16))
        phones.append(each.phones if spoken else each.phones[:0])
    return Recordings(features, phones)


def _save(file: Path, recordings: Recordings) -> None:
    with file.open("wb") as to:
        np.savez(
            to,
            features=np.concatenate(recordings.features),
            feature_ends=np.cumsum([len(each) for each in recordings.features]),
            phones=np.concatenate(recordings.phones),
            phone_ends=np.cumsum([len(each) for each in recordings.phones]),
        )


def load(file: Path) -> Recordings:
    """Read one file."""
    with np.load(file) as kept:
        return Recordings(
            np.split(kept["features"], kept["feature_ends"][:-1]), np.split(kept["phones"], kept["phone_ends"][:-1])
        )
