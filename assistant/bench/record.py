"""All figures of a run of `assistant bench`, filled as they come; it is whole, or says that it is not."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from assistant import __version__
from assistant.bench.figures import spread
from assistant.config import Config

STAGES = ("wake", "recognize", "understand", "speak", "accuracy", "golden")
"""What can be measured by itself. `act` and `turn` come with recognizing and understanding."""

Tell = Callable[[str, int, int], None]
"""What is being measured, how much of it is done, and how much there is. Raises CancelledError where it is to end."""

Unit = Literal["ms", "s/s", "tokens/s", "s"]
"""Of what is measured often: milliseconds; processor time for each second of sound, the real-time factor; tokens in
each second; seconds of processor time.
"""


@dataclass
class Series:
    """What was measured often."""

    unit: Unit
    values: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """With its percentiles."""
        return {"unit": self.unit, **asdict(spread(self.values)), "values": self.values}


@dataclass
class Record:
    """A run."""

    config: Config
    times: dict[str, Series] = field(default_factory=dict)
    """How long each stage takes."""
    throughput: dict[str, Series] = field(default_factory=dict)
    """How much each engine gets done."""
    data: dict[str, Any] = field(default_factory=dict)
    """Everything else, by the names that `as_json` gives it."""
    complete: bool = False
    problem: str | None = None
    """What ended it early, other than a wish."""
    began: float = field(default_factory=time.monotonic)

    def add(self, stage: str, ms: float) -> None:
        """One more measurement of a stage."""
        self.times.setdefault(stage, Series("ms")).values.append(round(ms, 3))

    def rate(self, engine: str, unit: Unit, value: float) -> None:
        """One more measurement of how much an engine gets done."""
        self.throughput.setdefault(engine, Series(unit)).values.append(round(value, 5))

    def as_json(self) -> dict[str, Any]:
        """For machines, for the report and for `--against`."""
        return {
            "version": __version__,
            "complete": self.complete,
            "problem": self.problem,
            "ms": _filled(self.times),
            "throughput": _filled(self.throughput),
            **self.data,
        }


def _filled(series: "dict[str, Series]") -> dict[str, Any]:
    return {name: each.as_json() for name, each in list(series.items()) if each.values}
