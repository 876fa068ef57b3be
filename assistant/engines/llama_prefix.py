"""The static prompt as the model keeps it: read once, kept on disk, restored and checked at the next start."""

import contextlib
import hashlib
import json
import logging
import time
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.engines.llama_library import BATCH, VERSION, Model, Reader
from assistant.errors import EngineError
from assistant.messages import IntentSpec, Vocabulary
from assistant.prompt.answers import Answers
from assistant.prompt.chat import Chat
from assistant.prompt.choices import Scores
from assistant.prompt.instructions import prompts

logger = logging.getLogger(__name__)

ROOM = 192
"""Tokens that are left for what is said and what is answered."""

KEPT = 2
"""Prompts that are kept on disk for one model: this house's, and the one before it."""

PROBED = 32
"""Scores that must be the same after restoring."""

TOLERANCE = 0.05
"""How far they may be apart: sums are made in another order when the number of threads changes. A prompt that was not
restored, or another one, differs by whole units."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """A static prompt that the model has read, and what can be answered after it."""

    reader: Reader
    answers: Answers
    tokens: tuple[int, ...]
    behind: tuple[int, ...]
    """Tokens between a person's words and the answer."""
    restored: bool
    seconds: float
    """What reading or restoring took."""


def layout(model: Model, pieces: Iterable[tuple[str, bool]]) -> tuple[int, ...]:
    """Tokens of a chat format's pieces."""
    return tuple(
        token for text, control in pieces for token in ((model.control(text),) if control else model.tokenize(text))
    )


def prepare(
    model: Model, chat: Chat, vocabulary: Vocabulary, reader: Reader, cache: Path
) -> Generator[float, None, Prefix]:
    """Read the static prompt for a vocabulary, or restore it. Yields the share that was read, after each batch.

    Raises EngineError where the model cannot write a name of the vocabulary or has no room for it.
    """
    began = time.monotonic()
    tokens, told = _fitting(model, chat, vocabulary, reader.size)
    answers = Answers(told, model.exactly, model.control(chat.end))
    behind = layout(model, chat.behind())
    kept = _Kept(model, reader, cache, tokens, behind)
    restored = kept.restore()
    if not restored:
        reader.forget(0)
        for first in range(0, len(tokens), BATCH):
            yield first / len(tokens)
            reader.read(tokens[first : first + BATCH])
        kept.save()
    return Prefix(reader, answers, tokens, behind, restored, time.monotonic() - began)


def _fitting(model: Model, chat: Chat, vocabulary: Vocabulary, size: int) -> tuple[tuple[int, ...], Vocabulary]:
    """The richest prompt that there is room for, and what it tells of: where even the barest is too long, the commands
    that are said least are left to the phrases. Raises EngineError where not even one has room.
    """
    told = vocabulary.intents
    tokens: tuple[int, ...] = ()
    while told:
        for prompt in prompts(Vocabulary(told)):
            tokens = model.begin + layout(model, chat.before(prompt))
            if len(tokens) + ROOM <= size:
                if len(told) < len(vocabulary.intents):
                    logger.warning(
                        "The language model has room for %d of %d commands; those said least are understood by their "
                        "phrases only. A model with a longer context has room for more.",
                        len(told),
                        len(vocabulary.intents),
                    )
                return tokens, Vocabulary(told)
        told = _commonest(told, len(told) - max(1, len(told) // 10))
    raise EngineError(
        f"The language model needs {len(tokens) + ROOM} tokens of context for a single command and has {size}; "
        "raise understanding.llama.context."
    )


def _commonest(intents: Sequence[IntentSpec], most: int) -> tuple[IntentSpec, ...]:
    """The intents that are said most, in their own order."""
    kept = sorted(range(len(intents)), key=lambda place: -intents[place].weight)[:most]
    return tuple(intents[place] for place in sorted(kept))


class _Kept:
    """One static prompt on disk: the library's own file, and beside it what must be true of it."""

    def __init__(
        self, model: Model, reader: Reader, cache: Path, tokens: tuple[int, ...], behind: tuple[int, ...]
    ) -> None:
        self._reader = reader
        self._tokens = tokens
        self._behind = behind
        self._folder = cache
        self._stem = model.path.stem
        parts = [VERSION, str(reader.size), str(tokens), _digest(model.path, cache)]
        parts += [] if model.lora is None else [_digest(model.lora, cache)]
        key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
        self._path = cache / f"{self._stem}-{key}.kv"
        self._facts = self._path.with_suffix(".json")

    def restore(self) -> bool:
        """Whether the prompt is in the model as if just read. Never raises: what is wrong is logged."""
        if not self._facts.exists():
            return False
        problem = self._problem()
        if problem:
            logger.warning("The kept prompt %s is not used and will be made again: %s", self._path, problem)
        return not problem

    def _problem(self) -> str | None:
        try:
            facts = json.loads(self._facts.read_text())
            with self._path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != facts["sha256"]:
                    return "the file was altered"
            if self._reader.restore(self._path) != self._tokens or self._reader.count != len(self._tokens):
                return "the library did not restore it"
            scores = self._probe()
            difference = np.abs(scores[facts["tokens"]] - np.array(facts["scores"])).max()
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            return repr(error)
        return None if difference <= TOLERANCE else f"the model gives other scores after it ({difference:.2f} apart)"

    def save(self) -> None:
        """Never raises: what is wrong is logged, and the prompt will be read again at the next start."""
        partial = self._path.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._reader.save(partial, self._tokens)
            with partial.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            scores = self._probe()
            best = np.argsort(scores)[-PROBED:]
            facts = {"sha256": digest, "tokens": best.tolist(), "scores": scores[best].tolist()}
            partial.replace(self._path)
            self._facts.write_text(json.dumps(facts))
            self._tidy()
        except OSError as error:
            logger.warning("The prompt could not be kept at %s: %s", self._path, error)
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)

    def _probe(self) -> Scores:
        """What the model would say if nothing was said."""
        scores = self._reader.read(self._behind)
        self._reader.forget(len(self._tokens))
        return scores

    def _tidy(self) -> None:
        kept = sorted(self._folder.glob(f"{self._stem}-*.kv"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in kept[KEPT:]:
            old.with_suffix(".json").unlink(missing_ok=True)
            old.unlink(missing_ok=True)


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
        cache.mkdir(parents=True, exist_ok=True)
        note.write_text(f"{digest} {state}")
    except OSError as error:
        logger.warning("The digest of %s could not be kept: %s", path, error)
    return digest
