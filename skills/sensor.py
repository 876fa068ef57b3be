"""Sensors: "how warm is it in the bedroom?", "is there motion in the hall?", "which batteries are low?"."""

from collections.abc import Collection, Sequence
from typing import Annotated

from assistant.skill import Area, Context, Device, OfKind, OneOf, Skill, SkillError, select, the, told

skill = Skill("sensor")

Thermometer = Annotated[Device, OfKind("sensor", "climate", having={"temperature", "current"})]
Meter = Annotated[Device, OfKind("sensor")]
Plug = Annotated[Device, OfKind(having={"power"})]
Charged = Annotated[Device, OfKind(having={"battery"})]

Outside = Annotated[str, OneOf(spoken={"(outside|outdoors|out there)": "outside"})]
Measure = Annotated[
    str,
    OneOf(
        spoken={
            "[air|relative] humidity": "humidity",
            "(carbon dioxide|c o two|air quality) [level]": "carbon dioxide",
            "[air|barometric] pressure": "pressure",
            "(light level|illuminance|daylight)": "light",
            "(electricity|energy) [consumption|usage|used]": "energy",
            "(voltage|mains voltage)": "voltage",
        }
    ),
]
Quality = Annotated[
    str,
    OneOf(spoken={"(humid|damp|dry|moist)": "humidity", "(bright|dark)": "light", "(stuffy|stale)": "carbon dioxide"}),
]
Danger = Annotated[
    str,
    OneOf(
        spoken={
            "(smoke|fire) [alarm]": "smoke",
            "(water|leak|flood|water leak|leaks)": "water",
            "(gas|gas leak|carbon monoxide)": "gas",
        }
    ),
]

PLACE = "[in|on|at] [the|my|our] {area}"
HERE = f"[in here|right now|{PLACE}|{{outside}}]"

NAMES = {
    "carbon dioxide": ("carbon_dioxide", "carbon dioxide", "co2"),
    "gas": ("gas", "carbon_monoxide", "carbon monoxide"),
    "light": ("light", "illuminance"),
}
"""What is asked for → what sensors call it, where they do not agree."""
UNITS = {
    "°C": "degrees", "%": "percent", "W": "watts", "kW": "kilowatts", "kWh": "kilowatt hours", "Wh": "watt hours",
    "hPa": "hectopascals", "ppm": "parts per million", "lx": "lux", "V": "volts", "A": "amperes", "m": "metres",
}  # fmt: skip
OUTSIDE = ("outside", "outdoors", "garden", "patio", "balcony", "terrace", "yard", "porch")
"""Areas that are not in the house."""
LOW = 20
"""Percent of a battery's charge below which it wants a new one."""
MANY = 3
"""More places than this are told as a range."""


@skill.question(
    "how warm is it [in the {area}]",
    f"how (warm|hot|cold|cool) (is it|does it get) {HERE}",
    f"(what's|tell me|check|give me|read me) the [current|room|air] temperature {HERE}",
    "what's the temperature (of|at|on) [the] {device}",
    f"is it [too|very] (cold|warm|hot|chilly|cool) {HERE}",
    f"(what temperature is it|how many degrees (is it|are there)) {HERE}",
    "(what does [the|my] {device} (say|show|read)|how (warm|hot|cold) is [the|my] ({device}|{area}))",
    weight=3,
)
async def temperature(
    ctx: Context, device: Thermometer | None = None, area: Area | None = None, outside: Outside | None = None
) -> str:
    """Tell how warm it is."""
    return _reading(ctx, "temperature", ("temperature", "current"), device, area, outside=bool(outside))


