"""The configuration: every default documented, every mistake explained, nothing that a file can do to us."""

import dataclasses
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config import DEFAULTS, Config, fill, find, load, schema
from assistant.devices.inventory import Area
from assistant.errors import ConfigError
from assistant.settings.given import Problem, comments, read_text
from assistant.settings.schema import Range, keys

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a configuration file."""

    def written(text: str) -> Path:
        file = tmp_path / "house.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return written


def problems(file: Path | None = None, *assignments: str) -> list[str]:
    """What is wrong, without the folder of the file."""
    with pytest.raises(ConfigError) as caught:
        load(file, assignments)
    return [problem.replace(f"{file and file.parent}/", "") for problem in caught.value.problems]


def test_defaults_are_a_house_to_play_with() -> None:
    config = load()
    assert config.wake.thresholds == {"hey_jarvis": None}
    assert "kitchen light" in [device.name for device in config.devices]
    assert Area("office", ("study",)) in config.rooms


def test_every_setting_is_documented_and_everything_documented_is_a_setting() -> None:
    documented = comments(DEFAULTS.read_text())
    assert sorted(documented) == sorted(keys(Config))
    assert all(text[0].isupper() and text.endswith(".") for text in documented.values())


def test_a_file_changes_what_it_names(write: Write) -> None:
    config = load(write("sound:\n  volume: 40\n  chimes: {wake: false}\nlistening:\nskills: {folders: [mine]}\n"))
    default = load()
    assert config.sound.volume == 40
    assert config.sound.chimes == dataclasses.replace(default.sound.chimes, wake=False)
    assert config.listening == default.listening
    assert config.skills.folders == (write("").parent / "mine",)


def test_wake_words_have_thresholds_of_their_own_or_the_common_one(write: Write) -> None:
    common = load(write("wake: {words: [alexa, hey_marvin], threshold: 0.4}"))
    assert common.wake.thresholds == {"alexa": 0.4, "hey_marvin": 0.4}
    own = load(write("wake: {words: {alexa: 0.3, models/hey_hearth.onnx: 0.7}}"))
    assert own.wake.thresholds == {"alexa": 0.3, str(write("").parent / "models/hey_hearth.onnx"): 0.7}


def test_five_mistakes_get_five_messages(write: Write) -> None:
    file = write(
        """
wake:
  words: [hey_jarvs]
  treshold: 0.4
listening:
  silence_seconds: 50
microphone: usb
devices:
  - name: lamp
    kind: lihgt
