"""One round in fixed bytes, from which the chapters names, envelope, payload and consent take their examples.

`gr/athens` offers a child's case to `de/hamburg`. All keys, salts and nonces are made of published seeds. Only one
payload, that of the offer, is really sealed (encapsulation is random: it is kept in `payload/sealed-offer.json`);
the digests of the others stand for bytes that are not shown.
"""

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any, Final

from handover.domain.consent import Basis, Ground, Onward, Purpose
from handover.domain.handover import Act
from handover.domain.ids import UUID7, Digest, NodeId, Pseudonym, RoundId
from handover.domain.record import Value, schema
from handover.protocol import consent, jwe, message, sdjwt, strict
from handover.protocol import envelope as envelopes
from handover.protocol.consent import ConsentToken
from handover.protocol.envelope import By, Envelope, LogHead, Sealed
from handover.protocol.jws import Signer
from handover.protocol.message import Message
from handover.protocol.strict import Json
from vectors import record_cases, schemas_cases
from vectors.made import FOLDER, OTHER_SIGNER, SIGNER

NORTH: Final = NodeId("gr/athens")
SOUTH: Final = NodeId("de/hamburg")
SIGNERS: Final[dict[NodeId, Signer]] = {NORTH: SIGNER, SOUTH: OTHER_SIGNER}
SEALING: Final = jwe.SealingKey(bytes(range(2, 34)))  # of de/hamburg
T0: Final = record_cases.IAT
DAY: Final = 86400
PAIR: Final = record_cases.MATTER
FIELDS_OF: Final = schema("guardianship/1")
CHILD: Final[dict[str, Value]] = record_cases.CHILD | {
    f"{section}.{name}": value
    for section, values in schemas_cases.COMPLETE.items()
    for name, value in values.items()
}
FIELDS: Final = FIELDS_OF.in_order(CHILD)
STATEMENT: Final = (
    b'{"given_by":"child","capacity":"able to understand","relation":"self","explained_by":"caseworker",'
    b'"language":"uk","interpreter":"present","expressed":"spoken","child_assent":"agrees","text":"I agree."}'
)


def bits(name: str, size: int = 16) -> bytes:
    """Give the bytes that stand here for random ones."""
    return sha256(name.encode()).digest()[:size]


ROUND: Final = RoundId(strict.b64(bits("round")))
SALT: Final = bits("salt of the statement")
PREPARED, RELEASED, SECOND, FAR = (
    Pseudonym(strict.b64(bits(f"officer {who}"))) for who in ("one", "two", "three", "four")
)


def jti(number: int) -> UUID7:
    """Give a message identifier."""
    return UUID7(f"019a9b10-7c00-7000-8000-{number:012x}")


@cache
def issued() -> sdjwt.Issued:
    """Give the child's record as it is issued for this round."""
    return record_cases.issue("guardianship/1", CHILD)


def ground(**changes: Any) -> Ground:
    """Give the ground of the offer."""
    terms: dict[str, Any] = {
        "basis": Basis.CONSENT,
        "issuer": NORTH,
        "recipients": (SOUTH,),
        "purposes": (Purpose.CHILD_PROTECTION,),
        "schema": FIELDS_OF.name,
        "fields": FIELDS,
        "onward": Onward.NONE,
        "valid_from": T0 - DAY,
        "valid_until": T0 + 29 * DAY,
    }
    return Ground(**(terms | changes))


def token(**changes: Any) -> bytes:
    """Give the consent token of the offer."""
    made = ConsentToken(
        jti=jti(2),
        iat=T0,
        matter=PAIR,
        round=ROUND,
        ground=ground(**changes),
        statement=consent.commit_statement(consent.salt_for(SALT, ROUND), STATEMENT),
    )
    return consent.sign(made, signer=SIGNER)


