"""Volume: "set the volume to forty percent", "louder", "mute", "how loud are you"."""

from dataclasses import dataclass
from typing import Annotated

from assistant.skill import Between, Context, OneOf, Percent, Skill


@dataclass(frozen=True)
class Settings:
    """What a household may choose."""

    step: int = 10
    """Percent by which "louder" and "quieter" change the volume."""


skill = Skill("volume", settings=Settings)

SOUND = "([the|your] [speaker] volume|the (sound|speaker|speakers)|yourself)"
LITTLE = "[a bit|a little|a little bit|slightly|some more|a bit more]"
PACE_STEP = 0.2
"""How much "slower" and "faster" change the speed of speech, of the voice's own."""
NAMED = {"maximum": 100, "medium": 50, "minimum": 10}
"""Percent. The minimum can still be heard."""

Named = Annotated[
    str,
    OneOf(
        spoken={
            "(the maximum|[the] (max|loudest|highest)) [setting|level|volume]": "maximum",
            "(medium|the middle)": "medium",
            "[the] (minimum|min|low|lowest|quietest) [setting|level|volume]": "minimum",
        }
    ),
]
OfTen = Annotated[int, Between(0, 10)]


ANY_SOUND = "[the|your] (sound|sounds|audio|volume|noise)"
SPEAKERS = "[(on|from|of|to) [the|all|your|my|all the] (speaker|speakers|device)]"
"""Where it comes from, in words that make no difference."""


def said(*patterns: str) -> tuple[str, ...]:
    """Each pattern with each sort of number in the place of "…"; "percent" tells five percent from five of ten."""
    numbers = ("([level] {of_ten}|{11..100:level})", "{level} percent")
    return tuple(pattern.replace("…", number) for pattern in patterns for number in numbers)


@skill.intent(
    "set the volume to {11..100:level}",
    *said(
        "(set|change|adjust|put|turn) [the|your] [speaker] volume (to|at) …",
        "[the] volume [to|at] …",
        "(turn [the|your] volume (up|down)|(turn up|turn down|increase|raise|lower|decrease|reduce) [the|your] volume"
        "|(I want|I would like) (the|your) volume) (to|at|on) …",
    ),
    "(set|turn|change|adjust|put) [the|your] [speaker] volume to {named}",
    "(maximum|max|full) volume",
    weight=4,
)
async def set(ctx: Context, level: Percent | None = None, of_ten: OfTen | None = None, named: Named = "maximum") -> str:
    """Set how loudly the assistant speaks: a bare number up to ten counts tenths."""
    if of_ten is not None:
        return await _to(ctx, of_ten * 10)
    return await _to(ctx, NAMED[named] if level is None else level)


@skill.intent(
    "turn up the volume",
    f"(turn|crank) up {SOUND} {LITTLE}",
    f"(turn|crank) (it|{SOUND}) up {LITTLE}",
    f"(increase|raise) {SOUND} {LITTLE}",
    f"[the] volume up {LITTLE}",
    "[a bit|a little|much] louder",
    "(speak|talk|make it|be) [a bit|a little|much] louder",
    "make (your|the) volume [a bit|a little|much] (louder|higher)",
    "(speak up|I can't hear you|you are too quiet|(I want|I need) (your|the) volume (louder|up|increased|raised))",
    "(turn up|increase|raise) [the|your] volume by {step}",
    "turn [the|your] volume up by {step}",
    weight=4,
    written=(
        f"(turn up|crank up|increase|raise|boost|up|pump up) [all] {ANY_SOUND} {SPEAKERS} {LITTLE}",
        f"(turn|crank|bring) {ANY_SOUND} {SPEAKERS} up {LITTLE}",
        "(speak|talk|be|make (it|that)) [a bit|a little|much|slightly|a little bit] (louder|more loudly) [to me]",
        "(make|turn) (the (sound|audio|speaker|speakers|volume)|it) [a bit|a little|much] (louder|higher)",
        "(I can not hear you [well|very well|properly]|it is too quiet|you are [speaking] too (soft|softly|quietly))",
    ),
)
async def up(ctx: Context, step: Percent | None = None) -> str:
    """Speak louder."""
    return await _to(ctx, ctx.sound.volume + (step or ctx.settings.step))


@skill.intent(
    "turn down the volume",
    f"turn down {SOUND} {LITTLE}",
    f"turn (it|{SOUND}) down {LITTLE}",
    f"(decrease|lower|reduce) {SOUND} {LITTLE}",
    f"[the] volume down {LITTLE}",
    "[a bit|a little|much] (quieter|softer)",
    "(speak|talk|make it|be) [a bit|a little|much] (quieter|softer|less loud)",
    "((speak|talk) more (quietly|softly)|not so loud|you are too loud"
    "|(I want|I need) (your|the) volume (quieter|down|decreased|lowered)"
    "|make (your|the) volume [a bit|a little|much] (quieter|lower|softer))",
    "(turn down|decrease|lower|reduce) [the|your] volume by {step}",
    "turn [the|your] volume down by {step}",
    weight=4,
    written=(
        f"(turn down|decrease|lower|reduce|drop|soften) [all] {ANY_SOUND} {SPEAKERS} {LITTLE}",
        f"(turn|bring) {ANY_SOUND} {SPEAKERS} down {LITTLE}",
        "(speak|talk|be) [a bit|a little|much|slightly|a little bit] (quieter|softer|lower|less loudly|more quietly)"
        " [to me]",
        "(lower|soften) (your (voice|tone)|the tone)",
        "(make|turn) (the sound|the audio|the speaker|the speakers|it|the volume) [a bit|a little|much] "
        "(quieter|lower|softer|less loud)",
        "(it is too loud|that is too loud|you are [speaking|talking] too loudly|not so loudly)",
    ),
)
async def down(ctx: Context, step: Percent | None = None) -> str:
    """Speak more quietly."""
    return await _to(ctx, ctx.sound.volume - (step or ctx.settings.step))


