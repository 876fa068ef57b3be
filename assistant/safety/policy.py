"""The one policy for what is risky: what the household demands before a device is changed or an intent is performed."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Annotated, Literal

from assistant.devices.kinds import DeviceKind
from assistant.errors import BadSlot, SkillError
from assistant.house import Device
from assistant.messages import Intent, Risk
from assistant.phrases.commanding import why_no_command
from assistant.settings.schema import Matching, Range

RiskName = Literal["none", "confirm", "pin", "forbidden"]
Hour = Annotated[str, Matching(r"([01]\d|2[0-3]):[0-5]\d", 'a time in quotes, such as "22:30"')]
Word = Annotated[str, Matching(r"[a-z][a-z0-9_ ]{0,59}", "a word such as target")]
IntentName = Annotated[str, Matching(r"[a-z][a-z0-9_]*\.[A-Za-z_]\w*", "an intent such as timer.cancel")]

SCHEDULE = "schedule"
"""The source of what was planned."""

READ_WORD_FOR_WORD = frozenset({"phrases", SCHEDULE})
"""Sources of intents that are no model's guess; whatever has another source is treated as one."""

ALWAYS_BY_NAME = frozenset({"lock", "door"})
"""Classes that "all" never includes, whatever risk the household gives them."""


GENTLE = frozenset({"brightness", "colour", "colour_temperature"})
"""What may change as often as one likes."""

HARMLESS: Mapping[str, Mapping[str, object]] = {
    "lock": {"locked": True},
    "door": {"moving": "stopped"},
    "oven": {"on": False},
    "alarm": {"on": True},
}
"""Class → what can only make the house safer."""


@dataclass(frozen=True, slots=True)
class Classes:
    """The risk of what could do harm."""

    lock: RiskName = "confirm"
    door: RiskName = "confirm"
    oven: RiskName = "confirm"
    alarm: RiskName = "pin"


@dataclass(frozen=True, slots=True)
class Night:
    """When it is night."""

    start: Hour
    end: Hour

    def has(self, now: time) -> bool:
        """Whether it is night at this local time. A night that ends when it starts has no end."""
        start, end = time.fromisoformat(self.start), time.fromisoformat(self.end)
        return start <= now < end if start < end else now >= start or now < end


@dataclass(frozen=True, slots=True)
class Raised:
    """When something risky needs a PIN instead of a yes."""

    night: Night | None = Night("23:00", "06:00")
    below: Annotated[float, Range(0, 1)] = 0.7
    guesses: bool = True


@dataclass(frozen=True, slots=True)
class Pace:
    """How often one device may be changed."""

    changes: Annotated[int, Range(1, 1000)] = 6
    seconds: Annotated[float, Range(1, 3600, "seconds")] = 10.0


@dataclass(frozen=True, slots=True)
class Limit:
    """From where to where a number may be set."""

    of: Annotated[str, Matching(r"[^\x00-\x1f]{1,60}", "a kind of device or the name of one")]
    setting: Word
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rules:
    """The section `policy` of the configuration."""

    classes: Classes = Classes()
    kinds: Mapping[DeviceKind, RiskName] = field(default_factory=dict)
    intents: Mapping[IntentName, RiskName] = field(default_factory=dict)
    raised: Raised = Raised()
    pace: Pace = Pace()
    limits: tuple[Limit, ...] = (Limit("climate", "target", 5.0, 30.0),)


USUAL = Rules()


@dataclass(frozen=True, slots=True)
class Demand:
    """What must happen first, and why it is more than usual, if it is."""

    risk: Risk
    because: str | None = None
    """Words to begin a sentence: "At this hour"."""
    without_pin: str = "For that I need a PIN, and none is set. Set one with the command: assistant pin set."
    """What to say where there is no PIN."""


UNHEARD = Demand(
    Risk.PIN, "Because I did not hear you well", "I did not hear you well enough to do that. Please say it again."
)
GUESSED = Demand(
    Risk.PIN, "Because I had to guess what you meant", "I had to guess what you meant, and do not do that on a guess."
)
AT_NIGHT = Demand(
    Risk.PIN, "At this hour", "At this hour I need a PIN for that, and none is set. Set one with: assistant pin set."
)


