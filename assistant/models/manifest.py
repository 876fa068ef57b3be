"""The signed list of model files: where each comes from, how large it is, its digest, its licence, what it needs."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from assistant.errors import ModelError
from assistant.settings.checking import Checker
from assistant.settings.given import Given, Problem, read_text
from assistant.settings.schema import Matching, Range

SCHEMA = 1
"""The form of lists that this version of Hearth reads."""

LARGEST = 512 * 1024
"""Bytes of a list; more is a mistake or an attack."""

LOCAL = ("127.0.0.1", "::1", "localhost")
"""Hosts that may be asked without TLS: nothing leaves the machine."""

Name = Annotated[str, Matching(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}", "a plain file name")]
Bytes = Annotated[int, Range(1, 2**36, "bytes")]
Sha256 = Annotated[str, Matching(r"[0-9a-f]{64}", "a SHA-256 in 64 small hexadecimal digits")]
Version = Annotated[int, Range(1, 2**31)]


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model."""

    name: Name
    url: str
    """Pinned to a revision."""
    bytes: Bytes
    sha256: Sha256
    licence: str
    digest: Literal["upstream", "third-party"]
    """Who stated the digest: the publisher of the file, or only others who pinned it."""


@dataclass(frozen=True, slots=True)
class Model:
    """What an engine loads."""

    name: Name
    stage: Literal["recognition", "understanding", "speech"]
    about: str
    memory: Bytes
    """Of the process, that its engine takes with this model."""
    files: tuple[ModelFile, ...]
    opens: str | None = None
    """The file that the engine is given; None where it is given the folder."""
    short_context: bool = False
    """Whisper weights fine-tuned to hear less than 30 seconds, such as FUTO's ACFT: a small margin will do."""

    @property
    def bytes(self) -> int:
        """On disk."""
        return sum(file.bytes for file in self.files)

    @property
    def licences(self) -> str:
        """Of all its files."""
        return ", ".join(dict.fromkeys(file.licence for file in self.files))

    @property
    def confirmed(self) -> bool:
        """Whether the publisher stated every digest."""
        return all(file.digest == "upstream" for file in self.files)


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A model file that a Python package carries."""

    path: str
    """Relative to Python's site-packages."""
    bytes: Bytes
    sha256: Sha256
    licence: str


@dataclass(frozen=True, slots=True)
class Package:
    """A Python package that carries model files."""

    name: str
    version: str
    files: tuple[PackageFile, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The list."""

    schema: int
    version: Version
    """Of the list's content: every list that is signed has a higher one than the last."""
    profiles: Mapping[str, tuple[str, ...]]
    """The models that each profile needs, beside those in packages."""
    models: tuple[Model, ...]
    packages: tuple[Package, ...] = ()

    def model(self, name: str) -> Model:
        """Raises ModelError where there is none of this name."""
        found = next((model for model in self.models if model.name == name), None)
        if found is None:
            names = [model.name for model in self.models]
            near = difflib.get_close_matches(name, names, 1)
            remedy = f"Did you mean {near[0]}?" if near else f"There are {', '.join(names)}."
            raise ModelError(f"There is no model {name}. {remedy}")
        return found

    def profile(self, name: str) -> tuple[Model, ...]:
        """The models of a profile. Raises ModelError where there is none of this name."""
        if name not in self.profiles:
            raise ModelError(f"There is no profile {name}. There are {', '.join(self.profiles)}.")
        return tuple(self.model(each) for each in self.profiles[name])


def read_manifest(content: bytes, source: str) -> Manifest:
    """A list from its text; `source` names it in messages. Raises ModelError with every mistake in it."""
    if len(content) > LARGEST:
        raise ModelError(f"{source} is larger than {LARGEST // 1024} KiB, which no list of models is; get it again.")
    problems: list[Problem] = []
    given = read_text(content.decode("utf-8", "replace"), source, Path(), problems)
    schema = given.value.get("schema") if isinstance(given.value, dict) else None
    if isinstance(schema, Given) and isinstance(schema.value, int) and schema.value > SCHEMA:
        raise ModelError(f"{source} is written for a newer Hearth (form {schema.value}, not {SCHEMA}); update Hearth.")
    checker = Checker()
    manifest = checker.fill(Manifest, given, "") if not problems else None
    problems += checker.problems
    if problems or not isinstance(manifest, Manifest):
        raise ModelError("\n".join(map(str, sorted(problems))))
    if wrong := list(_mistakes(manifest)):
        raise ModelError("\n".join(f"{source}: {mistake}" for mistake in wrong))
    return manifest


def is_allowed(url: str, *, after: str = "") -> bool:
    """Whether files may be fetched from there: by https, or without it from this machine itself.

    after: the address that sends us there. It cannot send us to this machine from elsewhere.
    """
    try:
        there, here = urlsplit(url), urlsplit(after or url)
        local = there.hostname in LOCAL and here.hostname in LOCAL
    except ValueError:
        return False
    return bool(there.hostname) and (there.scheme == "https" or (there.scheme == "http" and local))


def _mistakes(manifest: Manifest) -> Iterator[str]:
    names = [model.name for model in manifest.models]
    yield from (f"{name} is listed twice." for name in sorted({name for name in names if names.count(name) > 1}))
    for profile, wanted in manifest.profiles.items():
        yield from (f"profile {profile}: there is no model {name}." for name in wanted if name not in names)
    for model in manifest.models:
        files = [file.name for file in model.files]
        if not files or len(set(files)) < len(files):
            yield f"{model.name}: it needs files, each with a name of its own."
        if any(name.endswith(".part") for name in files):
            yield f"{model.name}: .part is kept for files that are being fetched."
        if model.opens is not None and model.opens not in files:
            yield f"{model.name}: it opens {model.opens}, which is none of its files."
        yield from (f"{model.name}: {file.url} is not https." for file in model.files if not is_allowed(file.url))
