"""A trained head as an ONNX file with its weights in 8 bits."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from assistant.engines.features import INNER, ROW_SECONDS
from assistant.engines.rows import VERSION, WIDTH
from assistant.engines.senones import PER_ROW
from assistant.phrases.pronunciation import PHONES
from models.training.head import LABELS, SHARE, Branch, Head

FORMAT = 1
"""Of the file: what its input, output and metadata are."""
OPSET = 13


def write(head: Head, file: Path, card: dict[str, str] | None = None) -> None:
    """Write the head. `card` is kept with it."""
    graph = _Graph()
    said = []
    for name, first, end in (("inner", 0, INNER), ("senones", INNER, WIDTH)):
        weights = {part: value.detach().cpu().numpy() for part, value in getattr(head, name).state_dict().items()}
        said.append(graph.branch(graph.slice("rows", first, end), weights, name))
    both = graph.node("Mul", graph.node("Add", *said), graph.constant("share", np.array(SHARE, np.float32)))
    graph.nodes.append(helper.make_node("LogSoftmax", [both], ["phones"], axis=-1))
    rows = helper.make_tensor_value_info("rows", TensorProto.FLOAT, [1, "rows", WIDTH])
    phones = helper.make_tensor_value_info("phones", TensorProto.FLOAT, [1, "frames", LABELS])
    made = helper.make_graph(graph.nodes, "phones", [rows], [phones], graph.tensors)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    about = {
        "format": str(FORMAT),
        "features": str(VERSION),
        "phones": json.dumps(PHONES),
        "blank": "0",
        "frame_seconds": str(ROW_SECONDS / PER_ROW),
    }
    helper.set_model_props(model, about | (card or {}))
    onnx.checker.check_model(model)
    file.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, file)


def read(file: Path, mean: NDArray[np.float32], scale: NDArray[np.float32]) -> Head:
    """A head that hears what the file's does. `mean` and `scale` are of the rows it is to be trained on.

    Raises ValueError where the file is not of this format.
    """
    model = onnx.load(file)
    about = {entry.key: entry.value for entry in model.metadata_props}
    if (about.get("format"), about.get("features")) != (str(FORMAT), str(VERSION)):
        raise ValueError(f"{file} is not an acoustic model of format {FORMAT} with features {VERSION}")
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    return Head(
        _branch(tensors, "inner", mean[:INNER], scale[:INNER]), _branch(tensors, "senones", mean[INNER:], scale[INNER:])
    )


def _branch(
    tensors: Mapping[str, NDArray[np.float32]], name: str, mean: NDArray[np.float32], scale: NDArray[np.float32]
) -> Branch:
    def unpacked(part: str) -> NDArray[np.float32]:
        flat = tensors[f"{name} {part}"].astype(np.float32) * tensors[f"{name} {part} scale"][:, np.newaxis]
        return np.asarray(flat.reshape(tensors[f"{name} {part} shape"]), np.float32)

    matrix = unpacked("enter weight")
    weights = {
        "mean": mean,
        "scale": scale,
        "enter.weight": matrix / scale,
        "enter.bias": tensors[f"{name} enter bias"] + matrix @ mean,
        "leave.weight": unpacked("leave weight"),
        "leave.bias": tensors[f"{name} leave bias"],
    }
    for layer in ("first", "second"):
        biases = np.split(tensors[f"{name} {layer} bias"], 2, axis=1)
        parts = (unpacked(f"{layer} input"), unpacked(f"{layer} recurrent"), *biases)
        for kind, both in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), parts, strict=True):
            for way, part in zip(("", "_reverse"), both, strict=True):
                weights[f"{layer}.{kind}_l0{way}"] = _gates(part)
    branch = Branch(mean.copy(), scale.copy(), len(matrix), weights["first.weight_hh_l0"].shape[1])
    branch.load_state_dict({part: torch.tensor(value) for part, value in weights.items()})
    return branch


class _Graph:
    """Nodes and tensors so far."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []

    def node(self, operation: str, *inputs: str, **attributes: object) -> str:
        name = f"{operation} {len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, list(inputs), [name], **attributes))
        return name

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.tensors.append(numpy_helper.from_array(value, name))
        return name

    def quantised(self, name: str, weights: NDArray[np.float32]) -> str:
        """Weights in 8 bits, with a scale for each row of the last but one axis. They are unpacked on loading."""
        flat = weights.reshape(-1, weights.shape[-1])
        scale = np.maximum(np.abs(flat).max(axis=1), 1e-8).astype(np.float32) / 127
        packed = np.rint(flat / scale[:, np.newaxis]).astype(np.int8)
        inputs = [self.constant(name, packed), self.constant(f"{name} scale", scale)]
        inputs.append(self.constant(f"{name} zero", np.zeros(len(scale), np.int8)))
        value = self.node("DequantizeLinear", *inputs, axis=0)
        return self.node("Reshape", value, self.constant(f"{name} shape", np.array(weights.shape)))

    def slice(self, value: str, first: int, end: int) -> str:
        """Of the last axis."""
        places = [
            self.constant(f"{first}, {end}: {name}", np.array([at]))
            for name, at in (("from", first), ("to", end), ("axis", 2))
        ]
        return self.node("Slice", value, *places)

    def branch(self, rows: str, weights: dict[str, NDArray[np.float32]], name: str) -> str:
        """From its values to logarithms of probabilities."""
        # The scale of the values goes into the first layer.
        matrix = weights["enter.weight"] * weights["scale"]
        bias = np.asarray(weights["enter.bias"] - matrix @ weights["mean"], np.float32)
        value = self.node("Relu", self.linear(rows, np.asarray(matrix, np.float32), bias, f"{name} enter"))
        value = self.node("Transpose", value, perm=[1, 0, 2])
        for layer in ("first", "second"):
            parts = {part.removeprefix(f"{layer}."): each for part, each in weights.items() if part.startswith(layer)}
            value = self.gru(value, parts, f"{name} {layer}")
        value = self.node("Transpose", value, perm=[1, 0, 2])
        value = self.linear(value, weights["leave.weight"], weights["leave.bias"], f"{name} leave")
        value = self.node("Reshape", value, self.constant(f"{name} frames", np.array([1, -1, LABELS])))
        return self.node("LogSoftmax", value, axis=-1)

    def linear(self, value: str, matrix: NDArray[np.float32], bias: NDArray[np.float32], name: str) -> str:
        turned = self.node("Transpose", self.quantised(f"{name} weight", matrix), perm=[1, 0])
        product = self.node("MatMul", value, turned)
        return self.node("Add", product, self.constant(f"{name} bias", bias.astype(np.float32)))

    def gru(self, value: str, parts: dict[str, NDArray[np.float32]], name: str) -> str:
        """Both directions, (rows, batch, values) → (rows, batch, 2 * hidden)."""

        def both(kind: str) -> NDArray[np.float32]:
            return np.stack([_gates(parts[f"{kind}_l0{way}"]) for way in ("", "_reverse")])

        hidden = parts["weight_hh_l0"].shape[1]
        weights = self.quantised(f"{name} input", both("weight_ih"))
        recurrent = self.quantised(f"{name} recurrent", both("weight_hh"))
        biases = self.constant(f"{name} bias", np.concatenate((both("bias_ih"), both("bias_hh")), axis=1))
        settings = {"hidden_size": hidden, "direction": "bidirectional", "linear_before_reset": 1}
        said = self.node("GRU", value, weights, recurrent, biases, **settings)
        turned = self.node("Transpose", said, perm=[0, 2, 1, 3])
        return self.node("Reshape", turned, self.constant(f"{name} rows", np.array([0, 0, 2 * hidden])))


def _gates(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """PyTorch keeps the gates as reset, update, new; ONNX as update, reset, new. From either to the other."""
    first, second, new = np.split(weights, 3)
    return np.concatenate((second, first, new))
