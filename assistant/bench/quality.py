"""How well what is said is understood: acceptance, slots, false acceptance, and answers that have changed."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.app import Assistant
from assistant.bench import engines, golden
from assistant.bench.figures import share
from assistant.bench.record import Tell
from assistant.bench.said import FOR_NOBODY, Spoken, commands, quiet, spoken, synthesised
from assistant.evaluate import Gold, Line, Trial
from assistant.listening.noise import Recording, Sound, mixed
from assistant.models.model_store import default_folder

SNRS = (24.0, 12.0, 6.0)
"""dB of white noise that is mixed into commands."""

NOISE = 10.0
"""Seconds of it, used round and round."""

ASKED = 12
"""Sentences whose answers are on record."""

Data = dict[str, Any]
"""A part of the run that is filled as figures come."""


def accuracy(trials: Sequence[Trial]) -> Data:
    """Acceptance with its interval, and the F1 of slots: the harmonic mean of precision and recall."""
    meant = [trial for trial in trials if trial.line.intent is not None]
    hits = wanted = given = 0
    for trial in meant:
        named = trial.intent is not None and trial.line.intent in (trial.intent, trial.intent.rpartition(".")[2])
        wanted += len(trial.line.slots)
        given += len(trial.slots)
        hits += sum(name in trial.slots and name not in trial.wrong for name in trial.line.slots) if named else 0
    f1 = round(2 * hits / (wanted + given), 4) if wanted + given else None
    return {"n": len(meant), **asdict(share(sum(trial.right for trial in meant), len(meant))), "slot_f1": f1}


async def in_noise(assistant: Assistant, said: Sequence[Spoken], data: Data, tell: Tell) -> None:
    """What is meant for nobody, and commands in noise."""
    gold = Gold(assistant.mind.vocabulary)
    trials: list[Trial] = []
    for number, text in enumerate(FOR_NOBODY):
        tell("what is no command", number, len(FOR_NOBODY))
        sound = await synthesised(text, assistant.lineup.espeak)
        turn = await assistant.take(Recording(sound), dry_run=True)
        trials.append(await gold.judge(Line(text, None, None, {}), None, turn))
        accepted = sum(not trial.right for trial in trials)
        data["false_acceptance"] = {"n": len(trials), **asdict(share(accepted, len(trials)))}
    hiss: Sound = quiet(NOISE)
    for snr in SNRS:
        noisy: list[Trial] = []
        for number, one in enumerate(said):
            tell(f"in noise, {snr:g} dB", number, len(said))
            heard = mixed(one.sound, hiss, snr, number * 997)
            noisy.append(await gold.judge(one.line, snr, await assistant.take(Recording(heard), dry_run=True)))
            data[f"{snr:g} dB"] = accuracy(noisy)


async def drift(assistant: Assistant, state: Path, tell: Tell) -> Data:
    """The answers of every engine to the same input, against those on record in the folder `state`."""
    said = await spoken(await commands(assistant.mind.vocabulary, ASKED), assistant.lineup.espeak)
    answers = await engines.answers(assistant, said, tell)
    models = dict(golden.libraries())
    folder = assistant.config.models.folder or default_folder()
    models |= {file.name: golden.digest([file]) for file in sorted(folder.glob("*.*")) if file.is_file()}
    file = state / f"golden-{assistant.config.profile}.json"
    try:
        return asdict(golden.compare(file, answers, models))
    except OSError as error:
        return {"problem": f"{file} cannot be written: {error.strerror}"}
