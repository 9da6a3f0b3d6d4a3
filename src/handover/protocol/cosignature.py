"""Cosignatures: a witness vouches that all that it has seen of a log agrees (docs/spec/witness.md, section 1).

C2SP tlog-cosignature, both of its kinds: a line of Ed25519 (cosignature/v1) and one of ML-DSA-44. A witness has given
its word only where both verify and say the same time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from nacl.exceptions import BadSignatureError

from handover.domain.errors import MalformedError, UntrustedError
from handover.domain.ids import NodeId
from handover.protocol import note, strict
from handover.protocol.checkpoint import Checkpoint, LogKey, LogSigner
from handover.protocol.log_origin import LogOrigin
from handover.protocol.note import Note, SignatureLine, SignatureType

SUFFIX: Final = "/witness"
MOST: Final = (note.LINES_LIMIT - 2) // 2
"""The most witnesses of one checkpoint: two lines each, beside the log's own two."""

_TIME_LENGTH: Final = 8
_LENGTHS: Final = (_TIME_LENGTH + 64, _TIME_LENGTH + 2420)
_KEPT: Final = 256


class CosignatureMissingError(UntrustedError):
    """The checkpoint does not bear both lines of the witness."""

    name = "cosignature-missing"
    title = "The checkpoint does not bear both signatures of this witness."
    advice = "Ask the witness again; update the registry: its keys may be newer than this node knows."


class CosignatureError(UntrustedError):
    """One of the witness's two lines is false."""

    name = "cosignature"
    title = "A witness's signature on the checkpoint is false."
    advice = "Keep the checkpoint and tell the operators of both nodes."


@dataclass(frozen=True, kw_only=True)
class WitnessKey:
    """The two public keys of a witness: those of its log, under another name."""

    node: NodeId
    pair: LogKey

    @property
    def name(self) -> str:
        """The name that its lines bear."""
        return name_of(self.node)

    @cached_property
    def ids(self) -> tuple[bytes, bytes]:
        """The key identifiers of its two lines, the Ed25519 line's first."""
        return (
            note.key_id(self.name, SignatureType.ED25519_COSIGNATURE, self.pair.ed25519),
            note.key_id(self.name, SignatureType.ML_DSA_44, self.pair.mldsa44),
        )

    @property
    def texts(self) -> tuple[str, str]:
        """Both keys as texts (C2SP signed-note), the Ed25519 key first."""
        return (
            note.write_key(self.name, SignatureType.ED25519_COSIGNATURE, self.pair.ed25519),
            note.write_key(self.name, SignatureType.ML_DSA_44, self.pair.mldsa44),
        )

    def lines(self, lines: Sequence[SignatureLine]) -> tuple[SignatureLine, ...]:
        """Return those of *lines* that claim to be of these keys."""
        return tuple(line for line in lines if line.name == self.name and line.key_id in self.ids)

    def signatures(self, lines: Sequence[SignatureLine]) -> tuple[bytes, bytes]:
        """Return what claims to be of these keys, unverified.

        Raises:
            CosignatureMissingError: one of them is missing.
        """
        found = {line.key_id: line.signature for line in self.lines(lines)}
        try:
            return found[self.ids[0]], found[self.ids[1]]
        except KeyError:
            raise CosignatureMissingError from None


class WitnessSigner:
    """The private keys of a node's log, as they sign what other logs have said."""

    def __init__(self, log: LogSigner) -> None:
        self._log = log
        node = LogOrigin.parse(log.key.origin).node
        self.key: Final = WitnessKey(node=node, pair=log.key.named(str(LogOrigin(node=node))))

    def cosign(self, checkpoint: Checkpoint, time: int) -> tuple[SignatureLine, SignatureLine]:
        """Return the two lines by which this witness vouches for *checkpoint* at *time* (seconds since 1970)."""
        stamp = time.to_bytes(_TIME_LENGTH, "big")
        plain = self._log.plain.sign(_plain_message(checkpoint, time)).signature
        post_quantum = self._log.post_quantum.sign(checkpoint.cosigned(self.key.name, time))
        return (
            SignatureLine(name=self.key.name, key_id=self.key.ids[0], signature=stamp + plain),
            SignatureLine(name=self.key.name, key_id=self.key.ids[1], signature=stamp + post_quantum),
        )