BODIES: Final[dict[Act, dict[str, Json]]] = {
    Act.OFFER: {"note": "", "attachments": []},
    Act.ACCEPTANCE: {
        "responsible": {
            "as": "guardian",
            "name": "Frauke Petersen",
            "organisation": "Jugendamt Hamburg",
            "contact": "+49 40 000000",
        },
        "plan": "A place in the aunt's family; school from the first week.",
        "follow_ups": [7, 30, 90],
    },
    Act.DECLINE: {"text": "The aunt has moved to another city."},
    Act.DEED: {},
    Act.QUESTION: {"text": "When does the train arrive?"},
    Act.ANSWER: {"text": "On Friday at 14:20, platform 8."},
    Act.ARRIVAL: {"date": "2026-09-28", "text": "She came with the escort."},
    Act.NON_ARRIVAL: {"date": "2026-09-28", "text": ""},
}


def content(act: Act) -> Message:
    """Give what travels sealed with an act."""
    nonce, body = bits(f"nonce of {act}", 32), BODIES[act]
    if act is Act.OFFER:
        return Message(nonce=nonce, body=body, record=sdjwt.present(issued(), FIELDS), consent=token())
    return Message(nonce=nonce, body=body)


def deed_content(acceptance: bytes) -> Message:
    """Give what travels sealed with the deed."""
    return Message(nonce=bits("nonce of deed", 32), body=BODIES[Act.DEED], evidence=(acceptance,))


@dataclass(frozen=True, kw_only=True)
class Said:
    """One envelope of the round."""

    envelope: Envelope
    data: bytes
    text: str

    @property
    def digest(self) -> Digest:
        """Its digest."""
        return strict.digest(self.data)


def say(side: NodeId, act: Act, seq: int, before: Said | None, **members: Any) -> Said:
    """Give a signed envelope; `before` is the one of this side that came before it."""
    made = Envelope(
        iss=side,
        aud=SOUTH if side == NORTH else NORTH,
        jti=members.pop("jti", None) or jti(256 * (side == SOUTH) + 16 + seq),
        iat=members.pop("iat", T0 + 3600 * seq),
        incarnation=1,
        act=act,
        matter=PAIR,
        epoch=1,
        round=ROUND,
        seq=seq,
        prev=None if before is None else before.digest,
        purpose=Purpose.CHILD_PROTECTION,
        schema=FIELDS_OF.name,
        log=LogHead(size=8 * seq, root=strict.digest(f"log of {side}, {8 * seq} entries".encode())),
        **members,
    )
    text = strict.dumps(envelopes._to_json(made)).decode()
    return Said(envelope=made, data=envelopes.sign(made, signer=SIGNERS[side]), text=text)


def context(side: NodeId, jti_: UUID7) -> bytes:
    """Give the context of a payload of this round."""
    aud = SOUTH if side == NORTH else NORTH
    return envelopes.context(iss=side, aud=aud, round_=ROUND, jti=jti_, kid=SIGNERS[side].kid)


@cache
def sealed_offer() -> bytes:
    """Give the sealed payload of the offer: the one that is kept, as long as it opens to what it should."""
    path = FOLDER / "payload" / "sealed-offer.json"
    plaintext, bound = message.encode(content(Act.OFFER)), context(NORTH, jti(17))
    if path.exists():
        kept = str(json.loads(path.read_text("utf-8"))["input"]["jwe"]).encode()
        if jwe.recipient(kept) == SEALING.kid and _opens(kept, bound) == plaintext:
            return kept
    return jwe.seal(plaintext, public=SEALING.public, kid=SEALING.kid, context=bound)


def _opens(kept: bytes, bound: bytes) -> bytes | None:
    try:
        return jwe.open_sealed(kept, opener=SEALING, context=bound)
    except jwe.DecryptionError:
        return None


def sealed(act: Act) -> Sealed:
    """Give the member `payload` of an act; of all but the offer the digest stands for bytes that are not shown."""
    digest = strict.digest(sealed_offer() if act is Act.OFFER else f"sealed {act}".encode())
    return Sealed(digest=digest, commit=strict.digest(message.encode(content(act))))


def by(prepared: Pseudonym = FAR, released: Pseudonym = FAR, role: str = "liaison") -> By:
    """Give the officers of an act."""
    return By(prepared=prepared, released=released, role=role, auth="api-key")


def pair_of_eyes() -> By:
    """Give the two officers of an offer or a deed."""
    return by(PREPARED, RELEASED)


