"""Recordings without the long silences in them."""

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator

from assistant.messages import AudioFrame
from assistant.stages import Vad

MARGIN = 0.5
"""Seconds of silence that are left on either side of speech."""

THRESHOLD = 0.3
"""Probability from which a frame may be speech. What is cut is lost, so that doubt speaks for keeping it."""

CERTAIN, SHORTEST = 0.5, 0.15
"""Probability from which a frame is speech, and seconds of it below which a clock's tick or a cry is nobody's words."""


async def without_silence(frames: AsyncIterable[AudioFrame], vad: Vad) -> AsyncIterator[AudioFrame]:
    """The frames that lie within MARGIN of speech, as soon as that is known; none where nobody speaks."""
    vad.reset()
    before: deque[AudioFrame] = deque()
    after = certain = 0.0
    async for frame in frames:
        before.append(frame)
        probability = vad.speech(frame)
        if probability >= CERTAIN:
            certain += frame.seconds
        if probability >= THRESHOLD:
            after = MARGIN
        elif after > 0:
            after -= frame.seconds
        else:
            while sum(each.seconds for each in before) - before[0].seconds >= MARGIN:
                before.popleft()
            continue
        while before and certain >= SHORTEST:
            yield before.popleft()
