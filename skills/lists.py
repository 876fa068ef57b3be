"""Lists: "add milk, eggs and bread to the shopping list", "is milk on the list", "read my packing list"."""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated

from assistant.skill import Asked, BadSlot, Context, Goods, Often, OneOf, Skill, SkillError, Title, parted

skill = Skill(
    "lists",
    tables=(
        """
        CREATE TABLE lists (name TEXT PRIMARY KEY);
        CREATE TABLE items (
            id INTEGER PRIMARY KEY AUTOINCREMENT, list TEXT NOT NULL, item TEXT NOT NULL, UNIQUE (list, item)
        )
        """,
    ),
)

SHOPPING = "shopping"
"""The list that is meant where none is named."""
LONGEST_ITEM = 80
"""Characters of an item, and of a list's name: no voice reads more of them well."""
MOST_ITEMS = 500
READ = 12
"""Items that are read out at most; the rest is counted."""

Name = Annotated[
    str,
    OneOf(
        spoken={
            "(shopping|grocery|groceries|things to buy)": SHOPPING,
            "(to do|todo|task|tasks|things to do)": "to do",
            "packing": "packing",
            "(wish|wishes)": "wish",
            "christmas": "christmas",
            "cleaning": "cleaning",
            "gift": "gift",
            "homework": "homework",
            "movie": "movie",
            "party": "party",
        }
    ),
]
Several = Annotated[Goods, Often(most=3)]
ADD = "(add|put|write|place|include|put down|write down|stick|pop|throw|chuck)"
Own = Annotated[str, Title()]
THE = "[the|my|our]"
CALLED = "(called|named|titled) {own}"
LIST = f"{THE} [{{name}}|{{own}}] list"
USUAL = f"{THE} [{{name}}] list"
"""A list that is known by its name to every household: where goods are listened for, one by one."""
ANY_LIST = f"({LIST}|[the|my|our|a] list of {{name}}|[the|a] list {CALLED})"
SOME_LIST = "(a|any|this|that|your) list"
FOR_NOW = "[today|for today|for now|for this week|so far]"
VAGUE = "(something|anything|things|items|stuff|it|this|that|[an|the|a new|this|that] (item|thing)|some (items|things))"
OUT = "((we are|I am) [almost|nearly|all] out of|(we|I) (have run out of|ran out of|have no [more]))"
TAKE = "(remove|delete|take|cross|scratch|strike|erase|cancel|drop)"
MAKE = "(make|create|start|begin|set up) [me] [a|another|the|my|one more]"
READ_OUT = "(read|show|tell|give|read out|check|open|display|view|recite|repeat|bring up|pull up) [me]"
UNLESS = (
    "(if (it is|they are) not [already] (there|on there|on it|on the list) [already|yet]"
    "|unless (it is|they are) [already] (there|on there|on it|on the list) [already]"
    "|if (I|we) (have not|did not) [already|yet] [done so|done it]|unless (I|we) [have] already (did|have|done so))"
)
AGAIN = "(it|that|them|some|more|one)"


@skill.intent(
    f"{ADD} {{items}} (to|on|onto|in|into) {LIST}",
    f"{ADD} (to|on) {THE} [{{name}}|{{own}}] list {{items}}",
    f"({ADD} {VAGUE} (to|on) {LIST}|{ADD} to {LIST})",
    f"{OUT} {{items}}",
    "(we|I) (need to buy|have to buy|need (more|another)) {items}",
    f"{ADD} {{goods}} (to|on|onto) {USUAL}",
    f"({OUT}|(we|I) (need to buy|have to buy)) {{goods}}",
    after=(f"{ADD} {{items}} (to|on|onto) (it|there)",),
    weight=3,
    written=(
        f"{ADD} {{items}} [down] (to|on|onto) ({SOME_LIST}|{ANY_LIST})",
        f"{ADD} {VAGUE} (to|on|onto) ({SOME_LIST}|{ANY_LIST})",
        f"({OUT}|(we|I) do not have [any] [more]) {{items}} [and|so] [please|can you|could you|will you] "
        f"{ADD} {AGAIN} (to|on|onto) {LIST}",
        f"{ADD} {{items}} [down] (to|on|onto) {LIST} {FOR_NOW}",
        f"{ADD} {{items}} (to|on|onto) {LIST} {UNLESS}",
        f"(do (we|I) have|is|are|is there|are there) [any] {{items}} on {LIST} [and] if (not|it is not|they are not) "
        f"[please|can you|could you|then] {ADD} {AGAIN} [to it]",
    ),
)
async def add(
    ctx: Context,
    items: str | None = None,
    goods: Several | None = None,
    name: Name | None = None,
    own: Own | None = None,
) -> str:
    """Put things on a list."""
    wanted = _wanted(items, goods) or _split(await ctx.ask("What shall I add?", str))
    return _add(ctx, _named(ctx, name, own, new=True), wanted)


