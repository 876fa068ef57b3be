import pytest

from assistant import testing
from skills.spelling import skill


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("how do you spell queue", "Queue: Q, U, E, U, E."),
        ("spell mother-in-law", "Mother-in-law: M, O, T, H, E, R, hyphen, I, N, hyphen, L, A, W."),
        ("spell o'clock", "O'clock: O, apostrophe, C, L, O, C, K."),
        (f"spell {'x' * 41}", "That is too long to spell."),
    ],
)
async def test_answers(said: str, answer: str) -> None:
    assert await testing.say(skill, said) == answer
