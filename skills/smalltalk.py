"""Small talk: "good morning", "thank you", "how are you", "who are you"."""

from typing import Annotated

from assistant.skill import Context, OneOf, Skill

skill = Skill("smalltalk")

MORNING, AFTERNOON, EVENING = 12, 18, 23
"""Hours at which the morning, the afternoon and the evening end."""

# The words are values of slots, so that a scene that the household has called "good night" goes before them.
Greeting = Annotated[
    str,
    OneOf(
        spoken={
            "good morning": "good morning",
            "good afternoon": "good afternoon",
            "good evening": "good evening",
            "(hello [there]|hi there|good day|howdy|greetings|welcome home)": "hello",
            "(I am (home|back)|we are (home|back))": "welcome home",
        }
    ),
]
Farewell = Annotated[
    str,
    OneOf(
        spoken={
            "(good night [everybody|all]|sleep well|sweet dreams|(I am|we are) going to (bed|sleep))": "good night",
            "(goodbye|good bye|bye|bye bye|see you [later|soon|tomorrow]|until (later|tomorrow)|farewell)": "goodbye",
            "(have a (good|nice|great) (day|one)|(I am|we are) (leaving|off|going out))": "goodbye",
        }
    ),
]
Thanks = Annotated[
    str,
    OneOf(
        spoken={
            "(thank you [very much|so much]|thanks [a lot|very much]|many thanks|much appreciated)": "thanks",
            "(well done|(good|great|nice) (job|work)|you (are|were) (great|amazing|the best|very helpful))": "praise",
            "(that (was|is)|this is|it was) (great|perfect|[very] helpful|amazing|very nice|all I wanted)": "praise",
        }
    ),
]


@skill.question("{greeting}", weight=0.5, written=("(hi|hey|hey there|(morning|evening) [everyone]|good to see you)",))
def greet(ctx: Context, greeting: Greeting | None = None) -> str:
    """Greet whoever greets."""
    if greeting == "welcome home":
        return "Welcome home."
    hour = ctx.now().hour
    day = "Good morning" if hour < MORNING else "Good afternoon" if hour < AFTERNOON else "Good evening"
    return f"{day}." if greeting and greeting != "hello" else "Hello."


@skill.question(
    "{farewell}", weight=0.5, written=("(night night|see ya|so long|take care|catch you later|cheerio|later)",)
)
def farewell(farewell: Farewell | None = None) -> str:
    """Say goodbye, or good night."""
    return "Good night. Sleep well." if farewell == "good night" else "Goodbye."


@skill.question("{thanks}", weight=0.5, written=("(thanks|cheers|thx|ta|I appreciate (it|that|your help)|nice|great)",))
def thanks(thanks: Thanks | None = None) -> str:
    """Take thanks and praise."""
    return "I am glad to hear that." if thanks == "praise" else "You are welcome."


@skill.question(
    "how are you [today|doing [today]|feeling [today]]",
    "(how is it going|how are things|how have you been|are you (well|all right|okay)|how was your day|what's up)",
    weight=0.5,
    written=("(how is your day [going]|how goes it|how do you (do|feel)|is everything (okay|all right) with you)",),
)
def wellbeing() -> str:
    """Tell how the assistant is."""
    return "All my parts are at work, thank you."


@skill.question(
    "(who|what) are you",
    "(what is your name|what are you called|what (do|can|should) I call you|do you have a name|tell me your name)",
    "are you (a (robot|computer|person|human|machine|real person)|real|human|alive)",
    "(introduce|describe|tell me about) yourself",
    "(who (made|built|created) you|where (do you live|are you from|were you made)|how old are you)",
    weight=0.5,
    written=(
        "(am I (talking|speaking) to a (robot|computer|person|human|machine)|what kind of (thing|assistant) are you)",
    ),
)
def identity() -> str:
    """Tell who is speaking."""
    return "I am Hearth, the voice assistant of this house. I think for myself: I need no cloud."
