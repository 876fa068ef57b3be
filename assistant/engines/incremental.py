"""Convolutional ONNX networks rewritten to be fed only what is new.

A network that looks at a window of sound computes almost all of it again when the window moves on. Rewritten, each
convolution over time remembers the rows of its input that it will need again, so that only the newest rows go through
the network, with the same result.

Only the few fields of the ONNX format (onnx.proto, in protobuf encoding) that this touches are read and written here:
the library `onnx` would add 60 MB for it.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Shape = tuple[int, int, int, int]

_FLOAT, _INT64 = 1, 7  # TensorProto.DataType
_INT, _TENSOR = 2, 4  # AttributeProto.AttributeType


@dataclass(frozen=True, slots=True)
class Incremental:
    """A rewritten network."""

    model: bytes
    """Its first input is (1, any number of rows, columns, 1); then come, in order, the inputs of `memory`. The outputs
    are likewise, and after them those that were tapped."""
    memory: Mapping[str, Shape]
    """Name and shape of what it wants back at the next step. The output is the input's name after `next `."""


def incremental(model: bytes, columns: int, taps: Sequence[str] = ()) -> Incremental:
    """Rewrite a network whose input is (1, window, columns, 1) for inputs of (1, rows, columns, 1).

    It must be a chain of a padding of the columns by one at either side, a reshaping to (1, 1, window, columns + 2),
    convolutions that are not padded over time, poolings, and operations on single values. The rows must be a multiple
    of what the poolings make one row of, and steps must end where windows end. `taps` names inner values that become
    outputs.
    """
    (graph,) = (value for number, value, _ in _fields(model) if number == 7 and isinstance(value, bytes))
    parts = [(number, value) for number, value, _ in _fields(graph) if isinstance(value, bytes)]
    tensors = {_text(value, 8): value for number, value in parts if number == 5}
    memory: dict[str, Shape] = {}
    written: list[bytes] = []
    width = columns
    for node in (value for number, value in parts if number == 1):
        inputs, operation = [each.decode() for each in _all(node, 1)], _text(node, 4)
        attributes = {_text(each, 1): _ints(each, 8) for each in _all(node, 5)}
        match operation:
            case "Pad":
                width += 2
                written.append(node)
            case "Reshape" if not memory:
                del tensors[inputs[1]]
                written.append(_constant("rows", [1, 1, -1, width]))
                written.append(_node("Reshape", [inputs[0], "rows"], [_text(node, 2)]))
            case "Conv":
                height, across = attributes["kernel_shape"]
                if height > 1:
                    name = f"memory {len(memory)}"
                    memory[name] = (1, _ints(tensors[inputs[1]], 1)[1], height - 1, width)
                    written += _remember(name, inputs[0], height - 1)
                    written.append(_renamed(node, inputs[0], f"{name} and {inputs[0]}"))
                else:
                    written.append(node)
                _, left, _, right = attributes.get("pads", [0, 0, 0, 0])
                width += left + right - across + 1
            case "MaxPool":
                width //= attributes["strides"][1]
                written.append(node)
            case _:
                written.append(node)
    source, *_ = (value for number, value in parts if number == 11)
    body = [_field(1, node) for node in written]
    body += [_field(5, tensor) for tensor in tensors.values()]
    body += [_field(number, value) for number, value in parts if number not in (1, 5, 11)]
    body += [_field(11, _tensor(_text(source, 1), (1, None, columns, 1)))]
    body += [_field(11, _tensor(name, shape)) for name, shape in memory.items()]
    body += [_field(12, _tensor(f"next {name}", shape)) for name, shape in memory.items()]
    rewritten = b"".join(_field(7, b"".join(body)) if number == 7 else raw for number, _, raw in _fields(model))
    return Incremental(tapped(rewritten, taps), memory)


def tapped(model: bytes, taps: Sequence[str]) -> bytes:
    """The network with inner values as further outputs. A protobuf message and what is appended to it are one."""
    return model + _field(7, b"".join(_field(12, _tensor(name)) for name in taps))


def _remember(name: str, source: str, rows: int) -> list[bytes]:
    """Nodes that put the remembered rows before the new ones, and remember the last of them all."""
    both, start, end, axis = f"{name} and {source}", f"{name} start", f"{name} end", f"{name} axis"
    return [
        _node("Concat", [name, source], [both], _field(5, _field(1, "axis") + _field(3, 2) + _field(20, _INT))),
        _constant(start, [-rows]),
        _constant(end, [2**31 - 1]),
        _constant(axis, [2]),
        _node("Slice", [both, start, end, axis], [f"next {name}"]),
    ]


def _renamed(node: bytes, source: str, to: str) -> bytes:
    """The node with another input."""
    wanted = source.encode()
    return b"".join(_field(1, to) if number == 1 and name == wanted else raw for number, name, raw in _fields(node))


def _node(operation: str, inputs: Sequence[str], outputs: Sequence[str], attribute: bytes = b"") -> bytes:
    """A NodeProto."""
    names = [_field(1, name) for name in inputs] + [_field(2, name) for name in outputs]
    return b"".join((*names, _field(4, operation), attribute))


def _constant(name: str, values: Sequence[int]) -> bytes:
    """A NodeProto that gives a one-dimensional tensor of integers."""
    tensor = _field(1, len(values)) + _field(2, _INT64) + _field(9, struct.pack(f"<{len(values)}q", *values))
    return _node("Constant", [], [name], _field(5, _field(1, "value") + _field(5, tensor) + _field(20, _TENSOR)))


def _tensor(name: str, shape: Sequence[int | None] | None = None) -> bytes:
    """A ValueInfoProto of float32. What is None is not known beforehand."""
    known = _field(1, _FLOAT)
    if shape is not None:
        known += _field(2, b"".join(_field(1, b"" if size is None else _field(1, size)) for size in shape))
    return _field(1, name) + _field(2, _field(1, known))


def _fields(message: bytes) -> Iterator[tuple[int, bytes | int, bytes]]:
    """Number, value and encoding of each field of a protobuf message."""
    at = 0
    while at < len(message):
        start = at
        tag, at = _varint(message, at)
        if tag & 7 == 0:
            value: bytes | int
            value, at = _varint(message, at)
        else:
            size = 4 if tag & 7 == 5 else 8
            if tag & 7 == 2:
                size, at = _varint(message, at)
            value, at = message[at : at + size], at + size
        yield tag >> 3, value, message[start:at]


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (message[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if message[at - 1] < 0x80:
            return value, at


def _field(number: int, value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        return _number(number << 3) + _number(value)
    content = value.encode() if isinstance(value, str) else value
    return _number(number << 3 | 2) + _number(len(content)) + content


def _number(value: int) -> bytes:
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*encoded, value))


def _all(message: bytes, number: int) -> list[bytes]:
    return [value for field, value, _ in _fields(message) if field == number and isinstance(value, bytes)]


def _text(message: bytes, number: int) -> str:
    return next((value.decode() for value in _all(message, number)), "")


def _ints(message: bytes, number: int) -> list[int]:
    return [value for field, value, _ in _fields(message) if field == number and isinstance(value, int)]
