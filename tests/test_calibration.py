"""Steps of a turn, timed with real engines on the small models of the tests."""

import hashlib
import shutil
from pathlib import Path

import pytest

from assistant.config import load
from assistant.models.calibration import measure
from assistant.models.manifest import Manifest, Model, ModelFile
from assistant.models.model_store import ModelStore

VOICE = Path(__file__).parent / "models" / "voice.onnx"
EMBEDDED = {"phrase recognizer", "phrase book", "espeak-ng: first sound"}


def listed(folder: Path, stage: str, opens: str | None = None) -> Model:
    """A model of the files that are in a folder."""
    files = tuple(
        ModelFile(
            path.name,
            "https://example.org",
            len(content := path.read_bytes()),
            hashlib.sha256(content).hexdigest(),
            "MIT",
            "upstream",
        )
        for path in sorted(folder.iterdir())
    )
    return Model(folder.name, stage, "", 1, files, opens)  # type: ignore[arg-type]  # one of the stages


async def test_what_is_always_here_is_always_measured(tmp_path: Path) -> None:
    found = await measure(load(), ModelStore(tmp_path, Manifest(1, 1, {}, ())), 1)
    assert set(found) == EMBEDDED
    assert all(0 < seconds < 20 for seconds in found.values())


async def test_fetched_models_are_measured_and_broken_ones_are_not(tmp_path: Path) -> None:
    pytest.importorskip("ctranslate2", reason="needs the extra `standard`")
    pytest.importorskip("piper", reason="needs the extra `standard`")
    from tests.models import build_whisper

    for name in ("ears", "deaf", "voice"):
        (tmp_path / name).mkdir()
    build_whisper.write(tmp_path / "ears")
    (tmp_path / "deaf" / "model.bin").write_text("not a model")
    for file in (VOICE, VOICE.with_name("voice.onnx.json")):
        shutil.copy(file, tmp_path / "voice")
    models = (
        listed(tmp_path / "ears", "recognition"),
        listed(tmp_path / "deaf", "recognition"),
        listed(tmp_path / "voice", "speech", "voice.onnx"),
    )
    store = ModelStore(tmp_path, Manifest(1, 1, {}, models))
    found = await measure(load(), store, 1)
    assert set(found) == {*EMBEDDED, "ears: words", "voice: first sentence"}
    (tmp_path / "voice" / "voice.onnx").unlink()
    assert "voice: first sentence" not in await measure(load(), store, 1)
