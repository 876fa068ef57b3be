"""Timer: "set a timer for ten minutes", "how long is left on the pasta timer", "cancel all timers"."""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import Annotated

from assistant.skill import Asked, Context, Entry, OneOf, Skill, SkillError

skill = Skill("timer")

START = "(set|start|create|make|begin|add|set up|start up|put on)"
WANT = "(I need|I want|give me|I would like|can I have|can I get|could I have|let me have)"
CANCEL = (
    "(cancel|stop|delete|remove|clear|end|turn off|switch off|dismiss|abort|get rid of|kill|scrap|drop|forget|call off)"
)
MY = "[the|my]"
A = "[a|an|the|my|another|one more|a second|a third|a separate]"

Name = Annotated[
    str,
    OneOf(
        "bath",
        "bread",
        "break",
        "breakfast",
        "cake",
        "chicken",
        "coffee",
        "dinner",
        "dishwasher",
        "dough",
        "dryer",
        "exercise",
        "fish",
        "game",
        "garden",
        "grill",
        "homework",
        "kitchen",
        "laundry",
        "lunch",
        "meat",
        "meditation",
        "meeting",
        "nap",
        "oven",
        "parking",
        "pasta",
        "pie",
        "pizza",
        "reading",
        "rice",
        "roast",
        "salmon",
        "sauce",
        "shower",
        "sleep",
        "soup",
        "spaghetti",
        "steak",
        "stew",
        "study",
        "tea",
        "turkey",
        "washing",
        "washing machine",
        "workout",
        "yoga",
        spoken={
            "(barbecue|barbeque)": "barbecue",
            "(cookie|cookies)": "cookie",
            "(egg|eggs)": "egg",
            "(noodle|noodles)": "noodle",
            "(potato|potatoes)": "potato",
            "(vegetable|vegetables)": "vegetable",
        },
    ),
]


@skill.intent(
    "set a timer for {length}",
    f"{START} {A} [new] timer (for|of|to) {{length}}",
    f"{START} {A} [new] {{length}} timer",
    f"{WANT} (a|an|another) ({{length}} timer|timer [set] (for|of) {{length}})",
    "(timer [for] {length}|[a|an|another] {length} timer)",
    f"{START} {A} [new] {{name}} timer (for|of|to) {{length}}",
    f"{START} {A} [new] timer (for|called|named) {MY} {{name}} for {{length}}",
    f"{START} {A} [new] {{length}} ({{name}} timer|timer (for|called|named) {MY} {{name}})",
    f"{START} {A} [new] timer for {{length}} (for|called|named) {MY} {{name}}",
    f"({START} {A} timer (to go off|to ring|that goes off|that is set to go off) (in|after)"
    "|count down from|start a countdown (of|for|from)) {length}",
    "(wake me|wake me up|alert me|tell me|notify me|remind me|warn me|let me know|ping me|buzz me|beep|ring"
    "|give me a shout) (in|after) {length}",
    "time (me for {length}|{length} [for me])",
    f"(put|set) {{length}} on the clock [for {MY} {{name}}]",
    f"({START} {A} [new] timer [for me]|{WANT} a timer [set])",
    f"{START} {A} [new] {{name}} timer",
    weight=9,
)
async def set(ctx: Context, length: Annotated[timedelta, Asked("For how long?")], name: Name | None = None) -> str:
    """Set a timer that rings."""
    said = ctx.spoken(length)
    text = f"Your {name} timer is done." if name else f"Your timer for {said} is done."
    entry = ctx.schedule.after(length, ctx.announce(text, chime="timer"), kind=skill.name, name=name or "")
    ctx.undo(lambda: ctx.schedule.cancel(entry))
    return f"{name.capitalize()} timer set for {said}." if name else f"Timer set for {said}."


@skill.intent(
    "pause the timer",
    f"(pause|hold|freeze|halt|suspend) {MY} [{{name}}] timer",
    f"(pause|hold|freeze) {MY} {{length}} timer",
    f"put {MY} [{{name}}] timer on hold",
    weight=1,
)
async def pause(ctx: Context, name: Name | None = None, length: timedelta | None = None) -> str:
    """Pause a timer."""
    found = [entry for entry in _found(ctx, name, length) if not entry.paused]
    if not found:
        raise SkillError("It is paused already.")
    paused = ctx.schedule.pause(await _which(ctx, found, "pause"))
    return f"{_the(ctx, paused)} is paused, with {_left(ctx, paused)} left."


