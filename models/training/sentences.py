"""Sentences to be spoken: commands of invented houses, numbers, and words in any order."""

import asyncio
import math
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path

import skills
from assistant.devices.simulated import SimulatedDevice, SimulatedHouse
from assistant.house import Area
from assistant.phrases.graph import FREE_TEXT
from assistant.phrases.network import Arc, Network, compile_network
from assistant.registry import discover
from assistant.testing import assistant

ROOMS = (
    "kitchen", "living room", "lounge", "dining room", "bedroom", "guest room", "kids room", "nursery", "bathroom",
    "hallway", "office", "study", "garage", "basement", "cellar", "attic", "loft", "garden", "yard", "patio",
    "balcony", "terrace", "utility room", "laundry", "pantry", "workshop", "library", "gym", "conservatory", "porch",
    "shed", "playroom", "den", "upstairs", "downstairs", "entrance", "stairs", "greenhouse", "studio", "music room",
)  # fmt: skip
OWNERS = (
    "anna's", "ben's", "charlie's", "daisy's", "emma's", "frank's", "grandma's", "henry's", "isla's", "jack's",
    "kate's", "liam's", "mia's", "noah's", "olivia's", "peter's", "ruby's", "sam's", "tom's", "zoe's", "mum's", "dad's",
)  # fmt: skip
ABOUT = (
    "front", "back", "left", "right", "big", "little", "corner", "ceiling", "wall", "window", "mirror", "shelf",
    "main", "spare", "reading", "standing", "hanging", "old", "new", "outside", "upper", "lower", "north", "south",
    "green", "white", "christmas", "smart", "night", "work", "party", "garden", "under cabinet", "vanity", "piano",
)  # fmt: skip
THINGS: Mapping[str, tuple[str, ...]] = {
    "light": (
        "light", "lights", "lamp", "lamps", "spotlight", "spotlights", "chandelier", "lantern", "strip", "bulb",
        "floor lamp", "desk lamp", "table lamp", "night light", "fairy lights", "candles", "downlights", "sconce",
    ),
    "fan": ("fan", "ceiling fan", "extractor", "ventilator", "blower", "air purifier"),
    "socket": (
        "socket", "plug", "heater", "kettle", "toaster", "coffee machine", "charger", "iron", "microwave", "blanket",
        "fountain", "pump", "aquarium", "humidifier", "dehumidifier", "christmas tree", "printer", "freezer",
    ),
    "switch": (
        "switch", "television", "radio", "stereo", "speaker", "computer", "monitor", "boiler", "sprinkler", "projector",
        "dishwasher", "washing machine", "dryer", "oven", "router", "console", "amplifier", "doorbell", "camera",
    ),
}  # fmt: skip
"""Kinds of devices and what people call them."""

HOUSES, DEVICES = 24, 50
FLATTEN = 0.6
"""Arcs are drawn by their probability to this power: the rare is drawn more often than people would say it."""

DRAWN = {"commands": 0.5, "words": 0.32, "mixed": 0.1, "near": 0.08}
"""Shares of the sorts of sentences: commands; any words; a command's words in another order; commands of which a word
is another."""

_PLAIN = re.compile(r"[a-z]+(?:'[a-z]+)?")
_LONGEST = 14  # words


class Sentences:
    """An endless, seeded source of sentences. `words` are any words, for coverage."""

    def __init__(self, seed: int, words: Sequence[str], houses: int = HOUSES) -> None:
        self._chance = random.Random(seed)
        self._words = words
        self._networks = [_Walk(asyncio.run(network(house(self._chance)))) for _ in range(houses)]

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        while True:
            (sort,) = self._chance.choices(list(DRAWN), list(DRAWN.values()))
            sentence = self._any() if sort == "words" else self._command()
            if sort == "mixed":
                self._chance.shuffle(sentence)
            elif sort == "near":
                sentence[self._chance.randrange(len(sentence))] = self._chance.choice(self._words)
            if 0 < len(sentence) <= _LONGEST:
                yield tuple(sentence)

    def _any(self) -> list[str]:
        return self._chance.choices(self._words, k=self._chance.randint(1, 6))

    def _command(self) -> list[str]:
        said: list[str] = []
        for word in self._chance.choice(self._networks).draw(self._chance):
            said += self._chance.choices(self._words, k=self._chance.randint(1, 3)) if word == FREE_TEXT else [word]
        return said


class _Walk:
    """Random paths through a word network."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._arcs: dict[int, list[Arc]] = {}
        for arc in network.each_arc():
            self._arcs.setdefault(arc.source, []).append(arc)
        self._sums = {
            state: list(accumulate(math.exp(FLATTEN * arc.weight) for arc in arcs))
            for state, arcs in self._arcs.items()
        }

    def draw(self, chance: random.Random) -> Iterator[str]:
        state = self._network.start
        while state != self._network.final:
            (arc,) = chance.choices(self._arcs[state], cum_weights=self._sums[state])
            if arc.word is not None:
                yield arc.word
            state = arc.target


def house(chance: random.Random, devices: int = DEVICES) -> SimulatedHouse:
    """An invented house."""
    areas = [Area(name) for name in chance.sample(ROOMS, 10)]
    found: dict[str, SimulatedDevice] = {}
    while len(found) < devices:
        kind = chance.choices(list(THINGS), (4, 1, 2, 2))[0]
        area = chance.choice(areas)
        before = chance.choice((area.name, chance.choice(OWNERS), chance.choice(ABOUT), ""))
        name = f"{before} {chance.choice(THINGS[kind])}".strip()
        found.setdefault(name, SimulatedDevice(name, kind, area))
    return SimulatedHouse(tuple(found.values()), tuple(areas))


async def network(house: SimulatedHouse) -> Network:
    """All that can be said in a house with all shipped skills."""
    plugins = discover([*map(Path, skills.__path__)])
    built = await assistant(*(plugin.skill for plugin in plugins if plugin.skill is not None), house=house)
    return compile_network(await built.hands.vocabulary())


def plain(words: Sequence[str]) -> list[str]:
    """Those that recognisers take: lower-case letters and an apostrophe."""
    return [word for word in words if _PLAIN.fullmatch(word)]
