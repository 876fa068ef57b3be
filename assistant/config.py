"""The validated configuration: what each setting means is told beside its default, in defaults.yaml."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar, cast

from assistant.devices.inventory import (
    Area,
    Body,
    Device,
    areas_are_distinct,
    areas_are_known,
    brokers_are_named,
    devices_are_distinct,
    fail_safes_fit,
    limits_are_of_something,
    members_are_devices,
    pins_are_free,
)
from assistant.devices.mqtt_settings import Mqtt, passwords_are_said_once
from assistant.errors import ConfigError
from assistant.safety.policy import Night, Rules
from assistant.settings.checking import Checker, at_home, merge, shown
from assistant.settings.given import Given, Problem, comments, read_file, read_text, wrap
from assistant.settings.schema import Matching, Range, json_schema, keys

DEFAULTS = Path(__file__).with_name("defaults.yaml")

SEARCH = (Path("/etc/assistant/config.yaml"), Path("~/.config/assistant/config.yaml"))
"""Where a configuration file is looked for; the first that exists is read."""

T = TypeVar("T")

Share = Annotated[float, Range(0, 1)]
Threshold = Annotated[float, Range(0.05, 0.99)]
Seconds = Annotated[float, Range(0.1, 60, "seconds")]
Percent = Annotated[int, Range(0, 100)]
ModelName = Annotated[str, Matching(r"[^\x00-\x1f]{1,255}", "the name of a model or the path of its files")]
Sounds = bool | Path
"""A chime: the one that comes with Hearth, none, or a file."""
WakeWord = (
    Literal["hey_jarvis", "alexa", "hey_mycroft", "hey_marvin"]
    | Annotated[Path, Matching(r".+\.onnx", "the path of an .onnx model")]
)


@dataclass(frozen=True, slots=True)
class Wake:
    """What makes the assistant listen."""

    words: Mapping[WakeWord, Threshold] | tuple[WakeWord, ...]
    threshold: Threshold | None

    @property
    def thresholds(self) -> Mapping[str, float | None]:
        """Each wake word, or the path of its model, and the score from which it counts as heard; None for its own."""
        words = self.words if isinstance(self.words, Mapping) else dict.fromkeys(self.words, self.threshold)
        return {str(word): threshold for word, threshold in words.items()}


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a command begins and ends."""

    wait_seconds: Annotated[float, Range(0.5, 60, "seconds")]
    follow_up_seconds: Annotated[float, Range(0, 30, "seconds")]
    silence_seconds: Annotated[float, Range(0.1, 5, "seconds")]
    brief_silence_seconds: Annotated[float, Range(0.3, 5, "seconds")]
    max_seconds: Annotated[float, Range(1, 120, "seconds")]
    min_speech_seconds: Annotated[float, Range(0, 2, "seconds")]
    preroll_seconds: Annotated[float, Range(0, 2, "seconds")]
    speech_threshold: Share


@dataclass(frozen=True, slots=True)
class Chimes:
    """The sounds that are not words."""

    wake: Sounds
    done: Sounds
    not_understood: Sounds
    nobody: Sounds
    timer: Sounds
    announcement: Sounds


@dataclass(frozen=True, slots=True)
class Sound:
    """What the assistant hears with and sounds through."""

    microphone: str | int | None
    speaker: str | int | None
    volume: Percent
    chimes: Chimes


@dataclass(frozen=True, slots=True)
class Quiet:
    """When the assistant is to disturb nobody."""

    hours: Night | None
    volume: Percent
    chimes: bool
    light: Percent


@dataclass(frozen=True, slots=True)
class OwnEars:
    """Our own recognizer."""

    model: Path | None


@dataclass(frozen=True, slots=True)
class Whisper:
    """The recognizer for any words."""

    model: ModelName
    threads: Annotated[int, Range(0, 64)]
    margin_seconds: Annotated[float, Range(0.64, 30, "seconds")]


@dataclass(frozen=True, slots=True)
class Recognition:
    """Turning speech into text."""

    engines: tuple[Literal["hearth+pocketsphinx", "hearth", "pocketsphinx", "whisper"], ...] | None
    threshold: Share
    hearth: OwnEars
    whisper: Whisper


@dataclass(frozen=True, slots=True)
class Llama:
    """The language model that understands what fits no phrase."""

    model: ModelName
    threads: Annotated[int, Range(1, 64)]
    context: Annotated[int, Range(512, 32768)]
    mmap: bool
    chat_format: Literal["zephyr", "chatml", "gemma", "llama3"] | None
    lora: ModelName | None
    seconds: Annotated[float, Range(1, 120, "seconds")]
    tokens: Annotated[int, Range(8, 512)]


@dataclass(frozen=True, slots=True)
class Understanding:
    """Turning text into what is meant."""

    engines: tuple[Literal["phrases", "llama"], ...] | None
    threshold: Share
    ask_threshold: Share
    remember_seconds: Annotated[float, Range(0, 3600, "seconds")]
    chat: bool
    llama: Llama


@dataclass(frozen=True, slots=True)
class Piper:
    """The voice that sounds like a person."""

    model: ModelName
    speed: Annotated[float, Range(0.25, 4)]
    threads: Annotated[int, Range(1, 64)]


@dataclass(frozen=True, slots=True)
class Models:
    """Where model files are, and how long they stay in memory."""

    folder: Path | None
    release_minutes: Annotated[float, Range(0.1, 1440, "minutes")] | None


