"""The rewritten network gives, step by step, what the whole one gives for each window."""

import numpy as np
import onnxruntime
import pytest

from assistant.engines.features import shipped
from assistant.engines.incremental import incremental


def test_steps_give_what_windows_give() -> None:
    model = shipped("embedding_model.onnx").read_bytes()
    whole = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    network = incremental(model, columns=32)
    steps = onnxruntime.InferenceSession(network.model, providers=["CPUExecutionProvider"])
    mels = np.random.default_rng(1).normal(size=(1, 200, 32, 1)).astype(np.float32)
    memory = {name: np.zeros(shape, np.float32) for name, shape in network.memory.items()}
    for start in range(0, 200, 8):
        embedding, *rows = steps.run(None, {"input_1": mels[:, start : start + 8], **memory})
        memory = dict(zip(memory, rows, strict=True))
        if start + 8 >= 76:
            (expected,) = whole.run(None, {"input_1": mels[:, start + 8 - 76 : start + 8]})
            assert embedding == pytest.approx(expected, abs=1e-4)
