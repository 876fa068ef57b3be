"""Recordings without the long silences in them."""

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator

from assistant.messages import BYTES_PER_SECOND, AudioFrame
from assistant.stages import Vad

MARGIN = 0.5
"""Seconds of silence that are left on either side of speech."""

LEAD = 0.48
"""Seconds of silence that come before a recording that begins with speech: recognizers begin with nothing, and would
lose its first word. It is a multiple of the 80 ms in which features are made, whose first sound is not cut then."""

THRESHOLD = 0.3
"""Probability from which a frame may be speech. What is cut is lost, so that doubt speaks for keeping it."""

CERTAIN, SHORTEST = 0.5, 0.15
"""Probability from which a frame is speech, and seconds of it below which a clock's tick or a cry is nobody's words."""


async def without_silence(frames: AsyncIterable[AudioFrame], vad: Vad) -> AsyncIterator[AudioFrame]:
    """The frames that lie within MARGIN of speech, as soon as that is known; none where nobody speaks.

    Where nothing lies before these, LEAD of silence does.
    """
    vad.reset()
    before: deque[AudioFrame] = deque()
    after = certain = 0.0
    at_once = True
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
                at_once = False
            continue
        if at_once and certain >= SHORTEST:
            yield AudioFrame(bytes(round(LEAD * BYTES_PER_SECOND)), before[0].at - LEAD)
            at_once = False
        while before and certain >= SHORTEST:
            yield before.popleft()
