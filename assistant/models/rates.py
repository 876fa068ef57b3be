"""How fast machines are: published figures, made to fit this machine by a short measurement.

What the probes measure here, beside what they measure on the machine that the figures are of, tells how far this one is
faster or slower: multiplying matrices for what computes, copying for what reads weights.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Annotated, Literal

from assistant.models.machine import Machine
from assistant.settings.checking import Checker
from assistant.settings.given import Problem, read_file
from assistant.settings.schema import Range

RATES = Path(__file__).with_name("rates.yaml")

_SCALING: Mapping[str, float] = {"encoder": 0.9, "decoder": 0.5, "prefill": 0.9, "decode": 0.5, "voice": 0.57}
"""Exponents of the gain by threads: n threads are n**exponent times faster. Voice: sherpa-onnx on a Raspberry Pi 4,
0.79 with one thread, 0.355 with four. Decoding is bound by memory, the rest by computing: estimates.
"""

_BOUND: Mapping[str, str] = {
    "encoder": "matmul", "prefill": "matmul", "voice": "matmul", "decoder": "copy", "decode": "copy",
}  # fmt: skip
"""Which probe tells how much faster a machine is."""

Positive = Annotated[float, Range(1e-6, 1e6)]


@dataclass(frozen=True, slots=True)
class Figure:
    """A rate, and why to believe it."""

    value: Positive
    kind: Literal["published", "derived", "measured"]
    source: str


@dataclass(frozen=True, slots=True)
class Rates:
    """What a kind of machine does. The units are in rates.yaml."""

    name: str
    matches: str
    """Regular expression for the beginning of the machine's name."""
    cores: Annotated[int, Range(1, 1024)]
    matmul: Figure
    copy: Figure
    encoder: Figure
    decoder: Figure
    prefill: Figure
    decode: Figure
    voice: Figure
    core_watts: Figure | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    machines: tuple[Rates, ...]


@dataclass(frozen=True, slots=True)
class Probe:
    """What was measured here, of one core."""

    matmul: float
    """GFLOP/s."""
    copy: float
    """GB/s."""


@dataclass(frozen=True, slots=True)
class Speed:
    """What this machine is expected to do."""

    basis: str
    """The machine whose rates these are."""
    known: bool
    """This is such a machine, not only the nearest to it."""
    threads: int
    encoder: float
    decoder: float
    prefill: float
    decode: float
    voice: float
    core_watts: float | None = None
    """What one busy core takes more than an idle machine does; None where nobody has published it."""


def known_rates() -> tuple[Rates, ...]:
    """Those that come with Hearth."""
    problems: list[Problem] = []
    checker = Checker()
    known = checker.fill(_Known, read_file(RATES, problems), "")
    assert isinstance(known, _Known), problems + checker.problems
    return known.machines


def expect(machine: Machine, probe: Probe, rates: Sequence[Rates], threads: int, instructions: str) -> Speed:
    """The speed of a machine. `instructions` are those of its processor, such as "aarch64".

    A machine that is known keeps its published rates, less where the probes find it slower: a slower clock, too hot.
    Another is compared with the nearest one that is known.
    """
    found = next((each for each in rates if re.match(each.matches, machine.name)), None)
    near = found or _nearest(machine, probe, rates, instructions)
    gains = {"matmul": probe.matmul / near.matmul.value, "copy": probe.copy / near.copy.value}
    if found:
        gains = {name: min(1.0, gain) for name, gain in gains.items()}

    def rate(name: str, figure: Figure) -> float:
        gain = float(gains[_BOUND[name]] * (threads / near.cores) ** _SCALING[name])
        return figure.value / gain if name in ("decoder", "voice") else figure.value * gain

    return Speed(
        basis=near.name,
        known=found is not None,
        threads=threads,
        encoder=rate("encoder", near.encoder),
        decoder=rate("decoder", near.decoder),
        prefill=rate("prefill", near.prefill),
        decode=rate("decode", near.decode),
        voice=rate("voice", near.voice),
        core_watts=found.core_watts.value if found and found.core_watts else None,
    )


def core_watts(machine: Machine) -> Figure | None:
    """What one busy core of this machine takes more than an idle one; None where nobody has published it."""
    return next((each.core_watts for each in known_rates() if re.match(each.matches, machine.name)), None)


def _nearest(machine: Machine, probe: Probe, rates: Sequence[Rates], instructions: str) -> Rates:
    """The machine whose kind computes alike: of x86-64 the one whose probes are most like these."""
    if instructions in ("x86_64", "AMD64"):
        return min(
            (each for each in rates if each.matches == "x86_64"),
            key=lambda each: abs(log(probe.matmul / each.matmul.value)) + abs(log(probe.copy / each.copy.value)),
        )
    generation = "Raspberry Pi 5" if machine.dot_product else "Raspberry Pi 4"
    return next(each for each in rates if each.name == generation)