@skill.intent(
    "we need {goods}",
    "(we|I) need [to get] {goods}",
    "(we are|I am) (low on|running low on|running out of|short of|out of) {goods}",
    "(add|get|buy|pick up|put down|write down) {goods}",
    "(get|buy|pick up) {good} from the (store|shop|supermarket)",
    "[there is] no [more] {good} left",
    "the {good} (is|are) (all gone|finished|used up|almost gone)",
    weight=1,
)
def needed(ctx: Context, goods: Several | None = None, good: Goods | None = None) -> str:
    """Put what is needed on the shopping list."""
    return _add(ctx, SHOPPING, _bare([*(goods.names if goods else ()), *(good.names if good else ())]))


def _add(ctx: Context, where: str, wanted: Sequence[str]) -> str:
    with ctx.store.changes():
        (count,) = ctx.store.rows("SELECT COUNT(*) FROM items WHERE list = ?", where)[0]
        if count + len(wanted) > MOST_ITEMS:
            raise SkillError(f"The {where} list is full: it holds {MOST_ITEMS} things.")
        ctx.store.change("INSERT OR IGNORE INTO lists VALUES (?)", where)
        added = [
            item
            for item in wanted
            if ctx.store.change("INSERT OR IGNORE INTO items (list, item) VALUES (?, ?)", where, item)
        ]
    if not added:
        return f"{_sentence(ctx, wanted)} {_are(wanted)} on the {where} list already."
    ctx.undo(lambda: _take_off(ctx, where, added))
    return f"I put {ctx.spoken(added)} on the {where} list."


@skill.intent(
    f"{TAKE} [the] {{items}} (from|off|off of) {LIST}",
    "(I|we) ((bought|have bought|have got|already have) [the]|got the) {items}",
    f"{TAKE} [the] {{goods}} (from|off|off of) {USUAL}",
    "(I|we) ((bought|have bought|have got|already have) [the]|got the) {goods}",
    after=(f"{TAKE} [the] {{items}} (from|off) [of] (it|there)",),
    weight=2,
    written=(
        f"(cross|scratch|strike|take) (off|out) [the] {{items}} (from|on|of|off) {ANY_LIST}",
        f"{TAKE} {VAGUE} (from|off|off of) ({ANY_LIST}|{SOME_LIST})",
        "(tick|check|cross|scratch|strike) off [the] {items} [(on|from) [the|my|our] {name} list]",
        f"{TAKE} [the] {{items}} (from|off|off of) {ANY_LIST}",
    ),
)
async def remove(
    ctx: Context, items: str | None = None, goods: Goods | None = None, name: Name | None = None, own: Own | None = None
) -> str:
    """Take things off a list."""
    where = _named(ctx, name, own)
    wanted = _wanted(items, goods) or _split(await ctx.ask("Which thing?", str))
    with ctx.store.changes():
        gone = [found for item in wanted if (found := _removed(ctx, where, item))]
    if not gone:
        raise SkillError(f"{_sentence(ctx, wanted)} {_are(wanted)} not on the {where} list.")
    ctx.undo(lambda: _put_on(ctx, where, gone))
    return f"I took {ctx.spoken(gone)} off the {where} list."


