"""A stream of bytes as an encrypted file, and back: what was cut, swapped or changed does not open.

Line 1 `handover-backup/1`, line 2 a JSON head, then frames: length (4 bytes), AES-256-GCM ciphertext of at most 1 MiB.
The nonce of a frame is its number (11 bytes) and 1 in the last frame, else 0; the associated data is the SHA-256
digest of both lines (docs/spec/backup.md). The key is random for each file and stands wrapped in the head.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from handover.domain.errors import MalformedError, UntrustedError
from handover.protocol import strict
from handover.protocol.strict import Json

FORMAT: Final = b"handover-backup/1\n"
FRAME: Final = 1024 * 1024  # bytes of plaintext
_HEAD_LIMIT: Final = 4096
_TAG: Final = 16


class SealedFileError(UntrustedError):
    """The file does not open: it was cut or changed, or is under keys that this node does not have."""

    name = "backup-damaged"
    title = "The backup cannot be read: it is damaged, or belongs to other keys."
    advice = "Try an older backup. The vault of the same node, with its passphrase, is needed."


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What passed through: number of bytes and their SHA-256 digest (hexadecimal)."""

    size: int
    sha256: str


def write(file: BinaryIO, head: dict[str, Json], key: bytes, chunks: Iterable[bytes]) -> Summary:
    """Write the stream encrypted under *key* (32 bytes, used for this file alone), and say what was written."""
    line = strict.dumps(head) + b"\n"
    file.write(FORMAT + line)
    cipher, bound, seen, size = AESGCM(key), _bound(line), hashlib.sha256(), 0
    for number, (frame, last) in enumerate(_frames(chunks)):
        seen.update(frame)
        size += len(frame)
        sealed = cipher.encrypt(_nonce(number, last=last), frame, bound)
        file.write(len(sealed).to_bytes(4, "big") + sealed)
    return Summary(size=size, sha256=seen.hexdigest())


def read_head(file: BinaryIO) -> dict[str, Json]:
    """Give the head of a sealed file and leave the file at its first frame; nothing of it is verified yet.

    Raises:
        SealedFileError: it is no such file.
    """
    if file.read(len(FORMAT)) != FORMAT:
        raise SealedFileError("not a backup of a known format")
    line = file.readline(_HEAD_LIMIT)
    try:
        head = strict.loads(line.removesuffix(b"\n"), limit=_HEAD_LIMIT)
    except MalformedError as error:
        raise SealedFileError from error
    if not isinstance(head, dict) or strict.dumps(head) + b"\n" != line:
        raise SealedFileError
    return head


def read_frames(file: BinaryIO, head: dict[str, Json], key: bytes) -> Iterator[bytes]:
    """Give the stream again, frame by frame; nothing counts before the iterator has ended.

    Raises:
        SealedFileError: a frame was changed, is missing or out of its place, or something follows the last.
    """
    cipher, bound = AESGCM(key), _bound(strict.dumps(head) + b"\n")
    number, last = 0, False
    sealed = _next(file)
    while not last:
        following = _next(file)
        last = not following
        try:
            yield cipher.decrypt(_nonce(number, last=last), sealed, bound)
        except InvalidTag as error:
            raise SealedFileError from error
        sealed, number = following, number + 1


def _next(file: BinaryIO) -> bytes:
    """Give the next frame, or nothing at the end of the file."""
    length = file.read(4)
    if not length:
        return b""
    size = int.from_bytes(length, "big")
    if len(length) < 4 or not _TAG <= size <= FRAME + _TAG:
        raise SealedFileError
    sealed = file.read(size)
    if len(sealed) != size:
        raise SealedFileError
    return sealed


def _frames(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Cut the stream into frames and say which is the last; an empty stream is one empty frame."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) > FRAME:
            yield bytes(held[:FRAME]), False
            del held[:FRAME]
    yield bytes(held), True


def _bound(line: bytes) -> bytes:
    return hashlib.sha256(FORMAT + line).digest()


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
