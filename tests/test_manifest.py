"""The list of model files tells the truth about the packages that carry them."""

import hashlib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.engines.openwakeword import DIGESTS

MANIFEST: dict[str, Any] = yaml.safe_load((Path(__file__).parent.parent / "models" / "manifest.yaml").read_text())
PACKAGES: list[dict[str, Any]] = MANIFEST["packages"]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: str(package["name"]))
def test_installed_files_are_the_listed_ones(package: dict[str, Any]) -> None:
    installed = metadata.distribution(package["name"])
    if installed.version != package["version"]:
        pytest.skip(f"{package['name']} {installed.version} is installed; {package['version']} is listed")
    for file in package["files"]:
        content = Path(str(installed.locate_file(file["path"]))).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"]), file["path"]


def test_the_wake_word_engine_checks_the_listed_digests() -> None:
    (package,) = [package for package in PACKAGES if package["name"] == "openwakeword"]
    assert {Path(file["path"]).name: file["sha256"] for file in package["files"]} == dict(DIGESTS)


def test_every_file_has_a_licence() -> None:
    assert all(file["licence"] for package in PACKAGES for file in package["files"])
