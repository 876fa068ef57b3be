"""What is open: "is any window open?", "which doors are closed?", "is the garage door open?"."""

from collections.abc import Sequence
from typing import Annotated

from assistant.skill import Area, Context, Device, OfKind, OneOf, Skill, SkillError, is_, select, the, told

skill = Skill("opening")

Opening = Annotated[Device, OfKind("sensor", "cover", having={"contact", "position"})]
Sort = Annotated[
    str,
    OneOf(
        spoken={
            "(window|windows)": "window",
            "(door|doors)": "door",
            "(blind|blinds|curtain|curtains|shutter|shutters)": "blind",
            "(anything|something|things)": "anything",
        }
    ),
]
State = Annotated[str, OneOf("open", spoken={"(closed|shut)": "closed"})]
PLACE = "[in|on|at] [the|my|our] {area}"

SORTS = {
    "window": ("window", "skylight"),
    "door": ("door", "gate"),
    "blind": ("blind", "curtain", "shutter", "shade", "awning"),
    "anything": ("",),
}
"""What may be open → words in the names of those that are meant."""


@skill.question(
    f"(is|are) (any|any of the|a|the|all|all the|all of the|every) {{sort}}"
    f" ([still] {{state}} [{PLACE}]|{PLACE} [still] {{state}})",
    f"(is|are) there (any|a|an) {{sort}} [still] {{state}} [{PLACE}]",
    f"(which|what|how many) {{sort}} (is|are) [still] {{state}} [{PLACE}]",
    f"is {{sort}} [still] {{state}} [{PLACE}]",
    f"(did I leave|have I left|did (somebody|someone) leave) (any|a|the) {{sort}} {{state}} [{PLACE}]",
    f"(did I|have I|did we) (close|closed|shut) (all|all the|the|every) {{sort}} [{PLACE}]",
    weight=2,
)
async def openings(ctx: Context, sort: Sort, state: State = "open", area: Area | None = None) -> str:
    """Tell which windows, doors or blinds are open."""
    where = f" in the {area.name}" if area else ""
    words = SORTS[sort]
    found = [each for each in select(ctx.house.devices, ["sensor", "cover"], area) if _is_called(each, words)]
    known = {each.name: each for each in found if _is_open(each) is not None}
    if not known:
        raise SkillError(f"I have no sensor that tells me of {_plural(sort)}{where}.")
    open_ = [the(each) for each in known.values() if _is_open(each)]
    lost = [the(each) for each in found if each.problem is not None]
    doubt = f" I cannot reach {ctx.spoken(lost)} now." if lost else ""
    if not open_:
        return f"{'Everything is' if sort == 'anything' else f'All {_plural(sort)} are'} closed{where}.{doubt}"
    return f"{_capital(ctx.spoken(open_))} {'is' if len(open_) == 1 else 'are'} open.{doubt}"


@skill.question(
    "(is|are) [the|my] {device} [still] {state}",
    "((did I leave|have I left) [the|my] {device} {state}"
    "|(did I|have I|did we|has anybody) (close|closed|shut) [the|my] {device})",
    "(how (far|wide) [open] is [the|my] {device} [open]|what position is [the] {device} in)",
    "(check|tell me|do you know) (if|whether) [the|my] {device} is {state}",
    weight=2,
)
async def is_open(device: Opening, state: State = "open") -> str:
    """Tell whether a window, a door or a blind is open."""
    name = "contact" if "contact" in device.traits else "position"
    now = _is_open(device)
    if now is None:
        return f"I do not know whether {the(device)} is open."
    position, moving = device.state.get("position"), device.state.get("moving")
    if moving in ("opening", "closing"):
        return told(device, "moving", f"{the(device)} {is_(device)} {moving}")
    part = f"{position} percent " if now and isinstance(position, int) and position < 100 else ""
    return told(device, name, f"{the(device)} {is_(device)} {part}{'open' if now else 'closed'}")


def _is_called(device: Device, words: Sequence[str]) -> bool:
    names = " ".join((device.name, *device.aliases)).casefold()
    return any(word in names for word in words)


def _is_open(device: Device) -> bool | None:
    """`contact` is true where the two parts touch."""
    contact, position = device.state.get("contact"), device.state.get("position")
    return not contact if isinstance(contact, bool) else position > 0 if isinstance(position, int) else None


def _plural(sort: str) -> str:
    return sort if sort == "anything" else f"{sort}s"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
