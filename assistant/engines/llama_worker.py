"""The language model's process: takes requests line by line on its standard input and answers on its standard output.

It serves one request at a time. Static prompts are read batch by batch in between, while the old ones serve, and
a batch gives way to a request.
"""

import contextlib
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import BinaryIO

from assistant.engines import llama_wire as wire
from assistant.engines.llama_library import BATCH, Model, Reader, Stopped
from assistant.engines.llama_prefix import Prefix, layout
from assistant.errors import AssistantError, EngineError
from assistant.messages import Vocabulary
from assistant.phrases.words import spelled, words
from assistant.prompt.chat import chat_named, chat_of
from assistant.prompt.choices import Scores, choose
from assistant.prompt.talk import PERSONA, sentences

logger = logging.getLogger(__name__)


class Stop:
    """Tells the library to stop: because the request was cancelled, took too long, or nobody is there any more."""

    def __init__(self) -> None:
        self._current: int | None = None
        self._until = float("inf")
        self._cancelled = -1
        self._ended = False
        self._asked = False
        self._giving_way = False

    def begin(self, request: int, seconds: float) -> None:
        """Work on this request, for so long."""
        self._current = request
        self._until = time.monotonic() + seconds

    def finish(self) -> None:
        """The request is done; nothing has a limit until the next."""
        self._current = None
        self._until = float("inf")

    def ask(self) -> None:
        """From any thread: somebody waits for an answer."""
        self._asked = True

    def attend(self) -> None:
        """Whoever waits is attended to."""
        self._asked = False

    @contextlib.contextmanager
    def giving_way(self) -> Iterator[None]:
        """What is done in here stops where somebody waits."""
        self._giving_way = True
        try:
            yield
        finally:
            self._giving_way = False

    def cancel(self, request: int) -> None:
        """From any thread."""
        self._cancelled = request

    def end(self) -> None:
        """From any thread: stop whatever it is."""
        self._ended = True

    def __call__(self) -> bool:
        """Whether to stop."""
        waited_for = self._giving_way and self._asked
        return self._ended or waited_for or self.cancelled(self._current) or time.monotonic() > self._until

    def cancelled(self, request: int | None) -> bool:
        """Whether the request is no longer wanted."""
        return request == self._cancelled


class Worker:
    """Holds the model and the static prompts."""

    def __init__(self, settings: wire.Open, stop: Stop) -> None:
        """Raises EngineError."""
        self._settings = settings
        self._stop = stop
        lora = None if settings.lora is None else Path(settings.lora)
        self._model = Model(Path(settings.model), mmap=settings.mmap, lora=lora)
        self.chat = chat_named(settings.chat) if settings.chat else chat_of(self._model.template)
        self._model.control(self.chat.end)
        self._size = min(settings.context, self._model.longest)
        if self._size < settings.context:
            logger.warning(
                "understanding.llama.context is %d, but %s was trained for %d tokens, which is what it gets.",
                settings.context,
                self._model.path.name,
                self._size,
            )
        self._vocabulary: Vocabulary | None = None
        self._serving: Prefix | None = None
        self._next: Prefix | None = None
        """What will be served once it can be."""
        self._reading: Generator[float, None, None] | None = None
        self._done = 0.0
        self._problem: str | None = None

    @property
    def busy(self) -> bool:
        """Whether a prompt is being read."""
        return self._reading is not None

    @property
    def settled(self) -> bool:
        """Whether the newest vocabulary is served, or cannot be."""
        return self._next is None

    def learn(self, request: wire.Learn) -> wire.Reply:
        """Begin to prepare. What can be restored is ready at once."""
        self._vocabulary = request.vocabulary
        self._begin(request.vocabulary)
        return wire.Accepted(request.id)

    def _begin(self, vocabulary: Vocabulary) -> None:
        self._abandon()
        reader = None
        try:
            reader = self._context()
            self._next = Prefix(self._model, self.chat, vocabulary, reader, Path(self._settings.cache))
            self._reading = self._next.read(self._context, self._stop.giving_way)
        except EngineError as error:
            if reader is not None:
                reader.close()
            self._fail(error)
        self.advance()

    def _context(self) -> Reader:
        return self._model.context(self._size, self._settings.threads, self._stop)

    def advance(self) -> None:
        """Read a little more."""
        if self._reading is None:
            return
        try:
            self._done = next(self._reading)
        except StopIteration:
            self._reading = None
        except Stopped:
            self._abandon()
        except (AssistantError, OSError) as error:
            self._abandon()
            self._fail(error)
        if self._next is not None and self._next.ready:
            old, self._serving, self._next, self._problem = self._serving, self._next, None, None
            if old is not None:
                old.close()

    def _fail(self, error: Exception) -> None:
        logger.warning("The prompt for what can be said now could not be prepared: %s", error)
        self._problem = str(error)

    def _abandon(self) -> None:
        if self._reading is not None:
            self._reading.close()
            self._reading = None
        if self._next is not None:
            self._next.close()
            self._next = None

    def prepared(self, request: wire.Wait) -> wire.Reply:
        """What is served."""
        if self._problem is not None or self._serving is None:
            return wire.Trouble(request.id, self._problem or "No vocabulary was given to the language model.")
        prefix = self._serving
        return wire.Prepared(request.id, tuple(prefix.counts), prefix.restored, prefix.seconds)

    def understand(self, request: wire.Understand) -> wire.Reply:
        """Read the words, choose the answer, forget both."""
        prefix = self._serving
        if prefix is None:
            return wire.Trouble(request.id, self._problem) if self._problem else wire.Unready(request.id, self._done)
        began = time.monotonic()
        spoken = _verbatim(request.text)
        page = prefix.turn(spelled(request.text).split())
        if page is None:
            self._lose()
            return wire.Unready(request.id, 0.0)
        suffix = (*self._model.after(" ".join(spoken).replace(" : ", ":")), *prefix.behind)
        if not spoken or len(page.tokens) + len(suffix) + request.tokens > prefix.reader.size:
            return wire.Understood(request.id, None)
        calls = _Calls(prefix.reader, suffix, self._stop)
        self._stop.begin(request.id, request.seconds)
        try:
            chosen = choose(page.answers.to(spoken, date.fromisoformat(request.today)), calls, request.tokens)
        finally:
            self._stop.finish()
            prefix.reader.forget(len(page.tokens))
        name, slots = chosen.answer or (None, {})
        return wire.Understood(
            request.id,
            name,
            slots,
            chosen.confidence,
            read=len(suffix),
            written=len(chosen.tokens),
            choices=chosen.choices,
            steps=calls.count - 1,
            seconds=time.monotonic() - began,
            reading=calls.reading,
        )

    def _lose(self) -> None:
        """Read everything anew: the reader holds no page any more."""
        assert self._serving is not None
        assert self._vocabulary is not None
        self._serving.close()
        self._serving = None
        self._begin(self._vocabulary)

    def talk(self, request: wire.Talk, out: "Out") -> None:
        """Say a few sentences, each as soon as it is whole, the last one empty."""
        reader = self._model.context(BATCH * 4 + request.tokens, self._settings.threads, self._stop)
        self._stop.begin(request.id, request.seconds)
        try:
            heard = self._model.after(" ".join(_verbatim(request.text)))[: BATCH * 2]
            before, behind = (layout(self._model, pieces) for pieces in (self.chat.before(PERSONA), self.chat.behind()))
            prompt = (*self._model.begin, *before, *heard, *behind)
            for sentence in sentences(self._model, reader, prompt, request.tokens):
                out(wire.Sentence(request.id, sentence))
        finally:
            self._stop.finish()
            reader.close()
        out(wire.Sentence(request.id, ""))


