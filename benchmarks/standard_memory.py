"""Memory of the whole assistant in profile `standard`, on models of the true shapes, over spoken and typed turns.

python -m benchmarks.standard_memory TINYLLAMA.gguf    (from `python -m benchmarks.standin_tinyllama`)

What is mapped by several processes is counted once: the proportional set size, summed over the assistant's processes.
"""

import argparse
import asyncio
import json
import tempfile
from pathlib import Path

import soundfile

from assistant.app import assemble
from assistant.bench.processes import family
from assistant.config import load
from assistant.devices.files import FileMicrophone, FileSpeaker
from benchmarks.standins import piper_medium, whisper_tiny
from tests.sounds import in_a_room, say


def megabytes(kind: str) -> float:
    """Proportional set size (`Pss`) or resident set size (`Rss`) of all our processes together."""
    total = 0
    for process in family():
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith(f"{kind}:"):
                total += int(line.split()[1])
    return round(total / 1024, 1)


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    found: dict[str, object] = {"before": megabytes("Pss")}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recording = folder / "command.wav"
        soundfile.write(recording, in_a_room(0.5, say("turn on the kitchen light"), 0.5), 16_000)
        settings = [
            "profile=standard",
            f"models.folder={folder / 'models'}",
            f"recognition.whisper.model={whisper_tiny()}/",
            "recognition.threshold=1.0",  # so that Whisper is asked, too
            f"understanding.llama.model={arguments.model.resolve()}",
            "understanding.llama.threads=2",
            f"voice.piper.model={piper_medium()}",
        ]
        async with assemble(load(None, settings), FileSpeaker(folder)) as assistant:
            await assistant.mind.ready()
            found["left out"] = assistant.lineup.problems
            found["ready"] = megabytes("Pss")
            for turn in range(arguments.turns):
                async with FileMicrophone(recording) as microphone:
                    heard = await assistant.take(microphone)
                asked = await assistant.ask("it is rather gloomy around here", dry_run=True)
                await assistant.voice.say(f"{heard.answer} That was turn {turn}, and here is one more sentence.")
                found[f"after turn {turn + 1}"] = {"pss_mb": megabytes("Pss"), "rss_mb": megabytes("Rss")}
            found["heard by"] = heard.recognizer
            found["asked"] = asked.source
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    asyncio.run(main())
