"""All that the shipped skills can do, told on pages: how many tokens, and how often words turn to the right page.

    python -m benchmarks.pages MODEL [DATA/text_dev]

MODEL is a GGUF file, of which only the tokenizer is used: TinyLlama or its stand-in. In a house of 40 devices.
DATA holds SLURP's sentences of a home, which nobody wrote for these skills: those are counted whose intent in SLURP
belongs to one of them. Beside them, the sentences of the utterance tables, which the phrases understand by themselves.
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from assistant import testing
from assistant.engines.llama_library import Model
from assistant.engines.llama_prefix import ROOM, layout
from assistant.messages import IntentSpec, Vocabulary
from assistant.phrases.words import spelled
from assistant.prompt.chat import chat_named
from assistant.prompt.instructions import taught
from assistant.prompt.pages import Index, paged
from assistant.registry import Plugin, Registry
from benchmarks.llama import CONTEXT, nobody, rooms, unguarded
from tests.skills import shipped

OURS: Mapping[str, tuple[str, ...]] = {
    "alarm": ("alarm",),
    "audio": ("volume",),
    "datetime": ("clock", "dates", "places", "units"),
    "lists": ("lists", "notes"),
    "iot_hue": ("light",),
}
"""The beginning of an intent of SLURP, and the skills that it belongs to."""

Said = tuple[str, tuple[str, ...]]


def vocabulary() -> Vocabulary:
    plugins = [Plugin(skill.name, "skills", skill) for skill in shipped.SKILLS]
    return Registry(plugins, testing.house(*rooms()), nobody, unguarded, 10.0).vocabulary()


def tables() -> Iterator[Said]:
    for name in shipped.NAMES:
        for sentences in yaml.safe_load((shipped.ROOT / f"tests/utterances/{name}.yaml").read_text()).values():
            for each in sentences:
                yield next(iter(each)) if isinstance(each, dict) else each, (name,)


def slurp(folder: Path) -> Iterator[Said]:
    for line in (folder / "devel_home.jsonl").read_text().splitlines():
        entry = json.loads(line)
        skills = next((OURS[start] for start in OURS if entry["intent"].startswith(start)), None)
        if skills:
            yield entry["sentence"], skills


def main() -> None:
    model, chat = Model(Path(sys.argv[1]), mmap=True, lora=None), chat_named("zephyr")

    def tokens(intents: Sequence[IntentSpec]) -> int:
        return len(model.begin) + len(layout(model, chat.before(taught(Vocabulary(tuple(intents))))))

    known = vocabulary()
    began = time.process_time()
    pages = paged(known.intents, tokens, CONTEXT - ROOM)
    took = time.process_time() - began
    counted = [tokens(page.intents) for page in pages]
    print(f"{took:.2f} s: {len(known.intents)} commands on {len(pages)} pages of {counted} tokens")
    page_of = {spec.name.partition(".")[0]: number for number, page in enumerate(pages) for spec in page.intents}
    index = Index(pages)
    for name, said in (("tables", list(tables())), ("SLURP", list(slurp(Path(sys.argv[2]))) if sys.argv[2:] else [])):
        if said:
            first = right = 0
            for text, skills in said:
                wanted = {page_of[skill] for skill in skills}
                first += 0 in wanted
                right += index.page(spelled(text).split(), range(len(pages))) in wanted
            print(
                f"{name}: of {len(said)} sentences, {right / len(said):.1%} turn to the page with their skill, "
                f"{first / len(said):.1%} are of the first"
            )


if __name__ == "__main__":
    main()
