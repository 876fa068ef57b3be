"""What a household usually says: sentences of its own, which recognisers then hear more readily than others.

They are kept in the state folder, and only where the household asked for it: `assistant evaluate --learn`.
"""

import json
import logging
import re
from collections.abc import Iterable
from pathlib import Path

from assistant.errors import StoreError
from assistant.messages import IntentSpec, Vocabulary
from assistant.phrases.words import spelled

logger = logging.getLogger(__name__)

FILE = "usual.json"

MOST = 300
"""Sentences that are kept: a household's habits are fewer, and each one makes the others less expected."""

SHARE = 0.2
"""How often a command is one of them, as recognisers expect it. With 0.5, hardly more of them are heard, and
the others with less confidence (benchmarks/notes-recognizer.md)."""

_PLAIN = re.compile(r"[a-z' ]+")


def plain(sentences: Iterable[str]) -> tuple[str, ...]:
    """Each once, as recognisers spell them, the first MOST; those with other signs than letters are left out."""
    written = (spelled(sentence.lower()) for sentence in sentences)
    return tuple(dict.fromkeys(each for each in written if _PLAIN.fullmatch(each)))[:MOST]


def expecting(vocabulary: Vocabulary, sentences: Iterable[str]) -> Vocabulary:
    """The vocabulary for recognisers, in which these sentences are more likely. It allows nothing to be understood."""
    known = plain(sentences)
    if not known or not vocabulary.intents:
        return vocabulary
    weight = sum(intent.weight for intent in vocabulary.intents) * SHARE / (1 - SHARE)
    return Vocabulary((*vocabulary.intents, IntentSpec("household.usual", known, weight=weight)))


def read(folder: Path | None) -> tuple[str, ...]:
    """What is kept; nothing where nothing is, or where the file is damaged, which the log says."""
    if folder is None:
        return ()
    file = folder / FILE
    try:
        kept = json.loads(file.read_text("utf-8"))
        if not isinstance(kept, list) or not all(isinstance(each, str) for each in kept):
            raise ValueError("it is no list of sentences")
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, RecursionError) as error:
        logger.warning("What is usually said is not known: %s: %s. Learn it again or delete the file.", file, error)
        return ()
    return plain(kept)


def keep(folder: Path, sentences: Iterable[str]) -> Path:
    """Keep these instead of what was kept, for nobody else to read; the file. Raises StoreError."""
    file = folder / FILE
    half = file.with_suffix(".new")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        half.touch(0o600)
        half.write_text(json.dumps(plain(sentences), indent=1), "utf-8")
        half.replace(file)
    except OSError as error:
        raise StoreError(
            f"{file} cannot be written: {error.strerror}. Make room or mend the folder's rights"
        ) from error
    return file


def forget(folder: Path) -> bool:
    """Delete what is kept; whether there was anything. Raises StoreError."""
    file = folder / FILE
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreError(f"{file} cannot be deleted: {error.strerror}. Delete it by hand") from error
    return True
