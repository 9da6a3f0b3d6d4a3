"""The envelope: a compact JWS of about 1 kB that says one act of one round (docs/spec/envelope.md).

One shape for all acts: every member is always there, null where the act has none; act_members.py says which has which.
The bytes that were signed are the bytes that are kept, sent again and shown as evidence.
"""

import re
from dataclasses import dataclass
from typing import Final, TypeVar

from handover.domain.consent import Purpose
from handover.domain.errors import MalformedError, UntrustedError
from handover.domain.handover import Act, VoidReason
from handover.domain.ids import UUID7, Digest, NodeId, PairId, Pseudonym, RoundId
from handover.protocol import jws, strict
from handover.protocol.act_members import FOUR_EYES, MAY, OPTIONAL, REASONS, REQUIRED
from handover.protocol.strict import Json

_E = TypeVar("_E", Act, Purpose)
TYPE: Final = "handover-envelope+jwt"
SUITE: Final = "HO1"
FUTURE: Final = 600  # seconds that a sender's clock may be ahead of ours
LARGEST_COUNT: Final = 2**31 - 1  # of incarnation, epoch and seq: what every database can count
_SCHEMA: Final = re.compile(r"[a-z]{1,32}/[1-9][0-9]{0,3}")
_WORD: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


class WrongRecipientNodeError(UntrustedError):
    """The envelope is for another node."""

    name = "wrong-audience"
    title = "The envelope is not addressed to this node."
    advice = "Check the registry: the address that was used belongs to another node."


class FromTheFutureError(UntrustedError):
    """The sender's clock is more than ten minutes ahead."""

    name = "from-the-future"
    title = "The envelope is dated more than ten minutes ahead of this node's clock."
    advice = "Set the clock of the sending node; the same bytes are accepted once their time has come."
    retry = True


@dataclass(frozen=True, kw_only=True)
class By:
    """Which officers acted, by pseudonym: who prepared, who released, in which role, and how they signed in."""

    prepared: Pseudonym
    released: Pseudonym
    role: str
    auth: str


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """The payload that goes with an envelope: digest of the JWE bytes, and of the plaintext that it must open to."""

    digest: Digest
    commit: Digest


@dataclass(frozen=True, kw_only=True)
class LogHead:
    """The sender's last committed checkpoint: number of entries, and root hash as 32 bytes in base64url."""

    size: int
    root: Digest


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """One act of one round. Times are seconds since 1970; `fields` is the bitmap over the schema in base64url.

    `reason` is one of the act's words in `REASONS`: what a person wrote travels sealed.
    """

    iss: NodeId
    aud: NodeId
    jti: UUID7
    iat: int
    incarnation: int
    act: Act
    matter: PairId
    epoch: int
    round: RoundId
    seq: int
    purpose: Purpose
    schema: str
    prev: Digest | None = None
    re: Digest | None = None
    replaces: Digest | None = None
    record: Digest | None = None
    fields: str | None = None
    consent: Digest | None = None
    deadline: int | None = None
    reason: str | None = None
    payload: Sealed | None = None
    by: By | None = None
    log: LogHead


