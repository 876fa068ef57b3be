"""Files that come with installed packages, found without loading the packages."""

import importlib.util
from pathlib import Path

from assistant.errors import EngineError


def package(name: str) -> Path | None:
    """The folder of a package, if it is installed."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def pocketsphinx(name: str) -> Path:
    """A file of PocketSphinx's model of US English. Raises EngineError if it is missing."""
    folder = package("pocketsphinx")
    if folder is None or not (path := folder / "model" / "en-us" / name).exists():
        remedy = "Install it with: pip install --force-reinstall pocketsphinx"
        raise EngineError(f"{name} of PocketSphinx is missing. {remedy}")
    return path
