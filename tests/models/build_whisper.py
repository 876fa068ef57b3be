"""A small Whisper that has learnt a few phrases, written as a CTranslate2 directory in its own size or Whisper-tiny's.

What it has learnt is in `whisper_learnt.npz`, made by `train_whisper.py`. Everything else is as in the real models: the
special tokens and their order, the byte-level tokenizer, the 30 seconds of positions, the names of the weights.

It was also taught Whisper's known failings, so that what guards against them is tested on a model that has them.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tokenizers
from ctranslate2.specs import model_spec, whisper_spec
from numpy.typing import NDArray

LEARNT = Path(__file__).with_name("whisper_learnt.npz")

PHRASES = (
    "Turn on the kitchen light.",
    "Turn off the kitchen light.",
    "Turn on the bedroom lamp.",
    "Set a timer for ten minutes.",
    "What time is it?",
    "Is it warm in the attic?",
    "Play some music in the garden.",
)
"""Heard as spoken, with short context and with 30 seconds of it."""

NAMED = "Tell me about {name}."
NAME, MISHEARD = "Siobhan", "Chevron"
"""The name is written right where the prompt holds it, wrong elsewhere."""

LOOPING = "Read the water meter."
LOOP = " the"
"""Heard as spoken with 30 seconds of context; with less, one word is repeated without end."""

INVENTED = "Thank you."
"""What a short burst of noise is heard as, without doubt."""

WIDTH, LAYERS, HIDDEN = 64, 2, 256
"""One attention head of 64, as wide as each of Whisper's, so that copies of it make up the heads of a larger shape."""

POSITIONS, TEXT_POSITIONS, MELS = 1500, 448, 80

LANGUAGES = (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml "
    "cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am "
    "yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su"
)
"""In the order of the real vocabularies, up to large-v2."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a model is written."""

    copies: int = 1
    """Of the learnt model, side by side: its width is 64 times this. The result is the same, since a layer norm does
    not see copies and each matrix takes the mean of them."""
    layers: int = LAYERS
    """Of encoder and decoder each; those beyond the learnt ones add nothing to what passes through them."""
    text_tokens: int = 0
    """So many before the special ones, as in multilingual models: 50,257; 0 for the few of a small English one."""


SMALL = Shape()
MULTILINGUAL = Shape(text_tokens=50_257)
TINY = Shape(copies=6, layers=4, text_tokens=50_257)
"""Whisper-tiny: 384 wide, 6 heads, 4 layers, 51,865 tokens."""


