"""Stop: "stop", "be quiet", "never mind"."""

from assistant.skill import Context, Skill

skill = Skill("stop")


@skill.intent(
    "stop",
    "stop [it|that|this|now|talking|speaking|ringing|everything]",
    "(cancel|(never mind|nevermind) [it|that])",
    "(be quiet|quiet|silence|hush|shush|shut up|enough|that's enough|keep quiet|quiet now|okay stop)",
    "(forget (it|that|about it|about that)|(abort|dismiss) [it|that]|quit [it|talking]|stop that noise)",
    "(stop|silence) the (alarm|noise|ringing|sound|beeping)",
    "(don't|do not) (talk|speak|say anything) [anymore|any more|any further]",
    weight=6,
)
async def stop(ctx: Context) -> None:
    """Be silent: stop what is being said or rung."""
    ctx.schedule.silence()
    await ctx.sound.hush()
