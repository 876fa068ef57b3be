"""Runs tests/alone/test_llama.py in a process of its own, as the appliance runs the language model."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ALONE = Path(__file__).parent.parent / "alone" / "test_llama.py"


@pytest.mark.skipif(importlib.util.find_spec("llama_cpp") is None, reason="needs the extra `standard`")
@pytest.mark.timeout(900)
def test_the_language_model_where_nothing_else_is_loaded() -> None:
    """The voice activity detector and the language model each bring a libggml of their own, and cannot share."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(ALONE)]
    done = subprocess.run(command, cwd=ALONE.parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
