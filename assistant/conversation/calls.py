"""An action on its way: it may stop to ask, and goes on once it is answered."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from assistant.concurrency import interrupt
from assistant.errors import Unanswered
from assistant.house import House
from assistant.messages import Ask, Intent, Question, Response
from assistant.slots import Slot

GRACE = 20.0
"""Seconds beyond its own after which a question is given up: it must first be spoken, and the answer understood."""


class Call:
    """One action being performed in a task of its own, which `reply` and `end` outlive; one question at a time."""

    def __init__(self, perform: Callable[[Ask], Awaitable[Response]], number: Callable[[], int]) -> None:
        """`number` gives each question its id."""
        self._perform = perform
        self._number = number
        self._task: asyncio.Task[Response] | None = None
        self._one = asyncio.Lock()
        self._asked: asyncio.Future[Response] | None = None
        self._answer: asyncio.Future[object] | None = None
        self._alone = False
        """Nobody has answered: there is nobody to ask."""

    async def begin(self) -> Response:
        """Its first question, or its end. Cancelling ends it."""

        async def work() -> Response:
            return await self._perform(self._ask)

        return await self._until_asked(asyncio.create_task(work()))

    @property
    def waits(self) -> bool:
        """Whether it still waits for an answer."""
        return self._answer is not None and not self._answer.done()

    async def reply(self, value: object) -> Response:
        """Go on with the plain value of the answer. Gives the next question, or the end.

        None stands for no answer; what asks again after that is broken off.
        """
        assert self._task is not None
        assert self._answer is not None
        self._answer.set_result(value)
        return await self._until_asked(self._task)

    async def end(self) -> None:
        """Break it off."""
        await interrupt(self._task)

    async def _until_asked(self, task: "asyncio.Task[Response]") -> Response:
        self._task, self._asked = task, asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait([task, self._asked], return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await interrupt(task)
            raise
        if self._asked.done():
            return self._asked.result()
        return Response(str(Unanswered())) if task.cancelled() else task.result()

    async def _ask(self, question: Question) -> object:
        async with self._one:
            if self._alone:
                raise asyncio.CancelledError
            assert self._asked is not None
            self._answer = asyncio.get_running_loop().create_future()
            self._asked.set_result(Response(question.text, question=replace(question, id=self._number())))
            answer: object = None
            with suppress(TimeoutError):
                async with asyncio.timeout(question.seconds + GRACE):
                    answer = await self._answer
            self._alone = answer is None
            return answer


class Asker:
    """Puts questions for one call of a skill, whose time stands still meanwhile."""

    def __init__(
        self,
        intent: Intent,
        ask: Ask,
        house: House,
        limit: asyncio.Timeout,
        named: Callable[[Iterable[object]], None],
    ) -> None:
        """`limit` ends the call for `intent`; `named` is told what the household spoke of."""
        self.intent = intent
        self.named = named
        self._ask = ask
        self._house = house
        self._limit = limit

    async def __call__(self, text: str, slot: Slot, seconds: float = 8.0, *, secret: bool = False) -> object:
        """The answer as the slot converts it. Raises Unanswered, and BadSlot for a value that does not fit."""
        value = await self.pass_on(Question(text, slot.spec(self._house), seconds, secret))
        if value is None:
            raise Unanswered
        answer = slot.convert(value, self._house)
        self.named([answer])
        return answer

    async def pass_on(self, question: Question) -> object:
        """The plain answer to a question of what this call does within it; None if there was none."""
        with self._standing_still():
            return await self._ask(question)

    @contextmanager
    def _standing_still(self) -> Iterator[None]:
        loop, end = asyncio.get_running_loop(), self._limit.when()
        left = None if end is None else end - loop.time()
        self._limit.reschedule(None)
        try:
            yield
        finally:
            self._limit.reschedule(None if left is None else loop.time() + left)
