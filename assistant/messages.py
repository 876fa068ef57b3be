"""Everything that travels, in the order it travels. Imports nothing of ours.

Sound that is heard is 16-bit signed mono PCM at 16 kHz, always. Seconds are floats.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Literal

RATE = 16_000
"""Samples per second of all sound on the way in."""

BYTES_PER_SECOND = RATE * 2


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """A stretch of sound from the microphone, of any length."""

    pcm: bytes
    at: float
    """Where it begins, in seconds of audio since the microphone was opened, not of the clock."""

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.pcm) / BYTES_PER_SECOND


BUTTON = "button"
"""The `Wake.word` of a press that asks to be listened to."""

STOP = "stop"
"""The `Wake.word` of what ends a turn and begins no other."""


@dataclass(frozen=True, slots=True)
class Wake:
    """A wake word was heard, or a button pressed in its place."""

    word: str
    score: float
    """Between 0 and 1."""
    at: float
    """About where the word ends, in seconds of audio."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a recognizer understood the sound to say. Empty text means nothing was said."""

    text: str
    confidence: float
    """Between 0 and 1: how likely every word that matters is right. Typed text has 1."""
    recognizer: str


@dataclass(frozen=True, slots=True)
class When:
    """When a command is to be done, if not now: a delay; a time or the sun, on a day or soon; or every week."""

    text: str
    """The words of the command alone."""
    delay: int | None = None
    """Seconds."""
    time: str | None = None
    """As `SlotSpec.kind` tells for `clock`."""
    day: str | None = None
    """`YYYY-MM-DD`."""
    sun: Literal["sunrise", "sunset"] | None = None
    days: str | None = None
    """Weekdays as digits, 0 being Monday: `01234`."""
    ends: bool = False
    """It is done now, and ended then."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A guess at what somebody wants. Nothing in it is trusted until `Registry.resolve` has made an Action of it."""

    name: str
    """`skill.handler`."""
    slots: Mapping[str, object]
    """Plain values (str, int, float): see `SlotSpec.kind` for how each kind is written."""
    confidence: float
    source: str
    """The understander that made it."""
    text: str
    """The words it was made from."""
    when: When | None = None
    """Not now, but then."""
    others: tuple[str, ...] = ()
    """What else it could have been, the likeliest first, each as `summary` writes it."""

    @property
    def summary(self) -> str:
        """Such as `timer.set(duration=600)`."""
        return f"{self.name}({', '.join(f'{name}={value}' for name, value in self.slots.items())})"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a device, and what came back."""

    device: str
    changes: Mapping[str, object]
    """What it was to become, by the names in `Device.state`."""
    outcome: str
    """As `Outcome` names it, or the sentence with which it was refused."""
    ms: float


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a closed slot can take, and a way it is said."""

    spoken: str
    """Words, or a sentence template without slots: `[the] big lamp`."""
    value: str


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """What may stand in a slot, as plain data that can cross a process."""

    name: str
    kind: str
    """How the value is spoken and written:

    - `choice`: one of `choices`; the value is `Choice.value`
    - `number`: "two and a half", "-3.75"; a float
    - `calculation`: "fifteen percent of eighty"; the sum as it is written down, a str
    - `integer`, `percentage`: a whole number from `low` to `high`; an int
    - `duration`: "an hour and a half"; seconds, as an int
    - `time`: "quarter past seven"; `HH:MM` on the 24-hour clock
    - `clock`: the same, but `HH:MM?` where it may be twelve hours later: where neither am nor pm was said
    - `date`: "next Tuesday"; `YYYY-MM-DD`
    - `moment`: "tomorrow at nine", "in two hours"; `+SECONDS`, or a date and a clock time, or either of them
    - `goods`: "oat milk, paper towels and a dozen eggs", where all are known; the words, a str
    - `digits`: four to twelve digits, one by one; a str
    - `text`: any words, those of `choices` most likely; a str
    """
    required: bool = True
    choices: tuple[Choice, ...] = ()
    low: int = 0
    high: int = 100
    names: Literal["devices", "areas"] | None = None
    """The choices are names of this house."""
    most: int = 1
    """Of a `text`: how many of its choices may be said in a row."""
    title: int = 0
    """Of a `text`: it is the name of something, of at most so many words; 0 where it may be any words."""


YES_NO = SlotSpec(
    "answer",
    "choice",
    choices=(
        Choice("(yes|yeah|yep|yup|sure|okay|ok|correct|right|certainly|of course) [please|I did|I do|it is]", "yes"),
        Choice("(that's right|go ahead|do it|please do|all right|(yes|yeah|please) do [it|that])", "yes"),
        Choice("(no|nope|nah|wrong) [thanks|thank you|I did not|I do not|it is not]", "no"),
        Choice("(that's wrong|[no] do not [do (it|that)]|certainly not|of course not|better not|not now)", "no"),
    ),
)
"""The answer to what is asked with yes or no."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the hands must know before they go on, as plain data that can cross a process."""

    text: str
    """As it is spoken."""
    slot: SlotSpec
    """What the answer can be, and so what is listened for."""
    seconds: float = 8.0
    """How long somebody may take to begin to answer, once it has been asked."""
    secret: bool = False
    """The answer is neither logged nor kept nor repeated."""
    id: int = 0
    """To whom the answer goes; the hands number their questions."""


Ask = Callable[[Question], Awaitable[object]]
"""Puts a question to the household and waits for the plain value of the answer: None where there was none."""