class _Calls:
    """Reads the words before the first choice, and counts."""

    def __init__(self, reader: Reader, suffix: Sequence[int], stop: Stop) -> None:
        self._reader = reader
        self._suffix = tuple(suffix)
        self._stop = stop
        self.count = 0
        self.reading = 0.0
        """Seconds of the first call."""

    def __call__(self, tokens: Sequence[int]) -> Scores:
        if self._stop():
            raise Stopped
        first = self._suffix if self.count == 0 else ()
        self.count += 1
        began = time.monotonic()
        scores = self._reader.read((*first, *tokens))
        self.reading = self.reading or time.monotonic() - began
        return scores


def _verbatim(text: str) -> list[str]:
    """The words of a text as they stand in it."""
    found, tidy = words(text)
    places = dict.fromkeys((word.start, word.end) for word in found)
    return [tidy[start:end] for start, end in places]


class Out:
    """Writes replies."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def __call__(self, reply: wire.Reply) -> None:
        """Write one."""
        self._stream.write(wire.pack(reply))
        self._stream.flush()


Inbox = queue.SimpleQueue[wire.Request | None]


def _listen(stream: BinaryIO, inbox: Inbox, stop: Stop) -> None:
    """Take requests while the library works, so that a cancellation reaches it."""
    for line in stream:
        request = wire.unpack(line)
        if isinstance(request, wire.Cancel):
            stop.cancel(request.id)
        else:
            if isinstance(request, wire.Understand | wire.Talk):
                stop.ask()
            inbox.put(request)  # type: ignore[arg-type]  # what comes in is a request
    stop.end()
    inbox.put(None)


def _serve(inbox: Inbox, out: Out, stop: Stop) -> None:
    """Until the inbox ends, or the model cannot be opened."""
    request = inbox.get()
    if not isinstance(request, wire.Open):
        return
    try:
        worker = Worker(request, stop)
    except (AssistantError, OSError) as error:
        out(wire.Trouble(request.id, str(error)))
        return
    out(wire.Opened(request.id, worker.chat.name))
    waiting: list[wire.Wait] = []
    while True:
        for wait in [wait for wait in waiting if not worker.busy or (worker.settled and not wait.whole)]:
            out(worker.prepared(wait))
            waiting.remove(wait)
        try:
            request = inbox.get(block=not worker.busy)
        except queue.Empty:
            worker.advance()
            continue
        if request is None:
            return
        if isinstance(request, wire.Wait):
            waiting.append(request)
            continue
        stop.attend()
        try:
            _answer(worker, request, out)
        except Stopped:
            reason = "it was cancelled" if stop.cancelled(request.id) else "it took too long"
            out(wire.Trouble(request.id, f"The language model was stopped: {reason}."))
        except (AssistantError, OSError) as error:
            out(wire.Trouble(request.id, str(error)))


def _answer(worker: Worker, request: wire.Request, out: Out) -> None:
    match request:
        case wire.Learn():
            out(worker.learn(request))
        case wire.Understand():
            out(worker.understand(request))
        case wire.Talk():
            worker.talk(request, out)


def main() -> None:
    """Serve until the standard input ends."""
    logging.basicConfig(format="%(name)s: %(message)s", level=logging.INFO)
    with contextlib.suppress(OSError):  # when memory runs out, this process is the one to lose
        Path("/proc/self/oom_score_adj").write_text("500")
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not look like a reply
    inbox: Inbox = queue.SimpleQueue()
    stop = Stop()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, inbox, stop), daemon=True).start()
    with contextlib.suppress(BrokenPipeError):
        _serve(inbox, Out(replies), stop)
    os._exit(0)  # the thread that listens cannot be ended, and Python would abort over it


if __name__ == "__main__":
    main()
