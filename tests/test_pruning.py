"""What is left of a template in a house where some slots have no value."""

import pytest

from assistant.phrases.pruning import prune


@pytest.mark.parametrize(
    ("template", "left"),
    [
        ("turn on the {light}", "turn on the {light}"),
        ("turn on the {area} lights", None),
        ("turn on ([the] {light}|the lights in {area})", "turn on ([the] {light})"),
        ("turn on the lights [in [the] {area}]", "turn on the lights "),
        ("how warm is it [in here|in [the|my] {area}|outside]", "how warm is it [in here|outside]"),
        ("(set|turn) ({area}|{0..9:area}) up", None),
        ("open ([{area}]|the) door", "open [the] door"),
        ("open ([{area}]) door", "open  door"),
        ("{area}", None),
        ("[in {area}]", None),
        ("({light};[in {area}]) on", "({light}) on"),
    ],
)
def test_what_is_left(template: str, left: str | None) -> None:
    assert prune(template, {"area"}) == left