@skill.question(
    f"(what's|tell me|check) the {{measure}} {HERE}",
    f"how (high|good|low|much) is the {{measure}} {HERE}",
    "what's the {measure} (of|at|on) [the] {device}",
    f"(how|is it) [too|very] {{quality}} {HERE}",
    f"how {{quality}} is (it|the air) {HERE}",
    weight=1.5,
)
async def measured(
    ctx: Context,
    measure: Measure | None = None,
    quality: Quality | None = None,
    device: Meter | None = None,
    area: Area | None = None,
    outside: Outside | None = None,
) -> str:
    """Tell what sensors measure: humidity, air quality, pressure, light, energy."""
    what = measure or quality or "humidity"
    return _reading(ctx, what, NAMES.get(what, (what,)), device, area, outside=bool(outside))


@skill.question(
    f"(is there|do you (see|detect|notice)|do we have|was there) [any] (motion|movement|activity) [{PLACE}]",
    f"(is|was|has) (anyone|anybody|someone|somebody) [there|around|home|moving|been] [{PLACE}]",
    f"is there (anyone|anybody|someone|somebody) [there|around|moving] [{PLACE}]",
    f"(any|where is there) (motion|movement) [{PLACE}]",
    f"when was [there] [the] (last|latest|any) (motion|movement) [{PLACE}]",
    f"does (anything|something|anyone|anybody) move [{PLACE}]",
    weight=1.5,
)
async def motion(ctx: Context, area: Area | None = None) -> str:
    """Tell where something moves or somebody is."""
    where = f" in the {area.name}" if area else ""
    sensors = _with(ctx, ("motion", "occupied"), area)
    if not sensors:
        raise SkillError(f"I have no motion sensor{where}.")
    moving = [each for each in sensors if each.state.get("motion") or each.state.get("occupied")]
    if moving:
        return f"Yes, there is motion {_places(ctx, moving)}."
    ages = [known.age for each in sensors if (known := each.known("motion") or each.known("occupied"))]
    return f"No, there is no motion{where}." if ages else f"I do not know yet whether there is motion{where}."


@skill.question(
    f"(is there|[do you] (smell|detect|see|notice)|do we have|any) [a|any] {{danger}} [{PLACE}]",
    "(is|are) (the|any) {danger} (alarm|alarms|detector|detectors|sensor|sensors) (on|triggered|going off|quiet|okay)",
    "(did|does) (the|any) {danger} (alarm|detector|sensor) (trigger|go off|say anything)",
    "((is everything|are we) (safe|all right|okay) [at home|in the house]|are there any alarms going off)",
)
async def danger(ctx: Context, danger: Danger | None = None, area: Area | None = None) -> str:
    """Tell whether a sensor has noticed smoke, water or gas."""
    names = [name for each in ([danger] if danger else ["smoke", "water", "gas"]) for name in NAMES.get(each, (each,))]
    sensors = _with(ctx, names, area)
    if not sensors:
        raise SkillError(f"I have no sensor for {danger or 'smoke, water or gas'}.")
    alarmed = [each for each in sensors if any(each.state.get(name) is True for name in names)]
    if alarmed:
        return f"Careful! {_capital(ctx.spoken([the(each) for each in alarmed]))} has noticed something."
    silent = [the(each) for each in sensors if not any(name in each.state for name in names) or each.problem]
    doubt = f" I hear nothing from {ctx.spoken(silent)}." if silent else ""
    return f"No, no sensor has noticed {danger or 'anything'}.{doubt}"


@skill.question(
    "how (much|many) (power|electricity|watts) (is|does) ([the|my] {device}|the house|everything)"
    " (using|drawing|use|draw|need)",
    "how much (power|electricity) (are we|am I|do we|is being) (using|drawing|use|used|consume) [right now]",
    "(what's|tell me) the (power|power consumption|power usage|current power) [of ([the|my] {device}|the house)]",
)
async def power(ctx: Context, device: Plug | None = None) -> str:
    """Tell how much power is used."""
    return _reading(ctx, "power", ("power",), device, None)


