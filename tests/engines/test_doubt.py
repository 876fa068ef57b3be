"""How sure a sentence is: less, the more could have been said, and the more any phones lead."""

import numpy as np
import pytest

from assistant.engines import doubt
from assistant.engines.doubt import Choice
from assistant.engines.kaldi import Path, Spoken
from assistant.phrases.phone_graph import Entry


def test_the_more_can_be_said_the_surer_it_must_be() -> None:
    limits = [doubt.limit(states) for states in (0, 200, 2_000, 20_000, 200_000)]
    assert limits == sorted(limits, reverse=True)
    assert limits[0] == limits[1] == doubt.WIDEST
    assert limits[-1] == pytest.approx(doubt.NEAREST, abs=0.01)


def test_confidence_is_a_probability_that_falls_with_the_lead() -> None:
    sure = [doubt.confidence(ahead) for ahead in (1e9, 1.0, 0.0, -1.0, -1e9)]
    assert sure == sorted(sure, reverse=True)
    assert sure[2] == 0.5
    assert 0.0 <= sure[-1] < 1e-9 < 1.0 - 1e-9 < sure[0] <= 1.0


def test_a_voice_is_told_by_how_distinct_its_phones_are() -> None:
    blank = np.log(np.array([0.9, 0.1, 0.0001], np.float32))
    plain, vague = (np.log(np.array([0.1, share, 0.9 - share], np.float32)) for share in (0.8, 0.5))
    assert doubt.distinctness(np.stack((blank, plain, plain))) == pytest.approx(0.8)
    assert doubt.distinctness(np.stack((plain, blank, vague))) == pytest.approx(0.65)
    assert doubt.distinctness(blank[None]) == doubt.distinctness(np.zeros((0, 3), np.float32)) == 0.0


def test_a_lead_is_of_a_phone_of_the_words_alone() -> None:
    hum, long, short = Entry(None, (9,)), Entry("porch", (2, 3, 4, 5, 6, 7)), Entry("a", (4,))
    path = Path((Spoken(hum, 0, 1), Spoken(long, 1, 9)), 20.0)
    assert Choice.of(path, 8.0) == Choice("porch", 20.0, 2.0)
    assert Choice.of(Path((Spoken(short, 0, 2),), 20.0), 10.0).lead == 10.0 / doubt.SHORTEST


def test_of_what_fits_more_easily_a_shorter_lead_is_wanted() -> None:
    sure, doubtful = Choice("stop", 20.0, 1.0), Choice("add milk", 20.0, 1.0, doubt=0.25)
    assert sure.ahead(1.5) == 0.5
    assert doubtful.ahead(1.5) == 0.25
