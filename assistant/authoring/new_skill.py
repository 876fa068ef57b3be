"""Beginning a skill: a project of four files whose tests pass as written."""

import keyword
import re
import sys
from importlib import resources
from pathlib import Path
from string import Template

from assistant.errors import SkillLoadError

FILES = {
    "skill.py.txt": "{name}.py",
    "test_skill.py.txt": "test_{name}.py",
    "utterances.yaml.txt": "utterances.yaml",
    "pyproject.toml.txt": "pyproject.toml",
}
"""File of the skeleton → what it becomes."""


def write_skill(name: str, folder: Path) -> list[Path]:
    """Write the project into `folder`, which it makes. Gives its files.

    Raises SkillLoadError for a name that no skill can have and for files that are there already.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*[a-z0-9]", name):
        raise SkillLoadError(f"'{name}' cannot be a skill's name: write lower-case letters, digits and underscores.")
    if keyword.iskeyword(name) or name in sys.stdlib_module_names or name in ("assistant", "skills", "tests"):
        raise SkillLoadError(f"'{name}' is a name that Python or Hearth needs: choose another.")
    paths = {source: folder / becomes.format(name=name) for source, becomes in FILES.items()}
    if there := [path for path in paths.values() if path.exists()]:
        raise SkillLoadError(f"{there[0]} is there already: choose another name or folder.")
    words = name.replace("_", " ").strip()
    values = {"name": name, "words": words, "title": words.capitalize(), "dashed": name.replace("_", "-")}
    skeleton = resources.files("assistant.authoring.skeleton")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source, path in paths.items():
            text = Template((skeleton / source).read_text(encoding="utf-8")).substitute(values)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SkillLoadError(f"{folder} cannot be written: {error.strerror}. Choose another with --to.") from error
    return list(paths.values())
