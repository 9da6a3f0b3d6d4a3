"""Bad input, part five: the ground of a disclosure, where it comes in and where this node itself must ask for it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import cases
from handover.application.facts import Handover
from handover.domain.consent import (
    LONGEST_GROUND,
    Basis,
    FieldsNotCoveredError,
    GroundExpiredError,
    GroundWithdrawnError,
    Purpose,
    WrongPurposeError,
    WrongRecipientError,
)
from handover.domain.handover import Act, Claim, State
from handover.domain.ids import NodeId, PairId, RoundId
from handover.domain.record import schema
from handover.protocol import consent, jws
from handover.protocol import envelope as envelopes
from peer import ANY, DAY, FIELDS, Round, flipped, rewritten, signed_anyhow
from registrar import seed
from two_nodes.scene import Scene

STRANGER = jws.Ed25519Signer(seed("nobody"))
SECOND = {"second_officer": "A" * 22, "review_at": 1_900_000_000}


def test_a_ground_signed_by_a_stranger_is_refused(scene: Scene) -> None:
    round_ = scene.peer.round()
    scene.refused(round_.offer(token=round_.token(signer=STRANGER)), "unknown-sender")


def test_a_ground_signed_with_another_members_key_is_refused(scene: Scene) -> None:
    round_ = scene.peer.round()
    scene.refused(round_.offer(token=round_.token(signer=scene.neighbour.signer)), "unknown-sender")


def test_a_ground_whose_bytes_were_changed_is_refused(scene: Scene) -> None:
    round_ = scene.peer.round()
    longer = rewritten(
        round_.token(), 1, lambda text: text.replace(b'"onward":"none"', b'"onward":"new-ground"')
    )
    scene.refused(round_.offer(token=longer, counts=False), "signature")
    changed = rewritten(round_.token(), 2, lambda signature: flipped(signature, 3))
    scene.refused(round_.offer(token=changed, counts=False), "signature")


FOREIGN: dict[str, dict[str, Any]] = {
    "another round": {"round": RoundId("A" * 22)},
    "another matter": {"matter": PairId("A" * 22)},
}


@pytest.mark.parametrize("claims", FOREIGN.values(), ids=FOREIGN)
def test_a_ground_of_another_round_or_matter_is_refused(scene: Scene, claims: dict[str, Any]) -> None:
    round_ = scene.peer.round()
    scene.refused(round_.offer(token=round_.token(**claims)), "mismatch")


def test_a_ground_lifted_from_another_round_is_refused(scene: Scene) -> None:
    before = scene.pending()
    again = scene.peer.round(pair=before.pair)
    scene.refused(again.offer(token=before.token()), "mismatch")


def test_a_ground_of_another_issuer_or_schema_is_refused(scene: Scene) -> None:
    round_ = scene.peer.round()
    scene.refused(
        round_.offer(token=round_.token(round_.ground(issuer=NodeId("es/barcelona"))), counts=False),
        "mismatch",
    )
    tracing = tuple(field.path for field in schema("tracing/1").fields)
    other = round_.ground(schema="tracing/1", fields=tracing)
    scene.refused(round_.offer(token=round_.token(other), counts=False), "mismatch")


def test_the_envelope_names_the_ground_that_came(scene: Scene) -> None:
    scene.refused(scene.peer.round().offer(consent=ANY), "mismatch")


TERMS: dict[str, tuple[Callable[[Scene], dict[str, Any]], str]] = {
    "for another recipient": (lambda scene: {"recipients": (scene.neighbour.own.id,)}, "ground-recipient"),
    "for the sender itself": (lambda scene: {"recipients": (scene.peer.own.id,)}, "ground-recipient"),
    "for another purpose": (lambda scene: {"purposes": (Purpose.FAMILY_TRACING,)}, "ground-purpose"),
    "one field short": (lambda scene: {"fields": FIELDS[1:]}, "ground-fields"),
    "over": (lambda scene: {"valid_until": scene.peer.now}, "ground-expired"),
    "over for long": (
        lambda scene: {"valid_from": scene.peer.now - 90 * DAY, "valid_until": scene.peer.now - DAY},
        "ground-expired",
    ),
    "not begun": (lambda scene: {"valid_from": scene.peer.now + 1}, "ground-expired"),
}


@pytest.mark.parametrize(("terms", "name"), TERMS.values(), ids=TERMS)
def test_a_ground_covers_recipient_purpose_fields_and_time(
    scene: Scene, terms: Callable[[Scene], dict[str, Any]], name: str
) -> None:
    round_ = scene.peer.round()
    problem = scene.refused(round_.offer(token=round_.token(round_.ground(**terms(scene)))), name)
    if name == "ground-fields":
        assert problem.detail == f"not covered: {FIELDS[0]}"


def test_a_ground_that_has_just_begun_counts_where_the_clock_is_behind(scene: Scene) -> None:
    """The sender's clock is ahead by no more than is forgiven: it offers in the first second of a consent."""
    round_ = scene.peer.round()
    ahead = scene.peer.now + envelopes.FUTURE
    ground = round_.ground(valid_from=ahead, valid_until=ahead + DAY)
    scene.taken(round_.offer(token=round_.token(ground), iat=ahead))
    assert scene.state(round_) is State.PENDING
    to_come = scene.peer.round()
    later = to_come.ground(valid_from=ahead + 1, valid_until=ahead + DAY)
    scene.refused(to_come.offer(token=to_come.token(later), iat=ahead), "ground-expired")


