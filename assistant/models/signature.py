"""Minisign signatures: whether a file is the one that the holder of a key signed."""

import base64
import binascii
import hashlib
from typing import NamedTuple

from assistant.errors import ModelError

_PREHASHED, _PLAIN = b"ED", b"Ed"
"""What a signature is of: the file's BLAKE2b-512, as minisign writes since 0.10, or the file itself."""

_TRUSTED = "trusted comment: "


class _Key(NamedTuple):
    number: bytes
    """Eight bytes that tell keys apart."""
    ed25519: bytes


def check_signature(content: bytes, signature: str, key: str) -> str:
    """The trusted comment of a signature (a `.minisig` file's text) of `content` by `key` (a `.pub` file's text).

    Raises ModelError where it is not that signature. The format: https://jedisct1.github.io/minisign/#signature-format
    """
    number, ed25519 = _key(key)
    try:
        _, first, trusted, second = signature.splitlines()
        decoded, whole = base64.b64decode(first, validate=True), base64.b64decode(second, validate=True)
    except (ValueError, binascii.Error) as error:
        raise ModelError("The signature is not one of minisign's; get the file and its .minisig again.") from error
    kind, signer, signed = decoded[:2], decoded[2:10], decoded[10:]
    if kind not in (_PREHASHED, _PLAIN) or len(signed) != len(whole) or not trusted.startswith(_TRUSTED):
        raise ModelError("The signature is not one of minisign's; get the file and its .minisig again.")
    if signer != number:
        raise ModelError(
            f"The signature was made with the key {_shown(signer)}, but {_shown(number)} is the one that is trusted; "
            "get the file from who holds that key."
        )
    comment = trusted.removeprefix(_TRUSTED)
    message = hashlib.blake2b(content).digest() if kind == _PREHASHED else content
    if not _signed(message, signed, ed25519) or not _signed(signed + comment.encode(), whole, ed25519):
        raise ModelError("The signature does not fit: the file was altered after it was signed; get both again.")
    return comment


def _key(text: str) -> _Key:
    try:
        decoded = base64.b64decode(text.strip().splitlines()[-1], validate=True)
    except (ValueError, IndexError, binascii.Error):
        decoded = b""
    if len(decoded) != 42 or decoded[:2] != _PLAIN:
        raise ModelError("The key is not a public key of minisign's; name the .pub file.")
    return _Key(decoded[2:10], decoded[10:])


def _signed(message: bytes, signature: bytes, key: bytes) -> bool:
    from nacl.exceptions import BadSignatureError
    from nacl.signing import VerifyKey

    try:
        VerifyKey(key).verify(message, signature)
    except (BadSignatureError, ValueError):  # ValueError: a length that is no signature's
        return False
    return True


def _shown(number: bytes) -> str:
    """As minisign prints it: a little-endian number."""
    return f"{int.from_bytes(number, 'little'):016X}"
