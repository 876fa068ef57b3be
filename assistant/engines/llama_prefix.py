"""What the model is told before anybody speaks: the pages of a house, read once, kept on disk, turned by the words."""

import logging
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

from assistant.engines.llama_kept import Kept, tidy
from assistant.engines.llama_library import BATCH, Model, Reader, Stopped
from assistant.errors import EngineError
from assistant.messages import IntentSpec, Vocabulary
from assistant.prompt.answers import Answers
from assistant.prompt.chat import Chat
from assistant.prompt.instructions import prompts, taught
from assistant.prompt.pages import Index, paged

logger = logging.getLogger(__name__)

ROOM = 192
"""Tokens that are left for what is said and what is answered."""

OTHERS = 1
"""Prompts of another house that are kept on disk beside those of this one: a device that comes back costs nothing."""


@dataclass(frozen=True, slots=True)
class Page:
    """A static prompt and what can be answered after it."""

    tokens: tuple[int, ...]
    answers: Answers
    kept: Kept


class Prefix:
    """The pages of a house. The reader holds one of them; the others lie on disk."""

    def __init__(self, model: Model, chat: Chat, vocabulary: Vocabulary, reader: Reader, cache: Path) -> None:
        """Raises EngineError where the model cannot write a name of the vocabulary or has no room for it."""
        self.reader = reader
        self.behind = layout(model, chat.behind())
        """Tokens between a person's words and the answer."""
        self.ready = False
        """Whether it can be asked: the first page, on which is what is said most, was read."""
        self.counts: list[int] = []
        """Tokens of each page that was read."""
        self.restored = True
        """Whether all that was read came from the disk."""
        self.seconds = 0.0
        """What reading took."""
        end = model.control(chat.end)

        def told(intents: Sequence[IntentSpec]) -> int:
            return len(_tokens(model, chat, taught(Vocabulary(tuple(intents)))))

        pages, left = [], 0
        for page in paged(vocabulary.intents, told, reader.size - ROOM):
            tokens, fitting = _fitting(model, chat, page, reader.size)
            left += len(page.intents) - len(fitting.intents)
            if fitting.intents:
                answers = Answers(fitting, model.exactly, end)
                kept = Kept(model, reader.size, cache, tokens, self.behind)
                pages.append((Page(tokens, answers, kept), fitting))
        if not pages:
            raise EngineError(
                f"The language model has {reader.size} tokens of context, too few for a single command; "
                "raise understanding.llama.context."
            )
        if left:
            logger.warning(
                "The language model has no room for %d of %d commands; those said least of a skill are understood by "
                "their phrases only. A model with a longer context has room for more.",
                left,
                len(vocabulary.intents),
            )
        self.pages = tuple(page for page, _ in pages)
        self._index = Index([fitting for _, fitting in pages])
        self._open = 0

    def read(
        self, another: Callable[[], Reader], giving_way: Callable[[], AbstractContextManager[None]]
    ) -> Generator[float, None, None]:
        """Read all pages, or restore them: the first into the reader, then, by another one, the others onto the disk.

        Yields the share that was read, after each batch; one that is stopped while `giving_way` is read again. Raises
        EngineError.
        """
        whole = sum(len(page.tokens) for page in self.pages)
        done = 0
        for share in self._take(self.reader, self.pages[0], giving_way):
            yield share / whole
        self.ready = True
        tidy([page.kept for page in self.pages], OTHERS)
        if len(self.pages) == 1:
            return
        if not self.pages[0].kept.known:
            logger.warning("Without a disk there is one page; what is on %d others is left out.", len(self.pages) - 1)
            return
        yield (done := len(self.pages[0].tokens)) / whole
        reader = another()
        try:
            for page in self.pages[1:]:
                for share in self._take(reader, page, giving_way):
                    yield (done + share) / whole
                yield (done := done + len(page.tokens)) / whole
        finally:
            reader.close()

    def turn(self, words: Iterable[str]) -> Page | None:
        """The page that somebody's words are of, in the reader. None where it got lost: then all must be read anew."""
        there = [number for number, page in enumerate(self.pages) if number == self._open or page.kept.known]
        wanted = self._index.page(words, there)
        if wanted != self._open and not self.pages[wanted].kept.again(self.reader):
            return None
        self._open = wanted
        return self.pages[wanted]

    def _take(
        self, reader: Reader, page: Page, giving_way: Callable[[], AbstractContextManager[None]]
    ) -> Iterator[int]:
        """Read a page, or restore it. Yields how many tokens were read, after each batch."""
        began = time.monotonic()
        restored = page.kept.restore(reader)
        if not restored:
            first = 0
            while first < len(page.tokens):
                yield first
                reader.forget(first)
                with suppress(Stopped), giving_way():
                    reader.read(page.tokens[first : first + BATCH])
                    first += BATCH
            page.kept.save(reader)
        self.counts.append(len(page.tokens))
        self.restored = self.restored and restored
        self.seconds += time.monotonic() - began

    def close(self) -> None:
        """Give the memory back."""
        self.reader.close()


def layout(model: Model, pieces: Iterable[tuple[str, bool]]) -> tuple[int, ...]:
    """Tokens of a chat format's pieces."""
    return tuple(
        token for text, control in pieces for token in ((model.control(text),) if control else model.tokenize(text))
    )


def _tokens(model: Model, chat: Chat, prompt: str) -> tuple[int, ...]:
    return model.begin + layout(model, chat.before(prompt))


def _fitting(model: Model, chat: Chat, vocabulary: Vocabulary, size: int) -> tuple[tuple[int, ...], Vocabulary]:
    """The richest prompt that there is room for, and what it tells of: where even the barest is too long, without the
    commands that are said least.
    """
    told = vocabulary.intents
    while told:
        for prompt in prompts(Vocabulary(told)):
            tokens = _tokens(model, chat, prompt)
            if len(tokens) + ROOM <= size:
                return tokens, Vocabulary(told)
        told = _commonest(told, len(told) - max(1, len(told) // 10))
    return (), Vocabulary(())


def _commonest(intents: Sequence[IntentSpec], most: int) -> tuple[IntentSpec, ...]:
    """The intents that are said most, in their own order."""
    kept = sorted(range(len(intents)), key=lambda place: -intents[place].weight)[:most]
    return tuple(intents[place] for place in sorted(kept))