@pytest.mark.parametrize("basis", Basis)
def test_a_ground_of_each_basis_carries_an_offer(scene: Scene, basis: Basis) -> None:
    round_ = scene.peer.round()
    short = {"valid_until": scene.peer.now + DAY} if basis is Basis.VITAL_INTERESTS else {}
    scene.taken(round_.offer(token=round_.token(round_.ground(basis=basis, **SECOND, **short))))
    assert scene.state(round_) is State.PENDING


def claims_of(token: bytes) -> dict[str, Any]:
    found = json.loads(jws.read(token, typ=consent.TYPE).payload)
    assert isinstance(found, dict)
    return found


def token_with(round_: Round, change: Callable[[dict[str, Any]], object]) -> bytes:
    claims = claims_of(round_.token())
    change(claims)
    header = {"alg": "Ed25519", "typ": consent.TYPE, "kid": round_.peer.signer.kid}
    return signed_anyhow(json.dumps(claims, separators=(",", ":")).encode(), header, round_.peer.signer)


INCOMPLETE: dict[str, tuple[dict[str, Any], str]] = {
    "court order without second officer": (
        {"basis": "court-order", "review": 1_900_000_000},
        "ground-missing",
    ),
    "best interests without review": ({"basis": "best-interests", "second": "A" * 22}, "ground-missing"),
    "no field": ({"fields": "AAAAAAAAAAA"}, "ground-missing"),
    "an end before its beginning": ({"until": 1}, "ground-missing"),
    "no end to speak of": (
        {"from": 1_700_000_000, "until": 1_700_000_001 + LONGEST_GROUND},
        "ground-missing",
    ),
    "a basis of no list": ({"basis": "legitimate-interest"}, "malformed"),
    "enforcement": ({"purpose": "immigration-enforcement"}, "malformed"),
    "onward to anyone": ({"onward": "any"}, "malformed"),
    "a list of recipients": ({"to": ["de/hamburg", "es/barcelona"]}, "malformed"),
    "a name for the second officer": (
        {"basis": "court-order", "review": 1, "second": "Maria P."},
        "malformed",
    ),
    "a statement in the open": ({"statement": "I, Maria, agree."}, "malformed"),
    "fields by name": ({"fields": "identity.names"}, "malformed"),
    "a spare bit": ({"fields": "AAAAAAAAAAB"}, "malformed"),
    "an unknown schema": ({"schema": "guardianship/2"}, "unknown-schema"),
    "a member more": ({"withdrawn": None}, "malformed"),
    "no round": ({"round": None}, "malformed"),
}


@pytest.mark.parametrize(("change", "name"), INCOMPLETE.values(), ids=INCOMPLETE)
def test_a_ground_is_complete_in_itself(scene: Scene, change: dict[str, Any], name: str) -> None:
    round_ = scene.peer.round()
    token = token_with(round_, lambda claims: claims.update(change))
    problem = scene.refused(round_.offer(token=token), name)
    assert "Maria" not in problem.detail


def test_a_ground_is_strict_json_under_the_one_header(scene: Scene) -> None:
    round_ = scene.peer.round()
    payload = jws.read(round_.token(), typ=consent.TYPE).payload
    right = {"alg": "Ed25519", "typ": consent.TYPE, "kid": scene.peer.signer.kid}
    for text in (payload[:-1] + b',"basis":"consent"}', payload + b" x", b"[" * 13 + b"]" * 13, b""):
        token = signed_anyhow(text, right, scene.peer.signer)
        scene.refused(round_.offer(token=token, counts=False), "malformed")
    for change in ({"alg": "none"}, {"typ": envelopes.TYPE}, {"typ": "JWT"}):
        token = signed_anyhow(payload, right | change, scene.peer.signer)
        scene.refused(round_.offer(token=token, counts=False), "malformed")


