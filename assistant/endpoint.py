"""Where a command begins and ends. Pure: it counts seconds of audio, never the clock."""

from dataclasses import dataclass
from enum import Enum, auto

HYSTERESIS = 0.15
"""Once sound is speech, a probability lower by this much still is: the figure of Silero's own examples."""


@dataclass(frozen=True, slots=True)
class Endpointing:
    """When a command is taken to begin and to end. All times are seconds of audio."""

    wait: float = 4.0
    """How long to wait for speech to begin, before nobody spoke."""
    minimum: float = 0.2
    """Less speech than this is a click, a breath or a cough."""
    silence: float = 0.65
    """Silence that ends a command: a shorter one answers sooner, a longer one lets people think."""
    brief: float = 0.35
    """Silence that ends a command of which it is certain that it is whole. No less than a recognizer lags behind."""
    longest: float = 12.0
    """A command that goes on for longer is cut."""
    pre_roll: float = 0.3
    """Sound kept from before speech was noticed: soft first consonants lie there."""
    before_wake: float = 0.3
    """Sound kept from before `Wake.at`, which is not exact, for a command in the same breath."""
    after_wake: float = 0.2
    """Speech until so long after `Wake.at` may be the end of the wake word, and is not yet a command."""
    after_voice: float = 0.25
    """The same where there was no wake word, but the assistant has just spoken: its voice still sounds in the room."""
    threshold: float = 0.5
    """Probability from which sound is speech."""


class State(Enum):
    """How far a command has got."""

    WAITING = auto()
    """Nobody has spoken yet."""
    SPEAKING = auto()
    """Somebody speaks, or has only just stopped."""
    ENDED = auto()
    """The command is complete."""
    NOBODY = auto()
    """Nobody spoke."""


class Endpoint:
    """Follows one command through the probabilities that its frames are speech.

    Speech in the first `ignored` seconds may belong to something before, a wake word: it is not enough to be a command,
    but is the beginning of one that goes on.
    """

    def __init__(self, settings: Endpointing, ignored: float = 0.0) -> None:
        self._settings = settings
        self._ignored = ignored
        self._at = 0.0
        self._speaking = False
        self._counted = 0.0
        self.state = State.WAITING
        self.started: float | None = None
        """Where the speech that is going on, or was the command, began, in seconds since the first frame."""
        self.ended: float | None = None
        """Where the last speech until now ended."""
        self.cut = False
        """The command was cut because it was too long."""

    @property
    def silence(self) -> float:
        """Seconds since the last speech, or since the first frame."""
        return self._at - (self.ended or 0.0)

    def end(self) -> None:
        """The command is known to be complete."""
        self.state = State.ENDED

    def feed(self, seconds: float, probability: float) -> State:
        """Go on by a frame of that length, of which this is the probability that somebody speaks."""
        if self.state in (State.ENDED, State.NOBODY):
            return self.state
        settings = self._settings
        began, self._at = self._at, self._at + seconds
        self._speaking = probability >= settings.threshold - (HYSTERESIS if self._speaking else 0)
        if self._speaking:
            self.started = began if self.started is None else self.started
            self.ended = self._at
            self._counted += max(0.0, self._at - max(began, self._ignored))
        match self.state:
            case State.WAITING if self._counted >= settings.minimum:
                self.state = State.SPEAKING
            case State.WAITING if not self._speaking and self.silence >= settings.pre_roll:
                self.started = self.ended = None
                self._counted = 0.0
                if self._at >= self._ignored + settings.wait:
                    self.state = State.NOBODY
            case State.SPEAKING if self.silence >= settings.silence:
                self.state = State.ENDED
            case State.SPEAKING if self._at - (self.started or 0.0) >= settings.longest:
                self.state, self.cut = State.ENDED, True
        return self.state
