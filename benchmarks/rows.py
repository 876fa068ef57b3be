"""What `benchmarks.beside` compares: the rows of its table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ways import DEVICES, INTENTS, SPOKEN_DEVICES
from benchmarks.ways.speech import LONGER, orders_accepted
from benchmarks.ways.words import LENGTHS


@dataclass(frozen=True, slots=True)
class Point:
    """Ours and what one would pick instead, on the same cases."""

    ours: str
    instead: str | None
    """None where ours is looked at alone."""
    cases: Sequence[int]
    label: str = ""
    """The size, where a row has several points."""


@dataclass(frozen=True, slots=True)
class Row:
    """A comparison; of more than one point, how both grow from the point `since` to the last."""

    name: str
    points: Sequence[Point]
    wanted: str = "–"
    most_rounds: int = 1000
    """Where one takes minutes."""
    needs: str = ""
    """`llama` where the row needs that file, `data` where it is better with that folder."""
    since: str = ""
    note: Callable[[Path], str] | None = None
    """What else to tell, from the folder of public recordings."""


QUIET, TALK, WAKES = range(4), range(4, 8), range(8, 12)
DAY = range(100, 106)
"""An hour."""


def _one(name: str, ours: str, instead: str, cases: Sequence[int], wanted: str, rounds: int = 1000) -> Row:
    needs = "llama" if ours == "choices" else "data" if cases == TALK else ""
    return Row(name, (Point(ours, instead, cases),), wanted, rounds, needs)


ROWS = (
    Row(
        "end of speech → intent, phrase path",
        (Point("phrase path", "faster_whisper as documented", range(4)),), "≥ 20", needs="data", note=orders_accepted,
    ),
    _one(
        "the same, beside wyoming-faster-whisper's settings",
        "phrase path", "faster_whisper as wyoming-faster-whisper", range(4), "≥ 20",
    ),
    _one("Whisper path, 3 s command", "short Whisper", "faster_whisper, by seconds, as documented", [3], "≥ 5"),
    _one(
        "the same, language not told",
        "short Whisper", "faster_whisper, by seconds, language told by itself", [3], "≥ 5",
    ),
    _one(
        "the same, beside wyoming-faster-whisper's settings on ARM",
        "short Whisper", "faster_whisper, by seconds, as wyoming-faster-whisper on ARM", [3], "≥ 5",
    ),
    _one(
        "Whisper path, weights tuned for short sound",
        "short Whisper, margin 1.28 s", "faster_whisper, by seconds, as documented", [3], "≥ 5",
    ),
    _one("TinyLlama step, the other's first turn", "choices", "JSON schema, first turn", [0], "≥ 8", 2),
    _one("TinyLlama step, the other's prompt kept", "choices", "JSON schema", range(5), "–", 2),
    *(
        _one(f"text match, {n} devices", f"phrase book, {n} devices", f"hassil, {n} devices", range(32), "≥ 0.83")
        for n in (100, 1000)
    ),
    _one("wake word, 80 s of quiet", "ears", "openwakeword.Model", QUIET, "≥ 4", 3),
    _one("wake word, 80 s of speech", "ears", "openwakeword.Model", TALK, "≥ 1", 3),
    _one("wake word, detections", "ears", "openwakeword.Model", WAKES, "the same", 1),
    _one("wake word, 80 s of quiet, pyopen-wakeword", "ears", "pyopen_wakeword", QUIET, "≥ 4", 3),
    _one("wake word, 80 s of speech, pyopen-wakeword", "ears", "pyopen_wakeword", TALK, "≥ 1", 3),
    _one("wake word, detections, pyopen-wakeword", "ears", "pyopen_wakeword", WAKES, "the same", 1),
    _one("first audio of three sentences", "first audio", "piper, whole text", range(4), "≥ 3"),
    Row(
        "text match, by devices",
        [Point(f"phrase book, {n} devices", f"hassil, {n} devices", range(32), str(n)) for n in DEVICES],
        "no faster", since="100",
    ),
    Row(
        "text match, by intents",
        [Point(f"phrase book, {n} intents", f"hassil, {n} intents", range(6), str(n)) for n in INTENTS],
    ),
    Row(
        "text match, by words of what is no command",
        [Point("phrase book, by length", "hassil, by length", [case], str(n)) for case, n in enumerate(LENGTHS)],
    ),
    Row(
        "phrase path, by devices",
        [Point(f"phrase path, {n} devices", "faster_whisper as documented", [0], str(n)) for n in SPOKEN_DEVICES],
    ),
    Row(
        "phrase path, by skills",
        [
            Point("phrase path, four skills", "faster_whisper as documented", range(4), "four"),
            Point("phrase path", "faster_whisper as documented", range(4), "all"),
        ],
    ),
    Row(
        "phrase path, by words of the command",
        [Point("phrase path, by length", None, [case], str(len(said.split()))) for case, said in enumerate(LONGER)],
    ),
    Row(
        "Whisper path, by seconds of sound",
        [
            Point("short Whisper", "faster_whisper, by seconds, as documented", [seconds], str(seconds))
            for seconds in (3, 6, 12)
        ],
    ),
    Row(
        "first audio, by sentences of the answer",
        [Point("first audio", "piper, whole text", [100 + count], str(count)) for count in (1, 3, 6)],
    ),
    Row(
        "wake word, an hour by ten minutes, every other one talk",
        [Point("ears", "openwakeword.Model", [case], str(10 * place)) for place, case in enumerate(DAY, 1)],
        most_rounds=1, since="20",
    ),
)  # fmt: skip
