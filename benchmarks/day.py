"""A day of sound through the whole assistant, as fast as it goes: does anything grow, how fast is it, is all heard?

    python -m benchmarks.day [--hours 24] [--noise FILE]

Each ten minutes of the day hold a command after the wake word, a sentence to somebody else, and the rest in a room
whose noise changes; with --noise a minute of that recording, too. Prints a line an hour: resident memory, descriptors,
threads, commands heard, and the speed. At the end the slope of the memory, by least squares after the first two hours.
"""

import argparse
import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from assistant.app import assemble
from assistant.config import load
from assistant.devices.files import FileSpeaker
from assistant.events import Event, Finished
from assistant.listening.noise import read_sound
from assistant.messages import RATE, AudioFrame
from tests.sounds import Sound, in_a_room, noise, say

COMMANDS = ("turn on the kitchen light", "what time is it", "set a timer for one minute", "turn off all the lights")
OTHERS = ("I told her that on the way home", "is there any milk left in the fridge", "the match begins at nine")
PIECE = 600.0


def ten_minutes(number: int, recording: Sound | None) -> Sound:
    """What is heard in one piece of the day."""
    level = (5.0, 15.0, 30.0, 60.0)[number // 6 % 4]
    other, command = say(OTHERS[number % 3]), say(f"hey jarvis, {COMMANDS[number % 4]}")
    sound = in_a_room(97.0, other, 140.0, command, 60.0, level=level, seed=number)
    if recording is not None:
        start = number * 60 * RATE % max(1, len(recording) - 60 * RATE)
        sound = np.concatenate((sound, recording[start : start + 60 * RATE]))
    return np.concatenate((sound, noise(PIECE - len(sound) / RATE, level, number)))


class Day:
    """A microphone that hears the pieces, and measures after each hour."""

    live = False

    def __init__(self, hours: int, recording: Sound | None) -> None:
        self._pieces = iter(range(hours * 6))
        self._recording = recording
        self._frames: Iterator[bytes] = iter(())
        self._at = 0
        self._began = time.perf_counter()
        self.commands = 0
        self.rss: list[float] = []

    def __call__(self, event: Event) -> None:
        if isinstance(event, Finished) and event.record.intent is not None:
            self.commands += 1

    async def read(self, together: int = 1) -> AudioFrame | None:
        pcm = next(self._frames, None)
        if pcm is None:
            piece = next(self._pieces, None)
            if piece is None:
                return None
            sound = (await asyncio.to_thread(ten_minutes, piece, self._recording)).tobytes()
            self._frames = (sound[start : start + 2560] for start in range(0, len(sound), 2560))
            if piece % 6 == 5:
                self._measure()
            pcm = next(self._frames)
        frame = AudioFrame(pcm, self._at / 2 / RATE)
        self._at += len(pcm)
        return frame

    def _measure(self) -> None:
        status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        self.rss.append(int(status["VmRSS"].split()[0]) / 1024)
        hours, seconds = self._at / 2 / RATE / 3600, time.perf_counter() - self._began
        descriptors = len(list(Path("/proc/self/fd").iterdir()))
        print(
            f"{hours:5.1f} h  {self.rss[-1]:6.1f} MB  {descriptors} descriptors {status['Threads'].strip()} threads  "
            f"{self.commands} commands  {hours * 3600 / seconds:.0f} times real time",
            flush=True,
        )


async def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--noise", type=Path)
    options = parser.parse_args()
    day = Day(options.hours, await read_sound(options.noise) if options.noise else None)
    async with assemble(load(), FileSpeaker(None), observers=[day]) as assistant:
        await assistant.hear(day)
    settled = day.rss[2:]
    if len(settled) > 1:
        print(f"memory: {np.polyfit(range(len(settled)), settled, 1)[0]:+.3f} MB an hour of sound, after two hours")
    print(f"commands heard: {day.commands} of {options.hours * 6}")


if __name__ == "__main__":
    asyncio.run(main())
