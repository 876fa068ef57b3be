"""What each engine must be able to do. Frame-rate stages are synchronous, turn-rate stages are not."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Sequence
from typing import Protocol

from assistant.messages import AudioFrame, Intent, Speech, Transcript, Vocabulary, Wake


class Microphone(Protocol):
    """Where sound comes from. Open it with `async with`."""

    live: bool
    """True: sound goes by whether we listen or not. False: a file, which waits for us."""

    async def read(self, together: int = 1) -> AudioFrame | None:
        """The next frame, or None after the last one.

        So many will be read `together`, in no hurry: a live microphone may let them gather, to be woken less often.
        Cancelling loses no frame. Raises DeviceError when it cannot be opened or has failed.
        """
        ...


class WakeWord(Protocol):
    """Listens for one or more wake words."""

    def hear(self, frame: AudioFrame) -> Sequence[Wake]:
        """The wake words that this frame completes. Blocks for about a millisecond."""
        ...

    def reset(self) -> None:
        """Forget what was heard. Nothing is reported in the first 1.28 s after it: the features start from noise."""
        ...


class Vad(Protocol):
    """Tells speech from everything else."""

    def speech(self, frame: AudioFrame) -> float:
        """Probability, 0 to 1, that somebody is speaking in this frame."""
        ...

    def reset(self) -> None:
        """Forget what was heard."""
        ...


class Recognizer(Protocol):
    """Turns sound into text."""

    name: str

    async def transcribe(self, frames: AsyncIterable[AudioFrame], among: Vocabulary | None = None) -> Transcript:
        """Take frames as they are spoken; soon after the last one, say what they say.

        `among` is all that need be listened for this time, where it is little: the answers to a question. Cancelling
        stops the work. Raises EngineError.
        """
        ...

    async def is_whole(self) -> bool:
        """Whether what it has taken so far is surely a whole command, after which nothing more is to be expected.

        For use between two frames, after a pause. A recognizer that cannot tell says no; one that takes long to be sure
        may begin with that, for the case that nothing more comes. Raises EngineError.
        """
        ...

    async def learn(self, vocabulary: Vocabulary) -> None:
        """Prepare for what can be said from now on. Raises EngineError; the old vocabulary then stays."""
        ...

    def close(self) -> None:
        """End its thread."""
        ...


class Understander(Protocol):
    """Turns text into a guess at what is wanted."""

    name: str

    async def understand(self, transcript: Transcript) -> Intent | None:
        """The best guess, or None: then the next understander is asked."""
        ...

    async def learn(self, vocabulary: Vocabulary) -> None:
        """Prepare for what can be meant from now on, in the background where it takes long. Raises EngineError."""
        ...

    async def ready(self) -> object:
        """Wait until what was learnt last is in use. Raises EngineError."""
        ...

    async def close(self) -> None:
        """End its thread or process."""
        ...


class Talker(Protocol):
    """Answers what is no command, and can do nothing."""

    def talk(self, text: str) -> AsyncGenerator[str, None]:
        """What it says, sentence by sentence. Closing it stops the work. Raises EngineError."""
        ...


class Synthesizer(Protocol):
    """Turns text into sound."""

    def speak(self, text: str, pace: float = 1.0) -> AsyncGenerator[Speech, None]:
        """Sound, piece by piece, the first as soon as possible. Closing it stops the work. Raises EngineError.

        `pace` is how fast, relative to the voice's own speed.
        """
        ...


class Speaker(Protocol):
    """Where sound goes to."""

    async def play(self, speech: AsyncIterator[Speech]) -> None:
        """Play until the end has been heard. Cancelling silences it at once. Raises DeviceError."""
        ...
