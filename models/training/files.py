"""Files that are whole or absent."""

import os
from collections.abc import Callable
from pathlib import Path


def replace(file: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make the file under another name, and give it its own when it is whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f"{file.name}.{os.getpid()}")
    write(half)
    half.replace(file)
