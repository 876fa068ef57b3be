"""What the language-model step costs beside evaluating the whole prompt and generating JSON with the same file.

    python -m benchmarks.llama MODEL [--threads 1] [--turns 5] [--stock 2] [--cache DIR]

MODEL is TinyLlama 1.1B Chat Q4_K_M or its stand-in (`benchmarks.standin_tinyllama`). The vocabulary is that of the
shipped skills, cut to 25 intents, in a house of 40 devices. Everything is measured in one run with the same
threads, in seconds of processor time, which other programs do not disturb, and by the clock.
"""

import argparse
import asyncio
import importlib
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import llama_cpp
import numpy as np
import yaml

from assistant import testing
from assistant.conversation.calls import Asker
from assistant.engines.llama import Llama
from assistant.engines.llama_library import Model
from assistant.engines.llama_prefix import ROOM, layout
from assistant.house import House
from assistant.messages import Intent, Transcript, Vocabulary
from assistant.prompt.answers import Answers, written
from assistant.prompt.chat import chat_named
from assistant.prompt.choices import Scores, choose
from assistant.prompt.instructions import prompts
from assistant.prompt.values import WORDED, forms, grounded
from assistant.registry import Plugin, Registry
from assistant.safety.guard import Guard
from assistant.skill import Context, Skill

INTENTS, DEVICES, CONTEXT = 25, 40, 2048

SKILLS = ("light", "timer", "clock", "switch", "volume", "stop", "help")

SAID = (
    "it is far too dark in the kitchen",
    "bring the kitchen light down to forty percent",
    "the pizza needs twelve minutes",
    "could you make the living room a little more cosy",
    "i cannot hear you",
)


def rooms() -> tuple[dict[str, dict[str, str]], dict[str, tuple[str, ...]]]:
    """The devices by room, and other names of both."""
    house = yaml.safe_load((Path(__file__).parent.parent / "tests/houses/hundred.yaml").read_text())
    found: dict[str, dict[str, str]] = {area["name"]: {} for area in house["areas"]}
    aliases = {thing["name"]: tuple(thing.get("aliases", ())) for thing in house["areas"] + house["devices"]}
    for device in house["devices"][:DEVICES]:
        found.setdefault(device.get("area", ""), {})[device["name"]] = device["kind"]
    return found, aliases


def vocabulary() -> Vocabulary:
    plugins = [Plugin(name, "skills", importlib.import_module(f"skills.{name}").skill) for name in SKILLS]
    registry = Registry(plugins, testing.house(*rooms()), nobody, unguarded, 10.0)
    return Vocabulary(registry.vocabulary().intents[:INTENTS])


def nobody(skill: Skill, house: House, asker: Asker) -> Context:
    raise AssertionError("nothing is performed here")


def unguarded(intent: Intent, promised: bool) -> Guard:
    raise AssertionError("nothing is performed here")


def schema(known: Vocabulary) -> dict[str, object]:
    """What JSON may be written: an intent, a light and a level."""
    lights = next(slot for spec in known.intents for slot in spec.slots if slot.name == "light")
    return {
        "type": "object",
        "properties": {
            "intent": {"enum": [spec.name for spec in known.intents]},
            "light": {"enum": [choice.value for choice in lights.choices]},
            "level": {"type": "integer", "minimum": 0, "maximum": 100},
        },
        "required": ["intent", "light", "level"],
    }


def system(known: Vocabulary) -> str:
    """The system message that our step would read, at the length that leaves room in the context."""
    return next(text for text in prompts(known) if len(text) < 2.6 * (CONTEXT - 200))


# Counting -------------------------------------------------------------------------------------------------------------


def two_slot_answers(known: Vocabulary, most: int = 400) -> Iterator[str]:
    """Answers with two slots, evenly drawn."""
    chance = np.random.default_rng(1)
    pairs = [
        (spec.name, first, second)
        for spec in known.intents
        for place, first in enumerate(spec.slots)
        for second in spec.slots[place + 1 :]
    ]
    for number in range(most):
        name, *slots = pairs[number % len(pairs)]
        values = {}
        for slot in slots:
            said = [str(number) for number in chance.integers(1, 60, 2)]
            listed = grounded(said, slot) if slot.kind in WORDED else forms(slot)
            if listed:
                values[slot.name] = str(listed[chance.integers(len(listed))].text)
        yield written(name, values)


def steps_of(model: Model, answers: Answers, text: str) -> int | None:
    """Decode steps of an answer: calls of the model after the one that reads the words. None where it is impossible."""
    wanted = (*model.exactly(text), answers.end)
    done: list[int] = []
    calls = 0

    def read(tokens: Sequence[int]) -> Scores:
        nonlocal calls
        done.extend(tokens)
        calls += 1
        scores = np.zeros(model.size, np.float32)
        scores[wanted[min(len(done), len(wanted) - 1)]] = 30
        return scores

    chosen = choose(answers.to(text.replace(":", " ").split(), date(2026, 5, 4)), read, 64)
    return calls - 1 if chosen.tokens == wanted else None


