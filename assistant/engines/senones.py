"""How likely a sound makes each state of each phone, by the acoustic model of PocketSphinx.

That model was trained on many people, by their recordings; our own has heard only synthetic voices. So its judgement of
single hundredths of a second is given to ours beside the inner values of the wake word's network, as tandem features
(Hermansky, Ellis and Sharma, 2000): it knows people, ours knows what comes after what, in noise, too.

Only the states without regard to neighbouring phones are used, the first of its senones: mixtures of 128 Gaussians for
each phone, in three streams (the cepstra and how they change). Formats of its files: `bio.c` and `ptm_mgau.c` of CMU
Sphinx; the formulas are those of mixtures of Gaussians with diagonal covariances.
"""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.engines.cepstra import CEPSTRA, FRAMES_PER_SECOND, TYPICAL, Cepstra
from assistant.engines.features import LAG_SECONDS, ROW_SECONDS
from assistant.engines.installed import pocketsphinx
from assistant.errors import EngineError

Floats = NDArray[np.float32]

PHONES, _EACH = 42, 3
"""Those of the dictionary, silence and two kinds of noise; and the states of each."""
STATES = PHONES * _EACH
PER_ROW = 2
"""Frames of 20 ms in a row: phones are shorter than rows."""
SENONES = PER_ROW * STATES
"""Numbers in a row."""

FLOOR = 1e-4
"""Added to probabilities before their logarithm is taken."""

CARRIED = 100.0
"""Frames that a typical mean counts for, all but the loudness, while the mean of an utterance is not known well."""

MEAN_SECONDS = 1.5
"""Sound from which a mean is taken at least, if there is as much."""

_STREAMS, _DENSITIES, _EVERY_SENONE = 3, 128, 5126
_FRAMES = round(ROW_SECONDS * FRAMES_PER_SECOND)
_LAG = round(LAG_SECONDS * FRAMES_PER_SECOND)
_AT_ONCE = 16  # frames: of all densities, these take a third of a megabyte
_AROUND = 3  # frames on either side that tell how a frame changes
_VARIANCE_FLOOR = 1e-4  # the library's default
_WEIGHT_NATS = 1024 * np.log(1.0001)  # of a unit in the file: a base of 1.0001, and ten bits shifted out
_MAGIC = 0x11223344


