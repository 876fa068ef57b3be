"""llama.cpp through llama-cpp-python's bindings: load a model, read tokens, get scores, keep and restore what was read.

Imported only in the language model's own process: a damaged file or a fault in the library ends that process alone.
"""

import ctypes
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np

from assistant.errors import EngineError
from assistant.prompt.choices import Scores

BATCH = 64
"""Tokens read in one call. Small, so that buffers stay small: TinyLlama's are 8 MB of scores instead of 65."""

VERSION: str = llama_cpp.__version__

_ERROR = 4
"""ggml's log level."""

_ABORTED = 2
"""What `llama_decode` returns when its abort callback said so."""

_complaints: deque[str] = deque(maxlen=6)


class Stopped(Exception):
    """Reading was stopped from outside."""


def _log(level: int, text: bytes, _: object) -> None:
    if level == _ERROR:
        _complaints.append(text.decode(errors="replace").strip())


_LOG = llama_cpp.llama_log_callback(_log)


class Model:
    """A loaded model file: weights, tokenizer and, if named, a LoRA adapter."""

    def __init__(self, path: Path, *, mmap: bool, lora: Path | None) -> None:
        """`mmap` maps the weights as they lie on disk: half the memory, a slower prompt.

        Without it they are copied into the layout that the processor reads fastest. Raises EngineError.
        """
        llama_cpp.llama_log_set(_LOG, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        self.path = path
        self.lora = lora
        self._model = self._load(path, mmap)
        self._adapter = self._load_adapter(lora)
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self.size: int = llama_cpp.llama_vocab_n_tokens(self._vocab)
        self.longest: int = llama_cpp.llama_model_n_ctx_train(self._model)
        """Tokens of context that it was trained for; what it makes of more is nonsense."""
        """Tokens in the vocabulary."""
        self._line_break = self.tokenize("\n")
        self._check()

    def _load(self, path: Path, mmap: bool) -> Any:
        params = llama_cpp.llama_model_default_params()
        _set(
            params,
            n_gpu_layers=0,
            use_mmap=mmap,  # up to 0.3.2x; later versions have load_mode
            load_mode=getattr(llama_cpp, "LLAMA_LOAD_MODE_MMAP" if mmap else "LLAMA_LOAD_MODE_NONE", 0),
            use_extra_bufts=not mmap,
        )
        model = llama_cpp.llama_model_load_from_file(str(path).encode(), params)
        if not model:
            raise EngineError(f"The model file {path} cannot be loaded ({self._why()}); verify it or fetch it again.")
        return model

    def _load_adapter(self, lora: Path | None) -> Any:
        if lora is None:
            return None
        adapter = llama_cpp.llama_adapter_lora_init(self._model, str(lora).encode())
        if not adapter:
            raise EngineError(f"The LoRA adapter {lora} does not fit {self.path} ({self._why()}); correct its path.")
        return adapter

    def _check(self) -> None:
        """Raises EngineError for a model that cannot be asked for choices."""
        problem = None
        if self.size < 1 or not self._line_break:
            problem = "it has no tokenizer that can write a line break"
        elif llama_cpp.llama_model_has_encoder(self._model) or not llama_cpp.llama_model_has_decoder(self._model):
            problem = "it is not a chat model"
        elif llama_cpp.llama_model_is_recurrent(self._model):
            problem = "it cannot go back to what it read before, which the kept prompt needs"
        if problem:
            raise EngineError(
                f"The model file {self.path} cannot be used: {problem}; use a chat model such as TinyLlama."
            )

    def _why(self) -> str:
        return "; ".join(dict.fromkeys(_complaints)) or "no reason given"

    @property
    def template(self) -> str | None:
        """The chat template that the file brings."""
        template = llama_cpp.llama_model_chat_template(self._model, None)
        return None if template is None else template.decode(errors="replace")

    @property
    def begin(self) -> tuple[int, ...]:
        """The token that texts begin with, if the model wants one."""
        wants = llama_cpp.llama_vocab_get_add_bos(self._vocab)
        return (int(llama_cpp.llama_vocab_bos(self._vocab)),) if wants else ()

    def ends(self, token: int) -> bool:
        """Whether the token ends what the model has to say."""
        return bool(llama_cpp.llama_vocab_is_eog(self._vocab, token))

    def control(self, text: str) -> int:
        """The control token of that name. Raises EngineError where it is not a single control token."""
        tokens = self._tokenize(text, special=True)
        if len(tokens) > 1:  # tokenizers of SentencePiece's kind put a space in front
            tokens = tuple(token for token in tokens if self.piece(token, special=True).strip())
        if len(tokens) != 1 or not llama_cpp.llama_vocab_is_control(self._vocab, tokens[0]):
            raise EngineError(
                f"The model file {self.path} has no token {text}, which its chat format needs; "
                "name the right chat format, or use another model."
            )
        return tokens[0]

    def tokenize(self, text: str) -> tuple[int, ...]:
        """Tokens of a text on its own. Control tokens in it are plain text."""
        return self._tokenize(text, special=False)

    def after(self, text: str) -> tuple[int, ...]:
        """Tokens of a text that continues another: no space is put in front. Raises EngineError."""
        tokens = self.tokenize(f"\n{text}")
        count = len(self._line_break)
        if tokens[:count] != self._line_break:
            raise EngineError(f"The tokenizer of {self.path} joins lines; use another model file.")
        return tokens[count:]

    def exactly(self, text: str) -> tuple[int, ...]:
        """As `after`. Raises EngineError, too, where these tokens would not be read as the very same text."""
        tokens = self.after(text)
        wrote = b"".join(self.piece_bytes(token) for token in tokens).decode(errors="replace")
        if wrote != text:
            raise EngineError(
                f"The tokenizer of {self.path} cannot write '{text}' (it makes {wrote!r} of it); use another model."
            )
        return tokens

    def _tokenize(self, text: str, *, special: bool) -> tuple[int, ...]:
        encoded = text.encode()
        room = len(encoded) + 8
        tokens = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(self._vocab, encoded, len(encoded), tokens, room, False, special)
        if count < 0:
            raise EngineError(f"The tokenizer of {self.path} cannot read {text[:60]!r}; use another model file.")
        return tuple(tokens[:count])

    def piece(self, token: int, *, special: bool = False) -> str:
        """The text of a token."""
        return self.piece_bytes(token, special=special).decode(errors="replace")

    def piece_bytes(self, token: int, *, special: bool = False) -> bytes:
        """The bytes of a token, which need not be whole characters."""
        buffer = ctypes.create_string_buffer(256)
        count = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, special)
        return buffer.raw[: max(count, 0)]

    def close(self) -> None:
        """Give the memory back."""
        llama_cpp.llama_model_free(self._model)

    def context(self, size: int, threads: int, stop: Callable[[], bool]) -> "Reader":
        """A place to read in. `stop` is asked all the time while it reads."""
        return Reader(self, self._model, self._adapter, size, threads, stop)


