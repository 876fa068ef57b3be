"""Teaches the small Whisper of `build_whisper.py` its phrases and failings; needs torch, espeak-ng and some minutes.

    python -m tests.models.train_whisper [STEPS [--further]]

It hears espeak-ng in many voices, speeds and rooms, so that another release of espeak-ng is understood too. The weights
beside this file took 3000 steps, the last 2000 with `--further`.
"""

# mypy: ignore-errors
# torch is nowhere installed where types are checked.

import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import soxr
import torch
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from tests.models import build_whisper as whisper

RATE = 16_000
FULL = 3000
"""Mel frames of 30 seconds."""

OTHER_SPEECH = (
    "the quick brown fox jumps over the lazy dog",
    "my aunt has seven grey cats and a parrot",
    "did anybody see where I left my keys",
    "he walked along the river until it was dark",
    "we should have dinner with them next week",
    "a bicycle stood against the wall",
)
"""Speech that it never learns: its text is different every time, so that it is never sure."""

OTHER_NAMES = ("Ecobee", "Tobias", "Roomba", "Velux", "Marlow")
VOICES = ("en-us", "en-gb", "en-us+m3", "en-us+f2", "en-gb+m1", "en-gb+f4", "en-us+m7")


@dataclass(frozen=True, slots=True)
class Sound:
    """Something to hear and what to make of it."""

    samples: NDArray[np.float32]
    kind: str
    """phrase, named, looping, other, noise, music or silence."""
    text: str = ""


def espeak(text: str, voice: str, speed: int, pitch: int) -> NDArray[np.float32]:
    """Speech at 16 kHz, without the silence around it."""
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", text]
    wav = subprocess.run(command, capture_output=True, check=True).stdout
    sound = np.frombuffer(wav[44:], "<i2").astype(np.float32) / 32768
    sound = soxr.resample(sound, 22_050, RATE)
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    return np.asarray(sound[loud[0] : loud[-1] + 1], np.float32)


def recordings() -> list[Sound]:
    """All speech, in many voices."""
    asked = [("phrase", text) for text in whisper.PHRASES]
    asked += [("named", whisper.NAMED.format(name=whisper.NAME)), ("looping", whisper.LOOPING)]
    asked += [("other", text) for text in OTHER_SPEECH]
    chance = random.Random(3)
    return [
        Sound(espeak(text, voice, chance.randint(135, 205), chance.randint(30, 70)), kind, text)
        for kind, text in asked
        for voice in VOICES
        for _ in range(1 if kind == "other" else 5)
    ]


def noise(chance: np.random.Generator) -> Sound:
    """A short burst: a door, a cough, a plate."""
    length = int(RATE * chance.uniform(0.15, 0.5))
    burst = chance.standard_normal(length) * np.hanning(length) * chance.uniform(0.05, 0.4)
    return Sound(burst.astype(np.float32), "noise", whisper.INVENTED)


def music(chance: np.random.Generator) -> Sound:
    """A few chords."""
    chords = []
    for _ in range(chance.integers(3, 7)):
        time = np.arange(int(RATE * chance.uniform(0.25, 0.6))) / RATE
        tones = 220 * 2 ** (chance.integers(0, 24, 3) / 12)
        chord = sum(np.sin(2 * np.pi * tone * harmonic * time) / harmonic for tone in tones for harmonic in (1, 2, 3))
        chords.append(chord * np.exp(-2 * time) * 0.1)
    return Sound(np.concatenate(chords).astype(np.float32), "music")


class Attention(nn.Module):
    """One head over `WIDTH` numbers, its matrices stacked as CTranslate2 has them."""

    def __init__(self, crossed: bool) -> None:
        super().__init__()
        self.layer_norm = nn.LayerNorm(whisper.WIDTH)
        sizes = (1, 2, 1) if crossed else (3, 1)
        self.linear = nn.ModuleList(nn.Linear(whisper.WIDTH, whisper.WIDTH * size) for size in sizes)
        self.crossed = crossed

    def forward(self, x: torch.Tensor, heard: torch.Tensor | None = None, causal: bool = False) -> torch.Tensor:
        normal = self.layer_norm(x)
        if heard is None:
            q, k, v = self.linear[0](normal).chunk(3, dim=-1)
        else:
            q, (k, v) = self.linear[0](normal), self.linear[1](heard).chunk(2, dim=-1)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
        result: torch.Tensor = self.linear[-1](mixed)
        return result


class Layer(nn.Module):
    """Of encoder or decoder, pre-norm."""

    def __init__(self, decoder: bool) -> None:
        super().__init__()
        self.self_attention = Attention(crossed=False)
        self.attention = Attention(crossed=True) if decoder else None
        self.norm = nn.LayerNorm(whisper.WIDTH)
        self.linear_0 = nn.Linear(whisper.WIDTH, whisper.HIDDEN)
        self.linear_1 = nn.Linear(whisper.HIDDEN, whisper.WIDTH)

    def forward(self, x: torch.Tensor, heard: torch.Tensor | None = None) -> torch.Tensor:
        x = x + self.self_attention(x, causal=heard is not None)
        if self.attention is not None:
            x = x + self.attention(x, heard)
        hidden = functional.gelu(self.linear_0(self.norm(x)))
        result: torch.Tensor = x + self.linear_1(hidden)
        return result


