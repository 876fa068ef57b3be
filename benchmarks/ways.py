"""The ways that `benchmarks.beside` compares: ours as the assistant uses it, others as their documentation shows them.

Each way is made once, in a process of its own, and then measured case by case.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from assistant.app import assemble
from assistant.config import load
from assistant.devices.files import FileSpeaker
from assistant.lineup import Lineup
from assistant.listening.noise import Recording, read_sound
from assistant.messages import RATE, AudioFrame, Transcript, Vocabulary
from benchmarks import standins, text_match
from tests import sounds
from tests.models import build_whisper
from tests.sounds import Sound

FRAME = 1280
"""Samples that the microphone gives at once: 80 ms."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a comparison may use."""

    llama: Path | None = None
    """TinyLlama 1.1B Chat Q4_K_M, or its stand-in."""
    data: Path | None = None
    """The folder with public recordings; synthesised sound serves without one."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One case, measured once."""

    wall: float
    """Seconds by the clock."""
    cpu: float
    """Seconds of processor time of all threads, which other programs disturb least."""
    result: str
    more: Mapping[str, float] = field(default_factory=dict)


Measure = Callable[[int], Measured]


def timed(work: Callable[[], object]) -> Measured:
    """Do it, and take the time."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return Measured(time.perf_counter() - wall, time.process_time() - cpu, str(result))


# Speech to intent -----------------------------------------------------------------------------------------------------

SPOKEN = tuple(build_whisper.PHRASES[place] for place in (0, 1, 3, 4))
"""What the house of the defaults understands and the stand-in of Whisper-tiny has learnt."""


def spoken(case: int) -> Sound:
    """A command with the silence that ears leave around it."""
    return sounds.in_a_room(0.3, sounds.say(SPOKEN[case]), 0.6)


def command(_: int) -> Sound:
    """3 seconds with a phrase in them."""
    said = sounds.say(SPOKEN[2])
    return sounds.in_a_room(0.4, said, 2.6 - len(said) / RATE)


def phrase_path(_: Setup) -> Measure:
    """Our first recognizer and the phrase book of the defaults, from the last frame to the intent."""
    loop = asyncio.new_event_loop()

    async def house() -> Vocabulary:
        async with assemble(load(), FileSpeaker(None)) as assistant:
            return assistant.mind.vocabulary

    vocabulary = loop.run_until_complete(house())
    lineup = Lineup(load())
    recognizer, book = lineup.recognizers()[0], lineup.understanders()[0]
    loop.run_until_complete(recognizer.learn(vocabulary))
    loop.run_until_complete(book.learn(vocabulary))

    async def hear(sound: Sound) -> Measured:
        ended = began = (time.perf_counter(), time.process_time())

        async def frames() -> AsyncIterator[AudioFrame]:
            nonlocal ended
            for at in range(0, len(sound), FRAME):
                yield AudioFrame(sound[at : at + FRAME].astype("<i2").tobytes(), at / RATE)
            ended = time.perf_counter(), time.process_time()

        transcript = await recognizer.transcribe(frames(), None)
        intent = await book.understand(transcript)
        now = time.perf_counter(), time.process_time()
        seconds = len(sound) / RATE
        more = {"real_time_factor": (now[1] - began[1]) / seconds, "whole_cpu": now[1] - began[1]}
        return Measured(now[0] - ended[0], now[1] - ended[1], intent.summary if intent else "nothing", more)

    return lambda case: loop.run_until_complete(hear(spoken(case)))


def whisper(sound: Callable[[int], Sound], **settings: Any) -> Callable[[Setup], Measure]:
    """`faster_whisper` with these settings of its `transcribe`."""

    def make(_: Setup) -> Measure:
        from faster_whisper import WhisperModel

        model = WhisperModel(str(standins.whisper_tiny()), device="cpu", compute_type="int8", cpu_threads=1)

        def hear(case: int) -> str:
            segments, _ = model.transcribe(sound(case).astype(np.float32) / 32768, **settings)
            return "".join(segment.text for segment in segments).strip()

        return lambda case: timed(lambda: hear(case))

    return make


def short_whisper(margin: float) -> Callable[[Setup], Measure]:
    """Our Whisper at the length of the speech."""

    def make(_: Setup) -> Measure:
        from assistant.engines.whisper import Whisper

        engine = Whisper(standins.whisper_tiny(), threads=1, margin=margin)
        loop = asyncio.new_event_loop()

        async def frames(sound: Sound) -> AsyncIterator[AudioFrame]:
            yield AudioFrame(sound.astype("<i2").tobytes(), 0.0)

        def hear(case: int) -> str:
            return loop.run_until_complete(engine.transcribe(frames(command(case)), None)).text

        return lambda case: timed(lambda: hear(case))

    return make


# Words to intent ------------------------------------------------------------------------------------------------------


def asked(case: int) -> str:
    from benchmarks.llama import SAID

    return SAID[case]


def chosen(setup: Setup) -> Measure:
    """Our language-model step, warm."""
    from assistant.engines.llama import Llama
    from benchmarks.llama import CONTEXT, vocabulary, worked

    assert setup.llama is not None
    loop = asyncio.new_event_loop()
    cache = Path("~/.cache/hearth-benchmarks").expanduser()
    llama = Llama(setup.llama, cache, threads=1, context=CONTEXT, floor=0.0, seconds=600)
    loop.run_until_complete(llama.learn(vocabulary()))
    loop.run_until_complete(llama.ready())

    def understand(case: int) -> Measured:
        pid = llama.pid or 0
        wall, cpu = time.perf_counter(), worked(pid)
        intent = loop.run_until_complete(llama.understand(Transcript(asked(case), 1.0, "typed")))
        steps = float(llama.last.steps if llama.last else 0)
        result = intent.summary if intent else "nothing"
        return Measured(time.perf_counter() - wall, worked(pid) - cpu, result, {"steps": steps})

    return understand


def json_schema(*, afresh: bool) -> Callable[[Setup], Measure]:
    """llama-cpp-python's JSON-schema mode as its readme shows it, with the same vocabulary in the system message.

    The library keeps what it has read and reads only what differs; `afresh` it has kept nothing, as in a first turn.
    """

    def make(setup: Setup) -> Measure:
        import llama_cpp

        from benchmarks.llama import CONTEXT, schema, system, vocabulary

        known = vocabulary()
        llm = llama_cpp.Llama(
            str(setup.llama), n_ctx=CONTEXT, n_threads=1, n_threads_batch=1, chat_format="zephyr", verbose=False
        )

        def answer(case: int) -> str:
            if afresh:
                llm.reset()
            reply: Any = llm.create_chat_completion(
                messages=[
                    {"role": "system", "content": system(known)},
                    {"role": "user", "content": asked(case)},
                ],
                response_format={"type": "json_object", "schema": schema(known)},
                temperature=0.0,
                max_tokens=64,
            )
            return str(reply["choices"][0]["message"]["content"])

        return lambda case: timed(lambda: answer(case))

    return make


SENTENCES = (*text_match.HITS, *text_match.MISSES[:-2])


def matched(make: Callable[[], Callable[[str], object]]) -> Callable[[Setup], Measure]:
    """A matcher of text; a case is a sentence."""

    def ready(_: Setup) -> Measure:
        match = make()

        def measure(case: int) -> Measured:
            wall, cpu = time.perf_counter(), time.thread_time()
            found = match(SENTENCES[case])
            return Measured(time.perf_counter() - wall, time.thread_time() - cpu, "hit" if found else "miss")

        return measure

    return ready


# Wake words -----------------------------------------------------------------------------------------------------------

STRETCH = 20.0
"""Seconds of sound in a case."""


def stretch(setup: Setup, case: int) -> Sound:
    """Cases 0 to 3 are quiet, 4 to 7 speech, those from 8 wake words."""
    if case < 4:
        return sounds.in_a_room(STRETCH)
    if case >= 8:
        return sounds.in_a_room(2.0, sounds.say(WAKES[case - 8]), 2.0)
    files = sorted((setup.data / "background_dev/speech_librispeech").glob("**/*.flac")) if setup.data else []
    if not files:
        return sounds.in_a_room(*(sounds.say(each) for each in build_whisper.PHRASES), 1.0)
    found: list[Sound] = []
    for file in files[(case - 4) * 2 :]:
        found.append(asyncio.run(read_sound(file)))
        if sum(map(len, found)) >= STRETCH * RATE:
            break
    return np.concatenate(found)[: int(STRETCH * RATE)]


WAKES = ("hey jarvis", "hey jarvis what time is it", "hey jarvis turn on the kitchen light", "turn on the light")
"""The last is none."""


def waiting() -> Callable[[Sound], int]:
    """Our ears, which wait for a wake word behind their gate as they do all day. Gives how often they heard it."""
    loop, stack = asyncio.new_event_loop(), AsyncExitStack()
    house = assemble(load(None, ["wake.words=[hey_jarvis]"]), FileSpeaker(None))
    assistant = loop.run_until_complete(stack.enter_async_context(house))
    loop.run_until_complete(assistant.mind.ready())

    async def wait(sound: Sound) -> int:
        wakes = 0
        with closing(await assistant.listen(Recording(sound))) as ears:
            while await ears.wake() is not None:
                wakes += 1
        return wakes

    return lambda sound: loop.run_until_complete(wait(sound))


def ears(setup: Setup) -> Measure:
    """Our ears: what the appliance does all day."""
    wait = waiting()

    def measure(case: int) -> Measured:
        sound = stretch(setup, case)
        return timed(lambda: wait(sound))

    return measure


def openwakeword(setup: Setup) -> Measure:
    """`openwakeword.Model` fed as its readme shows, with the one word."""
    import openwakeword as package
    from openwakeword.model import Model

    folder = Path(package.__file__ or "").parent / "resources/models"
    model = Model(wakeword_model_paths=[str(folder / "hey_jarvis_v0.1.onnx")])

    def hear(sound: Sound) -> int:
        model.reset()
        return _risen(
            max(model.predict(sound[at : at + FRAME]).values()) for at in range(0, len(sound) - FRAME + 1, FRAME)
        )

    def measure(case: int) -> Measured:
        sound = stretch(setup, case).astype(np.int16)
        return timed(lambda: hear(sound))

    return measure


def pyopen_wakeword(setup: Setup) -> Measure:
    """`pyopen_wakeword` fed as its readme shows, 10 ms at a time."""
    from pyopen_wakeword import Model, OpenWakeWord, OpenWakeWordFeatures

    def hear(pcm: bytes) -> int:
        word, features = OpenWakeWord.from_builtin(Model.HEY_JARVIS), OpenWakeWordFeatures.from_builtin()
        return _risen(
            score
            for at in range(0, len(pcm), 320)
            for made in features.process_streaming(pcm[at : at + 320])
            for score in word.process_streaming(made)
        )

    def measure(case: int) -> Measured:
        pcm = stretch(setup, case).astype("<i2").tobytes()
        return timed(lambda: hear(pcm))

    return measure


def _risen(scores: Any) -> int:
    """How often the score rose above one half, after the first 1.28 s, which mean nothing; a second apart."""
    count, until = 0, 16
    for place, score in enumerate(scores):
        if place >= until and score > 0.5:
            count, until = count + 1, place + 13
    return count


# Text to speech -------------------------------------------------------------------------------------------------------


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
    return ANSWERS[case]


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


WAYS: Mapping[str, Callable[[Setup], Measure]] = {
    "phrase path": phrase_path,
    "faster_whisper as documented": whisper(spoken, beam_size=5, language="en"),
    "faster_whisper as wyoming-faster-whisper": whisper(spoken, beam_size=5, language="en", initial_prompt=None),
    "short Whisper": short_whisper(2.56),
    "short Whisper, margin 1.28 s": short_whisper(1.28),
    "faster_whisper, 3 s, as documented": whisper(command, beam_size=5, language="en"),
    "faster_whisper, 3 s, language told by itself": whisper(command, beam_size=5),
    "faster_whisper, 3 s, as wyoming-faster-whisper on ARM": whisper(command, beam_size=1, language="en"),
    "choices": chosen,
    "JSON schema": json_schema(afresh=False),
    "JSON schema, first turn": json_schema(afresh=True),
    **{f"phrase book, {n}": matched(lambda n=n: text_match.book(n)) for n in (100, 300, 1000)},  # type: ignore[misc]
    **{f"hassil, {n}": matched(lambda n=n: text_match.plain_hassil(n)) for n in (100, 300, 1000)},  # type: ignore[misc]
    "ears": ears,
    "openwakeword.Model": openwakeword,
    "pyopen_wakeword": pyopen_wakeword,
    "first audio": first_audio,
    "piper, whole text": whole_text,
}
"""By the names in the table."""


def serve(name: str, setup: Setup) -> None:
    """Make a way, then measure each case whose number comes in a line, answering in a line of JSON."""
    measure = WAYS[name](setup)
    print("ready", flush=True)
    for line in sys.stdin:
        measured = measure(int(line))
        print(json.dumps(asdict(measured)), flush=True)
