"""A small chat model of Llama's architecture, as a GGUF file: one that knows nothing, or one that has learnt a house.

The tokenizer is a real SentencePiece one, byte-pair merges with byte fallback as in Llama and TinyLlama. What it and
the model have learnt is in `llama_tokenizer.model` and `llama_learnt.npz`, made by `train_llama.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
import sentencepiece
from numpy.typing import NDArray

from assistant.messages import Choice, IntentSpec, SlotSpec, Vocabulary

LEARNT = Path(__file__).with_name("llama_learnt.npz")
TOKENIZER = Path(__file__).with_name("llama_tokenizer.model")

ZEPHYR = "\n".join(
    [
        "{% for message in messages %}",
        "{% if message['role'] == 'user' %}",
        "{{ '<|user|>\n' + message['content'] + eos_token }}",
        "{% elif message['role'] == 'system' %}",
        "{{ '<|system|>\n' + message['content'] + eos_token }}",
        "{% elif message['role'] == 'assistant' %}",
        "{{ '<|assistant|>\n'  + message['content'] + eos_token }}",
        "{% endif %}",
        "{% if loop.last and add_generation_prompt %}",
        "{{ '<|assistant|>' }}",
        "{% endif %}",
        "{% endfor %}",
    ]
)
"""TinyLlama's chat template."""

LIGHTS = ("kitchen light", "bedroom light", "desk lamp", "floor lamp", "porch light", "garden lights")
TIMERS = ("pizza", "pasta", "tea", "laundry")


def _choices(name: str, *values: str, required: bool = True) -> SlotSpec:
    return SlotSpec(name, "choice", required, tuple(Choice(value, value) for value in values))


HOUSE = Vocabulary(
    (
        IntentSpec("light.on", ("(turn|switch) on [the] {light}",), (_choices("light", *LIGHTS),), "Turn a light on."),
        IntentSpec(
            "light.off", ("(turn|switch) off [the] {light}",), (_choices("light", *LIGHTS),), "Turn a light off."
        ),
        IntentSpec(
            "light.dim",
            ("(set|dim) [the] {light} to {level}",),
            (SlotSpec("level", "percentage"), _choices("light", *LIGHTS)),
            "Set how bright a light is.",
        ),
        IntentSpec(
            "timer.set",
            ("set a timer for {length}", "set a {name} timer for {length}"),
            (SlotSpec("length", "duration"), _choices("name", *TIMERS, required=False)),
            "Set a timer.",
        ),
        IntentSpec(
            "alarm.set",
            ("wake me at {time}", "wake me {day} at {time}"),
            (SlotSpec("time", "time"), SlotSpec("day", "date", required=False)),
            "Set an alarm.",
        ),
        IntentSpec("list.add", ("add {item} to the list",), (SlotSpec("item", "text"),), "Add to the shopping list."),
        IntentSpec("clock.time", ("what time is it",), (), "Tell the time."),
    )
)
"""The house that the learnt model knows."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a Llama."""

    width: int = 64
    layers: int = 2
    heads: int = 4
    kv_heads: int = 2
    inner: int = 160
    context: int = 2048

    @property
    def head(self) -> int:
        return self.width // self.heads


SMALL = Shape()


def tokenizer() -> sentencepiece.SentencePieceProcessor:
    return sentencepiece.SentencePieceProcessor(model_file=str(TOKENIZER))


def names(shape: Shape, vocabulary: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The tensors of a Llama and their shapes, rows first."""
    kv = shape.kv_heads * shape.head
    yield "token_embd.weight", (vocabulary, shape.width)
    for layer in range(shape.layers):
        block = f"blk.{layer}"
        yield f"{block}.attn_norm.weight", (shape.width,)
        yield f"{block}.attn_q.weight", (shape.width, shape.width)
        yield f"{block}.attn_k.weight", (kv, shape.width)
        yield f"{block}.attn_v.weight", (kv, shape.width)
        yield f"{block}.attn_output.weight", (shape.width, shape.width)
        yield f"{block}.ffn_norm.weight", (shape.width,)
        yield f"{block}.ffn_gate.weight", (shape.inner, shape.width)
        yield f"{block}.ffn_up.weight", (shape.inner, shape.width)
        yield f"{block}.ffn_down.weight", (shape.width, shape.inner)
    yield "output_norm.weight", (shape.width,)
    yield "output.weight", (vocabulary, shape.width)


def learnt() -> dict[str, NDArray[np.float16]]:
    """The weights of the model that knows HOUSE."""
    with np.load(LEARNT) as file:
        return {name: file[name] for name in file.files}


def ignorant(seed: int = 1, shape: Shape = SMALL) -> dict[str, NDArray[np.float16]]:
    """Weights of a model that knows nothing."""
    chance = np.random.default_rng(seed)
    size = tokenizer().get_piece_size()
    weights: dict[str, NDArray[np.float16]] = {}
    for name, sizes in names(shape, size):
        ones = np.ones(sizes) if name.endswith("norm.weight") else chance.normal(0, 0.05, sizes)
        weights[name] = ones.astype(np.float16)
    return weights


def write(
    path: Path,
    weights: Mapping[str, NDArray[np.float16]],
    *,
    shape: Shape = SMALL,
    architecture: str = "llama",
    template: str | None = ZEPHYR,
    without: frozenset[str] = frozenset(),
    tokens: bool = True,
) -> Path:
    """Write a GGUF file. Pieces `without` are made into ones that nothing is written with."""
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_dimension_count(shape.head)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    if tokens:
        _add_tokenizer(writer, without)
    if template is not None:
        writer.add_chat_template(template)
    for name, values in weights.items():
        writer.add_tensor(name, values.astype(np.float32) if values.ndim == 1 else values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_tokenizer(writer: gguf.GGUFWriter, without: frozenset[str]) -> None:
    pieces = tokenizer()
    texts, scores, kinds = [], [], []
    for number in range(pieces.get_piece_size()):
        text = pieces.id_to_piece(number)
        if pieces.is_unknown(number):
            kind = gguf.TokenType.UNKNOWN
        elif pieces.is_control(number):
            kind = gguf.TokenType.CONTROL
        elif pieces.is_byte(number):
            kind = gguf.TokenType.BYTE
        else:
            kind = gguf.TokenType.NORMAL
        if text in without:
            text, kind = f"[{number}]", gguf.TokenType.UNUSED
        texts.append(text.encode())
        scores.append(pieces.get_score(number))
        kinds.append(kind)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(texts)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(pieces.bos_id())
    writer.add_eos_token_id(pieces.eos_id())
    writer.add_unk_token_id(pieces.unk_id())
    writer.add_add_bos_token(True)
