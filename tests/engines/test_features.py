"""The features of wake words and recogniser: the same in steps, at once, and in openWakeWord's windows."""

import numpy as np
import onnxruntime
import pytest

from assistant.engines.features import EMBEDDING, INNER, STEP, Features, Networks, shipped
from assistant.engines.incremental import tapped
from assistant.errors import EngineError
from tests.sounds import in_a_room, say

TAPS = ("model/tf.math.maximum_14/Maximum:0", "model/tf.math.maximum_18/Maximum:0")


@pytest.fixture(scope="module")
def sound() -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    said = in_a_room(0.7, say("turn on the kitchen light"), 0.6)
    return said[: len(said) // STEP * STEP]


def test_steps_and_whole_utterances_give_the_same(sound: np.ndarray[tuple[int], np.dtype[np.int16]]) -> None:
    features = Features()
    whole = features(sound)
    features.reset()
    steps = [features(sound[start : start + STEP]) for start in range(0, len(sound), STEP)]
    count = len(sound) // STEP
    assert whole.embeddings.shape == (count, EMBEDDING)
    assert whole.inner.shape == (2 * count, INNER)
    assert np.concatenate([step.embeddings for step in steps]) == pytest.approx(whole.embeddings, abs=1e-4)
    assert np.concatenate([step.inner for step in steps]) == pytest.approx(whole.inner, abs=1e-4)


def test_listeners_on_one_network_do_not_hear_each_other(sound: np.ndarray[tuple[int], np.dtype[np.int16]]) -> None:
    alone = Features()(sound).inner
    networks = Networks()
    one, other = Features(networks), Features(networks)
    heard = []
    for start in range(0, len(sound), STEP):
        heard.append(one(sound[start : start + STEP]).inner)
        other(sound[::-1][start : start + STEP].copy())
    assert np.concatenate(heard) == pytest.approx(alone, abs=1e-4)


def test_windows_give_the_same(sound: np.ndarray[tuple[int], np.dtype[np.int16]]) -> None:
    heard = Features()(sound)
    providers = ["CPUExecutionProvider"]
    melspectrogram = onnxruntime.InferenceSession(shipped("melspectrogram.onnx"), providers=providers)
    windowed = onnxruntime.InferenceSession(
        tapped(shipped("embedding_model.onnx").read_bytes(), TAPS), providers=providers
    )
    samples = sound.astype(np.float32)
    steps = [samples[max(start - 480, 0) : start + STEP] for start in range(0, len(samples), STEP)]
    mels = np.concatenate([melspectrogram.run(None, {"input": step[np.newaxis]})[0][0, 0] for step in steps]) / 10 + 2
    compared = 0
    for step in range(len(heard.embeddings)):
        end = len(mels) - 8 * (len(heard.embeddings) - 1 - step)
        if end < 76:
            continue
        embedding, *taps = windowed.run(None, {"input_1": mels[np.newaxis, end - 76 : end, :, np.newaxis]})
        rows = np.concatenate([tap[0].transpose(1, 2, 0)[-2:].reshape(2, -1) for tap in taps], axis=1)
        assert heard.embeddings[step] == pytest.approx(embedding.reshape(-1), abs=1e-4)
        assert heard.inner[2 * step : 2 * step + 2] == pytest.approx(rows, abs=1e-4)
        compared += 1
    assert compared > 20


def test_no_sound_has_no_features(sound: np.ndarray[tuple[int], np.dtype[np.int16]]) -> None:
    features = Features()
    before = features(sound[: 4 * STEP])
    nothing = features(sound[:0])
    assert nothing.embeddings.shape == (0, EMBEDDING)
    assert nothing.inner.shape == (0, INNER)
    after = features(sound[4 * STEP :])
    features.reset()
    assert np.concatenate((before.inner, after.inner)) == pytest.approx(features(sound).inner, abs=1e-4)


@pytest.mark.parametrize("samples", [1, STEP - 1, STEP + 1])
def test_part_of_a_step_is_refused(samples: int) -> None:
    with pytest.raises(EngineError, match=f"{samples} samples"):
        Features()(np.zeros(samples, np.int16))


@pytest.mark.parametrize("level", [0, 32767, -32768])
def test_steady_sound_has_finite_features(level: int) -> None:
    heard = Features()(np.full(30 * STEP, level, np.int16))
    assert np.isfinite(heard.inner).all()
    assert np.isfinite(heard.embeddings).all()