class Opening(StrEnum):
    """How somebody came to be heard, which tells what may be meant."""

    TYPED = "typed"
    WAKE = "wake word"
    """After the wake word, or the button."""
    ANSWER = "answer"
    """Without a wake word: after a question or an answer of ours, while the assistant still listened."""


class Risk(IntEnum):
    """What must happen before an action may be performed. Ordered: the larger demands more."""

    NONE = 0
    CONFIRM = 1
    PIN = 2
    FORBIDDEN = 3


@dataclass(frozen=True, slots=True)
class Action:
    """A promise: an intent whose names and values were checked and bound to the skill that will perform it."""

    intent: Intent
    risk: Risk
    perform: "Callable[[Ask], Awaitable[Response]]"
    """Do it, once, and ask back where something is not known. Never raises what a skill raised: that becomes the
    response."""
    allow_later: "Callable[[Ask, str], Awaitable[bool]]"
    """Ask now for what it will need when it is performed at another time, given in words. Gives whether it needs
    anything. Raises SkillError."""
    asks: bool = False
    """It changes nothing."""

    @property
    def summary(self) -> str:
        """Such as `timer.set(duration=600)`, for logs and dry runs."""
        return self.intent.summary


@dataclass(frozen=True, slots=True)
class Response:
    """What comes back from the hands, as plain data. Empty text means a soft chime instead of words."""

    text: str = ""
    question: Question | None = None
    """The text asks it: what was wanted goes on once it is answered, without a wake word."""
    meant: Mapping[str, object] = field(default_factory=dict)
    """Slots of the intent as they turned out to be meant, where the household was asked."""
    undo: tuple[int, ...] = ()
    """What takes it back, for the hands; nothing where that cannot be."""
    ok: bool = True
    """False where the text is an apology or a refusal."""
    action: str | None = None
    """Summary of the action that was performed, or would have been in a dry run."""
    error: str | None = None
    """For logs and `--json`, where `ok` is false: what went wrong, technically."""
    asked: "tuple[Asked, ...]" = ()
    """What was asked of devices for it, in order."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A stretch of sound to play: 16-bit signed mono PCM at `rate` samples per second."""

    pcm: bytes
    rate: int

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.pcm) / 2 / self.rate


@dataclass(frozen=True, slots=True)
class IntentSpec:
    """What the head must know of an intent: how it is said and which slots it has, as plain data."""

    name: str
    templates: tuple[str, ...]
    """Sentence templates in hassil's syntax; `{slot}` stands for a slot's value."""
    slots: tuple[SlotSpec, ...] = ()
    summary: str = ""
    """One sentence: what it does."""
    weight: float = 1.0
    """How often it is said, relative to others: a prior for the recognizer, never a filter for typed text."""
    later: bool = False
    """Whether it can be asked for at another time: "… in ten minutes"."""
    after: tuple[str, ...] = ()
    """Templates that mean this only shortly after another command of the same skill: "ten minutes more"."""
    written: tuple[str, ...] = ()
    """Rarer ways to say it: read as the templates are, but hardly expected of speech."""
    alone: bool = False
    """Whether no other command is said in one breath with it, neither before nor after it."""
    lasting: bool = False
    """Whether it can be asked for for a while: "… for ten minutes"."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything this house can be told now: what the recognizer listens for and the phrase book reads."""

    intents: tuple[IntentSpec, ...] = ()
    likeliest: bool = False
    """They are the likeliest of very much that can be said, in which something is like whatever was said."""


Verdict = Literal["taken", "asked about", "unsure", "nothing", "failed"]
"""What became of a guess: it was acted upon; it was fair, and asked about; it was too unsure; there was none; or the
engine failed. After the last three the next engine is asked."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One engine that was asked in a turn, and what came of it."""

    stage: Literal["recognize", "understand"]
    engine: str
    guess: str
    """Words, or an intent as `Intent.summary` writes it; of one that failed, why."""
    score: float
    """Its confidence, 0 to 1."""
    threshold: float
    """What the confidence must reach, or the next engine is asked."""
    verdict: Verdict
    ms: float
    """How long the turn waited for it."""
    others: tuple[str, ...] = ()
    """What else it could have been, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The record of one turn, for `--json`, logs and whoever asks why."""

    transcript: str
    confidence: float
    recognizer: str
    intent: str | None = None
    slots: Mapping[str, object] = field(default_factory=dict)
    intent_confidence: float = 0.0
    source: str | None = None
    action: str | None = None
    answer: str = ""
    error: str | None = None
    ms: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds each stage took, one after the other: the `silence` that showed the end of speech; `recognize`,
    `understand` and `act`, until the answer is known; the first `sound` of it; and to `speak` the rest."""
    id: str = ""
    """Unique to the turn, and sorts by its time."""
    at: str = ""
    """When the command had been heard: local time with its zone, in ISO 8601."""
    ended: Literal["answered", "interrupted", "nobody spoke"] = "answered"
    wake: Wake | None = None
    """What began it; None where the command was typed or no wake word was needed."""
    speech: float = 0.0
    """Seconds of the sound that was heard as the command."""
    attempts: tuple[Attempt, ...] = ()
    """The engines that were asked, in order, cheap before clever."""
    asked: tuple[Asked, ...] = ()
    """What was asked of devices."""
    secret: bool = False
    """What was said and answered is left out: a PIN, for example."""

    @property
    def seconds(self) -> float:
        """From the end of the command until the answer was known."""
        return sum(self.ms.get(stage, 0.0) for stage in ("recognize", "understand", "act")) / 1000
