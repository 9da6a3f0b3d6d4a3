"""Checkpoints: a log's origin, size and root hash under the log's two signatures (docs/spec/log.md).

C2SP tlog-checkpoint as a signed note: a plain Ed25519 line, and an ML-DSA-44 line (C2SP tlog-cosignature) by
the log itself, which also says when. Both must verify. Lines of witnesses may follow, and are not judged.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from handover.domain.errors import MalformedError, RefusedError, UntrustedError
from handover.protocol import jws, note, strict
from handover.protocol.merkle import EMPTY_ROOT
from handover.protocol.note import SignatureLine, SignatureType
from handover.protocol.tile import HASH_LENGTH, LARGEST_SIZE

_ORIGIN: Final = re.compile(r"[!-*,-~]{1,255}")  # printable ASCII without space and plus sign
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_ED25519_LENGTH: Final = 32
_ED25519_SIGNATURE: Final = 64
_MLDSA44_LENGTH: Final = 1312
_MLDSA44_SIGNATURE: Final = 2420
_TIME_LENGTH: Final = 8
_LATEST: Final = 2**53 - 1
_LABEL: Final = b"subtree/v1\n\x00"
_KEPT: Final = 256  # verified notes, 4 kB each: the receipts of one batch share one


class CheckpointOriginError(UntrustedError):
    """The checkpoint is one of another log."""

    name = "checkpoint-origin"
    title = "The checkpoint belongs to another log."
    advice = "Check which node the checkpoint was asked from."


class CheckpointUnsignedError(UntrustedError):
    """One of the log's two signature lines is missing."""

    name = "checkpoint-unsigned"
    title = "The checkpoint lacks a signature of its log."
    advice = "Update the registry: the log's keys may be newer than this node knows."


class CheckpointSignatureError(UntrustedError):
    """One of the log's two signatures is false."""

    name = "checkpoint-signature"
    title = "A signature on the checkpoint is false."
    advice = "Keep the checkpoint and tell the operators of both nodes."


class ForeignLogError(RefusedError):
    """A node signs the checkpoints of its own log alone."""

    name = "foreign-log"
    title = "This node does not sign checkpoints of another log."
    advice = "Tell the operator of this node."


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A log's origin, number of entries and root hash (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if _ORIGIN.fullmatch(self.origin) is None:
            raise MalformedError("not the origin of a log")
        if not 0 <= self.size <= LARGEST_SIZE or len(self.root) != HASH_LENGTH:
            raise MalformedError("not the size or the root hash of a log")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise MalformedError("not the root hash of an empty log")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what a note's text says: exactly three lines.

        Raises:
            MalformedError: it is not a checkpoint of a log.
        """
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or _SIZE.fullmatch(lines[1]) is None:
            raise MalformedError("not a checkpoint")
        root = strict.unb64std(lines[2], length=HASH_LENGTH)
        return cls(origin=lines[0], size=int(lines[1]), root=root)

    @property
    def text(self) -> str:
        """The note's text: what the Ed25519 line signs."""
        return f"{self.origin}\n{self.size}\n{strict.b64std(self.root)}\n"

    def cosigned(self, name: str, time: int) -> bytes:
        """Return what the ML-DSA-44 line of *name* signs (C2SP tlog-cosignature, `cosigned_message`)."""
        signer, origin = name.encode(), self.origin.encode()
        return b"".join(
            (
                _LABEL,
                len(signer).to_bytes(1, "big"),
                signer,
                time.to_bytes(_TIME_LENGTH, "big"),
                len(origin).to_bytes(1, "big"),
                origin,
                (0).to_bytes(8, "big"),
                self.size.to_bytes(8, "big"),
                self.root,
            )
        )


