"""The folder with the models: what is there and right, and how it gets there: fetched, imported, removed.

Each model has a folder of its name. A file has its name only when it is whole and has the listed digest; what is being
fetched is called `.part`, and a kill at any moment leaves no more than that.
"""

import contextlib
import fcntl
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from assistant.errors import ModelError, ModelMissing
from assistant.models.download import Download, digest, download, keep
from assistant.models.manifest import Manifest, Model, ModelFile
from assistant.models.stamps import Stamps
from assistant.models.trust import Lists
from assistant.settings.checking import at_home

SYSTEM = Path("/var/lib/assistant/models")
"""Where the service looks for models."""

SPARE = 200_000_000
"""Bytes of the disk that are left for everything else."""

Fetch = Callable[[Download, Path, Callable[[int], None]], None]
Progress = Callable[[str, int], None]
"""Told a file's name and how many of its bytes there are."""


class State(StrEnum):
    """What is known about a model without reading all of it."""

    READY = "ready"
    UNCHECKED = "unchecked"
    """Its files have the right sizes and are hashed when they are first used."""
    ALTERED = "altered"
    PARTLY = "partly fetched"
    ABSENT = "not fetched"


@dataclass(frozen=True, slots=True)
class Imported:
    """What a folder had."""

    taken: tuple[str, ...]
    """Models, now in the store."""
    incomplete: dict[str, tuple[str, ...]]
    """Models of which some files were found: the names of those that were not."""


def default_folder() -> Path:
    """The service's folder where this user may read or make it, otherwise one at home."""
    if os.access(SYSTEM, os.R_OK | os.X_OK) or os.access(SYSTEM.parent, os.W_OK | os.X_OK):
        return SYSTEM
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return at_home(home) / "assistant" / "models"


def open_store(folder: Path | None = None) -> "ModelStore":
    """The store of this machine. Raises ModelError where the list of models cannot be trusted."""
    folder = folder or default_folder()
    return ModelStore(folder, Lists(folder).current())


