"""How often commands are understood: recordings and sentences with known meanings, scored."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from assistant.errors import DeviceError, ManifestError
from assistant.listening.noise import Recording, Sound, mixed, read_sound
from assistant.messages import IntentSpec, SlotSpec, Transcript, Turn, Vocabulary
from assistant.phrases.book import PhraseBook
from assistant.phrases.words import spelled
from assistant.stages import Microphone


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a manifest: what is said, and what it means."""

    said: str
    """The path of a recording, as the manifest writes it, or the words."""
    audio: Path | None
    intent: str | None
    """None for what must not be acted upon; else `skill.handler`, or the handler's name alone."""
    slots: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Trial:
    """A line, tried once."""

    line: Line
    snr: float | None
    """Signal-to-noise ratio in dB; None where no noise was added."""
    intent: str | None
    """What would have been acted upon; of a command, also what was understood and refused with a reason."""
    slots: Mapping[str, object]
    transcript: str
    right: bool
    """The intent is right and so is every slot that the manifest names; or it was rightly left alone."""
    exact: bool
    """And no other slot was made up."""
    wrong: Sequence[str] = ()
    """The slots that are not as the manifest says, where the intent is right."""
    error: str | None = None
    """Why there was nothing to try: the recording cannot be read."""


class Subject(Protocol):
    """What is examined: `app.Assistant` is one."""

    async def ask(self, text: str, *, dry_run: bool = False) -> Turn:
        """One turn on typed words."""
        ...

    async def take(self, microphone: Microphone, *, dry_run: bool = False) -> Turn:
        """One turn on all the sound there is."""
        ...


