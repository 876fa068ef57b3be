"""Collections of garbage are held off where much is made, and only there."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from assistant import memory


class Ring:
    """Garbage that only a collection finds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()
    assert gc.isenabled()


def test_nobody_looks_for_garbage_among_what_will_last() -> None:
    with memory.lasting():
        assert not gc.isenabled()
        with memory.lasting():
            pass
        assert not gc.isenabled(), "the inner one ends first"
    assert gc.isenabled()


def test_a_failure_does_not_leave_it_so() -> None:
    with pytest.raises(ValueError, match="on purpose"), memory.lasting():
        raise ValueError("on purpose")
    assert gc.isenabled()


def test_what_is_released_looks_for_no_garbage_and_settling_does() -> None:
    ring = weakref.ref(Ring())
    memory.release()
    assert ring() is not None
    memory.settle()
    assert ring() is None
    assert gc.get_freeze_count() > 0