@skill.question(
    f"what (is|is there|do (I|we) have|have (I|we) got) [written|left|still] on {LIST}",
    f"{READ_OUT} {LIST} [to me|aloud]",
    "what (do (we|I) (need|have) to (buy|get|pack)|do (we|I) need from the (store|shop|supermarket)"
    "|should (I|we) (buy|get))",
    f"(is there|do I have|do we have) anything [left] on {LIST}",
    f"how many (things|items) (are [there]|do I have) on {LIST}",
    weight=3,
    written=(
        f"what (is|else is|is there|do (I|we) have|have (I|we) got) [else|next|there|still] on {ANY_LIST} {FOR_NOW}",
        f"what [else] (I have|we have|there is|I put|do I have|is it that is) on {ANY_LIST} {FOR_NOW}",
        f"{READ_OUT} {ANY_LIST} [items] [to me|aloud|out|back] {FOR_NOW}",
        f"({READ_OUT}|list|what are|go through) [all] [of] [the] (things|items|contents|entries|what is) "
        f"[to me] [that are] (on|in|of|from) {ANY_LIST} {FOR_NOW}",
        f"what (the|are the) (things|items|entries) (on|in) {ANY_LIST} [are] {FOR_NOW}",
        f"what does {ANY_LIST} (contain|say|include|have) [on it] {FOR_NOW}",
        "[what about|how about|what is|give me] [the|my|our] {name} list",
        f"(do I have|[if] there is|have I (put|added)|is there) anything [left] (on|to) {ANY_LIST} {FOR_NOW}",
        f"how many (things|items|entries) (do I have|have I got|are) on {ANY_LIST} {FOR_NOW}",
    ),
)
def read(ctx: Context, name: Name | None = None, own: Own | None = None) -> str:
    """Read a list."""
    where = _named(ctx, name, own)
    items = [item for (item,) in ctx.store.rows("SELECT item FROM items WHERE list = ? ORDER BY id", where)]
    if not items:
        return f"There is nothing on the {where} list."
    if len(items) > READ:
        return f"There are {len(items)} things on the {where} list. The last ones are {ctx.spoken(items[-READ:])}."
    count = "is one thing" if len(items) == 1 else f"are {len(items)} things"
    return f"There {count} on the {where} list: {ctx.spoken(items)}."


@skill.question(
    f"(is|are) [there] [any|the|some] {{items}} [already] on {LIST}",
    f"(do|did) (we|I) (have|put|write|add) [any] {{items}} (on|to) {LIST}",
    f"does {LIST} (have|contain|include) {{items}}",
    "do (we|I) [still] need (to (buy|get)|any|more|to buy any|to buy more) {items}",
    weight=1,
    written=(
        f"(do|did) (we|I) [already|remember to|forget to] (have|put|write|add|include) [any] {{items}} "
        f"(on|to|in) {ANY_LIST}",
        f"have (we|I) [already] (put|written|added|got) [any] {{items}} (on|to) {ANY_LIST} [already|yet]",
        f"does {ANY_LIST} [already] (have|contain|include) {{items}} [on it]",
        f"(is|are) {{items}} [already] on {ANY_LIST}",
    ),
)
def has(
    ctx: Context, items: Annotated[str, Asked("Which thing?")], name: Name | None = None, own: Own | None = None
) -> str:
    """Tell whether something is on a list."""
    where = _named(ctx, name, own)
    wanted = _split(items)
    there = [item for item in wanted if _found(ctx, where, item)]
    missing = [item for item in wanted if item not in there]
    if not missing:
        return f"Yes, {ctx.spoken(there)} {_are(there)} on the {where} list."
    no = f"{ctx.spoken(missing)} {_are(missing)} not on the {where} list."
    return f"No, {no}" if not there else f"{_sentence(ctx, there)} {_are(there)}, but {no}"


@skill.intent(
    f"(clear|empty|erase|wipe|reset) {LIST}",
    f"(remove|delete|clear|take|cross) (everything|all|all items|all things) (from|off|on) {LIST}",
    f"(delete|throw away|get rid of|remove) {LIST}",
    weight=0.7,
    written=(
        f"(clear|empty|erase|wipe|reset) [out] {ANY_LIST}",
        f"(remove|delete|clear|take|cross|erase|get rid of) (everything|all|(all [of] [the|my]|the) (items|things)) "
        f"(from|off|on|in) {ANY_LIST}",
        f"(delete|remove|cancel|throw away|get rid of) {ANY_LIST}",
    ),
)
def clear(ctx: Context, name: Name | None = None, own: Own | None = None) -> str:
    """Take everything off a list."""
    where = _named(ctx, name, own)
    with ctx.store.changes():
        gone = [item for (item,) in ctx.store.rows("SELECT item FROM items WHERE list = ? ORDER BY id", where)]
        ctx.store.change("DELETE FROM items WHERE list = ?", where)
        ctx.store.change("DELETE FROM lists WHERE name = ?", where)
    ctx.undo(lambda: _put_on(ctx, where, gone))
    return f"The {where} list is empty now." if gone else f"The {where} list was empty already."


@skill.intent(
    "(make|create|start|begin|set up) (a|another|me a) [new] ({name}|{own}) list",
    "(make|create|start) (a|another) [new] list [(called|named|for) [the|my] {own}]",
    weight=0.5,
    written=(
        f"{MAKE} [new] ({{name}}|{{own}}) list",
        f"{MAKE} [new] list [(called|named|titled|for|of) [the|my] ({{name}}|{{own}})]",
    ),
)
async def create(ctx: Context, name: Name | None = None, own: Own | None = None) -> str:
    """Begin a list."""
    if name is own is None:
        own = (await ctx.ask("What shall I call it?", str)).casefold().removesuffix(" list")
    where = _named(ctx, name, own, new=True)
    fresh = ctx.store.change("INSERT OR IGNORE INTO lists VALUES (?)", where)
    if fresh:
        ctx.undo(lambda: ctx.store.change("DELETE FROM lists WHERE name = ?", where))
    return f"There is a {where} list now." if fresh else f"There is a {where} list already."


