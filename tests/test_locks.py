"""The locks of install.sh pin what the project says it needs: a package that is missing there is missing on a Pi."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXTRAS = {"embedded": ("gpio", "mqtt"), "standard": ("gpio", "mqtt", "standard")}


def name_of(requirement: str) -> str:
    return re.split(r"[<>=;\[ ]", requirement, maxsplit=1)[0].lower()


@pytest.mark.parametrize("profile", EXTRAS)
def test_every_package_is_pinned_with_its_digests(profile: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [each for extra in EXTRAS[profile] for each in project["optional-dependencies"][extra]]
    wanted = {name_of(requirement) for requirement in (*project["dependencies"], *extras)}
    pins = re.split(r"\n(?=\S)", (ROOT / f"locks/{profile}.txt").read_text())
    digested = {name_of(pin) for pin in pins if re.match(r"[\w.-]+==[\w.]+", pin) and "--hash=sha256:" in pin}
    assert wanted - digested == set()