@skill.intent(
    "resume the timer",
    f"(resume|continue|unpause|restart|go on with|carry on with) {MY} [{{name}}] timer",
    f"(resume|continue|unpause) {MY} {{length}} timer",
    f"(let {MY} [{{name}}] timer (go on|run on|continue|run again)|start {MY} [{{name}}] timer again)",
    weight=1,
)
async def resume(ctx: Context, name: Name | None = None, length: timedelta | None = None) -> str:
    """Let a paused timer go on."""
    found = [entry for entry in _found(ctx, name, length) if entry.paused]
    if not found:
        raise SkillError("It is running already.")
    resumed = ctx.schedule.resume(await _which(ctx, found, "go on with"))
    return f"{_the(ctx, resumed)} goes on, with {_left(ctx, resumed)} left."


@skill.intent(
    "add {more} to the timer",
    f"(add|put) [another] {{more}} [more] (to|on|onto) {MY} [{{name}}] timer",
    f"(extend|lengthen|prolong|increase) {MY} [{{name}}] timer by {{more}}",
    f"(make {MY} [{{name}}] timer {{more}} longer|give {MY} [{{name}}] timer [another|an extra] {{more}} [more])",
    f"[another|an extra] {{more}} [more|extra] (on|for|onto) {MY} [{{name}}] timer",
    after=("[give it|add|and|make it|just] [another] {more} (more|longer)", "(add|and another|give it another) {more}"),
    weight=1,
)
async def add(ctx: Context, more: timedelta, name: Name | None = None) -> str:
    """Make a timer longer."""
    return await _changed(ctx, more, name)


@skill.intent(
    "take {less} off the timer",
    f"(take|knock|shave|cut) {{less}} (off|off of|from) {MY} [{{name}}] timer",
    f"(subtract|remove|deduct) {{less}} from {MY} [{{name}}] timer",
    f"((shorten|reduce|decrease|cut) {MY} [{{name}}] timer by {{less}}|make {MY} [{{name}}] timer {{less}} shorter)",
    after=("[make it] {less} (less|shorter)",),
    weight=0.7,
)
async def subtract(ctx: Context, less: timedelta, name: Name | None = None) -> str:
    """Make a timer shorter."""
    return await _changed(ctx, -less, name)


@skill.question(
    "how much time is left on the timer",
    f"how (much|long) [time|longer] is left on {MY} [{{name}}] timer",
    f"how (much|long|much time) [is] (left|remaining) [on|for] {MY} [{{name}}] timer",
    "how (much time|much longer|long) [(is|do I have|have I got) left|on the timer|until it rings|to go]",
    f"how long (until|till|before) {MY} [{{name}}] timer (goes off|rings|ends|is done|is up)",
    f"when (will|does) {MY} [{{name}}] timer (go off|ring|end)",
    f"how many minutes (are left|left|remain) [on|for] {MY} [{{name}}] timer",
    f"(check|what's left on|how is|what's the status of) {MY} [{{name}}] timer [doing]",
    f"how (much|long) [time] is left on {MY} {{length}} timer",
    f"how (much time|much longer|long) (do I have|have I got|is there) [left] (on|for) {MY} [{{name}}] timer",
    f"how (much time|much longer|long) (do I have|have I got|is left|has it got) [left] (on|for|until) {MY} {{name}}",
    f"is {MY} {{name}} timer (nearly|almost) (done|finished|up|over)",
    weight=3,
    written=(
        f"how (long|much longer|many minutes) (have|has|do|does) {MY} {{name}} (got|have|need) [left|to go]",
        f"(is|are) {MY} {{name}} [timer] [nearly|almost] (done|ready|finished) [yet]",
        f"how (long|much longer) (for|till|until) {MY} {{name}} [is|are] [ready|done]",
    ),
)
async def remaining(ctx: Context, name: Name | None = None, length: timedelta | None = None) -> str:
    """Tell how much time is left."""
    found = _found(ctx, name, length)
    if len(found) > 1:
        return _list(ctx, found)
    return f"{_the(ctx, found[0])} has {_left(ctx, found[0])} left."


