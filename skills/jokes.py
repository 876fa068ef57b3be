"""Jokes: "tell me a joke", "another joke"."""

import random
from functools import cache
from pathlib import Path

from assistant.skill import Context, Skill

skill = Skill("jokes", tables=("CREATE TABLE told (joke TEXT PRIMARY KEY)",))


GOOD = "[good|nice|best|better|funny|funniest|great|new|silly|short|bad|other|really good|clean]"


@skill.question(
    "tell me a joke",
    "(tell|give|say) [me|us] (a|another|one more|a good|a funny|some other) joke",
    "(another|one more) joke [please]",
    "(make (me|us) laugh|(say|tell me) something funny|cheer me up|do you know (a|any) (joke|jokes|good jokes))",
    weight=1,
    written=(
        f"(tell|give|say|share|read|find|let me hear) [me|us] [a|some|your|the|one of your] {GOOD} (joke|jokes)",
        f"(do you (know|have)|have you (got|heard)) [a|any|some] {GOOD} (joke|jokes) [to share|you can tell]",
        f"(I want|I would like|I am in the mood for|I need) [to hear] [a|some|another|your] {GOOD} (joke|jokes)",
        "(tell|say|let me hear|I want to hear|read) [me|us] something (funny|hilarious|to make (me|us) laugh)",
        "((a|some) [good|funny|silly|new] (joke|jokes)|[the] joke of the day|funny (joke|jokes)|be funny [for me])",
    ),
)
def joke(ctx: Context) -> str:
    """Tell a joke, none twice before all have been told."""
    told = {text for (text,) in ctx.store.rows("SELECT joke FROM told")}
    fresh = [text for text in jokes() if text not in told]
    with ctx.store.changes():
        if not fresh:
            ctx.store.change("DELETE FROM told")
            fresh = list(jokes())
        chosen = random.choice(fresh)
        ctx.store.change("INSERT OR IGNORE INTO told VALUES (?)", chosen)
    return chosen


@cache
def jokes() -> tuple[str, ...]:
    """One a line, of our own making."""
    lines = Path(__file__).with_name("jokes.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if line.strip())
