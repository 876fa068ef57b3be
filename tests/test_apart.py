"""Head and hands apart: the same answers over a socket, either may die, and what is no message ends the connection."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import testing
from assistant.concurrency import interrupt
from assistant.errors import LinkError
from assistant.events import Event, Finished, Muted, Observers
from assistant.hands import TOO_LATE
from assistant.listening.mute import Mute
from assistant.messages import Intent, Response, Turn, Vocabulary
from assistant.service import apart_messages, far_hands
from assistant.service.far_hands import FarHands
from assistant.service.far_head import FarHead
from assistant.service.link import LONGEST, Link
from assistant.skill import Announcement
from skills import light, timer

ROOT = Path(__file__).parent.parent
ON = Intent("light.on", {"light": "lamp"}, 1.0, "test", "turn on the lamp")


@asynccontextmanager
async def served(socket: Path, head: FarHead, events: list[Event] | None = None) -> AsyncIterator[testing.Assistant]:
    """Real hands with a lamp, in this process."""
    made = await testing.assistant(light.skill, timer.skill, house=testing.house({"": {"lamp": "light"}}))
    kept: list[Event] = [] if events is None else events
    async with head.served(socket, made.hands, kept.append):
        yield made


@asynccontextmanager
async def reaching(
    socket: Path, sound: testing.FakeSound, announce: far_hands.Say | None = None, mute: Mute | None = None
) -> AsyncIterator[FarHands]:
    async def silent(announcement: Announcement) -> None:
        return None

    hands = FarHands(socket, sound, mute or Mute(Observers()), announce or silent)
    running = asyncio.create_task(hands.run())
    try:
        yield hands
    finally:
        await interrupt(running)


async def test_the_same_comes_of_it_as_in_one_process(tmp_path: Path) -> None:
    events: list[Event] = []
    async with (
        served(tmp_path / "s", FarHead(), events) as made,
        reaching(tmp_path / "s", testing.FakeSound()) as hands,
    ):
        assert await hands.vocabulary() == await made.hands.vocabulary()
        assert await hands.perform(ON, dry_run=True) == await made.hands.perform(ON, dry_run=True)
        assert (await hands.perform(ON)).text == "The lamp is on."
        assert made.state("lamp")["on"] is True
        refused = await hands.perform(Intent("door.open", {}, 1.0, "test", ""))
        assert not refused.ok
        hands.note(Finished(0, Turn("hello", 1.0, "typed")))
        await hands.vocabulary()
    assert [event.record.transcript for event in events if isinstance(event, Finished)] == ["hello"]


async def test_the_hands_close_the_microphone_of_the_head_and_learn_that_it_is_closed(tmp_path: Path) -> None:
    head, observe, events = FarHead(), Observers(), list[Event]()
    mute, told = Mute(observe), asyncio.Event()
    observe.add(lambda event: told.set())
    async with (
        served(tmp_path / "s", head, events),
        reaching(tmp_path / "s", testing.FakeSound(), mute=mute) as hands,
    ):
        observe.add(hands.note)
        await hands.vocabulary()
        head.microphone.want(True)
        await told.wait()
        assert mute.muted
        await hands.vocabulary()
        assert head.microphone.muted
    assert events == [Muted(False), Muted(True)]


async def test_the_hands_speak_through_the_head_and_set_its_sound(tmp_path: Path) -> None:
    said: list[str] = []
    sound, head = testing.FakeSound(volume=40), FarHead()

    async def say(announcement: Announcement) -> None:
        said.append(announcement.text)

    async with served(tmp_path / "s", head), reaching(tmp_path / "s", sound, say) as hands:
        await hands.vocabulary()
        assert (head.volume, head.muted) == (40, False)
        await head.set_volume(75)
        await head.mute(True)
        await head.hush()
        await head.announce(Announcement("The tea is ready."))
        assert (head.volume, head.muted, sound.volume, sound.hushed) == (75, True, 75, 1)
    assert said == ["The tea is ready."]


async def test_an_announcement_waits_for_a_head_and_is_said_by_the_next_where_one_dies(tmp_path: Path) -> None:
    head, begun, said = FarHead(), asyncio.Event(), list[str]()

    async def die(announcement: Announcement) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def say(announcement: Announcement) -> None:
        said.append(announcement.text)

    async with served(tmp_path / "s", head):
        announcing = asyncio.create_task(head.announce(Announcement("The tea is ready.")))
        async with reaching(tmp_path / "s", testing.FakeSound(), die):
            await begun.wait()
        assert not announcing.done()
        async with reaching(tmp_path / "s", testing.FakeSound(), say):
            await announcing
    assert said == ["The tea is ready."]


async def test_what_can_be_said_is_learnt_again_when_it_changes_and_when_the_hands_come_back(tmp_path: Path) -> None:
    async with reaching(tmp_path / "s", testing.FakeSound()) as hands:
        async with served(tmp_path / "s", FarHead()) as made:
            await hands.vocabulary()
            changed = asyncio.create_task(hands.changed())
            await asyncio.sleep(0)
            assert not changed.done()
            made.hands.list_changed()
            await changed
            await hands.vocabulary()
        async with served(tmp_path / "s", FarHead()):
            await hands.changed()
            assert (await hands.vocabulary()).intents


async def test_without_hands_the_head_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(far_hands, "ABSENT", 0.01)
    async with reaching(tmp_path / "s", testing.FakeSound()) as hands:
        response = await hands.perform(ON)
    assert (response.ok, response.text) == (False, far_hands.NO_HANDS)
    assert "systemctl start assistant-hands" in str(response.error)


HANDS = """
import asyncio, os, sys
from pathlib import Path
from assistant.service.far_head import FarHead
from assistant.messages import Intent, Response, Vocabulary