# Timing ---------------------------------------------------------------------------------------------------------------


def memory(pid: int) -> dict[str, float]:
    """Megabytes: all pages, and those that cannot be dropped and read again."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines[1:]}
    return {"rss_mb": round(sizes["Rss"], 1), "anonymous_mb": round(sizes["Anonymous"], 1)}


def worked(pid: int) -> float:
    """Seconds of processor time of a process, which other programs do not disturb."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def ours(model: Path, cache: Path, known: Vocabulary, threads: int, turns: int) -> dict[str, object]:
    times, clock, steps = [], [], []
    for restart in (False, True):
        began = time.perf_counter()
        async with Llama(model, cache, threads=threads, context=CONTEXT, floor=0.0, seconds=600) as llama:
            await llama.learn(known)
            ready = await llama.ready()
            start = time.perf_counter() - began
            for text in SAID * turns if not restart else SAID[:1]:
                pid = llama.pid or 0
                began, before = time.perf_counter(), worked(pid)
                await llama.understand(Transcript(text, 1.0, "typed"))
                times.append(worked(pid) - before)
                clock.append(time.perf_counter() - began)
                steps.append(llama.last.steps if llama.last else 0)
            if not restart:
                cold, first = ready, {"start_s": round(start, 2), "prompt_tokens": sum(ready.tokens)}
                held = memory(llama.pid or 0)
    again, _ = times.pop(), clock.pop()
    same = [seconds for place, seconds in enumerate(times) if place % len(SAID) == 0]
    return {
        **first,
        "cold_prompt_s": round(cold.seconds, 2),
        "warm_cpu_s": round(statistics.median(times), 3),
        "warm_wall_s": round(statistics.median(clock), 3),
        "warm_steps": statistics.mean(steps[:-1]),
        "restart_s": round(start, 2),
        "restored": ready.restored,
        "first_turn_after_restart_cpu_s": round(again, 3),
        "first_turn_ratio": round(again / statistics.median(same), 2),
        **held,
    }


def stock(path: Path, known: Vocabulary, threads: int, turns: int) -> dict[str, object]:
    """llama-cpp-python as its readme shows it: the whole prompt, then JSON under a grammar made from a schema."""
    model = Model(path, mmap=True, lora=None)
    chat = chat_named("zephyr")
    prompt: tuple[int, ...] = ()
    for text in prompts(known):
        prompt = model.begin + layout(model, chat.before(text))
        if len(prompt) + ROOM <= CONTEXT:
            break
    llm = llama_cpp.Llama(
        str(path), n_ctx=CONTEXT, n_threads=threads, n_threads_batch=threads, verbose=False, logits_all=False
    )
    grammar = llama_cpp.LlamaGrammar.from_json_schema(json.dumps(schema(known)), verbose=False)
    times, clock, made = [], [], []
    for turn in range(turns):
        tokens = [*prompt, *model.after(SAID[turn % len(SAID)]), *layout(model, chat.behind())]
        llm.reset()
        began, before = time.perf_counter(), time.process_time()
        reply = llm.create_completion(tokens, max_tokens=64, temperature=0.0, grammar=grammar)
        times.append(time.process_time() - before)
        clock.append(time.perf_counter() - began)
        made.append(reply["usage"]["completion_tokens"])
    return {
        "stock_cpu_s": round(statistics.median(times), 2),
        "stock_wall_s": round(statistics.median(clock), 2),
        "stock_tokens": made,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--turns", type=int, default=3, help="rounds of the sentences")
    parser.add_argument("--stock", type=int, default=1, help="turns of llama-cpp-python as it comes")
    parser.add_argument("--cache", type=Path, help="keep the prompt here; its cold time is then the first run's")
    arguments = parser.parse_args()
    known = vocabulary()
    found: dict[str, object] = {"intents": len(known.intents), "threads": arguments.threads}
    library = Model(arguments.model, mmap=True, lora=None)
    answers = Answers(known, library.exactly, library.control("</s>"))
    counted = [steps for text in two_slot_answers(known) if (steps := steps_of(library, answers, text)) is not None]
    found["two_slot_answers"] = len(counted)
    found["two_slot_steps"] = {"mean": round(statistics.mean(counted), 2), "worst": max(counted)}
    library.close()
    with tempfile.TemporaryDirectory() as folder:
        cache = arguments.cache or Path(folder)
        found |= asyncio.run(ours(arguments.model, cache, known, arguments.threads, arguments.turns))
    found |= stock(arguments.model, known, arguments.threads, arguments.stock)
    found["times_faster"] = round(float(str(found["stock_cpu_s"])) / float(str(found["warm_cpu_s"])), 1)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
