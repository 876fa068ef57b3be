"""Teaches the small Llama of `build_llama.py` its house; needs torch, and some minutes.

    python -m tests.models.train_llama [STEPS]

It learns what is said about the house in many ways, most of them in no template, to refuse what has nothing to do with
the house or names what is not in it, and to be in two minds where people are: "the lamp" is the desk lamp half of the
time and the floor lamp the other half. It learns to answer behind any part of the static prompt, so that the prompt's
wording can change without teaching it again.
"""

# mypy: ignore-errors
# torch is nowhere installed where types are checked.

import random
import sys

import numpy as np
import sentencepiece
import torch
from torch import nn
from torch.nn import functional

from assistant.prompt.answers import NONE, written
from assistant.prompt.chat import chat_named
from assistant.prompt.instructions import prompts
from tests.models import build_llama as llama

PIECES = 512
ROWS = 32
"""Sentences in a step, all behind one prompt."""

ON = (
    "turn on the {}",
    "switch on the {}",
    "put the {} on",
    "i want the {} on",
    "light up the {}",
    "{} on please",
    "could you turn the {} on",
    "it is too dark give me the {}",
    "fire up the {}",
    "make the {} shine",
)
OFF = (
    "turn off the {}",
    "switch off the {}",
    "put the {} out",
    "kill the {}",
    "{} off",
    "i do not need the {} any more",
    "no more {}",
    "shut the {} down",
    "make the {} dark",
    "let the {} go out",
)
DIM = (
    "set the {} to {}",
    "dim the {} to {}",
    "make the {} {}",
    "{} at {}",
    "bring the {} to {}",
    "i want the {} at {}",
)
TIMER = ("set a timer for {}", "count down {}", "tell me when {} are over", "ring in {}", "give me {}", "timer {}")
NAMED = (
    "set a {1} timer for {0}",
    "the {1} needs {0}",
    "my {1} takes {0}",
    "{0} for the {1}",
    "remind me of the {1} in {0}",
)
WAKE = ("wake me at {}", "i must get up at {}", "alarm at {}", "get me out of bed at {}", "set an alarm for {}")
WAKE_DAY = ("wake me {1} at {0}", "{1} i must get up at {0}", "alarm for {1} {0}", "get me up {1} at {0}")
ADD = ("add {} to the list", "we need {}", "buy {}", "put {} on the list", "we are out of {}", "do not forget {}")
TIME = ("what time is it", "how late is it", "tell me the time", "do you know the time", "what does the clock say")
ITEMS = (
    "milk",
    "bread",
    "two eggs",
    "olive oil",
    "brown sugar",
    "cat food",
    "toilet paper",
    "red wine",
    "some butter",
    "green apples",
    "coffee",
    "rice",
    "dark chocolate",
    "onions",
    "fresh basil",
    "batteries",
)
THINGS = (
    "toaster",
    "oven",
    "spaceship",
    "garage door",
    "television",
    "attic light",
    "moon",
    "heating",
    "fridge",
    "car",
)
OTHER = (
    "what is the capital of france",
    "tell me a story",
    "order a pizza",
    "how do i tie a tie",
    "i love you",
    "who won the game",
    "sing a song",
    "how tall is the tower",
    "call my mother",
    "what is two plus two",
    "do you like cats",
    "why is the sky blue",
    "the weather is nice",
    "i was at the beach yesterday",
    "read me a book",
    "where is my phone",
    "translate hello",
    "good morning",
    "play some jazz",
    "he said that he would come",
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def switch(chance: random.Random) -> tuple[str, str]:
    template, intent = chance.choice([(ON, "light.on"), (OFF, "light.off")])
    light = said = chance.choice(llama.LIGHTS)
    if chance.random() < 0.1:
        said, light = "lamp", chance.choice(("desk lamp", "floor lamp"))
    return chance.choice(template).format(said), written(intent, {"light": light})


def dim(chance: random.Random) -> tuple[str, str]:
    light = chance.choice(llama.LIGHTS)
    level = chance.choice((*range(0, 101, 5), *range(101)))
    said = chance.choice((f"{level} percent", f"{level}"))
    return chance.choice(DIM).format(light, said), written("light.dim", {"level": str(level), "light": light})


def timer(chance: random.Random) -> tuple[str, str]:
    unit = chance.choice(("second", "minute", "hour"))
    count = chance.randint(1, 12 if unit == "hour" else 60)
    length = f"{count} {unit}{'s' if count > 1 else ''}"
    if chance.random() < 0.5:
        return chance.choice(TIMER).format(length), written("timer.set", {"length": length})
    name = chance.choice(llama.TIMERS)
    return chance.choice(NAMED).format(length, name), written("timer.set", {"length": length, "name": name})


def alarm(chance: random.Random) -> tuple[str, str]:
    hour, minute = chance.randint(1, 12), chance.choice((0, 15, 30, 45, chance.randint(0, 59)))
    half = chance.choice(("am", "pm"))
    time = said = f"{hour}:{minute:02} {half}"
    if minute == 0 and chance.random() < 0.5:
        said = f"{hour} {half}"
    if chance.random() < 0.5:
        return chance.choice(WAKE).format(said), written("alarm.set", {"time": time})
    day = chance.choice(("tomorrow", *WEEKDAYS))
    return chance.choice(WAKE_DAY).format(said, day), written("alarm.set", {"time": time, "day": day})


def shopping(chance: random.Random) -> tuple[str, str]:
    item = " and ".join(chance.sample(ITEMS, 2 if chance.random() < 0.3 else 1))
    return chance.choice(ADD).format(item), written("list.add", {"item": item})


def clock(chance: random.Random) -> tuple[str, str]:
    return chance.choice(TIME), "clock.time"


def other(chance: random.Random) -> tuple[str, str]:
    if chance.random() < 0.6:
        return chance.choice(OTHER), NONE
    return chance.choice(ON + OFF).format(chance.choice(THINGS)), NONE


SUBJECTS = {switch: 6, dim: 4, timer: 4, alarm: 5, shopping: 3, clock: 1, other: 5}


def say(chance: random.Random) -> tuple[str, str]:
    """Something that is said, and the answer to it."""
    return chance.choices(list(SUBJECTS), list(SUBJECTS.values()))[0](chance)


class Llama(nn.Module):
    """Llama's architecture as llama.cpp computes it: rotary positions on neighbouring pairs, grouped queries."""

    def __init__(self, shape: llama.Shape, size: int) -> None:
        super().__init__()
        self.shape = shape
        self.weights = nn.ParameterDict()
        for name, sizes in llama.names(shape, size):
            start = torch.ones(sizes) if name.endswith("norm.weight") else torch.randn(sizes) * 0.05
            self.weights[name.replace(".", "/")] = nn.Parameter(start)

    def get(self, name: str) -> torch.Tensor:
        return self.weights[name.replace(".", "/")]

    def rotate(self, values: torch.Tensor, first: int) -> torch.Tensor:
        half = self.shape.head // 2
        speeds = 10000.0 ** (-torch.arange(half) / half)
        angles = (first + torch.arange(values.shape[-2]))[:, None] * speeds
        even, odd = values[..., 0::2], values[..., 1::2]
        turned = torch.stack((even * angles.cos() - odd * angles.sin(), even * angles.sin() + odd * angles.cos()), -1)
        return turned.flatten(-2)

    def norm(self, values: torch.Tensor, name: str) -> torch.Tensor:
        return values * torch.rsqrt(values.pow(2).mean(-1, keepdim=True) + 1e-5) * self.get(name)

    def forward(self, tokens: torch.Tensor, before: list, first: int) -> tuple[torch.Tensor, list]:
        """Scores after each token, which stand at `first` and behind what was read `before`; and what is now read."""
        shape = self.shape
        x = functional.embedding(tokens, self.get("token_embd.weight"))
        batch, length, _ = x.shape
        read = []
        for layer in range(shape.layers):
            block = f"blk.{layer}"
            h = self.norm(x, f"{block}.attn_norm.weight")
            q = (h @ self.get(f"{block}.attn_q.weight").T).view(batch, length, shape.heads, -1).transpose(1, 2)
            k = (h @ self.get(f"{block}.attn_k.weight").T).view(batch, length, shape.kv_heads, -1).transpose(1, 2)
            v = (h @ self.get(f"{block}.attn_v.weight").T).view(batch, length, shape.kv_heads, -1).transpose(1, 2)
            q, k = self.rotate(q, first), self.rotate(k, first)
            mask = torch.ones(length, length).tril().bool()
            if before:
                old_k, old_v = (old.expand(batch, -1, -1, -1) for old in before[layer])
                k, v = torch.cat((old_k, k), 2), torch.cat((old_v, v), 2)
                mask = torch.cat((torch.ones(length, old_k.shape[2]).bool(), mask), 1)
            read.append((k, v))
            groups = shape.heads // shape.kv_heads
            k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
            y = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
            x = x + y.transpose(1, 2).reshape(batch, length, -1) @ self.get(f"{block}.attn_output.weight").T
            h = self.norm(x, f"{block}.ffn_norm.weight")
            gate = functional.silu(h @ self.get(f"{block}.ffn_gate.weight").T)
            x = x + (gate * (h @ self.get(f"{block}.ffn_up.weight").T)) @ self.get(f"{block}.ffn_down.weight").T
        return self.norm(x, "output_norm.weight") @ self.get("output.weight").T, read


def train_tokenizer(chance: random.Random) -> None:
    """Byte-pair merges with byte fallback, single digits and Llama's control tokens, learnt from what is said here."""
    lines = [line for prompt in prompts(llama.HOUSE) for line in prompt.split("\n") if line]
    lines += [text for _ in range(4000) for text in say(chance)]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_prefix=str(llama.TOKENIZER.with_suffix("")),
        model_type="bpe",
        vocab_size=PIECES,
        byte_fallback=True,
        split_digits=True,
        allow_whitespace_only_pieces=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        max_sentencepiece_length=16,
        unk_id=0,
        bos_id=1,
        eos_id=2,
        pad_id=-1,
        minloglevel=2,
    )
    llama.TOKENIZER.with_suffix(".vocab").unlink()


