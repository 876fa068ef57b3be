"""What becomes of memory while much is made that will last, and afterwards."""

import ctypes
import gc
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_ARENA_MAX, _MMAP_THRESHOLD = -8, -3
"""Of glibc's malloc.h."""

LARGE = 128 << 10
"""Bytes: what is as large is given back to the system once it is freed. glibc begins with this, and would raise it
to 32 MB at the first such piece."""


def economize() -> None:
    """Keep little that is free, one heap for all threads, and leave OpenSSL out of asyncio: 7 MB. For the main program.

    Whoever needs TLS uses `ssl` itself, as MQTT does: only asyncio's own connections are without it.
    """
    if "asyncio" not in sys.modules and "ssl" not in sys.modules:
        sys.modules["ssl"] = None  # type: ignore[assignment]  # what import takes for a module that is missing
        importlib.import_module("asyncio")
        del sys.modules["ssl"]
    with suppress(OSError, AttributeError):  # another C library than glibc
        library = ctypes.CDLL("libc.so.6")
        library.mallopt(_ARENA_MAX, 1)
        library.mallopt(_MMAP_THRESHOLD, LARGE)


@contextmanager
def lasting() -> Iterator[None]:
    """What is made in here is made to last: Python does not look for garbage in it, which takes a third of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def release() -> None:
    """Give back what was just left, before what lasts is made in its place. Takes no time: no garbage is looked for."""
    gc.freeze()
    gc.collect()  # empties the lists of tuples and the like that Python keeps for later


def settle() -> None:
    """Leave what was made out of later collections, and give what making it took back to the system.

    In a house of 500 devices a collection would stop a turn for 80 ms; the C library keeps 9 MB of the learning.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    trim()


def trim() -> None:
    """Give back what the C library keeps for later. Takes a millisecond or two."""
    with suppress(OSError, AttributeError):  # another C library than glibc
        ctypes.CDLL("libc.so.6").malloc_trim(0)
