"""Two rounds that move nothing: `gr/athens` refers a case to `de/hamburg`, and tells it of a match."""

from dataclasses import replace
from functools import cache
from typing import Any, Final

from handover.domain.consent import Purpose
from handover.domain.handover import Act
from handover.domain.ids import NodeId, PairId, RoundId
from handover.domain.record import schema
from handover.protocol import committed_index, consent, message, sdjwt, strict
from handover.protocol import envelope as envelopes
from handover.protocol.committed_index import Index, Statement
from handover.protocol.consent import ConsentToken
from handover.protocol.envelope import Sealed
from handover.protocol.message import Message
from handover.protocol.strict import Json
from handover.protocol.tracing_hit import Hit
from vectors import one_round
from vectors.one_round import DAY, FIELDS, NORTH, SALT, SIGNERS, SOUTH, STATEMENT, T0, Said, bits

REFERRAL: Final = RoundId(strict.b64(bits("round of the referral")))
CONTACT: Final = RoundId(strict.b64(bits("round of the contact")))
PAIR: Final = PairId(strict.b64(bits("matter of the contact")))
ADVICE: Final = ("plan.recommendations",)
_ADDRESS: Final = bits("address")
_BINDING: Final = committed_index.binding(bits("salt of the binding", 32), "a record", _ADDRESS)


@cache
def hit() -> Hit:
    """Give a match with the proof that its record was in the index."""
    index = Index([(_ADDRESS, _BINDING)], seed=bits("seed of the filling", 32))
    statement = Statement(
        node=NORTH, epoch=3, tables=bits("tables", 32), depth=index.depth, root=index.root, made_at=T0 - DAY
    )
    return Hit(
        band="likely",
        contact="Liaison office, +30 210 0000000",
        pair=bits("the two records"),
        question=strict.digest(b"the question"),
        statement=statement,
        opening=index.opening(_ADDRESS, _BINDING),
    )


BODIES: Final[dict[Act, dict[str, Json]]] = {
    Act.REFERRAL: {"task": "advice", "text": "Which school takes her in the middle of the year?"},
    Act.HIT: hit().to_json(),
    Act.VERDICT: {"why": "recognised", "text": "The child wants to write to her; nothing speaks against it."},
    Act.END: {"text": "The school has a place for her."},
}


def token(round_: RoundId, issuer: NodeId, fields: tuple[str, ...]) -> bytes:
    """Give the token under which a side shows *fields* to the other."""
    made = ConsentToken(
        jti=one_round.jti(5 if issuer == NORTH else 6),
        iat=T0,
        matter=one_round.PAIR,
        round=round_,
        ground=one_round.ground(
            issuer=issuer, recipients=(SOUTH if issuer == NORTH else NORTH,), fields=fields
        ),
        statement=consent.commit_statement(consent.salt_for(SALT, round_), STATEMENT),
    )
    return consent.sign(made, signer=SIGNERS[issuer])


def content(act: Act) -> Message:
    """Give what travels sealed with an act."""
    nonce, body = bits(f"nonce of {act}", 32), BODIES[act]
    if act is not Act.REFERRAL:
        return Message(nonce=nonce, body=body)
    record = sdjwt.present(one_round.issued(), FIELDS)
    return Message(nonce=nonce, body=body, record=record, consent=token(REFERRAL, NORTH, FIELDS))


def advice() -> Message:
    """Give what the receiver answers, under a ground of its own."""
    body: dict[str, Json] = {"text": "The school in the same street has a place."}
    return Message(nonce=bits("nonce of advice", 32), body=body, consent=token(REFERRAL, SOUTH, ADVICE))


def _sealed(name: str, what: Message) -> Sealed:
    return Sealed(digest=strict.digest(f"sealed {name}".encode()), commit=strict.digest(message.encode(what)))


def _say(side: NodeId, act: Act, seq: int, before: Said | None, **members: Any) -> Said:
    """Give a signed envelope of the referral, or of the contact where `round` says so."""
    changes = {"round": members.pop("round", REFERRAL)}
    if changes["round"] == CONTACT:
        changes |= {"matter": PAIR, "purpose": Purpose.FAMILY_TRACING, "schema": "tracing/1"}
    if act in BODIES and "payload" not in members:
        members["payload"] = _sealed(act.value, content(act))
    jti = one_round.jti(512 + 256 * (side == SOUTH) + 32 * (changes["round"] == CONTACT) + seq)
    # one_round signs with the members of its own round; the changed envelope is signed anew
    made = replace(one_round.say(side, act, seq, before, jti=jti, **members).envelope, **changes)
    text = strict.dumps(envelopes._to_json(made)).decode()
    return Said(envelope=made, data=envelopes.sign(made, signer=SIGNERS[side]), text=text)


def _shown(issuer: NodeId, fields: tuple[str, ...]) -> dict[str, Any]:
    return {
        "fields": strict.b64(schema("guardianship/1").bitmap(fields)),
        "consent": strict.digest(token(REFERRAL, issuer, fields)),
    }


@cache
def said() -> dict[str, Said]:
    """Give both rounds: the referral is answered and done; of the match one side is sure."""
    by = one_round.by()
    record = strict.digest(one_round.issued().jwt)
    referral = _say(
        NORTH, Act.REFERRAL, 1, None, record=record, **_shown(NORTH, FIELDS),
        deadline=T0 + 14 * DAY, by=one_round.pair_of_eyes(),
    )  # fmt: skip
    answer = _say(
        SOUTH, Act.ANSWER, 1, None, re=referral.digest, **_shown(SOUTH, ADVICE),
        payload=_sealed("advice", advice()), by=by,
    )  # fmt: skip
    end = _say(SOUTH, Act.END, 2, answer, re=referral.digest, reason="done", by=by)
    found = _say(NORTH, Act.HIT, 1, None, round=CONTACT)
    verdict = _say(SOUTH, Act.VERDICT, 1, None, round=CONTACT, re=found.digest, reason="confirmed", by=by)
    return {
        "referral": referral,
        "answer-to-a-referral": answer,
        "end": end,
        "end-receipt": _say(NORTH, Act.END_RECEIPT, 2, referral, re=end.digest),
        "end-by-the-clock": _say(
            NORTH, Act.END, 2, referral, re=referral.digest, reason="expired", payload=None
        ),
        "hit": found,
        "verdict": verdict,
    }
