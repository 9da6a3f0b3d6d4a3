"""The enrolment request: a node proposes its entry and proves its keys (docs/spec/registry.md, section 5).

It is a JWS under one of the node's signing keys. Every other key that signs proves itself by a signature over
the digest of the proposed entry. A sealing key cannot sign; who lists somebody else's gains nothing by it,
since what is sealed names its recipient and could only be opened by the other.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from handover.domain.errors import MalformedError, NotFoundError, UntrustedError
from handover.domain.ids import Digest
from handover.protocol import jws, node_entry, node_key, strict
from handover.protocol.jws import Signer
from handover.protocol.node_entry import NodeEntry
from handover.protocol.node_key import FOR_EVIDENCE, KeyStatus, KeyUse, NodeKey

TYPE: Final = "handover-enrolment+jwt"
FORMAT: Final = "handover-enrolment/1"
LIMIT: Final = 196_608  # bytes of the whole request: an entry of 64 KiB, encoded twice over, and its proofs
Prover = Callable[[bytes], bytes]
"""Signs the given bytes with one private key: Ed25519, or ML-DSA-44 with an empty context."""


class UnprovenKeyError(UntrustedError):
    """A key in a request is not proved to be the node's own."""

    name = "unproven-key"
    title = "The request does not prove that the node holds a key that it lists."
    advice = "Make the request anew at the node that holds the keys."


class IncompleteEntryError(UntrustedError):
    """A node cannot work with the keys that the entry lists."""

    name = "incomplete-entry"
    title = "The entry lacks a usable key."
    advice = "A node needs a signing key, a sealing key and a pair of log keys that can be used now."


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """A verified request: the proposed entry, the key that signed it, when, and its digest."""

    entry: NodeEntry
    signed_by: str
    iat: int
    digest: Digest


def request(entry: NodeEntry, *, signer: Signer, provers: Mapping[str, Prover], now: int) -> bytes:
    """Return the request that proposes *entry*; *provers* has one for each further active key, by `kid`.

    Raises:
        NotFoundError: a prover is missing.
        MalformedError: the entry is malformed.
    """
    data = node_entry.encode(entry)
    proofs: list[strict.Json] = []
    for key in _to_prove(entry, signer.kid):
        if key.kid not in provers:
            raise NotFoundError(f"no prover for a {key.use} key")
        proofs.append({"kid": key.kid, "signature": strict.b64(provers[key.kid](_statement(key.kid, data)))})
    payload = strict.dumps({"format": FORMAT, "entry": strict.b64(data), "iat": now, "proofs": proofs})
    return jws.sign(payload, typ=TYPE, signer=signer)


def read(compact: bytes) -> Enrolment:
    """Return what the request proposes, once all its keys are sound and proved.

    Raises:
        WeakKeyError: a key is of small order, not canonical or not reduced.
        UnprovenKeyError: a proof is missing or wrong.
        UntrustedError: any other fault of the request.
    """
    unverified = jws.read(compact, typ=TYPE, limit=LIMIT)
    form, encoded, iat, proofs = strict.members(
        strict.loads(unverified.payload, limit=LIMIT), "format", "entry", "iat", "proofs"
    )
    if form != FORMAT:
        raise MalformedError("not an enrolment request of a known format")
    data = strict.unb64(strict.text(encoded, LIMIT))
    entry = node_entry.decode(data)
    for key in entry.keys:
        node_key.check_public(key.use, key.public)
    try:
        unverified.verify(entry.key(unverified.kid, KeyUse.SIG).public)
    except NotFoundError as error:
        raise UnprovenKeyError from error
    given = _proofs(proofs)
    for key in _to_prove(entry, unverified.kid):
        _check_proof(key, given.pop(key.kid, b""), data)
    if given:
        raise MalformedError("a proof for a key that needs none")
    return Enrolment(
        entry=entry, signed_by=unverified.kid, iat=strict.moment(iat), digest=strict.digest(compact)
    )


def require_complete(entry: NodeEntry, now: int) -> None:
    """Do nothing if the node can work with its keys at *now*.

    Raises:
        IncompleteEntryError: a signing, sealing or log key is missing.
    """
    for use in (KeyUse.SIG, KeyUse.SEAL, KeyUse.LOG, KeyUse.LOG_PQ):
        if not entry.usable_keys(use, now):
            raise IncompleteEntryError(f"no usable {use} key")


def require_successor(old: NodeEntry, new: NodeEntry) -> None:
    """Do nothing if *new* keeps what old evidence needs: keys that signed, and what is known of compromise.

    Raises:
        MalformedError: a key is gone or other than it was, or counts more than before.
    """
    if old.node != new.node:
        raise MalformedError("the entry of another node")
    kept = {key.kid: key for key in new.keys}
    for key in old.keys:
        now = kept.get(key.kid)
        if now is None:
            if key.use in FOR_EVIDENCE:
                raise MalformedError("a key that old evidence needs is gone")
            continue
        if (now.use, now.not_before) != (key.use, key.not_before):
            raise MalformedError("a key has another use or beginning than before")
        if key.status is not KeyStatus.ACTIVE and (now.status, now.compromised_since) != (
            key.status,
            key.compromised_since,
        ):
            raise MalformedError("a key that was taken out of use is back")


def _to_prove(entry: NodeEntry, signing: str) -> Iterator[NodeKey]:
    for key in entry.keys:
        if key.use in FOR_EVIDENCE and key.status is KeyStatus.ACTIVE and key.kid != signing:
            yield key


def _statement(kid: str, entry: bytes) -> bytes:
    # The first line is no log's origin, so that this can never pass as a checkpoint.
    return f"{FORMAT}\n{kid}\n{strict.digest(entry)}\n".encode("ascii")


def _proofs(value: strict.Json) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for proof in strict.array(value, node_entry.MOST_KEYS):
        kid, signature = strict.members(proof, "kid", "signature")
        found[strict.text(kid)] = strict.unb64(strict.text(signature, 4096))
    return found


def _check_proof(key: NodeKey, signature: bytes, entry: bytes) -> None:
    statement = _statement(key.kid, entry)
    try:
        if key.use is KeyUse.LOG_PQ:
            MLDSA44PublicKey.from_public_bytes(key.public).verify(signature, statement)
        else:
            jws.verify(statement, signature=signature, public=key.public)
    except (InvalidSignature, UntrustedError, ValueError) as error:
        raise UnprovenKeyError(f"a {key.use} key is not proved") from error
