"""The command line, through the real assistant: what is printed where, and how it ends."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result

from assistant.__main__ import COMMANDS, cli
from assistant.listening import usual
from assistant.messages import Turn
from tests.sounds import Sound, in_a_room, noise, say

TURN = {field.name for field in fields(Turn)}

SKILL = '''
"""Tea."""

from assistant.skill import Skill, SkillError

skill = Skill("tea")


@skill.intent("brew some tea")
def brew() -> str:
    """Brew tea."""
    raise SkillError("The kettle is empty.")


@skill.intent("break the teapot")
def smash() -> str:
    """Fail."""
    raise ValueError("shards")
'''

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in an empty folder, for a user without a configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))

    def invoke(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(cli, [str(each) for each in arguments], input=stdin, prog_name="assistant")

    return invoke


@pytest.fixture
def tea(tmp_path: Path) -> Path:
    """A folder with a skill, and one with a broken skill."""
    folder = tmp_path / "skills"
    folder.mkdir()
    (folder / "tea.py").write_text(SKILL)
    (folder / "coffee.py").write_text("import nothing_of_this_name\n")
    return folder


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def write(file: Path, sound: Sound, rate: int = 16_000, subtype: str = "PCM_16") -> Path:
    soundfile.write(file, sound, rate, subtype=subtype)
    return file


def test_help_names_every_command(run: Run) -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert all(f"  {name} " in result.stdout for name in COMMANDS)
    assert run("--version").stdout == "assistant, version 0.1.0\n"
    assert run("sing").exit_code == 2


def test_help_loads_no_numpy_before_a_command_is_named() -> None:
    script = (
        "import sys, assistant.__main__; print([m for m in ('numpy', 'hassil', 'rich', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_ask_answers_each_sentence(run: Run) -> None:
    result = run("ask", "--json", "turn on the kitchen light", "is the kitchen light on", "fly me to the moon")
    assert result.exit_code == 0
    on, question, unknown = lines(result)
    assert all(set(turn) == TURN for turn in (on, question, unknown))
    assert (on["intent"], on["slots"], on["source"]) == ("light.on", {"light": "kitchen light"}, "phrases")
    assert on["action"] == "light.on(light=kitchen light)"
    assert question["answer"].startswith("The kitchen light is on")
    assert (unknown["intent"], unknown["action"], unknown["slots"]) == (None, None, {})
    assert unknown["answer"]


def test_ask_does_nothing_in_a_dry_run(run: Run) -> None:
    on, question = lines(run("ask", "--json", "--dry-run", "turn on the kitchen light", "is the kitchen light on"))
    assert (on["action"], on["answer"]) == ("light.on(light=kitchen light)", "")
    assert question["action"].startswith("light.state")
    (still,) = lines(run("ask", "--json", "is the kitchen light on"))
    assert still["answer"] == "The kitchen light is off."


def test_ask_takes_words_without_quotes_as_one_sentence(run: Run) -> None:
    (turn,) = lines(run("ask", "--json", "turn", "on", "the", "kitchen", "light"))
    assert turn["intent"] == "light.on"


def test_ask_reads_a_sentence_a_line_whatever_it_holds(run: Run) -> None:
    hostile = "stop\n\n💡\n\x07\x1b[2J\nmach das licht an\n".encode() + b"\xff\xfe\n" + b"word " * 10_000 + b"\nstop"
    turns = lines(run("ask", "--json", stdin=hostile))
    assert [turn["intent"] for turn in turns] == ["stop.stop", None, None, None, None, None, None, "stop.stop"]


def test_ask_for_people_tells_what_was_understood_done_and_answered(run: Run) -> None:
    result = run("ask", "turn on the kitchen light")
    for part in ("light.on(light=kitchen light)", "The kitchen light is on.", "understand", "ms"):
        assert part in result.stdout


def test_more_skills_come_from_a_folder_and_broken_ones_do_no_harm(run: Run, tea: Path) -> None:
    empty, broken = lines(run("ask", "--json", "--skills", tea, "brew some tea", "break the teapot"))
    assert (empty["answer"], empty["error"]) == ("The kettle is empty.", "The kettle is empty.")
    assert broken["error"] == "tea.smash: ValueError: shards"
    assert "shards" not in broken["answer"]


def test_skills_are_listed_with_what_is_wrong(run: Run, tea: Path) -> None:
    result = run("skills", "--skills", tea)
    assert result.exit_code == 0
    for part in ("timer", "Brew tea.", "brew some tea", "left out", "nothing_of_this_name"):
        assert part in result.stdout
    listed = run("skills", "--json", "--skills", tea, "--set", "skills.disabled=[volume]").stdout
    by_name = {skill["name"]: skill for skill in json.loads(listed)}
    assert {"clock", "help", "light", "stop", "switch", "timer", "volume", "tea", "coffee"} <= set(by_name)
    assert by_name["tea"]["problem"] is None
    assert [intent["name"] for intent in by_name["tea"]["intents"]] == ["tea.brew", "tea.smash"]
    assert "nothing_of_this_name" in by_name["coffee"]["problem"]
    assert "disabled" in by_name["volume"]["problem"]
    assert by_name["light"]["settings"] == [{"name": "step", "write": "a whole number", "default": 25}]


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "stop"],
        ["skills"],
        ["check"],
        ["check", "--schema"],
        ["hear", "x.wav"],
        ["say", "hello"],
        ["run"],
        ["try"],
    ],
    ids=" ".join,
)
def test_a_wrong_configuration_ends_every_command_with_all_problems_and_78(
    run: Run, tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "house.yaml").write_text("sound:\n  volum: 5\nwake: {words: [alexo]}\n")
    result = run(*arguments, "--config", "house.yaml", "--set", "locale.clock=13")
    assert result.exit_code == 78
    assert result.stdout == ""
    problems = result.stderr.splitlines()
    assert len(problems) == 3
    assert "house.yaml:2: sound.volum is not a setting. Did you mean sound.volume?" in problems


def test_the_configuration_of_the_user_is_found(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / ".config/assistant"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text("devices: [{name: moon lamp, kind: light}]")
    (turn,) = lines(run("ask", "--json", "turn on the moon lamp"))
    assert turn["action"] == "light.on(light=moon lamp)"


def test_the_program_ends_with_the_status_that_systemd_knows() -> None:
    command = [sys.executable, "-m", "assistant", "ask", "stop", "--set", "wake=1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr == "--set wake=1: wake is 1. Write a mapping.\n"


def test_check_prints_the_schema(run: Run) -> None:
    schema = json.loads(run("check", "--schema").stdout)
    assert schema["properties"]["sound"]["properties"]["volume"]["maximum"] == 100


def test_check_says_what_works_and_what_does_not(run: Run, tea: Path) -> None:
    result = run("check", "--skills", tea, "--set", "sound.microphone=no such thing")
    assert result.exit_code == 1
    for part in ("ok  Configuration", "ok  Voice", "ok  Wake words: hey_jarvis", "ok  Recognizer: hearth"):
        assert part in result.stdout
    problems = [line for line in result.stdout.splitlines() if line.startswith("no")]
    assert any(line.startswith("no  Skill coffee") for line in problems)
    assert any(line.startswith(("no  Microphone", "no  Sound")) for line in problems)


def test_check_names_models_that_are_missing_and_does_not_count_them(run: Run, tmp_path: Path) -> None:
    result = run("check", "--set", "profile=standard", "--set", f"models.folder={tmp_path}")
    assert result.exit_code == 1
    assert "ok  Recognizer: hearth+pocketsphinx.\n" in result.stdout
    assert "ok  Voice: espeak-ng.\n" in result.stdout
    for name, model in (
        ("piper", "en_US-ljspeech-medium"),
        ("whisper", "whisper-tiny.en"),
        ("llama", "tinyllama-q4_k_m"),
    ):
        (problem,) = (line for line in result.stdout.splitlines() if line.startswith(f"no  {name} is left out: "))
        assert problem.endswith(f"Mend it with: assistant models fetch {model}")


def test_check_names_a_device_that_cannot_be_said(run: Run) -> None:
    devices = (
        "[{name: 灯, kind: light}, {name: 电扇, kind: fan, aliases: [big fan]}, {name: Küchenlampe 2, kind: light}]"
    )
    result = run("check", "--set", f"devices={devices}")
    assert "no  Device 灯: that can be typed but not said. Give it an alias of English words.\n" in result.stdout
    assert result.stdout.count("not said") == 1


def test_check_names_a_model_that_is_missing(run: Run) -> None:
    result = run("check", "--set", "wake.words=[gone.onnx]")
    assert result.exit_code == 1
    (problem,) = (line for line in result.stdout.splitlines() if line.startswith("no  Wake words"))
    assert "gone.onnx" in problem


def test_say_writes_a_file(run: Run, tmp_path: Path) -> None:
    assert run("say", "The kitchen light is on.", "--to", tmp_path / "deep" / "x.wav").exit_code == 0
    sound, rate = soundfile.read(tmp_path / "deep" / "x.wav", dtype="int16")
    assert 0.8 < len(sound) / rate < 4
    assert np.abs(sound.astype(int)).max() > 5000


def test_say_tells_why_it_cannot(run: Run, tmp_path: Path) -> None:
    nothing = run("say", "...", "--to", "x.wav")
    assert (nothing.exit_code, "nothing to say" in nothing.stderr) == (2, True)
    (tmp_path / "file").touch()
    unwritable = run("say", "hello", "--to", "file/x.wav")
    assert (unwritable.exit_code, unwritable.stdout) == (1, "")
    assert "file/x.wav cannot be written" in unwritable.stderr
    no_speaker = run("say", "hello", "--set", "sound.speaker=no such thing")
    assert no_speaker.exit_code == 1
    assert len(no_speaker.stderr.splitlines()) == 1


def test_run_without_a_microphone_is_one_sentence(run: Run) -> None:
    result = run("run", "--set", "sound.microphone=no such thing")
    assert (result.exit_code, result.stdout) == (1, "")
    (sentence,) = result.stderr.splitlines()
    assert "no such thing" in sentence or "PortAudio" in sentence


def test_hear_reports_wakes_and_turns_of_every_file(run: Run, tmp_path: Path) -> None:
    wake, command = say("hey jarvis"), say("turn on the kitchen light")
    both = write(tmp_path / "both.wav", in_a_room(0.5, wake, 0.4, command, 1.5))
    quiet = write(tmp_path / "quiet.flac", in_a_room(2.0))
    alone = write(tmp_path / "alone.wav", in_a_room(0.5, wake, 6.0))
    (tmp_path / "text.wav").write_text("not sound")
    result = run("hear", "--json", "--answer", "answers", both, "text.wav", quiet, "none.wav", alone)
    assert result.exit_code == 2
    heard, text, silent, none, nobody = lines(result)
    assert set(heard) == {"file", "seconds", "wakes", "turns"}
    assert heard["seconds"] == pytest.approx(soundfile.info(both).duration, abs=0.01)
    (woke,) = heard["wakes"]
    assert woke["word"] == "hey_jarvis"
    assert 0.5 <= woke["score"] <= 1
    assert 0.5 < woke["at"] < 0.5 + len(wake) / 16_000 + 0.5
    (turn,) = heard["turns"]
    assert set(turn) == TURN
    assert (turn["intent"], turn["slots"]) == ("light.on", {"light": "kitchen light"})
    assert (turn["recognizer"], turn["answer"]) == ("hearth", "The kitchen light is on.")
    assert {"recognize", "understand", "act"} <= set(turn["ms"])
    assert (silent["wakes"], silent["turns"]) == ([], [])
    assert (len(nobody["wakes"]), nobody["turns"]) == (1, [])
    for wrong, name in ((text, "text.wav"), (none, "none.wav")):
        assert set(wrong) == {"file", "error"}
        assert name in wrong["error"]
    (answer,) = (tmp_path / "answers").iterdir()
    assert soundfile.info(answer).duration > 0.8


def test_hear_takes_a_file_as_a_command_whatever_its_format(run: Run, tmp_path: Path) -> None:
    sound = in_a_room(0.3, say("what time is it"), 0.5)
    slow = np.repeat(sound[:, None], 3, axis=0).repeat(2, axis=1)
    files = [
        write(tmp_path / "plain.wav", sound),
        write(tmp_path / "stereo.wav", slow, 48_000),
        write(tmp_path / "bytes.wav", sound, subtype="PCM_U8"),
        write(tmp_path / "float.wav", (sound / 32768).astype(np.float32), subtype="FLOAT"),
    ]  # fmt: skip
    result = run("hear", "--no-wake", "--dry-run", "--json", *files)
    assert result.exit_code == 0
    for heard in lines(result):
        assert heard["wakes"] == []
        assert [turn["action"] for turn in heard["turns"]] == ["clock.time()"], heard["file"]
        assert heard["turns"][0]["answer"] == ""


def test_hear_for_people_tells_the_story(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "x.wav", in_a_room(0.5, say("hey jarvis"), 0.4, say("what time is it"), 1.5))
    result = run("hear", "x.wav", "gone.wav")
    assert result.exit_code == 2
    for part in ("x.wav", "woke        hey jarvis", "clock.time", "It is"):
        assert part in result.stdout
    assert "gone.wav" in result.stderr


def test_wake_words_are_chosen_on_the_command_line(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "x.wav", in_a_room(0.5, say("hey jarvis"), 5.0))
    (deaf,) = lines(run("hear", "--json", "x.wav", "--set", "wake.words=[alexa]"))
    assert deaf["wakes"] == []


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    write(tmp_path / "time.wav", in_a_room(0.3, say("what time is it"), 0.5))
    entries = [
        {"audio": "time.wav", "intent": "clock.time", "slots": {}},
        {"text": "set a timer for ten minutes", "intent": "set", "slots": {"length": "ten minutes"}},
        {"text": "turn on the kitchen light", "intent": "light.off", "slots": {"light": "kitchen light"}},
        {"text": "order a pizza", "intent": None},
    ]
    (tmp_path / "manifest.jsonl").write_text("\n".join(json.dumps(entry) for entry in entries))
    return tmp_path / "manifest.jsonl"


def test_evaluate_scores_a_manifest(run: Run, manifest: Path) -> None:
    result = run("evaluate", manifest, "--json")
    assert result.exit_code == 0
    (score,) = lines(result)
    (failure,) = score.pop("failures")
    assert score == {
        "n": 4,
        "acceptance": 0.6667,
        "exact": 0.6667,
        "false_acceptance": 0.0,
        "by_intent": {"clock.time": 1.0, "light.off": 0.0, "set": 1.0},
        "by_snr": {},
    }
    assert failure["got"] == {"intent": "light.on", "slots": {"light": "kitchen light"}}
    for_people = run("evaluate", manifest).stdout
    for part in ("66.7%", "light.off → light.on", "falsely accepted: 0.0% of 1"):
        assert part in for_people


def test_evaluate_with_noise_goes_by_ratio(run: Run, manifest: Path, tmp_path: Path) -> None:
    write(tmp_path / "noise.flac", noise(3.0, 2000.0))
    (score,) = lines(run("evaluate", manifest, "--noise", "noise.flac", "--snr", "30,-30", "--json"))
    assert score["by_snr"] == {"30": 1.0, "-30": 0.0}
    assert score["n"] == 5


def test_evaluate_learns_where_that_helps_and_forgets(run: Run, manifest: Path, tmp_path: Path) -> None:
    few = (
        "alarm,calculator,chance,climate,cover,dates,fan,help,jokes,lists,lock,notes,reminder,scene,sensor,switch,units"
    )
    state = ["--set", f"state.folder={tmp_path / 'state'}", "--set", f"skills.disabled=[{few}]"]
    learnt = run("evaluate", manifest, "--learn", "--yes", *state)
    assert learnt.exit_code == 0
    assert "100.0% right before, 100.0% after" in learnt.stdout
    assert "nothing is kept" in learnt.stdout
    assert "Nothing was learnt" in run("evaluate", "--forget", *state).stdout
    kept = usual.keep(tmp_path / "state", ["what time is it"])
    assert "is forgotten" in run("evaluate", "--forget", *state).stdout
    assert not kept.exists()


def test_evaluate_keeps_nothing_unasked(run: Run, manifest: Path) -> None:
    assert run("evaluate", manifest, "--learn").exit_code == 2
    assert run("evaluate", manifest, "--learn", "--yes", "--json").exit_code == 2
    assert run("evaluate", manifest, "--forget").exit_code == 2
    assert run("evaluate").exit_code == 2


def test_evaluate_says_what_is_wrong(run: Run, manifest: Path, tmp_path: Path) -> None:
    assert run("evaluate", "gone.jsonl").exit_code == 2
    assert run("evaluate", manifest, "--snr", "6").exit_code == 2
    for ratios in ("loud", "nan", "1e9", ""):
        assert run("evaluate", manifest, "--noise", "time.wav", "--snr", ratios or ",").exit_code == 2
    assert run("evaluate", manifest, "--noise", "gone.wav").exit_code == 1
    (tmp_path / "more.jsonl").write_text('{"audio": "gone.wav", "intent": "x"}\n{"text": "stop", "intent": "stop"}')
    result = run("evaluate", "more.jsonl", "--json")
    assert result.exit_code == 2
    (score,) = lines(result)
    assert score["acceptance"] == 0.5
    assert "gone.wav" in score["failures"][0]["error"]


def test_the_demonstration_shows_four_turns_and_keeps_the_sound(run: Run, tmp_path: Path) -> None:
    result = run("try", "--set", "sound.speaker=no such thing")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("  right") == 4
    for part in (
        "woke        hey jarvis",
        "light.on(light=kitchen light)",
        "timer.set(length=600)",
        "clock.time()",
        " ms",
    ):
        assert part in result.stdout
    names = sorted(path.name for path in (tmp_path / "answers").iterdir())
    assert names == [f"{number}-{what}.wav" for number in range(1, 5) for what in ("answer", "command")]


def test_the_demonstration_fails_where_a_turn_fails(run: Run) -> None:
    result = run("try", "--set", "devices=[{name: cellar light, kind: light}]", "--set", "sound.speaker=no such thing")
    assert result.exit_code == 1
    assert "WRONG: it should be light.on(light=kitchen light)" in result.stdout