_MEMBERS: Final = (
    "suite", "iss", "aud", "jti", "iat", "incarnation", "act", "matter", "epoch", "round", "seq",
    "purpose", "schema", "prev", "re", "replaces", "record", "fields", "consent",
    "deadline", "reason", "payload", "by", "log",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Unverified:
    """An envelope whose shape was checked and whose signature was not: believe only what is needed to find the key."""

    kid: str
    claimed: Envelope
    digest: Digest
    signed: jws.Unverified

    def verify(self, public: bytes) -> Envelope:
        """Give the envelope that the holder of *public* signed.

        Raises:
            UntrustedError: the signature does not fit.
        """
        self.signed.verify(public)
        return self.claimed


def sign(envelope: Envelope, *, signer: jws.Signer) -> bytes:
    """Give the signed bytes of *envelope*.

    Raises:
        MalformedError: the act lacks what it must have, or has what it must not have.
    """
    _check_act(envelope)
    return jws.sign(strict.dumps(_to_json(envelope)), typ=TYPE, signer=signer)


def read(data: bytes) -> Unverified:
    """Give the envelope that *data* claims to be.

    Raises:
        MalformedError: the bytes do not have the one shape.
    """
    signed = jws.read(data, typ=TYPE)
    envelope = _from_json(strict.loads(signed.payload))
    _check_act(envelope)
    return Unverified(kid=signed.kid, claimed=envelope, digest=strict.digest(data), signed=signed)


def context(*, iss: NodeId, aud: NodeId, round_: RoundId, jti: UUID7, kid: str) -> bytes:
    """Give the 32 bytes that bind a payload to its envelope: a ciphertext lifted elsewhere does not open."""
    lines = (SUITE, iss, aud, round_, jti, kid, "")
    return strict.unb64(strict.digest("\n".join(lines).encode()), length=32)


def _check_act(envelope: Envelope) -> None:
    needed = REQUIRED[envelope.act]
    for name in OPTIONAL:
        there = getattr(envelope, name) is not None
        if there != (name in needed) and name not in MAY.get(envelope.act, ()):
            wrong = "%(act)s: %(name)s is missing" if name in needed else "%(act)s: %(name)s is not allowed"
            raise MalformedError(wrong, act=envelope.act, name=name)
    if envelope.reason not in REASONS.get(envelope.act, {None}):
        raise MalformedError("%(act)s: an unknown reason", act=envelope.act)
    if (envelope.seq == 1) != (envelope.prev is None):
        raise MalformedError("the first envelope of a side, and no other, has none before it")
    by = envelope.by
    if by is not None and envelope.act in FOUR_EYES and by.prepared == by.released:
        raise MalformedError("four eyes: prepared and released by one officer")
    resolves = envelope.act is Act.VOID and envelope.reason == VoidReason.RESOLVED
    if resolves and (by is None or by.prepared == by.released):
        raise MalformedError("four eyes: a deed is resolved by two officers")


def _to_json(envelope: Envelope) -> Json:
    claims: dict[str, Json] = {"suite": SUITE}
    claims |= {name: getattr(envelope, name) for name in _MEMBERS[1:]}
    payload, by, log = envelope.payload, envelope.by, envelope.log
    if payload is not None:
        claims["payload"] = {"digest": payload.digest, "commit": payload.commit}
    if by is not None:
        claims["by"] = {"prepared": by.prepared, "released": by.released, "role": by.role, "auth": by.auth}
    claims["log"] = {"size": log.size, "root": log.root}
    return claims


def _from_json(value: Json) -> Envelope:
    claims = dict(zip(_MEMBERS, strict.members(value, *_MEMBERS), strict=True))
    if claims["suite"] != SUITE:
        raise MalformedError("unknown suite")
    return Envelope(
        iss=NodeId(strict.text(claims["iss"])),
        aud=NodeId(strict.text(claims["aud"])),
        jti=UUID7(strict.text(claims["jti"])),
        iat=strict.moment(claims["iat"]),
        incarnation=_count(claims["incarnation"]),
        act=_one_of(Act, claims["act"]),
        matter=PairId(strict.text(claims["matter"])),
        epoch=_count(claims["epoch"]),
        round=RoundId(strict.text(claims["round"])),
        seq=_count(claims["seq"]),
        prev=_digest(claims["prev"]),
        re=_digest(claims["re"]),
        replaces=_digest(claims["replaces"]),
        purpose=_one_of(Purpose, claims["purpose"]),
        schema=_word(claims["schema"], _SCHEMA),
        record=_digest(claims["record"]),
        fields=_bitmap(claims["fields"]),
        consent=_digest(claims["consent"]),
        deadline=None if claims["deadline"] is None else strict.moment(claims["deadline"]),
        reason=None if claims["reason"] is None else _word(claims["reason"], _WORD),
        payload=_payload(claims["payload"]),
        by=_by(claims["by"]),
        log=_log(claims["log"]),
    )


def _one_of(kind: type[_E], value: Json) -> _E:
    try:
        return kind(strict.text(value, 64))
    except ValueError as error:
        raise MalformedError("unknown word") from error


def _count(value: Json) -> int:
    return strict.integer(value, 1, LARGEST_COUNT)


def _word(value: Json, pattern: re.Pattern[str], longest: int = 64) -> str:
    word = strict.text(value, longest)
    if pattern.fullmatch(word) is None:
        raise MalformedError("not a word of the protocol")
    return word


def _digest(value: Json) -> Digest | None:
    return None if value is None else Digest(strict.text(value))


def _bitmap(value: Json) -> str | None:
    if value is None:
        return None
    text = strict.text(value, 64)
    strict.unb64(text)
    return text


def _payload(value: Json) -> Sealed | None:
    if value is None:
        return None
    digest, commit = strict.members(value, "digest", "commit")
    return Sealed(digest=Digest(strict.text(digest)), commit=Digest(strict.text(commit)))


def _by(value: Json) -> By | None:
    if value is None:
        return None
    prepared, released, role, auth = strict.members(value, "prepared", "released", "role", "auth")
    return By(
        prepared=Pseudonym(strict.text(prepared)),
        released=Pseudonym(strict.text(released)),
        role=_word(role, _WORD, 32),
        auth=_word(auth, _WORD, 32),
    )


def _log(value: Json) -> LogHead:
    size, root = strict.members(value, "size", "root")
    return LogHead(size=strict.integer(size), root=Digest(strict.text(root)))
