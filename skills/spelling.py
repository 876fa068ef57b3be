"""Spelling: "how do you spell necessary"."""

from typing import Annotated

from assistant.skill import BadSlot, Often, Skill

skill = Skill("spelling")

LONGEST = 40
"""Characters that are spelled."""

HARD = (
    *("accommodate", "acknowledge", "acquire", "address", "aisle", "allergy", "amateur", "ancient", "anonymous"),
    *("anxious", "apparently", "appearance", "argument", "beautiful", "because", "beginning", "beige", "believe"),
    *("bicycle", "bouquet", "broccoli", "bureaucracy", "business", "calendar", "camouflage", "campaign"),
    *("catastrophe", "ceiling", "cemetery", "cereal", "champagne", "character", "chauffeur", "chocolate", "choir"),
    *("cinnamon", "colleague", "colonel", "column", "committee", "conscience", "conscientious", "cough", "daughter"),
    *("definitely", "diarrhea", "dilemma", "dinosaur", "disappear", "discipline", "doubt", "eighth", "embarrass"),
    *("entrepreneur", "environment", "exercise", "familiar", "February", "fluorescent", "foreign", "friend", "gauge"),
    *("giraffe", "government", "grateful", "guarantee", "guard", "handkerchief", "harass", "height", "hierarchy"),
    *("hippopotamus", "honest", "humorous", "hygiene", "hypocrisy", "immediately", "independent", "island"),
    *("jealous", "jewellery", "jewelry", "knife", "knowledge", "language", "laugh", "leisure", "liaison", "library"),
    *("license", "lieutenant", "lightning", "maintenance", "maneuver", "millennium", "miniature", "mischievous"),
    *("misspell", "mortgage", "muscle", "necessary", "neighbor", "noticeable", "nuisance", "occasionally"),
    *("occurrence", "onomatopoeia", "opportunity", "orchestra", "parallel", "parliament", "particularly"),
    *("perseverance", "personnel", "pharaoh", "physician", "playwright", "pneumonia", "possession", "privilege"),
    *("pronunciation", "psychology", "quarantine", "questionnaire", "queue", "raspberry", "receipt", "receive"),
    *("recommend", "rehearsal", "religious", "restaurant", "rhinoceros", "rhythm", "ridiculous", "sandwich"),
    *("schedule", "scissors", "separate", "sergeant", "silhouette", "souvenir", "spaghetti", "strength", "subtle"),
    *("successful", "sufficient", "surprise", "symphony", "technique", "temperature", "therefore", "thorough"),
    *("though", "thought", "thousand", "through", "tomorrow", "tongue", "truly", "twelfth", "unnecessary", "until"),
    *("vacuum", "vegetable", "vicious", "weather", "Wednesday", "weird", "women", "xylophone", "yacht"),
    *("zucchini"),
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
