"""Courtesy and filler around what is wanted, in one place for all skills: "could you just … for me, thanks".

A recognizer that knows only listed words listens for a little of it; what was typed or taken down may have any of it.
"""

import re
from collections.abc import Iterable, Iterator, Set
from functools import cache

from assistant.phrases import syntax

HEARD_BEFORE = (
    "[hey|hi|okay|ok] [please|just] [(could|can|would|will) you|i would like you to|i want you to|i want to] [please]"
)
"""What may be heard before any sentence."""

HEARD_ASKING = "(tell me|do you know)"
"""And then, before what is asked."""

FORBIDDING = "(do not|never|[you] must not)"
"""And then, before what must not be done: heard so that it is taken for nothing else. No sentence is read of it."""

HEARD_MINDING = "(would|do) you mind"
"""And before a command whose verb is in the form that `gerund` gives it."""

VERBS = frozenset(
    (
        *("add", "announce", "brighten", "bring", "calculate", "call", "cancel", "change", "check", "choose"),
        *("clear", "close", "convert", "count", "create", "delete", "dim", "draw", "erase", "find", "flip", "forget"),
        *("get", "give", "help", "keep", "let", "lock", "lower", "make", "move", "mute", "note", "open", "pause"),
        *("pick", "play", "pull", "push", "put", "raise", "read", "remind", "remove", "repeat", "reset", "resume"),
        *("roll", "run", "say", "schedule", "search", "set", "show", "shut", "skip", "speak", "spell", "start"),
        *("stop", "switch", "take", "talk", "tell", "throw", "toss", "turn", "unlock", "unmute", "wake", "write"),
    )
)
"""What a house is asked to do most often: each form that is listened for costs the search a little."""

HEARD_AFTER = "[please] [right now|right away|now] [thanks|thank you|for me]"
"""And after it."""

DROPPING = "([oh] (no|wait|sorry) [wait|no] (never mind|cancel)|never mind)"
"""Or that nothing of it is wanted any more: heard so that the command before it is not done."""

_NAMES = "(jarvis|mycroft|marvin|alexa|computer|assistant|hearth|siri|google)"

BEFORE = (
    "(hey|hi|hello|ok|okay|excuse me|sorry|well|so|um|uh|oh|now|alright|all right|right|yes|yeah|then|also)",
    f"[hey] {_NAMES}",
    "(please|kindly|just|simply|quickly|go ahead and|do me a favor and|do me a favour and)",
    "if you (could|can|would|please|do not mind|would be so kind)",
    "(could|can|would|will) you [be so (kind|good) [as] to|be able to|be willing to|possibly|try to|go ahead and]",
    "(are you able to|(would|do) you mind)",
    "(is|would) it [be] possible [for you] to",
    "i (want|need|would like|am going to need|am wanting) [for] you to",
    "(i (want|need|would like) to|i wanna|let us|help me [to]|(be|make) sure (to|you)|you (can|may|should))",
    "i was (hoping|wondering if) you (could|can|would)",
    "(tell|show) (me|us)",
    "do not forget to",
    "(do you [happen to] know|let (me|us) know|any idea|i (want|need|would like) to (know|hear|see))",
)
"""Pieces of what may be typed before any sentence, one after another in any order."""

AFTER = ("(please|thanks|thank you [very much|so much|in advance]|for me)",)
"""Pieces of what may be typed after any sentence, one after another in any order."""

AFTER_ALL_BUT_FREE_TEXT = (
    "(for (us|myself)|okay|ok|too|as well|then|again)",
    "(now|right now|just now|right away|immediately|at once|straight away|asap|quickly|real quick|at the moment)",
    "if you (can|could|would|please|do not mind|would be so kind)",
    "when you (can|get a chance|have a (moment|minute|second))",
    "(will|would|could|can) you",
    _NAMES,
)
"""More of them; free text that they follow has them in it: "remind me to call Ben right now"."""


def before(words: tuple[str, ...]) -> Set[int]:
    """How many words can be left off at the beginning, among them 0."""
    return _peeled(words, _pieces(BEFORE))


def after(words: tuple[str, ...]) -> Set[int]:
    """How many words can be left off at the end of whatever they follow, among them 0."""
    return _peeled(words[::-1], _backwards(AFTER))


def after_all_but_free_text(words: tuple[str, ...]) -> Set[int]:
    """How many words can be left off at the end of what is not free text; more than those of `after`."""
    return _peeled(words[::-1], _backwards(AFTER + AFTER_ALL_BUT_FREE_TEXT))


def plain_verbs(word: str) -> Iterator[str]:
    """What a word after "would you mind" can be in plain form: "turning" is "turn", if it is not "turne"."""
    verb = word.removesuffix("ing")
    if verb != word and len(verb) > 1:
        yield verb
        yield f"{verb}e"
        if verb[-1] == verb[-2]:
            yield verb[:-1]


def gerund(verb: str) -> str | None:
    """The form of one of VERBS after "would you mind": "turning", "closing", "setting"; None of other words."""
    if verb not in VERBS:
        return None
    if verb.endswith("e") and not verb.endswith("ee"):
        return f"{verb[:-1]}ing"
    return f"{verb}{verb[-1]}ing" if _SHORT_VERB.fullmatch(verb) else f"{verb}ing"


_SHORT_VERB = re.compile(r"[^aeiou]*[aeiou][bdgmnprt]")


def _peeled(words: tuple[str, ...], pieces: Iterable[tuple[str, ...]]) -> Set[int]:
    found = {0}
    todo = [0]
    while todo:
        start = todo.pop()
        ends = {start + len(piece) for piece in pieces if words[start : start + len(piece)] == piece} - found
        found |= ends
        todo += ends
    return found


@cache
def _pieces(templates: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(form.split()) for each in templates for form in syntax.forms(syntax.parse(each)))


@cache
def _backwards(templates: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(piece[::-1] for piece in _pieces(templates))
