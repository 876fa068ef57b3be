"""What Whisper writes when nobody spoke, and how it looks when it is stuck. Pure text and numbers."""

import re
import zlib

MOST_COMPRESSION = 2.4
"""A text that zlib makes smaller than this many times repeats itself (Radford et al., 2022, section 4.5)."""

MOST_REPEATS = 3
"""Times in a row that somebody says the same one to four words; zlib does not notice it in short texts."""

SHORT = 0.7
"""Seconds of sound in which "thank you" is more often invented than said."""

_INVENTED_ON_NOISE = frozenset(
    {
        "bye",
        "bye bye",
        "hmm",
        "i'll see you next time",
        "oh",
        "okay",
        "so",
        "thank you",
        "thank you so much",
        "thank you very much",
        "thanks",
        "the end",
        "yeah",
        "you",
    }
)
_NEVER_SAID_TO_AN_ASSISTANT = re.compile(
    r"(thanks|thank you)( so much| very much)? for (watching|listening|viewing)|"
    r"(please )?(like and )?subscribe( to (my|the|our) channel)?|"
    r"(i'll |i will )?see you (in the|next) (next )?(video|one|time)|"
    r"(sub|cap)tit(led|les|ling)? by .*|transcri(bed|ption) by .*|.*\bamara\.org\b.*|"
    r"(music|applause|laughter|silence|blank_audio)"
)
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_BRACKETS = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|[♩♪♫♬♭♮♯]")
_REPEATED = re.compile(rf"\b(\S+(?: \S+){{0,3}}?)(?: \1){{{MOST_REPEATS},}}(?!\S)")


def stuck(text: str) -> bool:
    """Whether the text goes round in circles."""
    encoded = text.encode()
    return len(encoded) > MOST_COMPRESSION * len(zlib.compress(encoded)) or bool(_REPEATED.search(_words(text)))


def spoken(text: str, seconds: float) -> str:
    """`text` without descriptions of sounds; empty where it is something that nobody said in `seconds` of sound."""
    said = " ".join(_BRACKETS.sub(" ", text).split())
    words = _words(said)
    if not words or _NEVER_SAID_TO_AN_ASSISTANT.fullmatch(words):
        return ""
    return "" if seconds < SHORT and words in _INVENTED_ON_NOISE else said


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.lower().replace("’", "'")))
