"""The consent token: a ground, signed anew for one recipient and one round (docs/spec/consent.md).

The statement behind it (who spoke, in which language, through which interpreter) stays with the issuer under its data
key; the token holds a salted commitment to it.
"""

import hmac
from dataclasses import dataclass
from typing import Final

from handover.domain.consent import Basis, Ground, Onward, Purpose
from handover.domain.errors import MalformedError
from handover.domain.ids import UUID7, Digest, NodeId, PairId, Pseudonym, RoundId
from handover.domain.record import Schema, schema
from handover.protocol import jws, strict
from handover.protocol.strict import Json

TYPE: Final = "handover-consent+jwt"
_MEMBERS: Final = (
    "iss", "to", "jti", "iat", "matter", "round", "basis", "purpose", "schema", "fields", "onward", "from", "until",
    "statement", "review", "second",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ConsentToken:
    """A ground as it travels: for one recipient, one purpose, one round. Times are seconds since 1970."""

    jti: UUID7
    iat: int
    matter: PairId
    round: RoundId
    ground: Ground
    statement: Digest

    @property
    def recipient(self) -> NodeId:
        """The one node that the token names."""
        return self.ground.recipients[0]


@dataclass(frozen=True, kw_only=True)
class Unverified:
    """A token whose shape was checked and whose signature was not."""

    kid: str
    claimed: ConsentToken
    signed: jws.Unverified

    def verify(self, public: bytes) -> ConsentToken:
        """Give the token that the holder of *public* signed.

        Raises:
            UntrustedError: the signature does not fit.
        """
        self.signed.verify(public)
        return self.claimed


def commit_statement(salt: bytes, statement: bytes) -> Digest:
    """Give the salted commitment to a sealed statement: SHA-256 over the 16 bytes of salt and the statement."""
    if len(salt) != 16:
        raise MalformedError("the salt has 16 bytes")
    return strict.digest(salt + statement)


def salt_for(salt: bytes, round_: RoundId) -> bytes:
    """Give the 16 bytes of salt for one recipient, so that two recipients cannot compare their tokens."""
    return hmac.digest(salt, round_.encode(), "sha256")[:16]


def sign(token: ConsentToken, *, signer: jws.Signer) -> bytes:
    """Give the signed bytes of *token*.

    Raises:
        RefusedError: the ground is incomplete in itself.
        MalformedError: the token names more than one recipient or purpose.
    """
    ground = token.ground
    ground.check()
    if len(ground.recipients) != 1 or len(ground.purposes) != 1:
        raise MalformedError("a token is for one recipient and one purpose")
    of = schema(ground.schema)
    claims: dict[str, Json] = {
        "iss": ground.issuer,
        "to": token.recipient,
        "jti": token.jti,
        "iat": token.iat,
        "matter": token.matter,
        "round": token.round,
        "basis": ground.basis,
        "purpose": ground.purposes[0],
        "schema": of.name,
        "fields": strict.b64(of.bitmap(ground.fields)),
        "onward": ground.onward,
        "from": ground.valid_from,
        "until": ground.valid_until,
        "statement": token.statement,
        "review": ground.review_at,
        "second": ground.second_officer,
    }
    return jws.sign(strict.dumps(claims), typ=TYPE, signer=signer)


def read(data: bytes) -> Unverified:
    """Give the token that *data* claims to be.

    Raises:
        MalformedError: the bytes do not have the one shape.
        GroundError: the ground is incomplete in itself.
    """
    signed = jws.read(data, typ=TYPE)
    return Unverified(kid=signed.kid, claimed=_from_json(strict.loads(signed.payload)), signed=signed)


def _from_json(value: Json) -> ConsentToken:
    claims = dict(zip(_MEMBERS, strict.members(value, *_MEMBERS), strict=True))
    of = schema(strict.text(claims["schema"], 64))
    ground = Ground(
        basis=_basis(claims["basis"]),
        issuer=NodeId(strict.text(claims["iss"])),
        recipients=(NodeId(strict.text(claims["to"])),),
        purposes=(_purpose(claims["purpose"]),),
        schema=of.name,
        fields=fields_of(of, strict.text(claims["fields"], 64)),
        onward=_onward(claims["onward"]),
        valid_from=strict.moment(claims["from"]),
        valid_until=strict.moment(claims["until"]),
        review_at=None if claims["review"] is None else strict.moment(claims["review"]),
        second_officer=None if claims["second"] is None else Pseudonym(strict.text(claims["second"])),
    )
    ground.check()
    return ConsentToken(
        jti=UUID7(strict.text(claims["jti"])),
        iat=strict.moment(claims["iat"]),
        matter=PairId(strict.text(claims["matter"])),
        round=RoundId(strict.text(claims["round"])),
        ground=ground,
        statement=Digest(strict.text(claims["statement"])),
    )


def fields_of(of: Schema, bitmap: str) -> tuple[str, ...]:
    """Give the field names that a base64url bitmap over *of* names, in schema order.

    Raises:
        MalformedError: wrong length, or a bit beyond the last field.
    """
    return of.paths(strict.unb64(bitmap))


def _basis(value: Json) -> Basis:
    try:
        return Basis(strict.text(value, 64))
    except ValueError as error:
        raise MalformedError("unknown basis") from error


def _purpose(value: Json) -> Purpose:
    try:
        return Purpose(strict.text(value, 64))
    except ValueError as error:
        raise MalformedError("unknown purpose") from error


def _onward(value: Json) -> Onward:
    try:
        return Onward(strict.text(value, 64))
    except ValueError as error:
        raise MalformedError("unknown onward rule") from error
