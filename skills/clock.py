"""Clock: "what time is it", "what's the date today", "what day is the fifth of May"."""

from datetime import date as Date
from datetime import timedelta

from assistant.skill import Context, Skill

skill = Skill("clock")

NOW = "[now|right now|at the moment]"
TELL = "(tell me|give me|let me know|show me|do you know|can I have)"


@skill.question(
    f"what time is it {NOW}",
    f"what's the [current|exact] time {NOW}",
    f"{TELL} (what time it is|[the|the current|the exact|current] time|what the time is) {NOW}",
    "(have you got the time|do you have the time|what time do you have|what hour is it|what time of day is it"
    "|how late is it|tell the time|I need to know (what time it is|the time))",
    weight=10,
)
async def time(ctx: Context) -> str:
    """Tell the time."""
    return f"It is {ctx.spoken(ctx.now().time())}."


@skill.question(
    "what's (the|today's|the current) date [today|now|right now]",
    "(what|which) date is it [today|now|right now]",
    f"{TELL} ([the|the current] date [today|for today]|today's date|what (the date is|today's date is|date it is))",
    "what's the date [on|of] {day}",
    "what date (is|will it be|will be) {day}",
    weight=5,
)
async def date(ctx: Context, day: Date | None = None) -> str:
    """Tell the date."""
    today = ctx.now().date()
    day = day or today
    return f"{_subject(day, today)} {ctx.spoken(day)}."


@skill.question(
    "(what|which) day is (it|today|it today|it now)",
    "(what|which) day of the week (is it [today]|is today|are we on)",
    f"{TELL} (what|which) day (it is|today is|of the week it is) [today]",
    "(what|which) day [of the week] is [it on] {day}",
    "(what|which) day [of the week] (will it be [on]|will be) {day}",
    "(what|which) day [of the week] (does|will) {day} fall on",
    "(what|which) day [of the week] was [it on] {day}",
    weight=3,
)
async def weekday(ctx: Context, day: Date | None = None) -> str:
    """Tell the day of the week."""
    today = ctx.now().date()
    day = day or today
    return f"{_subject(day, today)} {'' if day == today else 'a '}{day:%A}."


def _subject(day: Date, today: Date) -> str:
    """With its verb: "It is", "Tomorrow is", "That was"."""
    names = {today: "It", today + timedelta(days=1): "Tomorrow", today - timedelta(days=1): "Yesterday"}
    return f"{names.get(day, 'That')} {'was' if day < today else 'is'}"