class Senones:
    """Rows for one listener, beside those of engines/features.py: row by row they are about the same sound."""

    def __init__(self) -> None:
        """Raises EngineError where PocketSphinx's model is missing or another one."""
        means, variances = (_gaussians(pocketsphinx(f"en-us/{name}")) for name in ("means", "variances"))
        variances = np.maximum(variances, _VARIANCE_FLOOR)
        self._linear = [
            np.concatenate((means[:, each] / variances[:, each], -0.5 / variances[:, each]), axis=-1)
            .reshape(-1, 2 * CEPSTRA)
            .T.copy()
            for each in range(_STREAMS)
        ]
        self._constant = [
            -0.5 * (np.log(2 * np.pi * variances[:, each]) + means[:, each] ** 2 / variances[:, each]).sum(-1).ravel()
            for each in range(_STREAMS)
        ]
        self._weights = _weights(pocketsphinx("en-us/sendump"))
        self.reset()

    def reset(self, before: int = 0) -> None:
        """Expect an utterance. `before`: rows of silence before all sound, about which nothing is known."""
        self._before = before
        self._front = Cepstra()
        self._cepstra = np.zeros((0, CEPSTRA))
        self._sums = np.zeros((1, CEPSTRA))
        self._settled = np.zeros((0, SENONES), np.float32)

    def hear(self, pcm: bytes) -> None:
        """Take the next sound."""
        new = self._front.hear(pcm)
        self._cepstra = np.concatenate((self._cepstra, new))
        self._sums = np.concatenate((self._sums, self._sums[-1] + np.cumsum(new, axis=0)))

    def rows(self, first: int, end: int) -> Floats:
        """Logarithms of probabilities, (end - first, SENONES), each row about the sound LAG_SECONDS before it.

        The mean, which is taken off, is that of all sound before the row, at least of MEAN_SECONDS.
        """
        known = len(self._settled)
        if end <= known:
            return self._settled[first:end]
        rows = np.concatenate((self._settled, self._made(known, end)))
        if len(self._cepstra) >= max(_FRAMES * (end - 1 - self._before), MEAN_SECONDS * FRAMES_PER_SECOND):
            self._settled = rows
        return rows[first:end]

    def _made(self, first: int, until: int) -> Floats:
        start, stop = (_FRAMES * (row - self._before) - _LAG for row in (first, until))
        likely = np.full((stop - start, STATES), 1 / STATES, np.float32)
        begin, last = max(start, 0), min(stop, len(self._cepstra))
        for at in range(begin, last, _AT_ONCE):
            end = min(at + _AT_ONCE, last)
            likely[at - start : end - start] = self._probabilities(at, end)
        pairs = likely.reshape(PER_ROW * (until - first), -1, STATES).mean(axis=1)
        rows: Floats = np.log(pairs + np.float32(FLOOR)).reshape(until - first, SENONES)
        return rows

    def _probabilities(self, begin: int, end: int) -> Floats:
        """Of the states in some frames."""
        # Frames of the same row have the same mean, and rows come _LAG frames after what they are about.
        seen = (np.arange(begin, end) + _LAG) // _FRAMES * _FRAMES
        seen = np.minimum(np.maximum(seen, round(MEAN_SECONDS * FRAMES_PER_SECOND)), len(self._cepstra))
        weight = np.full(CEPSTRA, CARRIED)
        weight[0] = 0.0
        mean = (self._sums[seen] + weight * np.array(TYPICAL)) / (seen[:, np.newaxis] + weight)
        around = np.clip(np.arange(begin - _AROUND, end + _AROUND), 0, len(self._cepstra) - 1)
        near = self._cepstra[around]
        at = {shift: near[_AROUND + shift : _AROUND + shift + end - begin] for shift in range(-_AROUND, _AROUND + 1)}
        streams = at[0] - mean, at[2] - at[-2], (at[3] - at[-1]) - (at[1] - at[-3])
        logs = sum(self._likelihoods(each, values.astype(np.float32)) for each, values in enumerate(streams))
        flat = np.asarray(logs, np.float32).reshape(end - begin, STATES)
        likely = np.exp(flat - flat.max(axis=1, keepdims=True))
        probabilities: Floats = likely / likely.sum(axis=1, keepdims=True)
        return probabilities

    def _likelihoods(self, stream: int, values: Floats) -> Floats:
        """Logarithms, (frames, phones, states of each)."""
        every = np.concatenate((values, values**2), axis=1) @ self._linear[stream] + self._constant[stream]
        densities = every.reshape(len(values), -1, _DENSITIES)
        most = densities.max(axis=2, keepdims=True)
        mixed = np.matmul(np.exp(densities - most).transpose(1, 0, 2), self._weights[stream]).transpose(1, 0, 2)
        logs: Floats = most + np.log(np.maximum(mixed, 1e-30))
        return logs


def _gaussians(file: Path) -> Floats:
    """(PHONES, streams, densities, CEPSTRA)"""
    data = file.read_bytes()
    at = data.find(b"endhdr\n") + len(b"endhdr\n")
    size = 4 * PHONES * _STREAMS * _DENSITIES * CEPSTRA
    head = struct.pack("<8i", _MAGIC, PHONES, _STREAMS, _DENSITIES, *[CEPSTRA] * _STREAMS, size // 4)
    values = data[at + len(head) : at + len(head) + size]
    if data[at : at + len(head)] != head or len(values) != size:
        raise _unknown(file)
    return np.frombuffer(values, "<f4").reshape(PHONES, _STREAMS, _DENSITIES, CEPSTRA)


def _weights(file: Path) -> Floats:
    """Of the densities in the states of each phone, (streams, PHONES, densities, states of each)."""
    data, at = file.read_bytes(), 0
    while at + 4 <= len(data) and (length := int.from_bytes(data[at : at + 4], "little")):
        at += 4 + length
    head = struct.pack("<2i", _DENSITIES, _EVERY_SENONE)
    packed = data[at + 4 + len(head) :]
    if data[at + 4 : at + 4 + len(head)] != head or len(packed) != _STREAMS * _DENSITIES * _EVERY_SENONE:
        raise _unknown(file)
    units = np.frombuffer(packed, np.uint8).reshape(_STREAMS, _DENSITIES, _EVERY_SENONE)[:, :, :STATES]
    weights: Floats = np.exp(-_WEIGHT_NATS * units).astype(np.float32)
    return np.ascontiguousarray(weights.reshape(_STREAMS, _DENSITIES, PHONES, _EACH).transpose(0, 2, 1, 3))


def _unknown(file: Path) -> EngineError:
    return EngineError(
        f"{file} is not of the acoustic model that Hearth knows. "
        "Install it with: pip install --force-reinstall pocketsphinx"
    )
