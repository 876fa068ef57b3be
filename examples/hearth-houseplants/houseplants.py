"""Houseplants: "I watered the fern", "when did I water the fern", "which plants are thirsty"."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from assistant.skill import Asked, Context, Skill, SkillError


@dataclass(frozen=True)
class Settings:
    """What a household may choose, under skills.settings.houseplants in its configuration."""

    days: int = 7
    """After how many days a plant is thirsty."""


skill = Skill(
    "houseplants",
    settings=Settings,
    tables=("CREATE TABLE plants (name TEXT PRIMARY KEY, watered TEXT NOT NULL)",),
)

Plant = Annotated[str, Asked("Which plant?")]


@skill.intent(
    "I [have] [just] watered [the|my] {plant}",
    "I gave [the|my] {plant} [some] water",
    "(I did the watering|I have watered a plant)",
)
async def watered(ctx: Context, plant: Plant) -> str:
    """Remember that a plant was watered, and tell when it is thirsty again."""
    name = plant.casefold()
    for entry in ctx.schedule.pending("houseplants"):
        if entry.name == name:
            ctx.schedule.cancel(entry)
    ctx.store.change("INSERT OR REPLACE INTO plants VALUES (?, ?)", name, ctx.now().isoformat())
    due = timedelta(days=ctx.settings.days)
    ctx.schedule.after(due, ctx.announce(f"The {name} is thirsty."), kind="houseplants", name=name)
    return f"I will tell you about the {name} in {ctx.spoken(due)}."


@skill.question(
    "when did I [last] water [the|my] {plant}",
    "when (was|were) [the|my] {plant} [last] watered",
    "how long ago did I [last] water [the|my] {plant}",
)
async def when(ctx: Context, plant: Plant) -> str:
    """Tell when a plant was last watered."""
    for (at,) in ctx.store.rows("SELECT watered FROM plants WHERE name = ?", plant.casefold()):
        return f"The {plant} was watered {ctx.spoken(datetime.fromisoformat(at))}."
    return f"I do not know of a {plant}."


@skill.question(
    "which [of the|of my] plants (are thirsty|need water|need watering)",
    "(do any plants|does any plant|do the plants|do my plants) need (water|watering)",
    "(are any|are the|are my|is any) (plants|plant) thirsty",
)
async def thirsty(ctx: Context) -> str:
    """Tell which plants need water."""
    before = (ctx.now() - timedelta(days=ctx.settings.days)).isoformat()
    names = [f"the {name}" for (name,) in ctx.store.rows("SELECT name FROM plants WHERE watered <= ?", before)]
    if not names:
        return "None of them."
    return f"{ctx.spoken(names)}.".capitalize()


@skill.intent(
    "I (no longer have|do not have) [the|my] {plant} [any more]",
    "(forget about|stop reminding me of) [the|my] plant {plant}",
)
async def forget(ctx: Context, plant: Plant) -> str:
    """Forget a plant."""
    name = plant.casefold()
    if not ctx.store.rows("SELECT name FROM plants WHERE name = ?", name):
        raise SkillError(f"I do not know of a {plant}.")
    if not await ctx.confirm(f"Shall I forget the {name}?"):
        return f"I keep the {name} in mind."
    ctx.store.change("DELETE FROM plants WHERE name = ?", name)
    ctx.schedule.cancel_all([entry for entry in ctx.schedule.pending("houseplants") if entry.name == name])
    return f"The {name} is forgotten."
