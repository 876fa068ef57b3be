"""The code in the guide for skill authors works as it is printed there."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from assistant import config
from assistant.registry import ENTRY_POINTS, discover

GUIDE = Path(__file__).parent.parent / "docs" / "skills.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE.read_text(), re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """All files of the guide, each named by its first line."""
    for block in blocks("python"):
        name = re.match(r"# (\w+\.py)\n", block)
        assert name, f"begin this block with the name of its file:\n{block}"
        (tmp_path / name[1]).write_text(block.partition("\n")[2])
    return tmp_path


def test_its_skills_load(folder: Path) -> None:
    for tests in folder.glob("test_*.py"):
        tests.unlink()
    plugins = {plugin.name: plugin for plugin in discover([folder]) if plugin.origin.startswith(str(folder))}
    assert {name: plugin.problem for name, plugin in plugins.items() if plugin.problem} == {}
    assert set(plugins) == {path.stem for path in folder.glob("*.py")}


def test_its_tests_pass(folder: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-o", "asyncio_mode=auto", "-p", "no:cacheprovider", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout


def test_its_settings_are_valid(tmp_path: Path) -> None:
    block, table = blocks("yaml")
    assert "tea.steep" in yaml.safe_load(table)
    (tmp_path / "config.yaml").write_text(block)
    assert config.load(tmp_path / "config.yaml").skills.settings["bins"]


def test_its_entry_point_is_the_one_that_is_read() -> None:
    (block,) = blocks("toml")
    assert ENTRY_POINTS in tomllib.loads(block)["project"]["entry-points"]
