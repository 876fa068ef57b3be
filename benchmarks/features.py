"""What the features of wake words and recogniser cost, beside openWakeWord's own way of overlapping windows:

    python -m benchmarks.features [--seconds 30]

Processor time per second of sound on one core, the ways taking turns, the best of five rounds; `ratio` is to the
package's way. The largest differences of embeddings and of wake-word scores are over all of the sound.
"""

import argparse
import time
import warnings
from collections.abc import Callable

import numpy as np
import onnxruntime

from assistant.engines.acoustic import AcousticModel
from assistant.engines.features import STEP, Features, shipped
from assistant.engines.openwakeword import OpenWakeWord
from assistant.messages import RATE, AudioFrame
from tests.sounds import Sound, in_a_room, say

WORD = "hey_jarvis"
ROUNDS = 5


def windows(sound: Sound) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """The embeddings of overlapping windows, one a step."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    mel, embed = (
        onnxruntime.InferenceSession(shipped(name), options, providers=["CPUExecutionProvider"])
        for name in ("melspectrogram.onnx", "embedding_model.onnx")
    )
    mels = np.ones((76, 32), np.float32)
    found = []
    samples = sound.astype(np.float32)
    for start in range(0, len(sound), STEP):
        (heard,) = mel.run(None, {"input": samples[np.newaxis, max(start - 480, 0) : start + STEP]})
        mels = np.concatenate((mels, heard[0, 0] / 10 + 2))[-76:]
        found.append(embed.run(None, {"input_1": mels[np.newaxis, :, :, np.newaxis]})[0].reshape(-1))
    return np.stack(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30)
    length = parser.parse_args().seconds * RATE // STEP * STEP
    sound = in_a_room(1.0, *(part for _ in range(30) for part in (say("hey jarvis"), 0.5, say("what time is it"), 1.0)))
    sound = np.resize(sound, length)
    steps = [sound[start : start + STEP] for start in range(0, length, STEP)]
    frames = [AudioFrame(step.tobytes(), number * STEP / RATE) for number, step in enumerate(steps)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from openwakeword import Model

        theirs, again = (Model([str(shipped(f"{WORD}_v0.1.onnx"))]) for _ in range(2))
    ours, features, acoustic = OpenWakeWord([WORD]), Features(), AcousticModel()
    inner = features(sound).inner

    ways: dict[str, Callable[[], object]] = {
        "wake word: the package": lambda: [theirs.predict(step) for step in steps],
        "wake word: ours": lambda: [ours.hear(frame) for frame in frames],
        "features: windows": lambda: windows(sound),
        "features: step by step": lambda: [features(step) for step in steps],
        "features: all at once": lambda: features(sound),
        "acoustic model, 3 s at a time": lambda: [acoustic(inner[at : at + 75]) for at in range(0, len(inner), 75)],
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            begun = time.process_time()
            way()
            best[name] = min(best[name], time.process_time() - begun)
    for name, spent in best.items():
        baseline = best["wake word: the package" if name.startswith("wake") else "features: windows"]
        print(f"{name:32} {100 * spent / (length / RATE):6.2f} % of a core, ratio {spent / baseline:.2f}")

    features.reset()
    made, expected = features(sound).embeddings, windows(sound)
    print(f"largest difference of embeddings: {np.abs(made[10:] - expected[10:]).max():.1e}")
    ours.reset()
    differences = []
    for step, frame in zip(steps, frames, strict=True):
        score = again.predict(step)[f"{WORD}_v0.1"]
        ours.hear(frame)
        differences += [abs(score - ours.scores[WORD])] if ours.scores else []
    print(f"largest difference of scores in {len(differences)} steps: {max(differences):.1e}")


if __name__ == "__main__":
    main()
