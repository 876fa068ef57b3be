"""Notes: "take a note: the plumber comes on Friday", "read my notes", "delete the last note"."""

from collections.abc import Sequence
from typing import Annotated, Any

from assistant.skill import Asked, BadSlot, Context, Skill, SkillError

skill = Skill(
    "notes",
    tables=("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL, made TEXT NOT NULL)",),
)

Note = tuple[int, str, str]
"""Its number, its words, and when it was made."""

LONGEST = 400
"""Characters of a note."""
MOST = 1000
READ = 5
"""Notes that are read out, the newest first."""

TAKE = "(take|make|write|jot|put|add|create|record) [down] (a|another|the|this|one more) note"
MY = "[the|my|our|all|all my|all the]"


@skill.intent(
    "take a note {text}",
    f"{TAKE} [that|of|about|saying|to|for me to] {{text}}",
    "(note|note down|write down|jot down|make a note of|remember) [that|this] {text}",
    "(take down|dictate) [this|the following|a note] {text}",
    f"({TAKE}|take a memo|(take|write|note) (something|this) down|I want to (dictate|dictate a note|make a note))",
    weight=1,
)
def take(ctx: Context, text: Annotated[str, Asked("What shall I write down?")]) -> str:
    """Take a note."""
    text = text.strip(" :,.")
    if not text:
        raise BadSlot("You did not say what.")
    if len(text) > LONGEST:
        raise BadSlot("That is too long for one note. Make two of it.")
    with ctx.store.changes():
        (count,) = ctx.store.rows("SELECT COUNT(*) FROM notes")[0]
        if count >= MOST:
            raise SkillError(f"There are {MOST} notes already. Delete some first.")
        ctx.store.change("INSERT INTO notes (text, made) VALUES (?, ?)", text, ctx.now().isoformat())
        ((made,),) = ctx.store.rows("SELECT last_insert_rowid()")
    ctx.undo(lambda: ctx.store.change("DELETE FROM notes WHERE id = ?", made))
    return f"I noted: {text}."


@skill.question(
    "read my notes",
    f"(read|read me|show|show me|tell me|list|what are) {MY} notes",
    "(what (have I|did I|have we|did we) (noted|note|write down|written down)|do I have any notes|are there any notes)",
    "(read|read me|what is|what was) (the|my) (last|latest|newest) note",
    "how many notes (do I have|are there|have I made)",
    weight=0.7,
)
def read(ctx: Context) -> str:
    """Read the newest notes."""
    rows = ctx.store.rows("SELECT text FROM notes ORDER BY id DESC LIMIT ?", READ)
    (count,) = ctx.store.rows("SELECT COUNT(*) FROM notes")[0]
    if not count:
        return "There are no notes."
    texts = " ".join(f"{text[:1].upper()}{text[1:]}." for (text,) in rows)
    if count == 1:
        return f"There is one note. {texts}"
    return f"There are {count} notes, the newest first. {texts}"


@skill.question(
    "what did I note about {words}",
    "what (did I|have I|did we|have we) (note|noted|write|written|write down|written down) (about|on|of) {words}",
    "(find|search|look up|read|show me|is there) (my|the|a|any) (note|notes) (about|on|with|of) {words}",
    "(search|look through) my notes for {words}",
    weight=0.4,
)
def find(ctx: Context, words: str) -> str:
    """Find a note by its words."""
    found = [text for _, text, _ in _about(ctx, words)]
    if not found:
        return f"There is no note about {words}."
    more = f" And {len(found) - READ} more." if len(found) > READ else ""
    return " ".join(f"{text[:1].upper()}{text[1:]}." for text in found[:READ]) + more


@skill.intent(
    "delete the last note",
    "(delete|remove|erase|forget|throw away) (the|my) [last|latest|newest] note",
    "(delete|remove|erase|forget|throw away) (the|my) (note|notes) (about|on|with|of) {words}",
    weight=0.4,
)
def delete(ctx: Context, words: str | None = None) -> str:
    """Delete the last note, or those about something."""
    found: Sequence[tuple[Any, ...]]
    if words is None:
        found = ctx.store.rows("SELECT id, text, made FROM notes ORDER BY id DESC LIMIT 1")
    else:
        found = _about(ctx, words)
    if not found:
        raise SkillError(f"There is no note about {words}." if words else "There are no notes.")
    with ctx.store.changes():
        for number, *_ in found:
            ctx.store.change("DELETE FROM notes WHERE id = ?", number)
    ctx.undo(lambda: _write_again(ctx, found))
    return f"I deleted: {found[0][1]}." if len(found) == 1 else f"I deleted {len(found)} notes about {words}."


@skill.intent(
    "delete all notes",
    "(delete|remove|erase|clear|forget|throw away) ((all|all my|all the|all of my|my|our|the) notes|every note)",
    weight=0.2,
)
async def clear(ctx: Context) -> str:
    """Delete all notes, once the household has confirmed it."""
    found = ctx.store.rows("SELECT id, text, made FROM notes")
    if not found:
        return "There are no notes."
    if not await ctx.confirm(f"Shall I delete {'the only note' if len(found) == 1 else f'all {len(found)} notes'}?"):
        return "I keep them."
    ctx.store.change("DELETE FROM notes")
    ctx.undo(lambda: _write_again(ctx, found))
    return "All notes are deleted."


def _write_again(ctx: Context, notes: Sequence[Note]) -> None:
    with ctx.store.changes():
        for note in notes:
            ctx.store.change("INSERT OR IGNORE INTO notes (id, text, made) VALUES (?, ?, ?)", *note)


def _about(ctx: Context, words: str) -> Sequence[Note]:
    """The notes in which all these words stand, the newest first."""
    wanted = set(words.casefold().split()) - {"the", "my", "a", "an"}
    rows = ctx.store.rows("SELECT id, text, made FROM notes ORDER BY id DESC")
    return [(number, text, made) for number, text, made in rows if all(word in text.casefold() for word in wanted)]
