"""Training itself, in seconds: needs torch, onnx and the voices."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from assistant.engines.acoustic import AcousticModel
from assistant.engines.rows import WIDTH
from assistant.phrases.pronunciation import PHONES

pytest.importorskip("torch", reason="the extra `training` is not installed")

import onnx

from models.training import __main__ as training
from models.training import export, recordings
from models.training.head import Head

TINY = ["--sentences", "12", "--houses", "1", "--turns", "2", "--hidden", "8", "--processes", "1"]


def head(seed: int = 0) -> Head:
    import torch

    torch.manual_seed(seed)
    made = Head.new(np.full(WIDTH, 0.2, np.float32), np.full(WIDTH, 1.5, np.float32), width=24, hidden=16)
    made.eval()
    return made


def test_the_exported_network_gives_what_the_trained_one_gave(tmp_path: Path) -> None:
    trained = head()
    export.write(trained, tmp_path / "ears.onnx")
    rows = np.random.default_rng(1).normal(size=(40, WIDTH)).astype(np.float32)
    exported = AcousticModel(tmp_path / "ears.onnx")(rows)
    assert exported.shape == (80, 1 + len(PHONES))
    assert np.exp(exported).sum(axis=1) == pytest.approx(1, abs=1e-3)
    assert exported == pytest.approx(trained.hear(rows), abs=0.05)


def test_training_goes_on_from_a_file(tmp_path: Path) -> None:
    trained = head()
    export.write(trained, tmp_path / "ears.onnx")
    other = np.linspace(0.5, 2, WIDTH, dtype=np.float32)
    begun = export.read(tmp_path / "ears.onnx", other - 1, other).eval()
    rows = np.random.default_rng(1).normal(size=(40, WIDTH)).astype(np.float32)
    assert begun.hear(rows) == pytest.approx(AcousticModel(tmp_path / "ears.onnx")(rows), abs=1e-3)
    assert begun.hear(rows) == pytest.approx(trained.hear(rows), abs=0.05)


def test_training_goes_on_from_no_other_file(tmp_path: Path) -> None:
    export.write(head(), tmp_path / "ears.onnx")
    old = onnx.load(tmp_path / "ears.onnx")
    next(entry for entry in old.metadata_props if entry.key == "format").value = "0"
    onnx.save(old, tmp_path / "old.onnx")
    with pytest.raises(ValueError, match=r"old.onnx is not an acoustic model of format 1 with features 2"):
        export.read(tmp_path / "old.onnx", np.zeros(WIDTH, np.float32), np.ones(WIDTH, np.float32))


@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_one_command_trains_and_goes_on_where_it_was_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if missing := [engine for engine in training.ENGINES if shutil.which(engine) is None]:
        pytest.skip(f"not installed: {missing}")
    out, work = tmp_path / "ears.onnx", tmp_path / "work"
    arguments = [*TINY, "--out", str(out), "--work", str(work)]
    training.main(arguments)
    assert "SHA-256" in capsys.readouterr().out
    assert (work / "curve.csv").read_text().splitlines()[-1].startswith("4,")
    whole = out.read_bytes()
    assert AcousticModel(out)(np.zeros((3, WIDTH), np.float32)).shape == (6, 1 + len(PHONES))
    made = {file: file.stat().st_mtime_ns for file in work.rglob("*.npz")}
    assert recordings.load(next((work / "features").glob("000-*.npz"))).phones

    training.main(arguments)
    assert {file: file.stat().st_mtime_ns for file in work.rglob("*.npz")} == made
    assert out.read_bytes() == whole

    with pytest.raises(SystemExit, match="was made with seed 1, 12 sentences"):
        training.main([*arguments, "--seed", "2"])
