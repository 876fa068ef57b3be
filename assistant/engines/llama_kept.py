"""A static prompt on disk: the library's own file, and beside it what must be true of it."""

import contextlib
import hashlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.engines.llama_library import VERSION, Model, Reader
from assistant.ownership import as_around, make_folder
from assistant.prompt.choices import Scores

logger = logging.getLogger(__name__)

PROBED = 32
"""Scores that must be the same after restoring."""

TOLERANCE = 0.05
"""How far they may be apart: sums are made in another order when the number of threads changes. A prompt that was not
restored, or another one, differs by whole units."""


class Kept:
    """What a model made of one static prompt. Nothing here raises: what is wrong is logged, and costs time."""

    def __init__(self, model: Model, size: int, cache: Path, tokens: tuple[int, ...], behind: tuple[int, ...]) -> None:
        """`size` is the reader's, in tokens; `behind` are tokens that may follow the prompt."""
        self._tokens = tokens
        self._behind = behind
        self._folder = cache
        parts = [VERSION, str(size), str(tokens), _digest(model.path, cache)]
        parts += [] if model.lora is None else [_digest(model.lora, cache)]
        key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
        self.path = cache / f"{model.path.stem}-{key}.kv"
        self._facts = self.path.with_suffix(".json")
        self._state: tuple[int, int] | None = None

    @property
    def known(self) -> bool:
        """Whether it was written, or found right."""
        return self._state is not None

    def restore(self, reader: Reader) -> bool:
        """Whether the prompt is in the reader as if just read."""
        if not self._facts.exists():
            return False
        problem = self._problem(reader)
        if problem:
            logger.warning("The kept prompt %s is not used and will be made again: %s", self.path, problem)
            return False
        self._state = _state(self.path)
        return True

    def again(self, reader: Reader) -> bool:
        """As `restore`, for what is known: it is not looked into once more if nobody has written to it since."""
        if (
            self._state == _state(self.path)
            and reader.restore(self.path) == self._tokens
            and reader.count == len(self._tokens)
        ):
            return True
        logger.warning("The kept prompt %s is gone or was changed, and will be made again.", self.path)
        return False

    def save(self, reader: Reader) -> None:
        """What the reader has just read."""
        partial = self.path.with_suffix(".part")
        try:
            make_folder(self._folder)
            reader.save(partial, self._tokens)
            with partial.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            scores = self._probe(reader)
            best = np.argsort(scores)[-PROBED:]
            facts = {"sha256": digest, "tokens": best.tolist(), "scores": scores[best].tolist()}
            partial.replace(self.path)
            self._facts.write_text(json.dumps(facts))
            as_around(self.path, self._facts)
            self._state = _state(self.path)
        except OSError as error:
            logger.warning("The prompt could not be kept at %s: %s", self.path, error)
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)

    def _problem(self, reader: Reader) -> str | None:
        try:
            facts = json.loads(self._facts.read_text())
            with self.path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != facts["sha256"]:
                    return "the file was altered"
            if reader.restore(self.path) != self._tokens or reader.count != len(self._tokens):
                return "the library did not restore it"
            scores = self._probe(reader)
            difference = np.abs(scores[facts["tokens"]] - np.array(facts["scores"])).max()
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            return repr(error)
        return None if difference <= TOLERANCE else f"the model gives other scores after it ({difference:.2f} apart)"

    def _probe(self, reader: Reader) -> Scores:
        """What the model would say if nothing was said."""
        scores = reader.read(self._behind)
        reader.forget(len(self._tokens))
        return scores


def tidy(kept: Sequence[Kept], others: int) -> None:
    """Delete what is kept for the same model, but for these and the newest of others."""
    paths = {each.path for each in kept}
    folder = kept[0].path.parent
    stem = kept[0].path.stem.rpartition("-")[0]
    with contextlib.suppress(OSError):
        old = [path for path in folder.glob(f"{stem}-*.kv") if path not in paths]
        for path in sorted(old, key=lambda path: path.stat().st_mtime, reverse=True)[others:]:
            path.with_suffix(".json").unlink(missing_ok=True)
            path.unlink(missing_ok=True)


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _digest(path: Path, cache: Path) -> str:
    """SHA-256 of a file; read once and remembered while its size and time of change stay."""
    stat = path.stat()
    state = f"{stat.st_size} {stat.st_mtime_ns}"
    note = cache / f"{path.name}.sha256"
    try:
        digest, known = note.read_text().split(" ", 1)
        if known == state:
            return digest
    except (OSError, ValueError):
        pass
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        make_folder(cache)
        note.write_text(f"{digest} {state}")
        as_around(note)
    except OSError as error:
        logger.warning("The digest of %s could not be kept: %s", path, error)
    return digest
