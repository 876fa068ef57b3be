"""In a large house the right sentence may be far behind others at first, and must not be lost for that."""

import itertools
from collections.abc import Iterator

import pytest

from assistant.concurrency import Worker
from assistant.engines import choosing, doubt
from assistant.engines.choosing import Choosing, Taken
from assistant.engines.kaldi import BEAM, THOROUGH_BEAM, PhoneSearch
from assistant.messages import Transcript
from assistant.phrases.network import Arc, Network
from assistant.phrases.phone_graph import spell
from assistant.phrases.pronunciation import PHONES
from tests.engines.test_hearth import Second
from tests.phones import Floats, rows

RIGHT, WRONG = "go to tea two two", "two to tea go go"
WAYS = 30
SOUNDS = {"go": ["G OW"], "to": ["T UW"], "two": ["T UW"], "tea": ["T IY"]}


def house() -> PhoneSearch:
    """It can be told two sentences, one in so many ways that the other is given up as soon as it is behind."""
    arcs = []
    for number, sentence in enumerate((RIGHT, *[WRONG] * WAYS)):
        states = [0, *range(2 + 4 * number, 6 + 4 * number), 1]
        words = zip(itertools.pairwise(states), sentence.split(), strict=True)
        arcs += [Arc(source, target, word, 0.0) for (source, target), word in words]
    return PhoneSearch(spell(Network.of(2 + 4 * (1 + WAYS), 0, 1, arcs), SOUNDS, 1.0, 50.0))


def begun_as_another(behind: float) -> Floats:
    """What is RIGHT from its second word on, and in its first so many nats more like WRONG."""
    heard = rows("T UW T UW T IY T UW T UW")[::2].copy()
    for row, (other, phone) in enumerate((("T", "G"), ("UW", "OW"))):
        heard[row, PHONES.index(phone) + 1] = heard[row, PHONES.index(other) + 1] - behind / 2
    return heard


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """The house is taken for one in which very much can be said."""
    monkeypatch.setattr(choosing, "SMALL", 0)
    monkeypatch.setattr(choosing, "limit", lambda states: doubt.limit(10**6))


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker("searches")
    yield worker
    worker.close()


def taken(heard: Floats) -> Taken:
    search = house()
    search.hear(heard)
    return Taken(search, None, None, (), heard, search.best())


def chooser(worker: Worker, second: Second | None) -> Choosing:
    return Choosing("hearth", worker, second, lambda text: house())


async def test_the_best_sentence_stays_among_the_choices(worker: Worker) -> None:
    second, heard = Second(Transcript("", 0.0, "second")), taken(begun_as_another((choosing.SPREAD + BEAM) / 2))
    assert heard.wide
    assert heard.best is not None
    assert heard.best.text == RIGHT
    chosen = await chooser(worker, second).choose(heard)
    assert chosen.text == RIGHT
    assert chosen.confidence > 0.5


@pytest.mark.parametrize("alone", [True, False])
async def test_what_the_beam_lost_is_found_in_a_wider_one(worker: Worker, alone: bool) -> None:
    second, heard = Second(Transcript("", 0.0, "second")), taken(begun_as_another((BEAM + THOROUGH_BEAM) / 2))
    assert heard.best is None or heard.best.text != RIGHT
    chosen = await chooser(worker, None if alone else second).choose(heard)
    assert chosen.text == RIGHT
    assert chosen.confidence > 0.5


async def test_what_is_longer_than_a_command_is_not_searched_twice(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = taken(begun_as_another((BEAM + THOROUGH_BEAM) / 2))
    monkeypatch.setattr(choosing, "AGAIN_FRAMES", len(heard.telling) - 1)
    chosen = await chooser(worker, None).choose(heard)
    assert chosen.text != RIGHT