class Policy:
    """Applies the rules. It remembers how often each device was changed, and nothing else."""

    def __init__(self, rules: Rules = USUAL) -> None:
        self._rules = rules
        self._changed: dict[str, deque[float]] = {}

    def usual(self, device: Device) -> Risk:
        """What a device demands before it may be changed, other than harmlessly, when nothing speaks against it."""
        if device.members:
            return max([device.risk or Risk.NONE, *map(self.usual, device.members)])
        if device.risk is not None:
            return device.risk
        kinds: Mapping[str, RiskName] = {str(kind): risk for kind, risk in self._rules.kinds.items()}
        of_class: RiskName | None = getattr(self._rules.classes, device.risk_class) if device.risk_class else None
        name = of_class or kinds.get(device.kind, "none")
        return Risk[name.upper()]

    def of_device(
        self, device: Device, changes: Mapping[str, object], intent: Intent, now: time, floor: Risk = Risk.NONE
    ) -> Demand:
        """What these changes demand, at least `floor`, when this intent asks for them at this local time."""
        if harmless(device, changes):
            return Demand(Risk.NONE)
        return self._raised(max(floor, self.usual(device)), intent, now)

    def of_intent(self, own: Risk, intent: Intent, now: time) -> Demand:
        """What an intent demands, whatever it changes; its skill says `own`."""
        named = self._rules.intents.get(intent.name)
        return self._raised(own if named is None else Risk[named.upper()], intent, now)

    def check_command(self, intent: Intent) -> None:
        """Raise BadSlot, to be spoken, for what a model took for a command although it asks, forbids or tells."""
        if intent.source not in READ_WORD_FOR_WORD and (why := why_no_command(intent.text)) is not None:
            raise BadSlot(why)

    def check_limits(self, device: Device, changes: Mapping[str, object]) -> None:
        """Raise BadSlot, to be spoken, for a number beyond the household's limits."""
        limits = self._rules.limits
        for name, value in changes.items():
            found = [
                each for of in (device.name, device.kind) for each in limits if (each.of, each.setting) == (of, name)
            ]
            if found and isinstance(value, int | float) and not found[0].low <= value <= found[0].high:
                raise BadSlot(
                    f"I may set the {name.replace('_', ' ')} of the {device.name} "
                    f"from {found[0].low:g} to {found[0].high:g} only."
                )

    def check_pace(self, device: Device, now: float) -> None:
        """Raise SkillError, to be spoken, for what was changed too often. `now` is in steady seconds."""
        pace = self._rules.pace
        times = self._changed.setdefault(device.id, deque())
        while times and times[0] <= now - pace.seconds:
            times.popleft()
        if len(times) >= pace.changes:
            raise SkillError(f"The {device.name} was changed too often just now, so I leave it alone for a moment.")

    def note_change(self, device: Device, now: float) -> None:
        """Count a change that wears something out. `now` is in steady seconds."""
        self._changed.setdefault(device.id, deque()).append(now)

    def _raised(self, usual: Risk, intent: Intent, now: time) -> Demand:
        raised = self._rules.raised
        if usual is not Risk.CONFIRM:
            return Demand(usual)
        if intent.confidence < raised.below:
            return UNHEARD
        if raised.guesses and intent.source not in READ_WORD_FOR_WORD:
            return GUESSED
        if raised.night is not None and raised.night.has(now):
            return AT_NIGHT
        return Demand(usual)


def harmless(device: Device, changes: Mapping[str, object]) -> bool:
    """Whether it can only make the house safer: locking, stopping, an oven off, an alarm on."""
    safe = HARMLESS.get(device.risk_class or "", {})
    return bool(changes) and all(name in safe and safe[name] == value for name, value in changes.items())


def wears(device: Device, changes: Mapping[str, object]) -> bool:
    """Whether something moves or switches: whatever is not so already, other than how a light shines."""
    return any(name not in GENTLE and device.state.get(name) != value for name, value in changes.items())


def must_be_named(device: Device, usual: Risk) -> bool:
    """Whether "all" leaves it out."""
    return usual is not Risk.NONE or device.risk_class in ALWAYS_BY_NAME