def weighty() -> dict[str, Any]:
    """Give the members that an offer and its deed have alike."""
    return {
        "record": strict.digest(issued().jwt),
        "fields": strict.b64(FIELDS_OF.bitmap(FIELDS)),
        "consent": strict.digest(token()),
    }


@cache
def said() -> dict[str, Said]:
    """Give the course of the round from the offer to the arrival, and what could have been said instead."""
    found: dict[str, Said] = {}
    offer = found["offer"] = say(
        NORTH, Act.OFFER, 1, None, **weighty(),
        deadline=T0 + 14 * DAY, payload=sealed(Act.OFFER), by=pair_of_eyes(),
    )  # fmt: skip
    opened = found["opened"] = say(SOUTH, Act.OPENED, 1, None, re=offer.digest, by=by())
    _talk(found, offer, opened)
    deed: dict[str, Any] = weighty() | {"re": found["acceptance"].digest}
    found["deed"] = say(
        NORTH, Act.DEED, 3, found["answer"], **deed, payload=_deed(found), by=by(RELEASED, SECOND)
    )
    found["deed-automatic"] = say(NORTH, Act.DEED, 3, found["answer"], **deed, payload=_deed(found))
    _end(found, offer)
    return found


def _deed(found: dict[str, Said]) -> Sealed:
    commit = strict.digest(message.encode(deed_content(found["acceptance"].data)))
    return Sealed(digest=strict.digest(b"sealed deed"), commit=commit)


def _talk(found: dict[str, Said], offer: Said, opened: Said) -> None:
    question = found["question"] = say(
        SOUTH, Act.QUESTION, 2, opened, re=offer.digest, payload=sealed(Act.QUESTION), by=by()
    )
    found["answer"] = say(
        NORTH, Act.ANSWER, 2, offer, re=question.digest, consent=strict.digest(token()),
        payload=sealed(Act.ANSWER), by=by(PREPARED, PREPARED, "caseworker"),
    )  # fmt: skip
    found["acceptance"] = say(
        SOUTH, Act.ACCEPTANCE, 3, question, re=offer.digest, payload=sealed(Act.ACCEPTANCE), by=by()
    )
    found["question-of-the-sender"] = say(
        NORTH, Act.QUESTION, 2, offer, re=offer.digest, payload=sealed(Act.QUESTION),
        by=by(PREPARED, PREPARED, "caseworker"),
    )  # fmt: skip
    found["answer-of-the-receiver"] = say(
        SOUTH, Act.ANSWER, 2, opened, re=found["question-of-the-sender"].digest,
        payload=sealed(Act.ANSWER), by=by(),
    )  # fmt: skip


def _end(found: dict[str, Said], offer: Said) -> None:
    deed, accepted, answer = found["deed"], found["acceptance"], found["answer"]
    receipt = found["take-up-receipt"] = say(SOUTH, Act.TAKE_UP_RECEIPT, 4, accepted, re=deed.digest)
    for act in (Act.ARRIVAL, Act.NON_ARRIVAL):
        found[act.value] = say(SOUTH, act, 5, receipt, re=deed.digest, payload=sealed(act), by=by())
    found["decline"] = say(
        SOUTH,
        Act.DECLINE,
        4,
        accepted,
        re=offer.digest,
        reason="no-capacity",
        payload=sealed(Act.DECLINE),
        by=by(),
    )
    void = found["void"] = say(NORTH, Act.VOID, 3, answer, re=offer.digest, reason="expired")
    found["void-of-an-officer"] = say(
        NORTH,
        Act.VOID,
        3,
        answer,
        re=offer.digest,
        reason="withdrawn",
        by=by(PREPARED, PREPARED, "caseworker"),
    )
    found["void-receipt"] = say(SOUTH, Act.VOID_RECEIPT, 4, accepted, re=void.digest)
    found["reissued-offer"] = say(
        NORTH, Act.OFFER, 2, offer, **weighty(), deadline=T0 + 14 * DAY, by=pair_of_eyes(),
        payload=Sealed(digest=strict.digest(b"sealed anew"), commit=sealed(Act.OFFER).commit),
        replaces=offer.digest,
    )  # fmt: skip
