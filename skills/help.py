"""Help: "what can I say", "what can you do with timers"."""

from typing import Annotated

from assistant.skill import Context, OneOf, Skill

skill = Skill("help")

Topic = Annotated[
    str,
    OneOf(
        spoken={
            "(light|lights|lighting|lamps)": "light",
            "(timer|timers)": "timer",
            "(clock|time|the time|dates)": "clock",
            "(volume|sound|the volume|the sound)": "volume",
            "(switch|switches|sockets|plugs|fans|devices)": "switch",
        }
    ),
]
KINDS = "[kind of|kinds of|type of|types of|sort of|sorts of]"

MOST = 5
"""Nobody remembers more examples than this."""


@skill.question(
    "what can I say",
    "help [me]",
    "what can (I say|I ask|I ask you|I ask you to do|I tell you|you do|you do for me|you understand)",
    "what (do you (know|understand)|are you (able to do|capable of)|should I say|am I allowed to ask you)",
    "(what commands|which commands|what skills|which skills|what things) "
    "(do you (know|have|understand)|can I (say|use)|are there)",
    "(what are|list|tell me) your (skills|commands|abilities)",
    "(how can you help|what can you help) me [with]",
    f"what {KINDS} (questions|things|commands) can I (ask|ask you|say|give you)",
    f"what {KINDS} questions can you answer",
    f"what {KINDS} (things|topics|subjects) do you know [about]",
    "what can (you do|I do|I say) (with|about) [the|my] {topic}",
    "(help me|help) with [the|my] {topic}",
    "how (do I|can I) (use|set|control) [the|my|a] {topic}",
    weight=1,
)
async def abilities(ctx: Context, topic: Topic | None = None) -> str:
    """Tell what can be said."""
    found = [ability for ability in ctx.abilities if topic is None or ability.skill == topic]
    if topic is None:
        firsts = {ability.skill: ability for ability in reversed(found)}
        found = [ability for ability in firsts.values() if ability.skill != skill.name][::-1]
    examples = "; ".join(ability.example for ability in found[:MOST])
    return f"You can say, for example: {examples}."
