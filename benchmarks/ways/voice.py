"""From the text of an answer to its sound: our voice, and Piper's own package."""

import asyncio
import time

from benchmarks import standins
from benchmarks.ways.measuring import Measure, Measured, Setup, timed

ANSWERS = (
    "The kitchen light and the bedroom lamp are on. Your pasta timer has five minutes left, and the one for the tea is "
    "done. Good night!",
    "It is ten past eight. You have two alarms, at seven and at half past eight tomorrow. The next reminder is to call "
    "the dentist at noon.",
    "Good morning. The heating is set to twenty degrees in the living room. Two windows are open upstairs.",
    "The door is locked. The lights in the kitchen and in the hallway are still on. Shall I turn them off?",
)
"""Three sentences each."""


def answer(case: int) -> str:
    """Three sentences each; from 100 on as many as the case is above that."""
    if case < 100:
        return ANSWERS[case]
    sentences = " ".join(ANSWERS).replace("?", ".").replace("!", ".").split(". ")
    return ". ".join(sentences[: case - 100]) + "."


def first_audio(_: Setup) -> Measure:
    """Our voice until its first sound."""
    from assistant.engines.piper import Piper

    engine = Piper(standins.piper_medium(), threads=1)
    loop = asyncio.new_event_loop()

    async def begin(text: str) -> Measured:
        speech = engine.speak(text)
        wall, cpu = time.perf_counter(), time.process_time()
        piece = await anext(speech)
        measured = Measured(time.perf_counter() - wall, time.process_time() - cpu, f"{piece.seconds:.1f} s of sound")
        async for _ in speech:  # what is begun while it is heard does not count
            pass
        return measured

    return lambda case: loop.run_until_complete(begin(answer(case)))


def whole_text(_: Setup) -> Measure:
    """Piper's own package: the whole text to a file's worth of sound."""
    import onnxruntime
    from piper import PiperVoice

    path = standins.piper_medium()
    voice = PiperVoice.load(path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    voice.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def speak(case: int) -> str:
        pcm = b"".join(chunk.audio_int16_bytes for chunk in voice.synthesize(answer(case)))
        return f"{len(pcm) / 2 / voice.config.sample_rate:.1f} s of sound"

    return lambda case: timed(lambda: speak(case))
