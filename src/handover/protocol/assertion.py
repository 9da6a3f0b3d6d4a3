"""An officer's passkey has signed the statement of an act (docs/spec/assertion.md, sections 4 and 5).

The *assertion* is that signature with all that checking it needs but the public key; the *attestation* is the node's
word whose key it is.
"""

from dataclasses import dataclass
from typing import Final

from handover.domain.errors import MalformedError
from handover.domain.ids import UUID7, Digest, NodeId, PairId, Pseudonym
from handover.protocol import jws, passkey, statement, strict
from handover.protocol.passkey import PasskeyError, Signed
from handover.protocol.statement import Statement
from handover.protocol.strict import Json

ATTESTATION: Final = "handover-passkey+jwt"
DOCUMENT: Final = "handover-assertion/1"
DOCUMENT_LIMIT: Final = 8192
MEMBERS: Final = (
    "typ", "attestation", "officer", "statement", "authenticator_data", "client_data", "signature",
)  # fmt: skip
CLAIMS: Final = ("iss", "iat", "matter", "officer", "rp_id", "key")


@dataclass(frozen=True, kw_only=True)
class Attestation:
    """A node's word that a passkey is that of one of its officers in one matter. `key` is the COSE public key."""

    iss: NodeId
    iat: int
    matter: PairId | UUID7
    officer: Pseudonym
    rp_id: str
    key: bytes

    def __post_init__(self) -> None:
        passkey.check_rp_id(self.rp_id)
        passkey.check_key(self.key)


@dataclass(frozen=True, kw_only=True)
class UnverifiedAttestation:
    """An attestation whose shape was checked and whose signature was not."""

    kid: str
    claimed: Attestation
    digest: Digest
    signed: jws.Unverified

    def verify(self, public: bytes) -> Attestation:
        """Give the attestation that the holder of *public* signed.

        Raises:
            UntrustedError: the signature does not fit.
        """
        self.signed.verify(public)
        return self.claimed


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """An officer's passkey has signed a statement; `attestation` is the digest of the word whose key it is."""

    attestation: Digest
    officer: Pseudonym
    statement: Statement
    signed: Signed

    def verify(self, attestation: Attestation) -> int:
        """Give the authenticator's count, if the officer's attested passkey has signed the statement.

        Raises:
            MalformedError: what was signed does not have the one shape.
            PasskeyError: it is another officer's, matter's or node's, or the passkey did not sign this.
        """
        whose = (attestation.iss, attestation.matter, attestation.officer)
        if whose != (self.statement.iss, self.statement.matter, self.officer):
            raise PasskeyError("the passkey is attested for another officer, matter or node")
        challenge = self.statement.challenge
        return passkey.verify(self.signed, key=attestation.key, rp_id=attestation.rp_id, challenge=challenge)


def encode(assertion: Assertion) -> bytes:
    """Give the assertion's document: its one encoding."""
    signed = assertion.signed
    return strict.dumps(
        {
            "typ": DOCUMENT,
            "attestation": assertion.attestation,
            "officer": assertion.officer,
            "statement": statement.to_json(assertion.statement),
            "authenticator_data": strict.b64(signed.authenticator_data),
            "client_data": strict.b64(signed.client_data),
            "signature": strict.b64(signed.signature),
        }
    )


def decode(document: bytes) -> Assertion:
    """Give the assertion that a document holds; nothing is verified but its form.

    Raises:
        MalformedError: it is not the one encoding of an assertion.
    """
    value = strict.loads(document, limit=DOCUMENT_LIMIT)
    found = dict(zip(MEMBERS, strict.members(value, *MEMBERS), strict=True))
    assertion = Assertion(
        attestation=Digest(strict.text(found["attestation"])),
        officer=Pseudonym(strict.text(found["officer"])),
        statement=statement.from_json(found["statement"]),
        signed=Signed(
            authenticator_data=_bytes(found["authenticator_data"]),
            client_data=_bytes(found["client_data"]),
            signature=_bytes(found["signature"]),
        ),
    )
    if encode(assertion) != document:
        raise MalformedError("not the one encoding of an assertion")
    return assertion


def attest(attestation: Attestation, *, signer: jws.Signer) -> bytes:
    """Give the signed bytes of *attestation*."""
    claims: dict[str, Json] = {
        "iss": attestation.iss,
        "iat": attestation.iat,
        "matter": attestation.matter,
        "officer": attestation.officer,
        "rp_id": attestation.rp_id,
        "key": strict.b64(attestation.key),
    }
    return jws.sign(strict.dumps(claims), typ=ATTESTATION, signer=signer)


def read_attestation(data: bytes) -> UnverifiedAttestation:
    """Give the attestation that *data* claims to be.

    Raises:
        MalformedError: the bytes do not have the one shape.
    """
    signed = jws.read(data, typ=ATTESTATION)
    iss, iat, matter, officer, rp_id, key = strict.members(strict.loads(signed.payload), *CLAIMS)
    claimed = Attestation(
        iss=NodeId(strict.text(iss)),
        iat=strict.moment(iat),
        matter=statement.matter_of(matter),
        officer=Pseudonym(strict.text(officer)),
        rp_id=strict.text(rp_id),
        key=strict.unb64(strict.text(key)),
    )
    return UnverifiedAttestation(kid=signed.kid, claimed=claimed, digest=strict.digest(data), signed=signed)


def _bytes(value: Json) -> bytes:
    return strict.unb64(strict.text(value, DOCUMENT_LIMIT))
