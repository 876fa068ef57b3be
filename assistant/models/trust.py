"""Which list of models to go by: one that our key has signed, and never an older one than before unless asked to."""

import json
import logging
import os
from pathlib import Path

from assistant.errors import ModelError
from assistant.models.download import keep
from assistant.models.manifest import LARGEST, Manifest, read_manifest
from assistant.models.signature import check_signature

logger = logging.getLogger(__name__)

SHIPPED = Path(__file__).parents[2] / "models" / "manifest.yaml"
"""The list that this version of Hearth came with; its signature is beside it."""

KEY = Path(__file__).with_name("models.pub")
"""The public key that lists are signed with."""


def load(file: Path, key: Path = KEY) -> Manifest:
    """A list that `key` has signed; its signature is in `.minisig` beside it.

    Raises ModelError where it cannot be read, is not signed by this key or is not such a list.
    """
    return _checked(*_read(file), key, str(file))


class Lists:
    """The lists that a folder of models goes by: the shipped one, or a newer one that was brought and is kept there.

    What is kept is one file, so that a list and its signature cannot part.
    """

    def __init__(self, folder: Path, shipped: Path = SHIPPED, key: Path = KEY) -> None:
        self._file = folder / ".manifest.json"
        self._shipped = shipped
        self._key = key

    def current(self) -> Manifest:
        """The list to go by. A kept one that was spoilt is passed over, with a warning. Raises ModelError."""
        shipped = load(self._shipped, self._key)
        try:
            kept, instead_of = self._kept()
        except FileNotFoundError:
            return shipped
        except ModelError as error:
            logger.warning("%s Going by the list that came with Hearth, version %d.", error, shipped.version)
            return shipped
        return shipped if shipped.version > max(kept.version, instead_of) else kept

    def adopt(self, file: Path | None = None, *, older: bool = False) -> Manifest:
        """Go by a list from now on: that in `file`, or the current one, even if a later Hearth brings an older one.

        Raises ModelError where it is not signed by our key, or is older than the current one without being asked for.
        """
        current = self.current()
        content, signature = _read(file) if file else self._content(current)
        wanted = _checked(content, signature, self._key, str(file or self._file))
        if wanted.version < current.version and not older:
            raise ModelError(
                f"{file} is version {wanted.version} of the list of models, older than {current.version}, which is in "
                "use. If you mean to go back, add --older."
            )
        instead_of = max(current.version, self._instead_of())
        text = json.dumps({"manifest": content.decode(), "signature": signature, "instead_of": instead_of})
        part = self._file.with_name(f"{self._file.name}.part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with part.open("w", encoding="ascii") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            keep(part, self._file)
        except OSError as error:
            raise ModelError(f"{self._file} cannot be written: {error.strerror}. Name another folder.") from error
        return wanted

    def _content(self, manifest: Manifest) -> tuple[bytes, str]:
        shipped = _read(self._shipped)
        return shipped if _checked(*shipped, self._key, str(self._shipped)) == manifest else self._stored()[:2]

    def _instead_of(self) -> int:
        try:
            return self._stored()[2]
        except (FileNotFoundError, ModelError):
            return 0

    def _kept(self) -> tuple[Manifest, int]:
        """The list, and the version that was given up for it."""
        content, signature, instead_of = self._stored()
        return _checked(content, signature, self._key, str(self._file)), instead_of

    def _stored(self) -> tuple[bytes, str, int]:
        try:
            kept = json.loads(self._file.read_bytes())
            return str(kept["manifest"]).encode(), str(kept["signature"]), int(kept["instead_of"])
        except FileNotFoundError:
            raise
        except OSError as error:
            raise ModelError(f"{self._file} cannot be read: {error.strerror}.") from error
        except (ValueError, TypeError, KeyError) as error:
            raise ModelError(f"{self._file} is no list of models that Hearth kept; delete it.") from error


def _read(file: Path) -> tuple[bytes, str]:
    beside = file.with_name(f"{file.name}.minisig")
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
        with beside.open("rb") as stream:
            signature = stream.read(LARGEST).decode("utf-8", "replace")
    except OSError as error:
        raise ModelError(
            f"{error.filename}: {error.strerror}. A list of models and its signature (.minisig) are both needed."
        ) from error
    return content, signature


def _checked(content: bytes, signature: str, key: Path, source: str) -> Manifest:
    try:
        check_signature(content, signature, key.read_text("utf-8", "replace"))
    except OSError as error:
        raise ModelError(f"{key} cannot be read: {error.strerror}. Install Hearth again.") from error
    except ModelError as error:
        raise ModelError(f"{source}: {error}") from error
    return read_manifest(content, source)
