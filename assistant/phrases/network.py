"""The word network: everything that can be said, as a weighted finite-state graph that any recogniser can load."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arc:
    """One step: from `source` to `target` while saying `word`, or without a sound where it is None."""

    source: int
    target: int
    word: str | None
    weight: float = 0.0
    """Natural logarithm of its probability among the arcs that leave `source`."""


@dataclass(frozen=True, slots=True)
class Network:
    """States are 0 to `states` - 1. Every path from `start` to `final` is a sentence, and every sentence is a path."""

    states: int
    start: int
    final: int
    arcs: tuple[Arc, ...]

    @property
    def words(self) -> frozenset[str]:
        """Every word that needs a pronunciation."""
        return frozenset(arc.word for arc in self.arcs if arc.word is not None)
