"""Fakes that keep the contracts: try a skill without sound, and the ears and the mouth without hardware.

from assistant import testing

async def test_tea() -> None:
    assert await testing.say(tea.skill, "steep green tea for three minutes") == "Steeping green tea for 3 minutes."
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.authoring import lint
from assistant.devices.simulated import SimulatedDevice, SimulatedHouse
from assistant.errors import SkillLoadError
from assistant.events import Observers
from assistant.future.ledger import Ledger
from assistant.future.sun import Place
from assistant.hands import LocalHands
from assistant.house import Area, House
from assistant.messages import BYTES_PER_SECOND, AudioFrame, Response, Speech, Transcript, Turn, Vocabulary
from assistant.mind import Mind
from assistant.phrases.book import PhraseBook
from assistant.registry import Plugin
from assistant.safety.pins import Pins
from assistant.safety.policy import Policy
from assistant.skill import Announcement, Skill
from assistant.store import Stores

MONDAY_EVENING = datetime(2026, 5, 4, 19, 15, tzinfo=UTC)
"""When tests begin, unless they say otherwise."""


def house(
    rooms: Mapping[str, Mapping[str, str]], aliases: Mapping[str, tuple[str, ...]] | None = None
) -> SimulatedHouse:
    """A house in a few words: `house({"kitchen": {"kitchen light": "light", "kettle": "socket"}})`.

    A room named "" is nowhere in particular. `aliases` holds other names of devices and rooms.
    """
    also = aliases or {}
    areas = {name: Area(name, also.get(name, ())) for name in rooms if name}
    devices = tuple(
        SimulatedDevice(name, kind, areas.get(room), also.get(name, ()))
        for room, inside in rooms.items()
        for name, kind in inside.items()
    )
    return SimulatedHouse(devices, tuple(areas.values()))


@dataclass
class ManualClock:
    """A `Clock` that stands still until it is moved."""

    start: datetime = MONDAY_EVENING
    """With a `ZoneInfo` as its zone it keeps daylight saving."""
    passed: timedelta = timedelta(0)
    boot: str = "test"
    wrong: timedelta = timedelta(0)
    """How far the wall clock is ahead of the truth."""

    def now(self) -> datetime:
        """The time of day."""
        return (self.start.astimezone(UTC) + self.passed + self.wrong).astimezone(self.start.tzinfo)

    def aware(self, local: datetime) -> datetime:
        """A local time in the zone of the start."""
        return local.replace(tzinfo=self.start.tzinfo)

    def monotonic(self) -> float:
        """Seconds since the test began."""
        return self.passed.total_seconds()


@dataclass
class FakeSound:
    """A `Sound` that makes none."""

    volume: int = 50
    muted: bool = False
    pace: float = 1.0
    hushed: int = 0
    """How often it was told to stop."""

    async def set_volume(self, volume: int) -> None:
        """Also ends a mute."""
        self.volume = max(0, min(100, volume))
        self.muted = False

    async def set_pace(self, pace: float) -> None:
        """Speak faster or slower."""
        self.pace = max(0.5, min(2.0, pace))

    async def mute(self, muted: bool) -> None:
        """Be silent, or no longer."""
        self.muted = muted

    async def hush(self) -> None:
        """Count it."""
        self.hushed += 1


@dataclass
class Assistant:
    """The real phrase book, registry and schedule around some skills."""

    mind: Mind
    hands: LocalHands
    house: House
    clock: ManualClock
    sound: FakeSound
    announcements: list[Announcement]
    """Everything said unasked so far."""

    async def ask(self, sentence: str) -> tuple[Turn, Response]:
        """What becomes of a sentence: the whole record, and the response."""
        if self.hands.is_changed:
            await self.mind.learn()
        return await self.mind.answer(Transcript(sentence, 1.0, "typed"))

    async def say(self, sentence: str) -> str:
        """The answer to a sentence."""
        return (await self.ask(sentence))[1].text

    async def wait(self, **how_long: float) -> list[str]:
        """Let time pass, as in `wait(minutes=10)`. Gives what was announced meanwhile."""
        before, end = len(self.announcements), self.clock.passed + timedelta(**how_long)
        while (wait := self.hands.schedule.soonest()) is not None:
            due = self.clock.passed + timedelta(seconds=max(wait, 1e-6))
            if due > end:
                break
            self.clock.passed = due
            await self.hands.schedule.announce_due()
        self.clock.passed = end
        return [announcement.text for announcement in self.announcements[before:]]

    async def silence(self) -> str:
        """Say nothing, where an answer is awaited. Gives what is said to that, empty if nothing was asked."""
        response = await self.mind.unanswered()
        return response.text if response else ""

    async def close(self) -> None:
        """End what still waits for an answer."""
        await self.hands.close()

    def state(self, device: str) -> Mapping[str, object]:
        """How a device is now. Raises KeyError if there is none of this name."""
        return {each.name: each.state for each in self.house.devices}[device]


async def assistant(
    *skills: Skill,
    house: House | None = None,
    now: datetime = MONDAY_EVENING,
    settings: Mapping[str, Mapping[str, object]] | None = None,
    place: Place | None = None,
    stores: Stores | None = None,
    ledger: Ledger | None = None,
    policy: Policy | None = None,
    pins: Pins | None = None,
) -> Assistant:
    """An assistant with these skills, in an empty house unless one is given. `settings` go by skill.

    `ledger` keeps what is planned and `stores` what skills keep, in memory unless they are given; `place` is where the
    sun rises and sets. `policy` is the usual one, and there is no PIN unless `pins` holds one.

    Raises SkillLoadError for a skill that the assistant would not load.
    """
    clock, sound, announcements = ManualClock(now), FakeSound(), list[Announcement]()

    async def announce(announcement: Announcement) -> None:
        announcements.append(announcement)

    built: House = house or SimulatedHouse()
    plugins = [Plugin(skill.name, "test", skill) for skill in skills]
    hands = LocalHands(
        plugins,
        built,
        sound,
        announce,
        clock,
        settings or {},
        ledger=ledger,
        place=place,
        stores=stores,
        policy=policy,
        pins=pins,
    )
    if problems := [plugin.problem for plugin in hands.registry.plugins if plugin.problem]:
        raise SkillLoadError("; ".join(problems))
    mind = Mind(
        [PhraseBook(today=lambda: clock.now().date())],
        hands,
        Observers(),
        threshold=0.5,
        ask_threshold=0.35,
        clock=clock.monotonic,
    )
    await mind.learn()
    return Assistant(mind, hands, built, clock, sound, announcements)


async def say(skill: Skill, sentence: str, house: House | None = None) -> str:
    """The answer of one skill to one sentence."""
    return await (await assistant(skill, house=house)).say(sentence)


_SPANS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}


async def converse(assistant: Assistant, script: str) -> None:
    """Hold a conversation as it is written down, and raise AssertionError at the first line that goes another way.

    | line | what |
    |---|---|
    | `> set a timer` | this is said |
    | `For how long?` | this is the answer; `…` stands for any words, `(chime)` for none |
    | `[10 minutes]` | time passes; `[silence]`: nobody answers |
    | `! The tea is ready.` | this was announced meanwhile |
    """
    expected: list[str] = []
    told: list[str] = []
    so_far: list[str] = []

    def settle() -> None:
        for number, line in enumerate(expected):
            got = told[number] if number < len(told) else "nothing"
            pattern = ".*".join(map(re.escape, line.split("…")))
            if not re.fullmatch(pattern, got):
                raise AssertionError("\n".join([*so_far, f"expected: {line}", f"but it was: {got}"]))
        if len(told) > len(expected):
            raise AssertionError("\n".join([*so_far, f"and nobody expected: {told[len(expected)]}"]))

    for line in filter(None, map(str.strip, [*script.splitlines(), "[]"])):
        if not line.startswith((">", "[")):
            expected.append(line)
            continue
        settle()
        expected.clear()
        so_far += [*told, line]
        if line.startswith(">"):
            told = [await assistant.say(line[1:].strip()) or "(chime)"]
        elif line == "[silence]":
            told = [await assistant.silence()]
        else:
            told = [f"! {text}" for text in await assistant.wait(seconds=_seconds(line))]
    await assistant.close()


def _seconds(line: str) -> float:
    """How long `[2 hours 5 minutes]` is. Raises ValueError where that cannot be read."""
    counts = re.findall(r"(\d+) (second|minute|hour|day|week)s?", line)
    if not counts and line != "[]":
        raise ValueError(f'cannot read {line}: write "[10 minutes]" or "[silence]"')
    return sum(int(count) * _SPANS[unit] for count, unit in counts)


async def misread(skill: Skill, table: Path, house: House | None = None) -> list[str]:
    """The sentences of a table of utterances (intent → sentences, with slots) that mean something else to this skill.

    Each is told in a sentence. Raises SkillLoadError for what is no table.
    """
    built: House = house or SimulatedHouse()
    book = PhraseBook(today=MONDAY_EVENING.date)
    await book.learn(Vocabulary(tuple(handler.spec(built) for handler in skill.handlers)))
    return [line async for line in lint.misread(table, book)]


class ScriptedMicrophone:
    """A `Microphone` that hears what the test plays to it: 16 kHz mono 16-bit PCM."""

    def __init__(self, pcm: bytes = b"", *, live: bool = False, frame_seconds: float = 0.08) -> None:
        """Sound given here is followed by the end; without any, `play` and `end` tell what comes."""
        self.live = live
        self._bytes = int(frame_seconds * BYTES_PER_SECOND) // 2 * 2
        self._at = 0
        self._frames: asyncio.Queue[AudioFrame | None] = asyncio.Queue()  # unbounded: the test's own data
        if pcm:
            self.play(pcm)
            self.end()

    async def __aenter__(self) -> "ScriptedMicrophone":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.end()

    def play(self, pcm: bytes) -> None:
        """Let this be heard next."""
        for start in range(0, len(pcm), self._bytes):
            piece = pcm[start : start + self._bytes]
            self._frames.put_nowait(AudioFrame(piece, self._at / BYTES_PER_SECOND))
            self._at += len(piece)

    def end(self) -> None:
        """Let there be no more sound."""
        self._frames.put_nowait(None)

    async def read(self, together: int = 1) -> AudioFrame | None:
        """The next frame, waiting for the test to play one."""
        return await self._frames.get()


@dataclass
class RecordingSpeaker:
    """A `Speaker` that keeps what it is given."""

    endless: bool = False
    """Go on playing until cancelled, as a long answer would."""
    played: list[Speech] = field(default_factory=list)
    playing: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while something is being played."""
    interrupted: int = 0

    async def play(self, speech: AsyncIterator[Speech]) -> None:
        """Take it all, at once."""
        self.playing.set()
        try:
            async for piece in speech:
                self.played.append(piece)
            if self.endless:
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.interrupted += 1
            raise
        finally:
            self.playing.clear()
