"""Light: "turn on the kitchen light", "dim the lights in the bedroom", "is the desk lamp on?"."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from assistant.skill import (
    Area,
    Asked,
    Context,
    Device,
    Light,
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
    """Percent by which "brighter" and "dim" change a light."""


skill = Skill("light", settings=Settings)

ALL = "[the|my|our|all|all the|all my|all of the]"
ONE = "[the|my|our] {light}"
ONE_IN = "[the|my|our] {light} in [the|my|our] {area}"
SOME = (
    f"(({ALL} (lights|lamps)|the light|[the] lighting) (in|of) [the|my|our] {{area}}"
    f"|{ALL} {{area}} (lights|lamps|lighting))"
)
EVERY = f"({ALL} (lights|lamps)|the light|every light|[the] lighting) [in here|in the house|everywhere]"
HERE = "ALL (lights|lamps|light) … in [the|my|our] {area}".replace("ALL", ALL)
"""With the verb's other half in the middle: "turn the lights off in the bathroom"."""

HOUSE = (
    f"({ALL} (lights|lamps|lighting|light) (of|in|at|around|throughout) "
    "([the|my|our] [whole] (house|home|apartment|flat|place)|[this|the|my] room|here)"
    f"|{ALL} (interior|indoor|inside|house|room) (lights|lamps|lighting|light)"
    "|all [of] [the] lighting|all [of] (my|our|these) (lights|lamps))"
)
"""All lights, in rarer words."""

COLOUR = "(colour|color|colours|colors)"
LITTLE = "[a bit|a little|a little bit|some|slightly]"

Colour = Annotated[
    str,
    OneOf(
        *("red", "green", "blue", "yellow", "orange", "purple", "pink", "white"),
        *("violet", "cyan", "turquoise", "magenta", "teal", "lime", "gold", "lavender"),
        spoken={
            "(warm|soft) white": "warm white",
            "(cool|cold) white": "cool white",
            "(daylight|day light)": "daylight",
        },
    ),
]
Setting = Annotated[
    str,
    OneOf(
        spoken={
            "(all the way up|to [the] (max|brightest) [brightness|setting])": "maximum",
            "(halfway|half way) [up|down]": "half",
            "(all the way down|to [the] (minimum|min|lowest|dimmest) [brightness|setting])": "minimum",
        }
    ),
]
LEVELS = {"maximum": 100, "half": 50, "minimum": 1}
"""Percent. The minimum is not off."""

Tone = Annotated[str, OneOf("warmer", spoken={"(cooler|colder)": "cooler"})]
NEUTRAL, KELVIN, WARMEST, COOLEST = 4000, 700, 2200, 6500
"""Kelvins: of a light that never said how it is, of one step, and the range that lamps commonly have."""

MANY = 5
"""More lights than this are counted, not named."""


def said(*patterns: str) -> tuple[str, ...]:
    """Each pattern with one light, the lights of an area and all lights in the place of "…"."""
    return tuple(pattern.replace("…", f"({which})") for pattern in patterns for which in (ONE, SOME, EVERY))


@skill.intent(
    *said(
        "(turn|switch|put) on …",
        "(turn|switch|put) … [back] on",
        "[I want|I need|I would like] … [back] on",
        "(activate|enable|power on|power up) …",
    ),
    f"(turn|switch|put) {HERE.replace('…', '[back] on')}",
    "(let there be light|lights please|hit the lights|I need [some] [more] (light|lights)|it is [too] dark [in] here)",
    weight=10,
    later=True,
    ended_by="off",
    written=(
        *said("(leave|keep) … [turned|switched] on"),
        f"((turn|switch|put) on {ONE_IN}|(turn|switch|put) {ONE_IN} on)",
        f"((turn|switch|put) on|activate|light) {HOUSE}",
        f"(turn|switch|put) {HOUSE} on",
        *said("have … [turned|switched] on", "(could|can) … be (turned|switched) on", "let … be on"),
        "(give me|I want|I need|can I have|let us have|make) some [more] (light|lights|lighting) [in here|please]",
        "illuminate [the|my] {area}",
        "(it is|it's) (so|very|pretty|quite|really) dark [in] here",
    ),
)
async def on(ctx: Context, light: Light | None = None, area: Area | None = None) -> str:
    """Turn lights on."""
    lights, together = _chosen(ctx, light, area)
    return await change(lights, {"on": True}, "on", together)


