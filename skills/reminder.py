"""Reminder: "remind me to call Anna tomorrow at nine", "what is pending", "cancel that"."""

from datetime import date, datetime, time, timedelta
from typing import Annotated

from assistant.skill import Announcement, BadSlot, Command, Context, Entry, OClock, OneOf, Response, Skill, SkillError

skill = Skill("reminder")

REMIND = "(remind me|remind us|give me a reminder|set a reminder|make a reminder|add a reminder|create a reminder)"
TO = "(to|about|that|of)"
CANCEL = "(cancel|delete|remove|clear|forget|drop|get rid of)"
MORNING = time(9)
"""When to remind on a day for which no time was said."""
FRESH = timedelta(minutes=2)
"""How long "that" is what was asked for last."""

Days = Annotated[
    str,
    OneOf(
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        spoken={
            "(day|single day|morning)": "day",
            "(weekday|week day|workday|working day)": "weekday",
            "weekend": "weekend",
        },
    ),
]
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
GROUPS = {"day": frozenset(range(7)), "weekday": frozenset(range(5)), "weekend": frozenset((5, 6))}


@skill.intent(
    "remind me to {what} {day} at {at}",
    f"{REMIND} {TO} {{what}} (at {{at}}|{{day}} at {{at}})",
    f"{REMIND} {TO} {{what}} at {{at}} {{day}}",
    f"{REMIND} {TO} {{what}} {{day}}",
    f"{REMIND} ({{day}} [at {{at}}]|at {{at}} [{{day}}]|for {{day}} at {{at}}) {TO} {{what}}",
    "(don't|do not) let me forget (to|about) {what} (at {at}|{day} at {at})",
    weight=2,
)
async def at(ctx: Context, what: str, at: OClock | None = None, day: date | None = None) -> str:
    """Remind of something at a time or on a day."""
    now = ctx.now().replace(tzinfo=None)
    if at is None:
        when = datetime.combine(day or now.date(), MORNING)
        if when <= now and day == now.date():
            raise BadSlot("At what time today? Say it with the time.")
    elif day is None:
        when = at.after(now)
    elif day == now.date():
        when = at.after(now) if at.after(now).date() == day else at.on(day)
    else:
        when = at.on(day)
    if when <= now:
        raise BadSlot(f"It is later than that already: {ctx.spoken(when)}.")
    entry = ctx.schedule.at(when, _reminder(ctx, what), kind=skill.name, name=_yours(what))
    ctx.undo(lambda: ctx.schedule.cancel(entry))
    return f"I will remind you {ctx.spoken(entry.at)}."


@skill.intent(
    "remind me in {length} to {what}",
    f"{REMIND} (in|after) {{length}} {TO} {{what}}",
    f"{REMIND} {TO} {{what}} (in|after) {{length}}",
    "in {length} remind me (to|about|that) {what}",
    "(don't|do not) let me forget (to|about) {what} in {length}",
    weight=2,
)
async def after(ctx: Context, what: str, length: timedelta) -> str:
    """Remind of something after a while."""
    entry = ctx.schedule.after(length, _reminder(ctx, what), kind=skill.name, name=_yours(what))
    ctx.undo(lambda: ctx.schedule.cancel(entry))
    return f"I will remind you in {ctx.spoken(length)}."


@skill.intent(
    "remind me every {days} to {what}",
    f"{REMIND} (every|each) {{days}} [at {{at}}] {TO} {{what}}",
    f"{REMIND} {TO} {{what}} (every|each) {{days}} [at {{at}}]",
    f"{REMIND} {TO} {{what}} at {{at}} (every|each) {{days}}",
    "every {days} [at {at}] remind me (to|about|that) {what}",
    weight=1,
)
async def every(ctx: Context, what: str, days: Days, at: OClock | None = None) -> str:
    """Remind of something on certain days of every week."""
    on = GROUPS.get(days) or frozenset({NAMES.index(days)})
    when = MORNING if at is None else at.on(ctx.now().date()).time()
    entry = ctx.schedule.every(when, on, _reminder(ctx, what), kind=skill.name, name=_yours(what))
    ctx.undo(lambda: ctx.schedule.cancel(entry))
    return f"I will remind you every {_days(ctx, entry)} at {ctx.spoken(entry.at.time())}."


@skill.intent(
    "set a reminder",
    "(set|make|add|create) (a|another|a new) reminder [for me]",
    "(remind me [of something]|I need a reminder|I want a reminder|can I have a reminder)",
    weight=0.5,
)
async def ask(ctx: Context) -> str:
    """Ask what to remind of, and when."""
    what = await ctx.ask("Of what shall I remind you?", str)
    when = (await ctx.ask("At what time?", OClock)).after(ctx.now().replace(tzinfo=None))
    entry = ctx.schedule.at(when, _reminder(ctx, what), kind=skill.name, name=_yours(what))
    ctx.undo(lambda: ctx.schedule.cancel(entry))
    return f"I will remind you {ctx.spoken(entry.at)}."


@skill.question(
    "what are my reminders",
    "(what|which) reminders (are (set|on|there)|do I have|have I [got|set])",
    "(list|show|show me|tell me|read me|what are) [all] [of] [the|my] reminders",
    "(are there|do I have|have I got) any reminders [today|set]",
    "what (did I ask you to remind me (of|about)|do I have to remember|should I not forget)",
    "what do you [have to] remind me (of|about)",
    weight=1,
)
async def list(ctx: Context) -> str:
    """Tell what you will be reminded of."""
    found = ctx.schedule.pending(skill.name)
    if not found:
        return "There are no reminders."
    count = "one reminder" if len(found) == 1 else f"{ctx.spoken(len(found))} reminders"
    return f"You have {count}: {ctx.spoken([_said(ctx, entry) for entry in found])}."