@dataclass(frozen=True, slots=True)
class Voice:
    """How the assistant speaks."""

    engine: Literal["espeak-ng", "piper"] | None
    piper: Piper
    name: Annotated[str, Matching(r"[A-Za-z0-9_+-]{1,40}", "the name of a voice", ("en-us", "en-gb"))]
    rate: Annotated[int, Range(80, 450, "words a minute")]
    pitch: Annotated[int, Range(0, 99)]


@dataclass(frozen=True, slots=True)
class Skills:
    """What the assistant can do."""

    folders: tuple[Path, ...]
    disabled: tuple[str, ...]
    timeout_seconds: Seconds
    settings: Mapping[str, Given]
    """By skill, unchecked: `fill` makes the skill's own dataclass of it."""


@dataclass(frozen=True, slots=True)
class Privacy:
    """What is kept about the household."""

    log_transcripts: bool
    keep_turns_days: Annotated[int, Range(0, 365, "days")]
    keep_sound_until: date | None


@dataclass(frozen=True, slots=True)
class Locale:
    """How people speak here."""

    language: Literal["en"]
    clock: Literal[12, 24]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the house is, for the sun."""

    latitude: Annotated[float, Range(-90, 90, "degrees")] | None
    longitude: Annotated[float, Range(-180, 180, "degrees")] | None


@dataclass(frozen=True, slots=True)
class Power:
    """What answers sooner for some energy, or the other way round."""

    performance_in_turns: bool


@dataclass(frozen=True, slots=True)
class State:
    """What must survive a power cut."""

    folder: Path | None


@dataclass(frozen=True, slots=True)
class Config:
    """All settings."""

    profile: Literal["embedded", "standard"]
    wake: Wake
    listening: Listening
    sound: Sound
    quiet: Quiet
    recognition: Recognition
    understanding: Understanding
    voice: Voice
    models: Models
    skills: Skills
    privacy: Privacy
    locale: Locale
    place: Place
    power: Power
    state: State
    policy: Rules
    body: Body
    mqtt: Mqtt
    areas: tuple[Area, ...]
    devices: tuple[Device, ...]

    CHECKS: ClassVar = (
        areas_are_distinct,
        devices_are_distinct,
        areas_are_known,
        members_are_devices,
        fail_safes_fit,
        pins_are_free,
        passwords_are_said_once,
        brokers_are_named,
        limits_are_of_something,
    )

    @property
    def rooms(self) -> tuple[Area, ...]:
        """The areas that have a device in them, declared or not."""
        declared = {area.name: area for area in self.areas}
        named = dict.fromkeys(device.area for device in self.devices if device.area is not None)
        return tuple(declared.get(name, Area(name)) for name in named)


def find(search: Sequence[Path] = SEARCH) -> Path | None:
    """The configuration file of this machine, if there is one."""
    for path in map(at_home, search):
        try:
            if path.exists():
                return path
        except PermissionError:  # left to the reader to report: it must not look like no configuration
            return path
    return None


def load(file: Path | None = None, assignments: Sequence[str] = ()) -> Config:
    """The defaults, changed by a file and then by assignments such as `wake.words=[alexa]`.

    Raises ConfigError with every mistake in them.
    """
    problems: list[Problem] = []
    given = read_file(file, problems) if file else Given(None, "")
    for assignment in assignments:
        given = _assigned(given, assignment, problems)
    checker = Checker(keys(Config))
    config = checker.fill(Config, merge(Config, read_file(DEFAULTS, problems), given), "")
    _raise(problems + checker.problems)
    return cast(Config, config)


def fill(record: type[T], raw: object, where: str) -> T:
    """A dataclass filled from plain data or from `Skills.settings`; `where` is the dotted key to name in messages.

    Raises ConfigError with every mistake in it.
    """
    checker = Checker()
    filled = checker.fill(record, raw if isinstance(raw, Given) else wrap(raw, ""), where)
    _raise(checker.problems)
    return cast(T, filled)


def schema() -> dict[str, Any]:
    """JSON Schema of the configuration file, for editors."""
    descriptions = comments(DEFAULTS.read_text(encoding="utf-8"))
    document = json_schema(Config, descriptions, read_file(DEFAULTS, []))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Hearth", **document}


def _assigned(given: Given, assignment: str, problems: list[Problem]) -> Given:
    """What was given, with one value put in its place."""
    key, equals, text = assignment.partition("=")
    source = f"--set {shown(assignment)[1:-1]}"
    path = key.strip().split(".")
    if not equals or not all(path):
        problems.append(Problem(source, 0, "is not an assignment. Write section.key=value."))
        return given
    before = len(problems)
    value = dataclasses.replace(read_text(text, source, Path(), problems), line=0)
    return given if len(problems) > before else _placed(given, path, value)


def _placed(given: Given, path: Sequence[str], value: Given) -> Given:
    if not path:
        return value
    if not isinstance(given.value, dict):
        given = dataclasses.replace(value, value={})
    entries = cast(dict[str, Given], given.value)
    below = entries.get(path[0], dataclasses.replace(value, value=None))
    return dataclasses.replace(given, value={**entries, path[0]: _placed(below, path[1:], value)})


def _raise(problems: Sequence[Problem]) -> None:
    if problems:
        raise ConfigError(*(str(problem) for problem in sorted(problems)))