@skill.intent(
    *said(
        "(turn|switch|put|shut) off …",
        "(turn|switch|put|shut) … [to] (off|out)",
        "[I want|I need|I would like] … [to] (off|out)",
        "((turn|put|switch) out|kill|deactivate|disable|power off|power down|shut down|extinguish) …",
    ),
    f"(turn|switch|put|shut) {HERE.replace('…', '(off|out)')}",
    weight=10,
    later=True,
    written=(
        f"((turn|switch|shut|put) (off|out)|kill|cut|extinguish) {HOUSE}",
        f"((turn|switch|put) off {ONE_IN}|(turn|switch|put) {ONE_IN} off)",
        f"(turn|switch|shut|put) {HOUSE} (off|out)",
        *said("have … [turned|switched] off", "(could|can) … be (turned|switched) off", "(cut|douse) …"),
        "lights out [everywhere|please]",
    ),
)
async def off(ctx: Context, light: Light | None = None, area: Area | None = None) -> str:
    """Turn lights off."""
    lights, together = _chosen(ctx, light, area)
    return await change(lights, {"on": False}, "off", together)


@skill.intent(*said("(toggle|flip) …"), weight=0.5, later=True)
async def toggle(ctx: Context, light: Light | None = None, area: Area | None = None) -> str:
    """Turn lights on if they are off, and off if one of them is on."""
    lights, together = _chosen(ctx, light, area)
    on = not any(light.state.get("on") for light in lights)
    return await change(lights, {"on": on}, "on" if on else "off", together)


@skill.intent(
    *said(
        "set … to {level}",
        "(change|adjust|turn|put|dim|brighten|lower|raise|reduce|increase|turn up|turn down) … to {level}",
        "(set|change|adjust|turn) the brightness of … to {level}",
        "[set|turn|bring|make|dim|put] … [brightness] [up|down] [to|at] [level] {level} [brightness]",
        "(set|turn|change|put|dim|bring) … {setting}",
    ),
    weight=5,
    later=True,
)
async def brightness(
    ctx: Context,
    level: Percent | None = None,
    setting: Setting = "maximum",
    light: Light | None = None,
    area: Area | None = None,
) -> str:
    """Set how bright lights are."""
    lights, together = _chosen(ctx, light, area, "brightness")
    wanted = LEVELS[setting] if level is None else level
    if wanted == 0:
        return await change(lights, {"on": False}, "off", together)
    return await change(lights, {"on": True, "brightness": wanted}, f"at {wanted} percent", together)


@skill.intent(
    "make [the] {light} brighter",
    *said(
        f"turn up … {LITTLE}",
        f"(brighten|brighten up|raise|increase|lighten|(increase|raise|turn up) the brightness of) … {LITTLE}",
        f"[turn|bring] … up {LITTLE}",
        "make … [a bit|a little|a little bit|much] brighter",
        "(brighten|turn up|raise|increase) … by {step}",
    ),
    f"turn {HERE.replace('…', 'up')}",
    "(brighten|lighten|light) up [the|my] {area}",
    "make [the|my] {area} [a bit|a little|a little bit|much] brighter",
    "(make it [a bit|a little|a little bit|much] brighter [in here]|(increase|raise|turn up) the brightness)",
    written=(
        f"(brighten|turn up|raise|increase|bright|lift) {HOUSE} {LITTLE}",
        *said(f"bright … [up] {LITTLE}", "(increase|raise) the (intensity|light level|level) of …"),
        "make (this|the|my) room [a bit|a little|much] (brighter|lighter)",
        "(give me|I want|I need) (more|brighter|bright) (light|lights|lighting) in [the|my] {area}",
        "it is [a bit|a little|too|rather] (dim|gloomy) in here",
    ),
    after=("[make (it|them)] [a bit|a little|a little bit|much|even] brighter [still]", "(turn|bring) (it|them) up"),
    weight=3,
)
async def brighten(
    ctx: Context, step: Percent | None = None, light: Light | None = None, area: Area | None = None
) -> str:
    """Make lights brighter."""
    by = step or ctx.settings.step
    return await _step(ctx, light, area, by, "brighter")


