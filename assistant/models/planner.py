"""What each profile needs and how long its turns would take on this machine: counted work by known rates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.models.machine import Machine, fits
from assistant.models.manifest import Manifest, Model
from assistant.models.rates import Probe, Speed

COMMAND = 3.0
"""Seconds of a typical command."""

WRITTEN = 11
"""Tokens that Whisper writes for it, the end's among them."""

READ = 18
"""Tokens that the language model reads of it, its words and the layout around them. This and the next three were
counted by benchmarks/llama.py with the shipped skills, cut to 25 intents, in a house of 40 devices."""

CHOSEN = 5
"""Decode steps of an answer."""

FORCED = 6
"""Tokens of it that leave no choice and are only read."""

PROMPT = 1600
"""Tokens of the instructions, which were read before."""

PAGES = 5
"""Pages of instructions that all the shipped skills take in such a house, counted by benchmarks/pages.py."""

ATTENTION = 0.43
"""How much longer a token takes for every thousand tokens before it: 0.077 s instead of 0.046 s after 1,588 of them, on
an x86-64 core with a stand-in of TinyLlama's shape."""

SPOKEN = 1.4
"""Seconds of sound in the first sentence of an answer."""

MARGIN = 2.56
"""Seconds of silence that Whisper hears after the command; 1.28 for weights that were tuned for short context."""

BASE = 150_000_000
"""Bytes of the assistant without models: wake word, phrase recognizer, skills."""

LONGEST = 8.0
"""Seconds from the end of a command to the first sound of the answer, beyond which a profile is not recommended."""

THREADS = 4
"""At most: more gain nothing on models this small, and the wake word needs room."""

_TINYLLAMA = 668_788_096
"""Bytes of the file that prefill and decode are of. Other models go by their size."""


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a turn, between the end of the words and the first sound of the answer."""

    name: str
    seconds: float
    how: Literal["setting", "measured", "modelled"]
    cores: int = 1
    """That it keeps busy."""


@dataclass(frozen=True, slots=True)
class TurnPlan:
    """A way that a turn can go."""

    name: str
    steps: tuple[Step, ...]
    joules: float | None = None
    """What it takes beyond an idle machine, modelled; None where nobody has published the power of such a machine."""

    @property
    def seconds(self) -> float:
        """In all."""
        return sum(step.seconds for step in self.steps)


@dataclass(frozen=True, slots=True)
class ProfilePlan:
    """What a profile needs and gives."""

    name: str
    disk: int
    """Bytes of its models."""
    memory: int
    """Bytes, with the assistant itself."""
    fits: bool
    """Into the memory that is free, with enough kept."""
    turns: tuple[TurnPlan, ...]
    prepare: float
    """Seconds in which the language model reads its instructions, in the background: once, and when devices or skills
    change. It can be asked after the first page. What it read is kept on disk."""

    @property
    def slowest(self) -> float:
        """Seconds of its slowest turn."""
        return max(turn.seconds for turn in self.turns)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to choose here."""

    machine: Machine
    probe: Probe
    speed: Speed
    profiles: tuple[ProfilePlan, ...]
    profile: str
    """The recommended one."""
    reason: str
    instead: Mapping[str, float]
    """Seconds of the slowest turn of the last profile with another language model, by the model's name."""


def plan(
    machine: Machine,
    probe: Probe,
    speed: Speed,
    manifest: Manifest,
    measured: Mapping[str, float],
    silence: float,
) -> Plan:
    """What each profile needs and how long its turns take.

    measured: seconds of the steps that were measured here, by their names; the rest is modelled.
    silence: seconds that end a command, a setting.
    """
    profiles = tuple(
        _profile(name, manifest.profile(name), machine, speed, measured, silence) for name in manifest.profiles
    )
    chosen, reason = _choose(profiles, machine)
    wanted = [model for name in list(manifest.profiles)[-1:] for model in manifest.profile(name)]
    others = [each for each in manifest.models if each.stage == "understanding" and each not in wanted]
    instead = {
        other.name: _profile("", [*_without(wanted, other), other], machine, speed, measured, silence).slowest
        for other in others
    }
    return Plan(machine, probe, speed, profiles, chosen, reason, instead)


