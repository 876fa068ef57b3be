"""Wake words and commands: what is missed, what wakes falsely, what it costs, and where commands begin and end.

    python -m benchmarks.ears [--testdata ../shared/testdata] [--quick]

Prints a table for each question. Scores are those of single 80 ms steps; a clip counts as heard if `OpenWakeWord`
reports it between its beginning and a second after its end.
"""

import argparse
import asyncio
import itertools
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile

from assistant.ears import Ears
from assistant.engines.openwakeword import THRESHOLDS, OpenWakeWord
from assistant.engines.silero import Silero
from assistant.messages import RATE, AudioFrame, Wake
from tests.sounds import Sound, Tape, frames, in_a_room, noise, say, seconds, silence

WORDS = {"hey_jarvis": "hey jarvis", "hey_marvin": "hey marvin", "alexa": "alexa", "hey_mycroft": "hey my croft"}
COMMANDS = ("stop", "lights off", "turn on the kitchen light")
PAUSES = (0.05, 0.3, 1.0)
VOICES = ("en-us", "en-gb", "en-us+f2", "en-us+f3", "en-us+m3", "en-gb-scotland")
LEVELS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


def recordings(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.flac"))
    if not found:
        raise SystemExit(f"There are no FLAC files in {folder}. Give the folder of the recordings with --testdata.")
    return found


def read(path: Path) -> Sound:
    sound, rate = soundfile.read(path, dtype="int16")
    assert rate == RATE, path
    return np.asarray(sound, np.int16)


def kitchen(testdata: Path, length: int, seed: int) -> Sound:
    whole = read(testdata / "coffee_dev" / "kitchen.flac")
    start = int(np.random.default_rng(seed).integers(0, len(whole) - length))
    return whole[start : start + length]


def loudest(sound: Sound) -> float:
    """Energy of the loudest 2048 samples, as in Picovoice's benchmarks."""
    size = len(sound) // 2048 * 2048
    return float(np.max(np.mean(sound[:size].astype(np.float64).reshape(-1, 2048) ** 2, axis=1)))


def mixed(sound: Sound, background: Sound, snr: float) -> Sound:
    gain = np.sqrt(loudest(sound) / loudest(background) / 10 ** (snr / 10))
    result: Sound = np.clip(sound + background * gain, -32768, 32767).astype(np.int16)
    return result


def misses(testdata: Path, every: int) -> None:
    """Wake words that people said and that were not heard, each behind two seconds of a quiet room."""
    clips = [read(path) for path in recordings(testdata / "wake_dev" / "alexa")[::every]]
    engine = OpenWakeWord(["alexa"])
    sound, spans = np.zeros(0, np.int16), []
    for clip in clips:
        spans.append(((len(sound) + 2 * RATE) / RATE, (len(sound) + 2 * RATE + len(clip)) / RATE + 1.0))
        sound = np.concatenate((sound, silence(2.0), clip, silence(1.0)))
    wakes: list[Wake] = []
    scores = []
    for frame in frames(np.clip(sound + noise(len(sound) / RATE).astype(np.int32), -32768, 32767).astype(np.int16)):
        wakes += engine.hear(frame)
        scores.append(engine.scores.get("alexa", 0.0))
    heard = [any(start <= wake.at <= end for wake in wakes) for start, end in spans]
    best = [max(scores[int(start / 0.08) : int(end / 0.08)]) for start, end in spans]
    print(f"\nmissed: {heard.count(False)} of {len(clips)} clips of 'alexa' at {THRESHOLDS['alexa']}")
    print(f"woken more than once: {len(wakes) - heard.count(True)}")
    for level in LEVELS:
        print(f"  threshold {level}: missed {100 * statistics.mean(score < level for score in best):4.1f} %")


def false_wakes(testdata: Path, every: int) -> None:
    """What wakes among speech, household sounds and music without a wake word."""
    engine = OpenWakeWord(THRESHOLDS)
    highest: dict[str, list[float]] = {word: [] for word in THRESHOLDS}
    wakes: list[Wake] = []
    at = 0.0
    for path in recordings(testdata / "background_dev")[::every]:
        best = dict.fromkeys(THRESHOLDS, 0.0)
        for frame in frames(read(path)):
            wakes += engine.hear(AudioFrame(frame.pcm, at))
            at += frame.seconds
            best = {word: max(best[word], engine.scores.get(word, 0.0)) for word in best}
        for word, score in best.items():
            highest[word].append(score)
    print(f"\nfalse wakes in {at / 60:.1f} minutes: {len(wakes)} at {dict(THRESHOLDS)}")
    for word, values in highest.items():
        above = "  ".join(f"{level}: {sum(value >= level for value in values)}" for level in LEVELS)
        print(f"  {word:12} highest score {max(values):.3f}; files at or above {above}")


def cost(testdata: Path) -> None:
    """Real-time factor on one core, and memory."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    speech = np.concatenate([read(path) for path in recordings(testdata / "background_dev")[-6:]])[: 60 * RATE]
    engine, vad = OpenWakeWord(["hey_jarvis"]), Silero()
    several = OpenWakeWord(THRESHOLDS)
    print("\nreal-time factor on one core: median of single frames, and of all")
    for name, sound in {"silence": silence(60.0), "quiet room": noise(60.0), "speech": speech}.items():
        row = []
        for hear in [engine.hear], [vad.speech], [engine.hear, vad.speech], [several.hear, vad.speech]:
            row.append(_factor(hear, frames(sound)))
        print(f"  {name:10} wake word {row[0]}, voice activity {row[1]}, both {row[2]}, with four wake words {row[3]}")
    os.sched_setaffinity(0, before)
    program = (
        "from assistant.engines.openwakeword import OpenWakeWord; from assistant.engines.silero import Silero\n"
        "from assistant.messages import AudioFrame\n"
        "engine, vad = OpenWakeWord(['hey_jarvis']), Silero()\n"
        "for at in range(200): f = AudioFrame(bytes(2560), at * 0.08); engine.hear(f); vad.speech(f)\n"
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmRSS')).split()[1])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    print(f"memory of a process with wake word and voice activity: {int(done.stdout) / 1024:.0f} MiB RSS")


def _factor(hear: Sequence[Callable[[AudioFrame], object]], sound: Iterable[AudioFrame]) -> str:
    times = []
    for frame in sound:
        start = time.process_time()
        for listener in hear:
            listener(frame)
        times.append(time.process_time() - start)
    return f"{statistics.median(times) / 0.08:.4f} ({statistics.mean(times) / 0.08:.4f})"


def timing(testdata: Path, every: int) -> None:
    """Where commands begin and end, against synthesised speech that begins and ends at known times."""
    print("\ncommands after a wake word: heard at all, sound passed on before and after them (s: 5 %, median, 95 %)")
    for (word, text), snr in itertools.product(WORDS.items(), (None, 12.0)):
        engine, vad = OpenWakeWord([word]), Silero()
        voices = list(itertools.product(VOICES, (140, 175)))[::every]
        where = f"{word}, {'quiet' if snr is None else f'{snr:.0f} dB'}"
        lags: list[float] = []
        alone = [
            asyncio.run(_command(engine, vad, testdata, say(text, *voice), None, 0.0, snr, lags)) for voice in voices
        ]
        known = [times for times in alone if times is not None]
        print(f"  {where}: woke {len(known)} of {len(voices)}; taken for a command: {sum(map(bool, known))}", end="")
        print(f"; Wake.at after the word's end by {_spread(lags)}" if lags else "")
        for command, pause in itertools.product(COMMANDS, PAUSES):
            results = [
                asyncio.run(_command(engine, vad, testdata, say(text, *voice), say(command, *voice), pause, snr, []))
                for voice in voices
            ]
            woken = [times for times in results if times is not None]
            found = [times for times in woken if times]
            print(f"    {command!r:28} after {pause:.2f} s: {len(found)} of {len(woken)}", end="")
            if found:
                print(f"  before {_spread([t[0] for t in found])}  after {_spread([t[1] for t in found])}", end="")
            print()


async def _command(
    engine: OpenWakeWord,
    vad: Silero,
    testdata: Path,
    word: Sound,
    command: Sound | None,
    pause: float,
    snr: float | None,
    lags: list[float],
) -> tuple[float, ...] | None:
    """Seconds passed on before and after the command; nothing if nobody spoke; None without a wake."""
    sound = in_a_room(2.0, word, pause, silence(0.0) if command is None else command, 6.0)
    if snr is not None:
        sound = mixed(sound, kitchen(testdata, len(sound), len(word)), snr)
    engine.reset()
    ears = Ears(Tape(sound), engine, vad)
    try:
        wake = await ears.wake()
        if wake is None:
            return None
        lags.append(wake.at - 2.0 - seconds(word))
        passed = [frame async for frame in ears.command(wake)]
    finally:
        ears.close()
    if not passed:
        return ()
    begins = 2.0 + seconds(word) + pause
    ends = begins + (0.0 if command is None else seconds(command))
    return begins - passed[0].at, passed[-1].at + passed[-1].seconds - ends


def _spread(values: Sequence[float]) -> str:
    return "/".join(f"{value:.2f}" for value in np.percentile(values, (5, 50, 95)))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--testdata", type=Path, default=Path("../shared/testdata"))
    parser.add_argument("--quick", action="store_true", help="a quarter of the recordings and voices")
    parser.add_argument("--only", choices=["misses", "false_wakes", "cost", "timing"])
    options = parser.parse_args()
    every = 4 if options.quick else 1
    questions: Iterator[tuple[str, Callable[[], None]]] = iter(
        {
            "misses": lambda: misses(options.testdata, every),
            "false_wakes": lambda: false_wakes(options.testdata, every),
            "cost": lambda: cost(options.testdata),
            "timing": lambda: timing(options.testdata, every),
        }.items()
    )
    for name, question in questions:
        if options.only in (None, name):
            question()


if __name__ == "__main__":
    main()
