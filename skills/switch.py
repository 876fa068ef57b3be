"""Switch: "turn on the coffee machine", "turn off the fan in the bedroom", "is the heater on?"."""

from collections.abc import Sequence
from typing import Annotated

from assistant.skill import Area, Context, Device, OfKind, OneOf, Skill, SkillError, change, is_, select, the, told

skill = Skill("switch")

KINDS = ("switch", "socket", "fan")
Switchable = Annotated[Device, OfKind(*KINDS)]
Kind = Annotated[
    str,
    OneOf(
        spoken={
            "(fan|fans|ventilator|ventilators)": "fan",
            "[smart] (socket|sockets|plug|plugs|outlet|outlets)": "socket",
            "(switch|switches)": "switch",
        }
    ),
]

MANY = 5
"""More devices than this are counted, not named."""

ONE = "[the|my|our] {device}"
ONE_IN = "[the|my|our] {device} in [the|my|our] {area}"
ALL = "[the|my|our|all|all the|all my|all of the]"
SOME = f"({ALL} {{kind}} (in|of) [the|my|our] {{area}}|{ALL} {{area}} {{kind}})"
HERE = "ALL {kind} … in [the|my|our] {area}".replace("ALL", ALL)
"""With the verb's other half in the middle: "turn the fan off in the bedroom"."""

EVERY = "(all|all the|all my|all of the|every|the) {kind}"


def said(*patterns: str) -> tuple[str, ...]:
    """Each pattern with one device, those of a kind in an area and all of a kind in the place of "…"."""
    return tuple(pattern.replace("…", f"({which})") for pattern in patterns for which in (ONE, SOME, EVERY))


@skill.intent(
    *said("(turn|switch|put|power) on …", "(turn|switch|put|power) … [back] on"),
    f"({ONE} on|(activate|enable|power up) {ONE}|(I want|I need|I would like) {ONE} [to be] [turned|switched] on)",
    f"(start|start up|run|fire up) {ONE}",
    f"(turn|switch|put) {HERE.replace('…', '[back] on')}",
    weight=5,
    later=True,
    ended_by="off",
    written=(
        *said("(leave|keep) … [turned|switched] (on|running)"),
        f"((turn|switch|put) on {ONE_IN}|(turn|switch|put) {ONE_IN} on)",
    ),
)
async def on(ctx: Context, device: Switchable | None = None, kind: Kind | None = None, area: Area | None = None) -> str:
    """Turn a device on."""
    devices, together = _chosen(ctx, device, kind, area)
    return await change(devices, {"on": True}, "on", together)


@skill.intent(
    *said("(turn|switch|put|shut|power) off …", "(turn|switch|put|shut|power) … off"),
    f"({ONE} off|(deactivate|disable|shut down|power down) {ONE}|(I want|I would like) {ONE} [turned|switched] off)",
    f"stop {ONE}",
    f"(turn|switch|put|shut) {HERE.replace('…', 'off')}",
    weight=5,
    later=True,
    written=(f"((turn|switch|put) off {ONE_IN}|(turn|switch|put) {ONE_IN} off)",),
)
async def off(
    ctx: Context, device: Switchable | None = None, kind: Kind | None = None, area: Area | None = None
) -> str:
    """Turn a device off."""
    devices, together = _chosen(ctx, device, kind, area)
    return await change(devices, {"on": False}, "off", together)


@skill.intent(
    "(turn|switch|shut|power) off (everything|all devices|all the devices) [(in|of) [the|my|our] {area}]",
    "(turn|switch|shut|power) (everything|it all|all devices|all the devices) off [(in|of) [the|my|our] {area}]",
    "everything off [(in|of) [the|my|our] {area}]",
    weight=2,
    later=True,
    written=(
        "(turn|switch|shut|power) (off|down) (all|all of it|every device|all of the devices|the lot) "
        "[(in|of) [the|my|our] {area}]",
        "(kill|cut) (everything|the power [to everything]) [(in|of) [the|my|our] {area}]",
        "(turn|switch|shut|power) (off|down) [the] [whole|entire] {area}",
    ),
)
async def everything_off(ctx: Context, area: Area | None = None) -> str:
    """Turn off every light and every other device that can be on, in a room or, after a question, in the house."""
    devices = select(ctx.house.devices, [*KINDS, "light"], area)
    where = f"in the {area.name}" if area else "in the house"
    if not devices:
        raise SkillError(f"There is nothing {where} that I could turn off.")
    running = [device for device in devices if device.state.get("on") is not False]
    if not running:
        return f"Everything {where} was already off."
    together = _named(running)
    if area is None and not await ctx.confirm(f"Turn off {together}?"):
        return "All right, I left everything as it is."
    return await change(running, {"on": False}, "off", together)


@skill.intent(*said("(toggle|flip) …"), weight=0.5, later=True)
async def toggle(
    ctx: Context, device: Switchable | None = None, kind: Kind | None = None, area: Area | None = None
) -> str:
    """Turn a device on if it is off, and off if it is on."""
    devices, together = _chosen(ctx, device, kind, area)
    on = not any(device.state.get("on") for device in devices)
    return await change(devices, {"on": on}, "on" if on else "off", together)


@skill.question(
    "is [the] {device} on",
    f"is {ONE} [still|turned|switched] (on|off|running)",
    f"(did I leave|have I left) {ONE} (on|running)",
    f"((did I turn|have I turned|did you turn) (off|on) {ONE}|what's the (state|status) of {ONE}"
    f"|(check|tell me|do you know) (if|whether) {ONE} is (on|off|running))",
    weight=2,
)
async def state(device: Switchable) -> str:
    """Tell whether a device is on."""
    on = device.state.get("on")
    if on is None:
        return f"I do not know whether {the(device)} is on."
    return told(device, "on", f"{the(device)} {is_(device)} {'on' if on else 'off'}")


def _named(devices: Sequence[Device]) -> str:
    names = [the(device) for device in devices]
    if len(names) > MANY:
        return f"{len(names)} devices"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _chosen(ctx: Context, device: Device | None, kind: str | None, area: Area | None) -> tuple[list[Device], str]:
    """The devices that are meant, and what to call them together. Raises SkillError where there are none."""
    if device is not None:
        return [device], the(device)
    plural = {"fan": "fans", "socket": "sockets", "switch": "switches"}[kind or "switch"]
    devices = select(ctx.house.devices, [kind or "switch"], area)
    if not devices:
        raise SkillError(f"There are no {plural}{f' in the {area.name}' if area else ''}.")
    return devices, f"the {area.name} {plural}" if area else f"all {plural}"
