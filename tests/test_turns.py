"""Every turn leaves a record that tells what was done and why; who may read it, and how long it stays."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from assistant import stages, testing
from assistant.app import assemble
from assistant.cli.turns import print_waterfall
from assistant.config import load as load_config
from assistant.conversation import explain
from assistant.devices.files import FileSpeaker
from assistant.devices.simulated import SimulatedDevice, SimulatedHouse
from assistant.errors import ConfigError, DeviceError, EngineError
from assistant.events import Event, Finished, Interrupted, NobodySpoke, Observers, Woke
from assistant.lineup import Lineup
from assistant.listening.hearing import Hearing
from assistant.listening.taught import Taught
from assistant.messages import AudioFrame, Question, Response, SlotSpec, Transcript, Turn, Vocabulary, Wake
from assistant.records.kept import Kept, kept_turns, sound_warning
from assistant.records.turn_socket import TurnSocket, ask
from assistant.records.turns import TurnBook, dump, load, without_words
from assistant.skill import Skill
from skills import light
from tests.test_mind import Guesser, guess, mind

SOUND = [AudioFrame(b"\1\0" * 1280, 0.0)]


class Recognizer:
    """Says what it is told to."""

    def __init__(self, name: str, says: Transcript | EngineError) -> None:
        self.name = name
        self._says = says

    async def transcribe(self, frames: object, among: object = None) -> Transcript:
        async for _ in frames:  # type: ignore[attr-defined]
            pass
        if isinstance(self._says, EngineError):
            raise self._says
        return self._says

    async def is_whole(self) -> bool:
        if isinstance(self._says, EngineError):
            raise self._says
        return True

    async def learn(self, vocabulary: object) -> None: ...

    def close(self) -> None: ...


async def heard(*recognizers: Recognizer, keep: list[Sequence[AudioFrame]] | None = None) -> Turn:
    """The record of one command that these recognizers hear."""

    async def frames() -> object:
        for frame in SOUND:
            yield frame

    hearing = Hearing(recognizers, 0.5, Observers(), keep.append if keep is not None else None)
    found = await hearing.transcribe(frames())  # type: ignore[arg-type]
    made, _ = await mind(Guesser(None))
    record, _ = await made.answer(found.transcript, watch=found.watch)
    return record


async def test_a_record_tells_what_was_asked_of_which_device_and_what_came_back() -> None:
    house = SimulatedHouse((SimulatedDevice("lamp", "light"), SimulatedDevice("attic light", "light", reachable=False)))
    built = await testing.assistant(light.skill, house=house)
    record, _ = await built.ask("turn on the lamp")
    assert [(asked.device, asked.changes, asked.outcome) for asked in record.asked] == [("lamp", {"on": True}, "done")]
    record, _ = await built.ask("turn on the attic light")
    assert [asked.outcome for asked in record.asked] == ["unreachable"]
    record, _ = await built.ask("is the lamp on")
    assert record.asked == ()
    assert record.id
    assert record.at


async def test_a_record_tells_why_each_cheaper_engine_was_passed_over() -> None:
    record = await heard(
        Recognizer("first", EngineError("no memory")),
        Recognizer("second", Transcript("turn on the lamb", 0.31, "second")),
        Recognizer("third", Transcript("turn on the lamp", 0.9, "third")),
    )
    assert [(each.engine, each.verdict, each.score, each.threshold) for each in record.attempts] == [
        ("first", "failed", 0.0, 0.5),
        ("second", "unsure", 0.31, 0.5),
        ("third", "taken", 0.9, 0.5),
        ("phrases", "taken", 0.9, 0.5),
    ]
    assert list(record.ms) == ["recognize", "understand", "act"]
    assert record.speech == pytest.approx(0.08)


async def test_a_guess_that_is_asked_about_says_so() -> None:
    made, _ = await mind(Guesser(guess(0.4)))
    record, _ = await made.answer(Transcript("some light perhaps", 1.0, "test"))
    assert [(each.engine, each.verdict) for each in record.attempts] == [
        ("phrases", "nothing"),
        ("guesser", "asked about"),
    ]
    assert explain.why(record).endswith("I was not sure enough, so I asked.")
    assert "It fits none of my phrases." in explain.why(record)


async def test_other_readings_are_told() -> None:
    music = Skill("music")

    @music.intent("play {what}")
    def play(what: str) -> str:
        """Play it."""
        return what

    @music.intent("play the radio")
    def radio() -> str:
        """Play the radio."""
        return "The radio."

    record, _ = await (await testing.assistant(music)).ask("play the radio")
    assert (record.intent, record.attempts[0].others) == ("music.radio", ("music.play(what=the radio)",))
    assert "It could also have been music play." in explain.why(record)


async def test_why_is_told_in_sentences_that_can_be_spoken() -> None:
    built = await testing.assistant(light.skill, house=testing.house({"": {"lamp": "light"}}))
    record, _ = await built.ask("turn on the lamp")
    assert explain.what_was_heard(record) == "I heard: turn on the lamp. I was 100 percent sure."
    told = explain.why(record)
    assert "I asked the lamp to turn on, and it did it." in told
    assert "%" not in told
    assert explain.why(None) == explain.NOTHING_YET
    record, _ = await built.ask("gibberish of no use")
    assert "It fits none of my phrases." in explain.why(record)


async def test_a_secret_answer_is_in_no_record() -> None:
    built = await testing.assistant(light.skill)

    async def settle(answer: str | int | float | None) -> Response:
        return Response(f"You said {answer}.")

    built.mind.ask(Question("The PIN?", SlotSpec("pin", "integer", high=9999), secret=True), settle)
    record, response = await built.ask("471")
    assert response.text == "You said 471."
    assert "471" not in dump(record)
    assert "471" not in explain.why(record)


async def test_records_come_back_as_they_were_written() -> None:
    built = await testing.assistant(light.skill, house=testing.house({"": {"lamp": "light"}}))
    record, _ = await built.ask("turn on the lamp")
    record = replace(record, wake=Wake("hey_jarvis", 0.9, 1.0))
    assert load(dump(record)) == record
    with pytest.raises(ValueError, match="no record"):
        load('{"transcript": 1}')


def test_fifty_turns_are_remembered_and_also_those_that_came_to_nothing() -> None:
    book = TurnBook()
    for number in range(60):
        book(Finished(number, Turn(str(number), 1.0, "typed")))
    assert [record.transcript for record in book.last(3)] == ["57", "58", "59"]
    assert len(book.last(1000)) == 50
    assert book.last(0) == ()
    for event in (
        Woke(60, Wake("alexa", 0.8, 1.0)),
        NobodySpoke(60),
        Woke(61, Wake("alexa", 0.7, 2.0)),
        Interrupted(61),
    ):
        book(event)
    assert [(record.ended, record.wake and record.wake.score) for record in book.last(2)] == [
        ("nobody spoke", 0.8),
        ("interrupted", 0.7),
    ]
    book(Finished(62, Turn("stop", 1.0, "typed")))
    book(Interrupted(62))
    assert book.last()[0].ended == "interrupted"
    assert book.last()[0].transcript == "stop"


async def test_records_are_on_disk_only_where_allowed_and_expire(tmp_path: Path) -> None:
    finished = Finished(1, Turn("turn on the lamp", 1.0, "typed", "light.on", answer="It is on."))
    await kept(tmp_path, finished, days=0)
    assert files(tmp_path, "*.*") == []
    await kept(tmp_path, finished, days=2, words=False)
    assert [(record.intent, record.transcript) for record in kept_turns(tmp_path, 5)] == [("light.on", "")]
    await kept(tmp_path, finished, days=2, words=True)
    assert kept_turns(tmp_path, 1)[0].transcript == "turn on the lamp"
    file = files(tmp_path, "*.jsonl")[0]
    with file.open("a") as stream:
        stream.write('{"transcript": "torn by a pow')
    assert len(kept_turns(tmp_path, 5)) == 2
    assert file.stat().st_mode & 0o077 == 0
    keeper = Kept(tmp_path, days=2, words=True, sound_until=None)
    keeper.expire(date.today() + timedelta(days=1))
    assert file.exists()
    keeper.expire(date.today() + timedelta(days=2))
    assert not file.exists()


async def test_what_was_kept_is_deleted_when_nothing_is_to_be_kept_any_more(tmp_path: Path) -> None:
    await kept(tmp_path, Finished(1, Turn("x", 1.0, "typed")), days=2)
    assert files(tmp_path, "*.jsonl")
    await kept(tmp_path, days=0)
    assert not files(tmp_path, "*.jsonl")


async def test_sound_is_kept_only_until_its_day_and_never_unnoticed(tmp_path: Path) -> None:
    today = date.today()
    await kept(tmp_path, sound_until=None, sound=True)
    assert not files(tmp_path, "*.wav")
    await kept(tmp_path, sound_until=today, sound=True)
    assert len(files(tmp_path, "*.wav")) == 1
    warning = sound_warning(tmp_path, today)
    assert warning is not None
    assert str(today) in warning
    assert sound_warning(tmp_path, today - timedelta(days=1)) is None
    await kept(tmp_path, sound_until=today - timedelta(days=1), sound=True)
    assert not files(tmp_path, "*.wav")


async def test_a_full_disk_is_logged_once_and_costs_no_turn(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "turns").write_text("a file where the folder should be")
    finished = Finished(1, Turn("x", 1.0, "typed"))
    await kept(tmp_path, finished, finished, days=2)
    assert caplog.text.count("privacy.keep_turns_days") == 1


def files(folder: Path, pattern: str) -> list[Path]:
    return list(folder.rglob(pattern))


async def kept(
    folder: Path,
    *events: Event,
    days: int = 0,
    words: bool = True,
    sound_until: date | None = None,
    sound: bool = False,
) -> None:
    """What a run of the assistant keeps."""
    keeper = Kept(folder, days=days, words=words, sound_until=sound_until)
    for event in events:
        keeper(event)
    if sound:
        keeper.hear(SOUND)
    running = asyncio.create_task(keeper.run())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await keeper.settled()
    running.cancel()
    await asyncio.wait([running])


def test_the_day_until_sound_is_kept_must_exist() -> None:
    with pytest.raises(ConfigError, match="2026-02-30"):
        load_config(None, ["privacy.keep_sound_until=2026-02-30"])
    assert load_config(None, ["privacy.keep_sound_until=2026-02-28"]).privacy.keep_sound_until == date(2026, 2, 28)


async def test_the_running_assistant_tells_its_turns_on_a_socket(tmp_path: Path) -> None:
    book, observe, path = TurnBook(), Observers(), tmp_path / "run" / "turns.sock"
    observe.add(book)
    record = Turn("turn on the lamp", 1.0, "typed", "light.on", id="a")
    async with TurnSocket(book, observe, words=True, path=path):
        assert path.stat().st_mode & 0o077 == 0
        observe(Finished(1, record))
        assert [told async for told in ask("last 5", path)] == [record]
        following = ask("follow", path)
        first = asyncio.ensure_future(anext(following))
        while not first.done():
            observe(Woke(2, Wake("alexa", 0.9, 0.0)))
            await asyncio.sleep(0)
        assert first.result() == "Woke"
        observe(Finished(2, replace(record, id="b")))
        async for told in following:
            if isinstance(told, Turn):
                assert told.id == "b"
                break
        await following.aclose()  # type: ignore[attr-defined]
    with pytest.raises(DeviceError, match="assistant run"):
        await anext(ask("last 1", path))


async def test_the_socket_tells_no_words_where_privacy_forbids_them(tmp_path: Path) -> None:
    book, observe, path = TurnBook(), Observers(), tmp_path / "turns.sock"
    observe.add(book)
    async with TurnSocket(book, observe, words=False, path=path):
        observe(Finished(1, Turn("open the gate", 1.0, "typed", "lock.open", slots={"lock": "gate"}, answer="Open.")))
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b"last 1\n")
        answer = await reader.read()
        writer.close()
    assert b"lock.open" in answer
    assert b"gate" not in answer
    assert b"Open." not in answer


async def test_a_waterfall_shows_stages_engines_and_devices(capsys: pytest.CaptureFixture[str]) -> None:
    async with assemble(load_config(), FileSpeaker(None)) as assistant:
        await assistant.ask("turn on the kitchen light")
        print_waterfall(assistant.turns.last()[0])
    shown = capsys.readouterr().out
    for part in (
        "understand",
        "phrases: 'light.on(light=kitchen light)'",
        "kitchen light(on=True) → done",
        "ms",
        "why",
    ):
        assert part in shown


def test_last_says_where_nothing_runs_and_nothing_is_kept(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "assistant", "last", "--set", f"state.folder={tmp_path}"]
    environment = {"XDG_RUNTIME_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 1
    assert "assistant run" in done.stderr
    assert "keep_turns_days" in done.stderr
    (tmp_path / "turns").mkdir()
    (tmp_path / "turns" / f"{date.today()}.jsonl").write_text(dump(Turn("hello", 1.0, "typed", id="x")) + "\n")
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True, env=environment)
    assert '"transcript": "hello"' in done.stdout


def test_words_left_out_leave_the_rest() -> None:
    record = Turn("turn on the lamp", 1.0, "typed", "light.on", {"light": "lamp"}, action="light.on(light=lamp)")
    bare = without_words(record)
    assert (bare.intent, bare.action, bare.slots, bare.transcript) == ("light.on", "light.on", {}, "")


async def test_a_recognizer_that_fails_does_not_know_a_whole_command() -> None:
    assert await Hearing([Recognizer("sure", Transcript("stop", 1.0, "sure"))], 0.5, Observers()).is_whole()
    assert not await Hearing([Recognizer("broken", EngineError("no memory"))], 0.5, Observers()).is_whole()


async def test_a_command_that_was_said_before_recognizers_were_there_is_heard_by_them() -> None:
    ready, taken = asyncio.Event(), asyncio.Event()

    async def load() -> Sequence[Recognizer]:
        await ready.wait()
        return [Recognizer("sure", Transcript("stop", 1.0, "sure"))]

    async def frames() -> AsyncIterator[AudioFrame]:
        for frame in SOUND:
            yield frame
        taken.set()

    hearing = Hearing(asyncio.create_task(load()), 0.5, Observers())
    heard = asyncio.create_task(hearing.transcribe(frames()))
    await taken.wait()
    assert not await hearing.is_whole()
    assert not heard.done()
    ready.set()
    found = await heard
    assert (found.transcript.text, found.seconds) == ("stop", SOUND[0].seconds)
    assert await hearing.is_whole()
    assert (await hearing.transcribe(frames())).transcript.text == "stop"


async def test_recognizers_that_cannot_be_loaded_end_the_hearing() -> None:
    async with assemble(load_config(None), FileSpeaker(None)) as assistant:
        lacking = Lacking(load_config(None))
        assistant.taught = Taught(lacking.recognizers, Vocabulary)
        async with testing.ScriptedMicrophone(live=True) as microphone:
            with pytest.raises(EngineError, match="no recognizer at all"):
                await assistant.hear(microphone)
            with pytest.raises(EngineError, match="no recognizer at all"):
                await assistant.taught.all()
        lacking.close()


class Lacking(Lineup):
    """Has no recognizer, for a reason that does not pass."""

    def recognizers(self) -> list[stages.Recognizer]:
        raise EngineError("There is no recognizer at all. Install Hearth again")
