"""The few ways we cross a thread, end a task, or wait for the next time."""

import asyncio
import contextvars
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Worker:
    """One thread for one blocking library: calls never overlap and never change order."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` in the thread. If the caller is cancelled, a call that has begun runs to its end."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: function(*args, **kwargs))

    def soon(self, function: Callable[[], object]) -> None:
        """Run it in the thread in its turn. Nobody waits for it or learns what it raises."""
        self._thread.submit(function)

    def close(self) -> None:
        """Finish the call in progress, drop those waiting, end the thread."""
        self._thread.shutdown(wait=True, cancel_futures=True)


class Newest(Generic[T]):
    """A bounded queue from any thread to the loop that, when full, drops the oldest item and counts it."""

    def __init__(self, size: int) -> None:
        self._items: deque[T] = deque()
        self._size = size
        self._ready = asyncio.Event()
        self._closed = False
        self._loop = asyncio.get_running_loop()
        self.dropped = 0

    def put(self, item: T) -> None:
        """Hand over an item; never blocks. Call from any thread; ignored after the loop has closed."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._put, item)

    def close(self) -> None:
        """End the iteration once what is queued has been read. Call from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._close)

    def _put(self, item: T) -> None:
        if len(self._items) >= self._size:
            self._items.popleft()
            self.dropped += 1
        self._items.append(item)
        self._ready.set()

    def _close(self) -> None:
        self._closed = True
        self._ready.set()

    async def get(self) -> T | None:
        """The next item, or None once closed and empty. Cancelling loses nothing."""
        while not self._items:
            if self._closed:
                return None
            self._ready.clear()
            await self._ready.wait()
        return self._items.popleft()


async def interrupt(task: "asyncio.Task[T] | None") -> None:
    """Cancel a task and wait until it has really stopped. Its exception, if any, is left for its owner."""
    if task is None or task.done():
        return
    task.cancel()
    await asyncio.wait([task])


async def doze(seconds: float) -> None:
    """Sleep until what is done every so many seconds is due: never longer, the first time perhaps for a third of that.

    It is due at the multiples of `seconds` on the clock that all processes of a machine share: whatever has this
    rhythm, or one that it fits into, wakes the processor once.
    """
    left = seconds - asyncio.get_running_loop().time() % seconds
    await asyncio.sleep(left if left > seconds / 3 else left + seconds / 2)


async def in_daemon_thread(function: Callable[[], T]) -> T:
    """Run somebody else's blocking code in a thread of its own, which may hang without keeping the program alive.

    If the caller is cancelled or times out, the thread runs on and its result is dropped.
    """
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: Exception | None) -> None:
        if result.done():
            return
        if error is None:
            result.set_result(value)  # type: ignore[arg-type]  # where there is no error, there is a T
        else:
            result.set_exception(error)

    def run() -> None:
        value: T | None = None
        failure: Exception | None = None
        try:
            value = function()
        except StopIteration as error:
            failure = RuntimeError(f"raised {error!r}")
        except BaseException as error:
            failure = error if isinstance(error, Exception) else RuntimeError(f"raised {error!r}")
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, value, failure)

    threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True, name="skill").start()
    return await result
