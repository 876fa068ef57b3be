"""Whisper hears espeak-ng with a small model that has learnt a few phrases, and Whisper's failings."""

import asyncio
import json
import logging
import random
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ctranslate2", reason="needs the extra `standard`")

from assistant.engines.whisper import HINT_TOKENS, Whisper, hint, voiced
from assistant.engines.whisper_model import FRAME, FULL, WhisperModel
from assistant.errors import EngineError
from assistant.messages import RATE, AudioFrame, Choice, IntentSpec, SlotSpec, Transcript, Vocabulary
from tests import sounds
from tests.models import build_whisper

VOICES = ("en-us", "en-gb")
NAMED = build_whisper.NAMED.format(name=build_whisper.NAME)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_whisper.write(tmp_path_factory.mktemp("whisper"))


@pytest.fixture(scope="module")
def multilingual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_whisper.write(tmp_path_factory.mktemp("multilingual"), build_whisper.MULTILINGUAL)


@pytest.fixture(scope="module")
def whisper(model: Path) -> Iterator[Whisper]:
    engine = Whisper(model, threads=1, limit=1000.0)
    yield engine
    engine.close()


@pytest.fixture
def opened() -> Iterator[Callable[..., Whisper]]:
    """Makes recognizers that are closed after the test."""
    engines = []

    def make(path: Path, **settings: object) -> Whisper:
        engines.append(Whisper(path, threads=1, **{"limit": 1000.0, **settings}))  # type: ignore[arg-type]  # as the test says
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()


async def tape(sound: sounds.Sound) -> AsyncIterator[AudioFrame]:
    for frame in sounds.frames(sound):
        yield frame


def spoken(text: str, voice: str = "en-us") -> sounds.Sound:
    return sounds.in_a_room(0.3, sounds.say(text, voice), 0.6)


async def hear(engine: Whisper, sound: sounds.Sound) -> Transcript:
    return await engine.transcribe(tape(sound))


def names(*spoken: str) -> Vocabulary:
    choices = tuple(Choice(words, words) for words in spoken)
    return Vocabulary(
        (IntentSpec("tell.about", ("tell me about {who}",), (SlotSpec("who", "choice", choices=choices),)),)
    )


# What is said


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("text", build_whisper.PHRASES)
async def test_speech_becomes_its_words(whisper: Whisper, text: str, voice: str) -> None:
    transcript = await hear(whisper, spoken(text, voice))
    assert transcript.text == text
    assert transcript.confidence > 0.7
    assert transcript.recognizer == "whisper"


async def test_not_needed_it_gives_its_memory_back_and_hears_the_same_afterwards(
    model: Path, opened: Callable[..., Whisper], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    text = build_whisper.PHRASES[0]
    engine = opened(model, release=0.0)
    for times in range(1, 4):
        assert (await hear(engine, spoken(text))).text == text
        async with asyncio.timeout(60):
            while caplog.text.count("its memory is free") < times:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0)


def test_a_released_model_is_read_again(model: Path) -> None:
    released = WhisperModel(model, threads=1)
    silence = np.zeros(FRAME * 100, np.float32)
    before = np.asarray(released.encode(silence, 100))
    released.release()
    with pytest.raises(RuntimeError):
        released.encode(silence, 100)
    released.load()
    released.load()
    assert np.array_equal(np.asarray(released.encode(silence, 100)), before)


@pytest.mark.parametrize("text", build_whisper.PHRASES)
async def test_short_context_hears_what_full_length_hears(
    whisper: Whisper, model: Path, opened: Callable[..., Whisper], text: str
) -> None:
    full = opened(model, margin=30.0)
    assert (await hear(full, spoken(text))).text == (await hear(whisper, spoken(text))).text == text


