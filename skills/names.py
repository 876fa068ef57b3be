"""Names: "call the desk lamp sunny from now on", "what names do you know", "forget the name sunny"."""

from assistant.skill import Context, Device, Skill, SkillError, the

skill = Skill("names")


@skill.intent(
    "call the {device} {word} from now on",
    "(call|name) (the|my) {device} {word} from now on",
    "from now on (call|name) (the|my) {device} {word}",
    "(when|if) I say {word} I mean (the|my) {device}",
    "{word} (means|shall mean|is another name for) (the|my) {device}",
    weight=0.2,
)
async def call(ctx: Context, device: Device, word: str) -> str:
    """Remember another name for a device."""
    before = ctx.names.all().get(word)
    ctx.names.remember(word, device.name)
    ctx.undo(lambda: ctx.names.forget(word) if before is None else ctx.names.remember(word, before))
    return f"From now on I call {the(device)} {word}."


@skill.question(
    "what names do you know",
    "(what|which) [other] (names|nicknames|aliases) (do you know|have you (learned|learnt)|did I teach you|are there)",
    "(list|tell me|read me) [all] [the|my] (names|nicknames|aliases) [that you know]",
    "what do you call (things|the devices|what)",
    weight=0.2,
)
async def list(ctx: Context) -> str:
    """Tell which names were given to devices."""
    names = [f"{word} for the {device}" for word, device in ctx.names.all().items()]
    return f"I know {ctx.spoken(names)}." if names else "I know no names but their own."


@skill.intent(
    "forget the name {word}",
    "(forget|remove|delete|drop) the (name|nickname|alias) {word}",
    "(stop calling|do not call) (the|my) {device} {word} [anymore|any more]",
    weight=0.2,
)
async def forget(ctx: Context, word: str, device: Device | None = None) -> str:
    """Forget a name that was given to a device."""
    before = ctx.names.all().get(word)
    if before is None or not ctx.names.forget(word):
        raise SkillError(f"I call nothing {word}.")
    ctx.undo(lambda: ctx.names.remember(word, before))
    return f"I call nothing {word} any more."
