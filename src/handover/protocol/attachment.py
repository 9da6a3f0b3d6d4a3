"""Attachments: a file sealed for one recipient, pushed by digest beside the envelopes (docs/spec/attachments.md).

The file is encrypted with Cobblestone-256 (chunked, committing to its key) under a key of its own; the offer's body
names the file, the ciphertext and the key. Nobody can push a ciphertext that no envelope has named.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag

from handover.domain.errors import MalformedError, UntrustedError
from handover.domain.ids import Digest, RoundId
from handover.domain.record import Value
from handover.protocol import strict
from handover.protocol.strict import Json

LONGEST_FILE: Final = 20 * 1024 * 1024  # bytes
LONGEST_SEALED: Final = LONGEST_FILE + 64 * 1024
PART: Final = 1024 * 1024  # bytes of ciphertext in one request, at most
MOST: Final = 33  # a photograph and 32 documents
_STEP: Final = 256 * 1024
_MEMBERS: Final = ("file", "sealed", "size", "key")


class AttachmentError(UntrustedError):
    """The attachment does not open to the file that the record names."""

    name = "attachment"
    title = "The attachment is not the file that the record names."
    advice = "Ask the sender for the file again; what came was not kept."


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One sealed file as an offer names it: digest of the file, digest and size of the ciphertext, and the key."""

    file: Digest
    sealed: Digest
    size: int
    key: bytes = field(repr=False)


def named_in(values: Mapping[str, Value]) -> dict[Digest, str]:
    """Give digest and media type of every file that the values of a record name."""
    found: dict[Digest, str] = {}
    for value in values.values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and {"digest", "media_type", "size"} <= item.keys():
                found[Digest(str(item["digest"]))] = str(item["media_type"])
    return found


def seal(data: bytes, *, round_: RoundId) -> tuple[Parcel, bytes]:
    """Give the parcel and its ciphertext, which opens only in this round.

    Raises:
        MalformedError: the file is empty or over 20 MiB.
    """
    if not 0 < len(data) <= LONGEST_FILE:
        raise MalformedError("a file has from one byte to 20 MiB")
    key = Cobblestone256Encryptor.generate_key()
    encryptor = Cobblestone256Encryptor(key, _context(round_))
    parts = [encryptor.update(data[start : start + _STEP]) for start in range(0, len(data), _STEP)]
    sealed = b"".join([*parts, encryptor.finalize()])
    parcel = Parcel(file=strict.digest(data), sealed=strict.digest(sealed), size=len(sealed), key=key)
    return parcel, sealed


def open_sealed(parcel: Parcel, parts: Iterable[bytes], *, round_: RoundId) -> bytes:
    """Give the file.

    Raises:
        AttachmentError: another ciphertext, another round, or another file than the one named.
    """
    try:
        decryptor = Cobblestone256Decryptor(parcel.key, _context(round_))
        data = b"".join([*(decryptor.update(part) for part in parts), decryptor.finalize()])
    except (InvalidTag, ValueError) as error:
        raise AttachmentError from error
    if strict.digest(data) != parcel.file:
        raise AttachmentError
    return data


def digest_of(parts: Iterable[bytes]) -> Digest:
    """Give the digest of a ciphertext that came in parts."""
    running = sha256()
    for part in parts:
        running.update(part)
    return Digest(strict.b64(running.digest()))


def to_json(parcels: Iterable[Parcel]) -> list[Json]:
    """Give the member `attachments` of an offer's body."""
    return [
        {"file": each.file, "sealed": each.sealed, "size": each.size, "key": strict.b64(each.key)}
        for each in parcels
    ]


def from_json(value: Json) -> tuple[Parcel, ...]:
    """Give the parcels that an offer's body names.

    Raises:
        MalformedError: not the one shape, too many or too large.
    """
    return tuple(_parcels(value))


def _parcels(value: Json) -> Iterator[Parcel]:
    for each in strict.array(value, MOST):
        file, sealed, size, key = strict.members(each, *_MEMBERS)
        yield Parcel(
            file=Digest(strict.text(file)),
            sealed=Digest(strict.text(sealed)),
            size=strict.integer(size, 1, LONGEST_SEALED),
            key=strict.unb64(strict.text(key), length=32),
        )


def _context(round_: RoundId) -> bytes:
    return f"handover-attachment/1\n{round_}\n".encode()
