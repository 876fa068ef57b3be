"""Which engines stand in which row: names in the configuration become engines, and what cannot be had is left out.

An engine whose package or model is missing is told in one line of the log, with what mends it. The embedded engine of
its stage does the work meanwhile: the assistant is slower of wit, never dead.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from assistant.config import Config
from assistant.engines.espeak import Espeak
from assistant.errors import EngineError, Unanswered
from assistant.mind import NOT_UNDERSTOOD
from assistant.models.machine import require
from assistant.phrases.book import PhraseBook
from assistant.phrases.everyday import everyday
from assistant.phrases.network import compile_network
from assistant.registry import APOLOGY, TOO_SLOW
from assistant.speaking.aloud import aloud
from assistant.speaking.phrase_store import PhraseStore
from assistant.stages import Recognizer, Synthesizer, Talker, Understander

if TYPE_CHECKING:
    from assistant.engines.features import Networks
    from assistant.engines.llama import Llama
    from assistant.engines.piper import Piper

logger = logging.getLogger(__name__)

T = TypeVar("T")

FIXED = (NOT_UNDERSTOOD, str(Unanswered()), APOLOGY, TOO_SLOW)
"""Sentences that every household hears often."""

SHORT_MARGIN = 1.28
"""Seconds of silence after the words that suffice weights tuned for short sound (futo-org/whisper-acft: 64 frames)."""

UNLISTED = 2
"""Times its size on disk, the memory of a model that no list tells of: Whisper-tiny takes 2.2 times, Piper 1.3."""

RECOGNIZERS = {"embedded": ("hearth+pocketsphinx",), "standard": ("hearth+pocketsphinx", "whisper")}
UNDERSTANDERS = {"embedded": ("phrases",), "standard": ("phrases", "llama")}
VOICES = {"embedded": "espeak-ng", "standard": "piper"}
"""What each profile stands for, cheap before clever."""


class Lineup:
    """Makes the engines of one configuration. Making one may block for seconds: call from a thread."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.espeak = Espeak(config.voice.name, config.voice.rate, config.voice.pitch)
        """Also tells how words sound that no dictionary has."""
        self._piper: Piper | None = None
        self._voice_file: Path | None = None
        self._kept: PhraseStore | None = None
        self._llm: Llama | None = None
        self.problems: dict[str, str] = {}
        """The engines that are left out, and why, a sentence each."""

    @property
    def voice_name(self) -> str:
        """The synthesizer that is wanted."""
        return self._config.voice.engine or VOICES[self._config.profile]

    @property
    def recognizer_names(self) -> tuple[str, ...]:
        """The recognizers that are wanted, in order."""
        return self._config.recognition.engines or RECOGNIZERS[self._config.profile]

    @property
    def understander_names(self) -> tuple[str, ...]:
        """The understanders that are wanted, in order."""
        return self._config.understanding.engines or UNDERSTANDERS[self._config.profile]

    def synthesizer(self) -> Synthesizer:
        """The voice; espeak-ng if it cannot be had. What a slow voice says often is kept on the disk."""
        self._piper = self._made("piper", self._load_piper) if self.voice_name == "piper" else None
        if self._piper is None:
            return self.espeak
        settings = self._config.voice.piper
        folder = self._models / "phrases"
        assert self._voice_file is not None
        voice = f"{self._voice_file} {self._voice_file.stat().st_mtime_ns} {settings.speed:g}"
        self._kept = PhraseStore(self._piper, folder, voice, map(aloud, FIXED))
        return self._kept

    @property
    def voice(self) -> Synthesizer:
        """What `synthesizer` gave."""
        return self._kept or self.espeak

    def recognizers(self) -> list[Recognizer]:
        """Where one for phrases cannot be had, PocketSphinx takes its place."""
        makers: dict[str, Callable[[], Recognizer]] = {
            "hearth+pocketsphinx": lambda: self._hearth(with_second=True),
            "hearth": self._hearth,
            "pocketsphinx": self._pocketsphinx,
            "whisper": self._whisper,
        }
        row = []
        for name in self.recognizer_names:
            made = self._made(name, makers[name])
            if made is None and name.startswith("hearth") and "pocketsphinx" not in self.recognizer_names:
                made = self._pocketsphinx()
            row += [made] if made is not None else []
        return row or [self._pocketsphinx()]

    def understanders(self) -> list[Understander]:
        """At least the phrase book."""
        makers: dict[str, Callable[[], Understander]] = {"phrases": PhraseBook, "llama": self._llama}
        made = [self._made(name, makers[name]) for name in self.understander_names]
        return [each for each in made if each is not None] or [PhraseBook()]

    @cached_property
    def networks(self) -> "Networks":
        """What the wake word and Hearth's recognizer hear through. Raises EngineError."""
        from assistant.engines.features import Networks

        return Networks()

    @property
    def language_model(self) -> "Llama | None":
        """The one among `understanders`, if there is one."""
        return self._llm

    @property
    def talker(self) -> Talker | None:
        """What chats about what is no command, where the household wants that."""
        return self._llm if self._config.understanding.chat else None

    async def prepare(self) -> None:
        """Make the sentences that are said often, where the voice is a slow one. For idle times."""
        if self._kept is not None:
            try:
                await self._kept.prepare()
            except EngineError as error:
                logger.warning("What is said often was not made ready: %s", error)

    def close(self) -> None:
        """End the threads of the voices."""
        self.espeak.close()
        if self._kept is not None:
            self._kept.close()
        if self._piper is not None:
            self._piper.close()

    def _made(self, name: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except EngineError as error:
            self.problems[name] = str(error)
        except ImportError as error:
            package = "hearth-assistant" if name.startswith("hearth") else "'hearth-assistant[standard]'"
            self.problems[name] = f"{error}. Install it with: pip install {package}"
        logger.warning("%s is left out: %s", name, self.problems[name])
        return None

    @property
    def _models(self) -> Path:
        """The folder of the models."""
        from assistant.models.model_store import default_folder

        return self._config.models.folder or default_folder()

    def _model(self, name: str, needs: Callable[[Path], int] | None = None) -> "_Found":
        """A path as it is; any other name from the store. Raises EngineError: missing, altered, or no memory for it.

        `needs` tells the bytes of memory; otherwise the list does, and of what is not listed, the size.
        """
        if "/" in name:
            path = Path(name).expanduser()
            require(needs(path) if needs else UNLISTED * _bytes(path), name)
            return _Found(path)
        from assistant.models.model_store import open_store

        store = open_store(self._config.models.folder)
        path = store.locate(name)
        model = store.manifest.model(name)
        require(needs(path) if needs else model.memory, name)
        return _Found(path, model.short_context)

    @property
    def _release(self) -> float | None:
        """Seconds after which a large model that nobody needs gives its memory back."""
        minutes = self._config.models.release_minutes
        return None if minutes is None else minutes * 60

    def _hearth(self, with_second: bool = False) -> Recognizer:
        from assistant.engines.acoustic import SHIPPED, AcousticModel
        from assistant.engines.hearth import Hearth

        model = AcousticModel(self._config.recognition.hearth.model or SHIPPED)
        second = self._pocketsphinx() if with_second else None
        # Who knows all words hears free text better than what was thought of beforehand.
        free_text = None if "whisper" in self.recognizer_names else everyday
        return Hearth(model, compile_network, self.espeak.phonemes, second, networks=self.networks, free_text=free_text)

    def _pocketsphinx(self) -> Recognizer:
        from assistant.engines.sphinx import PocketSphinx

        return PocketSphinx(compile_network, self.espeak.phonemes)

    def _whisper(self) -> Recognizer:
        from assistant.engines.whisper import Whisper

        settings = self._config.recognition.whisper
        found = self._model(settings.model)
        margin = min(settings.margin_seconds, SHORT_MARGIN) if found.short_context else settings.margin_seconds
        return Whisper(found.path, language="en", threads=settings.threads, margin=margin, release=self._release)

    def _llama(self) -> Understander:
        from assistant.engines.llama import Llama
        from assistant.engines.llama_memory import memory_needed

        settings = self._config.understanding.llama
        cache = self._models / "prompts"
        self._llm = Llama(
            self._model(settings.model, lambda path: memory_needed(path, settings.context)).path,
            cache,
            context=settings.context,
            threads=settings.threads,
            mmap=settings.mmap,
            chat=settings.chat_format,
            lora=None if settings.lora is None else self._model(settings.lora).path,
            floor=self._config.understanding.ask_threshold,
            seconds=settings.seconds,
            tokens=settings.tokens,
            release=self._release,
        )
        return self._llm

    def _load_piper(self) -> "Piper":
        from assistant.engines.piper import Piper

        settings = self._config.voice.piper
        self._voice_file = self._model(settings.model).path
        return Piper(self._voice_file, speed=settings.speed, threads=settings.threads)


@dataclass(frozen=True, slots=True)
class _Found:
    """A model's files."""

    path: Path
    short_context: bool = False
    """The weights were tuned for sound shorter than 30 seconds."""


def _bytes(path: Path) -> int:
    """Of a file, or of all files in a folder; 0 where there is none, which its engine will tell."""
    files = path.iterdir() if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
