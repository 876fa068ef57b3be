"""What the code reads beside it is installed with it: a checkout has every file, a wheel only those that are named."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
NOT_READ = {"README.md"}


def test_every_file_beside_the_code_is_installed_with_it() -> None:
    named = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]
    for package in ("assistant", "skills"):
        there = {
            path.relative_to(ROOT / package)
            for path in (ROOT / package).rglob("*")
            if path.is_file() and path.suffix not in (".py", ".pyc") and path.name not in NOT_READ
        }
        assert there
        assert not {
            str(path) for path in there if not any(Path("/", path).match(f"/{pattern}") for pattern in named[package])
        }
