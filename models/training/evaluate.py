"""What the model hears of voices that it was not trained on, and what the recogniser makes of it, as tables:

    python -m models.training.evaluate [--data DATA] [--only phones,cost,commands,usual,others,coffee] [--every 1]
        [--engines hearth,pocketsphinx]

`phones`: errors of the likeliest labels by voice and by how far the speech is above the noise, and phones that are
heard where nobody speaks, without any grammar. They need the held-out speech that training made. The others tell how
the recognisers that are shipped do their work (reached.py). `others` and `coffee` need recordings by others:
`benchmarks/README.md` says which. `--every 10` takes each tenth sentence or recording; PocketSphinx needs an hour for
all sentences in a large house.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.engines.features import Features, Session, session
from assistant.engines.rows import rows_of
from assistant.engines.senones import Senones
from models.training import noises, reached, speech
from models.training.measure import Errors, compared, greedy

NOISES = (None, 24.0, 18.0, 12.0, 6.0, 0.0)
"""dB between the mean powers of speech and noise; None is a quiet room."""
QUIET = 50.0  # dB
TABLES = ("phones", "cost", "commands", "usual", "others", "coffee")
PENALTIES = (0.0, 1.0, 2.0)
"""On the blank, in nats."""


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser("models.training.evaluate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", type=Path, default=Path("models/ears.onnx"))
    parser.add_argument("--work", type=Path, default=Path(".cache/ears"))
    parser.add_argument("--most", type=int, default=400, help="sentences whose phones are counted")
    parser.add_argument("--data", type=Path, help="folder with the recordings of others")
    parser.add_argument("--every", type=int, default=1, help="take only each so-many-th of them")
    parser.add_argument("--only", default=",".join(TABLES), help=f"some of {', '.join(TABLES)}")
    parser.add_argument("--engines", default="hearth", help="hearth,pocketsphinx: who listens")
    options = parser.parse_args(arguments)
    only = options.only.split(",")
    if unknown := set(only) - set(TABLES):
        parser.error(f"--only {', '.join(sorted(unknown))}: choose from {', '.join(TABLES)}")
    if options.every < 1:
        parser.error(f"--every {options.every}: give 1 or more")
    if options.data is None and (lacking := {"others", "coffee"} & set(options.only.split(","))):
        print(f"Left out without --data: {', '.join(sorted(lacking))}", file=sys.stderr)
    if "phones" in only:
        _phones(options.model, options.work, options.most)
    for table in reached.tables(options.data, options.every, only, options.engines.split(",")):
        _show(table)


def _phones(file: Path, work: Path, most: int) -> None:
    files = sorted((work / "held").glob("*.npz"))
    if not files:
        raise SystemExit(f"There is no held-out speech in {work}: run python -m models.training first.")
    said = [each for held in files for each in speech.load(held)][:most]
    model = session(file, "acoustic model")
    for make in (by_voice, by_penalty, silence):
        _show(make(model, said))


def _show(table: Table) -> None:
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def by_voice(model: Session, said: list[speech.Spoken]) -> Table:
    """Errors of each voice in each noise."""
    found: dict[tuple[str, float | None], Errors] = defaultdict(Errors)
    for level in NOISES:
        for each, frames in _heard(model, said, level):
            wrong = compared(greedy(frames, 1.0), each.phones.tolist())
            for voice in (each.voice, "all"):
                found[voice, level] += wrong
    table = Table("phone errors", *("quiet" if level is None else f"{level:.0f} dB" for level in NOISES))
    for voice in sorted({voice for voice, _ in found}):
        table.add_row(voice, *(str(found[voice, level]) for level in NOISES))
    return table


def by_penalty(model: Session, said: list[speech.Spoken]) -> Table:
    """Errors by what the blank is made to cost, at 12 dB."""
    pairs = list(_heard(model, said, 12.0))
    table = Table("nats on the blank, 12 dB", *(f"{penalty:.0f}" for penalty in PENALTIES))
    rates = (
        sum((compared(greedy(frames, penalty), each.phones.tolist()) for each, frames in pairs), Errors())
        for penalty in PENALTIES
    )
    table.add_row("all", *map(str, rates))
    return table


def silence(model: Session, said: list[speech.Spoken]) -> Table:
    """Phones in a minute of noise without speech."""
    chance = np.random.default_rng(5)
    listen = Features(), Senones()
    table = Table("noise alone", "phones in a minute")
    sounds = [(each.sound / 32768).astype(np.float32) for each in said]
    sources = {sort.__name__: sort for _, sort in noises.SORTS}
    for name, sort in sources.items():
        sound = np.concatenate([noises.level(sort(160_000, chance)) for _ in range(6)]) * np.float32(0.05)
        table.add_row(name, str(len(greedy(_frames(model, listen, sound), 1.0))))
    crowd = noises.level(noises.babble(960_000, chance, sounds)) * np.float32(0.05)
    table.add_row("babble", str(len(greedy(_frames(model, listen, crowd), 1.0))))
    return table


def _heard(
    model: Session, said: list[speech.Spoken], level: float | None
) -> Iterable[tuple[speech.Spoken, np.ndarray[tuple[int, int], np.dtype[np.float32]]]]:
    """Each sentence between two pauses, in noise, and what the model makes of it."""
    chance = np.random.default_rng(3)
    sounds = [(each.sound / 32768).astype(np.float32) for each in said]
    bank = noises.Bank(chance, sounds)
    listen = Features(), Senones()
    for each, sound in zip(said, sounds, strict=True):
        between = np.pad(sound, (8000, 9600))
        noise = bank.any_of(len(between), chance)
        power = np.sqrt(np.mean(sound**2)) * 10 ** (-(QUIET if level is None else level) / 20)
        yield each, _frames(model, listen, np.float32(0.3) * (between + noise * np.float32(power)))


def _frames(
    model: Session, listen: tuple[Features, Senones], sound: noises.Sound
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    digital = (np.clip(sound, -1, 1) * 32767).astype(np.int16)
    rows = rows_of(*listen, digital)
    (frames,) = model.run(None, {"rows": rows[np.newaxis]})
    return np.asarray(frames[0], np.float32)


if __name__ == "__main__":
    main()