@skill.question(
    "(what|which) lists (do (I|we) have|are there|have I got)",
    "(list|show|show me|tell me|read me|what are) [all] [of] [the|my|our] lists",
    "(how many lists do (I|we) have|are there any lists|do I have any lists)",
    weight=0.5,
    written=(
        "(what|which) lists (do (I|we) have|are there|have I (got|made)|(I|we) (have|made)|there are) [made]",
        "(what|which) lists (are|exist) [currently] [available]",
        "(read|check|display|see|go through|show|tell me) [all] [of] [the|my|our] [available] lists",
    ),
)
def every(ctx: Context) -> str:
    """Tell which lists there are."""
    counts = ctx.store.rows(
        "SELECT name, COUNT(item) FROM lists LEFT JOIN items ON list = name GROUP BY name ORDER BY name"
    )
    if not counts:
        return "There are no lists. Say, for example: add milk to the shopping list."
    each = [f"{name} with {count} {'thing' if count == 1 else 'things'}" for name, count in counts]
    return f"There {'is one list' if len(each) == 1 else f'are {len(each)} lists'}: {ctx.spoken(each)}."


def _named(ctx: Context, name: str | None, own: str | None, *, new: bool = False) -> str:
    """The list that is meant. Raises SkillError where the household has none of that name, unless it is `new`."""
    if own is None:
        return name or SHOPPING
    own = own.removeprefix("the ").removeprefix("my ").strip()
    if len(own) > LONGEST_ITEM:
        raise BadSlot("That is too long for the name of a list.")
    if not new and not ctx.store.rows("SELECT 1 FROM lists WHERE name = ?", own):
        raise SkillError(f"There is no {own} list.")
    return own


def _wanted(items: str | None, goods: Goods | None) -> Sequence[str]:
    """What was named; nothing where a sentence names nothing."""
    return _bare(goods.names) if goods else _split(items) if items is not None else ()


def _split(text: str) -> Sequence[str]:
    """The things of an enumeration, each once. Raises BadSlot for one that nobody could read out."""
    found = dict.fromkeys(parted(text.casefold()))
    items = _bare(found)
    if any(len(item) > LONGEST_ITEM for item in items):
        raise BadSlot("That is too long for a list. Say it in a few words, or take a note of it.")
    if not any(items):
        raise BadSlot("You did not say what.")
    return [item for item in items if item]


def _bare(items: Iterable[str]) -> list[str]:
    """Without what stands before them in a sentence."""
    return [
        re.sub(r"^(the|some|any|an?(?! (dozen|couple|\w+ of) )|more|another)\s+", "", item).strip(" .!?")
        for item in items
    ]


def _found(ctx: Context, where: str, item: str) -> str | None:
    """How something stands on a list: "egg" finds "eggs"."""
    forms = (item, f"{item}s", f"{item}es", item.removesuffix("s"), item.removesuffix("es"))
    rows = ctx.store.rows(f"SELECT item FROM items WHERE list = ? AND item IN ({','.join('?' * 5)})", where, *forms)
    return str(rows[0][0]) if rows else None


def _removed(ctx: Context, where: str, item: str) -> str | None:
    """What was taken off a list; None where it was not on it."""
    found = _found(ctx, where, item)
    ctx.store.change("DELETE FROM items WHERE list = ? AND item = ?", where, found)
    return found


def _put_on(ctx: Context, where: str, items: Sequence[str]) -> None:
    with ctx.store.changes():
        ctx.store.change("INSERT OR IGNORE INTO lists VALUES (?)", where)
        for item in items:
            ctx.store.change("INSERT OR IGNORE INTO items (list, item) VALUES (?, ?)", where, item)


def _take_off(ctx: Context, where: str, items: Sequence[str]) -> None:
    with ctx.store.changes():
        for item in items:
            ctx.store.change("DELETE FROM items WHERE list = ? AND item = ?", where, item)


def _sentence(ctx: Context, items: Sequence[str]) -> str:
    words = ctx.spoken(items)
    return words[:1].upper() + words[1:]


def _are(items: Sequence[str]) -> str:
    return "is" if len(items) == 1 and not items[0].endswith("s") else "are"
