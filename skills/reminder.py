"""Reminder: "remind me to call Anna tomorrow at nine", "what is pending", "cancel that"."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Annotated, Literal

from assistant.skill import (
    Announcement,
    Asked,
    BadSlot,
    Command,
    Context,
    Device,
    Entry,
    Moment,
    OClock,
    OneOf,
    PartOfDay,
    Response,
    Skill,
    SkillError,
)

skill = Skill("reminder")

REMIND = "(remind me|remind us|give me a reminder|set a reminder|make a reminder|add a reminder|create a reminder)"
TO = "(to|about|that|of)"
CANCEL = "(cancel|delete|remove|clear|forget [about]|drop|scrap|scratch|get rid of|call off)"
Thing = Annotated[
    str,
    OneOf(
        *("curtains", "shutters", "heating", "heater", "lamps"),
        spoken={"(lights|light)": "lights", "(blinds|blind)": "blinds", "(fans|fan)": "fans"},
    ),
]
Sun = Annotated[
    str, OneOf(spoken={"(sunset|sundown|nightfall|dusk)": "sunset", "(sunrise|sun up|daybreak|dawn)": "sunrise"})
]
COMMAND = "command"
"""The kind of what is to be done later."""
EARLY = 5
"""Before this hour it is night."""
PARTS = {"morning": time(9), "noon": time(12), "afternoon": time(15), "evening": time(18), "night": time(21)}
"""When to remind where only the part of the day was said."""
MORNING = time(9)
"""When to remind on a day for which no time was said."""
FRESH = timedelta(minutes=2)
"""How long "that" is what was asked for last."""

NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Days = Annotated[
    str,
    OneOf(
        *NAMES,
        spoken={
            "(day|single day|morning)": "day",
            "(evening|night)": "evening",
            "(weekday|week day|workday|working day)": "weekday",
            "weekend": "weekend",
        },
    ),
]
Regular = Annotated[
    str,
    OneOf(
        spoken={
            **{f"{day}s": day for day in NAMES},
            "(weekdays|week days|workdays|working days)": "weekday",
            "weekends": "weekend",
        }
    ),
]
Part = Annotated[str, OneOf("morning", "noon", "afternoon", "evening", spoken={"(night|tonight)": "night"})]
What = Annotated[str, Asked("Of what shall I remind you?")]
GROUPS = {
    "day": frozenset(range(7)),
    "evening": frozenset(range(7)),
    "weekday": frozenset(range(5)),
    "weekend": frozenset((5, 6)),
}


@skill.intent(
    "remind me to {what} {day} at {at}",
    f"{REMIND} {TO} {{what}} (at {{at}}|{{day}} at {{at}})",
    f"{REMIND} {TO} {{what}} at {{at}} {{day}}",
    f"{REMIND} {TO} {{what}} {{day}}",
    f"{REMIND} ({{day}} [at {{at}}]|at {{at}} [{{day}}]|for {{day}} at {{at}}) {TO} {{what}}",
    f"{REMIND} {TO} {{what}} ({{day}} [in the]|this|in the|at) {{part}} [at {{at}}]",
    f"{REMIND} {TO} {{what}} {{part}} [at {{at}}]",
    f"{REMIND} [for] ([{{day}}] [in the]|this|at) {{part}} [at {{at}}] {TO} {{what}}",
    f"[{{day}}] at {{at}} (remind me|remind us) {TO} {{what}}",
    f"{REMIND} ({{day}}|[{{day}} [in the]|this] {{part}}) {TO} {{what}} at {{at}}",
    f"{REMIND} [for] ({{day}} [at {{at}}]|at {{at}} [{{day}}])",
    "(don't|do not) let me forget (to|about) {what} (at {at}|{day} [at {at}]|[this|{day}] {part})",
    "make sure I (remember to|do not forget to|don't forget to) {what} (at {at}|{day} [at {at}]|[this|{day}] {part})",
    weight=2,
)
async def at(
    ctx: Context, what: What, at: OClock | None = None, day: date | None = None, part: Part | None = None
) -> str:
    """Remind of something at a time or on a day."""
    if part is not None:
        day = day or ctx.now().date()
        at = OClock(PARTS[part], sure=True) if at is None else _within(at, part)
    elif at is None and day == ctx.now().date():
        at = await ctx.ask("At what time?", OClock)
    return _remind(ctx, what, Moment(None, day, at))


@skill.intent(
    "remind me in {length} to {what}",
    f"{REMIND} (in|after) {{length}} {TO} {{what}}",
    f"{REMIND} {TO} {{what}} (in|after) {{length}}",
    "in {length} remind me (to|about|that) {what}",
    "(don't|do not) let me forget (to|about) {what} in {length}",
    f"{REMIND} {TO} {{what}} {{length}} from now",
    f"{{length}} from now (remind me|remind us) {TO} {{what}}",
    weight=2,
)
async def after(ctx: Context, what: What, length: timedelta) -> str:
    """Remind of something after a while."""
    return _remind(ctx, what, Moment(delay=length))


@skill.intent(
    "remind me every {days} to {what}",
    f"{REMIND} (every|each) {{days}} [at {{at}}] {TO} {{what}}",
    f"{REMIND} {TO} {{what}} (every|each) {{days}} [[in the] {{part}}] [at {{at}}]",
    f"{REMIND} (every|each) {{days}} {{part}} [at {{at}}] {TO} {{what}}",
    f"{REMIND} (every|each) {{days}} [{{part}}] {TO} {{what}} at {{at}}",
    f"{REMIND} {TO} {{what}} at {{at}} (every|each) {{days}}",
    "every {days} [at {at}] remind me (to|about|that) {what}",
    f"{REMIND} {TO} {{what}} (on {{regular}} [at {{at}}]|at {{at}} on {{regular}})",
    f"{REMIND} on {{regular}} [at {{at}}] {TO} {{what}}",
    "(don't|do not) let me forget (to|about) {what} every {days} [at {at}]",
    weight=1,
)
async def every(
    ctx: Context,
    what: What,
    days: Days | None = None,
    at: OClock | None = None,
    regular: Regular | None = None,
    part: PartOfDay | None = None,
) -> str:
    """Remind of something on certain days of every week."""
    named = days or regular
    if named is None:
        raise BadSlot("On which days?")
    on = GROUPS.get(named) or frozenset({NAMES.index(named)})
    if (of_day := part or named) in PARTS:
        at = OClock(PARTS[of_day], sure=True) if at is None else _within(at, of_day)
    when = MORNING if at is None else at.on(ctx.now().date()).time()
    entry = ctx.schedule.every(when, on, _reminder(ctx, what), kind=skill.name, name=_yours(what))
    ctx.undo(lambda: ctx.schedule.cancel(entry))
    return f"I will remind you every {_days(ctx, entry)} at {ctx.spoken(entry.at.time())}."


@skill.intent(
    "set a reminder",
    "(set|make|add|create) (a|another|a new) reminder [for me]",
    "(remind me [of something]|I need a reminder|I want a reminder|can I have a reminder)",
    f"{REMIND} (to|about|that) {{what}}",
    "(don't|do not) let me forget (to|about) {what}",
    "(I need|I want|can I have) a reminder (to|about) {what}",
    weight=0.5,
)
async def ask(ctx: Context, what: What) -> str:
    """Ask what to remind of, and when."""
    return _remind(ctx, what, await ctx.ask("When?", Moment))


@skill.question(
    "what are my reminders",
    "(what|which) reminders (are (set|on|there)|do I have|have I [got|set])",
    "(list|show|show me|tell me|read me|what are) [all] [of] [the|my] reminders",
    "(are there|do I have|have I got) any reminders [set] [for] [{day}]",
    "what reminders (do I have|are there|have I got) [for|on] {day}",
    "what are my reminders (for|on) {day}",
    "what do I have to (do|remember) {day}",
    "what (did I ask you to remind me (of|about)|do I have to remember|should I not forget)",
    "what do you [have to] remind me (of|about)",
    weight=1,
)
async def list(ctx: Context, day: date | None = None) -> str:
    """Tell what you will be reminded of."""
    found = _on(ctx.schedule.pending(skill.name), day)
    if not found:
        return "There are no reminders."
    count = "one reminder" if len(found) == 1 else f"{ctx.spoken(len(found))} reminders"
    return f"You have {count}: {ctx.spoken([_said(ctx, entry) for entry in found])}."


@skill.intent(
    "cancel the reminder to {what}",
    f"{CANCEL} [the|my] reminder {TO} {{what}}",
    f"{CANCEL} [the|my|that|the next|my next] (reminder|reminders)",
    "(don't|do not) remind me (to|about|of) {what}",
    f"{CANCEL} [the|my] {{at}} reminder",
    f"{CANCEL} [the|my] reminder ((for|at) {{at}}|[for] {{day}} [at {{at}}])",
    weight=0.7,
)
async def cancel(
    ctx: Context, what: What | None = None, at: OClock | None = None, day: date | None = None
) -> str | Response:
    """Cancel a reminder."""
    pending = [entry for entry in _on(ctx.schedule.pending(skill.name), day) if at is None or _is_at(entry, at)]
    wanted = set(_yours(what).casefold().split()) if what else set()
    found = [entry for entry in pending if wanted <= set(entry.name.casefold().split())]
    if not found:
        raise SkillError(
            "There is no such reminder." if ctx.schedule.pending(skill.name) else "There are no reminders."
        )
    if len(found) > 1:
        each = ctx.spoken([_said(ctx, entry) for entry in found])
        options = [(f"[to] {_plain(entry.name)}", entry) for entry in found]
        found = await ctx.choose(
            f"There are {len(found)}: {each}. Which one shall I cancel, or all?", options, several=True
        )
    ctx.schedule.cancel_all(found)
    ctx.undo(lambda: ctx.schedule.put_back(found))
    cancelled = ctx.spoken([_said(ctx, entry) for entry in found])
    return f"The {'reminder is' if len(found) == 1 else 'reminders are'} cancelled: {cancelled}."


@skill.intent(
    "cancel all reminders",
    f"{CANCEL} ((all|all the|all my|all of my|all of the|both) reminders|every reminder)",
    weight=0.3,
)
async def cancel_all(ctx: Context) -> str:
    """Cancel all reminders."""
    found = ctx.schedule.pending(skill.name)
    if not found:
        raise SkillError("There are no reminders.")
    ctx.schedule.cancel_all(found)
    ctx.undo(lambda: ctx.schedule.put_back(found))
    return "All reminders are cancelled."


@skill.question(
    "what is pending",
    "what (is pending|is planned|is scheduled|is on|is coming up|is next|have I got coming up|have you planned)"
    " [today|now|next]",
    "(what do you have|have you got anything|is there anything|is anything) (planned|pending|scheduled|coming up)",
    "(what (will|are) you (going to do|do) (later|next|today)|tell me what is (pending|planned|coming up))",
    "(list|show|show me|read me) everything [that is] (pending|planned|scheduled)",
    "what (have you got|do you have|have I got|do I have) (planned|scheduled|pending|coming up) [for|on] [{day}]",
    "what is (planned|scheduled|pending|coming up|happening|going to happen) [for|on] {day}",
    "what (else|all) is (pending|planned|scheduled|coming up)",
    weight=1,
    written=(
        "what (have I got|do I have|is) on [for] [{day}|this week]",
        "((do|did) I have|have I got|is there) anything (on|planned|coming up|to do) [on|for] [{day}|this week]",
        "(do I have|have I got|is there) anything [for] {day}",
        "(what is|tell me what is|is there anything) on (my|our|the) (schedule|agenda|plan|calendar) "
        "[for] [{day}|this week]",
    ),
)
async def pending(ctx: Context, day: date | None = None) -> str:
    """Tell everything that is to come: timers, alarms, reminders and what is to be done later."""
    found = _on(ctx.schedule.pending(), day)
    if not found:
        return "Nothing is planned." if day is None else "Nothing is planned for then."
    return f"This is to come: {ctx.spoken([_told(ctx, entry) for entry in found])}."


@skill.intent(
    f"{CANCEL} [the|my] {{what}} [(at|for) ({{at}}|{{sun}})]",
    f"{CANCEL} [the|my] {{device}}",
    f"{CANCEL} [the|my] (planned|scheduled|delayed) {{device}} [command]",
    f"{CANCEL} [what (you planned|is planned) (for|with)|the plan for] [the|my] {{device}}",
    f"{CANCEL} [the|that|my] (one|thing|command|plan) [that is] [planned|scheduled|set] (at|for) ({{at}}|{{sun}})",
    f"{CANCEL} (what|whatever|everything) [is|that is] [planned|scheduled|set] (at|for) ({{at}}|{{sun}})",
    f"{CANCEL} (what|whatever|everything) is [planned|scheduled|set] (at|for) [the|my] {{device}}",
    "(leave [the|my] {device} (alone|as it is)|keep [the|my] {device} as it is) after all",
    weight=0.5,
)
async def call_off(
    ctx: Context,
    device: Device | None = None,
    what: Thing | None = None,
    at: OClock | None = None,
    sun: Sun | None = None,
) -> str:
    """Cancel what was planned, by the device or the time."""
    if device is None and what is None and at is None and sun is None:
        raise BadSlot("Say which, or what time it is planned for.")
    found = [
        entry
        for entry in ctx.schedule.pending()
        if (device is None or _is_about(entry, device))
        and (what is None or _is_for(entry, what))
        and (at is None or _is_at(entry, at))
        and (sun is None or _is_at_sun(ctx, entry, sun))
    ]
    if not found:
        raise SkillError("Nothing of that is planned.")
    ctx.schedule.cancel_all(found)
    ctx.undo(lambda: ctx.schedule.put_back(found))
    return f"I cancelled {ctx.spoken([_told(ctx, entry) for entry in found])}."


@skill.intent(
    "cancel all commands",
    f"{CANCEL} (all|all the|all my|every|the|my) [planned|scheduled|delayed|pending] (commands|command|actions|tasks)",
    weight=0.2,
)
async def call_off_commands(ctx: Context) -> str:
    """Cancel every command that is to be done later."""
    found = ctx.schedule.pending(COMMAND)
    if not found:
        raise SkillError("No command is planned.")
    ctx.schedule.cancel_all(found)
    ctx.undo(lambda: ctx.schedule.put_back(found))
    return f"I cancelled {ctx.spoken([_told(ctx, entry) for entry in found])}."


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
    ctx.undo(lambda: ctx.schedule.put_back(found))
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
    ctx.undo(lambda: ctx.schedule.put_back([newest]))
    return f"I cancelled {_told(ctx, newest)}."


def _remind(ctx: Context, what: str, moment: Moment) -> str:
    """Plan it and say so. Raises BadSlot for what is past."""
    now = ctx.now().replace(tzinfo=None)
    when = moment.after(now, MORNING)
    if when <= now and moment.delay is None:
        raise BadSlot(f"It is later than that already: {ctx.spoken(when)}.")
    announcement, name = _reminder(ctx, what), _yours(what)
    if moment.delay is not None:
        entry = ctx.schedule.after(moment.delay, announcement, kind=skill.name, name=name)
    else:
        entry = ctx.schedule.at(when, announcement, kind=skill.name, name=name)
    ctx.undo(lambda: ctx.schedule.cancel(entry))
    return f"I will remind you {'in ' + ctx.spoken(moment.delay) if moment.delay else ctx.spoken(entry.at)}."


def _within(at: OClock, part: str) -> OClock:
    """The time, of which the part of the day was said."""
    later = not at.sure and (part in ("afternoon", "evening") or (part == "night" and at.time.hour >= EARLY))
    return OClock(at.time.replace(hour=at.time.hour + 12) if later else at.time, sure=True)


def _on(entries: Sequence[Entry], day: date | None) -> Sequence[Entry]:
    return [entry for entry in entries if day is None or entry.at.date() == day or day.weekday() in entry.days]


def _is_at(entry: Entry, at: OClock) -> bool:
    same = {at.time} if at.sure else {at.time, at.time.replace(hour=(at.time.hour + 12) % 24)}
    return entry.at.time().replace(second=0, microsecond=0) in same


def _is_at_sun(ctx: Context, entry: Entry, sun: Sun) -> bool:
    event: Literal["sunrise", "sunset"] = "sunrise" if sun == "sunrise" else "sunset"
    due = ctx.schedule.sun(event, entry.at.date())
    return abs(due.replace(tzinfo=None) - entry.at.replace(tzinfo=None)) < timedelta(minutes=1)


def _is_for(entry: Entry, what: str) -> bool:
    """Whether it is a command for such a thing, one or several."""
    said = entry.what.text.casefold().split() if isinstance(entry.what, Command) else []
    return what.removesuffix("s") in (word.removesuffix("s") for word in said)


def _is_about(entry: Entry, device: Device) -> bool:
    return isinstance(entry.what, Command) and (
        device.name in entry.what.slots.values() or device.name.casefold() in entry.what.text.casefold()
    )


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
    return f"{entry.name}, {_time(ctx, entry)}"


def _time(ctx: Context, entry: Entry) -> str:
    return f"every {_days(ctx, entry)} at {ctx.spoken(entry.at.time())}" if entry.days else ctx.spoken(entry.at)


def _days(ctx: Context, entry: Entry) -> str:
    group = next((name for name, days in GROUPS.items() if days == entry.days), None)
    return group or ctx.spoken([NAMES[day].capitalize() for day in sorted(entry.days)])


def _told(ctx: Context, entry: Entry) -> str:
    """Any entry, in a few words."""
    if isinstance(entry.what, Command):
        return f"{entry.what.text}, {_time(ctx, entry)}"
    if entry.kind == "timer":
        which = f"the {entry.name} timer" if entry.name else f"the timer for {ctx.spoken(entry.length)}"
        return f"{which}, {'paused' if entry.paused else ctx.spoken(entry.at.time())}"
    if entry.kind == "alarm":
        return f"an alarm, {_said(ctx, entry).partition(', ')[2]}"
    return f"a reminder: {_said(ctx, entry)}" if entry.name else f"something to say, {ctx.spoken(entry.at)}"