@pytest.mark.parametrize("shape", [build_whisper.SMALL, build_whisper.MULTILINGUAL], ids=["english", "multilingual"])
async def test_it_hears_what_faster_whisper_itself_hears(
    tmp_path: Path, opened: Callable[..., Whisper], shape: build_whisper.Shape
) -> None:
    from faster_whisper import WhisperModel

    path = build_whisper.write(tmp_path / "model", shape)
    stock = WhisperModel(str(path), device="cpu", compute_type="int8", cpu_threads=1)
    ours = opened(path)
    for text in build_whisper.PHRASES[2:5]:
        # Its own way writes times, which the small English model has hardly learnt: the American lamp is on the edge.
        sound = spoken(text, "en-gb")
        segments, _ = stock.transcribe(sound.astype(np.float32) / 32768, language="en")
        assert "".join(segment.text for segment in segments).strip() == (await hear(ours, sound)).text


async def test_frames_of_any_length_are_one_sound(whisper: Whisper) -> None:
    sound = spoken(build_whisper.PHRASES[0])

    async def ragged() -> AsyncIterator[AudioFrame]:
        for frame in sounds.frames(sound, sizes=(1, 7, 4001)):
            yield frame

    assert await whisper.transcribe(ragged()) == await hear(whisper, sound)


async def test_a_multilingual_model_is_told_the_language(multilingual: Path, opened: Callable[..., Whisper]) -> None:
    transcript = await hear(opened(multilingual, language="en"), spoken(build_whisper.PHRASES[0]))
    assert transcript.text == build_whisper.PHRASES[0]


# Names


async def test_a_name_of_the_house_is_written_right(model: Path, opened: Callable[..., Whisper]) -> None:
    engine = opened(model)
    assert (await hear(engine, spoken(NAMED))).text == build_whisper.NAMED.format(name=build_whisper.MISHEARD)
    await engine.learn(names("[the] light", f"[the] {build_whisper.NAME} light"))
    assert (await hear(engine, spoken(NAMED))).text == NAMED
    await engine.learn(Vocabulary())
    assert (await hear(engine, spoken(NAMED))).text != NAMED


async def test_names_in_the_prompt_leave_other_speech_alone(model: Path, opened: Callable[..., Whisper]) -> None:
    engine = opened(model)
    await engine.learn(names(build_whisper.NAME, "Ecobee"))
    for text in build_whisper.PHRASES:
        assert (await hear(engine, spoken(text))).text == text