class ModelStore:
    """A folder of models, by a list. Commands that change it exclude each other; looking is always possible."""

    def __init__(self, folder: Path, manifest: Manifest, *, fetch: Fetch = download, spare: int = SPARE) -> None:
        self.folder = folder
        self.manifest = manifest
        self._fetch = fetch
        self._spare = spare
        self._stamps = Stamps(folder / ".verified.json")

    def locate(self, name: str) -> Path:
        """What the engine is given for this model: a file or a folder. Hashes what was not hashed since it changed.

        Raises ModelMissing, with the command that mends it, where a file is missing or is not the listed one.
        """
        try:
            model = self.manifest.model(name)
        except ModelError as error:
            raise ModelMissing(str(error)) from error
        if problem := next(self._problems(model, self._stamps.sha256), None):
            raise ModelMissing(f"{problem} Mend it with: assistant models fetch {name}")
        return self._folder(model) / model.opens if model.opens else self._folder(model)

    def state(self, model: Model) -> State:
        """At a glance: sizes and stamps, no hashing."""
        paths = [(self._path(model, file), file) for file in model.files]
        there = [(path, file) for path, file in paths if _size(path) is not None]
        if any(_size(path) != file.bytes for path, file in there):
            return State.ALTERED
        if len(there) < len(paths):
            begun = there or any(_size(_part(path)) is not None for path, _ in paths)
            return State.PARTLY if begun else State.ABSENT
        stamps = [(self._stamps.of(path), file) for path, file in there]
        if any(stamp is not None and stamp.sha256 != file.sha256 for stamp, file in stamps):
            return State.ALTERED
        return State.UNCHECKED if any(stamp is None for stamp, _ in stamps) else State.READY

    def confirmed(self, model: Model) -> bool:
        """Whether the digests were stated by the publisher: in the list, or by serving these very files."""
        stamps = (self._stamps.of(path) for path in self._paths(model) if _size(path) is not None)
        return model.confirmed or [stamp is not None and stamp.confirmed for stamp in stamps] == [True] * len(
            model.files
        )

    def verify(self, model: Model) -> list[str]:
        """Read every byte: a sentence for each file that is missing or altered."""
        return list(self._problems(model, self._stamps.hash))

    def missing(self, models: Iterable[Model]) -> list[tuple[Model, ModelFile]]:
        """The files that are not here, or not as listed. Hashes what was not hashed since it changed."""
        return [(m, file) for m in models for file in m.files if self._problem(m, file, self._stamps.sha256)]

    def fetch(self, models: Iterable[Model], progress: Progress = lambda _, __: None) -> list[str]:
        """Fetch what is missing or altered, the large files last; the names of the models that needed it.

        Raises ModelError; what is complete by then stays.
        """
        with self._alone():
            wanted = sorted(self.missing(models), key=lambda item: item[1].bytes)
            self._check_space(wanted)
            for model, file in wanted:
                path = self._path(model, file)
                path.parent.mkdir(parents=True, exist_ok=True)

                def had(count: int, name: str = file.name) -> None:
                    progress(name, count)

                self._fetch(Download(file.url, file.bytes, file.sha256), _part(path), had)
                self._keep(path, file, confirmed=True)
        return list(dict.fromkeys(model.name for model, _ in wanted))

    def take(self, source: Path, progress: Progress = lambda _, __: None) -> Imported:
        """Copy the models that a folder holds whole, whatever its files are called. Raises ModelError."""
        with self._alone():
            found = self._recognised(source, progress)
            taken: list[str] = []
            incomplete: dict[str, tuple[str, ...]] = {}
            for model in self.manifest.models:
                lacking = self.missing([model])
                absent = tuple(file.name for _, file in lacking if file.sha256 not in found)
                if absent and max(model.files, key=lambda file: file.bytes).sha256 in found:
                    incomplete[model.name] = absent
                elif lacking and not absent:
                    self._check_space(lacking)
                    for _, file in sorted(lacking, key=lambda item: item[1].bytes):
                        self._copy(found[file.sha256], self._path(model, file), file)
                    taken.append(model.name)
        return Imported(tuple(taken), incomplete)

    def remove(self, model: Model) -> int:
        """Delete a model and what was fetched of it; the bytes that this freed. Raises ModelError."""
        freed = 0
        with self._alone():
            for path in self._paths(model):
                for each in (path, _part(path)):
                    with contextlib.suppress(FileNotFoundError):
                        size = each.stat().st_size
                        each.unlink()
                        freed += size
                self._stamps.forget(path)
            with contextlib.suppress(OSError):  # somebody's own files are in it
                self._folder(model).rmdir()
        return freed

    def _problems(self, model: Model, sha256: Callable[[Path], str]) -> Iterator[str]:
        yield from filter(None, (self._problem(model, file, sha256) for file in model.files))

    def _problem(self, model: Model, file: ModelFile, sha256: Callable[[Path], str]) -> str | None:
        path = self._path(model, file)
        try:
            size = path.stat().st_size
            if size != file.bytes:
                return f"{model.name}: {path} was altered: it has {size} bytes instead of {file.bytes}."
            if sha256(path) != file.sha256:
                return f"{model.name}: {path} was altered: it is not the file that is listed."
        except FileNotFoundError:
            return f"{model.name}: {path} is missing."
        except OSError as error:
            return f"{model.name}: {path} cannot be read: {error.strerror}."
        return None

    def _recognised(self, source: Path, progress: Progress) -> dict[str, Path]:
        """By digest, the files below a folder that the list knows. Only files of a listed size are read."""
        if not source.is_dir():
            raise ModelError(f"{source} is not a folder; name the one that holds the models.")
        sizes = {file.bytes for model in self.manifest.models for file in model.files}
        known = {file.sha256 for model in self.manifest.models for file in model.files}
        found: dict[str, Path] = {}
        for folder, _, names in os.walk(source):
            for path in (Path(folder, name) for name in sorted(names)):
                try:
                    if path.is_symlink() or not path.is_file() or path.stat().st_size not in sizes:
                        continue
                    progress(path.name, 0)
                    sha256 = digest(path)
                except OSError as error:
                    raise ModelError(f"{path} cannot be read: {error.strerror}. Look after the disk.") from error
                if sha256 in known:
                    found.setdefault(sha256, path)
        return found

    def _copy(self, source: Path, path: Path, file: ModelFile) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = _part(path)
        try:
            with source.open("rb") as reader, part.open("wb") as writer:
                shutil.copyfileobj(reader, writer, 1 << 20)
                writer.flush()
                os.fsync(writer.fileno())
        except OSError as error:
            part.unlink(missing_ok=True)
            raise ModelError(
                f"{source} cannot be copied to {path.parent}: {error.strerror}. Nothing was kept."
            ) from error
        if digest(part) != file.sha256:
            part.unlink()
            raise ModelError(f"{source} reads differently each time. Nothing was kept; look after the disk.")
        self._keep(path, file, confirmed=False)

    def _keep(self, path: Path, file: ModelFile, *, confirmed: bool) -> None:
        """Give a file its name, whose `.part` was found right."""
        keep(_part(path), path)
        self._stamps.note(path, file.sha256, confirmed=confirmed)

    def _folder(self, model: Model) -> Path:
        return self.folder / model.name

    def _path(self, model: Model, file: ModelFile) -> Path:
        return self.folder / model.name / file.name

    def _paths(self, model: Model) -> list[Path]:
        return [self._path(model, file) for file in model.files]

    def _check_space(self, wanted: Iterable[tuple[Model, ModelFile]]) -> None:
        place = next(folder for folder in (self.folder, *self.folder.parents) if folder.exists())
        free = shutil.disk_usage(place).free
        parts = ((file.bytes, _size(_part(self._path(model, file))) or 0) for model, file in wanted)
        need = sum(max(0, size - had) for size, had in parts)
        if need and need + self._spare > free:
            raise ModelError(
                f"{place} has {free / 1e6:.0f} MB free; {need / 1e6:.0f} MB are needed and {self._spare / 1e6:.0f} MB "
                "stay for the rest. Free some space, or choose fewer models."
            )

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Raises ModelError where another command is at work here, or the folder cannot be written."""
        lock: IO[bytes] | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / ".lock").open("ab")
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise ModelError(f"Another `assistant models` is at work in {self.folder}; wait for it to end.") from error
        except OSError as error:
            raise ModelError(
                f"{error.filename or self.folder}: {error.strerror}. Run this as somebody who may write there, or name "
                "another folder."
            ) from error
        finally:
            if lock:
                lock.close()


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _size(path: Path) -> int | None:
    """Bytes of a file; None where there is none, as far as this user may see."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None
