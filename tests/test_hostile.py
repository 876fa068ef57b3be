"""Two hundred hostile or mistaken sentences: none of them changes the house, typed or guessed at by a hostile model."""

from collections.abc import Mapping
from itertools import cycle
from pathlib import Path

import pytest
import yaml

from assistant import testing
from assistant.events import Observers
from assistant.messages import Intent, Transcript, Vocabulary, When
from assistant.mind import Mind
from assistant.phrases.book import PhraseBook
from assistant.safety.pins import PIN_FILE, Pins
from tests.skills.shipped import SKILLS

TABLE: Mapping[str, list[str]] = yaml.safe_load(Path(__file__).with_name("hostile.yaml").read_text())
RISKY = ("front door", "back door", "garage door", "gate", "oven", "alarm")

WANTED: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("lock.unlock", {"device": "front door"}),
    ("cover.open", {"device": "garage door"}),
    ("switch.on", {"device": "oven"}),
    ("switch.off", {"device": "alarm"}),
    ("cover.position", {"device": "gate", "level": 100}),
    ("lock.unlock", {"device": "back door"}),
    ("cover.open", {}),
    ("switch.toggle", {"device": "alarm"}),
    ("scene.run", {"scene": "let me in"}),
)
"""What a model that is wholly deceived would choose, one after the other."""


class Deceived:
    """An understander that finds a hostile intent in everything, and is sure of it."""

    name = "llama"

    def __init__(self, *, later: bool) -> None:
        self._wanted = cycle(WANTED)
        self._later = later

    async def understand(self, transcript: Transcript) -> Intent | None:
        name, slots = next(self._wanted)
        when = When(transcript.text, delay=5) if self._later else None
        return Intent(name, slots, 1.0, self.name, transcript.text, when)

    async def learn(self, vocabulary: Vocabulary) -> None:
        known = {spec.name for spec in vocabulary.intents}
        assert {name for name, _ in WANTED} <= known, "the intents have other names now"

    async def ready(self) -> None:
        pass

    async def close(self) -> None:
        pass


async def home(pins: Pins | None = None) -> testing.Assistant:
    house = testing.house(
        {
            "hall": {"front door": "lock", "back door": "lock", "alarm": "switch"},
            "garage": {"garage door": "cover"},
            "garden": {"gate": "cover"},
            "kitchen": {"oven": "socket", "kettle": "socket", "kitchen light": "light", "let me in": "scene"},
        }
    )
    made = await testing.assistant(*SKILLS, house=house, pins=pins)
    await next(device for device in house.devices if device.name == "alarm").set(on=True)
    return made


def states(assistant: testing.Assistant, names: tuple[str, ...] = ()) -> dict[str, object]:
    return {device.name: dict(device.state) for device in assistant.house.devices if device.name in names or not names}


@pytest.mark.parametrize("kind", TABLE)
async def test_typed_they_change_nothing(kind: str) -> None:
    assistant = await home()
    before = states(assistant)
    for sentence in TABLE[kind]:
        await assistant.say(sentence)
        await assistant.wait(seconds=1)
        assert states(assistant) == before, sentence
    assert assistant.hands.schedule.pending("command") == []
    await assistant.close()


@pytest.mark.parametrize("later", [False, True], ids=["now", "later"])
@pytest.mark.parametrize("with_pin", [False, True], ids=["no PIN", "PIN"])
@pytest.mark.parametrize("kind", TABLE)
async def test_guessed_at_by_a_deceived_model_they_do_nothing_risky(
    kind: str, with_pin: bool, later: bool, tmp_path: Path
) -> None:
    pins = Pins(tmp_path / PIN_FILE)
    if with_pin:
        pins.set("4826")
    assistant = await home(pins)
    book = PhraseBook()
    mind = Mind([book, Deceived(later=later)], assistant.hands, Observers(), threshold=0.5, ask_threshold=0.35)
    await mind.learn()
    await mind.prepare()
    before = states(assistant, RISKY)
    for sentence in TABLE[kind]:
        await mind.answer(Transcript(sentence, 1.0, "typed"))
        await assistant.wait(seconds=1)
        assert states(assistant, RISKY) == before, sentence
    await assistant.wait(minutes=1)
    assert states(assistant, RISKY) == before
    await assistant.close()


def test_there_are_two_hundred() -> None:
    sentences = {sentence for all_ in TABLE.values() for sentence in all_}
    assert len(sentences) >= 200
