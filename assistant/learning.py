"""Learning from a household's own confirmed commands, and whether that helps: on commands it did not learn from."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.evaluate import Gold, Line, Score, Subject, Trial, trials
from assistant.listening import usual
from assistant.listening.noise import Sound

PARTS = 2


class Learner(Subject, Protocol):
    """What is examined and can be told what to expect: `app.Assistant` is one."""

    async def expect(self, sentences: Sequence[str]) -> None:
        """Hear these more readily than others, instead of those that were told before."""
        ...


@dataclass(frozen=True, slots=True)
class Lesson:
    """What there is to learn from recordings, and what it was worth."""

    sentences: tuple[str, ...]
    before: Score
    """Of all recordings, with nothing learnt."""
    after: Score
    """Of the same, each half with what was learnt from the other half alone."""

    @property
    def helps(self) -> bool:
        """More commands are heard, and no more is falsely accepted."""
        more = (self.after.acceptance or 0.0) > (self.before.acceptance or 0.0)
        return more and (self.after.false_acceptance or 0.0) <= (self.before.false_acceptance or 0.0)


async def study(
    subject: Learner, gold: Gold, lines: Sequence[Line], noise: Sound | None = None, snrs: Sequence[float] = ()
) -> AsyncIterator[Trial | Lesson]:
    """Every trial of both rounds, as it is done, and the lesson last. The subject expects nothing afterwards."""
    spoken = [line for line in lines if line.audio is not None]
    await subject.expect(())
    before: list[Trial] = []
    async for trial in trials(subject, gold, spoken, noise, snrs):
        before.append(trial)
        yield trial
    after: list[Trial] = []
    for part in range(PARTS):
        held_out = spoken[part::PARTS]
        apart = set(map(id, held_out))
        learnt = _confirmed([trial for trial in before if id(trial.line) not in apart])
        await subject.expect(learnt)
        async for trial in trials(subject, gold, held_out, noise, snrs):
            after.append(trial)
            yield trial
    await subject.expect(())
    yield Lesson(_confirmed(before), Score(before), Score(after))


def _confirmed(done: Sequence[Trial]) -> tuple[str, ...]:
    """The words of commands that were heard as they were meant."""
    return usual.plain(trial.transcript for trial in done if trial.right and trial.line.intent is not None)
