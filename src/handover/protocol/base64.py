"""Base64 in one accepted spelling (docs/spec/strict.md). It is used through `strict`, with all else that is strict."""

import binascii
from collections.abc import Sequence
from typing import Final

import pybase64

from handover.domain.errors import MalformedError

_ALPHABET: Final = b"-_"  # in place of + and /
_PADDING: Final = (b"", b"===", b"==", b"=")  # by the length modulo four; three are never right, and refused
_ZEROS: Final = (b"", b"\0\0", b"\0")  # by the length modulo three
_LETTERS: Final = (b"", b"!", b"AA", b"A")  # zero bits, by the length modulo four; one letter is no byte


def b64(data: bytes) -> str:
    """Give base64url without padding (RFC 4648, section 5)."""
    return b64_ascii(data).decode("ascii")


def b64_ascii(data: bytes) -> bytes:
    """Give base64url without padding, as bytes."""
    return pybase64.b64encode(data, _ALPHABET).rstrip(b"=")


def b64_rows(data: bytes, size: int) -> list[bytes]:
    """Give base64url without padding, as bytes, of every *size* bytes of *data*."""
    # Encoded at once, which is quicker: each row is filled up with zeros to whole groups, and their letters left out.
    fill, length, step = _ZEROS[size % 3], (size * 4 + 2) // 3, (size + 2) // 3 * 4
    rows = [data[start : start + size] for start in range(0, len(data), size)] if fill else [data]
    whole = pybase64.b64encode(fill.join([*rows, b""]), _ALPHABET)
    return [whole[start : start + length] for start in range(0, len(whole), step)]


def _decode(text: bytes) -> bytes:
    """Give what padded base64url decodes to; the library takes more spellings than one."""
    if b"+" in text or b"/" in text:
        raise MalformedError("not base64")
    try:
        return pybase64.b64decode(text, _ALPHABET, validate=True)
    except binascii.Error:
        raise MalformedError("not base64") from None


def unb64(text: str | bytes, *, length: int | None = None) -> bytes:
    """Give the bytes of canonical base64url without padding.

    Raises:
        MalformedError: a foreign character, padding, a second spelling, or not *length* bytes.
    """
    source = _ascii(text)
    data = _decode(source + _PADDING[len(source) & 3])
    if b64_ascii(data) != source:
        raise MalformedError("not canonical base64")
    if length is not None and len(data) != length:
        raise MalformedError("not %(length)s bytes", length=length)
    return data


def unb64_each(texts: Sequence[bytes]) -> list[bytes]:
    """Give the bytes of many small texts, each canonical base64url without padding.

    Raises:
        MalformedError: as for `unb64`, in any of them.
    """
    # Decoded at once, each filled up with zero bits: what they decode to must be zero, or the spelling is a second one.
    filled = b"".join([text + _LETTERS[len(text) & 3] for text in texts])
    if b"=" in filled:
        raise MalformedError("not base64")
    whole = _decode(filled)
    parts = []
    start = 0
    for text in texts:
        end = start + len(text) * 3 // 4
        parts.append(whole[start:end])
        start += (len(text) + 3) // 4 * 3
        if end != start and any(whole[end:start]):
            raise MalformedError("not canonical base64")
    return parts


def b64std(data: bytes) -> str:
    """Give base64 with padding (RFC 4648, section 4)."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def unb64std(text: str | bytes, *, length: int | None = None) -> bytes:
    """Give the bytes of canonical base64 with padding.

    Raises:
        MalformedError: a foreign character, wrong padding, a second spelling, or not *length* bytes.
    """
    source = _ascii(text)
    try:
        data = binascii.a2b_base64(source)
    except binascii.Error:
        raise MalformedError("not base64") from None
    if binascii.b2a_base64(data, newline=False) != source:
        raise MalformedError("not canonical base64")
    if length is not None and len(data) != length:
        raise MalformedError("not %(length)s bytes", length=length)
    return data


def _ascii(text: str | bytes) -> bytes:
    if isinstance(text, bytes):
        return text
    if not text.isascii():
        raise MalformedError("not base64")
    return text.encode("ascii")
