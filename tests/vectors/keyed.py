"""What a passkey has signed, as it stands in a bundle of evidence: the attestation, and the assertion over it."""

from dataclasses import replace
from typing import Any

from authenticator import Authenticator
from handover.protocol import assertion, statement, strict
from handover.protocol.assertion import Assertion, Attestation
from handover.protocol.entry import EntryKind
from handover.protocol.envelope import Envelope
from paper import Author, Tale


def confirmed(author: Author, tale: Tale, said: Envelope, **changes: Any) -> tuple[bytes, bytes]:
    """Let the passkey of who releases *said* sign its statement, and log it; *changes* are those of the statement."""
    stated = statement.of_envelope(said, made=tale.now, nonce=bytes(range(16)))
    if stated is None or said.by is None:
        raise ValueError("nobody confirms that")
    stated = replace(stated, **changes)
    key = Authenticator(seed=b"ben", rp_id="pages.athens.example", origin="https://pages.athens.example")
    claims = Attestation(
        iss=author.node,
        iat=tale.now,
        matter=tale.pair,
        officer=said.by.released,
        rp_id=key.rp_id,
        key=key.key,
    )
    word = assertion.attest(claims, signer=author.signer)
    document = assertion.encode(
        Assertion(
            attestation=strict.digest(word),
            officer=said.by.released,
            statement=stated,
            signed=key.sign(stated.challenge),
        )
    )
    for kind, part in ((EntryKind.ATTESTED, word), (EntryKind.ASSERTED, document)):
        author.enter(kind, tale.pair, strict.digest(part), tale.now)
    return word, document
