"""What the language model says to what is no command."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from assistant.messages import Response


@dataclass(frozen=True, slots=True)
class Chat(Response):
    """An answer of the language model to what is no command: the first sentence is made, the rest is to come."""

    rest: AsyncGenerator[str, None] | None = None

    async def whole(self) -> str:
        """All of it. Raises EngineError."""
        return " ".join([self.text, *([sentence async for sentence in self.rest] if self.rest else ())])
