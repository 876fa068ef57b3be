"""Announcements: "announce that dinner is ready", "tell everyone to come down in ten minutes"."""

from datetime import timedelta

from assistant.skill import Context, Skill

skill = Skill("announce")

EVERYONE = "(everyone|everybody|all of you|them all|the family|the house|the whole house|the kids|the children)"

AT_ONCE = timedelta(seconds=1)


@skill.intent(
    "announce [that] {message}",
    f"(announce|say|call out|shout out) to {EVERYONE} [that] {{message}}",
    "(broadcast|call out|shout out|make (an|the) announcement) [that|saying] {message}",
    f"(tell|inform|call|notify) {EVERYONE} [that] {{message}}",
    f"let {EVERYONE} know [that] {{message}}",
    weight=1,
    later=True,
)
def announce(ctx: Context, message: str) -> None:
    """Say something aloud to everyone in the house."""
    said = message.strip().removeprefix("that ")
    if said.startswith("to "):
        said = f"please {said.removeprefix('to ')}"
    ctx.schedule.after(AT_ONCE, ctx.announce(f"{said[:1].upper()}{said[1:].rstrip('.!')}.", chime="announcement"))
