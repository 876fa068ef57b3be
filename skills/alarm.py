"""Alarm: "wake me up at seven", "set an alarm for six thirty every weekday", "snooze"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from assistant.skill import (
    Announcement,
    BadSlot,
    Context,
    Entry,
    Moment,
    OClock,
    OneOf,
    PartOfDay,
    Response,
    Skill,
    SkillError,
)


@dataclass(frozen=True)
class Settings:
    """What a household may choose."""

    snooze_minutes: int = 9
    """How long an alarm is put off where nobody says how long."""
    rings: int = 25
    """How often an alarm rings, five times a minute, before it gives up."""


skill = Skill("alarm", settings=Settings)

SET = "(set|make|create|add|put on|schedule|set up)"
WAKE = "(wake me|wake me up|get me up|wake us up|get me out of bed)"
CANCEL = "(cancel|delete|remove|clear|turn off|switch off|get rid of|disable|scrap|drop|kill|call off)"
MY = "[the|my]"
ALARM = "[a|an|the|my|another] [new|one time] (alarm|alarm clock|wake up alarm|wake up call|wakeup call|wakeup alarm)"
WHEN = "({at} [[on|for] {day} [{part}]]|[on] {day} [{part}] [at|by|around] {at}|(in the|this) {part} at {at})"
"""In whatever order it is said."""

SOME_DAY = (
    "[for|on] [today|tonight|tomorrow|this week|next week|the weekend|the week|weekdays|week days|the morning"
    "|monday|tuesday|wednesday|thursday|friday|saturday|sunday] [morning|afternoon|evening|night]"
)
HOURS = {
    "morning": range(12),
    "afternoon": range(12, 18),
    "evening": range(17, 24),
    "night": (*range(20, 24), *range(5)),
}
"""In which an alarm is one of this part of the day."""

EVERY_DAY = frozenset(range(7))

NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Days = Annotated[
    str,
    OneOf(
        *NAMES,
        spoken={
            "(day|single day|morning)": "day",
            "(weekday|week day|workday|working day|weekday morning)": "weekday",
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
GROUPS = {"day": EVERY_DAY, "weekday": frozenset(range(5)), "weekend": frozenset((5, 6))}


@skill.intent(
    "wake me up at {at}",
    "set an alarm for {at}",
    f"{WAKE} [at] {{at}} [{{day}}]",
    f"{WAKE} {{day}} [morning] at {{at}}",
    f"{SET} [a|an|the|my] [new] alarm [clock] (for|at|to) {{at}} [{{day}}]",
    f"{SET} [a|an|the|my] [new] alarm [clock] for {{day}} [morning] at {{at}}",
    f"{SET} [a|an|my] {{at}} alarm [for {{day}}]",
    "(I (need|want|have) to (get up|wake up|be up|be awake)|I need an alarm|alarm) (at|for|by) {at} [{day}]",
    f"({SET} (a|an|another|a new) alarm [clock] [for me]|(I need|I want|can I have|give me) an alarm) [{{day}}]",
    weight=5,
    written=(
        f"({WAKE}|I (need|want|have|would like) to (get up|wake up|be up|be awake|be woken)) [at|by|around] {WHEN}",
        f"({SET}|I (need|want|would like)|give me|can I have|start|turn on) {ALARM} [for me] [for|at|to|on] {WHEN}",
        f"alarm [set] [for|at|on] {WHEN}",
        f"{WHEN} (alarm|wake up call)",
        f"({SET}|start|turn on|I would like) {ALARM} [for me|for|at]",
        f"({SET}|I need) me {ALARM} [[for|at|on] {WHEN}]",
        f"({WAKE} [on]|({SET}|I need|I want) {ALARM} (for|on)) {{day}} [{{part}}]",
        "alarm",
    ),
)
async def set(ctx: Context, at: OClock | None = None, day: date | None = None, part: PartOfDay | None = None) -> str:
    """Set an alarm."""
    if at is None and day is None:
        said = await ctx.ask("For when?", Moment)
        if said.delay is not None:
            return await after(ctx, said.delay)
        at, day = said.at, said.day
    if at is None:
        at = await ctx.ask("At what time?", OClock)
    at = at.in_the(part)
    now = ctx.now().replace(tzinfo=None)
    when = at.after(now, early=True) if day is None else at.on(day, early=True)
    if when <= now and day == now.date():
        raise BadSlot(f"{ctx.spoken(when.time())} today is past.")
    entry = ctx.schedule.at(when, _ring(ctx, when), kind=skill.name)
    ctx.undo(lambda: ctx.schedule.cancel(entry))
    return f"Alarm set for {ctx.spoken(entry.at)}."


@skill.intent(
    "set an alarm for {length} from now",
    f"{SET} [a|an|the|my] [new] alarm (in {{length}}|for {{length}} from now)",
    weight=1,
    written=(
        f"({SET}|I need|I want|give me) {ALARM} ([to (ring|go off)] (in|after) {{length}}|[for] {{length}} from now)",
        f"({SET}|I need|I want|give me) {ALARM} [for] {{length}} (ahead|later)",
        "alarm (in {length}|[for] {length} from now)",
        f"{WAKE} {{length}} from now",
        "in {length} (set an alarm|sound the alarm|ring the alarm)",
        "let (an|the|my) alarm (ring|go off|sound) (in {length}|{length} from now)",
    ),
)
async def after(ctx: Context, length: timedelta) -> str:
    """Set an alarm for a while from now."""
    when = ctx.now().replace(tzinfo=None) + length
    entry = ctx.schedule.after(length, _ring(ctx, when), kind=skill.name)
    ctx.undo(lambda: ctx.schedule.cancel(entry))
    return f"Alarm set for {ctx.spoken(entry.at)}."


@skill.intent(
    "wake me up at {at} every {days}",
    f"{WAKE} [at] {{at}} (every|each) {{days}} [and {{also}}]",
    f"{WAKE} every {{days}} [and {{also}}] at {{at}}",
    f"{SET} [a|an|the|my] [new] [daily|recurring|repeating] alarm (for|at) {{at}} (every|each) {{days}} [and {{also}}]",
    f"{SET} [a|an|the|my] [new] alarm (for|on) every {{days}} [and {{also}}] at {{at}}",
    "every {days} [and {also}] (wake me|wake me up|set an alarm) (at|for) {at}",
    f"({WAKE} [at]|{SET} [a|an|the|my] [new] alarm (for|at)) {{at}} on {{regular}}",
    f"({WAKE}|{SET} [a|an|the|my] [new] alarm) on {{regular}} (at|for) {{at}}",
    f"{SET} [a|an|the|my] [daily] {{at}} alarm (every {{days}}|on {{regular}})",
    f"{SET} [a|an|the|my] {{days}} alarm (for|at) {{at}}",
    weight=2,
)
async def every(
    ctx: Context, at: OClock, days: Days | None = None, also: Days | None = None, regular: Regular | None = None
) -> str:
    """Set an alarm for certain days of every week."""
    on = frozenset[int]().union(*(_weekdays(each) for each in (days, also, regular) if each))
    if not on:
        raise BadSlot("On which days?")
    when = at.on(ctx.now().date(), early=True)
    entry = ctx.schedule.every(when.time(), on, _ring(ctx, when), kind=skill.name)
    ctx.undo(lambda: ctx.schedule.cancel(entry))
    return f"Alarm set for {_said(ctx, entry)}."


@skill.question(
    "what alarms do I have",
    "(what|which) alarms (are (set|on|there|active)|do I have|have I [got|set])",
    f"(list|show|show me|tell me|read me|what are) [all] [of] {MY} alarms",
    "(are there|do I have|have I got|have I set) (any alarms|an alarm) [set|on] [for tomorrow]",
    "is (my|the|an|any) alarm (set|on)",
    "how many alarms (are set|do I have|are there|have I set)",
    f"tell me about {MY} alarms",
    "(what|when) have I set (alarms|an alarm) for",
    "(what|which) alarms will (ring|go off) [tomorrow|today]",
    weight=2,
    written=(
        f"(what|which) alarms (do I have|have I|are|are there) [got] [set|on|upcoming|active|coming up] {SOME_DAY}",
        f"how many alarms (do I have|have I|are|are there) [got] [set|on|active|upcoming] {SOME_DAY}",
        f"(are there|do I have|have I got|have I set|did I set) (any|an) (alarms|alarm) [set|on|active] {SOME_DAY}",
        f"(check|view|display|see|report|list|show|show me|read|read out|tell me about) [all] [of] [the|my] "
        f"(alarm|alarms) [settings|times|timings|that (are|I have) set] {SOME_DAY}",
        f"is (my|the|an|there an) [wake up|wakeup|morning|early] alarm (set|on|active|enabled) {SOME_DAY}",
    ),
)
async def list(ctx: Context) -> str:
    """Tell which alarms are set."""
    return _list(ctx, ctx.schedule.pending(skill.name))


@skill.question(
    "when is my next alarm",
    f"(when is|what time is|for when is) {MY} [next] alarm [set] [for]",
    f"(when|what time) (does|will) {MY} [next] alarm (ring|go off|wake me)",
    "(when|what time) (do I have to|do you|will you|are you going to) (wake me|wake me up|get up)",
    f"(what is|tell me|which is) {MY} next alarm",
    f"how long (until|till|before) {MY} [next] alarm [rings|goes off]",
    weight=1,
    written=(
        "next alarm",
        f"(when|what time) (does|will) {MY} [next] alarm (ring|go off|wake me) {SOME_DAY}",
        f"([at|for] what time|when) (is|are|did I set|have I set|have you set|did you set) [the|my|an|any] "
        f"[wake up|wakeup|morning|early|next] (alarm|alarms) [set] [for|at] [me] {SOME_DAY}",
    ),
)
async def soonest(ctx: Context) -> str:
    """Tell when the next alarm rings."""
    pending = ctx.schedule.pending(skill.name)
    return f"Your next alarm is {ctx.spoken(pending[0].at)}." if pending else "There are no alarms."


@skill.intent(
    "change my alarm to {at}",
    f"(change|move|shift|reset|reschedule|update) {MY} ({{old}} alarm|alarm [from {{old}}]) to {{at}} [instead]",
    f"(change|move|shift|reschedule) {MY} alarm (for|at) {{old}} to {{at}}",
    f"make {MY} ({{old}} alarm {{at}} [instead]|alarm {{at}} instead)",
    "(wake me|wake me up) at {at} instead [of {old}]",
    weight=0.7,
)
async def change(ctx: Context, at: OClock, old: OClock | None = None) -> str:
    """Let an alarm ring at another time of day."""
    found = _found(ctx, old, None)
    if len(found) > 1:
        options = [(f"[the] [alarm] [for|at] {_said(ctx, each)}", each) for each in found]
        found = await ctx.choose(f"{_list(ctx, found)} Which one shall I change?", options)
    before = found[0]
    when = at.on(before.at.date(), early=True)
    if before.days:
        entry = ctx.schedule.every(when.time(), before.days, _ring(ctx, when), kind=skill.name)
    else:
        now = ctx.now().replace(tzinfo=None)
        when = when if when > now else at.after(now, early=True)
        entry = ctx.schedule.at(when, _ring(ctx, when), kind=skill.name)
    ctx.schedule.cancel(before)
    ctx.undo(lambda: ctx.schedule.cancel(entry))
    ctx.undo(lambda: ctx.schedule.put_back([before]))
    return f"The alarm is set for {_said(ctx, entry)} now."


@skill.intent(
    f"{CANCEL} {MY} (alarm|alarms)",
    f"turn {MY} (alarm|alarms) off",
    f"{CANCEL} {MY} {{at}} alarm",
    f"{CANCEL} {MY} (alarm|alarms) (for|at) {{at}}",
    f"{CANCEL} {MY} {{days}} alarm",
    f"{CANCEL} {MY} {{at}} alarm (on|for|every) {{days}}",
    f"{CANCEL} {MY} alarm (for|on) [every] {{days}}",
    "(don't|do not) wake me [up] [{day} [{part}]|at {at} [{day}]]",
    weight=2,
    written=(
        f"{CANCEL} [the|my|that|this] (alarm|alarms) [that is|that are|which is] [set] (for|on) {{day}} [{{part}}]",
        f"{CANCEL} [the|my] {{day}} [{{part}}] (alarm|alarms)",
        f"{CANCEL} [the|my] {{at}} (alarm|wake up call) (for|on) {{day}}",
        f"{CANCEL} [the|my] (alarm|alarms|wake up call) [that is|that are|which is] [set] (for|at) {WHEN}",
    ),
)
async def cancel(
    ctx: Context,
    at: OClock | None = None,
    days: Days | None = None,
    day: date | None = None,
    part: PartOfDay | None = None,
) -> str | Response:
    """Cancel an alarm, or stop the one that rings; of one that recurs, leave out a day. Of several, ask which."""
    if (at, days, day, part) == (None, None, None, None) and ctx.schedule.silence():
        await ctx.sound.hush()
        return Response()
    found = [
        entry
        for entry in _found(ctx, at and at.in_the(part), days)
        if day in (None, entry.at.date()) and (part is None or entry.at.hour in HOURS[part])
    ]
    if not found:
        raise SkillError("There is no such alarm." if day is None or part else f"There is no alarm {ctx.spoken(day)}.")
    if len(found) > 1:
        options = [(f"[the] [alarm] [for|at] {_said(ctx, each)}", each) for each in found]
        found = await ctx.choose(f"{_list(ctx, found)} Which one shall I cancel, or all?", options, several=True)
    if day is not None and len(found) == 1 and found[0].days:
        return _skipped(ctx, found[0])
    ctx.schedule.cancel_all(found)
    ctx.undo(lambda: ctx.schedule.put_back(found))
    if len(found) > 1:
        return "The alarms are cancelled."
    return f"The alarm for {_said(ctx, found[0])} is cancelled."


@skill.intent(
    "cancel all alarms",
    f"{CANCEL} ((all|all the|all my|all of my|all of the|both) alarms|every alarm)",
    "turn (all|all the|all my|both) alarms off",
    weight=0.5,
    written=(f"{CANCEL} (any|all|every|all of) [the|my|our] alarms [that] [I have|are|have been|you have] [set]",),
)
async def cancel_all(ctx: Context) -> str:
    """Cancel all alarms."""
    found = _found(ctx, None, None)
    ctx.schedule.cancel_all(found)
    ctx.undo(lambda: ctx.schedule.put_back(found))
    return "All alarms are cancelled."


@skill.intent(
    "snooze",
    "snooze [the|my|that|it] [alarm] [for {length}]",
    "(put|push) (the|my) alarm (off|back) [by|for] {length}",
    "(put it off|another {length}|{length} more please|give me [another] {length}|I need {length} more)",
    "[give me|just] {length} more [of sleep]",
    "(five more minutes|a few more minutes|let me sleep [a bit] [longer|more]|not yet|wake me [up] [again] later"
    "|I am (still|too) tired|(ring|wake me) again in {length})",
    weight=2,
)
async def snooze(ctx: Context, length: timedelta | None = None) -> str:
    """Let the alarm ring again a little later."""
    entry = ctx.schedule.rung(skill.name)
    if entry is None:
        raise SkillError("There is no alarm to put off.")
    length = length or timedelta(minutes=ctx.settings.snooze_minutes)
    ctx.schedule.after(length, entry.what, kind=skill.name, name="snooze")
    ctx.schedule.silence()
    await ctx.sound.hush()
    return f"All right, {ctx.spoken(length)} more."


@skill.intent(
    "skip the next alarm",
    f"(skip|leave out|ignore|omit) {MY} [next] alarm [tomorrow|once|this time]",
    "(skip|leave out|ignore|omit) (tomorrow's|the next|my next|the {at}|my {at}) alarm",
    "(no|not) alarm (tomorrow|the next time|next time)",
    "(skip|leave out|ignore|omit) (the|my|this|next) {days} alarm",
    f"(skip|leave out|ignore|omit) {MY} alarm (on|this|next|for) {{days}}",
    weight=0.5,
)
async def skip(ctx: Context, at: OClock | None = None, days: Days | None = None) -> str:
    """Leave out the next time of an alarm that recurs."""
    found = [entry for entry in _found(ctx, at, days) if entry.days]
    if not found:
        raise SkillError("There is no alarm that recurs. You can cancel the one that is set.")
    return _skipped(ctx, found[0])


def _skipped(ctx: Context, entry: Entry) -> str:
    skipped = ctx.schedule.skip(entry)
    return f"I skip the alarm {ctx.spoken(entry.at)}. The next one is {ctx.spoken(skipped.at)}."


def _ring(ctx: Context, when: datetime) -> Announcement:
    text = f"It is {ctx.spoken(when.time())}, your alarm."
    return ctx.announce(text, chime="timer", rings=max(1, ctx.settings.rings))


def _weekdays(days: str) -> frozenset[int]:
    return GROUPS.get(days) or frozenset({NAMES.index(days)})


def _found(ctx: Context, at: OClock | None, days: str | None) -> Sequence[Entry]:
    """The alarms meant. Raises SkillError where there is none."""
    pending = ctx.schedule.pending(skill.name)
    if not pending:
        raise SkillError("There is no alarm set.")
    found = [
        entry
        for entry in pending
        if (at is None or entry.at.time() in {at.on(entry.at.date()).time(), at.on(entry.at.date(), early=True).time()})
        and (days is None or _weekdays(days) <= (entry.days or {entry.at.weekday()}))
    ]
    if not found:
        raise SkillError("There is no such alarm.")
    return found


def _said(ctx: Context, entry: Entry) -> str:
    """When it rings: "7 AM every weekday"."""
    if not entry.days:
        return ctx.spoken(entry.at)
    group = next((name for name, days in GROUPS.items() if days == entry.days), None)
    days = group or ctx.spoken([NAMES[day].capitalize() for day in sorted(entry.days)])
    return f"{ctx.spoken(entry.at.time())} every {days}"


def _list(ctx: Context, entries: Sequence[Entry]) -> str:
    if not entries:
        return "There are no alarms."
    count = "one alarm" if len(entries) == 1 else f"{ctx.spoken(len(entries))} alarms"
    return f"You have {count}: {ctx.spoken([_said(ctx, entry) for entry in entries])}."