@dataclass(frozen=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint that was verified, and when its log says to have signed it (seconds since 1970)."""

    checkpoint: Checkpoint
    time: int


@dataclass(frozen=True, kw_only=True)
class LogKey:
    """The two public keys that a log's checkpoints are verified with."""

    origin: str
    ed25519: bytes
    mldsa44: bytes

    def __post_init__(self) -> None:
        if _ORIGIN.fullmatch(self.origin) is None:
            raise MalformedError("not the origin of a log")
        if len(self.ed25519) != _ED25519_LENGTH or len(self.mldsa44) != _MLDSA44_LENGTH:
            raise MalformedError("not the public keys of a log")

    @classmethod
    def parse(cls, ed25519: str, mldsa44: str) -> Self:
        """Return the keys that two texts of C2SP signed-note hold.

        Raises:
            MalformedError: they are not a log's keys, or of two logs.
        """
        origin, plain = note.read_key(ed25519, SignatureType.ED25519)
        other, post_quantum = note.read_key(mldsa44, SignatureType.ML_DSA_44)
        if origin != other:
            raise MalformedError("keys of two logs")
        return cls(origin=origin, ed25519=plain, mldsa44=post_quantum)

    def named(self, origin: str) -> "LogKey":
        """Return the same pair as the keys of the log *origin*: a node signs all its logs with one pair."""
        return self if origin == self.origin else _named(self, origin)

    @property
    def texts(self) -> tuple[str, str]:
        """Both keys as texts (C2SP signed-note), the Ed25519 key first."""
        return (
            note.write_key(self.origin, SignatureType.ED25519, self.ed25519),
            note.write_key(self.origin, SignatureType.ML_DSA_44, self.mldsa44),
        )

    @cached_property
    def ids(self) -> tuple[bytes, bytes]:
        """The key identifiers of the two lines, the Ed25519 line's first."""
        return (
            note.key_id(self.origin, SignatureType.ED25519, self.ed25519),
            note.key_id(self.origin, SignatureType.ML_DSA_44, self.mldsa44),
        )

    @cached_property
    def plain(self) -> VerifyKey:
        """The Ed25519 key, its point checked.

        Raises:
            UntrustedError: a point of small order, or no point.
        """
        jws.check_public_key(self.ed25519)
        return VerifyKey(self.ed25519)

    @cached_property
    def post_quantum(self) -> MLDSA44PublicKey:
        """The ML-DSA-44 key."""
        return MLDSA44PublicKey.from_public_bytes(self.mldsa44)

    def signatures(self, signed: note.Note) -> tuple[bytes, bytes]:
        """Return the two signatures that claim to be of these keys, unverified.

        Raises:
            CheckpointUnsignedError: one of them is missing.
        """
        found = {line.key_id: line.signature for line in signed.lines if line.name == self.origin}
        try:
            return found[self.ids[0]], found[self.ids[1]]
        except KeyError:
            raise CheckpointUnsignedError from None


@lru_cache(maxsize=_KEPT)
def _named(key: LogKey, origin: str) -> LogKey:
    # Made once: a key keeps what it needs to verify fast.
    return LogKey(origin=origin, ed25519=key.ed25519, mldsa44=key.mldsa44)


class LogSigner:
    """The two private keys that sign a log's checkpoints, each from its seed of 32 bytes."""

    def __init__(self, *, origin: str, ed25519: bytes, mldsa44: bytes) -> None:
        self.plain = SigningKey(ed25519)
        self.post_quantum = MLDSA44PrivateKey.from_seed_bytes(mldsa44)
        public = self.post_quantum.public_key().public_bytes_raw()
        self.key: Final = LogKey(origin=origin, ed25519=bytes(self.plain.verify_key), mldsa44=public)

    def sign(self, checkpoint: Checkpoint, time: int) -> tuple[SignatureLine, SignatureLine]:
        """Return the two lines under *checkpoint*."""
        stamp = time.to_bytes(_TIME_LENGTH, "big")
        message = checkpoint.cosigned(self.key.origin, time)
        signatures = (
            self.plain.sign(checkpoint.text.encode()).signature,
            stamp + self.post_quantum.sign(message),
        )
        first, second = (
            SignatureLine(name=self.key.origin, key_id=key_id, signature=signature)
            for key_id, signature in zip(self.key.ids, signatures, strict=True)
        )
        return first, second


def sign(checkpoint: Checkpoint, signer: LogSigner, time: int) -> bytes:
    """Return the note with the log's two lines, signed at *time* (seconds since 1970).

    Raises:
        ForeignLogError: the checkpoint is of another log.
        MalformedError: the time is none.
    """
    if checkpoint.origin != signer.key.origin:
        raise ForeignLogError
    if not 1 <= time <= _LATEST:
        raise MalformedError("not a time")
    return note.write(checkpoint.text, signer.sign(checkpoint, time))


def verify(data: bytes, key: LogKey) -> Checkpoint:
    """Return the checkpoint of a note whose log has signed it with both keys.

    Raises:
        MalformedError: it is not a note of a checkpoint.
        CheckpointOriginError: it is of another log.
        CheckpointUnsignedError: one of the two lines is missing.
        CheckpointSignatureError: one of the two is false.
    """
    return verify_signed(data, key).checkpoint


def verify_signed(data: bytes, key: LogKey) -> SignedCheckpoint:
    """Return the same as `verify`, and the time at which the log says to have signed it."""
    return _verified(data, key)


@lru_cache(maxsize=_KEPT)
def _verified(data: bytes, key: LogKey) -> SignedCheckpoint:
    signed = note.read(data)
    checkpoint = Checkpoint.parse(signed.text)
    if checkpoint.origin != key.origin:
        raise CheckpointOriginError
    plain, stamped = key.signatures(signed)
    time = int.from_bytes(stamped[:_TIME_LENGTH], "big")
    post_quantum = stamped[_TIME_LENGTH:]
    if len(plain) != _ED25519_SIGNATURE or len(post_quantum) != _MLDSA44_SIGNATURE:
        raise MalformedError("a signature has the wrong length")
    if not 1 <= time <= _LATEST:
        raise MalformedError("not a time")
    try:
        key.plain.verify(signed.text.encode(), plain)
        key.post_quantum.verify(post_quantum, checkpoint.cosigned(key.origin, time))
    except (BadSignatureError, InvalidSignature):
        raise CheckpointSignatureError from None
    return SignedCheckpoint(checkpoint=checkpoint, time=time)


def key_of(data: bytes, keys: Iterable[LogKey]) -> LogKey:
    """Return the first of a log's *keys*, present and former, of which the note has both lines; unverified.

    Raises:
        MalformedError: it is not a note.
        CheckpointUnsignedError: it has the lines of none of them.
    """
    signed = note.read(data)
    for key in keys:
        try:
            key.signatures(signed)
        except CheckpointUnsignedError:
            continue
        return key
    raise CheckpointUnsignedError
