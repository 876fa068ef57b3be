"""Sleep between words: the wake word's networks run only while there may be a voice.

A quiet room costs the energy of each frame; what is louder is shown to the voice activity detector; and only what may
be a voice reaches the wake word. When the gate opens, the sound just before is replayed, so that the features are made
of what they would have been made of: detections are the same, for a fraction of the work.
"""

from collections import deque
from collections.abc import Sequence

import numpy as np

from assistant.messages import AudioFrame, Wake
from assistant.stages import Vad, WakeWord

REPLAYED = 2.4
"""Seconds. A score depends on the last 2.04: 16 embeddings of 76 mel frames each, 80 ms apart, and their windows."""
LOUDER = 1.6
"""Power of a frame beside the quietest of late, from which it is worth a look: 2 dB. White noise varies by 0.5."""
RISE = 1.002
"""By which the floor of noise rises with each frame of 80 ms: twofold in half a minute."""
VOICE = 0.1
"""Probability from which it may be a voice: what the detector gives to words is above 0.5."""
HOLD = 2.0
"""Seconds without a voice after which the gate closes."""
FLOOR = 1.0
"""Power of a sample below which there is no sound: the last bit of a converter."""


class Gated:
    """A `WakeWord` behind a gate. `vad` must be its own: it hears gaps."""

    def __init__(self, wake_word: WakeWord, vad: Vad) -> None:
        self._wake_word = wake_word
        self._vad = vad
        self.heard = self.looked = self.woken = 0
        """Frames in all, those shown to the voice activity detector, and those that reached the wake word."""
        self.reset()

    def reset(self) -> None:
        """Forget what was heard."""
        self._wake_word.reset()
        self._before: deque[AudioFrame] = deque()
        self._seconds = 0.0
        self._floor = np.inf
        self._open = False
        self._looking = False
        self._silent = self._quiet = 0.0

    @property
    def asleep(self) -> bool:
        """Whether the last frame was one of a quiet room."""
        return not (self._open or self._looking)

    def hear(self, frame: AudioFrame) -> Sequence[Wake]:
        """The wake words that this frame completes."""
        self.heard += 1
        self._keep(frame)
        louder = self._is_louder(frame)
        voice = louder and self._is_voice(frame)
        self._quiet = 0.0 if louder else self._quiet + frame.seconds
        self._silent = 0.0 if voice else self._silent + frame.seconds
        self._looking = self._looking and self._quiet < HOLD
        if self._open:
            self._open = self._silent < HOLD
            return self._woken([frame])
        if not voice:
            return ()
        self._open = True
        self._wake_word.reset()
        return self._woken(self._before)

    def _woken(self, frames: Sequence[AudioFrame] | deque[AudioFrame]) -> list[Wake]:
        self.woken += len(frames)
        return [wake for frame in frames for wake in self._wake_word.hear(frame)]

    def _keep(self, frame: AudioFrame) -> None:
        self._before.append(frame)
        self._seconds += frame.seconds
        while self._seconds - self._before[0].seconds >= REPLAYED:
            self._seconds -= self._before.popleft().seconds

    def _is_louder(self, frame: AudioFrame) -> bool:
        """Than the room; of differences, so that hum and rumble do not count."""
        sound = np.diff(np.frombuffer(frame.pcm, "<i2").astype(np.float32))
        power = max(FLOOR, float(sound @ sound) / max(1, len(sound)))
        self._floor = min(self._floor * RISE, power)
        return power > self._floor * LOUDER

    def _is_voice(self, frame: AudioFrame) -> bool:
        """Asks the detector, which needs some of what was before to find its feet."""
        frames: Sequence[AudioFrame] = [frame]
        if not self._looking:
            self._looking = True
            self._vad.reset()
            frames = list(self._before)[-12:]
        self.looked += len(frames)
        return max([self._vad.speech(each) for each in frames][-2:]) >= VOICE