def encoded_as(pieces: int) -> Callable[[str], list[int]]:
    """A tokenizer: words of five letters are one token, others one for each `pieces` letters."""

    def encode(text: str) -> list[int]:
        words = text.replace(",", " ,").split()
        return [0 for word in words for _ in range(1 if len(word) in (1, 5) else max(1, len(word) // pieces))]

    return encode


def test_the_prompt_has_the_most_unusual_words_first() -> None:
    encode = encoded_as(2)
    vocabulary = names("light", "Ecobee", "Xanthippe's light", "Roborock")
    assert hint(vocabulary, encode) == encode("Xanthippe's, Roborock, Ecobee")


def test_the_prompt_is_short_whatever_the_house() -> None:
    crowd = names(*(f"Appliance{'x' * (number % 7)} {number}" for number in range(500)))
    assert 0 < len(hint(crowd, encoded_as(2))) <= HINT_TOKENS
    assert hint(names("", "12 34", "(|)", "[the]"), encoded_as(9)) == []


# Guards


async def test_going_round_in_circles_is_mended_at_full_length(
    whisper: Whisper, model: Path, opened: Callable[..., Whisper], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert (await hear(whisper, spoken(build_whisper.LOOPING))).text == build_whisper.LOOPING
    assert [record.message for record in caplog.records][-1] == f"Whisper listens to {FULL} frames"
    hurried = opened(model, limit=0.0)
    assert (await hear(hurried, spoken(build_whisper.LOOPING))).text == ""
    assert "leaves no second hearing" in caplog.text


@pytest.mark.parametrize(
    "sound",
    [
        sounds.silence(0.0),
        sounds.silence(2.0),
        sounds.noise(2.0),
        sounds.noise(2.0, level=800.0),
        sounds.in_a_room(1.0, sounds.noise(0.02, 8000.0), 1.0),
    ],
    ids=["nothing", "silence", "quiet", "fan", "click"],
)
async def test_where_nobody_speaks_the_model_is_not_asked(
    whisper: Whisper, sound: sounds.Sound, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert await hear(whisper, sound) == Transcript("", 0.0, "whisper")
    assert not caplog.records


def burst(seconds: float) -> sounds.Sound:
    sound = sounds.noise(seconds, 5000.0).astype(np.float64) * np.hanning(round(seconds * RATE))
    return sounds.in_a_room(0.5, sound.astype(np.int16), 0.5)


def chords() -> sounds.Sound:
    time = np.arange(RATE // 2) / RATE
    roots = (220.0, 277.2, 329.6, 246.9)
    parts = [
        sum(np.sin(2 * np.pi * root * step * time) for step in (1, 1.25, 1.5)) * np.exp(-2 * time) for root in roots
    ]
    return (np.concatenate(parts) * 3000).astype(np.int16)


async def test_what_whisper_invents_on_a_bang_is_dropped(whisper: Whisper, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert (await hear(whisper, burst(0.4))).text == ""
    assert "Whisper listens" in caplog.text


async def test_music_has_no_words(whisper: Whisper) -> None:
    assert (await hear(whisper, chords())).text == ""


async def test_speech_it_does_not_know_has_a_low_confidence(whisper: Whisper) -> None:
    known = await hear(whisper, spoken(build_whisper.PHRASES[3]))
    unknown = await hear(whisper, spoken("somebody left the big window open yesterday"))
    assert unknown.confidence < 0.6 < known.confidence


async def test_sound_without_end_is_cut(whisper: Whisper) -> None:
    long = np.concatenate([spoken(build_whisper.PHRASES[0]), sounds.noise(120.0)])
    assert len(long) > FULL * FRAME
    assert (await hear(whisper, long)).confidence <= 1


async def test_half_a_sample_is_ignored(whisper: Whisper) -> None:
    async def torn() -> AsyncIterator[AudioFrame]:
        yield AudioFrame(spoken(build_whisper.PHRASES[0]).tobytes() + b"\x01", 0.0)

    assert (await whisper.transcribe(torn())).text == build_whisper.PHRASES[0]


def test_steady_noise_is_not_voice_but_speech_in_it_is() -> None:
    noise = sounds.noise(2.0, 1000.0).astype(np.float32) / np.float32(32768)
    assert voiced(noise) == 0
    speech = np.zeros_like(noise)
    said = sounds.say(build_whisper.PHRASES[0]).astype(np.float32) / np.float32(32768)
    speech[4000 : 4000 + len(said)] = said[: len(speech) - 4000]
    assert 0.5 < voiced(noise + speech) < 2.0


# Cancelling


class Once(logging.Handler):
    """Calls a function from the thread that logs, the first time that it logs."""

    def __init__(self, function: Callable[[], object]) -> None:
        super().__init__(logging.DEBUG)
        self._function: Callable[[], object] | None = function

    def emit(self, record: logging.LogRecord) -> None:
        function, self._function = self._function, None
        if function:
            function()


async def test_cancelled_it_begins_nothing_more(whisper: Whisper, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(hear(whisper, spoken(build_whisper.LOOPING)))

    async def cancel() -> None:
        task.cancel()
        await asyncio.wait([task])

    handler = Once(lambda: asyncio.run_coroutine_threadsafe(cancel(), loop).result())
    logging.getLogger("assistant.engines.whisper").addHandler(handler)
    with pytest.raises(asyncio.CancelledError):
        await task
    logging.getLogger("assistant.engines.whisper").removeHandler(handler)
    assert (await hear(whisper, spoken(build_whisper.PHRASES[0]))).text == build_whisper.PHRASES[0]
    assert f"{FULL} frames" not in caplog.text


# Where it runs


def test_a_missing_compute_type_is_replaced_and_logged(
    model: Path, opened: Callable[..., Whisper], caplog: pytest.LogCaptureFixture
) -> None:
    opened(model, compute_type="float16")
    assert "no float16; computing in int8" in caplog.text


def test_it_never_loads_what_could_reach_a_network(model: Path) -> None:
    code = """
import asyncio, sys
sys.addaudithook(lambda event, _: sys.exit(event) if event in ("socket.connect", "socket.getaddrinfo") else None)
from pathlib import Path
from assistant.engines.whisper import Whisper
from assistant.messages import AudioFrame
async def tape():
    yield AudioFrame(Path(sys.argv[2]).read_bytes(), 0.0)
async def main():
    whisper = Whisper(Path(sys.argv[1]), threads=1)
    print((await whisper.transcribe(tape())).text)
    print(sorted({"huggingface_hub", "requests", "httpx", "av", "faster_whisper"} & set(sys.modules)))
    whisper.close()
asyncio.run(main())
"""
    sound = model / "sound.pcm"
    sound.write_bytes(spoken(build_whisper.PHRASES[0]).tobytes())
    command = [sys.executable, "-c", code, str(model), str(sound)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [build_whisper.PHRASES[0], "[]"]


# Bad files


def ruin(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        (folder / name).write_bytes(change((folder / name).read_bytes()))

    return apply


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def flipped(place: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]


RUINS: Mapping[str, Callable[[Path], object]] = {
    "no folder": shutil.rmtree,
    "no model": without("model.bin"),
    "no tokenizer": without("tokenizer.json"),
    "no config": without("config.json"),
    "no vocabulary": without("vocabulary.json"),
    "empty model": ruin("model.bin", lambda _: b""),
    "empty tokenizer": ruin("tokenizer.json", lambda _: b""),
    "empty vocabulary": ruin("vocabulary.json", lambda _: b""),
    "empty config": ruin("config.json", lambda _: b""),
    "half a model": ruin("model.bin", lambda data: data[: len(data) // 2]),
    "model without its end": ruin("model.bin", lambda data: data[:-40]),
    "half a tokenizer": ruin("tokenizer.json", lambda data: data[: len(data) // 2]),
    "another architecture": ruin("model.bin", lambda data: data.replace(b"WhisperSpec", b"Wav2VecSpec", 1)),
    "a llama": ruin("model.bin", lambda _: b"GGUF\x03\x00\x00\x00" + bytes(4000)),
    "a flipped bit in the header": ruin("model.bin", flipped(2)),
    "a flipped bit in a name": ruin("model.bin", lambda data: flipped(data.index(b"encoder/conv1/weight") + 3)(data)),
    "another vocabulary": ruin("vocabulary.json", lambda data: json.dumps(["x", *json.loads(data)[:-1]]).encode()),
}


@pytest.mark.parametrize("kind", RUINS)
def test_a_damaged_model_is_named_with_a_remedy(model: Path, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    RUINS[kind](folder)
    with pytest.raises(EngineError, match=r"Whisper: .*model.*\. Fetch the model again\.") as caught:
        Whisper(folder)
    assert len(str(caught.value)) < 600


def test_the_tokenizer_of_another_model_is_refused(model: Path, multilingual: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    shutil.copy(multilingual / "tokenizer.json", folder)
    with pytest.raises(EngineError, match="not the tokenizer of the model beside it"):
        Whisper(folder)


def test_a_language_that_the_model_lacks_is_refused(model: Path, multilingual: Path) -> None:
    with pytest.raises(EngineError, match="knows English only"):
        Whisper(model, language="de")
    with pytest.raises(EngineError, match="no language 'xx'"):
        Whisper(multilingual, language="xx")


async def test_no_flipped_bit_ends_the_process(model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    whole = (model / "model.bin").read_bytes()
    sound = spoken(build_whisper.PHRASES[0])
    for seed in range(25):
        chance = random.Random(seed)
        damaged = bytearray(whole)
        for _ in range(8):
            # Half of them where the names and sizes are: at the start of each weight.
            near = whole.find(b"coder/", chance.randrange(len(whole) // 2)) if chance.random() < 0.5 else -1
            place = near + chance.randrange(60) if near > 0 else chance.randrange(len(whole))
            damaged[place % len(whole)] ^= 1 << chance.randrange(8)
        (folder / "model.bin").write_bytes(damaged)
        try:
            engine = Whisper(folder, threads=1)
        except EngineError:
            continue
        try:
            assert 0 <= (await hear(engine, sound)).confidence <= 1
        except EngineError:
            pass
        finally:
            engine.close()
