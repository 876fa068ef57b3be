"""Two runs of `assistant bench`, compared: what became faster or slower, and whether that may be chance."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.bench.figures import Interval, ratio
from assistant.errors import ManifestError


@dataclass(frozen=True, slots=True)
class Change:
    """A stage, then and now."""

    stage: str
    before: float
    """Median milliseconds."""
    now: float
    times: Interval
    """How much longer it takes now, with a 95 % interval."""

    @property
    def verdict(self) -> str:
        """In a word; chance where the interval holds 1."""
        return "slower" if self.times.low > 1 else "faster" if self.times.high < 1 else "no difference that is sure"


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
    """The stages that both have."""
    found = []
    for stage, row in now["ms"].items():
        old = before["ms"].get(stage)
        if old and old.get("values") and row["values"]:
            found.append(Change(stage, old["p50"], row["p50"], ratio(row["values"], old["values"])))
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
