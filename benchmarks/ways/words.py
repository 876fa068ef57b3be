"""From words to what is meant: our phrase book and plain hassil, our language-model step and JSON under a schema."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.messages import Transcript
from benchmarks import text_match
from benchmarks.ways.measuring import Measure, Measured, Setup, timed

SENTENCES = (*text_match.HITS, *text_match.MISSES[:-2])

LENGTHS = (4, 8, 16, 32, 60)
"""Words that begin like a command and are none, which is the slow case."""


def sentence(case: int) -> str:
    return SENTENCES[case]


def long_sentence(case: int) -> str:
    return " ".join(
        ("remind me to call the dentist about the kitchen light tomorrow and " * 6).split()[: LENGTHS[case]]
    )


def matched(
    make: Callable[[], Callable[[str], object]], said: Callable[[int], str] = sentence
) -> Callable[[Setup], Measure]:
    """A matcher of text; a case is a sentence."""

    def ready(_: Setup) -> Measure:
        match = make()

        def measure(case: int) -> Measured:
            wall, cpu = time.perf_counter(), time.thread_time()
            found = match(said(case))
            return Measured(time.perf_counter() - wall, time.thread_time() - cpu, "hit" if found else "miss")

        return measure

    return ready


def asked(case: int) -> str:
    from benchmarks.llama import SAID

    return SAID[case]


def chosen(setup: Setup) -> Measure:
    """Our language-model step, warm."""
    from assistant.engines.llama import Llama
    from benchmarks.llama import CONTEXT, vocabulary, worked

    assert setup.llama is not None
    loop = asyncio.new_event_loop()
    cache = Path("~/.cache/hearth-benchmarks").expanduser()
    llama = Llama(setup.llama, cache, threads=1, context=CONTEXT, floor=0.0, seconds=600)
    loop.run_until_complete(llama.learn(vocabulary()))
    loop.run_until_complete(llama.ready())

    def understand(case: int) -> Measured:
        pid = llama.pid or 0
        wall, cpu = time.perf_counter(), worked(pid)
        intent = loop.run_until_complete(llama.understand(Transcript(asked(case), 1.0, "typed")))
        steps = float(llama.last.steps if llama.last else 0)
        result = intent.summary if intent else "nothing"
        return Measured(time.perf_counter() - wall, worked(pid) - cpu, result, {"steps": steps})

    return understand


def json_schema(*, afresh: bool) -> Callable[[Setup], Measure]:
    """llama-cpp-python's JSON-schema mode as its readme shows it, with the same vocabulary in the system message.

    The library keeps what it has read and reads only what differs; `afresh` it has kept nothing, as in a first turn.
    """

    def make(setup: Setup) -> Measure:
        import llama_cpp

        from benchmarks.llama import CONTEXT, schema, system, vocabulary

        known = vocabulary()
        llm = llama_cpp.Llama(
            str(setup.llama), n_ctx=CONTEXT, n_threads=1, n_threads_batch=1, chat_format="zephyr", verbose=False
        )

        def answer(case: int) -> str:
            if afresh:
                llm.reset()
            reply: Any = llm.create_chat_completion(
                messages=[
                    {"role": "system", "content": system(known)},
                    {"role": "user", "content": asked(case)},
                ],
                response_format={"type": "json_object", "schema": schema(known)},
                temperature=0.0,
                max_tokens=64,
            )
            return str(reply["choices"][0]["message"]["content"])

        return lambda case: timed(lambda: answer(case))

    return make