@skill.question(
    "what timers do I have",
    "(what|which) timers (are [still] (set|running|going|left|active|on|there)|do I have|have I [got|set])",
    f"(list|show|show me|tell me|read me|what are) [all] [of] {MY} timers",
    "(are there|do I have|have I got) any timers [set|running|active|going]",
    "how many timers (do I have|are there|are set|are running|have I set)",
    f"is (a|{MY}|there a) timer [still] (running|set|on|active|going)",
    weight=1,
)
async def list(ctx: Context) -> str:
    """Tell which timers are running."""
    return _list(ctx, ctx.schedule.pending(skill.name))


@skill.intent(
    f"{CANCEL} [the|my|that|this|these] (timer|timers)",
    f"{CANCEL} [the|my|that] {{name}} timer",
    f"{CANCEL} [the|my|that] {{length}} timer",
    f"{CANCEL} [the|my|that] timer for {MY} {{name}}",
    "turn [the|my|that] ([{name}] timer|timers) off",
    weight=3,
)
async def cancel(ctx: Context, name: Name | None = None, length: timedelta | None = None) -> str:
    """Cancel a timer. Of several, ask which."""
    found = _found(ctx, name, length)
    if len(found) > 1:
        text = f"{_list(ctx, found)} Which one shall I cancel, or all?"
        found = await ctx.choose(text, _options(ctx, found), several=True)
    ctx.schedule.cancel_all(found)
    ctx.undo(lambda: ctx.schedule.put_back(found))
    return f"{_the(ctx, found[0])} is cancelled." if len(found) == 1 else "The timers are cancelled."


@skill.intent(
    f"{CANCEL} ((all|all the|all my|all of the|all of my|both|both of the) timers|every timer)",
    "turn (all|all the|all my|both) timers off",
    weight=1,
)
async def cancel_all(ctx: Context) -> str:
    """Cancel all timers."""
    found = _found(ctx, None, None)
    ctx.schedule.cancel_all(found)
    ctx.undo(lambda: ctx.schedule.put_back(found))
    return f"{_the(ctx, found[0])} is cancelled." if len(found) == 1 else "All timers are cancelled."


async def _changed(ctx: Context, by: timedelta, name: str | None) -> str:
    changed = ctx.schedule.change(await _which(ctx, _found(ctx, name, None), "change"), by)
    ctx.undo(lambda: ctx.schedule.change(changed, -by))
    return f"{'The ' + changed.name if changed.name else 'The'} timer has {_left(ctx, changed)} left now."


async def _which(ctx: Context, entries: Sequence[Entry], verb: str) -> Entry:
    """The one of these that is meant. Raises Unanswered."""
    if len(entries) == 1:
        return entries[0]
    return (await ctx.choose(f"{_list(ctx, entries)} Which one shall I {verb}?", _options(ctx, entries)))[0]


def _options(ctx: Context, entries: Sequence[Entry]) -> Sequence[tuple[str, Entry]]:
    """Each with what it may be called."""
    return [
        (f"[the] {each.name} [timer]" if each.name else f"[the] [timer] [for] {ctx.spoken(each.length)} [timer]", each)
        for each in entries
    ]


def _found(ctx: Context, name: str | None, length: timedelta | None) -> Sequence[Entry]:
    """The timers meant. Raises SkillError where there is none."""
    pending = ctx.schedule.pending(skill.name)
    if not pending:
        raise SkillError("There is no timer running.")
    found = [e for e in pending if name in (None, e.name) and length in (None, e.length)]
    if not found:
        raise SkillError(f"There is no {name} timer." if name else "There is no such timer.")
    return found


def _the(ctx: Context, entry: Entry) -> str:
    return f"The {entry.name} timer" if entry.name else f"The timer for {ctx.spoken(entry.length)}"


def _left(ctx: Context, entry: Entry) -> str:
    """Rounded up, and to minutes where seconds do not matter."""
    seconds = ceil(entry.remaining.total_seconds())
    return ctx.spoken(timedelta(seconds=seconds if seconds < 600 else ceil(seconds / 60) * 60))


def _list(ctx: Context, entries: Sequence[Entry]) -> str:
    if not entries:
        return "There are no timers."
    state = {True: "left, paused", False: "left"}
    each = [f"{_the(ctx, entry).lower()} with {_left(ctx, entry)} {state[entry.paused]}" for entry in entries]
    count = "one timer" if len(entries) == 1 else f"{ctx.spoken(len(entries))} timers"
    return f"You have {count}: {ctx.spoken(each)}."
