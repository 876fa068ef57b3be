"""The measurements of single stages, each into the record: what goes by in a turn, and waiting for one."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from typing import Any

from assistant.app import Assistant
from assistant.bench.processes import processor_seconds
from assistant.bench.quality import accuracy
from assistant.bench.record import Record, Tell
from assistant.bench.said import Spoken, quiet
from assistant.evaluate import Gold, Line, Trial
from assistant.listening.noise import Recording, Sound
from assistant.messages import RATE, Speech, Turn

QUIET, ROUNDS = 10.0, 5
"""Seconds of sound in which a wake word is waited for, and how often."""

SAYINGS = (
    "The light in room {} is on.",
    "It is {} minutes past eight.",
    "Your timer for {} minutes has started.",
    "There are {} things on your shopping list.",
)
"""Answers to be spoken, with a number in each sentence, so that none is kept from the time before."""


async def turns(assistant: Assistant, said: Sequence[Spoken], record: Record, tell: Tell) -> None:
    """Whole turns on sound. Nothing is performed."""
    gold = Gold(assistant.mind.vocabulary)
    tell("turns, spoken", 0, len(said))
    await assistant.take(Recording(said[0].sound), dry_run=True)
    trials = list[Trial]()
    record.data["turns"] = waterfalls = list[dict[str, Any]]()
    for number, one in enumerate(said):
        tell("turns, spoken", number, len(said))
        cpu = processor_seconds()
        turn = await assistant.take(Recording(one.sound), dry_run=True)
        cpu = processor_seconds() - cpu
        _note(turn, record)
        record.rate("a turn", "s", cpu)
        if turn.speech:
            record.rate("a turn, of its speech", "s/s", cpu / turn.speech)
        trials.append(await gold.judge(one.line, None, turn))
        waterfalls.append({
            "said": one.line.said, "right": trials[-1].right, "ms": dict(turn.ms), "seconds": turn.seconds,
            "attempts": [(each.stage, each.engine, each.ms, each.verdict) for each in turn.attempts],
        })  # fmt: skip
        record.data["accuracy"] = {"clean": accuracy(trials)}


def _note(turn: Turn, record: Record) -> None:
    for stage in ("recognize", "understand", "act"):
        if stage in turn.ms:
            record.add(stage, turn.ms[stage])
    record.add("turn", turn.seconds * 1000)
    for attempt in turn.attempts:
        record.add(f"{attempt.stage}: {attempt.engine}", attempt.ms)


async def typed(assistant: Assistant, lines: Sequence[Line], record: Record, tell: Tell) -> None:
    """The same words typed."""
    words = [line.said for line in lines if line.audio is None]
    for number, text in enumerate(words):
        tell("turns, typed", number, len(words))
        turn = await assistant.ask(text, dry_run=True)
        record.add("understand, typed", turn.ms["understand"])


async def wake(assistant: Assistant, said: Sequence[Spoken], record: Record, tell: Tell) -> None:
    """Waiting for a wake word as the appliance does all day: in a quiet room, and while people talk."""
    for number in range(ROUNDS):
        tell("waiting in a quiet room", number, ROUNDS)
        share = await _waited(assistant, quiet(QUIET))
        record.add("wake, per 80 ms", share * 80)
        record.rate("waiting, in a quiet room", "s/s", share)
        record.data["idle_cpu_s_per_hour"] = round(share * 3600, 1)
    for number, one in enumerate(said[:ROUNDS]):
        tell("waiting while people talk", number, min(len(said), ROUNDS))
        record.rate("waiting, while people talk", "s/s", await _waited(assistant, one.sound))


async def _waited(assistant: Assistant, sound: Sound) -> float:
    """Share of a core."""
    with closing(await assistant.listen(Recording(sound))) as ears:
        spent = processor_seconds()
        while await ears.wake() is not None:
            pass
        return (processor_seconds() - spent) / (len(sound) / RATE)


async def speak(assistant: Assistant, speaker: "Counting", record: Record, tell: Tell, most: int) -> None:
    """Answers, until the speaker is given the first of them and until it has them all."""
    for number in range(most):
        tell("speaking", number, most)
        text = SAYINGS[number % len(SAYINGS)].format(number + 2)
        began, spent, before = time.perf_counter(), processor_seconds(), speaker.seconds

        def begun(began: float = began) -> None:
            record.add("speak, first sound", 1000 * (time.perf_counter() - began))

        await assistant.voice.say(text, begun=begun)
        record.add("speak, all of it", 1000 * (time.perf_counter() - began))
        if (sound := speaker.seconds - before) > 0:
            record.rate("voice", "s/s", (processor_seconds() - spent) / sound)


class Counting:
    """A `Speaker` that is at once done, and knows how long it would have taken."""

    def __init__(self) -> None:
        self.seconds = 0.0
        """Of sound so far."""

    async def play(self, speech: AsyncIterator[Speech]) -> None:
        """Take it all."""
        async for piece in speech:
            self.seconds += piece.seconds
