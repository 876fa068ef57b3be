import pytest

from assistant.engines.hallucination import spoken, stuck


@pytest.mark.parametrize(
    "text",
    [
        "the the the the",
        "Turn on the light. Turn on the light. Turn on the light. Turn on the light.",
        "So so, so so, so so, so so and then",
        "ha" * 100,
    ],
)
def test_texts_that_go_round_in_circles(text: str) -> None:
    assert stuck(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Turn on the kitchen light.",
        "No no no, the other one.",
        "My number is five five five one two.",
        "Turn on the light in the kitchen, the light in the hall, the light in the attic and the light in the garden.",
        "Remind me at ten past ten to call the ten pin bowling place.",
    ],
)
def test_texts_that_do_not(text: str) -> None:
    assert not stuck(text)


@pytest.mark.parametrize("text", ["Thank you.", " Thanks!", "You", "Bye.", "Bye bye.", "Okay."])
def test_inventions_on_short_noise_are_dropped(text: str) -> None:
    assert spoken(text, seconds=0.4) == ""
    assert spoken(text, seconds=1.2) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for watching!",
        "Thank you very much for watching.",
        "Please subscribe to my channel.",
        "I'll see you in the next video.",
        "Subtitles by the Amara.org community",
        "[Music]",
        "(wind blowing)",
        "*sighs*",
        "♪ ♪",
        "...",
        "",
    ],
)
def test_what_nobody_says_to_an_assistant_is_dropped(text: str) -> None:
    assert spoken(text, seconds=3.0) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Turn on the light.", "Turn on the light."),
        ("[Music] Turn on the light. ♪", "Turn on the light."),
        ("Stop!", "Stop!"),
        ("Play some music.", "Play some music."),
        ("  What   time is it?\n", "What time is it?"),
    ],
)
def test_what_was_said_stays(text: str, said: str) -> None:
    assert spoken(text, seconds=0.5) == said
