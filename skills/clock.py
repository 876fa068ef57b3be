"""Clock: "what time is it", "what's the date today", "what day is the fifth of May"."""

from datetime import date as Date
from datetime import timedelta
from typing import Literal

from assistant.skill import Context, Skill

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

skill = Skill("clock")

NOW = "[now|right now|at the moment]"
TELL = "(tell me|give me|let me know|show me|do you know|can I have)"


@skill.question(
    "what time is it",
    "tell me the time",
    "what's the time",
    f"what time is it {NOW}",
    f"what's the [current|exact] time {NOW}",
    f"{TELL} (what time (it is|is it)|[the|the current|the exact|current] time|what the time is) {NOW}",
    "(have you got the time|do you have the time|what time do you have|what hour is it|what time of day is it"
    "|how late is it|tell the time|tell me the hour|I need to know (what time it is|the time))",
    weight=10,
)
async def time(ctx: Context) -> str:
    """Tell the time."""
    return f"It is {ctx.spoken(ctx.now().time())}."


@skill.question(
    "what's the date",
    "what's today's date",
    "tell me the date",
    "what's (the|today's|the current) date [today|now|right now|for today]",
    "(what|which) date is it [today|now|right now]",
    f"{TELL} ([the|the current|today's] date [today|for today]|what (the date is|today's date is|date it is))",
    "today's date",
    "what's the date [on|of] {day}",
    "(what date (is|is it|will it be|will be)|when is) {day}",
    f"({TELL}|I need to know) (the date [it will be] {{day}}|what date it (is|will be) {{day}})",
    weight=5,
)
async def date(ctx: Context, day: Date | None = None) -> str:
    """Tell the date."""
    today = ctx.now().date()
    day = day or today
    return f"{_subject(day, today)} {ctx.spoken(day)}."


@skill.question(
    "what day is it",
    "what day is it today",
    "(what|which) day is (it|today|it today|it now)",
    "(what|which) day of the week (is it [today]|is today|are we on)",
    "what's (the day [today]|the day of the week|today)",
    f"{TELL} (what|which) day (it is|today is|of the week it is) [today]",
    "(what|which) day [of the week] (is|is it|will it be|will be|was|was it) [on] {day}",
    "(what|which) day [of the week] (does|will) {day} (fall on|fall|be)",
    weight=3,
)
async def weekday(ctx: Context, day: Date | None = None) -> str:
    """Tell the day of the week."""
    today = ctx.now().date()
    day = day or today
    return f"{_subject(day, today)} {'' if day == today else 'a '}{day:%A}."


@skill.question(
    "is it {name}",
    "is it [a] {name} [today|yet]",
    "is {day} [a] {name}",
)
async def is_weekday(ctx: Context, name: Weekday, day: Date | None = None) -> str:
    """Tell whether a day is a Monday, say."""
    today = ctx.now().date()
    day = day or today
    answer = "Yes" if f"{day:%A}".casefold() == name else "No"
    subject = _subject(day, today)
    return f"{answer}, {subject[0].lower()}{subject[1:]} {'' if day == today else 'a '}{day:%A}."


def _subject(day: Date, today: Date) -> str:
    """With its verb: "It is", "Tomorrow is", "That was"."""
    names = {today: "It", today + timedelta(days=1): "Tomorrow", today - timedelta(days=1): "Yesterday"}
    return f"{names.get(day, 'That')} {'was' if day < today else 'is'}"