@skill.intent(
    *said(
        f"dim … {LITTLE}",
        f"turn down … {LITTLE}",
        f"(lower|darken|reduce|decrease|soften|(decrease|lower|reduce|turn down) the brightness of) … {LITTLE}",
        f"[turn|bring|dim] … down {LITTLE}",
        "make … [a bit|a little|a little bit|much] (dimmer|darker|less bright)",
        "(dim|turn down|lower|reduce|decrease) … by {step}",
    ),
    f"turn {HERE.replace('…', 'down')}",
    "(dim|darken) [the|my] {area}",
    "make [the|my] {area} [a bit|a little|a little bit|much] (dimmer|darker|less bright)",
    "(make it [a bit|a little|much] (dimmer|darker|less bright) [in here]|(it|this) is too bright [in here]"
    "|(decrease|lower|reduce|turn down) the brightness|less light)",
    written=(
        f"(dim|turn down|lower|reduce|decrease|darken|soften) {HOUSE} {LITTLE}",
        *said("(decrease|lower|reduce) the (intensity|light level|level) of …"),
        "make (this|the|my|a) room [a bit|a little|much] (dimmer|darker)",
        "(give me|I want|I need) (less|low|dim|softer|dimmer|lower) (light|lights|lighting) [in [the|my] {area}]",
        "the lights are too bright [in here]",
    ),
    after=(
        "[make (it|them)] [a bit|a little|a little bit|much|even] (dimmer|darker|less bright) [still]",
        "(turn|bring) (it|them) down",
    ),
    weight=3,
)
async def dim(ctx: Context, step: Percent | None = None, light: Light | None = None, area: Area | None = None) -> str:
    """Make lights dimmer."""
    by = step or ctx.settings.step
    return await _step(ctx, light, area, -by, "dimmer")


@skill.intent(
    *said(
        "[set|change|switch|turn|make|colour|color] … [to] {colour}",
        f"(set|change|turn) … {COLOUR} to {{colour}}",
        f"(set|change|turn) the {COLOUR} of … [to] {{colour}}",
    ),
    f"(set|change|turn) [the] [light] {COLOUR} to {{colour}}",
    "(make|turn|set) [the|my] {area} [to] {colour}",
    weight=2,
    written=(
        *said(
            f"(change|switch|alter|adjust|pick|choose) the {COLOUR} of …",
            f"(change|switch|alter) … {COLOUR}",
            "(change|switch|turn|make) … (to|into|a) [a|another] (different|another|new|other) (colour|color)",
            "(can|could) … be [changed|turned|made|set] [to] {colour}",
            "(use|show|give me) {colour} (for|on|in) …",
        ),
        f"(change|activate|choose|pick|use|set|select) [the|a] [different|new|another|other] (light|lighting) {COLOUR}",
        f"(set|make|turn|change) [the] {COLOUR} [to] {{colour}} (for|on|in|of) ({HOUSE}|{EVERY})",
        f"(set|make|turn|change|colour|color) {HOUSE} [to|into] {{colour}}",
        f"(change|set) [the] {COLOUR} of {HOUSE} [to {{colour}}]",
    ),
)
async def colour(
    ctx: Context,
    colour: Annotated[Colour, Asked("Which colour?")],
    light: Light | None = None,
    area: Area | None = None,
) -> str:
    """Change the colour of lights."""
    lights, together = _chosen(ctx, light, area, "colour")
    return await change(lights, {"on": True, "colour": colour}, colour, together)


@skill.intent(
    *said("make … [a bit|a little|a little bit|much] {tone}"),
    "make [the|my] (light|lighting) [a bit|a little] {tone}",
    *said("(give|set|switch|turn) … [to] [a] {tone} (light|tone|colour|color)"),
    weight=1,
)
async def tone(ctx: Context, tone: Tone, light: Light | None = None, area: Area | None = None) -> str:
    """Make the white of lights warmer or cooler."""
    lights, together = _chosen(ctx, light, area, "colour_temperature", "colour")

    def wanted(light: Device) -> dict[str, object]:
        if "colour_temperature" not in light.capabilities:
            return {"on": True, "colour": "warm white" if tone == "warmer" else "cool white"}
        before = light.state.get("colour_temperature")
        kelvin = (before if isinstance(before, int) else NEUTRAL) + (-KELVIN if tone == "warmer" else KELVIN)
        return {"on": True, "colour_temperature": max(WARMEST, min(COOLEST, kelvin))}

    return await change(lights, wanted, tone, together)


