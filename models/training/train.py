"""Training: files of features in, a head out, resumable after every file."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from assistant.engines.features import INNER
from assistant.engines.senones import PER_ROW
from models.training import export, recordings
from models.training.files import replace
from models.training.head import Branch, Head
from models.training.recordings import Recordings

AHEAD = 3
"""Files of features that are made before they are needed."""

_KEPT_EVERY = 10  # files: writing what has been learnt takes a moment


@dataclass(frozen=True, slots=True)
class Plan:
    """What is trained, and how long."""

    turns: int = 4
    """How often each sentence is heard, each time in another room."""
    width: int = 192
    hidden: int = 160
    repeats: int = 2
    """How often each recording is used before the next are made, each time with other rows hidden."""
    batch: int = 16
    """Recordings of about the same length in a batch."""
    rate: float = 2e-3
    """Highest learning rate; it rises for a twentieth of the training and then falls to nothing as a cosine does."""
    memory: float = 0.998
    """The head that is kept is a running mean of the heads of all steps; this is what stays of it at a step."""
    seed: int = 1
    begin: Path | None = None
    """A model whose branch for inner values is kept, and beside it the other is trained on."""


@dataclass(frozen=True, slots=True)
class Step:
    """Told after each file."""

    done: int
    total: int
    loss: float
    """Mean CTC loss of a phone in nats; of the senones' branch that of its own and with the other, both."""
    seconds: float


