"""What is said after the deed of `one_round`: each act once, the sender's from number 4 on, the receiver's from 6."""

from functools import cache
from typing import Any, Final

from handover.domain.continuity import FOLLOW_UP_FIELDS
from handover.domain.handover import Act
from handover.domain.ids import NodeId
from handover.protocol import consent, message, sdjwt, strict
from handover.protocol.consent import ConsentToken
from handover.protocol.envelope import Sealed
from handover.protocol.message import Message
from handover.protocol.strict import Json
from vectors import one_round
from vectors.one_round import (
    DAY,
    FIELDS,
    FIELDS_OF,
    NORTH,
    PAIR,
    ROUND,
    SALT,
    SIGNERS,
    SOUTH,
    STATEMENT,
    T0,
    Said,
)

DECISION_FIELDS: Final = ("guardianship.appointing_order",)
REQUEST: Final = "0199a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"
DECIDED: Final[dict[str, Json]] = {
    "kind": "guardianship-order",
    "date": "2026-10-02",
    "authority": "Amtsgericht Hamburg",
    "reference": "F 12/26",
    "outcome": "Frauke Petersen is appointed guardian.",
    "reasons": "",
}
HANDED_ON: Final[dict[str, Json]] = {"due": 0, "date": "2026-10-05", "state": "handed-on", "text": ""}
BODIES: Final[dict[Act, dict[str, Json]]] = {
    Act.FOLLOW_UP: {"due": 7, "date": "2026-10-05", "state": "well", "text": "She goes to school."},
    Act.CORRECTION: {"text": "The birth date was read wrongly."},
    Act.CONSENT_WITHDRAWN: {"scope": "ground", "text": "She does not want it any more."},
    Act.LEGAL_HOLD: {"text": "This office is the guardian."},
    Act.DECISIONS_WANTED: {"kinds": ["guardianship-order"], "text": "Who is the guardian now?"},
    Act.DECISION: {"decisions": [DECIDED], "text": ""},
    Act.ACCESS_WANTED: {"request": REQUEST, "language": "uk", "text": ""},
    Act.ACCESS_ANSWER: {
        "holder": "gr/athens",
        "disclosures": [
            {
                "to": "de/hamburg",
                "at": T0,
                "purpose": "child-protection",
                "basis": "consent",
                "fields": ["identity.names"],
                "erased": False,
            }
        ],
        "text": "",
    },
    Act.COMPLAINT: {"request": REQUEST, "about": "gr/athens", "language": "uk", "text": "Nobody asked me."},
    Act.COMPLAINT_ANSWER: {"holder": "gr/athens", "text": "That was wrong; it is put right."},
    Act.OVERRIDE: {
        "to": "Clinic of the city",
        "date": "2026-10-06",
        "text": "An operation that could not wait.",
    },
}


def token(issuer: NodeId, fields: tuple[str, ...]) -> bytes:
    """Give the token under which a side shows *fields* to the other after the deed."""
    made = ConsentToken(
        jti=one_round.jti(3 if issuer == NORTH else 4),
        iat=T0 + DAY,
        matter=PAIR,
        round=ROUND,
        ground=one_round.ground(
            issuer=issuer, recipients=(SOUTH if issuer == NORTH else NORTH,), fields=fields
        ),
        statement=consent.commit_statement(consent.salt_for(SALT, ROUND), STATEMENT),
    )
    return consent.sign(made, signer=SIGNERS[issuer])


def content(act: Act) -> Message:
    """Give what travels sealed with an act."""
    nonce, body = one_round.bits(f"nonce of {act}", 32), BODIES[act]
    match act:
        case Act.FOLLOW_UP:
            return Message(nonce=nonce, body=body, consent=token(SOUTH, FOLLOW_UP_FIELDS))
        case Act.DECISION:
            return Message(nonce=nonce, body=body, consent=token(SOUTH, DECISION_FIELDS))
        case Act.CORRECTION:
            record = sdjwt.present(one_round.issued(), FIELDS)
            return Message(nonce=nonce, body=body, record=record, consent=token(NORTH, FIELDS))
        case _:
            return Message(nonce=nonce, body=body)


def _sealed(act: Act) -> Sealed:
    digest = strict.digest(f"sealed {act}".encode())
    return Sealed(digest=digest, commit=strict.digest(message.encode(content(act))))


def _shown(issuer: NodeId, fields: tuple[str, ...]) -> dict[str, Any]:
    bitmap = strict.b64(FIELDS_OF.bitmap(fields))
    return {"fields": bitmap, "consent": strict.digest(token(issuer, fields))}


@cache
def said() -> dict[str, Said]:
    """Give every act that is said after the deed, by its name."""
    first = one_round.said()
    deed, by = first["deed"].digest, one_round.by()
    found: dict[str, Said] = {}
    sides = {NORTH: [first["deed"]], SOUTH: [first["arrival"]]}

    def say(side: NodeId, act: Act, **members: Any) -> Said:
        before = sides[side][-1]
        payload = _sealed(act) if act in BODIES else None
        made = one_round.say(
            side, act, before.envelope.seq + 1, before, **({"re": deed, "payload": payload} | members)
        )
        sides[side].append(made)
        found[act.value] = made
        return made

    say(SOUTH, Act.FOLLOW_UP, **_shown(SOUTH, FOLLOW_UP_FIELDS), by=by)
    wanted = say(NORTH, Act.DECISIONS_WANTED, by=by)
    say(SOUTH, Act.DECISION, **_shown(SOUTH, DECISION_FIELDS) | {"re": wanted.digest})
    correction = {"record": strict.digest(one_round.issued().jwt), "re": first["offer"].digest, "by": by}
    say(NORTH, Act.CORRECTION, **_shown(NORTH, FIELDS) | correction)
    access = say(SOUTH, Act.ACCESS_WANTED, by=by)
    say(NORTH, Act.ACCESS_ANSWER, re=access.digest)
    complaint = say(SOUTH, Act.COMPLAINT, by=by)
    say(NORTH, Act.COMPLAINT_ANSWER, re=complaint.digest, reason="upheld", by=by)
    offer = {"re": first["offer"].digest}
    say(SOUTH, Act.OVERRIDE, **offer, **_override(), by=by)
    withdrawn = say(NORTH, Act.CONSENT_WITHDRAWN, **offer, consent=strict.digest(one_round.token()), by=by)
    hold = {"reason": "responsible", "deadline": T0 + 400 * DAY, "by": by}
    say(SOUTH, Act.LEGAL_HOLD, re=withdrawn.digest, **hold)
    say(SOUTH, Act.ERASED, re=withdrawn.digest, record=strict.digest(one_round.issued().jwt), by=by)
    return found


def _override() -> dict[str, Any]:
    fields = ("health.urgent_needs",)
    return {"fields": strict.b64(FIELDS_OF.bitmap(fields)), "reason": "medical-emergency"}