""".lstrip()
    )
    assert problems(file) == [
        'house.yaml:2: wake.words[1] is "hey_jarvs". Write one of hey_jarvis, alexa, hey_mycroft, hey_marvin'
        " or the path of an .onnx model. Did you mean hey_jarvis?",
        "house.yaml:3: wake.treshold is not a setting. Did you mean wake.threshold?",
        "house.yaml:5: listening.silence_seconds is 50. Write a number from 0.1 to 5 seconds.",
        "house.yaml:6: microphone is not a setting. Did you mean sound.microphone?",
        'house.yaml:9: devices[1].kind is "lihgt". Write one of light, switch, socket, fan, cover, climate, lock,'
        " sensor, scene, button. Did you mean light?",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("sound: {volume: .nan}", "1: sound.volume is not finite. Write a whole number from 0 to 100."),
        ("sound: {volume: 1.5}", "1: sound.volume is 1.5. Write a whole number from 0 to 100."),
        ("sound: {volume: true}", "1: sound.volume is true. Write a whole number from 0 to 100."),
        ("wake:\n  threshold: .inf", "2: wake.threshold is not finite. Write a number from 0.05 to 0.99 or null."),
        ("wake: {words: alexa}", '1: wake.words is "alexa". Write a mapping or a list. Perhaps ["alexa"]?'),
        ("wake: {words: {alexa: 2}}", "1: wake.words.alexa is 2. Write a number from 0.05 to 0.99."),
        (
            "wake: {words: {alexo: 0.5}}",
            '1: wake.words is "alexo". Write one of hey_jarvis, alexa, hey_mycroft, hey_marvin'
            " or the path of an .onnx model. Did you mean alexa?",
        ),
        ("sound: {chimes: {wake: 3}}",
         '1: sound.chimes.wake is 3. Write true or false or a path. Perhaps "3", with the quotes?'),
        ("locale: {clock: 13}", "1: locale.clock is 13. Write one of 12, 24."),
        ("locale: {clock: 12.0}", "1: locale.clock is 12.0. Write one of 12, 24. Did you mean 12?"),
        ("voice: [espeak-ng]", "1: voice is a list. Write a mapping."),
        ("skills: {disabled: [on]}", "1: skills.disabled[1] is true. Write text."
         " Words like on, off, yes and no need quotes."),
        ("skills: {disabled: [7]}", '1: skills.disabled[1] is 7. Write text. Perhaps "7", with the quotes?'),
        ("devices: [{kind: light}]", "1: devices[1].name is missing. Write a name that can be "
         "said, of up to 60 letters."),
        ("devices: [{name: '<b>', kind: fan}]", '1: devices[1].name is "<b>". Write a name that can be said, '
         "of up to 60 letters."),
        ("devices: [{name: '💡', kind: fan}]", '1: devices[1].name is "💡". Write a name that can be said, '
         "of up to 60 letters."),
        ("wake: {words: [alexa]}\nwake: {threshold: 0.3}", "2: wake is written twice (first on line 1). Keep one."),
        ("wake:\n\tthreshold: 1", "2: indents with a tab. Use spaces."),
        ("wake: [", "1: is not YAML: did not find expected node content. Mend this line or the one before it."),
        ("wake: 1\n  threshold: 2", "2: is not YAML: mapping values are not allowed in this context. Mend this line"
         " or the one before it."),
        ("a: &a [1]\nwake: *a", "2: uses an alias (*name). Write the value out."),
        ("wake: !!python/object:os.system x", "1: 'x' cannot be read as tag:yaml.org,2002:python/object:os.system."
         " Put it in quotes if it is text."),
        ("? [a, b]\n: 1", "1: has a key that is not a word. Write `name: value`."),
        ("a: 1\n---\nb: 1", "2: begins a second document. Keep one."),
        ("[1]", "1: the file is a list. Write a mapping."),
    ],
)  # fmt: skip
def test_each_mistake_is_explained(write: Write, text: str, problem: str) -> None:
    assert f"house.yaml:{problem}" in problems(write(text))


def test_names_that_sound_alike_are_told_apart(write: Write) -> None:
    file = write(
        """
areas:
  - {name: Kitchen, aliases: [scullery]}
  - {name: Scullery}
devices:
  - {name: Big  Lamp, kind: light, area: kichen}
  - {name: fan, kind: fan, aliases: [big lamp], area: pantry}
  - {name: radio, kind: switch, area: Pantry}
  - {name: lamp one, kind: light, area: bedroom 1}
  - {name: lamp two, kind: light, area: bedroom 2}
  - {kind: light}
