"""Makes a stand-in for TinyLlama 1.1B Chat Q4_K_M: its shape, its quantization, its tokenizer, random weights.

    python -m benchmarks.standin_tinyllama FILE

What a step costs depends on the shape and not on the values of the weights, so time and memory are the true ones. The
tokenizer is the true one, too: the Llama vocabulary that comes with llama-cpp-python's source distribution, which is
fetched with pip the first time.
"""

import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import gguf
import numpy as np
from gguf.constants import GGML_QUANT_SIZES
from numpy.typing import NDArray

LAYERS, WIDTH, INNER, HEADS, KV_HEADS, TOKENS, CONTEXT = 22, 2048, 5632, 32, 4, 32_000, 2048

Q4, Q6 = gguf.GGMLQuantizationType.Q4_K, gguf.GGMLQuantizationType.Q6_K

VOCABULARY = "vendor/llama.cpp/models/ggml-vocab-llama-spm.gguf"


def more_bits(layer: int) -> bool:
    """Whether Q4_K_M gives the layer's values and its way down six bits, as llama.cpp's quantizer decides."""
    return layer < LAYERS // 8 or layer >= 7 * LAYERS // 8 or (layer - LAYERS // 8) % 3 == 2


def matrices() -> Iterator[tuple[str, int, int, gguf.GGMLQuantizationType]]:
    """Name, rows, columns and quantization of every matrix."""
    kv = WIDTH // HEADS * KV_HEADS
    yield "token_embd.weight", TOKENS, WIDTH, Q4
    for layer in range(LAYERS):
        block, fine = f"blk.{layer}", Q6 if more_bits(layer) else Q4
        yield f"{block}.attn_q.weight", WIDTH, WIDTH, Q4
        yield f"{block}.attn_k.weight", kv, WIDTH, Q4
        yield f"{block}.attn_v.weight", kv, WIDTH, fine
        yield f"{block}.attn_output.weight", WIDTH, WIDTH, Q4
        yield f"{block}.ffn_gate.weight", INNER, WIDTH, Q4
        yield f"{block}.ffn_up.weight", INNER, WIDTH, Q4
        yield f"{block}.ffn_down.weight", WIDTH, INNER, fine
    yield "output.weight", TOKENS, WIDTH, Q6


def blocks(chance: np.random.Generator, rows: int, columns: int, kind: gguf.GGMLQuantizationType) -> NDArray[np.uint8]:
    """Random weights of about the usual size, as the quantization packs them."""
    weights, size = GGML_QUANT_SIZES[kind]
    packed = chance.integers(0, 256, (rows, columns // weights, size), dtype=np.uint8)
    if kind == Q4:  # two scales come first: of the values, and of the offset that centres them
        packed[..., :4] = np.array([8e-5, 6e-4], np.float16).view(np.uint8)
    else:  # one scale comes last
        packed[..., -2:] = np.array([1.5e-5], np.float16).view(np.uint8)
    return packed.reshape(rows, -1)


def vocabulary(folder: Path) -> Path:
    """The Llama vocabulary of the installed llama-cpp-python's source distribution."""
    wanted = f"llama-cpp-python=={version('llama-cpp-python')}"
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--no-binary",
        ":all:",
        wanted,
        "-d",
        str(folder),
    ]
    subprocess.run(command, check=True)
    with tarfile.open(next(folder.glob("llama_cpp_python-*.tar.gz"))) as archive:
        member = next(name for name in archive.getnames() if name.endswith(VOCABULARY))
        archive.extract(member, folder, filter="data")
    return folder / member


def build(path: Path, tokens: Path) -> None:
    """Write the stand-in, with the tokenizer of another GGUF file."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_K_M)
    for field in gguf.GGUFReader(tokens).fields.values():
        if field.name.startswith("tokenizer."):
            array = field.types[-1] if len(field.types) > 1 else None
            writer.add_key_value(field.name, field.contents(), field.types[0], sub_type=array)
    chance = np.random.default_rng(1)
    found = list(matrices())
    for name, rows, columns, kind in found:
        size = rows * columns * GGML_QUANT_SIZES[kind][1] // GGML_QUANT_SIZES[kind][0]
        writer.add_tensor_info(name, (rows, size // rows), np.dtype(np.uint8), size, raw_dtype=kind)
    norms = [f"blk.{layer}.{part}_norm.weight" for layer in range(LAYERS) for part in ("attn", "ffn")]
    for name in (*norms, "output_norm.weight"):
        writer.add_tensor_info(name, (WIDTH,), np.dtype(np.float32), WIDTH * 4)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for _, rows, columns, kind in found:
        writer.write_tensor_data(blocks(chance, rows, columns, kind))
    for _ in range(len(norms) + 1):
        writer.write_tensor_data(np.ones(WIDTH, np.float32))
    writer.close()


def main() -> None:
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        tokens = Path(sys.argv[2]) if len(sys.argv) > 2 else vocabulary(Path(folder))
        partial = path.with_suffix(".part")
        build(partial, tokens)
    partial.replace(path)
    print(f"{path}: {path.stat().st_size:,} bytes (TinyLlama 1.1B Chat Q4_K_M has 668,788,096)")


if __name__ == "__main__":
    main()
