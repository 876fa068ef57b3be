"""Spelling: "how do you spell necessary"."""

from typing import Annotated

from assistant.skill import BadSlot, Often, Skill

skill = Skill("spelling")

LONGEST = 40
"""Characters that are spelled."""

HARD = (
    *("accommodate", "address", "amateur", "apparently", "argument", "beautiful", "because", "beginning", "believe"),
    *("bicycle", "broccoli", "business", "calendar", "cemetery", "committee", "conscience", "definitely", "diarrhea"),
    *("disappear", "embarrass", "environment", "exercise", "February", "foreign", "friend", "government", "guarantee"),
    *("height", "immediately", "independent", "knowledge", "language", "library", "license", "maintenance"),
    *("millennium", "mischievous", "misspell", "necessary", "neighbor", "occasionally", "occurrence", "parallel"),
    *("pharaoh", "pneumonia", "privilege", "pronunciation", "queue", "receipt", "receive", "recommend", "restaurant"),
    *("rhythm", "schedule", "separate", "successful", "surprise", "thorough", "tomorrow", "truly", "until"),
    *("vacuum", "vegetable", "Wednesday", "weird", "yacht"),
)
"""Words that people ask about: by voice these are heard without a recognizer for all words."""


@skill.question(
    "how do you spell {word}",
    "how (do (I|we|people) spell {word}|is {word} (spelled|spelt|written))",
    "(spell|can you spell) [the word|me] {word}",
    "(what is|tell me|give me) the (spelling|letters) of [the word] {word}",
    "how do (I|you) (write|spell) the word {word}",
    weight=0.7,
    written=(
        "how (to|can I|would (I|you)|should (I|you)|does one) (spell|write|go about spelling) [the word] {word}",
        "[tell me|show me|explain] how (to|you|I) (spell|write) [the word] {word}",
        "what is the [correct|right|proper|exact] (spelling|way to (spell|write)) [of|for] [the word] {word}",
        "how is the word {word} (spelled|spelt|written)",
    ),
)
def spell(word: Annotated[str, Often(*HARD)]) -> str:
    """Spell a word."""
    if len(word) > LONGEST:
        raise BadSlot("That is too long to spell.")
    spelled = ", ".join(_letter(character) for character in word)
    return f"{word.capitalize()}: {spelled}."


def _letter(character: str) -> str:
    names = {" ": "space", "'": "apostrophe", "-": "hyphen", ".": "dot"}
    return names.get(character, character.upper())
