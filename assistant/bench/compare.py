"""Two runs of `assistant bench`, compared: what became better or worse, and whether that may be chance."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from assistant.bench.figures import Interval, difference, ratio
from assistant.errors import ManifestError

FEWEST = 5
"""Measurements on either side from which a median has an interval worth the name."""


@dataclass(frozen=True, slots=True)
class Change:
    """A figure, then and now."""

    what: str
    unit: str
    before: float
    """The median of what was measured often; a share is from 0 to 1."""
    now: float
    better: Literal["less", "more"]
    change: Interval | None
    """How many times as much it is now, of shares how much more, with a 95 % interval; None for what was measured once.
    """

    @property
    def told(self) -> str:
        """The change for people."""
        if self.unit == "share":
            assert self.change is not None
            apart, low, high = (100 * each for each in (self.change.value, self.change.low, self.change.high))
            return f"{apart:+.1f} points ({low:+.1f} to {high:+.1f})"
        if self.change is None:
            return f"{self.now / self.before:.3g} times, measured once" if self.before else "measured once"
        return f"{self.change} times"

    @property
    def verdict(self) -> str:
        """In a word; none where it was measured once, and chance where the interval holds no change."""
        if self.change is None:
            return "–"
        same = 0.0 if self.unit == "share" else 1.0
        if self.change.low <= same <= self.change.high:
            return "no sure difference"
        return "better" if (self.change.value < same) == (self.better == "less") else "worse"


def read_run(file: Path) -> Mapping[str, Any]:
    """What `assistant bench --json` printed. Raises ManifestError for anything else."""
    try:
        run = json.loads(file.read_text("utf-8"))
        if isinstance(run, dict) and isinstance(run["ms"], dict):
            return run
    except (OSError, ValueError, KeyError, RecursionError) as error:
        raise ManifestError(
            f"{file} is no run to compare with: {error}. Make one: assistant bench --json > {file}"
        ) from error
    raise ManifestError(f"{file} is no run to compare with. Make one: assistant bench --json > {file}")


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """Of every figure that both have."""
    return [
        *_series(before, now, "ms"),
        *_series(before, now, "throughput"),
        *_shares(before, now),
        *_once(before, now),
    ]


def _series(before: Mapping[str, Any], now: Mapping[str, Any], kind: str) -> Iterator[Change]:
    for name, row in now.get(kind, {}).items():
        old = before.get(kind, {}).get(name)
        if not old or not old.get("values") or not row["values"]:
            continue
        unit = row.get("unit", "ms")
        enough = min(len(old["values"]), len(row["values"])) >= FEWEST
        times = ratio(row["values"], old["values"]) if enough else None
        yield Change(name, unit, old["p50"], row["p50"], "more" if unit == "tokens/s" else "less", times)


def _shares(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for name, row in now.get("accuracy", {}).items():
        if old := before.get("accuracy", {}).get(name):
            apart = difference(*(Interval(each["value"], each["low"], each["high"]) for each in (row, old)))
            wrong = name == "false_acceptance"
            what = "wrongly accepted" if wrong else f"accepted, {name}"
            yield Change(what, "share", old["value"], row["value"], "less" if wrong else "more", apart)


def _once(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    old, new = _singles(before), _singles(now)
    for (what, unit), value in new.items():
        if (what, unit) in old:
            yield Change(what, unit, old[what, unit], value, "less", None)


def _singles(run: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    """What is measured once in a run, by its name and unit."""
    memory = run.get("memory_mb", {})
    found = {(f"memory, {name}", "MB"): most for name, most in memory.get("processes", {}).items()}
    found |= {
        (f"memory, stage {stage}", "MB"): round(sum(most.values()), 1)
        for stage, most in memory.get("stages", {}).items()
    }
    found |= {(f"disk, {name}", "MB"): size for name, size in run.get("disk_mb", {}).items()}
    if (joules := run.get("energy_of_turns", {}).get("joules_per_turn")) is not None:
        found["energy of a turn", "J"] = joules
    return found


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What else is different, so that the comparison may be of other things than was meant."""
    told = []
    for what in ("version", "profile"):
        if before.get(what) != now.get(what):
            told.append(f"{what} {before.get(what)} → {now.get(what)}")
    for what in ("name", "python", "kernel"):
        old, new = before.get("machine", {}).get(what), now.get("machine", {}).get(what)
        if old != new:
            told.append(f"{what} {old} → {new}")
    libraries = {**before.get("libraries", {}), **now.get("libraries", {})}
    for name in sorted(libraries):
        old, new = before.get("libraries", {}).get(name), now.get("libraries", {}).get(name)
        if old != new:
            told.append(f"{name} {old} → {new}")
    if not before.get("complete", True) or not now.get("complete", True):
        told.append("a run was interrupted, and is compared as far as it came")
    return told
