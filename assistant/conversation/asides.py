"""Sentences about the conversation itself: "undo that", "what did you hear", "no, I meant the desk lamp"."""

import re
from collections.abc import Iterable
from dataclasses import replace

from assistant.conversation.following import with_pronouns
from assistant.messages import IntentSpec, SlotSpec, Vocabulary

UNDO, HEARD, WHY, AGAIN = "assistant.undo", "assistant.heard", "assistant.why", "assistant.again"
DROP = "assistant.drop"
"""Not heard as such: a command of which nothing is wanted any more, or that is forbidden."""
ALSO, MEANT, REST, MORE = "assistant.also", "assistant.meant", "assistant.rest", "assistant.more"
"""Heard by their words alone: what they mean depends on what was said before them."""

_ASIDES = (
    IntentSpec(
        UNDO,
        (
            "undo [(that|it|this|the last (one|thing|command))] [again]",
            "(take (that|it) back|revert (that|it)|reverse that|put (that|it|everything) back [(how|as) it was])",
        ),
        weight=0.5,
    ),
    IntentSpec(
        HEARD,
        (
            "what (did|have) you (hear|heard|understand|understood)",
            "what did I [just] say",
            "what did you think I said",
            "what (did|have) you just (do|done)",
        ),
        weight=0.2,
    ),
    IntentSpec(
        WHY,
        ("why (did|have) you (do|done|say|said) (that|this|it)", "why (was|is|did) that [happen|happened]", "why"),
        weight=0.2,
    ),
    IntentSpec(
        AGAIN,
        (
            "(say|repeat) (that|it|this) [again|once more|please]",
            "(what did you [just] say|what was that|I (did not|could not) hear (you|that)|come again|pardon)",
        ),
        weight=0.4,
    ),
)
"""Always heard, spoken or typed."""

USUAL = 100.0
"""What all commands of a house weigh together, about."""

NAMES = frozenset({UNDO, HEARD, WHY, AGAIN, DROP})

_MEANT = re.compile(
    r"(?:(?:oh|ah|um|uh)\s+)?(?:(?:no|nope|sorry|wait|wrong|not that(?: one)?)[,.!]?\s+)*"
    r"(?:(?:no|sorry|wait|actually|not that(?: one)?)[,.!]?\s+|(?:actually\s+)?i\s+(?:meant|mean|said|wanted)\s+)"
    r"(?:(?:actually|rather)\s+)?(?:i\s+(?:meant|mean|said|wanted)\s+)?(?P<what>.+)",
    re.IGNORECASE,
)
_ALSO = re.compile(
    r"(?:(?:and|also)\s+(?:(?:what|how)\s+about\s+)?|(?:what|how)\s+about\s+)"
    r"(?P<what>[^?!.]+?)(?:\s+(?:too|also|as well))?[?!.]*",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"(?:(?:and\s+)?(?:just\s+)?a\s+(?:tiny\s+|little\s+)?(?:bit|little|tad|touch)\s+more"
    r"|(?:and\s+)?(?:(?:even|still|some)\s+)?more|(?:and\s+)?(?:(?:once|one)\s+(?:more(?:\s+time)?)|again|further)"
    r"|(?:do|try)\s+(?:it|that|this)\s+(?:again|once\s+more|one\s+more\s+time))(?:\s+please)?[.!]*",
    re.IGNORECASE,
)
_DROPPED = re.compile(
    r".+\bnever\s?mind\W*"
    r"|.+\b(?:no|oh|oops|wait|sorry|actually|on second thoughts?)\W+"
    r"(?:(?:never\s?mind|cancel|forget|drop|leave)(?:\s+(?:that|it))?|i (?:do not|don't) want (?:that|it))\W*",
    re.IGNORECASE | re.DOTALL,
)

_FORBIDDEN = re.compile(
    r"(?:(?:no|hey|ok|okay|oh|please|just)\W+)*(?:do not|don'?t|never|(?:you )?must ?n[o']t)\s+(?P<what>.+)",
    re.IGNORECASE | re.DOTALL,
)


def meant(text: str) -> str | None:
    """What somebody says to have meant instead: "the desk lamp" of "no, I meant the desk lamp"."""
    match = _MEANT.fullmatch(text.strip())
    return match["what"] if match else None


def also(text: str) -> str | None:
    """What the last command shall be done with, too: "in the kitchen" of "and in the kitchen?"."""
    match = _ALSO.fullmatch(text.strip())
    return match["what"] if match else None


def more(text: str) -> bool:
    """Whether the last command shall be done once more: "a bit more" after "brighter"."""
    return _MORE.fullmatch(text.strip()) is not None


def dropped(text: str) -> bool:
    """Whether a sentence ends with its speaker having thought better of it: "turn on the… no, never mind"."""
    return _DROPPED.fullmatch(text) is not None


def forbidden(text: str) -> str | None:
    """What somebody says not to do: "turn on the fan" of "don't turn on the fan"."""
    match = _FORBIDDEN.fullmatch(text.strip())
    return match["what"] if match else None


def with_asides(specs: Iterable[IntentSpec]) -> tuple[IntentSpec, ...]:
    """What can be typed: commands, and what can be said about the conversation.

    However little the commands are, what is about them is said as rarely, and by itself: in noise "why" is easily heard
    before a command.
    """
    specs = tuple(specs)
    share = min(1.0, sum(spec.weight for spec in specs) / USUAL)
    return (*specs, *(replace(each, weight=share * each.weight, alone=True) for each in _ASIDES))


def as_heard(vocabulary: Vocabulary) -> Vocabulary:
    """Everything that can be said: also what only makes sense after something else was said."""
    specs = with_asides(with_pronouns(vocabulary.intents))
    names = tuple(
        dict.fromkeys(choice for spec in specs for slot in spec.slots if slot.names for choice in slot.choices)
    )
    if not names:
        return Vocabulary(specs)
    what = SlotSpec("what", "choice", choices=names)
    another = "[in|on] [the|my] {what}"
    follow = (
        IntentSpec(
            ALSO,
            (f"(and|what about|how about|and what about) {another} [too|also|as well]",),
            (what,),
            weight=0.5,
            alone=True,
        ),
        IntentSpec(
            MORE,
            (
                "[and] [just] a [little] (bit|little|tad) more [please]",
                "[and] (even more|some more|once more|one more time) [please]",
                "do (it|that) (again|once more|one more time) [please]",
            ),
            weight=0.3,
            alone=True,
        ),
        IntentSpec(REST, (another,), (what,), weight=0.1),
        IntentSpec(
            MEANT,
            (f"(no|sorry|no sorry|actually|wait) [I (meant|mean|said)] {another}",),
            (what,),
            weight=0.5,
            alone=True,
        ),
    )
    return Vocabulary(specs + follow)
