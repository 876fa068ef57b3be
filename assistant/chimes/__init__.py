"""The sounds that are not words, and a household's own in their place. `scripts/make_chimes.py` makes ours."""

import wave
from collections.abc import Mapping
from pathlib import Path

from assistant.errors import ConfigError
from assistant.messages import Speech

NAMES = ("wake", "done", "not_understood", "nobody", "timer", "announcement")


def load_chimes(chosen: Mapping[str, bool | Path]) -> dict[str, Speech]:
    """The chimes that are to be heard. True or missing: ours; False: left out; a path: that WAV file.

    Raises ConfigError with every file that cannot be used, and every name that is none.
    """
    problems = [f"chime {name!r}: there is none. Choose from {', '.join(NAMES)}." for name in set(chosen) - set(NAMES)]
    chimes = {}
    for name in NAMES:
        choice = chosen.get(name, True)
        try:
            if choice is not False:
                chimes[name] = _read(Path(__file__).with_name(f"{name}.wav") if choice is True else Path(choice))
        except (OSError, EOFError, ValueError, wave.Error) as error:
            reason = error.strerror if isinstance(error, OSError) else error or "it is cut short"
            problems.append(f"chime {name!r}: {choice} cannot be used: {reason}. Give a 16-bit mono WAV file.")
    if problems:
        raise ConfigError(*problems)
    return chimes


def _read(path: Path) -> Speech:
    with wave.open(str(path)) as file:
        if file.getsampwidth() != 2 or file.getnchannels() != 1:
            raise ValueError(f"it has {file.getnchannels()} channels of {file.getsampwidth() * 8} bits")
        return Speech(file.readframes(file.getnframes()), file.getframerate())