@skill.question(
    "is [the] {light} on",
    f"is {ONE} [still|turned|switched] (on|off)",
    f"(did I leave|have I left) {ONE} on",
    f"((did I turn|have I turned|did you turn) (off|on) {ONE}|what's the (state|status) of {ONE}"
    f"|(check|tell me|do you know) (if|whether) {ONE} is (on|off))",
    f"(how bright is {ONE}|what's the brightness of {ONE}|what {COLOUR} is {ONE})",
    weight=2,
)
async def state(light: Light) -> str:
    """Tell whether a light is on, and how."""
    how = light.state
    if how.get("on") is None:
        return f"I do not know whether {the(light)} is on."
    if not how["on"]:
        return told(light, "on", f"{the(light)} {is_(light)} off")
    level = how.get("brightness", 100)
    details = ["on"] + [f"at {level} percent"] * (level != 100) + [str(how.get("colour"))] * ("colour" in how)
    return told(light, "on", f"{the(light)} {is_(light)} {', '.join(details)}")


@skill.question(
    "which lights are {state}",
    "(what|which) lights are [still|turned|switched] {state}",
    "(what|which) lights are [still|turned|switched] {state} in [the|my] {area}",
    "(what|which) lights in [the|my] {area} are [still|turned|switched] {state}",
    "are [the|any|my|all the|all|all of the] lights [still|turned|switched] {state}",
    "are [the|any|my|all the] lights [still|turned|switched] {state} in [the|my] {area}",
    "are [the|any|my|all the] (lights in [the|my] {area}|{area} lights) [still|turned|switched] {state}",
    "(is|are) (there a light|there any lights|any light|the light|a light) [still] {state} [in [the|my] {area}]",
    "(did I leave|have I left) (the|any|a) (light|lights) {state}",
    "how many lights are [still] {state}",
    weight=2,
)
async def which(ctx: Context, state: Literal["on", "off"], area: Area | None = None) -> str:
    """Tell which lights are on or off."""
    lights = _lights(ctx, area)
    found = [the(light) for light in lights if light.state.get("on") is (state == "on")]
    if not found:
        return f"No light is {state}{_in(area)}."
    if len(found) == len(lights) > 1:
        return f"All lights are {state}{_in(area)}."
    if len(found) > MANY:
        return f"{_capital(ctx.spoken(len(found)))} lights are {state}{_in(area)}."
    return f"{_capital(ctx.spoken(found))} {'is' if len(found) == 1 else 'are'} {state}."


def _chosen(ctx: Context, light: Device | None, area: Area | None, *abilities: str) -> tuple[Sequence[Device], str]:
    """The lights that are meant, and what to call them together. Raises SkillError where none has such an ability."""
    if light is not None:
        return [light], the(light)
    lights = _lights(ctx, area)
    able = [light for light in lights if not abilities or set(abilities) & set(light.capabilities)]
    if not able:
        raise SkillError(f"I cannot change the {abilities[-1]} of the lights{_in(area)}.")
    return able, f"the {area.name} lights" if area else "all lights"


def _lights(ctx: Context, area: Area | None) -> Sequence[Device]:
    """Raises SkillError where there are none."""
    lights = select(ctx.house.devices, ["light"], area)
    if not lights:
        raise SkillError(f"There are no lights{_in(area)}.")
    return lights


def _in(area: Area | None) -> str:
    return f" in the {area.name}" if area else ""


async def _step(ctx: Context, light: Device | None, area: Area | None, by: int, result: str) -> str:
    """A light that is off counts as 0 percent; dimming never turns one off."""
    lights, together = _chosen(ctx, light, area, "brightness")

    def wanted(light: Device) -> dict[str, object]:
        return {"on": True, "brightness": max(1, min(100, _brightness(light) + by))}

    if by < 0 and not any(light.state.get("on") for light in lights):
        raise SkillError(f"{_capital(together)} {'is' if len(lights) == 1 else 'are'} off.")
    return await change([light for light in lights if by > 0 or light.state.get("on")], wanted, result, together)


def _brightness(light: Device) -> int:
    level = light.state.get("brightness", 100)
    return level if light.state.get("on") and isinstance(level, int) else 0


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
