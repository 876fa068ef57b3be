"""A voice of Piper's signature that sings: one tone for each phoneme. Makes `voice.onnx` and its settings; needs onnx.

python -m tests.models.build_piper
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

VOICE = Path(__file__).with_name("voice.onnx")
RATE = 22_050
SAMPLES = 768
"""Of each phoneme at normal speed, 35 ms; Piper puts a blank after every one."""

SYMBOLS = (
    " !'(),-.:;?abcdefhijklmnopqrstuvwxyzæçðøħ"
    "ŋœɐɑɒɓɔɕɖɗɘəɚɛɜɞɟɡɢɣɤɥɦɨɪɫɬɭɯɰɱɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʈʉʊʋʌʍʎʏʐʑʒʔʕʘʙʛʜʝʟʡʢʲˈˌːˑ˞βθχᵻⱱ"
)
"""The IPA characters that espeak-ng writes, as in Piper's own voices."""


def network() -> onnx.ModelProto:
    """`scales` are noise (unused), length and noise of the length (unused). Each phoneme grows loud and soft again."""
    constants = {
        "samples": np.float32(SAMPLES),
        "zero": np.float32(0),
        "one": np.float32(1),
        "length_index": np.array([1], np.int64),
        "scalar": np.array([], np.int64),
        "columns": np.array([1, -1, 1], np.int64),
        "output_shape": np.array([1, 1, 1, -1], np.int64),
        "step": np.float32(2 * np.pi * 6 / RATE),
        "lowest": np.float32(20),
        "pi": np.float32(np.pi),
        "quiet": np.float32(0.3),
    }
    nodes = [
        ("Gather", ["scales", "length_index"], "length_scale"),
        ("Mul", ["length_scale", "samples"], "duration_1d"),
        ("Reshape", ["duration_1d", "scalar"], "duration"),
        ("Range", ["zero", "duration", "one"], "time"),
        ("Cast", ["input"], "ids"),
        ("Add", ["ids", "lowest"], "pitches"),
        ("Mul", ["pitches", "step"], "turns_flat"),
        ("Reshape", ["turns_flat", "columns"], "turns"),
        ("Mul", ["turns", "time"], "phases"),
        ("Sin", ["phases"], "tones"),
        ("Mul", ["time", "pi"], "half_turns"),
        ("Div", ["half_turns", "duration"], "envelope_phase"),
        ("Sin", ["envelope_phase"], "envelope"),
        ("Mul", ["tones", "envelope"], "shaped"),
        ("Mul", ["shaped", "quiet"], "softer"),
        ("Reshape", ["softer", "output_shape"], "output"),
    ]
    made = [helper.make_node(kind, given, [result]) for kind, given, result in nodes]
    made[4].attribute.append(helper.make_attribute("to", TensorProto.FLOAT))
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, ["batch", "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["batch"]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 1, 1, "time"])
    values = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(made, "voice", inputs, [output], values)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)


def settings() -> dict[str, object]:
    """What a voice's `.onnx.json` says."""
    ids = {"_": [0], "^": [1], "$": [2]} | {symbol: [number] for number, symbol in enumerate(SYMBOLS, start=3)}
    return {
        "audio": {"sample_rate": RATE, "quality": "medium"},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": ids,
        "num_symbols": 256,
        "num_speakers": 1,
        "speaker_id_map": {},
        "piper_version": "1.0.0",
    }


if __name__ == "__main__":
    model = network()
    onnx.checker.check_model(model)
    onnx.save(model, str(VOICE))
    VOICE.with_name(f"{VOICE.name}.json").write_text(json.dumps(settings(), ensure_ascii=False, indent=1), "utf-8")
