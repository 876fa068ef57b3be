"""Covers: "open the blinds", "close the bedroom curtains halfway", "stop the garage door". Questions: see sensor.py."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from assistant.skill import (
    Area,
    Context,
    Device,
    OfKind,
    OneOf,
    Outcome,
    Percent,
    Risk,
    Skill,
    SkillError,
    is_,
    select,
    the,
)


@dataclass(frozen=True)
class Settings:
    """What a household may choose."""

    step: int = 20
    """Percent by which "a bit" moves a cover."""


skill = Skill("cover", settings=Settings)

Cover = Annotated[Device, OfKind("cover")]
Sort = Annotated[
    str,
    OneOf(
        spoken={
            "(blind|blinds|shade|shades)": "blind",
            "(curtain|curtains|drapes)": "curtain",
            "(shutter|shutters)": "shutter",
        }
    ),
]
Verb = Annotated[
    str, OneOf(spoken={"(open|raise|pull up|roll up)": "open", "(close|shut|lower|pull down|roll down)": "close"})
]
Part = Annotated[
    str,
    OneOf(
        spoken={
            "(half|half way|halfway) [open|closed|up|down]": "half",
            "(a bit|a little|slightly|a little bit) [more]": "bit",
            "(all the way|completely|fully) [up|down]": "all",
        }
    ),
]

WHICH = "([the|my|our] {device}|[all] [the|my|our] [{area}] {sort}|[all] [the|my] {sort} in [the|my] {area})"

SORTS = {
    "blind": ("blind", "shade"),
    "curtain": ("curtain", "drape"),
    "shutter": ("shutter",),
}
"""What somebody may call it → words in the names of those that are meant."""


@skill.intent(
    f"(open|open up|raise|roll up|pull up|draw back) {WHICH}",
    f"(pull|roll|put|draw|bring|wind) {WHICH} (up|open|back)",
    "let [some|the|in some] (light|sun|daylight) in",
    weight=3,
    later=True,
    ended_by="close",
)
async def open(ctx: Context, device: Cover | None = None, sort: Sort | None = None, area: Area | None = None) -> str:
    """Open blinds, curtains, shutters or a door."""
    return await _move(*_chosen(ctx, device, sort, area), lambda _: 100)


@skill.intent(
    f"(close|shut|lower|roll down|pull down|draw) {WHICH}",
    f"(pull|roll|put|draw|bring|wind) {WHICH} (down|shut|closed|to)",
    "((keep|block) [out] the (light|sun|daylight) [out]|shut out the (light|sun|daylight))",
    weight=3,
    later=True,
)
async def close(ctx: Context, device: Cover | None = None, sort: Sort | None = None, area: Area | None = None) -> str:
    """Close blinds, curtains, shutters or a door."""
    return await _move(*_chosen(ctx, device, sort, area), lambda _: 0)


@skill.intent(
    f"(stop|halt|hold|freeze) [moving] {WHICH}",
    f"(stop|keep) {WHICH} (there|where (it is|they are)|from moving)",
    weight=1,
)
async def stop(ctx: Context, device: Cover | None = None, sort: Sort | None = None, area: Area | None = None) -> str:
    """Stop what is moving."""
    covers, together = _chosen(ctx, device, sort, area)
    moving = [cover for cover in covers if cover.state.get("moving") in ("opening", "closing")] or covers
    outcomes = await asyncio.gather(*(cover.set(moving="stopped") for cover in moving if _stops(cover)))
    if not outcomes:
        raise SkillError(f"I cannot stop {together}.")
    if set(outcomes) & {Outcome.UNREACHABLE, Outcome.REFUSED}:
        raise SkillError(f"I could not stop {together}.")
    return f"{_capital(together)} {'has' if len(covers) == 1 and is_(covers[0]) == 'is' else 'have'} stopped."


@skill.intent(
    f"(set|put|move|bring|open|close|raise|lower) {WHICH} [position] (to|at) {{level}} [open]",
    f"{{verb}} {WHICH} {{part}}",
    f"{{verb}} {WHICH} by {{step}}",
    weight=2,
    later=True,
)
async def position(
    ctx: Context,
    level: Percent | None = None,
    step: Percent | None = None,
    verb: Verb = "open",
    part: Part = "bit",
    device: Cover | None = None,
    sort: Sort | None = None,
    area: Area | None = None,
) -> str:
    """Move a cover part of the way: 0 percent is closed, 100 open."""
    way = 1 if verb == "open" else -1

    def wanted(cover: Device) -> int:
        if level is not None:
            return level
        if step is None and part != "bit":
            return 50 if part == "half" else 100 if way > 0 else 0
        before = cover.state.get("position")
        start = before if isinstance(before, int) else 0 if way > 0 else 100
        return max(0, min(100, start + way * (step or ctx.settings.step)))

    return await _move(*_chosen(ctx, device, sort, area), wanted)


async def _move(covers: Sequence[Device], together: str, wanted: Callable[[Device], int]) -> str:
    """Move them, and say what became of it: what takes its time is on its way. Raises SkillError where none does."""
    goals = {cover.name: wanted(cover) for cover in covers}
    outcomes = await asyncio.gather(*(cover.set(position=goals[cover.name]) for cover in covers))
    results: dict[str, list[Device]] = {}
    for cover, outcome in zip(covers, outcomes, strict=True):
        results.setdefault(_result(cover, outcome, goals[cover.name]), []).append(cover)
    told = []
    for result, those in results.items():
        who = together if len(those) == len(covers) else _listed([the(cover) for cover in those])
        told.append(f"{_capital(who)} {_verb(result, plural=len(those) > 1 or is_(those[0]) == 'are')}.")
    if not any(result.endswith(WENT) for result in results):
        raise SkillError(" ".join(told))
    return " ".join(told)


WENT = ("open", "closed", "opening", "closing")
"""How what became of a cover ends, where it obeyed."""


def _result(cover: Device, outcome: Outcome, goal: int) -> str:
    moving = cover.state.get("moving")
    if outcome is Outcome.UNREACHABLE:
        return "cannot be reached"
    if outcome is Outcome.REFUSED:
        return "refused"
    if moving in ("opening", "closing"):
        return str(moving)
    if outcome is Outcome.UNCONFIRMED:
        return "not confirmed"
    where = {0: "closed", 100: "open"}.get(goal, f"{goal} percent open")
    return f"already {where}" if outcome is Outcome.ALREADY else where


def _verb(result: str, *, plural: bool) -> str:
    if result in ("cannot be reached", "refused"):
        return result
    if result == "not confirmed":
        return f"{'have' if plural else 'has'} not confirmed it"
    if result.startswith("already"):
        return f"{'were' if plural else 'was'} {result}"
    return f"{'are' if plural else 'is'} {result}"


def _chosen(ctx: Context, device: Device | None, sort: str | None, area: Area | None) -> tuple[Sequence[Device], str]:
    """Those that are meant, and what to call them. Raises SkillError where there are none."""
    if device is not None:
        return [device], the(device)
    harmless = [cover for cover in select(ctx.house.devices, ["cover"], area) if not _lets_in(cover)]
    words = SORTS.get(sort or "", ())
    named = [cover for cover in harmless if any(word in _names(cover) for word in words)]
    covers = named or (harmless if area is not None or sort is None else [])
    what = f"{sort or 'blind'}s"
    if not covers:
        raise SkillError(f"I have no {what}{f' in the {area.name}' if area else ''}.")
    if len(covers) == 1:
        return covers, the(covers[0])
    return covers, f"the {area.name} {what}" if area else f"all {what}"


def _lets_in(cover: Device) -> bool:
    return cover.risk_class is not None or cover.risk not in (None, Risk.NONE)


def _names(cover: Device) -> str:
    return " ".join((cover.name, *cover.aliases)).casefold()


def _stops(cover: Device) -> bool:
    return "moving" in cover.capabilities


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
