"""Free voices: espeak-ng with its variants, flite's and festival's."""

import random
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from assistant.messages import RATE

Sound = NDArray[np.float32]
"""At 16 kHz, full scale being 1."""

ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029", "en-us-nyc")
VARIANTS = (
    "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f5", "Alex", "Alicia", "Andrea", "Andy",
    "Annie", "Denis", "Diogo", "Gene", "Gene2", "Henrique", "Hugo", "Jacky", "Lee", "Marco", "Mario", "Mike",
    "Nguyen", "RicishayMax", "Storm", "adam", "anika", "antonio", "aunty", "belinda", "benjamin", "boris", "caleb",
    "david", "ed", "edward", "grandma", "grandpa", "gustave", "iven", "john", "kaukovalta", "klatt", "klatt2",
    "klatt3", "klatt4", "linda", "marcelo", "max", "miguel", "norbert", "pablo", "paul", "pedro", "quincy", "rob",
    "robert", "sandro", "shelby", "steph", "steph2", "travis", "victor", "zac",
)  # fmt: skip
HELD_OUT = ("flite rms", "festival ked_diphone", "espeak en-gb-x-rp+Michael", "espeak en-us+f4")
"""Voices that no model is trained on."""

_FLITE = {"awb": 130, "slt": 170, "kal": 105, "kal16": 105}
"""Voices and their pitch in Hz."""
_PITCHES = {**_FLITE, "rms": 100}
_FESTIVAL = ("cmu_us_slt_arctic_hts", "kal_diphone")
SHARES = {"espeak": 0.5, "flite": 0.34, "festival": 0.16}
"""How often each engine speaks. Few of espeak-ng's variants differ as much as two speakers do."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks, and how."""

    name: str
    pace: float = 1.0
    """How much faster than the voice's own."""
    pitch: float = 1.0
    formants: float = 1.0
    """How much higher the resonances are: below 1 a longer vocal tract."""


def draw(chance: random.Random) -> Voice:
    """A voice to train on."""
    (engine,) = chance.choices(list(SHARES), list(SHARES.values()))
    match engine:
        case "espeak":
            name = f"espeak {chance.choice(ACCENTS)}+{chance.choice(VARIANTS)}"
        case "flite":
            name = f"flite {chance.choices(list(_FLITE), (4, 4, 1, 1))[0]}"
        case _:
            name = f"festival {chance.choices(_FESTIVAL, (3, 2))[0]}"
    return varied(name, chance)


def varied(name: str, chance: random.Random) -> Voice:
    """The voice in one of its moods."""
    return Voice(
        name, chance.triangular(0.75, 1.4, 1.03), chance.triangular(0.7, 1.45, 1.0), chance.triangular(0.82, 1.2, 1.0)
    )


def say(texts: Sequence[tuple[str, Voice]]) -> list[Sound]:
    """Each text in its voice. Raises OSError or CalledProcessError where an engine is missing or fails."""
    said: dict[int, Sound] = {}
    festival: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, (text, voice) in enumerate(texts):
            engine, _, name = voice.name.partition(" ")
            # Played faster by `formants`, a voice has higher resonances; pace and pitch are asked for accordingly.
            pace, pitch = voice.pace / voice.formants, voice.pitch / voice.formants
            file = Path(folder, f"{number}.wav")
            match engine:
                case "espeak":
                    rate, height = round(165 * pace), round(np.clip(50 + 60 * np.log2(pitch), 0, 99))
                    command = ["espeak-ng", "-v", name, "-s", f"{rate}", "-p", f"{height}", "-w", f"{file}", text]
                    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
                case "flite":
                    settings = [f"duration_stretch={1 / pace:.3f}", f"int_f0_target_mean={_PITCHES[name] * pitch:.1f}"]
                    options = [part for setting in settings for part in ("--setf", setting)]
                    subprocess.run(["flite", "-voice", name, *options, "-t", text, "-o", f"{file}"], check=True)
                case _:
                    festival.setdefault(name, []).append(number)
        for name, numbers in festival.items():
            _festival(name, {number: texts[number] for number in numbers}, Path(folder))
        for number, (_, voice) in enumerate(texts):
            said[number] = _load(Path(folder, f"{number}.wav"), voice.formants)
    return [said[number] for number in range(len(texts))]


def _festival(name: str, texts: dict[int, tuple[str, Voice]], folder: Path) -> None:
    script = [f"(voice_{name})"]
    for number, (text, voice) in texts.items():
        script.append(f"(Parameter.set 'Duration_Stretch {voice.formants / voice.pace:.3f})")
        script.append(f'(utt.save.wave (utt.synth (Utterance Text "{text}")) "{folder / f"{number}.wav"}" \'riff)')
    written = folder / f"{name}.scm"
    written.write_text("\n".join(script))
    subprocess.run(["festival", "-b", f"{written}"], check=True, stdout=subprocess.DEVNULL)


def _load(file: Path, formants: float) -> Sound:
    """The recording, its resonances moved, at half of full scale and without the silence around it."""
    samples, rate = soundfile.read(file, dtype="float32")
    sound = soxr.resample(samples, rate * formants, RATE).astype(np.float32)
    peak = np.abs(sound).max(initial=0.0)
    if peak < 1e-3:
        return np.zeros(0, np.float32)
    loud = np.flatnonzero(np.abs(sound) > 0.01 * peak)
    trimmed: Sound = sound[loud[0] : loud[-1] + 1] * (0.5 / peak)
    return trimmed