def write(folder: Path, shape: Shape = SMALL, quantization: str = "int8") -> Path:
    """Write the model to `folder`, which is made if it is not there; give the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with np.load(LEARNT) as file:
        learnt = {name: file[name] for name in file.files}
    tokens = vocabulary(shape.text_tokens)
    spec = whisper_spec.WhisperSpec(shape.layers, shape.copies, shape.layers, shape.copies)
    for name, value in _spread(learnt, shape, tokens).items():
        scope, attribute = name.rsplit("/", 1)
        setattr(model_spec.index_spec(spec, scope), attribute, np.ascontiguousarray(value, np.float32))
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [tokens.index("Ġ"), tokens.index("<|endoftext|>")]
    spec.config.lang_ids = [tokens.index("<|en|>") + offset for offset in range(len(LANGUAGES.split()))]
    spec.config.alignment_heads = [[shape.layers - 1, 0]]
    spec.validate()
    spec.optimize(quantization)
    spec.save(str(folder))
    tokenizer(tokens).save(str(folder / "tokenizer.json"))
    return folder


def words() -> list[str]:
    """Every word of the phrases as it stands in running text, with the space before it."""
    texts = [*PHRASES, NAMED.format(name=MISHEARD), NAMED.format(name=""), LOOPING, INVENTED]
    return list(dict.fromkeys(f" {word}" for text in texts for word in re.findall("[A-Za-z]+", text)))


def vocabulary(text_tokens: int = 0) -> list[str]:
    """All tokens in the order of their numbers: as in the English models, or padded to `text_tokens` before the special
    ones, the last being empty, by which CTranslate2 knows multilingual models.
    """
    text = [*_bytes(), *("".join(pair) for pair in _merges())]
    if text_tokens:
        text += [*(f"unused{number}" for number in range(len(text), text_tokens - 1)), ""]
    return [*text, *special_tokens()]


def special_tokens() -> list[str]:
    """In the order of the real models, times of the 30 seconds last."""
    tasks = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")
    names = [
        "endoftext",
        "startoftranscript",
        *LANGUAGES.split(),
        *tasks,
        *(f"{step / 50:.2f}" for step in range(1501)),
    ]
    return [f"<|{name}|>" for name in names]


def tokenizer(tokens: Sequence[str]) -> tokenizers.Tokenizer:
    """The byte-level tokenizer whose vocabulary is `tokens`."""
    specials = special_tokens()
    text = {token: number for number, token in enumerate(tokens[: -len(specials)])}
    made = tokenizers.Tokenizer(tokenizers.models.BPE(text, _merges()))
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    made.add_special_tokens(specials)
    return made


def _bytes() -> list[str]:
    return sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())


def _merges() -> list[tuple[str, str]]:
    """A word is joined letter by letter from its beginning, at most six of them: longer words are several tokens."""
    pairs = [(f"Ġ{word[1:end]}", word[end]) for word in words() for end in range(1, min(len(word), 6))]
    return list(dict.fromkeys(pairs))


def _spread(
    learnt: Mapping[str, NDArray[np.float16]], shape: Shape, tokens: Sequence[str]
) -> dict[str, NDArray[np.float32]]:
    """The learnt weights in another shape, by CTranslate2's names."""
    weights = {name: value.astype(np.float32) for name, value in learnt.items() if "/" in name}
    rows = [tokens.index(str(token)) for token in learnt["tokens"]]
    embeddings = np.zeros((len(tokens), WIDTH), np.float32)
    embeddings[rows] = weights.pop("decoder/embeddings/weight")
    known = np.full(len(tokens), -30.0, np.float32)
    known[rows] = 0.0
    spread = {name: _copy(name, value, shape.copies) for name, value in weights.items()}
    # Embeddings and projection are one matrix, as in Whisper: it is the norm before it that makes up for the copies.
    spread["decoder/embeddings/weight"] = spread["decoder/projection/weight"] = np.tile(embeddings, shape.copies)
    for name in ("gamma", "beta"):
        spread[f"decoder/layer_norm/{name}"] = spread[f"decoder/layer_norm/{name}"] / np.float32(shape.copies)
    spread["decoder/projection/bias"] = known
    spread["encoder/position_encodings/encodings"] = np.tile(sinusoids(), shape.copies)
    for layer in range(LAYERS, shape.layers):
        for name in [name for name in spread if "/layer_0/" in name]:
            silent = np.zeros_like(spread[name])
            spread[name.replace("/layer_0/", f"/layer_{layer}/")] = silent
    return spread


def _copy(name: str, value: NDArray[np.float32], copies: int) -> NDArray[np.float32]:
    """Each axis that is the width or the hidden size is repeated; queries, keys and values, stacked, each by itself."""
    if name.endswith("position_encodings/encodings"):
        return np.tile(value, copies)
    stacked = len(value) // (HIDDEN if "ffn/linear_0" in name else WIDTH)
    blocks: list[NDArray[np.float32]] = np.split(value, stacked)
    out = np.concatenate([np.concatenate([block] * copies) for block in blocks])
    if value.ndim == 1 or name == "encoder/conv1/weight":
        return out
    mean: NDArray[np.float32] = np.divide(np.concatenate([out] * copies, axis=1), copies, dtype=np.float32)
    return mean


def sinusoids() -> NDArray[np.float32]:
    """The encoder's positions: sine and cosine of wavelengths from 2π to 20,000π (Vaswani et al., 2017)."""
    steps = np.exp(-np.log(10_000) / (WIDTH // 2 - 1) * np.arange(WIDTH // 2))
    angles = np.arange(POSITIONS)[:, np.newaxis] * steps
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)


def learnt_tokens(tokens: Iterable[str]) -> list[str]:
    """Of `tokens`, those that training uses: text, the task, and times up to six seconds."""
    used = {f"<|{name}|>" for name in ("endoftext", "startoftranscript", "en", "transcribe", "startofprev")}
    used |= {"<|nospeech|>", "<|notimestamps|>", *(f"<|{step / 50:.2f}|>" for step in range(301))}
    return [token for token in tokens if not token.startswith("<|") or token in used]


if __name__ == "__main__":
    import sys

    print(json.dumps({"written": str(write(Path(sys.argv[1]), TINY if "--tiny" in sys.argv else SMALL))}))  # noqa: T201