def train(plan: Plan, folder: Path, spoken: Sequence[Path], pool: Executor, told: Callable[[Step, Head], None]) -> Head:
    """Train a head on `spoken`, in as many turns as planned: the branch for inner values, then that for senones.

    Goes on from `folder` where an earlier run stopped. Raises ValueError where the model to begin with is none.
    """
    recorded = _Recorded(plan, folder / "features", spoken, pool)
    mean, scale = _statistics(recorded(0))
    torch.manual_seed(plan.seed)
    parts = ("inner", "senones") if plan.begin is None else ("senones",)
    if plan.begin is None:
        head = Head.new(mean, scale, plan.width, plan.hidden)
    else:
        head = export.read(plan.begin, mean, scale)
    head.to(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    for before, part in enumerate(parts):
        _learn(
            part,
            plan,
            folder / f"{part}.pt",
            head,
            recorded,
            (before * len(recorded), len(parts) * len(recorded)),
            told,
        )
    head.eval()
    return head


class _Recorded:
    """The recordings of each turn, made a little before they are asked for."""

    def __init__(self, plan: Plan, folder: Path, spoken: Sequence[Path], pool: Executor) -> None:
        self._wanted = [(turn, file) for turn in range(plan.turns) for file in _shuffled(spoken, plan.seed + turn)]
        self._folder, self._seed, self._pool = folder, plan.seed, pool
        self._making: dict[int, Future[Path]] = {}

    def __len__(self) -> int:
        return len(self._wanted)

    def __call__(self, number: int) -> Recordings:
        for later in range(number, min(number + AHEAD + 1, len(self))):
            if later not in self._making:
                turn, file = self._wanted[later]
                self._making[later] = self._pool.submit(recordings.made, self._folder, file, turn, self._seed)
        return recordings.load(self._making.pop(number).result())


def _learn(
    part: str,
    plan: Plan,
    state: Path,
    head: Head,
    recorded: _Recorded,
    place: tuple[int, int],
    told: Callable[[Step, Head], None],
) -> None:
    """One branch; the head is told, and left, with the running mean of what it learnt. `place` is told with steps."""
    branch: Branch = getattr(head, part)
    kept = torch.load(state, map_location="cpu") if state.exists() else None
    optimiser = torch.optim.AdamW(branch.parameters(), lr=plan.rate, weight_decay=0.01)
    mean = AveragedModel(branch, multi_avg_fn=get_ema_multi_avg_fn(plan.memory), use_buffers=True)
    if kept is not None:
        branch.load_state_dict(kept["branch"])
        mean.load_state_dict(kept["mean"])
        optimiser.load_state_dict(kept["optimiser"])
    for number in range(0 if kept is None else kept["done"], len(recorded)):
        # Chance begins anew with each file, so that an interruption changes nothing.
        torch.manual_seed(plan.seed + number)
        chance = np.random.default_rng([plan.seed, number])
        began = time.monotonic()
        heard = recorded(number)
        losses = []
        chosen = [batch for _ in range(plan.repeats) for batch in batches(heard, plan.batch, chance)]
        for step, batch in enumerate(chosen):
            share = (number + step / len(chosen)) / len(recorded)
            for group in optimiser.param_groups:
                group["lr"] = plan.rate * _warmth(share)
            losses.append(_step(part, head, optimiser, *batch))
            mean.update_parameters(branch)
        done = {
            "branch": branch.state_dict(),
            "mean": mean.state_dict(),
            "optimiser": optimiser.state_dict(),
            "done": number + 1,
        }
        if number % _KEPT_EVERY == 0 or number + 1 == len(recorded):
            replace(state, partial(torch.save, done))
        shown = Head(**{"inner": head.inner, "senones": head.senones, part: mean.module}).eval()
        told(Step(place[0] + number + 1, place[1], float(np.mean(losses)), time.monotonic() - began), shown)
    branch.load_state_dict(mean.module.state_dict())


def batches(
    heard: Recordings, size: int, chance: np.random.Generator
) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """Rows, their numbers, phones, their numbers; recordings of about the same length together, in random order."""
    order = sorted(range(len(heard.phones)), key=lambda each: len(heard.features[each]))
    chosen = [order[start : start + size] for start in range(0, len(order), size)]
    for which in chance.permutation(len(chosen)):
        numbers = chosen[which]
        lengths = [len(heard.features[each]) for each in numbers]
        rows = np.zeros((len(numbers), max(lengths), heard.features[0].shape[1]), np.float32)
        for place, each in enumerate(numbers):
            rows[place, : lengths[place]] = heard.features[each]
            _mask(rows[place, : lengths[place]], chance)
        phones = np.concatenate([heard.phones[each] for each in numbers]).astype(np.int64)
        counts = [len(heard.phones[each]) for each in numbers]
        yield torch.from_numpy(rows), torch.tensor(lengths), torch.from_numpy(phones), torch.tensor(counts)


def _mask(rows: NDArray[np.float32], chance: np.random.Generator) -> None:
    """Hide a few rows, as a slammed door would (SpecAugment, arXiv:1904.08779, in time alone)."""
    for _ in range(chance.integers(0, 3)):
        start = chance.integers(len(rows))
        rows[start : start + chance.integers(1, 5)] = 0


def _step(
    part: str,
    head: Head,
    optimiser: torch.optim.Optimizer,
    rows: Tensor,
    lengths: Tensor,
    phones: Tensor,
    counts: Tensor,
) -> float:
    def loss_of(said: Tensor) -> Tensor:
        loss = nn.functional.ctc_loss(
            said.transpose(0, 1).cpu(), phones, PER_ROW * lengths, counts, blank=0, reduction="sum", zero_infinity=True
        )
        return loss / max(int(counts.sum()), 1)

    rows = rows.to(head.inner.mean.device)
    if part == "inner":
        loss = loss_of(head.inner.train()(rows[..., :INNER]))
    else:
        # By itself, so that it learns all it can, and with the other, so that both find a phone in the same frame.
        with torch.no_grad():
            inner = head.inner.eval()(rows[..., :INNER])
        own = head.senones.train()(rows[..., INNER:])
        loss = loss_of(own) + loss_of((inner + own).log_softmax(-1))
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(getattr(head, part).parameters(), 1.0)
    optimiser.step()
    return float(loss.detach())


def _warmth(share: float) -> float:
    return min(share / 0.05, 1.0) * 0.5 * (1 + math.cos(math.pi * share)) + 1e-3


def _statistics(heard: Recordings) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    every = np.concatenate(heard.features).astype(np.float32)
    return every.mean(axis=0), (1 / (every.std(axis=0) + 0.05)).astype(np.float32)


def _shuffled(files: Sequence[Path], seed: int) -> list[Path]:
    return [files[each] for each in np.random.default_rng(seed).permutation(len(files))]
