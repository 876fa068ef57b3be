"""Sound files of every sort as a microphone, and a folder as a speaker."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from assistant.devices.files import FileMicrophone, FileSpeaker
from assistant.errors import DeviceError
from assistant.messages import RATE, AudioFrame, Speech
from tests.sounds import Sound, in_a_room, say, seconds

SENTENCE = say("what time is it")


async def read(path: Path, **settings: float) -> list[AudioFrame]:
    async with FileMicrophone(path, **settings) as microphone:
        frames = []
        while frame := await microphone.read():
            frames.append(frame)
        assert await microphone.read() is None
        return frames


def sound_of(frames: list[AudioFrame]) -> Sound:
    return np.frombuffer(b"".join(frame.pcm for frame in frames), "<i2")


async def pieces(*sounds: Sound, rate: int = RATE) -> AsyncIterator[Speech]:
    for sound in sounds:
        yield Speech(sound.astype("<i2").tobytes(), rate)


@pytest.mark.parametrize("name", ["sentence.wav", "sentence.flac"])
async def test_what_needs_no_conversion_is_not_changed(tmp_path: Path, name: str) -> None:
    soundfile.write(tmp_path / name, SENTENCE, RATE)
    frames = await read(tmp_path / name)
    assert np.array_equal(sound_of(frames), SENTENCE)
    assert {len(frame.pcm) for frame in frames[:-1]} == {2560}
    assert [frame.at for frame in frames] == pytest.approx([0.08 * index for index in range(len(frames))])


@pytest.mark.parametrize("width", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
async def test_any_rate_width_and_channel_count(tmp_path: Path, width: str, rate: int, channels: int) -> None:
    path = tmp_path / "sentence.wav"
    resampled = soxr.resample(SENTENCE / 32768, RATE, rate)
    soundfile.write(path, np.column_stack([resampled] * channels), rate, subtype=width)
    heard = sound_of(await read(path))
    assert len(heard) == pytest.approx(len(SENTENCE), abs=2)
    size = min(len(heard), len(SENTENCE))
    wanted = SENTENCE[:size] if rate > RATE else soxr.resample(resampled, rate, RATE)[:size] * 32768
    assert np.corrcoef(heard[:size], wanted)[0, 1] > 0.99


async def test_what_is_not_a_number_is_silence(tmp_path: Path) -> None:
    sound = np.array([0.5, np.nan, np.inf, -np.inf, 2.0, -2.0] * 1000, np.float32)
    soundfile.write(tmp_path / "odd.wav", sound, RATE, subtype="FLOAT")
    assert sound_of(await read(tmp_path / "odd.wav"))[:6].tolist() == [16384, 0, 0, 0, 32767, -32768]


async def test_silence_before_and_after(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "sentence.wav", SENTENCE, RATE)
    frames = await read(tmp_path / "sentence.wav", lead_in=1.5, lead_out=1.0)
    assert frames[0].at == -1.5
    heard = sound_of(frames)
    assert np.array_equal(heard[24_000 : 24_000 + len(SENTENCE)], SENTENCE)
    assert not heard[:24_000].any()
    assert not heard[24_000 + len(SENTENCE) :].any()
    assert len(heard) == 40_000 + len(SENTENCE)


async def test_a_long_file_is_not_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    with soundfile.SoundFile(path, "w", 8_000, 1) as file:
        for _ in range(20):
            file.write(np.zeros(60 * 8_000, np.int16))
    async with FileMicrophone(path, frame_seconds=1.0) as microphone:
        held = 0
        while await microphone.read():
            held = max(held, len(microphone._sound))
        assert microphone.now == pytest.approx(1200, abs=0.01)
        assert held < 3 * RATE


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.wav", None),
        ("empty.wav", b""),
        ("text.wav", b"this is not sound at all"),
        ("text.raw", b"nor is this"),
        ("header.flac", b"fLaC\x00\x00\x00\x22" + bytes(20)),
    ],
)
async def test_what_is_no_sound_is_refused_by_name(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DeviceError, match=rf"{name} .*Give .*a WAV or FLAC file"):
        await read(path)


async def test_a_file_without_sound_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "nothing.wav", np.zeros(0), RATE)
    with pytest.raises(DeviceError, match=r"nothing.wav holds no sound"):
        await read(tmp_path / "nothing.wav")


async def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="cannot be read as sound"):
        await read(tmp_path)


async def test_a_damaged_file_is_refused_or_heard_until_there(tmp_path: Path) -> None:
    path = tmp_path / "damaged.flac"
    soundfile.write(path, in_a_room(20.0, level=3000.0), RATE)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 2000] = bytes(2000)
    path.write_bytes(content)
    heard = []
    with contextlib.suppress(DeviceError):  # what the library makes of it differs by release
        async with FileMicrophone(path) as microphone:
            while frame := await microphone.read():
                heard.append(frame)
    assert 8 * RATE < len(sound_of(heard)) <= 20 * RATE


async def test_a_wav_cut_short_is_heard_until_there(tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    soundfile.write(path, SENTENCE, RATE)
    path.write_bytes(path.read_bytes()[: 44 + 2 * 5000])
    assert np.array_equal(sound_of(await read(path)), SENTENCE[:5000])


async def test_reading_is_a_clock(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "sentence.wav", SENTENCE, RATE)
    async with FileMicrophone(tmp_path / "sentence.wav") as microphone:
        await microphone.reached(0.0)
        waiting = asyncio.create_task(microphone.reached(0.4))
        for _ in range(4):
            await microphone.read()
            await asyncio.sleep(0)
        assert not waiting.done()
        await microphone.read()
        await waiting
        assert microphone.now == pytest.approx(0.4)
        forever = asyncio.create_task(microphone.reached(1e9))
        while await microphone.read():
            pass
        await forever


async def test_answers_are_numbered_files(tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    await FileSpeaker(folder).play(pieces(SENTENCE[:4000], SENTENCE[4000:]))
    await FileSpeaker(folder).play(pieces(SENTENCE, rate=22_050))
    await FileSpeaker(folder).play(pieces())
    assert sorted(path.name for path in folder.iterdir()) == ["answer-001.wav", "answer-002.wav"]
    first, rate = soundfile.read(folder / "answer-001.wav", dtype="int16")
    assert rate == RATE
    assert np.array_equal(first, SENTENCE)
    assert soundfile.info(folder / "answer-002.wav").samplerate == 22_050


async def test_an_answer_takes_the_time_of_the_recording_and_can_be_cut_short(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "room.wav", in_a_room(5.0), RATE)
    long = np.concatenate([SENTENCE] * 4)
    async with FileMicrophone(tmp_path / "room.wav") as microphone:
        speaker = FileSpeaker(tmp_path / "answers", microphone)
        playing = asyncio.create_task(speaker.play(pieces(long)))
        for _ in range(10):
            await asyncio.sleep(0)
            await microphone.read()
        playing.cancel()
        await asyncio.wait([playing])
        assert playing.cancelled()
        playing = asyncio.create_task(speaker.play(pieces(SENTENCE)))
        await asyncio.sleep(0)
        started = microphone.now
        while not playing.done():
            await microphone.read()
            await asyncio.sleep(0)
        assert microphone.now == pytest.approx(started + seconds(SENTENCE), abs=0.2)
    assert soundfile.info(tmp_path / "answers" / "answer-001.wav").duration == pytest.approx(0.8, abs=0.1)


async def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DeviceError, match="Choose another folder"):
        await FileSpeaker(tmp_path / "file").play(pieces(SENTENCE))


async def test_without_a_folder_nothing_is_written() -> None:
    await FileSpeaker(None).play(pieces(SENTENCE))
