"""What is written down about a turn while it goes on: how long its stages take and which engines are asked."""

import time
from dataclasses import dataclass, field
from typing import Literal

from assistant.messages import Attempt, Verdict, Wake


@dataclass
class Stopwatch:
    """Started when the command has been heard or typed."""

    ms: dict[str, float] = field(default_factory=dict)
    """Milliseconds by stage, in order."""
    attempts: list[Attempt] = field(default_factory=list)
    wake: Wake | None = None
    speech: float = 0.0
    """Seconds of the sound that was heard."""
    began: float = field(default_factory=time.time)
    """By the wall clock."""
    _since: float = field(default_factory=time.perf_counter)
    _asked: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        """The time since the last lap (or the start) was this stage's."""
        now = time.perf_counter()
        self.ms[stage] = round((now - self._since) * 1000, 2)
        self._since = self._asked = now

    def attempt(
        self,
        stage: Literal["recognize", "understand"],
        engine: str,
        guess: str,
        score: float,
        threshold: float,
        verdict: Verdict,
        others: tuple[str, ...] = (),
    ) -> None:
        """The time since the last attempt or lap was this engine's."""
        now = time.perf_counter()
        ms = round((now - self._asked) * 1000, 2)
        self._asked = now
        self.attempts.append(Attempt(stage, engine, guess, score, threshold, verdict, ms, others))
