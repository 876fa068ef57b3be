"""Climate: "set the heating to 21 degrees", "make it warmer in the bedroom", "what is the thermostat set to?"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from assistant.skill import Area, Between, Context, Device, OfKind, OneOf, Skill, SkillError, change, select, the, told


@dataclass(frozen=True)
class Settings:
    """What a household may choose."""

    step: float = 1.0
    """Degrees by which "warmer" and "cooler" change the temperature."""


skill = Skill("climate", settings=Settings)

Climate = Annotated[Device, OfKind("climate")]
Degrees = Annotated[int, Between(0, 99)]
Step = Annotated[int, Between(1, 10)]
Half = Annotated[str, OneOf(spoken={"(and a half|point (five|5))": "half"})]
Mode = Annotated[
    str, OneOf("off", spoken={"(heat|heating)": "heat", "(cool|cooling)": "cool", "(auto|automatic)": "auto"})
]

HEAT = "(heating|heat|thermostat|temperature)"
WHICH = f"([the|my|our] {{device}}|[the] [{{area}}] {HEAT}|[the] {HEAT} in [the|my] {{area}})"
WHERE = "[in here|in [the|my] {area}]"
TARGET = "{degrees} [{half}] [degrees] [celsius|c]"
DEGREES = "{step} (degree|degrees)"
BY = f"by {DEGREES}"
LITTLE = "[a bit|a little|slightly]"

COMMON = ("heating", "heat", "thermostat")
"""Words that are also names that people give to the one they mean."""
USUAL = 20.0
"""Degrees from which one goes that has never said how it is set."""


@skill.intent(
    f"(set|change|turn|adjust|put|turn up|turn down|raise|lower) {WHICH} (to|at) {TARGET}",
    f"(make it|I want it [to be]|keep it [at]) {TARGET} {WHERE}",
    f"turn {WHICH} (up|down) to {TARGET}",
    f"(heat|warm|cool|heat up|cool down) [the|my] {{area}} to {TARGET}",
    f"[the] {HEAT} (to|at) {TARGET}",
    "(set|put|bring|get|keep|I want) [the|my] {area} (to|at) {degrees} [{half}] degrees [celsius|c]",
    weight=3,
    later=True,
)
async def set(
    ctx: Context, degrees: Degrees, half: Half | None = None, device: Climate | None = None, area: Area | None = None
) -> str:
    """Set how warm it shall be."""
    target = degrees + (0.5 if half else 0.0)
    devices, together = _chosen(ctx, device, area)

    def changes(device: Device) -> Mapping[str, object]:
        return {"target": target, **_awake(device)}

    return await change(devices, changes, f"set to {_degrees(ctx, target)}", together)


@skill.intent(
    f"(turn up|raise|increase) {WHICH} [{LITTLE}|{BY}]",
    f"turn {WHICH} up [{LITTLE}|{BY}]",
    f"(turn|put) [the] {HEAT} up {LITTLE} in [the|my] {{area}}",
    f"make [the|my] {{device}} {LITTLE} warmer",
    f"[make it|I want it] [a bit|a little|much] warmer {WHERE}",
    f"make [the|my] {{area}} {LITTLE} warmer",
    f"make (it|[the|my] {{area}}) {DEGREES} warmer",
    f"make (it|[the|my] {{area}}) warmer {BY}",
    f"(it is|I am|we are) [too|a bit|a little|so|very|getting] (cold|chilly|freezing) {WHERE}",
    f"((heat|warm) up [the|my] {{area}}|more (heat|heating) {WHERE})",
    weight=3,
    later=True,
)
async def warmer(
    ctx: Context, step: Step | None = None, device: Climate | None = None, area: Area | None = None
) -> str:
    """Make it warmer."""
    return await _move(ctx, step or ctx.settings.step, device, area)


@skill.intent(
    f"(turn down|lower|reduce|decrease) {WHICH} [{LITTLE}|{BY}]",
    f"turn {WHICH} down [{LITTLE}|{BY}]",
    f"(turn|put) [the] {HEAT} down {LITTLE} in [the|my] {{area}}",
    f"make [the|my] {{device}} {LITTLE} (cooler|colder)",
    f"[make it|I want it] [a bit|a little|much] (cooler|colder|less warm) {WHERE}",
    f"make [the|my] {{area}} {LITTLE} (cooler|colder)",
    f"make (it|[the|my] {{area}}) {DEGREES} (cooler|colder)",
    f"make (it|[the|my] {{area}}) (cooler|colder) {BY}",
    f"(it is|I am|we are) [too|a bit|a little|so|very|getting] (hot|warm|stuffy) {WHERE}",
    f"(cool down [the|my] {{area}}|less (heat|heating) {WHERE})",
    weight=3,
    later=True,
)
async def cooler(
    ctx: Context, step: Step | None = None, device: Climate | None = None, area: Area | None = None
) -> str:
    """Make it cooler."""
    return await _move(ctx, -(step or ctx.settings.step), device, area)


@skill.intent(
    f"(turn|switch|shut|put) {{power}} {WHICH}",
    f"(turn|switch|shut|put) {WHICH} {{power}}",
    f"(set|switch|change|put|turn) {WHICH} (to|on|into) {{mode}} [mode]",
    f"({{mode}} mode|(start|stop) {{mode}}) {WHERE}",
    weight=3,
    later=True,
)
async def mode(
    ctx: Context,
    mode: Mode | None = None,
    power: Literal["on", "off"] | None = None,
    device: Climate | None = None,
    area: Area | None = None,
) -> str:
    """Turn heating and cooling on or off, or to a mode."""
    devices, together = _chosen(ctx, device, area)
    if power == "on":
        return await change(devices, lambda each: {"mode": _running(each)}, "on", together)
    wanted = mode or "off"
    return await change(devices, {"mode": wanted}, "off" if wanted == "off" else f"set to {wanted}", together)


@skill.question(
    f"(what|what temperature|how (high|warm)) is {WHICH} set [to|at]",
    f"(what's|tell me) the (target|set) temperature [(of|for) {WHICH}|{WHERE}]",
    f"(how warm (will|should) it (get|be|become) {WHERE}|what did I set {WHICH} to)",
    f"is {WHICH} [turned|switched] (on|off|heating|cooling|running)",
    f"what mode is {WHICH} [in|set to]",
    weight=2,
)
async def target(ctx: Context, device: Climate | None = None, area: Area | None = None) -> str:
    """Tell how warm it shall be."""
    return " ".join(_set_to(ctx, each) for each in _chosen(ctx, device, area)[0])


def _set_to(ctx: Context, device: Device) -> str:
    state = device.state
    wanted, now, mode = state.get("target"), state.get("current"), state.get("mode")
    measured = f", and it is {_degrees(ctx, now)} now" if isinstance(now, int | float) else ""
    if mode == "off":
        return told(device, "mode", f"{the(device)} is off{measured}")
    if not isinstance(wanted, int | float):
        return f"I do not know what {the(device)} is set to."
    how = f" and in {mode} mode" if mode in ("cool", "auto") else ""
    return told(device, "target", f"{the(device)} is set to {_degrees(ctx, wanted)}{how}{measured}")


def _degrees(ctx: Context, value: float) -> str:
    return f"{ctx.spoken(float(value))} {'degree' if value == 1 else 'degrees'}"


def _chosen(ctx: Context, device: Device | None, area: Area | None) -> tuple[Sequence[Device], str]:
    """Those that are meant, and what to call them together. Raises SkillError where there are none."""
    if device is not None:
        return [device], the(device)
    devices = select(ctx.house.devices, ["climate"], area)
    if not devices:
        raise SkillError(f"I have no heating{f' in the {area.name}' if area else ''} to set.")
    called = [each for each in devices if any(name.casefold() in COMMON for name in (each.name, *each.aliases))]
    if area is None and called:
        return called, the(called[0])
    return devices, f"the {area.name} thermostats" if area else "all thermostats"


def _awake(device: Device) -> Mapping[str, object]:
    """What is asked to be warm shall not stay off."""
    return {"mode": _running(device)} if device.state.get("mode") == "off" else {}


def _running(device: Device) -> str:
    """The mode of one that is simply on: what both heats and cools decides by itself."""
    modes: tuple[str, ...] = getattr(device.traits.get("mode"), "words", ())
    preferred = ("auto", "heat", "cool") if "cool" in modes else ("heat", "auto")
    return next((mode for mode in preferred if mode in modes), "heat")


async def _move(ctx: Context, by: float, device: Device | None, area: Area | None) -> str:
    devices, together = _chosen(ctx, device, area)

    def wanted(device: Device) -> float:
        before, trait = device.state.get("target"), device.traits["target"]
        goal = (before if isinstance(before, int | float) else USUAL) + by
        return max(getattr(trait, "low", goal), min(getattr(trait, "high", goal), goal))

    goals = {wanted(each) for each in devices}
    result = f"set to {_degrees(ctx, goals.pop())}" if len(goals) == 1 else "warmer" if by > 0 else "cooler"
    return await change(devices, lambda each: {"target": wanted(each), **_awake(each)}, result, together)