bananas: yes
"""
    )
    assert problems(file)[:4] == [
        'house.yaml:4: areas[2].name holds "Scullery", a name of "Kitchen" already. Choose another.',
        'house.yaml:6: devices[1].area is "kichen". Did you mean Kitchen? If it is another room, add it to areas.',
        'house.yaml:7: devices[2].aliases holds "big lamp", a name of "Big  Lamp" already. Choose another.',
        'house.yaml:8: devices[3].area is "Pantry". Did you mean pantry? If it is another room, add it to areas.',
    ]
    assert len(problems(file)) == 6


@pytest.mark.parametrize(
    ("name", "other"),
    [("42", "forty two"), ("Lamp-1", "lamp one"), ("Café light", "cafe  LIGHT"), ("fan no. 20", "fan no twenty")],
)
def test_numbers_and_accents_are_heard_and_not_seen(write: Write, name: str, other: str) -> None:
    file = write(
        f'devices: [{{name: "{name}", kind: light}}, {{name: "{other}", kind: fan}}, {{name: x 2, kind: fan}}]'
    )
    (problem,) = problems(file)
    assert problem.endswith(f'devices[2].name holds "{other}", a name of "{name}" already. Choose another.')


def test_rooms_that_are_only_named_by_devices_exist(write: Write) -> None:
    config = load(write("devices: [{name: lamp, kind: light, area: cellar}, {name: bell, kind: switch}]"))
    assert config.rooms == (Area("cellar"),)


@pytest.mark.parametrize(
    ("assignment", "read"),
    [
        ("wake.words=[alexa]", lambda config: config.wake.words == ("alexa",)),
        ("wake.words.alexa=0.3", lambda config: config.wake.thresholds == {"hey_marvin": 0.6, "alexa": 0.3}),
        ("sound.volume=5", lambda config: config.sound.volume == 5),
        ("sound.speaker=a=b: c#d", None),
        ("sound.speaker='a=b: c#d'", lambda config: config.sound.speaker == "a=b: c#d"),
        ("sound.chimes={wake: false}", lambda config: not config.sound.chimes.wake and config.sound.chimes.done),
        ("sound.chimes.wake=ding.wav", lambda config: config.sound.chimes.wake == Path("ding.wav")),
        ("sound.microphone=", lambda config: config.sound.microphone is None),
        ("skills.settings.tea.minutes=3", lambda config: config.skills.settings["tea"].plain == {"minutes": 3}),
        ("sound.volum=5", None),
        ("sound", None),
        ("=5", None),
        ("sound..volume=5", None),
        ("sound.volume=[", None),
        ("sound.volume.loud=1", None),
    ],
)
def test_assignments_come_last(write: Write, assignment: str, read: Callable[[Config], bool] | None) -> None:
    file = write("wake: {words: {hey_marvin: 0.6}}\nsound: {volume: 7, microphone: usb, chimes: {done: true}}")
    if read is None:
        (problem,) = problems(file, assignment)
        assert problem.startswith(f"--set {assignment}:")
    else:
        assert read(load(file, [assignment]))


def test_mistakes_in_file_and_assignments_are_reported_together(write: Write) -> None:
    assert problems(write("sound: {volume: 101}"), "sound.speakr=1", "x") == [
        "--set sound.speakr=1: sound.speakr is not a setting. Did you mean sound.speaker?",
        "--set x: is not an assignment. Write section.key=value.",
        "house.yaml:1: sound.volume is 101. Write a whole number from 0 to 100.",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\x00\x01\x02\xff\xfe" * 1000, "is not a text file. Save it as UTF-8."),
        (b"sound: \x00", "is not YAML: control characters are not allowed. Mend this line or the one before it."),
        (b"a: 1\n" * 2_000_000, "cannot be read: it is larger than 256 KiB, which no configuration needs."),
        (b"[" * 100_000, "nested more than 16 levels deep"),
        (b"- " * 100_000, "nested more than 16 levels deep"),
        (b"a: {" * 50_000, "nested more than 16 levels deep"),
        (b"a: &a [x,x,x,x,x,x,x,x]\n" + b"b: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n" * 50, "uses an alias"),
        (b"sound: {volume: " + b"9" * 100_000 + b"}", "cannot be read as"),
        (b"sound: {volume: 0x" + b"f" * 100_000 + b"}", "cannot be read as"),
        (b"sound: {volume: " + b"x" * 100_000 + b"}", "…"),
        (b"sound: {speaker: [" + b"{}," * 50_000 + b"]}", "sound.speaker is a list"),
        (b"devices: [" + b"{name: a" + b"b" * 100_000 + b", kind: light}]", "Write a name that can be said"),
    ],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_hostile_files_are_refused_in_a_sentence(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "hostile.yaml"
    file.write_bytes(content)
    found = problems(file)
    assert any(problem in sentence for sentence in found)
    assert all(len(sentence) < 400 for sentence in found)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert problems(tmp_path / "none.yaml") == [
        "none.yaml: cannot be read: No such file or directory. Name another file."
    ]
    with pytest.raises(ConfigError, match="Is a directory"):
        load(tmp_path)


def test_a_byte_order_mark_and_an_empty_file_are_no_mistakes(tmp_path: Path) -> None:
    file = tmp_path / "house.yaml"
    file.write_bytes("﻿sound: {volume: 1}".encode())
    assert load(file).sound.volume == 1
    file.write_bytes(b"# nothing\n")
    assert load(file) == load()


def test_the_first_file_that_exists_is_found(tmp_path: Path) -> None:
    here, there = tmp_path / "here.yaml", tmp_path / "there.yaml"
    assert find([here, there]) is None
    there.touch()
    assert find([here, there]) == there
    here.touch()
    assert find([here, there]) == here


@given(st.text(max_size=200) | st.text("ab:-[]{}\n #&*!'\"\t,0.", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_explained(text: str) -> None:
    found: list[Problem] = []
    read_text(text, "fuzz", Path(), found)
    assert all(str(problem) for problem in found)


Plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(keys(Config))) | st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([field.name for field in dataclasses.fields(Config)]), Plain))
@settings(max_examples=100, deadline=None)
def test_any_value_is_taken_or_explained(raw: dict[str, object]) -> None:
    with pytest.raises(ConfigError) as caught:
        fill(Config, raw, "house")
    assert all(problem.startswith("house") for problem in caught.value.problems)


def test_schema_agrees_with_the_checker(write: Write) -> None:
    validator = jsonschema.Draft202012Validator(schema())
    jsonschema.Draft202012Validator.check_schema(schema())
    validator.validate({})
    validator.validate(yaml.safe_load(DEFAULTS.read_text()))
    validator.validate({"wake": {"words": {"alexa": 0.3, "x.onnx": 0.4}}, "sound": {"chimes": {"wake": "ding.wav"}}})
    for wrong in (
        "sound: {volume: 101}", "wake: {words: [alexo]}", "wake: {words: {alexo: 0.5}}", "bananas: 1",
        "devices: [{name: lamp}]", "devices: [{name: lamp, kind: lamp}]", "locale: {clock: 13}", "sound: 1",
    ):  # fmt: skip
        assert not validator.is_valid(yaml.safe_load(wrong)), wrong
        assert problems(write(wrong))


def test_schema_tells_editors_what_the_comments_tell_people() -> None:
    volume = schema()["properties"]["sound"]["properties"]["volume"]
    assert volume == {
        "type": "integer",
        "minimum": 0,
        "maximum": 100,
        "default": 70,
        "description": "How loudly the assistant speaks when it starts, in percent.",
    }


@dataclass(frozen=True)
class Tea:
    """Settings of a skill."""

    minutes: Annotated[float, Range(1, 20, "minutes")] = 4
    kind: Literal["black", "green"] = "black"
    cups: Mapping[str, int] = dataclasses.field(default_factory=dict)


def test_skills_fill_their_own_settings(write: Write) -> None:
    assert fill(Tea, {}, "skills.settings.tea") == Tea()
    assert fill(Tea, {"minutes": 3, "cups": {"big": 2}}, "skills.settings.tea") == Tea(3.0, cups={"big": 2})
    config = load(write("skills:\n  settings:\n    tea:\n      minutes: 90\n      kind: gren\n"))
    with pytest.raises(ConfigError) as caught:
        fill(Tea, config.skills.settings["tea"], "skills.settings.tea")
    assert [problem.rpartition("/")[2] for problem in caught.value.problems] == [
        "house.yaml:4: skills.settings.tea.minutes is 90. Write a number from 1 to 20 minutes.",
        'house.yaml:5: skills.settings.tea.kind is "gren". Write one of black, green. Did you mean green?',
    ]
    with pytest.raises(ConfigError, match=r"^skills\.settings\.tea\.cups\.big is \"x\"\. Write a whole number\."):
        fill(Tea, {"cups": {"big": "x"}}, "skills.settings.tea")


def test_a_type_that_no_setting_can_have_is_a_mistake_of_the_author() -> None:
    @dataclass
    class Wrong:
        when: time.struct_time

    with pytest.raises(TypeError, match="struct_time"):
        fill(Wrong, {"when": 1}, "skills.settings.wrong")


def test_importing_the_configuration_loads_nothing_heavy() -> None:
    script = "import sys, assistant.config; print([m for m in ('numpy', 'onnxruntime', 'hassil') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
