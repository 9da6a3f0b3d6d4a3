"""Signed notes (C2SP signed-note): a text, a blank line, and lines of signatures (docs/spec/log.md).

What a signature is made over is the matter of who signs: `checkpoint.py`.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from hashlib import sha256
from typing import Final

from handover.domain.errors import MalformedError
from handover.protocol import strict

NOTE_LIMIT: Final = 131072
"""The longest note, in bytes: 18 lines of the longest post-quantum signatures in use."""

LINES_LIMIT: Final = 18
"""The log's own two lines and 16 cosignatures."""

_NAME_LIMIT: Final = 255
_DASH: Final = "\u2014"
_KEY_ID_LENGTH: Final = 4
_KEPT: Final = 64  # notes, 8 kB each: the receipts of one batch share one
_CONTROL: Final = re.compile(rb"[\x00-\x09\x0b-\x1f]")  # all below a space but the line feed


class SignatureType(IntEnum):
    """The byte that says how a key signs; a key identifier covers it."""

    ED25519 = 1
    ED25519_COSIGNATURE = 4
    ML_DSA_44 = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class SignatureLine:
    """One signature under a note, unverified."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A note taken apart, unverified. `text` ends with a line feed."""

    text: str
    lines: tuple[SignatureLine, ...]


def read(data: bytes) -> Note:
    """Take a note apart; no signature is verified by it.

    Raises:
        MalformedError: not a signed note, two lines of one key, or more than there may be.
    """
    return _read(data)


@lru_cache(maxsize=_KEPT)
def _read(data: bytes) -> Note:
    if len(data) > NOTE_LIMIT:
        raise MalformedError("longer than %(limit)s bytes", limit=NOTE_LIMIT)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedError("not UTF-8") from None
    if _CONTROL.search(data) is not None:
        raise MalformedError("a control character in a note")
    body, blank, signatures = text.rpartition("\n\n")
    if not blank or not body or not signatures.endswith("\n"):
        raise MalformedError("not a signed note")
    found = signatures[:-1].split("\n")
    if len(found) > LINES_LIMIT:
        raise MalformedError("more than %(most)s signatures", most=LINES_LIMIT)
    lines = tuple(read_line(line) for line in found)
    if len({(line.name, line.key_id) for line in lines}) != len(lines):
        raise MalformedError("two signatures of one key")
    return Note(text=body + "\n", lines=lines)


def read_line(text: str) -> SignatureLine:
    """Return what a signature line holds, its line feed apart.

    Raises:
        MalformedError: it is none.
    """
    parts = text.split(" ")
    if len(parts) != 3 or parts[0] != _DASH:
        raise MalformedError("not a signature line")
    check_name(parts[1])
    signature = strict.unb64std(parts[2])
    if len(signature) <= _KEY_ID_LENGTH:
        raise MalformedError("a signature line without a signature")
    return SignatureLine(
        name=parts[1], key_id=signature[:_KEY_ID_LENGTH], signature=signature[_KEY_ID_LENGTH:]
    )


def write(text: str, lines: tuple[SignatureLine, ...]) -> bytes:
    """Return the note's bytes."""
    return f"{text}\n".encode() + write_lines(lines)


def write_lines(lines: tuple[SignatureLine, ...]) -> bytes:
    """Return signature lines as they stand under a note."""
    written = [f"{_DASH} {line.name} {strict.b64std(line.key_id + line.signature)}\n" for line in lines]
    return "".join(written).encode()


def check_name(name: str) -> None:
    """Refuse what is no key's name: empty, longer than 255 bytes, with a space or a plus sign.

    Raises:
        MalformedError: it is none.
    """
    if not 0 < len(name.encode()) <= _NAME_LIMIT or "+" in name or any(each.isspace() for each in name):
        raise MalformedError("not the name of a key")


def key_id(name: str, kind: SignatureType, public: bytes) -> bytes:
    """Return the four bytes by which a signature line says whose it is."""
    return sha256(f"{name}\n".encode() + bytes([kind]) + public).digest()[:_KEY_ID_LENGTH]


def write_key(name: str, kind: SignatureType, public: bytes) -> str:
    """Return a verification key as text: name, key identifier in hexadecimal, type and key in base64."""
    return f"{name}+{key_id(name, kind, public).hex()}+{strict.b64std(bytes([kind]) + public)}"


def read_key(text: str, kind: SignatureType) -> tuple[str, bytes]:
    """Return name and public key of a verification key's text.

    Raises:
        MalformedError: it is none, or one of another type.
    """
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise MalformedError("not a verification key")
    check_name(parts[0])
    public = strict.unb64std(parts[2])[1:]
    if write_key(parts[0], kind, public) != text:
        raise MalformedError("not a verification key of this type")
    return parts[0], public
