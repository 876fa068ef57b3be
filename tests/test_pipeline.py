"""Whole conversations through the real engines, on synthesised speech. The order of events is the behaviour."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import soundfile

from assistant.app import assemble
from assistant.config import load
from assistant.devices.files import FileMicrophone, FileSpeaker
from assistant.events import (
    Acted,
    Event,
    Finished,
    Heard,
    Interrupted,
    Listening,
    NobodySpoke,
    Speaking,
    Understood,
    Waiting,
    Woke,
)
from assistant.messages import RATE, Turn
from assistant.mind import LEFT, NOT_UNDERSTOOD
from assistant.registry import APOLOGY
from tests.sounds import Sound, in_a_room, say

JARVIS = say("hey jarvis")
PAUSE = 0.4

TURN = [Woke, Listening, Heard, Understood, Acted, Speaking, Finished]
REFUSAL = [Woke, Listening, Heard, Speaking, Finished]


async def converse(
    folder: Path, *parts: Sound | float, settings: Sequence[str] = (), skills: Sequence[Path] = ()
) -> list[Event]:
    """Everything that happens while this is heard, after two seconds of a quiet room and before four more."""
    recording = folder / "recording.wav"
    soundfile.write(recording, in_a_room(2.0, *parts, 4.0), RATE)
    events: list[Event] = []
    speaker = FileSpeaker(folder / "answers")
    async with (
        assemble(load(None, settings), speaker, folders=skills, observers=[events.append]) as assistant,
        FileMicrophone(recording) as microphone,
    ):
        speaker.clock = microphone
        await assistant.hear(microphone)
    return events


def order(events: Sequence[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


def records(events: Sequence[Event]) -> list[Turn]:
    return [event.record for event in events if isinstance(event, Finished)]


async def test_a_command_in_one_breath_with_the_wake_word(tmp_path: Path) -> None:
    events = await converse(tmp_path, say("hey jarvis, turn on the kitchen light"))
    assert order(events) == [Waiting, *TURN, Waiting]
    (turn,) = records(events)
    assert (turn.intent, turn.slots, turn.answer) == (
        "light.on",
        {"light": "kitchen light"},
        "The kitchen light is on.",
    )
    assert turn.source == "phrases"
    assert turn.recognizer == "hearth"
    assert turn.confidence > 0.5
    assert set(turn.ms) >= {"recognize", "understand", "act"}


async def test_a_command_after_a_pause_and_then_another(tmp_path: Path) -> None:
    events = await converse(
        tmp_path, JARVIS, 1.0, say("what time is it"), 5.0, JARVIS, PAUSE, say("set a timer for ten minutes")
    )
    assert order(events) == [Waiting, *TURN, Waiting, *TURN, Waiting]
    assert [(turn.intent, turn.slots) for turn in records(events)] == [
        ("clock.time", {}),
        ("timer.set", {"length": 600}),
    ]


async def test_a_question_is_answered_without_a_wake_word(tmp_path: Path) -> None:
    events = await converse(tmp_path, JARVIS, PAUSE, say("I need a timer"), 3.0, say("twenty minutes"))
    again = [Listening, Heard, Acted, Speaking, Finished]
    assert order(events) == [Waiting, *TURN, *again, Waiting]
    assert [turn.answer for turn in records(events)] == ["For how long?", "Timer set for 20 minutes."]


async def test_a_question_that_nobody_answers_ends_kindly(tmp_path: Path) -> None:
    events = await converse(tmp_path, JARVIS, PAUSE, say("I need a timer"), 10.0)
    assert order(events) == [Waiting, *TURN, Listening, NobodySpoke, Speaking, Waiting]
    assert events[-2] == Speaking(1, LEFT)


async def test_a_wake_word_ends_a_question_for_another_command(tmp_path: Path) -> None:
    events = await converse(
        tmp_path, JARVIS, PAUSE, say("I need a timer"), 2.5, JARVIS, PAUSE, say("turn on the desk lamp")
    )
    assert [turn.intent for turn in records(events)] == ["timer.set", "light.on"]


async def test_an_answer_may_follow_a_wake_word(tmp_path: Path) -> None:
    events = await converse(tmp_path, JARVIS, PAUSE, say("I need a timer"), 2.5, JARVIS, PAUSE, say("twenty minutes"))
    assert [turn.answer for turn in records(events)] == ["For how long?", "Timer set for 20 minutes."]


async def test_another_command_may_follow_an_answer_where_the_household_wants_that(tmp_path: Path) -> None:
    heard: list[Sound | float] = [JARVIS, PAUSE, say("turn on the desk lamp"), 4.0, say("turn off the desk lamp"), 6.0]
    events = await converse(tmp_path, *heard, settings=["listening.follow_up_seconds=4"])
    assert [turn.intent for turn in records(events)] == ["light.on", "light.off"]
    assert order(events).count(Woke) == 1
    assert [turn.intent for turn in records(await converse(tmp_path, *heard))] == ["light.on"]


async def test_what_is_said_to_others_after_an_answer_is_passed_over(tmp_path: Path) -> None:
    chat = say("the weather was lovely when we sailed around the island")
    events = await converse(
        tmp_path, JARVIS, PAUSE, say("turn on the desk lamp"), 4.0, chat, settings=["listening.follow_up_seconds=4"]
    )
    assert [turn.intent for turn in records(events)] == ["light.on"]
    assert len([event for event in events if isinstance(event, Speaking)]) == 1


async def test_what_sounds_while_the_assistant_speaks_is_no_command(tmp_path: Path) -> None:
    events = await converse(
        tmp_path, JARVIS, PAUSE, say("what can you do"), 2.0, say("turn on the desk lamp"), 12.0,
        settings=["listening.follow_up_seconds=2"],
    )  # fmt: skip
    assert [turn.intent for turn in records(events)] == ["help.abilities"]


async def test_several_commands_in_one_breath(tmp_path: Path) -> None:
    events = await converse(tmp_path, JARVIS, PAUSE, say("turn on the desk lamp and set a timer for ten minutes"))
    assert records(events)[0].answer == "The desk lamp is on. Timer set for 10 minutes."


async def test_nobody_speaks_after_the_wake_word(tmp_path: Path) -> None:
    events = await converse(tmp_path, JARVIS, 4.0)
    assert order(events) == [Waiting, Woke, Listening, NobodySpoke, Waiting]


async def test_what_cannot_be_said_here_is_refused(tmp_path: Path) -> None:
    events = await converse(tmp_path, JARVIS, PAUSE, say("the weather was lovely when we sailed around the island"))
    assert order(events) == [Waiting, *REFUSAL, Waiting]
    (turn,) = records(events)
    assert turn.intent is None
    assert turn.answer == NOT_UNDERSTOOD


async def test_a_wake_word_stops_the_answer_and_the_next_command_is_heard(tmp_path: Path) -> None:
    events = await converse(
        tmp_path, JARVIS, PAUSE, say("what can you do"), 3.0, JARVIS, PAUSE, say("turn on the desk lamp")
    )
    assert order(events) == [Waiting, *TURN, Interrupted, *TURN, Waiting]
    assert records(events)[1].intent == "light.on"


async def test_a_wake_word_in_a_command_begins_it_again(tmp_path: Path) -> None:
    events = await converse(
        tmp_path,
        JARVIS, PAUSE, say("turn on the"), 1.0, JARVIS, PAUSE, say("turn off the kitchen light"),
        settings=["listening.silence_seconds=1.5"],
    )  # fmt: skip
    assert order(events) == [Waiting, Woke, Listening, Interrupted, *TURN, Waiting]
    assert records(events)[0].intent == "light.off"


async def test_two_wake_words_each_with_its_own_threshold(tmp_path: Path) -> None:
    events = await converse(
        tmp_path,
        say("alexa", rate=130), PAUSE, say("turn on the desk lamp"), 4.0, JARVIS, PAUSE, say("turn off the desk lamp"),
        settings=["wake.words={hey_jarvis: 0.5, alexa: 0.6}"],
    )  # fmt: skip
    assert [event.wake.word for event in events if isinstance(event, Woke)] == ["alexa", "hey_jarvis"]
    assert [turn.intent for turn in records(events)] == ["light.on", "light.off"]


async def test_a_word_that_is_not_configured_does_not_wake(tmp_path: Path) -> None:
    assert order(await converse(tmp_path, say("alexa", rate=130), PAUSE, say("turn on the desk lamp"))) == [Waiting]


async def test_speech_that_never_ends_is_cut(tmp_path: Path) -> None:
    story = say("and then the old man went down to the river and looked for his boat but the boat was not there so he")
    events = await converse(tmp_path, JARVIS, PAUSE, story, story, story, settings=["listening.max_seconds=4"])
    assert order(events) == [Waiting, *REFUSAL, Waiting]
    assert isinstance(heard := events[3], Heard)
    assert heard.transcript.confidence < 0.5


async def test_a_skill_that_fails_costs_one_apology(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "skills").mkdir()
    (tmp_path / "skills" / "broken.py").write_text(
        "from assistant.skill import Skill\n"
        "skill = Skill('broken')\n"
        "@skill.intent('feed the elephants')\n"
        "def feed() -> str:\n"
        "    'Feed the elephants.'\n"
        "    raise ValueError('no hay')\n"
    )
    events = await converse(
        tmp_path,
        JARVIS, PAUSE, say("feed the elephants"), 5.0, JARVIS, PAUSE, say("what time is it"),
        skills=[tmp_path / "skills"],
    )  # fmt: skip
    failed, worked = records(events)
    assert failed.answer == APOLOGY
    assert failed.error == "broken.feed: ValueError: no hay"
    assert worked.intent == "clock.time"
    assert "no hay" in caplog.text


async def test_the_answers_are_written_and_heard_again(tmp_path: Path) -> None:
    await converse(tmp_path, JARVIS, PAUSE, say("turn on the kitchen light"))
    answers = sorted((tmp_path / "answers").iterdir())
    assert answers
    sound, rate = soundfile.read(answers[-1])
    assert rate == 22_050
    assert len(sound) / rate > 0.5


async def test_silence_and_noise_do_nothing(tmp_path: Path) -> None:
    assert order(await converse(tmp_path, 3.0)) == [Waiting]