class Stuck:
    async def vocabulary(self): return Vocabulary()
    async def changed(self): await asyncio.Event().wait()
    async def perform(self, intent, *, dry_run=False): await asyncio.Event().wait()

async def main():
    async with FarHead().served(Path(sys.argv[1]), Stuck(), print):
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
async def test_hands_that_die_or_hang_cost_the_running_turn(
    tmp_path: Path, end: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.service.link.PATIENCE", 0.2)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HANDS, str(tmp_path / "s"), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    async with reaching(tmp_path / "s", testing.FakeSound()) as hands:
        await hands.vocabulary()
        turn = asyncio.create_task(hands.perform(ON))
        await asyncio.sleep(0)
        os.kill(process.pid, end)
        response = await turn
        if end is signal.SIGSTOP:
            process.kill()
        await process.wait()
        async with served(tmp_path / "s", FarHead()):
            assert (await hands.perform(ON)).text == "The lamp is on."
    assert (response.ok, response.text) == (False, far_hands.LOST)


class Slow:
    """Hands that never finish."""

    def __init__(self) -> None:
        self.begun, self.ended = asyncio.Event(), asyncio.Event()

    async def vocabulary(self) -> Vocabulary:
        return Vocabulary()

    async def changed(self) -> None:
        await asyncio.Event().wait()

    async def perform(self, intent: Intent, *, dry_run: bool = False) -> Response:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()
        return Response()

    async def reply(self, question: int, value: str | int | float | None) -> Response:
        return await self.perform(ON)

    async def undo(self, numbers: Sequence[int]) -> Response:
        return await self.perform(ON)


async def test_a_question_and_its_answer_cross(tmp_path: Path) -> None:
    async with served(tmp_path / "s", FarHead()), reaching(tmp_path / "s", testing.FakeSound()) as hands:
        await hands.vocabulary()
        asked = await hands.perform(Intent("timer.set", {}, 1.0, "test", "set a timer"))
        assert asked.question is not None
        assert (asked.text, asked.question.slot.kind) == ("For how long?", "duration")
        assert (await hands.reply(asked.question.id, 600)).text == "Timer set for 10 minutes."
        assert (await hands.reply(asked.question.id, 600)).text == TOO_LATE


async def test_a_turn_that_is_cut_short_ends_what_the_hands_do(tmp_path: Path) -> None:
    slow = Slow()
    async with (
        FarHead().served(tmp_path / "s", slow, print),
        reaching(tmp_path / "s", testing.FakeSound()) as hands,
    ):
        turn = asyncio.create_task(hands.perform(ON))
        await slow.begun.wait()
        await interrupt(turn)
        await slow.ended.wait()


Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def why_it_ended(folder: Path, speak: Speak) -> str:
    """What a link says of a peer that speaks like this after a proper hello."""
    reason: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def ask(message: object) -> object:
        return apart_messages.Done()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = Link(reader, writer, apart_messages.TO_HANDS, ask)
        try:
            await link.greet()
            await link.run()
        except LinkError as error:
            reason.set_result(str(error))
        finally:
            link.close()

    server = await asyncio.start_unix_server(connected, folder / "s", limit=LONGEST)
    reader, writer = await asyncio.open_unix_connection(folder / "s", limit=LONGEST)
    try:
        await speak(reader, writer)
        return await reason
    finally:
        writer.close()
        server.close()
        await server.wait_closed()


HELLO = b'{"role":"hello","id":1}\n'


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (b'{"role":"hello","id":99}\n', "speaks version 99, not 1: restart both"),
        (b"GET / HTTP/1.1\n", "what is no message"),
        (HELLO + b"{}\n", "what is no message"),
        (HELLO + b'{"role":"ask","id":1,"kind":"Shell","body":{}}\n', "'Shell', which is no message"),
        (HELLO + b'{"role":"ask","id":1,"kind":"Do","body":{"intent":7}}\n', "a wrong Do"),
        (HELLO + b"x" * (LONGEST + 2), "more than 8388608 bytes at once"),
        (HELLO + b'{"role":"ping"', "is gone"),
    ],
    ids=["version", "http", "empty", "unknown", "wrong", "long", "torn"],
)
async def test_what_is_no_message_ends_the_connection_with_a_reason(tmp_path: Path, sent: bytes, says: str) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        writer.write_eof()

    assert says in await why_it_ended(tmp_path, speak)


async def test_requests_beyond_the_limit_are_refused(tmp_path: Path) -> None:
    class Endless(Slow):
        async def vocabulary(self) -> Vocabulary:
            await asyncio.Event().wait()
            return Vocabulary()

    async with FarHead().served(tmp_path / "s", Endless(), print):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "s", limit=LONGEST)
        writer.write(HELLO)
        for number in range(1, 18):
            writer.write(b'{"role":"ask","id":%d,"kind":"Sayable","body":{}}\n' % number)
        await reader.readline()
        answer = msgspec.json.decode(await reader.readline())
        writer.close()
    assert (answer["role"], answer["id"]) == ("trouble", 17)


@given(st.binary(max_size=200))
def test_no_bytes_break_more_than_the_connection(junk: bytes) -> None:
    async def one() -> None:
        async def ask(message: object) -> object:
            return apart_messages.Done()

        reader = asyncio.StreamReader(limit=LONGEST)
        reader.feed_data(junk)
        reader.feed_eof()
        ours, theirs = socket.socketpair()
        _, writer = await asyncio.open_unix_connection(sock=ours)
        link = Link(reader, writer, apart_messages.TO_HANDS, ask)
        with pytest.raises(LinkError):
            await link.run()
        await writer.wait_closed()
        theirs.close()

    asyncio.run(one())
