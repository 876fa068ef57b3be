"""Sentences about devices say what the devices returned."""

import pytest

from assistant.answers import change
from assistant.devices.simulated import SimulatedDevice
from assistant.errors import SkillError
from assistant.house import Outcome


class Lamp(SimulatedDevice):
    """A light that answers as it is told to."""

    def __init__(self, name: str, outcome: Outcome) -> None:
        super().__init__(name, "light")
        self.outcome = outcome

    async def set(self, **changes: object) -> Outcome:
        assert changes == {"on": True}
        return self.outcome


def lamps(*outcomes: Outcome) -> list[Lamp]:
    return [Lamp(f"lamp {letter}", outcome) for letter, outcome in zip("abcd", outcomes, strict=False)]


@pytest.mark.parametrize(
    ("outcomes", "answer"),
    [
        ([Outcome.DONE], "The lamp a is on."),
        ([Outcome.ALREADY], "The lamp a was already on."),
        ([Outcome.DONE, Outcome.ALREADY], "The lamps are on."),
        ([Outcome.ALREADY, Outcome.ALREADY], "The lamps were already on."),
        ([Outcome.DONE, Outcome.UNREACHABLE], "The lamps are on, but I cannot reach the lamp b."),
        (
            [Outcome.DONE, Outcome.UNREACHABLE, Outcome.REFUSED],
            "The lamps are on, but I cannot reach the lamp b and the lamp c refused.",
        ),
    ],
)
async def test_what_was_done(outcomes: list[Outcome], answer: str) -> None:
    assert await change(lamps(*outcomes), {"on": True}, "on", "the lamps") == answer


@pytest.mark.parametrize(
    ("outcomes", "answer"),
    [
        ([Outcome.UNREACHABLE], "I cannot reach the lamp a."),
        ([Outcome.REFUSED], "The lamp a refused."),
        ([Outcome.UNCONFIRMED], "The lamp a has not confirmed it."),
        ([Outcome.UNREACHABLE, Outcome.UNREACHABLE], "I cannot reach the lamps."),
        ([Outcome.UNREACHABLE, Outcome.REFUSED], "I cannot reach the lamp a and the lamp b refused."),
    ],
)
async def test_where_nothing_was_done_it_is_an_error(outcomes: list[Outcome], answer: str) -> None:
    with pytest.raises(SkillError) as error:
        await change(lamps(*outcomes), {"on": True}, "on", "the lamps")
    assert str(error.value) == answer