class Reader:
    """Reads tokens one after the other, up to `size` of them, and can go back."""

    def __init__(
        self, model: Model, handle: Any, adapter: Any, size: int, threads: int, stop: Callable[[], bool]
    ) -> None:
        """Raises EngineError."""
        self.size = size
        self._model = model
        self._abort = llama_cpp.ggml_abort_callback(lambda _: stop())
        params = llama_cpp.llama_context_default_params()
        _set(
            params,
            n_ctx=size,
            n_batch=BATCH,
            n_ubatch=BATCH,
            n_seq_max=1,
            n_threads=threads,
            n_threads_batch=threads,
            abort_callback=self._abort,
            offload_kqv=False,
            no_perf=True,
            swa_full=True,  # models with a sliding window can then go back, too
        )
        self._context = llama_cpp.llama_init_from_model(handle, params)
        if not self._context:
            raise EngineError(
                f"The model {model.path} has no room for {size} tokens of context; lower the context or free memory."
            )
        if adapter is not None:
            llama_cpp.llama_set_adapters_lora(
                self._context, (llama_cpp.llama_adapter_lora_p_ctypes * 1)(adapter), 1, (ctypes.c_float * 1)(1.0)
            )
        self._memory = llama_cpp.llama_get_memory(self._context)

    @property
    def count(self) -> int:
        """Tokens read so far."""
        return int(llama_cpp.llama_memory_seq_pos_max(self._memory, 0)) + 1

    def read(self, tokens: Iterable[int]) -> Scores:
        """Read on, and give the scores of the token that comes next. Raises Stopped, EngineError."""
        waiting = list(tokens)
        while waiting:
            batch, waiting = waiting[:BATCH], waiting[BATCH:]
            array = (llama_cpp.llama_token * len(batch))(*batch)
            code = llama_cpp.llama_decode(self._context, llama_cpp.llama_batch_get_one(array, len(batch)))
            if code == _ABORTED:
                raise Stopped
            if code != 0:
                raise EngineError(f"llama.cpp could not read {len(batch)} tokens after {self.count} (code {code}).")
        scores = llama_cpp.llama_get_logits_ith(self._context, -1)
        if not scores:
            raise EngineError("llama.cpp gives no scores; update llama-cpp-python.")
        return np.ctypeslib.as_array(scores, shape=(self._model.size,)).copy()

    def forget(self, count: int) -> None:
        """Go back to where `count` tokens had been read. Raises EngineError where the model cannot."""
        if not llama_cpp.llama_memory_seq_rm(self._memory, 0, count, -1):
            raise EngineError(f"The model {self._model.path} cannot go back in what it read; use another model.")

    def save(self, path: Path, tokens: Sequence[int]) -> None:
        """Write what was read, which was `tokens`. Raises OSError."""
        array = (llama_cpp.llama_token * len(tokens))(*tokens)
        if not llama_cpp.llama_state_seq_save_file(self._context, str(path).encode(), 0, array, len(tokens)):
            raise OSError(f"{path} could not be written ({self._model._why()})")

    def restore(self, path: Path) -> tuple[int, ...]:
        """What was read when the file was written, as if just read. Empty where the file cannot be used."""
        array = (llama_cpp.llama_token * self.size)()
        count = ctypes.c_size_t(0)
        done = llama_cpp.llama_state_seq_load_file(
            self._context, str(path).encode(), 0, array, self.size, ctypes.byref(count)
        )
        return tuple(array[: count.value]) if done else ()

    def close(self) -> None:
        """Give the memory back."""
        llama_cpp.llama_free(self._context)


def _set(params: Any, **values: object) -> None:
    """Set the parameters that this version of the library has."""
    for name, value in values.items():
        if hasattr(params, name):
            setattr(params, name, value)