@skill.intent(
    "cancel the reminder to {what}",
    f"{CANCEL} [the|my] reminder {TO} {{what}}",
    f"{CANCEL} [the|my|that|the next|my next] reminder",
    "(don't|do not) remind me (to|about|of) {what}",
    weight=0.7,
)
async def cancel(ctx: Context, what: str | None = None) -> str | Response:
    """Cancel a reminder."""
    pending = ctx.schedule.pending(skill.name)
    wanted = set(_yours(what).casefold().split()) if what else set()
    found = [entry for entry in pending if wanted <= set(entry.name.casefold().split())]
    if not found:
        raise SkillError("There is no such reminder." if pending else "There are no reminders.")
    if len(found) > 1:
        each = ctx.spoken([_said(ctx, entry) for entry in found])
        options = [(f"[to] {_plain(entry.name)}", entry) for entry in found]
        found = await ctx.choose(f"There are {len(found)}: {each}. Which one shall I cancel?", options)
    ctx.schedule.cancel(found[0])
    return f"I will not remind you {_said(ctx, found[0])}."


@skill.intent(
    "cancel all reminders",
    f"{CANCEL} ((all|all the|all my|all of my|my|the) reminders|every reminder)",
    weight=0.3,
)
async def cancel_all(ctx: Context) -> str:
    """Cancel all reminders."""
    found = ctx.schedule.pending(skill.name)
    if not found:
        raise SkillError("There are no reminders.")
    ctx.schedule.cancel_all(found)
    return "All reminders are cancelled."


@skill.question(
    "what is pending",
    "what (is pending|is planned|is scheduled|is on|is coming up|is next|have I got coming up|have you planned)"
    " [today|now|next]",
    "(what do you have|have you got anything|is there anything|is anything) (planned|pending|scheduled|coming up)",
    "(what (will|are) you (going to do|do) (later|next|today)|tell me what is (pending|planned|coming up))",
    "(list|show|show me|read me) everything [that is] (pending|planned|scheduled)",
    weight=1,
)
async def pending(ctx: Context) -> str:
    """Tell everything that is to come: timers, alarms, reminders and what is to be done later."""
    found = ctx.schedule.pending()
    return f"This is to come: {ctx.spoken([_told(ctx, entry) for entry in found])}." if found else "Nothing is planned."


@skill.intent(
    "cancel everything",
    "(cancel|delete|clear|drop) (everything|all) [that is] (planned|pending|scheduled|coming up)",
    "(cancel|clear) (everything|the whole schedule|all plans)",
    weight=0.2,
)
async def cancel_everything(ctx: Context) -> str:
    """Cancel everything that is to come."""
    found = ctx.schedule.pending()
    if not found:
        return "Nothing is planned."
    ctx.schedule.cancel_all(found)
    return f"I cancelled {ctx.spoken([_told(ctx, entry) for entry in found])}."


@skill.intent(
    "cancel that",
    "(cancel|delete|scratch) (that|that one|it|the last one) [again]",
    "(cancel|delete) what I [just] (said|asked|set|told you)",
    weight=2,
)
async def undo(ctx: Context) -> str | Response:
    """Cancel what was planned just now; otherwise be silent."""
    if ctx.schedule.silence():
        await ctx.sound.hush()
        return Response()
    fresh = [entry for entry in ctx.schedule.pending() if entry.age <= FRESH]
    if not fresh:
        await ctx.sound.hush()
        return Response()
    newest = max(fresh, key=lambda entry: entry.id)
    ctx.schedule.cancel(newest)
    return f"I cancelled {_told(ctx, newest)}."


def _yours(what: str) -> str:
    """What the household calls its own is theirs when we say it: "call my mother" becomes "call your mother"."""
    own = {"my": "your", "me": "you", "i": "you", "mine": "yours", "myself": "yourself", "our": "your", "us": "you"}
    return " ".join(own.get(word.casefold(), word) for word in what.split())


def _plain(words: str) -> str:
    """Free text without what means something in a sentence template."""
    return "".join(sign if sign.isalnum() or sign in " '" else " " for sign in words)


def _reminder(ctx: Context, what: str) -> Announcement:
    return ctx.announce(f"I am to remind you: {_yours(what)}.", chime="timer")


def _said(ctx: Context, entry: Entry) -> str:
    days = f"every {_days(ctx, entry)} at {ctx.spoken(entry.at.time())}" if entry.days else ctx.spoken(entry.at)
    return f"{entry.name}, {days}"


def _days(ctx: Context, entry: Entry) -> str:
    group = next((name for name, days in GROUPS.items() if days == entry.days), None)
    return group or ctx.spoken([NAMES[day].capitalize() for day in sorted(entry.days)])


def _told(ctx: Context, entry: Entry) -> str:
    """Any entry, in a few words."""
    if isinstance(entry.what, Command):
        return f"{entry.what.text}, {ctx.spoken(entry.at)}"
    if entry.kind == "timer":
        which = f"the {entry.name} timer" if entry.name else f"the timer for {ctx.spoken(entry.length)}"
        return f"{which}, {'paused' if entry.paused else ctx.spoken(entry.at.time())}"
    if entry.kind == "alarm":
        return f"an alarm, {_said(ctx, entry).partition(', ')[2]}"
    return f"a reminder: {_said(ctx, entry)}" if entry.name else f"something to say, {ctx.spoken(entry.at)}"
