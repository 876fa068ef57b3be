"""Scenes and routines: "good night" does what the household has written under that name."""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Annotated

from assistant.skill import Context, Device, OfKind, Skill, SkillError, Unanswered, change, the

skill = Skill("scene")

Scene = Annotated[Device, OfKind("scene")]

WORD = "(scene|routine|mode)"
ONE = f"[the|my|our] {{scene}} [{WORD}]"

_running: ContextVar[tuple[str, ...]] = ContextVar("_running", default=())
"""The routines that led here, the outermost first."""

LEFT = str(Unanswered())
"""What is answered where the household was asked and did not want it."""
MINUTE = 60.0
"""Seconds that a routine may take: each device of its steps has a limit of its own."""


@skill.intent(
    "{scene}",
    f"(start|run|activate|begin|do|launch|play|turn on|switch on|set) {ONE}",
    f"([the|my] {{scene}} {WORD}|turn {ONE} on)",
    "(it is [time for]|I am|we are|let's (do|have)|time for) [the|a] {scene} [time|mode]",
    weight=2,
    later=True,
    seconds=MINUTE,
)
async def run(ctx: Context, scene: Scene) -> str:
    """Do everything that belongs to a scene or routine."""
    if not scene.steps:
        return await change([scene], {"active": True}, "on")
    before = _running.get()
    if scene.name in before:
        raise SkillError(f"{_capital(scene.name)} would call itself, so I left that out.")
    token = _running.set((*before, scene.name))
    try:
        return await _steps(ctx, scene.name, scene.steps)
    finally:
        _running.reset(token)


async def _steps(ctx: Context, name: str, steps: Sequence[str]) -> str:
    """Do them all, whatever becomes of each. Raises SkillError where none was done."""
    done, failed = 0, []
    for step in steps:
        response = await ctx.do(step)
        if response.ok and response.text != LEFT:
            done += 1
        else:
            failed.append(f"{_capital(step)}: {response.text}")
    if not failed:
        return f"{_capital(name)}: {_count(done)} done."
    report = " ".join(failed)
    if not done:
        raise SkillError(f"{_capital(name)}: nothing was done. {report}")
    return f"{_capital(name)}: {done} of {_count(len(steps))} done. {report}"


@skill.question(
    f"what (does|will|would) {ONE} do",
    f"what (happens (in|on|with|during)|belongs to|is in|is part of|are the steps of) {ONE}",
    f"(describe|explain|tell me about|read me) {ONE}",
    weight=0.5,
)
async def tell(ctx: Context, scene: Scene) -> str:
    """Tell what belongs to a routine."""
    if not scene.steps:
        return f"{_capital(the(scene))} is a scene of its own: I only turn it on."
    return f"{_capital(scene.name)} does this: {ctx.spoken(list(scene.steps))}."


@skill.question(
    "(what|which) (scenes|routines) (are there|do I have|do we have|do you (know|have)|can you (do|run|start)|exist)",
    "(list|show me|tell me|name) [all] [the|my|our|your] (scenes|routines)",
    "(are there any|do we have any|what are the|what are my) (scenes|routines)",
    weight=0.5,
)
async def names(ctx: Context) -> str:
    """Tell which scenes and routines there are."""
    found = [device.name for device in ctx.house.devices if device.kind == "scene"]
    return f"You can say {ctx.spoken(found)}." if found else "There are no scenes and no routines."


def _count(steps: int) -> str:
    return "one step" if steps == 1 else f"{steps} steps"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
