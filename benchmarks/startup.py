"""From the start of the process to listening, and the memory it then holds: `assistant run` on a PulseAudio microphone.

    python -m benchmarks.startup [--devices 500] [--rounds 3] [--json]

A null sink's monitor is the microphone, as in the tests. Each round is a house of its own, in which the assistant is
started twice: the first time ever, and again. When it listens, commands are said to it until so many were answered, and
memory is read once more. Typed commands and `assistant check` are timed beside it. Seconds are of the clock; those in
brackets of processor time, which other work on the machine disturbs least.
"""

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import yaml

from benchmarks.mqtt import names
from tests.speech import scene, silence, write_wav

COMMANDS = (
    "hey jarvis, what time is it",
    "hey jarvis, set a timer for ten minutes",
    "hey jarvis, turn on the kitchen light",
    "hey jarvis, what is the weather on the moon like for dinosaurs",
)
"""The last is none: what is in doubt is looked at by everything that can be asked."""

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Start:
    """One start of `assistant run`."""

    seconds: float
    """Until it listens."""
    cpu: float
    """Processor time of all its threads until then."""
    learnt_cpu: float
    """And until it has nothing more to learn. A command that is said meanwhile is answered then."""
    listening_mb: float
    spoken_to_mb: float
    """Resident memory when it has learnt, and after the first commands."""
    answered: int
    """Of COMMANDS."""


@dataclass(slots=True)
class Report:
    """Everything that was measured, a row for each round."""

    first: list[Start] = field(default_factory=list)
    again: list[Start] = field(default_factory=list)
    ask: list[tuple[float, float]] = field(default_factory=list)
    check: list[tuple[float, float]] = field(default_factory=list)


@contextmanager
def sound_server(home: Path) -> Iterator[Mapping[str, str]]:
    """The environment for programs that shall hear a null sink of ours."""
    environment = {**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "XDG_CONFIG_HOME": str(home)}
    environment["PULSE_SERVER"] = f"unix:{home / 'socket'}"
    modules = (
        f"module-native-protocol-unix auth-anonymous=1 socket={home / 'socket'}",
        "module-null-sink sink_name=room rate=44100 channels=2",
        # A null sink moves in steps of two seconds unless somebody listens closely.
        "module-null-sink sink_name=other",
        "module-loopback source=room.monitor sink=other latency_msec=20",
    )
    arguments = [argument for module in modules for argument in ("-L", module)]
    server = ["pulseaudio", "--daemonize=no", "--exit-idle-time=-1", "--log-target=null", "-n", *arguments]
    process = subprocess.Popen(server, env=environment)
    try:
        while subprocess.run(["pactl", "info"], env=environment, capture_output=True, check=False).returncode:
            time.sleep(0.1)
        yield environment
    finally:
        process.terminate()
        process.wait()


class Running:
    """`assistant run` in a process of its own."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._began = time.perf_counter()
        command = [sys.executable, "-m", "assistant", "run", *arguments]
        self._process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        self._lines: list[str] = []
        self._news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            with self._news:
                self._lines.append(line)
                self._news.notify()

    def until(self, pattern: str, count: int = 1, seconds: float = 60.0) -> float:
        """Wait for so many such lines; seconds since it was started. Raises RuntimeError where they do not come."""

        def there() -> bool:
            return sum(re.search(pattern, line) is not None for line in self._lines) >= count

        with self._news:
            if not self._news.wait_for(there, seconds):
                raise RuntimeError(f"{pattern} was not told:\n{''.join(self._lines)}")
        return time.perf_counter() - self._began

    @property
    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    @property
    def memory(self) -> float:
        """Resident megabytes."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6

    def calm(self) -> None:
        """Wait until it only listens."""
        before = -1.0
        while self.cpu - before > 0.05:
            before = self.cpu
            time.sleep(1)

    def end(self) -> None:
        """As Ctrl-C does."""
        self._process.terminate()
        self._process.wait()


def start(arguments: Sequence[str], environment: Mapping[str, str], room: Path, sounds: Sequence[Path]) -> Start:
    """In a room in which there is always some noise: a microphone that gives nothing but zeros is none."""
    noise = subprocess.Popen(["paplay", "--device=room", str(room)], env=environment)
    running = Running(arguments, environment)
    try:
        seconds = running.until("^Listening for")
        cpu = running.cpu
        running.calm()
        learnt, listening = running.cpu, running.memory
        for count, sound in enumerate(sounds, 1):
            subprocess.run(["paplay", "--device=room", str(sound)], env=environment, check=True)
            try:
                running.until("heard ", count, 20)
            except RuntimeError:
                break
            time.sleep(4)  # while it answers, it hears itself
        answered = sum("heard " in line for line in running._lines)
        return Start(seconds, cpu, learnt, listening, running.memory, answered)
    finally:
        running.end()
        noise.terminate()
        noise.wait()


def typed(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """Seconds, and of them processor time, of a command that ends by itself."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "assistant", *arguments], env=environment, stdout=subprocess.DEVNULL, check=False
    )
    after, took = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(devices: int, rounds: int) -> Report:
    report = Report()
    with tempfile.TemporaryDirectory() as name, sound_server(Path(name)) as environment:
        folder = Path(name)
        sounds = [write_wav(folder / f"{place}.wav", scene(1.5, text, 1.5)) for place, text in enumerate(COMMANDS)]
        room = write_wav(folder / "room.wav", silence(180))
        for number in range(rounds):
            home = folder / f"house {number}"
            home.mkdir()
            arguments = ["--set", f"state.folder={home / 'state'}"]
            if devices:
                config = home / "config.yaml"
                some = [{"name": each, "kind": "switch", "area": room} for room, each in names()[:devices]]
                config.write_text(yaml.safe_dump({"devices": some, "areas": []}))
                arguments += ["--config", str(config)]
            here = {**environment, "XDG_CACHE_HOME": str(home / "cache")}
            report.first.append(start(arguments, here, room, sounds))
            report.again.append(start(arguments, here, room, ()))
            report.ask.append(typed(["ask", *arguments, "what time is it"], here))
            report.check.append(typed(["check", *arguments], here))
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=0, help="so many switches in the place of the usual ten devices")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
    options = parser.parse_args()
    if missing := [each for each in ("pulseaudio", "paplay", "pactl") if shutil.which(each) is None]:
        parser.error(f"{missing[0]} is missing: install pulseaudio, pulseaudio-utils and libasound2-plugins")
    report = measure(options.devices, options.rounds)
    if options.json:
        print(json.dumps(asdict(report)))
        return
    for what, starts in (("the first time", report.first), ("again", report.again)):
        columns = ("seconds", "cpu", "learnt_cpu")
        clock, cpu, learnt = (statistics.median(getattr(each, name) for each in starts) for name in columns)
        print(f"assistant run, {what}: {clock:.2f} s ({cpu:.2f}) until it listens, ({learnt:.2f}) until all is learnt")
        print(f"  memory, listening: {max(each.listening_mb for each in starts):.0f} MB")
    spoken = max(each.spoken_to_mb for each in report.first)
    print(f"  memory, after {min(each.answered for each in report.first)} turns: {spoken:.0f} MB")
    for what, times in (("ask", report.ask), ("check", report.check)):
        clock, cpu = (statistics.median(column) for column in zip(*times, strict=True))
        print(f"assistant {what}: {clock:.2f} s ({cpu:.2f})")


if __name__ == "__main__":
    main()