def test_this_node_asks_for_the_ground_when_it_prepares_and_when_it_seals(scene: Scene) -> None:
    node, fed = scene.node, scene.fed
    first, second = fed.officer(node, "first"), fed.officer(node, "second")
    matter = cases.begin(fed, node, first)
    kept = cases.consent(fed, node, matter, to="fr/lyon", actor=first, fields=cases.NEEDED)
    fields = kept.ground.fields

    def prepare(**changes: Any) -> Handover:
        right: dict[str, Any] = {"to": NodeId("fr/lyon"), "fields": fields, "ground": kept.id, "actor": first}
        return node.offers.prepare(matter.id, **(right | changes))

    with pytest.raises(WrongRecipientError):
        prepare(to=NodeId("es/barcelona"))
    with pytest.raises(FieldsNotCoveredError):
        prepare(fields=[*fields, "health.urgent_needs"])
    prepared = prepare()
    for change, error in (
        ({"recipients": (NodeId("es/barcelona"),)}, WrongRecipientError),
        ({"purposes": (Purpose.FAMILY_TRACING,)}, WrongPurposeError),
        ({"fields": fields[1:]}, FieldsNotCoveredError),
        ({"valid_until": fed.clock.now}, GroundExpiredError),
        ({"valid_from": fed.clock.now + 1}, GroundExpiredError),
    ):
        with node.database.begin() as work:
            work.grounds.change(kept.id, replace(kept.ground, **change))
        with pytest.raises(error):
            node.offers.release(prepared.id, actor=second)
    with node.database.begin() as work:
        work.grounds.change(kept.id, kept.ground)
    assert node.offers.release(prepared.id, actor=second).state is State.OFFERED


def test_a_withdrawn_ground_discards_what_was_prepared_and_serves_nothing_new(scene: Scene) -> None:
    node, fed = scene.node, scene.fed
    first, second = fed.officer(node, "first"), fed.officer(node, "second")
    matter = cases.begin(fed, node, first)
    kept = cases.consent(fed, node, matter, to="fr/lyon", actor=first)
    fields = kept.ground.fields
    prepared = node.offers.prepare(
        matter.id, to=NodeId("fr/lyon"), fields=fields, ground=kept.id, actor=first
    )
    node.consents.withdraw(kept.id, actor=first)
    with pytest.raises(GroundWithdrawnError):
        node.offers.release(prepared.id, actor=second)
    with pytest.raises(GroundWithdrawnError):
        node.offers.prepare(matter.id, to=NodeId("fr/lyon"), fields=fields, ground=kept.id, actor=first)
    with node.database.reading() as work:
        assert work.handovers.get(prepared.id).state is State.DISCARDED


@pytest.mark.parametrize("change", ["withdrawn", "expired", "fewer fields", "another recipient"])
def test_this_node_asks_for_the_ground_once_more_when_it_gives_the_deed(scene: Scene, change: str) -> None:
    round_ = scene.accepted()
    found = scene.find(round_)
    assert found is not None
    assert found.state is State.ACCEPTED
    assert found.ground is not None
    first = scene.fed.officer(scene.node, "first")
    with scene.node.database.begin() as work:
        ground = work.grounds.get(found.ground).ground
        changed = {
            "withdrawn": replace(ground, withdrawn_at=work.now),
            "expired": replace(ground, valid_until=work.now),
            "fewer fields": replace(ground, fields=ground.fields[:-1]),
            "another recipient": replace(ground, recipients=(NodeId("es/barcelona"),)),
        }[change]
        work.grounds.change(found.ground, changed)
    assert scene.node.offers.countersign(found.id, actor=first).state is State.VOIDING
    with scene.node.database.reading() as work:
        assert work.matters.get(found.matter).claim is Claim.HOLDER
    assert envelopes.read(scene.said(round_, Act.VOID)).claimed.reason == "consent-withdrawn"


def test_the_receiver_opens_nothing_once_the_ground_is_over(scene: Scene) -> None:
    round_ = scene.peer.round()
    soon = round_.ground(valid_until=scene.peer.now + 60)
    scene.taken(round_.offer(token=round_.token(soon)))
    found = scene.find(round_)
    assert found is not None
    officer = scene.fed.officer(scene.node, "receiving")
    scene.fed.clock.pass_(60)
    with pytest.raises(GroundExpiredError):
        scene.node.handovers.open(found.id, actor=officer)
    unopened = scene.find(round_)
    assert unopened is not None
    assert unopened.opened_at is None


def test_an_answer_discloses_under_the_ground_of_the_offer(scene: Scene) -> None:
    round_ = scene.peer.round()
    soon = round_.ground(valid_until=scene.peer.now + 60)
    scene.taken(round_.offer(token=round_.token(soon)))
    found = scene.find(round_)
    assert found is not None
    scene.node.handovers.ask(found.id, text="Allergies?", actor=scene.fed.officer(scene.node, "receiving"))
    question = scene.said_digest(round_, Act.QUESTION)
    ground = envelopes.read(round_.said[Act.OFFER].envelope).claimed.consent
    scene.refused(round_.say(Act.ANSWER, re=question, consent=ANY, counts=False), "mismatch")
    scene.refused(round_.say(Act.ANSWER, re=question, counts=False), "mismatch")
    answer = round_.say(Act.ANSWER, re=question, consent=ground)
    scene.fed.clock.pass_(60)
    scene.refused(answer, "ground-expired")
