"""What a household may call something of its own: not "new", "me" or "what's on my"."""

from assistant.phrases.words import spelled

_NOWHERE = frozenset(
    {
        *("i", "me", "my", "mine", "you", "your", "yours", "he", "him", "his", "she", "her", "we", "us", "our", "ours"),
        *("they", "them", "their", "it", "its", "this", "that", "these", "those", "there"),
        *("what", "which", "who", "whom", "whose", "when", "where", "why", "how", "whether", "if", "so", "because"),
        *("is", "are", "was", "were", "am", "be", "been", "do", "does", "did", "have", "has", "had", "not", "never"),
        *("can", "could", "will", "would", "shall", "should", "may", "might", "must", "please", "list", "lists"),
    }
)
"""Words of sentences, which no title has."""

_NOT_AT_AN_END = frozenset(
    {
        *("a", "an", "the", "of", "for", "to", "on", "onto", "in", "into", "at", "with", "from", "by", "off", "out"),
        *("and", "or", "but", "about", "as", "called", "named", "titled"),
    }
)
"""Words that need another one: "lord of the rings" may be a title, "of the rings" is none."""

_NOT_ALONE = frozenset(
    {
        *("new", "old", "other", "another", "last", "next", "first", "same", "whole", "entire", "full", "complete"),
        *("current", "specific", "certain", "particular", "different", "recent", "latest", "available", "all", "any"),
        *("some", "every", "each", "both", "one", "more", "else", "up", "down", "now", "back", "today", "following"),
        *("item", "items", "thing", "things", "something", "anything", "everything", "nothing", "stuff", "contents"),
    }
)
"""Words that tell nothing by themselves."""


def is_title(text: str, most: int) -> bool:
    """Whether the text, of at most so many words, can be what somebody calls something."""
    words = spelled(text).split()
    if not 0 < len(words) <= most or not _NOWHERE.isdisjoint(words):
        return False
    return _NOT_AT_AN_END.isdisjoint((words[0], words[-1])) and not _NOT_ALONE.issuperset(words)
