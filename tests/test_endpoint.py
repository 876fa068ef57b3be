"""Where a command begins and ends: seconds and probabilities in, states out, no sound at all."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.endpoint import Endpoint, Endpointing, State

SETTINGS = Endpointing(wait=2.0, minimum=0.25, silence=0.5, longest=3.0, pre_roll=0.25, threshold=0.5)
FRAME = 0.125


def follow(*stretches: tuple[float, float], ignored: float = 0.0) -> Endpoint:
    """Feed stretches of (seconds, probability), seconds being multiples of FRAME."""
    endpoint = Endpoint(SETTINGS, ignored)
    for seconds, probability in stretches:
        for _ in range(round(seconds / FRAME)):
            endpoint.feed(FRAME, probability)
    return endpoint


def test_nobody_speaks() -> None:
    assert follow((1.875, 0.0)).state is State.WAITING
    assert follow((2.0, 0.0)).state is State.NOBODY


def test_speech_begins_when_there_is_enough_of_it() -> None:
    assert follow((1.0, 0.0), (0.125, 0.9)).state is State.WAITING
    endpoint = follow((1.0, 0.0), (0.25, 0.9))
    assert endpoint.state is State.SPEAKING
    assert endpoint.started == 1.0


def test_clicks_are_not_speech() -> None:
    clicks = [(0.125, 0.9), (0.375, 0.0)] * 5
    assert follow(*clicks).state is State.NOBODY


def test_silence_ends_the_command_where_speech_ended() -> None:
    assert follow((1.0, 0.9), (0.375, 0.0)).state is State.SPEAKING
    endpoint = follow((1.0, 0.9), (0.5, 0.0))
    assert endpoint.state is State.ENDED
    assert endpoint.ended == 1.0
    assert not endpoint.cut


def test_a_short_pause_does_not_end_the_command() -> None:
    endpoint = follow((0.5, 0.9), (0.375, 0.0), (0.5, 0.9))
    assert endpoint.state is State.SPEAKING
    assert endpoint.ended == 1.375


def test_what_is_known_to_be_whole_has_ended() -> None:
    endpoint = follow((1.0, 0.9), (0.375, 0.0))
    assert endpoint.silence == 0.375
    endpoint.end()
    assert endpoint.feed(FRAME, 0.9) is State.ENDED
    assert endpoint.ended == 1.0


def test_endless_speech_is_cut() -> None:
    assert follow((2.875, 0.9)).state is State.SPEAKING
    endpoint = follow((3.0, 0.9))
    assert endpoint.state is State.ENDED
    assert endpoint.cut


def test_speech_that_wavers_is_one_stretch() -> None:
    assert follow((0.125, 0.6), (1.0, 0.4)).state is State.SPEAKING
    assert follow((1.125, 0.4)).state is State.WAITING


def test_the_end_of_the_wake_word_is_no_command() -> None:
    assert follow((0.5, 0.9), (2.0, 0.0), ignored=0.5).state is State.NOBODY
    assert follow((0.625, 0.9), (2.0, 0.0), ignored=0.5).state is State.NOBODY


def test_speech_that_goes_on_after_the_wake_word_began_there() -> None:
    endpoint = follow((0.75, 0.9), ignored=0.5)
    assert endpoint.state is State.SPEAKING
    assert endpoint.started == 0.0


def test_after_a_pause_the_wake_word_is_forgotten() -> None:
    endpoint = follow((0.375, 0.9), (0.625, 0.0), (0.5, 0.9), ignored=0.5)
    assert endpoint.state is State.SPEAKING
    assert endpoint.started == 1.0


def test_what_is_over_stays_over() -> None:
    assert follow((2.0, 0.0), (5.0, 0.9)).state is State.NOBODY
    assert follow((1.0, 0.9), (0.5, 0.0), (5.0, 0.9)).state is State.ENDED


@given(st.lists(st.tuples(st.floats(0.001, 1.0), st.floats(0.0, 1.0)), max_size=200), st.floats(0.0, 1.0))
def test_every_sound_comes_to_an_end_in_time(sound: list[tuple[float, float]], ignored: float) -> None:
    endpoint = Endpoint(SETTINGS, ignored)
    at = 0.0
    for seconds, probability in sound:
        state = endpoint.feed(seconds, probability)
        if state in (State.ENDED, State.NOBODY):
            assert (endpoint.started is None) == (state is State.NOBODY)
            return
        at += seconds
        if endpoint.started is not None and endpoint.ended is not None:
            assert 0 <= endpoint.started < endpoint.ended <= at + 1e-6
            assert at - endpoint.started < SETTINGS.longest + SETTINGS.wait