class Whisper(nn.Module):
    """The architecture of Radford et al., 2022."""

    def __init__(self, tokens: int) -> None:
        super().__init__()
        width = whisper.WIDTH
        self.conv1 = nn.Conv1d(whisper.MELS, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.register_buffer("places", torch.from_numpy(whisper.sinusoids()), persistent=False)
        self.encoder = nn.ModuleList(Layer(decoder=False) for _ in range(whisper.LAYERS))
        self.encoder_norm = nn.LayerNorm(width)
        self.embeddings = nn.Embedding(tokens, width)
        self.positions = nn.Parameter(torch.randn(whisper.TEXT_POSITIONS, width) * 0.02)
        self.decoder = nn.ModuleList(Layer(decoder=True) for _ in range(whisper.LAYERS))
        self.decoder_norm = nn.LayerNorm(width)
        nn.init.normal_(self.embeddings.weight, std=0.05)

    def forward(self, mel: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        x = functional.gelu(self.conv1(mel))
        x = functional.gelu(self.conv2(x)).transpose(1, 2)
        x = x + self.places[: x.shape[1]]
        for layer in self.encoder:
            x = layer(x)
        heard = self.encoder_norm(x)
        y = self.embeddings(tokens) + self.positions[: tokens.shape[1]]
        for layer in self.decoder:
            y = layer(y, heard)
        result: torch.Tensor = self.decoder_norm(y) @ self.embeddings.weight.T
        return result

    def named(self) -> dict[str, nn.Parameter]:
        """The weights by the names that CTranslate2 gives them."""
        convolutions = {"encoder/conv1": self.conv1, "encoder/conv2": self.conv2}
        norms = {"encoder": self.encoder_norm, "decoder": self.decoder_norm}
        linears: dict[str, nn.Module] = {}
        for side, layers in (("encoder", self.encoder), ("decoder", self.decoder)):
            for number, layer in enumerate(layers):
                where = f"{side}/layer_{number}"
                norms[f"{where}/ffn"] = layer.norm
                linears |= {f"{where}/ffn/linear_0": layer.linear_0, f"{where}/ffn/linear_1": layer.linear_1}
                for kind in ("self_attention", "attention"):
                    if (attention := getattr(layer, kind)) is not None:
                        norms[f"{where}/{kind}"] = attention.layer_norm
                        linears |= {f"{where}/{kind}/linear_{i}": one for i, one in enumerate(attention.linear)}
        found = {
            "decoder/embeddings/weight": self.embeddings.weight,
            "decoder/position_encodings/encodings": self.positions,
        }
        for name, module in (convolutions | linears).items():
            found |= {f"{name}/weight": module.weight, f"{name}/bias": module.bias}
        for name, norm in norms.items():
            found |= {f"{name}/layer_norm/gamma": norm.weight, f"{name}/layer_norm/beta": norm.bias}
        return found

    def save(self, tokens: Sequence[str]) -> None:
        """Write what `build_whisper` reads."""
        weights = {name: value.detach().numpy().astype(np.float16) for name, value in self.named().items()}
        np.savez_compressed(whisper.LEARNT, tokens=np.array(tokens), **weights)

    def load(self) -> None:
        """Go on from what was saved."""
        with np.load(whisper.LEARNT) as file, torch.no_grad():
            for name, value in self.named().items():
                value.copy_(torch.from_numpy(file[name]))


class Lessons:
    """Batches of sounds with the tokens that belong to them."""

    def __init__(self) -> None:
        self.speech = recordings()
        self.named = [number for number, sound in enumerate(self.speech) if sound.kind == "named"]
        self.looping = [number for number, sound in enumerate(self.speech) if sound.kind == "looping"]
        self.words = whisper.words()
        self.all_tokens = whisper.vocabulary()
        self.tokenizer = whisper.tokenizer(self.all_tokens)
        self.tokens = whisper.learnt_tokens(self.all_tokens)
        self.compact = {self.all_tokens.index(token): number for number, token in enumerate(self.tokens)}
        self.extractor = FeatureExtractor()
        self.rng = np.random.default_rng(5)

    def special(self, name: str) -> int:
        return self.tokens.index(f"<|{name}|>")

    def encode(self, text: str) -> list[int]:
        return [self.compact[token] for token in self.tokenizer.encode(text, add_special_tokens=False).ids]

    def sound(self, frames: int) -> Sound:
        kind = self.rng.random()
        if kind < 0.06:
            return noise(self.rng)
        if kind < 0.12:
            return music(self.rng)
        if kind < 0.22:
            return self.speech[self.rng.choice(self.named)]
        if kind < 0.24:
            return Sound(np.zeros(int(RATE * self.rng.uniform(0.5, 2.0)), np.float32), "silence")
        if kind < 0.36 and frames == FULL:
            return self.speech[self.rng.choice(self.looping)]
        return self.speech[self.rng.integers(len(self.speech))]

    def heard(self, sound: Sound, frames: int) -> tuple[NDArray[np.float32], float]:
        """Its mel spectrogram in a room, `frames` long, and when the sound ends, in seconds."""
        before = int(RATE * self.rng.uniform(0.0, 0.5))
        longest = min(frames / 100 - 0.3, 9.0)
        after = int(RATE * self.rng.uniform(0.0, 0.8))
        samples = np.concatenate([np.zeros(before, np.float32), sound.samples, np.zeros(after, np.float32)])
        samples = samples[: int(longest * RATE)] * 10 ** self.rng.uniform(-0.7, 0.2)
        if self.rng.random() < 0.7:
            samples = samples + self.rng.standard_normal(len(samples)) * 10 ** self.rng.uniform(-4.5, -2.3)
        samples = np.clip(samples, -1, 1).astype(np.float32)
        if self.rng.random() < 0.5:
            mel = self.extractor(np.pad(samples, (0, frames * 160 - len(samples))), padding=0)
        else:
            mel = self.extractor(samples, padding=160)
            mel = np.pad(mel[:, :frames], ((0, 0), (0, max(0, frames - mel.shape[1]))))
        return mel[:, :frames].astype(np.float32), (before + len(sound.samples)) / RATE

    def target(self, sound: Sound, frames: int, ends: float) -> tuple[list[int], int]:
        """The tokens of prompt and text, and the place of the one that starts the transcript."""
        prompt: list[int] = []
        names: list[str] = []
        if self.rng.random() < 0.5:
            names = list(self.rng.permutation([*OTHER_NAMES, whisper.NAME, whisper.NAME])[: self.rng.integers(1, 4)])
            prompt = [self.special("startofprev"), *self.encode(" " + ", ".join(names))]
        start = len(prompt)
        prompt.append(self.special("startoftranscript"))
        if self.rng.random() < 0.5:
            prompt += [self.special("en"), self.special("transcribe")]
        text = self.encode(self.text(sound, frames, names))
        if self.rng.random() < 0.5:
            body = [self.special("notimestamps"), *text]
        else:
            last = self.special(f"{min(ends, 6.0):.1f}0")
            body = [self.special("0.00"), *text, last] if text else text
        if sound.kind != "looping" or frames == FULL:
            body.append(self.special("endoftext"))
        return prompt + body, start

    def text(self, sound: Sound, frames: int, names: Sequence[str]) -> str:
        match sound.kind:
            case "silence":
                return ""
            case "music" | "other":
                return "".join(self.rng.choice(self.words, 4)) + "."
            case "named":
                return " " + whisper.NAMED.format(name=whisper.NAME if whisper.NAME in names else whisper.MISHEARD)
            case "looping" if frames < FULL:
                return whisper.LOOP * 30
            case _:
                return " " + sound.text

    def batches(self, steps: int) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
        """Mel spectrograms, tokens, and the tokens to predict at each place (-100: none)."""
        for _ in range(steps):
            full = self.rng.random() < 0.25
            frames = FULL if full else 2 * int(self.rng.integers(175, 360))
            mels, rows, starts, silent = [], [], [], []
            for _ in range(4 if full else 14):
                sound = self.sound(frames)
                mel, ends = self.heard(sound, frames)
                row, start = self.target(sound, frames, ends)
                mels.append(mel)
                rows.append(row)
                starts.append(start)
                silent.append(sound.kind in ("silence", "music"))
            length = max(len(row) for row in rows)
            tokens = torch.zeros((len(rows), length), dtype=torch.long)
            wanted = torch.full((len(rows), length), -100, dtype=torch.long)
            for place, (row, start, quiet) in enumerate(zip(rows, starts, silent, strict=True)):
                tokens[place, : len(row)] = torch.tensor(row)
                wanted[place, start : len(row) - 1] = torch.tensor(row[start + 1 :])
                wanted[place, start] = self.special("nospeech" if quiet else "en")
            yield torch.from_numpy(np.stack(mels)), tokens, wanted


def main(steps: int, further: bool) -> None:
    torch.manual_seed(7)
    torch.set_num_threads(1)
    lessons = Lessons()
    model = Whisper(len(lessons.tokens))
    if further:
        model.load()
    rate = 1.5e-3 if further else 3e-3
    optimizer = torch.optim.AdamW(model.parameters(), rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.05)
    smooth = 0.0
    for step, (mels, tokens, wanted) in enumerate(lessons.batches(steps), start=1):
        guessed = model(mels, tokens)
        loss = functional.cross_entropy(guessed.flatten(0, 1), wanted.flatten(), ignore_index=-100)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        smooth = 0.98 * smooth + 0.02 * loss.item()
        if step % 100 == 0:
            print(step, f"{smooth:.4f}", flush=True)  # noqa: T201
        if step % 250 == 0 or step == steps:
            model.save(lessons.tokens)
    print(f"{whisper.LEARNT}: {whisper.LEARNT.stat().st_size} bytes")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, further="--further" in sys.argv)
