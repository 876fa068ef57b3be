"""Each engine by itself on the same input: how much sound or how many tokens it gets through, and what it answers."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import numpy as np

from assistant.app import Assistant
from assistant.bench.processes import processor_seconds
from assistant.bench.record import Record, Tell
from assistant.bench.said import Spoken, synthesised
from assistant.engines.llama import Llama
from assistant.engines.openwakeword import OpenWakeWord
from assistant.engines.silero import Silero
from assistant.errors import EngineError
from assistant.listening.noise import Recording, Sound
from assistant.listening.silence import without_silence
from assistant.messages import RATE, AudioFrame, Intent, Transcript
from assistant.stages import Recognizer

MOST = 10
"""Commands that each engine is given."""

ANSWER = "The kitchen light is on, and the timer has ten minutes left."


async def hearing(assistant: Assistant, said: Sequence[Spoken], record: Record, tell: Tell) -> None:
    """The voice activity detector, and each recognizer on what that leaves, whether or not a turn would ask it."""
    vad = await asyncio.to_thread(Silero)
    recognizers = await assistant.taught.all()
    for number, one in enumerate(said[:MOST]):
        tell("each recognizer alone", number, min(len(said), MOST))
        spent = processor_seconds()
        frames = await _speech(one.sound, vad)
        record.rate("speech or not", "s/s", (processor_seconds() - spent) / (len(one.sound) / RATE))
        seconds = sum(frame.seconds for frame in frames)
        for recognizer in recognizers if seconds else ():
            spent = processor_seconds()
            await _transcribed(recognizer, frames)
            record.rate(f"recognize: {recognizer.name}", "s/s", (processor_seconds() - spent) / seconds)


async def understanding(model: Llama, words: Sequence[str], record: Record, tell: Tell) -> None:
    """The language model on words, also on those that the phrases would have understood."""
    try:
        read = await model.ready(whole=True)
        if not read.restored:
            record.rate(f"{model.name} reads its instructions", "tokens/s", sum(read.tokens) / max(read.seconds, 1e-6))
        for number, text in enumerate(words[:MOST]):
            tell("the language model alone", number, min(len(words), MOST))
            await model.understand(Transcript(text, 1.0, "typed"))
            took = model.last
            if took is not None and took.seconds > took.reading > 0:
                record.rate(f"{model.name} reads words", "tokens/s", took.read / took.reading)
                record.rate(f"{model.name} answers", "tokens/s", took.written / (took.seconds - took.reading))
    except EngineError as error:
        record.data["language_model"] = str(error)


async def answers(assistant: Assistant, said: Sequence[Spoken], tell: Tell) -> Mapping[str, str]:
    """What each engine makes of the same input, by what it was asked. What fails is an answer, too."""
    found: dict[str, str] = {}
    vad = await asyncio.to_thread(Silero)
    for number, one in enumerate(said):
        tell("answers on record", number, len(said))
        frames = await _speech(one.sound, vad)
        found[f"speech or not: {one.line.said}"] = f"{sum(frame.seconds for frame in frames):.2f} s of speech"
        for recognizer in await assistant.taught.all():
            found[f"{recognizer.name} hears: {one.line.said}"] = await _transcribed(recognizer, frames)
        for understander in assistant.mind.understanders:
            try:
                intent = await understander.understand(Transcript(one.line.said, 1.0, "typed"))
            except EngineError as error:
                found[f"{understander.name} reads: {one.line.said}"] = str(error)
            else:
                found[f"{understander.name} reads: {one.line.said}"] = _intent(intent)
    found |= await asyncio.to_thread(_scores, assistant, await synthesised("hey jarvis", assistant.lineup.espeak))
    sounds = {await _sound(assistant) for _ in range(2)}
    found[f"{assistant.lineup.voice_name} says: {ANSWER}"] = (
        sounds.pop() if len(sounds) == 1 else "never the same twice"
    )
    return found


async def _speech(sound: Sound, vad: Silero) -> list[AudioFrame]:
    microphone = Recording(sound)

    async def frames() -> AsyncIterator[AudioFrame]:
        while (frame := await microphone.read()) is not None:
            yield frame

    return [frame async for frame in without_silence(frames(), vad)]


async def _transcribed(recognizer: Recognizer, frames: Sequence[AudioFrame]) -> str:
    async def again() -> AsyncIterator[AudioFrame]:
        for frame in frames:
            yield frame

    try:
        transcript = await recognizer.transcribe(again(), None)
    except EngineError as error:
        return str(error)
    return f"{transcript.text} ({transcript.confidence:.2f})"


def _intent(intent: Intent | None) -> str:
    return "nothing" if intent is None else f"{intent.summary} ({intent.confidence:.2f})"


def _scores(assistant: Assistant, sound: Sound) -> Mapping[str, str]:
    """The highest score of each wake word in “hey jarvis”, which most of them are not."""
    wake_word = OpenWakeWord(assistant.config.wake.thresholds, networks=assistant.lineup.networks)
    pcm = np.concatenate((np.zeros(2 * RATE, np.int16), sound)).astype("<i2").tobytes()
    most: dict[str, float] = {}
    for at in range(0, len(pcm), 2560):
        wake_word.hear(AudioFrame(pcm[at : at + 2560], at / 2 / RATE))
        for word, score in wake_word.scores.items():
            most[word] = max(score, most.get(word, 0.0))
    return {f"{word} in: hey jarvis": f"{score:.2f}" for word, score in most.items()}


async def _sound(assistant: Assistant) -> str:
    pcm = [np.frombuffer(piece.pcm, "<i2") async for piece in assistant.lineup.voice.speak(ANSWER)]
    whole = np.concatenate(pcm).astype(np.float64) if pcm else np.zeros(1)
    return f"{len(whole)} samples, level {np.sqrt(np.mean(whole**2)):.1f}"