class Gold:
    """Tells whether a turn means what a manifest says. Values are compared as slots write them: ten minutes is 600."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._specs = {(intent.name, slot.name): slot for intent in vocabulary.intents for slot in intent.slots}
        self._books: dict[SlotSpec, PhraseBook] = {}

    async def judge(self, line: Line, snr: float | None, turn: Turn) -> Trial:
        """What became of a line."""
        acted = turn.action is not None or (line.intent is not None and _refused(turn))
        intent, slots = (turn.intent, turn.slots) if acted else (None, {})
        named = intent is not None and line.intent in (intent, intent.rpartition(".")[2])
        wrong = []
        if intent is not None and named:
            wrong = [
                name
                for name, gold in line.slots.items()
                if name not in slots or not await self._same(intent, name, gold, slots[name])
            ]
        right = (named and not wrong) if line.intent is not None else intent is None
        exact = right and len(slots) == len(line.slots)
        return Trial(line, snr, intent, slots, turn.transcript, right, exact, wrong)

    async def _same(self, intent: str, name: str, gold: object, got: object) -> bool:
        if gold == got or _folded(gold) == _folded(got):
            return True
        slot = self._specs.get((intent, name))
        if slot is None or not isinstance(gold, str):
            return False
        if slot.kind in ("text", "goods"):
            return spelled(gold) == spelled(str(got))  # nobody says commas
        if slot not in self._books:
            self._books[slot] = PhraseBook()
            alone = IntentSpec("value.of", (f"{{{name}}}",), (slot,))
            await self._books[slot].learn(Vocabulary((alone,)))
        read = await self._books[slot].understand(Transcript(gold, 1.0, "manifest"))
        return read is not None and read.slots[name] == got


def read_manifest(file: Path) -> list[Line]:
    """The lines of a manifest, one JSON object each. Raises ManifestError with every line that is wrong."""
    lines, problems = [], []
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(
            f"{file} cannot be read: {error}. Give a text file with a JSON object on each line."
        ) from error
    for number, written in enumerate(text.splitlines(), 1):
        if written.strip():
            try:
                lines.append(_line(json.loads(written), file.parent))
            except (ValueError, RecursionError) as error:
                problems.append(f"{file}:{number}: {error}.")
    if problems or not lines:
        raise ManifestError(
            "\n".join(problems) or f'{file} is empty. Write lines such as {{"text": "stop", "intent": "stop"}}.'
        )
    return lines


def _line(entry: object, folder: Path) -> Line:
    match entry:
        case {"audio": str(said), **rest} if "text" not in rest:
            audio: Path | None = folder / said
        case {"text": str(said), **rest} if "audio" not in rest:
            audio = None
        case _:
            raise ValueError('is not an object with either "audio" or "text"')
    match rest.get("intent"), rest.get("slots") or {}:
        case (None | str()) as intent, dict() as slots:
            return Line(said, audio, intent, slots)
    raise ValueError('"intent" must be text or null and "slots" an object')


async def trials(
    subject: Subject,
    gold: Gold,
    lines: Iterable[Line],
    noise: Sound | None = None,
    snrs: Sequence[float] = (),
    seed: int = 0,
) -> AsyncIterator[Trial]:
    """Try every line, recordings once at each ratio. A recording meets the same stretch of the noise at all of them.

    Nothing is performed. A recording that cannot be read gives a trial with its error.
    """
    for number, line in enumerate(lines):
        if line.audio is None:
            yield await gold.judge(line, None, await subject.ask(line.said, dry_run=True))
            continue
        try:
            sound = await read_sound(line.audio)
        except DeviceError as error:
            yield Trial(line, None, None, {}, "", False, False, error=str(error))
            continue
        start = 0 if noise is None else int(np.random.default_rng([seed, number]).integers(len(noise)))
        for snr in snrs if noise is not None else [None]:
            heard = sound if noise is None or snr is None else mixed(sound, noise, snr, start)
            yield await gold.judge(line, snr, await subject.take(Recording(heard), dry_run=True))


@dataclass(frozen=True, slots=True)
class Score:
    """What came of some trials. Rates are from 0 to 1, None where there was nothing to count."""

    trials: Sequence[Trial]

    @property
    def acceptance(self) -> float | None:
        """Commands of which the intent and every gold slot are right."""
        return _rate(trial.right for trial in self.trials if trial.line.intent is not None)

    @property
    def exact(self) -> float | None:
        """Of these, those without any other slot."""
        return _rate(trial.exact for trial in self.trials if trial.line.intent is not None)

    @property
    def false_acceptance(self) -> float | None:
        """What must not be acted upon, but would be."""
        return _rate(not trial.right for trial in self.trials if trial.line.intent is None and trial.error is None)

    @property
    def by_intent(self) -> dict[str, "Score"]:
        """By what is meant, as the manifest writes it."""
        intents = dict.fromkeys(trial.line.intent for trial in self.trials if trial.line.intent is not None)
        return {i: Score([trial for trial in self.trials if trial.line.intent == i]) for i in sorted(intents)}

    @property
    def by_snr(self) -> dict[str, "Score"]:
        """By ratio, the quietest noise first."""
        snrs = sorted({trial.snr for trial in self.trials if trial.snr is not None}, reverse=True)
        return {f"{snr:g}": Score([trial for trial in self.trials if trial.snr == snr]) for snr in snrs}

    @property
    def confusions(self) -> Counter[tuple[str, str]]:
        """What was meant and what was understood instead: intents, or the values of a slot."""
        found: Counter[tuple[str, str]] = Counter()
        for trial in self.trials:
            if trial.right or trial.error:
                continue
            if not trial.wrong:
                found[trial.line.intent or "nothing", trial.intent or "nothing"] += 1
            for name in trial.wrong:
                got = trial.slots.get(name, "nothing")
                found[f"{trial.line.intent}: {name} {trial.line.slots[name]}", f"{name} {got}"] += 1
        return found

    @property
    def failures(self) -> list[Trial]:
        """What went wrong, in the manifest's order."""
        return [trial for trial in self.trials if not trial.right]

    def as_json(self) -> dict[str, object]:
        """For machines."""
        return {
            "n": len(self.trials),
            "acceptance": self.acceptance,
            "exact": self.exact,
            "false_acceptance": self.false_acceptance,
            "by_intent": {name: score.acceptance for name, score in self.by_intent.items()},
            "by_snr": {snr: score.acceptance for snr, score in self.by_snr.items()},
            "failures": [_failure(trial) for trial in self.failures],
        }


def _refused(turn: Turn) -> bool:
    """Whether a command was understood, and answered with why it cannot be: "25:00 is not a time of day"."""
    taken = any(each.stage == "understand" and each.verdict == "taken" for each in turn.attempts)
    return turn.error is not None and taken


def _failure(trial: Trial) -> dict[str, object]:
    more: dict[str, object] = {}
    if trial.line.audio is None:
        more["text"] = trial.line.said
    if trial.snr is not None:
        more["snr"] = trial.snr
    if trial.error is not None:
        more["error"] = trial.error
    return {
        "audio": None if trial.line.audio is None else trial.line.said,
        "expected": {"intent": trial.line.intent, "slots": dict(trial.line.slots)},
        "got": {"intent": trial.intent, "slots": dict(trial.slots)},
        "transcript": trial.transcript,
        **more,
    }


def _rate(hits: Iterable[bool]) -> float | None:
    counted = list(hits)
    return round(sum(counted) / len(counted), 4) if counted else None


def _folded(value: object) -> str:
    return " ".join(str(value).casefold().split())
