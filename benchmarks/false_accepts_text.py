"""Which sentences of public data sets the shipped skills act upon, and whether they should.

    python benchmarks/false_accepts_text.py FOLDER [--house FILE] [--misses] [--json]

FOLDER holds SLURP's `*_home.jsonl` and `*_other.jsonl` (scenario, action, sentence) and CLINC150's `clinc*.json`. Of
the sentences whose intent a shipped skill covers, more are better; of all others, none is right. The data sets speak to
assistants with more abilities and a house that is not this one, so not all that is covered can match.
"""

import argparse
import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from assistant import config, testing
from assistant.devices.simulated import SimulatedDevice, SimulatedHouse
from assistant.house import Area
from assistant.registry import discover

HUNDRED = Path(__file__).parent.parent / "tests" / "houses" / "hundred.yaml"

COVERED = {
    "slurp": (
        *("alarm query", "alarm remove", "alarm set"),
        *("audio volume_down", "audio volume_mute", "audio volume_up"),
        *("datetime convert", "datetime query", "general greet", "general joke"),
        *("iot hue_lightchange", "iot hue_lightdim", "iot hue_lightoff", "iot hue_lighton", "iot hue_lightup"),
        *("iot wemo_off", "iot wemo_on", "lists createoradd", "lists query", "lists remove", "qa maths"),
    ),
    "clinc": (
        *("alarm", "are_you_a_bot", "calculator", "cancel", "change_speed", "change_volume", "date", "flip_coin"),
        *("goodbye", "greeting", "how_old_are_you", "measurement_conversion", "no", "reminder", "reminder_update"),
        *("repeat", "roll_dice", "shopping_list", "shopping_list_update", "smart_home", "spelling", "tell_joke"),
        *("thank_you", "time", "timer", "todo_list", "todo_list_update", "what_can_i_ask_you", "what_is_your_name"),
        *("who_made_you", "yes"),
    ),
}
"""What the data sets call what shipped skills do."""

APART = timedelta(minutes=10)
"""Between sentences, so that none follows from another."""


@dataclass(frozen=True, slots=True)
class Case:
    part: str
    label: str
    sentence: str
    covered: bool


def cases(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text().splitlines():
            row = json.loads(line)
            label = f"{row['scenario']} {row['action']}"
            covered = label in COVERED["slurp"]
            yield Case(_part(f"slurp {path.stem.rpartition('_')[2]}", covered), label, row["sentence"], covered)
    for path in sorted(folder.glob("clinc*.json")):
        for part, rows in json.loads(path.read_text()).items():
            for sentence, label in rows:
                covered = label in COVERED["clinc"]
                yield Case(_part(f"clinc {part}", covered), label, sentence, covered)


def _part(name: str, covered: bool) -> str:
    return f"{name}, {'covered' if covered else 'not ours'}"


def house(file: Path) -> SimulatedHouse:
    loaded = config.load(file)
    areas = {area.name: Area(area.name, area.aliases) for area in loaded.rooms}
    return SimulatedHouse(
        tuple(SimulatedDevice(d.name, d.kind, areas.get(d.area or ""), d.aliases) for d in loaded.devices),
        tuple(areas.values()),
    )


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--house", type=Path, default=HUNDRED, help="a configuration with areas and devices")
    parser.add_argument("--misses", action="store_true", help="also print what is covered and not understood")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    skills = [plugin.skill for plugin in discover([]) if plugin.skill]
    assistant = await testing.assistant(*skills, house=house(options.house))
    counts: dict[str, list[int]] = {}
    offenders, misses = [], []
    for case in cases(options.folder):
        turn, _ = await assistant.ask(case.sentence)
        await assistant.silence()
        assistant.clock.passed += APART
        count = counts.setdefault(case.part, [0, 0])
        count[0] += turn.intent is not None
        count[1] += 1
        if turn.intent and not case.covered:
            offenders.append((case.label, case.sentence, turn.action))
        elif case.covered and not turn.intent:
            misses.append((case.label, case.sentence))
    if options.json:
        print(json.dumps({"counts": counts, "offenders": offenders, "misses": misses}))
        return
    for part, (acted, total) in sorted(counts.items()):
        print(f"{part:24} acted upon {acted:4} of {total:4} = {acted / total:6.1%}")
    print("\nActed upon, though of another intent:")
    for label, sentence, action in offenders:
        print(f"  {label:20} {sentence!r} → {action}")
    if options.misses:
        print("\nCovered, but not understood:")
        for label, sentence in misses:
            print(f"  {label:20} {sentence!r}")


if __name__ == "__main__":
    asyncio.run(main())
