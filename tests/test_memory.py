"""Collections of garbage are held off where much is made, and only there."""

import gc
import subprocess
import sys
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


def test_the_main_program_saves_what_it_can_and_has_tls_where_it_is_asked_for() -> None:
    script = """
from assistant import memory
memory.economize()
import asyncio, asyncio.sslproto, ssl
assert asyncio.sslproto.ssl is None
assert ssl.create_default_context()
print(asyncio.run(asyncio.sleep(0, "ok")))
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "ok"
