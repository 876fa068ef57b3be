"""What is said about the conversation is rare beside commands, however few commands there are."""

import pytest

from assistant.conversation import asides
from assistant.messages import IntentSpec


def shares(commands: int) -> tuple[float, float]:
    """What all asides weigh beside so many commands, and all commands."""
    specs = asides.with_asides([IntentSpec(f"any.of{number}", ("go",)) for number in range(commands)])
    told = [spec.weight for spec in specs if spec.name in asides.NAMES]
    return sum(told), sum(spec.weight for spec in specs) - sum(told)


@pytest.mark.parametrize("commands", [1, 10, 100, 1000])
def test_what_is_about_the_conversation_is_rare(commands: int) -> None:
    about, wanted = shares(commands)
    assert 0 < about < 0.05 * wanted


def test_in_a_house_of_many_commands_they_weigh_what_they_always_do() -> None:
    assert shares(100) == pytest.approx((shares(1000)[0], 100))
