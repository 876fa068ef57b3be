"""Clock: "what time is it", "what's the date today", "what day is the fifth of May"."""

from datetime import date as Date
from datetime import timedelta
from typing import Annotated, Literal

from assistant.skill import Context, OneOf, Skill

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

Sun = Annotated[
    str,
    OneOf(
        "sunrise",
        "sunset",
        spoken={"(dawn|daybreak|sun up)": "sunrise", "(dusk|nightfall|sun down)": "sunset"},
    ),
]
SunDoes = Annotated[
    str,
    OneOf(
        spoken={
            "(rise|come up|go up)": "sunrise",
            "(set|go down)": "sunset",
        }
    ),
]

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
    written=(
        f"[the] [current|exact] time [please] {NOW}",
        f"what (time it is|the time is|time is it|is the time|hour is it|hour it is|is the hour) [currently] {NOW}",
        f"{TELL} (what is the time|what time is it|the hour|the current hour) [here] {NOW}",
        "(what does the clock say|check the (time|clock)|read the clock|what is the clock at)",
        f"what time (is it|do we have|have we got) [here|over here|at home] {NOW}",
    ),
)
async def time(ctx: Context) -> str:
    """Tell the time."""
    return f"It is {ctx.spoken(ctx.now().time())}."


@skill.question(
    "what's the date and time",
    "(what is|tell me) the [current] (date and [the] time|time and [the] date|day and [the] time|time and [the] day)",
    weight=0.5,
    written=(
        "[what is|what are|tell me|give me|show me|I need|let me know] [the|today's|the current] [current] "
        "(date and [the] time|time and [the] date|day and [the] time|time and [the] day|date time) "
        "[for today|today|now|right now]",
        "what (date and time|time and date|day and time|time and day) is it [today|now|right now]",
        "(what time is it and what (day|date) is it|what (day|date) is it and what time is it)",
    ),
)
async def now(ctx: Context) -> str:
    """Tell the date and the time."""
    return f"It is {ctx.spoken(ctx.now().date())}, {ctx.spoken(ctx.now().time())}."


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
    written=(
        "[what is] [the] (date today|current date|today date|todays date|date of today|calendar date) [today|now]",
        "what (is|will be|was) the date (of|on|for) [this|the] {day} [be]",
        "(which|what) date (does|will|did) {day} (fall on|fall|be|have)",
        "(when|what day of the month) is {day} [this year]",
    ),
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
    written=(
        "(what|which) day [of the week] (is|will|was|does|did) {day} [fall|be|come|land] [on] [this year|this month]",
        "(what|which) day [of the week] (is|was) it on {day} [this year]",
        "what (is|will be|was) [the] (day|weekday|day of the week) (on|of|for) {day} [this year]",
        "[the] (day|weekday) (on|of) {day}",
        "(what|which) (weekday|day of the week) (is|do we have) [it] [today|now]",
        "(what is the day of today|what day is today's)",
    ),
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


@skill.question(
    "(when is|what time is|at what time is|tell me when) [the] {event} [today|[on] {day}]",
    "(when|what time|at what time) (does|will|did) the sun {does} [today|[on] {day}]",
    "(when|what time) does it get {turns} [today|[on] {day}]",
    written=(
        "(when|what time) (will|is) [the] {event} [be] [today|[on] {day}]",
        "(what is the time of|time of|tell me [the] [time of] ) [the] {event} [today|[on] {day}]",
        "[today's] {event} [time] [today|[on] {day}]",
        "(when|what time) is the sun (going|supposed) to {does} [today|[on] {day}]",
        "tell me when [the] {event} is [today|[on] {day}]",
    ),
)
async def sun(
    ctx: Context,
    event: Sun | None = None,
    does: SunDoes | None = None,
    turns: Annotated[str, OneOf(spoken={"(light|bright)": "sunrise", "dark": "sunset"})] | None = None,
    day: Date | None = None,
) -> str:
    """Tell when the sun rises or sets."""
    which: Literal["sunrise", "sunset"] = "sunrise" if "sunrise" in (event, does, turns) else "sunset"
    now = ctx.now()
    day = day or now.date()
    at = ctx.schedule.sun(which, day)
    verb = "sets" if which == "sunset" else "rises"
    if day < now.date() or at <= now:
        verb = {"sets": "set", "rises": "rose"}[verb]
    when = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((day - now.date()).days, f"on {ctx.spoken(day)}")
    return f"The sun {verb} at {ctx.spoken(at.time())} {when}."


def _subject(day: Date, today: Date) -> str:
    """With its verb: "It is", "Tomorrow is", "That was"."""
    names = {today: "It", today + timedelta(days=1): "Tomorrow", today - timedelta(days=1): "Yesterday"}
    return f"{names.get(day, 'That')} {'was' if day < today else 'is'}"