def encoder_work(seconds: float) -> float:
    """GFLOP of Whisper-tiny's encoder for this much sound: 4 layers of 384, a position for every 20 ms."""
    positions = 50 * seconds
    convolutions = 2 * 3 * 384 * (80 * 2 + 384) * positions
    layers = 4 * (24 * 384**2 * positions + 4 * 384 * positions**2)
    return (convolutions + layers) / 1e9


def _profile(
    name: str,
    models: Sequence[Model],
    machine: Machine,
    speed: Speed,
    measured: Mapping[str, float],
    silence: float,
) -> ProfilePlan:
    heard = [Step("silence that ends the command", silence, "setting"), *_given(measured, "phrase recognizer")]
    spoken = _speech(models, speed, measured)
    turns = [_turn("a phrase of this house", (*heard, *_given(measured, "phrase book"), *spoken), speed)]
    clever = [step for model in models for step in _model_steps(model, speed, measured)]
    if clever:
        turns.append(_turn("any other words", (*heard, *clever, *spoken), speed))
    disk, needs = sum(model.bytes for model in models), [BASE, *(model.memory for model in models)]
    prepare = sum(_size(model) * PAGES * PROMPT / speed.prefill for model in models if model.stage == "understanding")
    prepare *= _slower(PROMPT / 2)
    return ProfilePlan(name, disk, sum(needs), _fit(needs, machine.free), tuple(turns), prepare)


def _turn(name: str, steps: tuple[Step, ...], speed: Speed) -> TurnPlan:
    busy = sum(step.seconds * step.cores for step in steps if step.how != "setting")
    return TurnPlan(name, steps, None if speed.core_watts is None else speed.core_watts * busy)


def _without(models: Sequence[Model], other: Model) -> list[Model]:
    return [model for model in models if model.stage != other.stage]


def _size(model: Model) -> float:
    """Of a language model, in TinyLlamas."""
    return model.bytes / _TINYLLAMA


def _slower(before: float) -> float:
    """How much longer a token takes after so many others."""
    return 1 + ATTENTION * before / 1000


def _fit(needs: Iterable[int], free: int) -> bool:
    """Whether they can be loaded one after the other, the largest first, each with enough left for everything else."""
    for need in sorted(needs, reverse=True):
        if not fits(need, free):
            return False
        free -= need
    return True


def _given(measured: Mapping[str, float], *names: str) -> Iterable[Step]:
    return (Step(name, measured[name], "measured") for name in names if name in measured)


def _speech(models: Sequence[Model], speed: Speed, measured: Mapping[str, float]) -> list[Step]:
    voice = next((model for model in models if model.stage == "speech"), None)
    if voice is None:
        return list(_given(measured, "espeak-ng: first sound"))
    return [_step(f"{voice.name}: first sentence", speed.voice * SPOKEN, measured, speed)]


def _model_steps(model: Model, speed: Speed, measured: Mapping[str, float]) -> Iterable[Step]:
    if model.stage == "recognition":
        sound = COMMAND + (1.28 if model.short_context else MARGIN)
        seconds = encoder_work(sound) / speed.encoder + WRITTEN * speed.decoder
        yield _step(f"{model.name}: words", seconds, measured, speed)
    elif model.stage == "understanding":
        slower = _size(model) * _slower(PROMPT)
        read, forced, chosen = READ / speed.prefill, FORCED / speed.prefill, CHOSEN / speed.decode
        yield _step(f"{model.name}: reading {READ} tokens", slower * read, measured, speed)
        yield _step(f"{model.name}: {CHOSEN} choices", slower * (forced + chosen), measured, speed)


def _step(name: str, modelled: float, measured: Mapping[str, float], speed: Speed) -> Step:
    """Of a model, which has all threads."""
    if name in measured:
        return Step(name, measured[name], "measured", speed.threads)
    return Step(name, modelled, "modelled", speed.threads)


def _choose(profiles: Sequence[ProfilePlan], machine: Machine) -> tuple[str, str]:
    """The last profile, which asks most, that fits and is quick enough; and why, or why not the one after it."""
    why = ""
    for profile in reversed(profiles):
        if not profile.fits:
            need, free = profile.memory / 1e6, machine.free / 1e6
            why = f"{profile.name} needs {need:.0f} MB of memory, too much of the {free:.0f} MB that are free"
        elif profile.slowest > LONGEST:
            why = f"{profile.name} would take {profile.slowest:.0f} s for words that are no phrase of the house"
        else:
            return profile.name, why or f"{profile.name} fits and answers within {profile.slowest:.1f} s"
    return profiles[0].name, why