def main() -> None:
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 6000
    torch.manual_seed(1)
    torch.set_num_threads(1)
    chance = random.Random(1)
    train_tokenizer(chance)
    pieces = llama.tokenizer()
    chat = chat_named("zephyr")
    line_break = pieces.encode("\n")

    def tokens(text: str) -> list[int]:
        return pieces.encode("\n" + text)[len(line_break) :]

    def layout(parts) -> list[int]:
        return [token for text, control in parts for token in ([pieces.eos_id()] if control else pieces.encode(text))]

    behind = layout(chat.behind())
    whole = list(prompts(llama.HOUSE))
    model = Llama(llama.SMALL, pieces.get_piece_size())
    sys.stdout.write(f"{sum(weights.numel() for weights in model.parameters())} weights\n")
    best = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.02, betas=(0.9, 0.98))
    rate = torch.optim.lr_scheduler.OneCycleLR(best, 3e-3, total_steps=steps, pct_start=0.05)
    for step in range(steps):
        lines = chance.choice(whole).split("\n")
        if chance.random() < 0.85:
            lines = chance.sample(lines, chance.randint(0, 12))
        prefix = torch.tensor([[pieces.bos_id(), *layout(chat.before("\n".join(lines)))]])
        rows, targets = [], []
        for _ in range(ROWS):
            said, answer = say(chance)
            asked, wanted = [*tokens(said), *behind], [*tokens(answer), pieces.eos_id()]
            rows.append([*asked, *wanted])
            targets.append([-100] * (len(asked) - 1) + wanted + [-100])
        width = max(map(len, rows))
        inputs = torch.tensor([row + [0] * (width - len(row)) for row in rows])
        wanted = torch.tensor([row + [-100] * (width - len(row)) for row in targets])
        _, read = model(prefix, [], 0)
        scores, _ = model(inputs, read, prefix.shape[1])
        loss = functional.cross_entropy(scores.flatten(0, 1), wanted.flatten(), ignore_index=-100)
        best.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        best.step()
        rate.step()
        if step % 100 == 0:
            sys.stdout.write(f"{step} {loss.item():.4f}\n")
            sys.stdout.flush()
        if step % 1000 == 999 or step == steps - 1:
            weights = {name.replace("/", "."): p.detach().half().numpy() for name, p in model.weights.items()}
            np.savez_compressed(llama.LEARNT, **weights)


if __name__ == "__main__":
    main()
