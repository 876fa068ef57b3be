"""How long the phrase book takes for a sentence, hits and misses, beside plain hassil with the same templates.

    python benchmarks/text_match.py [--json]

Milliseconds of one thread's own time, which other programs do not disturb, after one unmeasured round. The house has
100 devices and 10 areas, the vocabulary 40 intents.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import product

from hassil import IntentData, Intents, recognize
from hassil.intents import Intent as HassilIntent

from assistant.messages import Choice, IntentSpec, SlotSpec, Transcript, Vocabulary
from assistant.phrases import courtesy, syntax, templates
from assistant.phrases.book import PhraseBook
from assistant.phrases.network import compile_network
from assistant.phrases.words import spelled

AREAS = (
    "kitchen",
    "living room",
    "bedroom",
    "bathroom",
    "hallway",
    "office",
    "garage",
    "garden",
    "dining room",
    "attic",
)
WINGS = ("", "upper ", "lower ", "small ", "old ", "new ", "north ", "south ", "east ", "west ")
"""Before the names of areas, where a house has more than ten."""
LIGHTS = ("light", "lamp", "spot light", "floor lamp", "reading light", "shelf light")
SWITCHES = ("fan", "heater", "radio", "coffee machine")
ROUNDS = 20


def devices(areas: Sequence[str], kinds: Sequence[str]) -> tuple[Choice, ...]:
    """A device of each kind in each area."""
    return tuple(Choice(f"[the] {area} {kind}", f"{area} {kind}") for area, kind in product(areas, kinds))


def house(size: int = 100) -> Vocabulary:
    """40 intents and every kind of slot over so many devices, 60 % lights and 40 % switches, 10 in an area."""
    areas = [wing + area for wing in WINGS for area in AREAS][: size // 10]
    light = SlotSpec("light", "choice", choices=devices(areas, LIGHTS))
    device = SlotSpec("device", "choice", choices=devices(areas, SWITCHES))
    thing = SlotSpec("thing", "choice", choices=light.choices + device.choices)
    area = SlotSpec("area", "choice", choices=tuple(Choice(f"[the] {area}", area) for area in areas))
    colour = SlotSpec("colour", "choice", choices=tuple(Choice(c, c) for c in ("red", "green", "blue", "warm white")))
    level = SlotSpec("level", "percentage")
    number = SlotSpec("number", "integer", low=1, high=100)
    length = SlotSpec("length", "duration")
    at = SlotSpec("at", "time")
    day = SlotSpec("day", "date", required=False)
    words = SlotSpec("words", "text")
    rows: list[tuple[str, tuple[str, ...], tuple[SlotSpec, ...]]] = [
        ("clock.time", ("what time is it [now]", "what's the time"), ()),
        ("clock.date", ("what's the date [today|on {day}]", "what day is {day}"), (day,)),
        ("light.on", ("(turn|switch) on {light}", "(turn|switch) {light} on", "{light} on"), (light,)),
        ("light.off", ("(turn|switch) off {light}", "(turn|switch) {light} off", "{light} off"), (light,)),
        ("light.toggle", ("toggle {light}",), (light,)),
        ("light.set", ("(set|dim|turn) {light} [down|up] to {level}", "{light} {level}"), (light, level)),
        ("light.colour", ("(set|turn|make) {light} [to] {colour}",), (light, colour)),
        ("light.area_on", ("(turn|switch) on [all] [the] light[s] in {area}",), (area,)),
        ("light.area_off", ("(turn|switch) off [all] [the] light[s] in {area}",), (area,)),
        ("light.state", ("is {light} (on|off)",), (light,)),
        ("switch.on", ("(turn|switch) on {device}", "(turn|switch) {device} on"), (device,)),
        ("switch.off", ("(turn|switch) off {device}", "(turn|switch) {device} off"), (device,)),
        ("switch.state", ("is {device} (on|off|running)",), (device,)),
        ("home.where", ("where is {thing}", "which room is {thing} in"), (thing,)),
        ("home.after", ("turn off {thing} (in|after) {length}",), (thing, length)),
        ("timer.set", ("set [a] timer for {length}", "(start|set) [a|an] {length} timer"), (length,)),
        ("timer.name", ("set [a] timer (called|named) {words} for {length}",), (words, length)),
        ("alarm.set", ("wake me [up] at {at} [{day}]", "set an alarm for {at}"), (at, day)),
        ("reminder.at", ("remind me (at {at};[{day}]) to {words}",), (at, day, words)),
        ("reminder.in", ("remind me in {length} to {words}",), (length, words)),
        ("list.add", ("add {words} to [my|the] [shopping] list",), (words,)),
        ("note.take", ("(take a note|remember) [that] {words}",), (words,)),
        ("volume.set", ("[set] [the] volume [to] {level}",), (level,)),
        ("volume.up", ("(turn it up|louder|volume up)",), ()),
        ("volume.down", ("(turn it down|quieter|volume down)",), ()),
        ("random.number", ("pick a number (up to|below) {number}",), (number,)),
    ]
    rows += [(f"scene.{n}", (f"(start|activate) scene {n}", f"it is {n} o'clock somewhere"), ()) for n in range(1, 15)]
    return Vocabulary(tuple(IntentSpec(name, templates, slots) for name, templates, slots in rows))


HITS = (
    "what's the time",
    "turn on the living room floor lamp",
    "Could you please switch the garage coffee machine off, thanks?",
    "dim the office reading light to 35%",
    "turn the hallway lamp up to forty two percent",
    "make the attic shelf light warm white",
    "turn off all the lights in the dining room",
    "set a timer for an hour and twenty five minutes",
    "set a timer called spaghetti for 9 minutes",
    "wake me up at half past six tomorrow",
    "remind me at 7:30 pm next tuesday to call the dentist",
    "remind me in two and a half hours to take the cake out of the oven",
    "add oat milk and two lemons to my shopping list",
    "which room is the garage radio in",
    "turn off the bedroom heater in three quarters of an hour",
    "volume 30",
    "is the kitchen spot light on",
)
MISSES = (
    "what is the capital of peru",
    "turn on the kitchen",
    "turn the living room floor lamp",
    "set a timer for",
    "set the living room lamp to a very pleasant evening mood for our guests",
    "remind me to call the dentist",
    "add oat milk and two lemons to my shopping cart on the first of may at half past seven",
    "is it going to rain on friday",
    "play some jazz in the living room",
    "wake me up at half past tomorrow",
    "a",
    "the " * 40,
    "turn on " * 20,
    "one two three four five six seven eight nine ten eleven twelve",
    "mach bitte das licht in der küche an",
    "word " * 10_000,
    "💡🔥" * 100,
)


def book(vocabulary: Vocabulary) -> Callable[[str], object]:
    """The phrase book, as the pipeline asks it."""
    phrases = PhraseBook()
    asyncio.run(phrases.learn(vocabulary))
    loop = asyncio.new_event_loop()
    return lambda text: loop.run_until_complete(phrases.understand(Transcript(text, 1.0, "text")))


def plain_hassil(vocabulary: Vocabulary) -> Callable[[str], object]:
    """The same templates and lists, read by `hassil.recognize`, which stops at the first match."""
    parsed = templates.parse(vocabulary)
    intents: dict[str, HassilIntent] = {}
    for template in parsed.templates:
        data = IntentData([])
        vars(data)["sentences"] = [template.sentence]  # what it would have parsed from text, parsed already
        intents.setdefault(template.intent, HassilIntent(template.intent)).data.append(data)
    polite = [*syntax.forms(syntax.parse(courtesy.HEARD_BEFORE)), *syntax.forms(syntax.parse(courtesy.HEARD_AFTER))]
    everything = Intents("en", intents, dict(parsed.lists), skip_words=polite)
    return lambda text: recognize(spelled(text), everything)


def milliseconds(match: Callable[[str], object], sentences: Sequence[str]) -> list[float]:
    """One figure per sentence and round, after a round that does not count."""

    def measure() -> Iterator[float]:
        for sentence in sentences:
            start = time.thread_time()
            match(sentence)
            yield (time.thread_time() - start) * 1000

    list(measure())
    return [each for _ in range(ROUNDS) for each in measure()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    as_json = parser.parse_args().json
    report: dict[str, object] = {"rounds": ROUNDS}
    for name, make in (("phrase book", book), ("hassil.recognize", plain_hassil)):
        match = make(house())
        if wrong := [text for text in HITS if match(text) is None]:
            raise SystemExit(f"{name} does not match {wrong[0]!r}")
        for kind, sentences in (("hits", HITS), ("misses", MISSES if name == "phrase book" else MISSES[:-2])):
            figures = milliseconds(match, sentences)
            worst = max(zip(figures, sentences * ROUNDS, strict=True))
            row = {"median_ms": statistics.median(figures), "worst_ms": worst[0], "worst": worst[1][:60]}
            report[f"{name}, {kind}"] = row
            if not as_json:
                print(f"{name:18}{kind:8}{row['median_ms']:8.2f} ms median{worst[0]:8.2f} ms worst  {worst[1][:60]}")
    start = time.thread_time()
    network = compile_network(house())
    seconds = time.thread_time() - start
    report["network"] = {"states": network.states, "arcs": len(network.arcs), "seconds": seconds}
    if as_json:
        print(json.dumps(report))
    else:
        print(f"network: {network.states} states, {len(network.arcs)} arcs, compiled in {seconds:.2f} s")


if __name__ == "__main__":
    main()