@skill.intent(
    "mute",
    "mute [yourself|[the] (volume|sound|audio|speaker|speakers)]",
    "(turn off the (sound|volume|audio)|turn the (sound|volume|audio) off|sound off|go mute|be mute|mute on)",
    weight=2,
    written=(
        f"(mute|silence|turn off|switch off|cut|kill|stop|disable) [all] {ANY_SOUND} {SPEAKERS}",
        "(mute|silence) (the|all|your|all the|all your) (speakers|speaker|responses|answers|sounds|device|devices)",
        "(be|stay|become|go) (muted|silent|mute|completely quiet)",
        "(no (speaking|talking|more speaking|more talking|more sounds)|stop (responding|answering))",
        "(do not|don't) (respond|answer|reply|make a sound|make any sound|make any noise)",
        "(set|turn on|switch on|activate|enable|press|hit|touch) [the] (mute|mute button|mute mode|silent mode)",
    ),
)
async def mute(ctx: Context) -> None:
    """Make no sound at all."""
    await ctx.sound.mute(True)


@skill.intent(
    "unmute",
    "unmute [yourself|the (volume|sound|audio|speaker|speakers)]",
    "(turn the (sound|volume|audio) [back] on|turn on the (sound|volume|audio)|(sound|audio) on|mute off)",
    "(you can (speak|talk) again|(stop|end|cancel) (muting|the mute))",
    weight=2,
)
async def unmute(ctx: Context) -> str:
    """Be heard again."""
    await ctx.sound.mute(False)
    return "I am back."


@skill.question(
    "how loud are you",
    "what's (the|your) [current] volume [level|now|right now]",
    "how loud (are you|is it|is the volume|is the sound)",
    "what [volume] level is (the|your) (volume|sound|speaker) [at|on|set to]",
    "(what|which) volume are you (at|on|set to)",
    "what's the volume (at|set to|on)",
    "tell me (the|your) volume [level]",
)
async def level(ctx: Context) -> str:
    """Tell how loudly the assistant speaks."""
    return f"The volume is {ctx.sound.volume} percent{', but I am muted' if ctx.sound.muted else ''}."


async def _to(ctx: Context, volume: int) -> str:
    before = ctx.sound.volume
    await ctx.sound.set_volume(max(0, min(100, volume)))
    if ctx.sound.volume == before in (0, 100):
        return "I cannot be any louder." if before else "I cannot be any quieter."
    ctx.undo(lambda: ctx.sound.set_volume(before))
    return f"Volume {ctx.sound.volume} percent."


@skill.intent(
    "speak slower",
    "(speak|talk|say it|read) [a bit|a little|much|even|more] (slower|slowly|more slowly) [from now on]",
    "(slow down|not so fast|you (speak|talk|are talking|are speaking) too (fast|quickly)|take your time)",
    "(can|could) you [please] (slow down|speak slower|talk slower) [a bit|a little]",
    "[a bit|a little] slower [speech|please]",
    weight=0.3,
)
async def slower(ctx: Context) -> str:
    """Speak more slowly."""
    return await _at_pace(ctx, ctx.sound.pace - PACE_STEP, "I speak more slowly now.", "I cannot speak more slowly.")


@skill.intent(
    "speak faster",
    "(speak|talk|say it|read) [a bit|a little|much|even|more] (faster|quicker|quickly|more quickly) [from now on]",
    "(speed up|hurry up|not so slow|not so slowly|you (speak|talk|are talking|are speaking) too (slow|slowly))",
    "(can|could) you [please] (speak|talk) [a bit|a little] (faster|quicker)",
    weight=0.2,
)
async def faster(ctx: Context) -> str:
    """Speak faster."""
    return await _at_pace(ctx, ctx.sound.pace + PACE_STEP, "I speak faster now.", "I cannot speak faster.")


@skill.intent(
    "speak normally",
    "(speak|talk) (normally|at [your|the|a] (normal|usual) (speed|pace|rate)|as usual|like before) [again]",
    "(reset|go back to) (your|the|a) [normal|usual] [speaking|speech] (speed|pace|rate)",
    "(normal|usual|default) (speaking|speech|talking) (speed|pace|rate)",
    weight=0.1,
)
async def usual_pace(ctx: Context) -> str:
    """Speak at the usual speed."""
    return await _at_pace(ctx, 1.0, "I speak as usual now.", "I speak as usual.")


async def _at_pace(ctx: Context, pace: float, done: str, already: str) -> str:
    before = ctx.sound.pace
    await ctx.sound.set_pace(round(pace, 2))
    if ctx.sound.pace == before:
        return already
    ctx.undo(lambda: ctx.sound.set_pace(before))
    return done
