"""Chat formats: how instructions and a person's words are laid out for a model, and how its turn ends.

Control tokens come from here only. What people say, and the names in the house, are always plain text to a model.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.errors import EngineError

PROMPT = "{prompt}"


@dataclass(frozen=True, slots=True)
class Chat:
    """One format. `static` goes before a person's words and `after` behind them; both hold control tokens as text."""

    name: str
    marker: str
    """By which a model file's own template is recognised."""
    static: str
    after: str
    end: str
    """The control token with which the model ends its turn."""
    controls: tuple[str, ...]
    """Parts of `static` and `after` that are single tokens."""

    def before(self, prompt: str) -> Iterator[tuple[str, bool]]:
        """What comes before a person's words, in pieces: plain text, or a control token."""
        for piece, control in self._pieces(self.static):
            yield piece.replace(PROMPT, prompt), control

    def behind(self) -> Iterator[tuple[str, bool]]:
        """What comes between a person's words and the model's answer, in pieces like those of `before`."""
        yield from self._pieces(self.after)

    def _pieces(self, text: str) -> Iterator[tuple[str, bool]]:
        for piece in re.split(f"({'|'.join(map(re.escape, self.controls))})", text):
            if piece:
                yield piece, piece in self.controls


CHATS = (
    Chat(
        "zephyr",  # TinyLlama 1.1B Chat and Zephyr: the role marks are plain text
        "<|user|>",
        "<|system|>\n{prompt}</s>\n<|user|>\n",
        "</s>\n<|assistant|>\n",
        "</s>",
        ("</s>",),
    ),
    Chat(
        "chatml",  # Qwen2.5, SmolLM2
        "<|im_start|>",
        "<|im_start|>system\n{prompt}<|im_end|>\n<|im_start|>user\n",
        "<|im_end|>\n<|im_start|>assistant\n",
        "<|im_end|>",
        ("<|im_start|>", "<|im_end|>"),
    ),
    Chat(
        "gemma",  # Gemma 3, FunctionGemma: they have no system role
        "<start_of_turn>",
        "<start_of_turn>user\n{prompt}\n\n",
        "<end_of_turn>\n<start_of_turn>model\n",
        "<end_of_turn>",
        ("<start_of_turn>", "<end_of_turn>"),
    ),
    Chat(
        "llama3",
        "<|start_header_id|>",
        "<|start_header_id|>system<|end_header_id|>\n\n{prompt}<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n",
        "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        "<|eot_id|>",
        ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
    ),
)
"""The texts are those of the models' own `tokenizer.chat_template`. A person's words always follow a line break."""


def chat_named(name: str) -> Chat:
    """The format of that name. Raises EngineError."""
    for chat in CHATS:
        if chat.name == name:
            return chat
    raise EngineError(f"The chat format '{name}' is not known; use {', '.join(chat.name for chat in CHATS)}.")


def chat_of(template: str | None) -> Chat:
    """The format that a model file's own template describes; Zephyr's where it has none. Raises EngineError."""
    if not template:
        return CHATS[0]
    for chat in (*CHATS[1:], CHATS[0]):
        if chat.marker in template and (chat is not CHATS[0] or "<|end|>" not in template):
            return chat
    raise EngineError(
        f"The model's chat template is none that is known ({template[:60]!r}…); "
        f"name one of {', '.join(chat.name for chat in CHATS)} in the configuration, or use another model."
    )