@skill.question(
    "(how (full|charged|empty|good) is|what's|check) the battery [level|charge] (of|in) [the|my] {device}",
    "how much battery (does [the|my] {device} have|has [the|my] {device} got) [left]",
    "((which|what|are any|are there any|do we have any) [batteries] [are] (low|empty|low batteries|empty batteries)"
    "|(which|what) batteries are (low|empty)|are any batteries (low|empty))",
    "((do|does) any (batteries|battery|sensors) need (changing|replacing|charging|a new battery)"
    "|(how are|check|what about) [all] the batteries)",
)
async def battery(ctx: Context, device: Charged | None = None) -> str:
    """Tell how full batteries are, or which are low."""
    if device is not None:
        return _reading(ctx, "battery", ("battery",), device, None)
    charged = _with(ctx, ("battery",), None)
    if not charged:
        raise SkillError("I know of no batteries.")
    low = [each for each in charged if isinstance(level := each.state.get("battery"), int | float) and level < LOW]
    if low:
        names = ctx.spoken([the(each) for each in low])
        return f"The {'battery' if len(low) == 1 else 'batteries'} of {names} {'is' if len(low) == 1 else 'are'} low."
    if not any("battery" in each.state for each in charged):
        return "No sensor has told me of its battery yet."
    return "All batteries are good."


def _reading(
    ctx: Context, what: str, names: Collection[str], device: Device | None, area: Area | None, *, outside: bool = False
) -> str:
    """What is measured there; indoors, if nothing is said of where. Raises SkillError where nothing measures it."""
    where = " outside" if outside else f" in the {area.name}" if area else ""
    if device is not None:
        return _one(ctx, device, what, names)
    able = _with(ctx, names, area)
    there = [each for each in able if area is not None or _is_outside(each) is outside]
    able = there or ([] if outside else able)
    if not able:
        raise SkillError(f"I have nothing that measures the {what}{where}.")
    known = [each for each in able if _value(each, names) is not None]
    if not known or len(able) == 1:
        return _one(ctx, able[0], what, names)
    if len(known) <= MANY:
        return _capital(ctx.spoken([f"{_said(ctx, each, names)} {_at(each)}" for each in known])) + "."
    values = [value for each in known if isinstance(value := _value(each, names), int | float)]
    low, high = (ctx.spoken(round(float(value), 1)) for value in (min(values), max(values)))
    return f"The {what}{where} is between {low} and {high} {_unit(known[0], names)}."


def _one(ctx: Context, device: Device, what: str, names: Collection[str]) -> str:
    name = _name(device, names)
    if name is None:
        raise SkillError(f"{_capital(the(device))} does not measure the {what}.")
    if name not in device.state:
        lost = (
            f"I cannot reach {the(device)}." if device.problem else f"{_capital(the(device))} has told me nothing yet."
        )
        raise SkillError(lost)
    return told(device, name, f"it is {_said(ctx, device, names)} {_at(device)}")


def _said(ctx: Context, device: Device, names: Collection[str]) -> str:
    value = _value(device, names)
    number = ctx.spoken(round(float(value), 1)) if isinstance(value, int | float) else str(value)
    return f"{number} {_unit(device, names)}".strip()


def _unit(device: Device, names: Collection[str]) -> str:
    unit = str(getattr(device.traits[_name(device, names) or ""], "unit", ""))
    return UNITS.get(unit, unit)


def _at(device: Device) -> str:
    """In its room; where it has none, by its name."""
    return f"in the {device.area.name}" if device.area is not None else f"at {the(device)}"


def _name(device: Device, names: Collection[str]) -> str | None:
    return next((name for name in names if name in device.traits), None)


def _value(device: Device, names: Collection[str]) -> object:
    return device.state.get(_name(device, names) or "")


def _with(ctx: Context, names: Collection[str], area: Area | None) -> Sequence[Device]:
    return [each for each in select(ctx.house.devices, (), area) if _name(each, names) is not None]


def _is_outside(device: Device) -> bool:
    called = " ".join((device.area.name if device.area else "", device.name)).casefold()
    return any(word in called for word in OUTSIDE)


def _places(ctx: Context, devices: Sequence[Device]) -> str:
    return ctx.spoken(list(dict.fromkeys(_at(device) for device in devices)))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
