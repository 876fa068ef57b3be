"""Stand-ins for models that are not here: their full shapes, so that time and memory are the true ones.

What they say is another matter. Whisper-tiny's stand-in hears the few phrases that the tests' small model has learnt;
the voice only hums. Made when first needed and kept in `.cache/standins`.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / ".cache" / "standins"


def whisper_tiny() -> Path:
    """4 layers of 384, 6 heads, 51,865 tokens, int8: the folder."""
    from tests.models import build_whisper

    return _made("whisper-tiny", lambda folder: build_whisper.write(folder, build_whisper.TINY))


def piper_medium() -> Path:
    """Flow and generator of a Piper voice of medium quality, where nearly all of its time goes: the .onnx file."""
    return _made("piper-medium", _write_voice) / "voice.onnx"


def _made(name: str, write: Callable[[Path], object]) -> Path:
    path = FOLDER / name
    if not path.exists():
        unfinished = path.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        write(unfinished)
        unfinished.rename(path)
    return path


def _write_voice(folder: Path) -> None:
    """Sizes as in VITS (Kim et al., 2021) and HiFi-GAN (Kong et al., 2020), as Piper trains them for "medium"."""
    import onnx
    from onnx import TensorProto, helper

    from tests.models import build_piper

    graph = _Graph()
    width, frames_per_id = 192, 3
    x = graph.add("Gather", [graph.weight(256, width), "input"])
    x = graph.add("Transpose", [x], perm=[0, 2, 1])
    length = graph.add("Gather", ["scales", graph.integers(1)])
    wanted = graph.add("Mul", [length, graph.floats(frames_per_id)])
    scales = graph.add("Concat", [graph.floats(1, 1), wanted], axis=0)
    x = graph.add("Resize", [x, "", scales], mode="nearest")
    for _ in range(16):  # four couplings of four gated convolutions
        gates = graph.convolve(x, width, 2 * width, 5)
        half, other = graph.split(gates)
        gated = graph.add("Mul", [graph.add("Tanh", [half]), graph.add("Sigmoid", [other])])
        x = graph.add("Add", [x, graph.convolve(gated, width, width, 1)])
    x = graph.convolve(x, width, 256, 7)
    channels = 256
    for rate, kernel in ((8, 16), (8, 16), (4, 8)):
        x = graph.add("LeakyRelu", [x], alpha=0.1)
        weight = graph.weight(channels, channels // 2, kernel)
        padding = (kernel - rate) // 2
        x = graph.add("ConvTranspose", [x, weight], strides=[rate], pads=[padding, padding])
        channels //= 2
        x = graph.blocks(x, channels)
    x = graph.add("Tanh", [graph.convolve(x, channels, 1, 7)])
    shape = graph.integers(1, 1, 1, -1)
    graph.nodes.append(helper.make_node("Reshape", [x, shape], ["output"]))
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, ["batch", "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["batch"]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 1, 1, "time"])
    made = helper.make_graph(graph.nodes, "voice", inputs, [output], graph.values)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    onnx.save(model, str(folder / "voice.onnx"))
    (folder / "voice.onnx.json").write_text(json.dumps(build_piper.settings(), ensure_ascii=False), "utf-8")


class _Graph:
    """Collects the nodes and the random weights of an ONNX graph, in onnx's own types."""

    def __init__(self) -> None:
        import numpy as np

        self._random = np.random.default_rng(11)
        self.nodes: list[Any] = []
        self.values: list[Any] = []
        self._names = 0

    def _name(self) -> str:
        self._names += 1
        return f"t{self._names}"

    def add(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        from onnx import helper

        name = self._name()
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def split(self, x: str) -> tuple[str, str]:
        from onnx import helper

        first, second = self._name(), self._name()
        self.nodes.append(helper.make_node("Split", [x], [first, second], axis=1))
        return first, second

    def weight(self, *shape: int) -> str:
        import numpy as np

        spread = (1 / max(1, int(np.prod(shape[1:])))) ** 0.5
        return self._value(self._random.normal(0, spread, shape).astype(np.float32))

    def floats(self, *values: float) -> str:
        import numpy as np

        return self._value(np.array(values, np.float32))

    def integers(self, *values: int) -> str:
        import numpy as np

        return self._value(np.array(values, np.int64))

    def convolve(self, x: str, before: int, after: int, kernel: int, dilation: int = 1) -> str:
        padding = dilation * (kernel - 1) // 2
        weight = self.weight(after, before, kernel)
        return self.add("Conv", [x, weight], pads=[padding, padding], dilations=[dilation])

    def blocks(self, x: str, channels: int) -> str:
        """The mean of three residual blocks with kernels of 3, 5 and 7."""
        results = []
        for kernel, dilations in ((3, (1, 2)), (5, (2, 6)), (7, (3, 12))):
            y = x
            for dilation in dilations:
                bent = self.add("LeakyRelu", [y], alpha=0.1)
                y = self.add("Add", [y, self.convolve(bent, channels, channels, kernel, dilation)])
            results.append(y)
        return self.add("Mean", results)

    def _value(self, array: Any) -> str:
        from onnx import numpy_helper

        name = self._name()
        self.values.append(numpy_helper.from_array(array, name))
        return name
