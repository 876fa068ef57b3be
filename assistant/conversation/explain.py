"""Why a turn went as it did, in sentences that can be spoken, read from its record."""

from collections.abc import Iterator

from assistant.conversation import asides
from assistant.messages import Asked, Attempt, Turn

ANSWER = "answer"
"""The `Turn.source` of what was said in answer to a question."""

NOTHING_YET = "Nothing has been said to me yet."
_NAMES = {"phrases": "my phrases", "typed": "what was typed"}
_OUTCOMES = {
    "done": "did it",
    "already so": "was so already",
    "refused": "refused",
    "unreachable": "could not be reached",
    "accepted but not confirmed": "took it, but did not confirm it",
}


def what_was_heard(turn: Turn | None) -> str:
    """An answer to "what did you hear?"."""
    if turn is None:
        return NOTHING_YET
    if turn.secret:
        return "I heard something that I keep to myself."
    if not turn.transcript:
        return "I heard my name, and then nothing that I could understand."
    return f"I heard: {turn.transcript.rstrip('.?! ')}. I was {turn.confidence:.0%} sure.".replace("%", " percent")


def why(turn: Turn | None) -> str:
    """An answer to "why did you do that?": what was heard, what it was taken for and why, and what devices did."""
    if turn is None:
        return NOTHING_YET
    if turn.ended == "nobody spoke":
        return "I thought I heard my name, and then nobody spoke."
    sentences = [what_was_heard(turn), *_understanding(turn), *(_device(asked) for asked in turn.asked)]
    if turn.ended == "interrupted":
        sentences.append("Then I was interrupted.")
    return " ".join(sentences)


def passed_over(attempt: Attempt) -> str:
    """Why the next engine was asked, in a clause; empty where it was not."""
    match attempt.verdict:
        case "unsure" | "asked about":
            return f"{attempt.score:.0%} sure, where {attempt.threshold:.0%} are needed"
        case "nothing":
            return "nothing that it knows"
        case "failed":
            return f"failed: {attempt.guess}" if attempt.guess else "failed"
        case _:
            return ""


def _understanding(turn: Turn) -> Iterator[str]:
    tried = [attempt for attempt in turn.attempts if attempt.stage == "understand"]
    for attempt in tried:
        name = _NAMES.get(attempt.engine, attempt.engine)
        if attempt.engine != turn.source and attempt.verdict in ("nothing", "failed"):
            yield f"It fits none of {name}." if attempt.engine == "phrases" else f"{_capital(name)} did not know it."
        elif attempt.engine != turn.source:
            yield f"{_capital(name)} only had a weak guess."
    if turn.intent is None:
        yield "So I did nothing."
        return
    meaning = turn.intent.replace(".", " ").replace("_", " ")
    sure = f"{turn.intent_confidence:.0%}".replace("%", " percent")
    source = _NAMES.get(turn.source or "", turn.source or "")
    told = f"By {source} that means {meaning}, {sure} sure."
    if turn.source == ANSWER:
        told = f"I took it for the answer to what I had asked, to go on with {meaning}."
    others = next((attempt.others for attempt in tried if attempt.engine == turn.source and attempt.others), ())
    if others:
        told += f" It could also have been {others[0].partition('(')[0].replace('.', ' ').replace('_', ' ')}."
    yield told
    if turn.action is None and turn.error is None and turn.intent not in asides.NAMES:
        yield "I was not sure enough, so I asked."
    elif turn.error is not None and not turn.secret:
        yield f"It did not work: {turn.error.rstrip('.')}."


def _device(asked: Asked) -> str:
    came = _OUTCOMES.get(asked.outcome, f"said: {asked.outcome.rstrip('.')}")
    wanted = " and ".join(_wish(name.replace("_", " "), value) for name, value in asked.changes.items())
    return f"I asked the {asked.device}{' ' + wanted if wanted else ''}, and it {came}."


def _wish(what: str, value: object) -> str:
    """Of a change such as `on=False` or `brightness=40`."""
    if what == "on" and isinstance(value, bool):
        return "to turn on" if value else "to turn off"
    return f"for {what} {'yes' if value else 'no'}" if isinstance(value, bool) else f"for {what} {value}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