def name_of(node: NodeId) -> str:
    """Return the name under which a node signs as a witness."""
    return f"{node}{SUFFIX}"


def claimed(signed: Note) -> tuple[NodeId, ...]:
    """Return which nodes the lines of a note claim to be witnesses of it, in order; nothing is verified."""
    return tuple(stated(signed))


def stated(signed: Note) -> dict[NodeId, int]:
    """Return the same with the time that each line states (seconds since 1970); nothing is verified."""
    found: dict[NodeId, int] = {}
    for line in signed.lines:
        if not line.name.endswith(SUFFIX):
            continue
        try:
            node = NodeId(line.name.removesuffix(SUFFIX))
        except MalformedError:
            continue  # a line of somebody outside the federation: such lines are not judged
        found[node] = int.from_bytes(line.signature[:_TIME_LENGTH], "big")
    return found


def verify(data: bytes, key: WitnessKey) -> int:
    """Return when (seconds since 1970) the witness has cosigned the checkpoint of a note.

    Raises:
        MalformedError: not a note of a checkpoint, or a line is not what a cosignature is.
        CosignatureMissingError: one of the witness's two lines is missing.
        CosignatureError: one of the two is false.
    """
    return _verified(data, key)


@lru_cache(maxsize=_KEPT)
def _verified(data: bytes, key: WitnessKey) -> int:
    signed = note.read(data)
    checkpoint = Checkpoint.parse(signed.text)
    found = key.signatures(signed.lines)
    if tuple(map(len, found)) != _LENGTHS:
        raise MalformedError("a cosignature has the wrong length")
    first, second = (int.from_bytes(each[:_TIME_LENGTH], "big") for each in found)
    if first != second or not 1 <= first <= strict.LATEST:
        raise MalformedError("not the one time of a cosignature")
    plain, post_quantum = (each[_TIME_LENGTH:] for each in found)
    try:
        key.pair.plain.verify(_plain_message(checkpoint, first), plain)
        key.pair.post_quantum.verify(post_quantum, checkpoint.cosigned(key.name, first))
    except (BadSignatureError, InvalidSignature):
        raise CosignatureError from None
    return first


def verify_first(data: bytes, node: NodeId, pairs: Iterable[LogKey]) -> tuple[int, LogKey]:
    """Return when a node has cosigned the checkpoint of a note, and with which of its pairs of keys.

    Raises:
        MalformedError, CosignatureError: as `verify`.
        CosignatureMissingError: there are no lines of any of the pairs.
    """
    for pair in pairs:
        try:
            return verify(data, WitnessKey(node=node, pair=pair)), pair
        except CosignatureMissingError:
            continue
    raise CosignatureMissingError


def joined(data: bytes, lines: Sequence[SignatureLine]) -> bytes:
    """Return the note with further lines under it; of those with one name and key the first stays.

    Raises:
        MalformedError: it is not a note, or would have more lines than one may have.
    """
    signed = note.read(data)
    found: dict[tuple[str, bytes], SignatureLine] = {}
    for line in (*signed.lines, *lines):
        found.setdefault((line.name, line.key_id), line)
    if len(found) > note.LINES_LIMIT:
        raise MalformedError("more than %(most)s signatures", most=note.LINES_LIMIT)
    return note.write(signed.text, tuple(found.values()))


def of_log(data: bytes, key: LogKey) -> bytes:
    """Return the note with the two lines of its log's *key* alone.

    Raises:
        MalformedError: it is not a note.
    """
    signed = note.read(data)
    own = tuple(line for line in signed.lines if line.name == key.origin and line.key_id in key.ids)
    return note.write(signed.text, own)


def _plain_message(checkpoint: Checkpoint, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{checkpoint.text}".encode()
