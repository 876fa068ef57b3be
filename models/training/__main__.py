"""Train the recogniser's acoustic model, from nothing but synthetic speech:

    python -m models.training [--out models/ears.onnx] [--work .cache/ears] [--sentences 20000] [--turns 4]

Everything that is made is kept in the working folder, so that what was interrupted goes on where it stopped. It needs
the extra `training` and the Debian packages espeak-ng, flite, festival, festlex-cmu, festvox-kallpc16k,
festvox-kdlpc16k and festvox-us-slt-hts.
"""

import argparse
import hashlib
import os
import shutil
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from models.training import export, recordings, speech
from models.training.head import Head
from models.training.measure import Errors, errors
from models.training.train import Plan, Step, train

ENGINES = ("espeak-ng", "flite", "festival")
HELD_OUT_SEED, HELD_OUT_SENTENCES, HELD_OUT_HOUSES = 7, 1600, 6
EVERY = 25
"""Files between two points of the held-out curve."""


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    options = parsed(arguments)
    if missing := [engine for engine in ENGINES if shutil.which(engine) is None]:
        raise SystemExit(
            f"These speech synthesisers are missing: {', '.join(missing)}. models/ears.md names the packages."
        )
    torch.set_num_threads(options.threads)
    begun = time.monotonic()
    with (
        ProcessPoolExecutor(options.processes) as pool,
        Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            TimeRemainingColumn(), TextColumn("{task.fields[note]}"), console=Console(stderr=True),
        ) as bars,
    ):  # fmt: skip
        head = run(options, pool, bars)
    card = {"seed": str(options.seed), "sentences": str(options.sentences), "turns": str(options.turns)}
    export.write(head, options.out, card)
    digest = hashlib.sha256(options.out.read_bytes()).hexdigest()
    print(f"{options.out}: {options.out.stat().st_size} bytes, SHA-256 {digest}, {time.monotonic() - begun:.0f} s")


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser("models.training", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("models/ears.onnx"))
    parser.add_argument("--work", type=Path, default=Path(".cache/ears"), help="folder of all that is made on the way")
    parser.add_argument("--sentences", type=int, default=20_000)
    parser.add_argument("--houses", type=int, default=24)
    parser.add_argument("--turns", type=int, default=Plan().turns, help="rooms in which each sentence is heard")
    parser.add_argument("--hidden", type=int, default=Plan().hidden, help="width of the recurrent layers")
    parser.add_argument("--begin", type=Path, help="a model of which only the senones' branch is trained on")
    parser.add_argument("--rate", type=float, default=Plan().rate, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="that train")
    parser.add_argument("--processes", type=int, default=max((os.cpu_count() or 2) - 1, 1), help="that make recordings")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace, pool: Executor, bars: Progress) -> Head:
    """All stages; what was made before is not made again."""
    work: Path = options.work
    _remember(work / "options.txt", f"seed {options.seed}, {options.sentences} sentences, {options.houses} houses")
    spoken = _spoken(work / "speech", options.seed, options.sentences, options.houses, pool, bars)
    few = min(HELD_OUT_SENTENCES, options.sentences)
    held = _spoken(work / "held", HELD_OUT_SEED, few, min(HELD_OUT_HOUSES, options.houses), pool, bars, held_out=True)
    told = [recordings.made(work / "features-held", file, 0, HELD_OUT_SEED) for file in held[:2]]
    heard = [recordings.load(file) for file in told]
    task = bars.add_task("train", note="", total=None)
    curve = work / "curve.csv"

    def show(step: Step, head: Head) -> None:
        bars.update(task, completed=step.done, total=step.total, note=f"loss {step.loss:.3f}")
        if step.done % EVERY == 0 or step.done == step.total:
            found = sum((errors(head.hear, each) for each in heard), Errors())
            with curve.open("a") as to:
                to.write(f"{step.done},{step.loss:.4f},{found.rate:.4f}\n")
            bars.console.print(f"{step.done} of {step.total}: loss {step.loss:.3f}, held-out phone errors {found}")

    plan = Plan(turns=options.turns, hidden=options.hidden, seed=options.seed, rate=options.rate, begin=options.begin)
    return train(plan, work, spoken, pool, show)


def _remember(file: Path, made_with: str) -> None:
    """Refuse a working folder of another training: what is in it would be taken for this one's."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(made_with, "utf-8")
    elif (before := file.read_text("utf-8")) != made_with:
        raise SystemExit(f"{file.parent} was made with {before}, not {made_with}. Give another folder with --work.")


def _spoken(
    folder: Path, seed: int, count: int, houses: int, pool: Executor, bars: Progress, held_out: bool = False
) -> list[Path]:
    drawn = speech.sentences(folder, seed, count, houses)
    parts = [drawn[start : start + speech.PER_FILE] for start in range(0, len(drawn), speech.PER_FILE)]
    making = [pool.submit(speech.make, folder, number, part, seed, held_out) for number, part in enumerate(parts)]
    task = bars.add_task("speak, held out" if held_out else "speak", note="", total=len(making))
    made = []
    for each in making:
        made.append(each.result())
        bars.advance(task)
    return made


if __name__ == "__main__":
    main()
