"""Telling, from the words alone, that something is no command: it asks, it forbids, or it only tells.

A model that has to choose an intent finds one in "don't open the door", too. These rules need not be clever, only sure:
a command that they take for something else has to be said in plainer words; the reverse is what they prevent.
"""

import re

MOST_WORDS = 25
"""Longer is talk, not a command to a house."""

ASKED = "That sounded like a question, so I did nothing."
FORBIDDEN = "I heard that you do not want that, so I did nothing."
TOLD = "I am not sure that you were talking to me, so I did nothing."

_NEGATIVE = re.compile(
    r"\b(do not|does not|did not|is not|are not|was not|not|never|don't|dont|doesn't|didn't|won't|can't|cannot|mustn't"
    r"|shouldn't|nobody|nothing|no one|no need|no longer|instead of|rather than|without|refrain|avoid|unless"
    r"|leave .{1,40} (on|off|alone|closed|open|shut|locked|unlocked))\b"
)
_REMINDING = re.compile(r"\b(do not|don't|dont|never) forget to\b")
_ASKING = re.compile(
    r"^(is|are|was|were|am|did|does|has|had|why|when|where|who|whose|whom|which|should|shall|may|might|must"
    r"|(do|have|can|could|would|will) (i|we|they|he|she|it|the|my|our|your|these|those|this|that|any\w*|some\w*)"
    r"|do you|have you|what(?! about\b)|how(?! about\b))\b"
)
_POLITE = re.compile(r"^(please |hey |ok |okay |so )*(can|could|would|will) you\b|^(how|what) about\b")
_TELLING = re.compile(
    r"^(he|she|they|somebody|someone|everybody|everyone|people|yesterday|once|if|whenever|imagine|suppose|pretend"
    r"|while|because|although|as soon as)\b"
    r"|^(i|we|you) (was|were|had|did|thought|think|wonder|wondered|remember|remembered|dreamt|dreamed|heard|said|saw"
    r"|know|knew|guess|used|hate|hated|opened|closed|unlocked|turned|would|could|might|should)\b(?! like)"
    r"|\b(said|says|saying|told|asked|asks|replied|shouted|shouts|whispered|yelled|yells|screamed|answered"
    r"|announced|explained|wrote|reads|reported)\b"
    r"|\b(ignore|disregard|forget|override|bypass) (all|any|every|the|your|my|previous|prior|earlier|those|these)\b"
    r"|\b(previous|prior|earlier|new|your) (instructions?|rules?|orders|prompts?)\b"
    r"|\b(system prompt|developer mode|debug mode|maintenance mode|jail ?break|you are now|act as|role ?play|sudo"
    r"|json|base64|execute|eval|admin(istrator)?)\b|\b(assistant|system|user):"
    r"|[{}<>`|\\\[\]=;]|\"|“|”"
)


def why_no_command(text: str) -> str | None:
    """A sentence that tells why this is no command, or None if it may be one."""
    words = " ".join(text.casefold().replace("’", "'").split())
    if len(words.split()) > MOST_WORDS or _TELLING.search(words):
        return TOLD
    if _NEGATIVE.search(_REMINDING.sub("", words)):
        return FORBIDDEN
    if _POLITE.search(words):
        return None
    return ASKED if _ASKING.search(words) or words.endswith("?") else None
