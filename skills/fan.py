"""Fan: "set the ceiling fan to fifty percent", "make the fan in the bedroom faster". On and off: see switch.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from assistant.skill import (
    Area,
    Context,
    Device,
    OfKind,
    OneOf,
    Percent,
    Skill,
    SkillError,
    change,
    is_,
    select,
    the,
    told,
)


@dataclass(frozen=True)
class Settings:
    """What a household may choose."""

    step: int = 25
    """Percent by which "faster" and "slower" change a fan."""


skill = Skill("fan", settings=Settings)

Fan = Annotated[Device, OfKind("fan", having={"speed"})]
Setting = Annotated[
    str,
    OneOf(
        spoken={
            "(low|lowest|minimum|slow)": "low",
            "(medium|middle)": "medium",
            "(high|highest|fast)": "high",
        }
    ),
]
SPEEDS = {"low": 25, "medium": 50, "high": 100}
"""Percent."""

WHICH = "([the|my] {device}|[the] fan [in [the|my] {area}])"
LITTLE = "[a bit|a little|slightly|by {step}]"


@skill.intent(
    f"(set|turn|put|change|run|adjust) {WHICH} [speed] (to|on|at) [the] ({{level}}|{{setting}}) [speed|setting]",
    "(set|change|adjust) [the] (fan speed|speed of (the {device}|the fan [in the {area}])) to ({level}|{setting})",
    f"(run|put|turn) {WHICH} {{setting}}",
    weight=1.5,
    later=True,
)
async def speed(
    ctx: Context,
    level: Percent | None = None,
    setting: Setting = "high",
    device: Fan | None = None,
    area: Area | None = None,
) -> str:
    """Set how fast a fan turns."""
    fans, together = _chosen(ctx, device, area)
    wanted = SPEEDS[setting] if level is None else level
    if wanted == 0:
        return await change(fans, {"on": False}, "off", together)
    return await change(fans, {"on": True, "speed": wanted}, f"at {wanted} percent", together)


@skill.intent(
    f"(speed up|turn up) {WHICH} {LITTLE}",
    f"(turn|speed) {WHICH} up {LITTLE}",
    f"make {WHICH} [go|run|spin|blow|turn] [a bit|a little|much] (faster|stronger|harder)",
    "((increase|raise) the speed of [the] {device}|(increase|raise) the fan speed|more (wind|air))",
    after=("[a bit|a little|much] (faster|stronger) [please]",),
)
async def faster(ctx: Context, step: Percent | None = None, device: Fan | None = None, area: Area | None = None) -> str:
    """Make a fan faster."""
    return await _move(ctx, step or ctx.settings.step, device, area)


@skill.intent(
    f"(slow down|turn down) {WHICH} {LITTLE}",
    f"(turn|slow) {WHICH} down {LITTLE}",
    f"make {WHICH} [go|run|spin|blow|turn] [a bit|a little|much] (slower|weaker|quieter)",
    "((decrease|reduce|lower) the speed of [the] {device}|(decrease|reduce|lower) the fan speed|less (wind|air))",
    after=("[a bit|a little|much] (slower|weaker) [please]",),
)
async def slower(ctx: Context, step: Percent | None = None, device: Fan | None = None, area: Area | None = None) -> str:
    """Make a fan slower."""
    return await _move(ctx, -(step or ctx.settings.step), device, area)


@skill.question(
    f"(how fast|at (what|which) speed) (is|does) {WHICH} [running|spinning|going|turning|run|spin|turn]",
    f"(what|which) (speed|setting) is {WHICH} [on|at|set to|running at]",
    "(what's|tell me) the (fan speed|speed of (the {device}|the fan [in the {area}]))",
)
async def how_fast(ctx: Context, device: Fan | None = None, area: Area | None = None) -> str:
    """Tell how fast a fan turns."""
    return " ".join(_told(fan) for fan in _chosen(ctx, device, area)[0])


def _told(fan: Device) -> str:
    if fan.state.get("on") is False:
        return told(fan, "on", f"{the(fan)} {is_(fan)} off")
    if "speed" not in fan.state:
        return f"I do not know how fast {the(fan)} is."
    return told(fan, "speed", f"{the(fan)} {is_(fan)} at {fan.state['speed']} percent")


def _chosen(ctx: Context, device: Device | None, area: Area | None) -> tuple[Sequence[Device], str]:
    """Those that are meant, and what to call them together. Raises SkillError where there are none."""
    if device is not None:
        return [device], the(device)
    fans = [fan for fan in select(ctx.house.devices, ["fan"], area) if "speed" in fan.traits]
    if not fans:
        raise SkillError(f"I have no fan{f' in the {area.name}' if area else ''} whose speed can be set.")
    return fans, f"the {area.name} fans" if area else "all fans"


async def _move(ctx: Context, by: int, device: Device | None, area: Area | None) -> str:
    """A fan that is off counts as 0 percent; slowing down never turns one on."""
    fans, together = _chosen(ctx, device, area)
    running = [fan for fan in fans if by > 0 or fan.state.get("on") is not False]
    if not running:
        raise SkillError(f"{together[:1].upper()}{together[1:]} {'is' if len(fans) == 1 else 'are'} off.")

    def changes(fan: Device) -> Mapping[str, object]:
        before = fan.state.get("speed", 50) if fan.state.get("on") is not False else 0
        return {"on": True, "speed": max(1, min(100, (before if isinstance(before, int) else 50) + by))}

    return await change(running, changes, "faster" if by > 0 else "slower", together)
